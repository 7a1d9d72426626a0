//! What machines are plugged into, changed by clicks: a lease kept and renewed, a move while the guest runs, a second NIC.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use std::time::Duration;

use lectern_test_kit::{
    atspi::Element, desktop::Desktop, guest::Machine, libvirt::PrivateLibvirt, wait, window::Window,
};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");

/// A network of the course's shape, defined and started by somebody else.
fn network(libvirt: &PrivateLibvirt, name: &str, net: &str) {
    let xml = format!(
        "<network><name>{name}</name><forward mode='nat'/><bridge name='{name}'/><ip address='{net}.254' \
         netmask='255.255.255.0'><dhcp><range start='{net}.100' end='{net}.200'/></dhcp></ip></network>"
    );
    let file = libvirt.folder().join("network.xml");
    std::fs::write(&file, xml).expect("a file");
    libvirt.virsh(&["net-define", &file.to_string_lossy()]);
    libvirt.virsh(&["net-start", name]);
}

/// Chooses the entry of a row with choices that these keys lead to, as the keyboard does.
fn pick(desktop: &Desktop, window: &Window<'_>, row: &str, keys: &[&str], entry: &str) {
    let row = window.wait_for("combo box", row);
    desktop.click_on("Lectern", &row, 1);
    window.wait_for("label", entry);
    desktop.keys(keys);
    desktop.keys(&["Return"]);
    wait::holds(&format!("{entry} to be chosen"), wait::SOON, || row.says(entry));
}

fn log_in(desktop: &Desktop, terminal: &Element) {
    wait::holds("a login prompt", wait::BOOT, || terminal.text().trim_end().ends_with("login:"));
    desktop.type_text("root\n");
    wait::holds("a shell prompt", wait::SOON, || terminal.text().trim_end().ends_with("]#"));
}

fn fill(dialog: &Element, title: &str, text: &str) {
    dialog.wait_for("text", title).set_text(text);
}

/// Waits for what a toast says, after those that are shown first.
fn told(window: &Window<'_>, text: &str) {
    wait::holds(text, Duration::from_mins(1), || window.says(text));
}

/// The course's network by clicks.
fn make_course_network(window: &Window<'_>) {
    window.press("New Network");
    let dialog = window.dialog("New Virtual Network");
    fill(&dialog, "Name", "vbr");
    fill(&dialog, "Bridge", "vbr");
    fill(&dialog, "IPv4 Address of the Host", "192.168.1.254/24");
    fill(&dialog, "First IPv4 Address", "192.168.1.100");
    fill(&dialog, "Last IPv4 Address", "192.168.1.200");
    dialog.wait_for("button", "Create").click();
    told(window, "vbr: done");
    window.wait_says("Active · NAT · vbr");
}

/// A second one in the same place, which is refused, and in a free range that is offered.
fn make_second_network(window: &Window<'_>) {
    window.press("New Network");
    let dialog = window.dialog("New Virtual Network");
    fill(&dialog, "Name", "lab");
    fill(&dialog, "Bridge", "lab");
    fill(&dialog, "IPv4 Address of the Host", "192.168.1.254/24");
    dialog.wait_says("The virtual network vbr has these addresses already.");
    assert!(!dialog.wait_for("button", "Create").is_sensitive());
    window.shot("overlap");
    dialog.wait_for("button", "Use a Free Range").click();
    wait::holds("a free range", wait::SOON, || dialog.wait_for("button", "Create").is_sensitive());
    dialog.wait_for("button", "Create").click();
    window.wait_says("Active · NAT · lab");
}

/// A card in the course's network for the machine that is off; gives its address.
fn attach(libvirt: &PrivateLibvirt, window: &Window<'_>) -> String {
    window.desktop().click_on("Lectern", &window.wait_for("list item", "Machines"), 1);
    window.open_machine("node1");
    window.press("Add NIC");
    let dialog = window.dialog("Add NIC to node1");
    dialog.wait_says("Virtual network vbr");
    window.shot("attach");
    dialog.wait_for("button", "Add").click();
    told(window, "Add a NIC to node1: done");
    let xml = libvirt.virsh(&["dumpxml", "node1"]);
    xml.split("<mac address='").nth(1).and_then(|rest| rest.split('\'').next()).expect("an address").to_owned()
}

/// The lease is made static by a click, and then the guest is given another address.
fn keep(libvirt: &PrivateLibvirt, window: &Window<'_>, mac: &str) {
    // The lease that it got is kept by a click.
    window.desktop().click_on("Lectern", &window.wait_for("list item", "Virtual Networks"), 1);
    window.desktop().click_on("Lectern", &window.wait_for("list item", "vbr"), 1);
    window.wait_for("button", "Make Static");
    window.wait_says("192.168.1.1");
    window.shot("lease");
    window.press("Make Static");
    window.wait_gone("button", "Make Static");
    let kept = libvirt.virsh(&["net-dumpxml", "vbr"]);
    let kept = kept.split(" ip='192.168.1.").nth(1).and_then(|rest| rest.split('\'').next()).expect("a static host");
    window.shot("static");
    let remove = window.wait_for("button", &format!("Remove 192.168.1.{kept}"));
    remove.click();
    window.wait_gone("button", &format!("Remove 192.168.1.{kept}"));
    // An address of its own outside of the range, which the guest gets when it asks again.
    window.press("Add Static Host");
    let dialog = window.wait_for("alert", "Add Static Host");
    fill(&dialog, "MAC Address", mac);
    fill(&dialog, "IP Address", "192.168.1.50");
    dialog.wait_for("button", "Add").click();
    window.wait_says("Remove 192.168.1.50");
}

/// A second card while the guest runs, and out again.
fn second_card(libvirt: &PrivateLibvirt, window: &Window<'_>, mac: &str) {
    // The course's second NIC, while it runs, and out again.
    window.press("Add NIC");
    let dialog = window.dialog("Add NIC to node1");
    pick(window.desktop(), window, "Connected To", &["Down"], "Virtual network vbr");
    dialog.wait_says("At once, and at each start");
    window.shot("second");
    dialog.wait_for("button", "Add").click();
    told(window, "Add a NIC to node1: done");
    window.wait_says("Virtual network vbr");
    let cards = |option: &[&str]| {
        let args: Vec<&str> = ["domiflist", "node1"].iter().chain(option).copied().collect();
        libvirt.virsh(&args).lines().filter(|line| line.contains("network")).count()
    };
    assert_eq!((cards(&[]), cards(&["--inactive"])), (2, 2));
    window.press(&format!("Remove {mac}"));
    told(window, "Remove a NIC of node1: done");
    assert_eq!((cards(&[]), cards(&["--inactive"])), (1, 1));
    window.press("Undo");
    wait::holds("both again", wait::SOON, || (cards(&[]), cards(&["--inactive"])) == (2, 2));
}

/// From the course's network to a move while the guest runs, all of it by clicks and on the guest's own console.
#[test]
fn a_guest_gets_its_lease_keeps_it_renews_it_and_moves() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_guest(Machine { name: "node1", network: false });
    let desktop = Desktop::start("nics");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    desktop.click_on("Lectern", &window.wait_for("list item", "Virtual Networks"), 1);
    make_course_network(&window);
    let mac = &attach(&libvirt, &window);
    window.press("Start");
    window.tab("Serial");
    let terminal = window.terminal();
    log_in(&desktop, &terminal);
    keep(&libvirt, &window, mac);
    window.press("Back");
    make_second_network(&window);
    let lab = libvirt.virsh(&["net-dumpxml", "lab"]);
    let lab =
        lab.split("range start='").nth(1).and_then(|rest| rest.split(".100'").next()).expect("a range of that shape");
    desktop.click_on("Lectern", &window.wait_for("list item", "Machines"), 1);
    window.open_machine("node1");
    window.tab("Serial");
    let terminal = window.terminal();
    let renew = "clear; killall udhcpc; udhcpc -i eth0 -n -q -s /etc/lease >/dev/null; ip addr show eth0 | grep inet\n";
    desktop.type_text(renew);
    wait::holds("the static address", wait::SOON, || terminal.text().contains("inet 192.168.1.50/24"));
    window.shot("renewed");
    window.tab("Overview");
    window.wait_says("192.168.1.50/24");
    window.wait_says("Virtual network vbr");
    window.shot("overview");
    // Its cable is out for a moment, as a guest's own DHCP client would ask anew.
    window.press(&format!("Renew the address of {mac}"));
    told(&window, "Renew the address of node1: done");
    window.shot("replugged");
    // To the other network while it runs.
    window.choose("More Actions", "Change Network…");
    let dialog = window.dialog("Change Network of node1");
    dialog.wait_says("It is so already");
    assert!(!dialog.wait_for("button", "Change").is_sensitive());
    pick(&desktop, &window, "Connected To", &["Up"], "Virtual network lab");
    dialog.wait_says("At once, and at each start");
    window.shot("move");
    dialog.wait_for("button", "Change").click();
    told(&window, "Change the network of node1: done");
    window.wait_says("Virtual network lab");
    window.shot("moved");
    window.tab("Serial");
    let terminal = window.terminal();
    desktop.type_text("clear; echo cable $(cat /sys/class/net/eth0/carrier_changes)\n");
    wait::holds("the cable to have been out", wait::SOON, || {
        let text = terminal.text();
        let count = text.lines().rev().find_map(|line| line.strip_prefix("cable ")?.trim().parse::<u32>().ok());
        count.is_some_and(|count| count >= 4)
    });
    desktop.type_text(renew);
    wait::holds("an address there", wait::SOON, || terminal.text().contains(&format!("inet {lab}.")));
    window.tab("Overview");
    window.wait_says(&format!("{lab}."));
    second_card(&libvirt, &window, mac);
    window.close();
}

#[test]
fn many_machines_are_moved_at_once_in_chinese_and_narrow() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    network(&libvirt, "vbr", "10.77.1");
    network(&libvirt, "lab", "10.77.2");
    for name in ["node1", "node2", "node3"] {
        libvirt.define_empty(name);
        if name != "node3" {
            libvirt.virsh(&["attach-interface", name, "network", "vbr", "--model", "virtio", "--config"]);
        }
    }
    libvirt.virsh(&["start", "node1"]);
    libvirt.virsh(&["net-destroy", "lab"]);
    let desktop = Desktop::speaking("nics-zh", "zh_CN");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.select("node1");
    desktop.keys(&["ctrl+a"]);
    desktop.keys(&["shift+F10"]);
    window.wait_for("menu item", "更改网络…").click();
    let dialog = window.dialog("更改 3 台虚拟机的网络");
    pick(&desktop, &window, "连接到", &["Up"], "虚拟网络 lab（已停止）");
    dialog.wait_says("它已停止，因此先启动它");
    dialog.wait_says("没有这块网卡");
    dialog.wait_says("立即生效，以后每次启动也生效");
    window.shot("wide");
    desktop.resize("Lectern", 400, 640);
    let fits = || dialog.extents().is_some_and(|at| (1..=400).contains(&at.width));
    wait::holds("the dialog to be narrow", wait::SOON, fits);
    window.shot("narrow");
    dialog.wait_for("button", "更改(H)").click();
    window.wait_says("更改 2 台虚拟机的网络");
    wait::holds("both in their new network", wait::SOON, || {
        ["node1", "node2"].iter().all(|name| libvirt.virsh(&["domiflist", "--inactive", name]).contains("lab"))
    });
    wait::holds("the running one too", wait::SOON, || libvirt.virsh(&["domiflist", "node1"]).contains("lab"));
    assert!(libvirt.virsh(&["net-list", "--name"]).contains("lab"));
    window.close();
}
