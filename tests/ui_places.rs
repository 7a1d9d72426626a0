//! Project and flavor of a machine by clicks: on its page, in the dialog that resizes it, in clones, labs, files and
//! installations; each refused by a quota where it must be, and let in by raise.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use std::time::Duration;

use lectern_model::{
    catalog::Edit,
    flavor::Flavor,
    project::{Limit, Project, Quota},
};
use lectern_services::host::Host;
use lectern_test_kit::{
    atspi::Element,
    desktop::Desktop,
    libvirt::PrivateLibvirt,
    wait,
    window::Window,
    witness::{Witness, answer},
};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const IMAGES: &str = "/var/lib/libvirt/images";
const RAISE: &str = "Raise to What Is Needed";

fn note(project: &str, more: &str) -> String {
    format!(
        "<metadata><lectern:machine xmlns:lectern='urn:lectern:machine:1' version='1'>\
         <lectern:project>{project}</lectern:project>{more}</lectern:machine></metadata>"
    )
}

/// A machine with a disk of 32 MiB.
fn define(libvirt: &mut PrivateLibvirt, name: &str, note: &str) {
    libvirt.sh(&format!("qemu-img create -q -f qcow2 {IMAGES}/{name}.qcow2 32M && virsh -q pool-refresh default"));
    libvirt.define(name, &xml(name, note));
}

fn xml(name: &str, note: &str) -> String {
    format!(
        "<domain type='qemu'><name>{name}</name>{note}<memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices><controller type='usb' model='none'/>\
         <disk type='file' device='disk'><driver name='qemu' type='qcow2'/>\
         <source file='{IMAGES}/{name}.qcow2'/><target dev='vda' bus='virtio'/></disk></devices></domain>"
    )
}

/// Project class with this quota, and flavor zz of 2 CPUs, 64 MiB, a root disk of 1 GiB, with ephemeral and swap disks.
fn class(libvirt: &PrivateLibvirt, quota: Quota) -> Host {
    let host = Witness::connect(libvirt.uri()).host;
    answer(host.change_catalog(Edit::AddProject(Project { quota, ..Project::new("class") }))).expect("a change");
    let flavor = Flavor { ephemeral: 1, swap: 16, ..Flavor::new("z", "zz", 2, 64, 1) };
    answer(host.change_catalog(Edit::AddFlavor(flavor))).expect("a change");
    host
}

/// Chooses `entry`, the last of what the row lists, as the keyboard does.
fn choose_last(window: &Window<'_>, row: &str, entry: &str) {
    let row = window.wait_for("combo box", row);
    window.desktop().click_on("Lectern", &row, 1);
    window.wait_for("label", entry);
    window.desktop().keys(&["End", "Return"]);
    wait::holds(&format!("{entry} to be chosen"), wait::SOON, || row.says(entry));
}

/// Goes to a row with the keyboard, which scrolls to it, and chooses the entry above the last one.
fn choose_last_but_one(window: &Window<'_>, row: &str, entry: &str) {
    let row = window.wait_for("combo box", row);
    for _ in 0..8 {
        if row.is_focused() {
            break;
        }
        window.desktop().keys(&["Tab"]);
        wait::within(Duration::from_millis(500), || row.is_focused().then_some(()));
    }
    window.desktop().keys(&["space"]);
    wait::holds("the entries", wait::SOON, || {
        window.find_like("label", &format!("{entry}: ")).is_some_and(|label| label.is_showing())
    });
    window.desktop().keys(&["End", "Up", "Return"]);
    wait::holds(&format!("{entry} to be chosen"), wait::SOON, || row.says(entry));
}

/// The quota is raised by the button beside what it refuses.
fn raise(dialog: &Element, refused: &str) {
    dialog.wait_says(refused);
    dialog.wait_for("button", RAISE).click();
    wait::holds("the refusal to go", wait::SOON, || !dialog.says(refused));
}

/// Closes a wizard and what was filled in.
fn discard(window: &Window<'_>, title: &str) {
    window.desktop().keys(&["Escape"]);
    window.wait_for("alert", "Close without making anything?").wait_for("button", "Close").click();
    window.wait_gone("dialog", title);
}

#[test]
fn a_machine_is_resized_and_moved_from_its_page() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    define(&mut libvirt, "node1", &note("class", ""));
    class(&libvirt, Quota { vcpus: Limit::of(1), ..Quota::UNLIMITED });
    let desktop = Desktop::start("places");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.open_machine("node1");
    window.wait_says("class");
    window.wait_says("None, a size of its own");
    window.shot("overview");
    window.press("Resize…");
    let dialog = window.dialog("Resize node1 to a Flavor");
    choose_last(&window, "Flavor", "zz");
    dialog.wait_says("virtual CPUs: 1 asked, 1 used, 1 allowed");
    assert!(!dialog.wait_for("button", "Resize").is_sensitive());
    window.shot("resize-refused");
    raise(&dialog, "virtual CPUs: 1 asked, 1 used, 1 allowed");
    dialog.wait_says("node1-swap.img");
    window.shot("resize");
    wait::holds("a plan", wait::SOON, || dialog.wait_for("button", "Resize").is_sensitive());
    dialog.wait_for("button", "Resize").click();
    window.wait_says("Resize node1 to the flavor zz: done");
    window.wait_says("2 virtual CPUs, 64 MiB memory");
    wait::holds("its flavor", wait::SOON, || window.says("zz") && !window.says("None, a size of its own"));
    window.shot("resized");
    let xml = libvirt.virsh(&["dumpxml", "node1"]);
    assert!(xml.contains("lectern-swap") && xml.contains("<lectern:flavor>zz</lectern:flavor>"), "{xml}");
    window.press("Move…");
    let dialog = window.dialog("Move node1 to a Project");
    window.shot("move");
    dialog.wait_for("button", "Move").click();
    window.wait_says("Move node1 to the project default: done");
    wait::holds("its project", wait::SOON, || window.says("default"));
    window.close();
}

#[test]
fn a_lab_gets_the_size_and_the_disks_of_a_flavor() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    define(&mut libvirt, "node1", &note("class", "<lectern:template version='1'/>"));
    class(&libvirt, Quota::UNLIMITED);
    let desktop = Desktop::start("places-lab");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.row("node1");
    window.choose("New Machine", "Lab From a Template…");
    let dialog = window.dialog("New Lab");
    dialog.wait_for("text", "How Many").set_text("2");
    dialog.wait_says("2 machines: node1_node1 to node1_node2");
    desktop.click_on("Lectern", &dialog.wait_for("label", "More"), 1);
    choose_last_but_one(&window, "Size of the Machines", "zz");
    window.shot("lab-size");
    dialog.wait_for("button", "Next").click();
    dialog.wait_for("table row", "node1_node2");
    dialog.wait_for("button", "Next").click();
    dialog.wait_says("lectern-swap");
    window.shot("lab-review");
    wait::holds("a plan", wait::SOON, || dialog.wait_for("button", "Create").is_sensitive());
    dialog.wait_for("button", "Create").click();
    window.wait_says("Make the lab node1 with 2 machines: done");
    let made = libvirt.virsh(&["dumpxml", "node1_node2"]);
    for part in ["<lectern:flavor>zz<", ">2</vcpu>", "65536</memory>", "lectern-swap", "lectern-ephemeral"] {
        assert!(made.contains(part), "{part} in {made}");
    }
    window.close();
}

#[test]
fn a_clone_and_a_file_are_refused_and_let_in_by_raise() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    define(&mut libvirt, "node1", &note("class", ""));
    class(&libvirt, Quota { instances: Limit::of(1), ..Quota::UNLIMITED });
    let desktop = Desktop::start("places-clone");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.select("node1");
    window.choose("More Actions", "Clone…");
    let dialog = window.dialog("Clone node1");
    desktop.click_on("Lectern", &dialog.wait_for("radio button", "Linked clone"), 1);
    choose_last(&window, "Project", "class");
    dialog.wait_says("machines: 1 asked, 1 used, 1 allowed");
    wait::holds("no clone", wait::SOON, || !dialog.wait_for("button", "Clone").is_sensitive());
    window.shot("clone-refused");
    raise(&dialog, "machines: 1 asked, 1 used, 1 allowed");
    choose_last(&window, "Flavor", "zz");
    dialog.wait_says("Quota of the project class");
    window.shot("clone");
    wait::holds("a plan", wait::SOON, || dialog.wait_for("button", "Clone").is_sensitive());
    dialog.wait_for("button", "Clone").click();
    window.wait_says("Clone node1 to node1-2: done");
    let made = libvirt.virsh(&["dumpxml", "node1-2"]);
    for part in ["<lectern:project>class<", "<lectern:flavor>zz<", ">2</vcpu>", "65536</memory>", "node1-2-swap.img"] {
        assert!(made.contains(part), "{part} in {made}");
    }
    let size = libvirt.sh(&format!("qemu-img info -U {IMAGES}/node1-2.qcow2"));
    assert!(size.contains("1 GiB"), "{size}");
    // A machine from a file counts where the file says.
    let file = desktop.home().join("node9.xml");
    std::fs::write(&file, xml("node9", &note("class", "")).replace("node9.qcow2", "node1-2.qcow2")).expect("a file");
    window.choose("New Machine", "From an XML File…");
    let dialog = window.dialog("Define from an XML File");
    dialog.wait_for("text", "Path on This Computer").set_text(&file.to_string_lossy());
    dialog.wait_says("machines: 1 asked, 2 used, 2 allowed");
    window.shot("file-refused");
    raise(&dialog, "machines: 1 asked, 2 used, 2 allowed");
    window.shot("file");
    dialog.wait_for("button", "Next").click();
    dialog.wait_says("machines: 1 asked, 2 used, 3 allowed");
    window.shot("file-review");
    dialog.wait_for("button", "Define").click();
    window.row("node9");
    window.close();
}

#[test]
fn an_installation_and_a_lab_are_refused_and_let_in_by_raise() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--no-kvm", "--network", "--pool"]) else { return };
    define(&mut libvirt, "node1", &note("class", "<lectern:template version='1'/>"));
    let host = class(&libvirt, Quota { instances: Limit::of(1), ..Quota::UNLIMITED });
    let desktop = Desktop::start("places-install");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.row("node1");
    desktop.keys(&["ctrl+shift+n"]);
    let wizard = window.dialog("Install a System");
    desktop.click_on("Lectern", &wizard.wait_for("radio button", "A Boot Server"), 1);
    wizard.wait_for("button", "Next").click();
    wizard.wait_for("text", "Name").set_text("diskless");
    choose_last(&window, "Project", "class");
    wizard.wait_says("machines: 1 asked, 1 used, 1 allowed");
    window.shot("install-refused");
    raise(&wizard, "machines: 1 asked, 1 used, 1 allowed");
    // A flavor that another user makes meanwhile is there.
    answer(host.change_catalog(Edit::AddFlavor(Flavor::new("zz", "zzz", 1, 64, 0)))).expect("a change");
    choose_last(&window, "Flavor", "zzz");
    wizard.wait_for("button", "Next").click();
    wizard.wait_for("label", "Step 3 of 5");
    wizard.wait_for("button", "Next").click();
    wizard.wait_for("label", "Step 4 of 5");
    wizard.wait_for("button", "Next").click();
    wizard.wait_says("machines: 1 asked, 1 used, 2 allowed");
    window.shot("install-review");
    discard(&window, "Install a System");
    window.choose("New Machine", "Lab From a Template…");
    let dialog = window.dialog("New Lab");
    dialog.wait_for("text", "How Many").set_text("2");
    dialog.wait_says("2 machines: node1_node1 to node1_node2");
    desktop.wheel_over("Lectern", &dialog.wait_for("label", "2 machines: node1_node1 to node1_node2"), 20);
    desktop.click_on("Lectern", &dialog.wait_for("label", "Sizes, storage, project, start"), 1);
    dialog.wait_for("combo box", "Project");
    desktop.wheel_over("Lectern", &dialog.wait_for("label", "Sizes, storage, project, start"), 20);
    choose_last(&window, "Project", "class");
    dialog.wait_says("machines: 2 asked, 1 used, 2 allowed");
    window.shot("lab-refused");
    raise(&dialog, "machines: 2 asked, 1 used, 2 allowed");
    dialog.wait_for("button", "Next").click();
    dialog.wait_for("table row", "node1_node2");
    dialog.wait_for("button", "Next").click();
    dialog.wait_says("machines: 2 asked, 1 used, 3 allowed");
    window.shot("lab-review");
    discard(&window, "New Lab");
    window.close();
}

#[test]
fn a_machines_place_is_readable_in_a_narrow_chinese_window() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    define(&mut libvirt, "node1", &note("class", "<lectern:flavor>m1.tiny</lectern:flavor>"));
    define(&mut libvirt, "node2", "");
    class(&libvirt, Quota { vcpus: Limit::of(1), ..Quota::UNLIMITED });
    let desktop = Desktop::speaking("places-zh", "zh_CN");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    // Both at once.
    window.select("node1");
    desktop.keys(&["ctrl+a"]);
    window.choose("更多操作", "移动到项目…");
    window.dialog("将 2 台虚拟机移动到项目");
    window.shot("move-many");
    window.press("取消(C)");
    window.wait_gone("dialog", "将 2 台虚拟机移动到项目");
    window.select("node2");
    window.choose("更多操作", "克隆…");
    window.dialog("克隆 node2").wait_says("云主机类型");
    window.shot("clone");
    window.press("取消(C)");
    window.wait_gone("dialog", "克隆 node2");
    window.select("node1");
    desktop.keys(&["Return"]);
    window.wait_says("m1.tiny");
    desktop.resize("Lectern", 400, 700);
    window.press("调整(R)…");
    let dialog = window.dialog("按云主机类型调整 node1 的规格");
    dialog.wait_says("将要执行的步骤");
    window.shot("narrow-resize");
    window.press("取消(C)");
    window.wait_gone("dialog", "按云主机类型调整 node1 的规格");
    window.shot("narrow-overview");
    window.close();
}
