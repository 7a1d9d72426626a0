//! Clones and labs as a user makes them: a linked clone that starts from its own disk, thirty machines from one template,
//! and what is said where one cannot be made.

use std::time::Duration;

use lectern_test_kit::{
    atspi::Element, desktop::Desktop, guest::Machine, libvirt::PrivateLibvirt, wait, window::Window,
};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
/// Thirty addresses are kept in the network one by one, and each is noted on the disk.
const MADE: Duration = Duration::from_mins(2);
const IMAGES: &str = "/var/lib/libvirt/images";

/// A machine `cent7` of 2 GiB on the course's network, which gives addresses; where `locked`, it is a template.
fn course(libvirt: &mut PrivateLibvirt, locked: bool) {
    let mark = if locked {
        "<metadata><lectern:machine xmlns:lectern='urn:lectern:machine:1' version='1'>\
         <lectern:template version='1'/></lectern:machine></metadata>"
    } else {
        ""
    };
    let script = format!(
        "v() {{ virsh -q -c '{}' \"$@\"; }}\n\
         qemu-img create -q -f qcow2 {IMAGES}/.cent7.img 2G\nv pool-refresh default\n\
         v net-define /dev/stdin <<'EOF'\n\
         <network><name>vbr</name><forward mode='nat'/><bridge name='vbr'/>\
         <ip address='192.168.1.254' netmask='255.255.255.0'>\
         <dhcp><range start='192.168.1.100' end='192.168.1.200'/></dhcp></ip></network>\nEOF\n\
         v net-start vbr\n\
         v define /dev/stdin <<'EOF'\n\
         <domain type='qemu'><name>cent7</name>{mark}<memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices>\
         <controller type='usb' model='none'/><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>\
         <source file='{IMAGES}/.cent7.img'/><target dev='vda' bus='virtio'/></disk>\
         <interface type='network'><source network='vbr'/><model type='virtio'/></interface>\
         <serial type='pty'/></devices></domain>\nEOF\n",
        libvirt.uri(),
    );
    libvirt.script(&script);
}

#[test]
fn many_machines_are_made_in_one_dialog_and_unmade_again() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    course(&mut libvirt, false);
    let desktop = Desktop::start("lab");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.select("cent7");
    window.choose("More Actions", "Lock as Template");
    let asked = window.wait_for("alert", "Lock cent7 as a Template?");
    asked.wait_for("check box", "Install the First-Boot Service");
    window.shot("lock");
    asked.wait_for("button", "Lock").click();
    window.wait_says("Lock cent7 as a template: done");
    let before = libvirt.photograph();
    window.choose("New Machine", "Lab From a Template…");
    let dialog = window.dialog("New Lab");
    let count = dialog.wait_for("text", "How Many");
    let pattern = dialog.wait_for("text", "Names of the Machines");
    wait::holds("names after the template's", wait::SOON, || pattern.text() == "cent7_node{N}");
    dialog.wait_for("button", "Next").click();
    dialog.wait_says("Enter how many to clone!");
    for (typed, said) in [
        ("abc", "Enter a correct number!"),
        ("-3", "Enter a correct number: at least 1."),
        ("10000", "At most 1000 machines at once."),
    ] {
        count.set_text(typed);
        dialog.wait_says(said);
    }
    window.shot("bad-count");
    count.set_text("12");
    dialog.wait_says("12 machines: cent7_node1 to cent7_node12");
    window.shot("machines");
    dialog.wait_for("button", "Next").click();
    let row = dialog.wait_for("table row", "cent7_node2");
    wait::holds("its address", wait::SOON, || row.says("192.168.1.2/24") && row.says("cent7-node2"));
    window.shot("preview");
    // A cell is written to: a click, the text, Enter. What clashes is said, and its row goes to the top.
    let name = row.wait_for("label", "cent7_node2");
    desktop.click_on("Lectern", &name, 1);
    desktop.keys(&["ctrl+a"]);
    desktop.type_text("cent7_node3");
    desktop.keys(&["Return"]);
    dialog.wait_says("Another row has this name.");
    window.shot("cell");
    // Emptied, it is as the pattern has it.
    let twin = dialog.wait_for("table row", "cent7_node3").wait_for("label", "cent7_node3");
    desktop.click_on("Lectern", &twin, 1);
    desktop.keys(&["ctrl+a", "BackSpace", "Return"]);
    dialog.wait_for("table row", "cent7_node2");
    dialog.wait_for("button", "Next").click();
    dialog.wait_says("qemu-img create -q -f qcow2 -F qcow2 -b");
    window.shot("review");
    wait::holds("a plan", wait::SOON, || dialog.wait_for("button", "Create").is_sensitive());
    dialog.wait_for("button", "Create").click();
    wait::holds("the lab", MADE, || window.says("Make the lab cent7 with 12 machines: done"));
    window.row("cent7_node2");
    window.shot("made");
    assert!(libvirt.virsh(&["net-dumpxml", "vbr"]).contains("name='cent7-node12' ip='192.168.1.12'"));
    window.press("Undo");
    window.wait_for("button", "Undo It").click();
    wait::holds("it to be undone", MADE, || window.says("all is as it was before"));
    window.no_row("cent7_node2");
    assert_eq!(libvirt.photograph(), before);
    window.close();
}

#[test]
fn a_roster_is_read_in_the_courses_words() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    course(&mut libvirt, true);
    libvirt.sh(&format!("touch {IMAGES}/cent7_node2.qcow2; virsh -q pool-refresh default"));
    let desktop = Desktop::speaking("lab-zh", "zh_CN");
    let window = lectern_test_kit::app::App::start(&desktop, LECTERN, &["--connect", libvirt.uri()]);
    desktop.click_on("Lectern", &window.wait_long("list item", "实验组", wait::SOON), 1);
    window.wait_for("button", "新建实验组").click();
    let dialog = window.wait_for("dialog", "新建实验组");
    dialog.wait_says("{N} 代表下一个空闲编号");
    let count = dialog.wait_for("text", "数量");
    dialog.wait_for("button", "下一步(N)").click();
    dialog.wait_says("请输入要克隆的数量！");
    count.set_text("三十");
    dialog.wait_says("请输入正确的数字！");
    desktop.shot("bad-count");
    dialog.switch("每名学生一台");
    dialog.wait_for("text", "名单").set_text("学号,姓名\n2026001,李雷\n2026001,韩梅梅");
    dialog.wait_says("第 3 行：学号 2026001 已在第 2 行出现。");
    desktop.shot("twins");
    dialog.wait_for("text", "名单").set_text("学号,姓名\n2026001,李雷\n2026002,韩梅梅");
    dialog.wait_says("2 名学生，第一名是 2026001 李雷");
    dialog.wait_for("button", "下一步(N)").click();
    let row = dialog.wait_for("table row", "cent7_node2");
    wait::holds("the student", wait::SOON, || {
        row.says("2026002 韩梅梅") && row.says("文件 cent7_node2.qcow2 已存在。")
    });
    dialog.wait_for("button", "下一步(N)").click();
    dialog.wait_says("有 1 台虚拟机无法这样创建");
    desktop.shot("clash");
}

/// Goes to a page by the sidebar.
fn go(window: &Window<'_>, page: &str) {
    window.desktop().click_on("Lectern", &window.wait_for("list item", page), 1);
}

/// Makes the lab `cent7` of three by the wizard.
fn three(window: &Window<'_>) {
    window.press("New Lab");
    let dialog = window.dialog("New Lab");
    dialog.wait_for("text", "How Many").set_text("3");
    for step in ["Step 2 of 3", "Step 3 of 3"] {
        dialog.wait_says("cent7_node3");
        dialog.wait_for("button", "Next").click();
        dialog.wait_for("label", step);
    }
    wait::holds("a plan", wait::SOON, || dialog.wait_for("button", "Create").is_sensitive());
    dialog.wait_for("button", "Create").click();
    wait::holds("the lab", MADE, || window.says("Make the lab cent7 with 3 machines: done"));
}

#[test]
fn a_lab_is_looked_after_on_its_page() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    course(&mut libvirt, true);
    let before = libvirt.photograph();
    let desktop = Desktop::start("labs");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    let template = window.row("cent7");
    wait::holds("its badge", wait::SOON, || template.says("Template") && template.description().contains("Template"));
    window.select("cent7");
    assert!(window.find("button", "Start").is_none_or(|start| !start.is_sensitive()), "a template cannot be started");
    window.shot("badge");
    go(&window, "Labs");
    window.wait_says("No Labs");
    window.shot("empty");
    three(&window);
    window.wait_says("3 machines · 0 on · cent7");
    window.shot("list");
    desktop.click_on("Lectern", &window.wait_for("list item", "cent7"), 1);
    let row = window.wait_for("table row", "cent7_node2");
    wait::holds("its address", wait::SOON, || row.says("192.168.1.2") && row.says("Shut off"));
    window.wait_says("All 3 machines");
    window.press("Start");
    wait::holds("all to run", MADE, || libvirt.virsh(&["list", "--name"]).split_whitespace().count() == 3);
    window.wait_says("Start the lab cent7: done");
    window.row_is("cent7_node3", "Running", wait::SOON);
    window.shot("running");
    window.choose("More Actions", "Reset to the Template…");
    window.press("Reset");
    window.wait_says("These machines are on, or their memory is saved");
    window.select("cent7_node2");
    window.wait_says("1 machine selected");
    window.choose("More Actions", "Force Off");
    window.press("Force Off");
    window.row_is("cent7_node2", "Shut off", wait::SOON);
    window.choose("More Actions", "Reset to the Template…");
    window.shot("reset");
    window.press("Reset");
    window.wait_says("Reset the lab cent7 to its template: done");
    assert!(libvirt.sh(&format!("ls {IMAGES}")).contains("cent7_node2-2.qcow2"));
    window.choose("More Actions", "Hand-Out…");
    let list = tempfile::tempdir().expect("a folder");
    window.wait_for("text", "Path on This Computer").set_text(&format!("{}/class", list.path().display()));
    window.wait_for("text", "Password, If It Is to Be Printed").set_text("secret");
    window.switch("Open the Page Afterwards");
    window.shot("hand-out");
    window.press("Save");
    let table = list.path().join("class.csv");
    let line = "cent7_node2,cent7-node2,,,192.168.1.2,ssh root@192.168.1.2,secret";
    let is_whole = || std::fs::read_to_string(&table).is_ok_and(|text| text.contains(line));
    wait::holds("the table", wait::SOON, || is_whole() && list.path().join("class.html").exists());
    window.select("cent7_node1");
    window.desktop().keys(&["ctrl+a"]);
    window.wait_says("3 machines selected");
    window.choose("More Actions", "Delete…");
    window.wait_says("Delete the lab cent7?");
    window.shot("delete");
    window.press("Delete");
    wait::holds("nothing to be left", MADE, || window.says("No Labs"));
    assert_eq!(libvirt.photograph(), before);
    window.close();
}

fn log_in(desktop: &Desktop, terminal: &Element) {
    wait::holds("a login prompt", wait::BOOT, || terminal.text().trim_end().ends_with("login:"));
    desktop.type_text("root\n");
    wait::holds("a shell prompt", wait::SOON, || terminal.text().trim_end().ends_with("]#"));
}

#[test]
fn a_linked_clone_starts_from_its_own_disk() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    libvirt.define_guest(Machine { name: "cent7-9", network: false });
    libvirt.virsh(&["pool-refresh", "default"]);
    let before = libvirt.photograph();
    let hash = libvirt.sh(&format!("sha256sum {IMAGES}/cent7-9.qcow2"));
    let desktop = Desktop::start("clone");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.select("cent7-9");
    window.choose("More Actions", "Clone…");
    let dialog = window.dialog("Clone cent7-9");
    let name = dialog.wait_for("text", "Name");
    wait::holds("the next free name", wait::SOON, || name.text() == "cent7-10");
    window.shot("full");
    name.set_text("cent7-9");
    dialog.wait_says("Another machine has this name.");
    wait::holds("no clone of that name", wait::SOON, || !dialog.wait_for("button", "Clone").is_sensitive());
    window.shot("taken");
    name.set_text("node1");
    desktop.click_on("Lectern", &dialog.wait_for("radio button", "Linked clone"), 1);
    dialog.wait_for("image", "cent7-9.qcow2: template disk (read-only) ← node1.qcow2: overlay (changes only)");
    window.shot("linked");
    dialog.wait_says("differences from the source");
    window.press("Clone");
    window.row("node1");
    window.wait_says("Clone cent7-9 to node1: done");
    window.shot("done");
    let info = libvirt.sh(&format!("qemu-img info -U {IMAGES}/node1.qcow2"));
    assert!(info.contains(&format!("backing file: {IMAGES}/cent7-9.qcow2")), "{info}");
    assert!(info.contains("backing file format: qcow2"), "{info}");
    window.select("node1");
    window.press("Start");
    window.row_is("node1", "Running", wait::SOON);
    window.open_machine("node1");
    window.tab("Serial");
    let terminal = window.terminal();
    log_in(&desktop, &terminal);
    desktop.type_text("echo mine > /root/mine; sync; cat /root/mine\n");
    wait::holds("the file", wait::SOON, || terminal.text().contains("\nmine"));
    window.shot("login");
    assert_eq!(libvirt.sh(&format!("sha256sum {IMAGES}/cent7-9.qcow2")), hash, "the template's disk was written to");
    libvirt.virsh(&["destroy", "node1"]);
    libvirt.virsh(&["undefine", "node1"]);
    libvirt.virsh(&["vol-delete", "--pool", "default", "node1.qcow2"]);
    assert_eq!(libvirt.photograph(), before);
    window.close();
}

#[test]
fn a_running_machine_is_not_linked() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    libvirt.define_guest(Machine { name: "busy", network: false });
    libvirt.virsh(&["pool-refresh", "default"]);
    libvirt.virsh(&["start", "busy"]);
    let desktop = Desktop::speaking("clone-zh", "zh_CN");
    let window = lectern_test_kit::app::App::start(&desktop, LECTERN, &["--connect", libvirt.uri()]);
    let row = window.wait_long("table row", "busy", wait::SOON);
    desktop.click_on("Lectern", &row, 1);
    wait::holds("busy to be selected", wait::SOON, || row.is_selected());
    window.wait_for("toggle button", "更多操作").click();
    window.wait_for("menu item", "克隆…").click();
    window.wait_says("它正在运行，或保存着内存");
    wait::holds("no clone", wait::SOON, || !window.wait_for("button", "克隆(L)").is_sensitive());
    desktop.shot("running");
    window.wait_for("button", "取消(C)").click();
    window.wait_gone("dialog", "克隆 busy");
    window.close();
}
