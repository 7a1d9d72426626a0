//! The wall: ten machines of a lab side by side, as they are on a real libvirt, and what is said of those that need help.

use lectern_test_kit::{desktop::Desktop, guest::Machine, libvirt::PrivateLibvirt, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const LAB: &str = "<lectern:lab id='1b4e28ba-2fa1-11d2-883f-0016d3cca427' name='monday'/>";

/// A machine of the lab in its firmware, with a screen; what crashes is kept.
fn define(libvirt: &PrivateLibvirt, number: usize) {
    let student = format!("<lectern:student number='20260{number:02}' name='学生{number}'/>");
    let xml = format!(
        "<domain type='qemu'><name>node{number}</name><metadata>\
         <lectern:machine xmlns:lectern='urn:lectern:machine:1' version='1'>{LAB}{student}</lectern:machine></metadata>\
         <memory unit='MiB'>32</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc'>hvm</type>\
         <bootmenu enable='yes' timeout='60000'/></os><features><acpi/></features><on_crash>preserve</on_crash>\
         <devices><controller type='usb' model='none'/><serial type='pty'/><graphics type='vnc' port='-1'/>\
         <panic model='isa'/></devices></domain>"
    );
    libvirt.define(&format!("node{number}"), &xml);
}

/// Gives a machine the lab's mark while it is off.
fn join_lab(libvirt: &mut PrivateLibvirt, name: &str) {
    let mark =
        format!("<lectern:machine xmlns:lectern=\"urn:lectern:machine:1\" version=\"1\">{LAB}</lectern:machine>");
    libvirt.script(&format!(
        "v() {{ virsh -q -c '{}' \"$@\"; }}\n\
         v dumpxml --inactive {name} | sed \"s|<memory |<metadata>{}</metadata><memory |\" | v define /dev/stdin\n",
        libvirt.uri(),
        mark.replace('"', "'"),
    ));
}

#[test]
fn ten_machines_are_seen_and_those_that_need_help_are_marked() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    for number in 1..10 {
        define(&libvirt, number);
    }
    libvirt.define_guest(Machine { name: "tiny", network: false });
    join_lab(&mut libvirt, "tiny");
    for name in ["node1", "node2", "node3", "node4"] {
        libvirt.virsh(&["start", name]);
    }
    // One panics, and one is stopped by QEMU itself.
    libvirt.virsh(&["qemu-monitor-command", "node3", "--hmp", "o /b 0x505 1"]);
    libvirt.wait_state("node3", "crashed", wait::SOON);
    libvirt.virsh(&["qemu-monitor-command", "node4", "--hmp", "stop"]);
    libvirt.wait_state("node4", "paused", wait::SOON);
    let desktop = Desktop::start("wall");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    desktop.click_on("Lectern", &window.wait_long("list item", "Labs", wait::SOON), 1);
    let lab = window.wait_for("list item", "monday");
    window.wait_says("10 machines · 3 on");
    desktop.click_on("Lectern", &lab, 1);
    window.press("Wall");
    window.wait_says("10 machines · 3 on · 2 need attention");
    // A serial line keeps nothing for whoever comes later.
    libvirt.virsh(&["start", "tiny"]);
    window.wait_says("10 machines · 4 on · 2 need attention");
    window.wait_says("Needs attention: crashed");
    window.wait_says("Needs attention: stopped by an error");
    let tile = |told: &str| window.wait_for("table cell", told);
    tile("node1, Running · 2026001 学生1");
    tile("node3, Crashed (the guest crashed) · 2026003 学生3, Needs attention: crashed");
    tile("node9, Shut off · 2026009 学生9");
    // The guest has no screen: its last lines are shown.
    let lines = || window.find_all("label", "").iter().any(|label| label.name().contains("tiny login:"));
    wait::holds("the guest's login prompt", wait::BOOT, lines);
    window.shot("ten");

    // What changes is seen at once, and the console that the wall shows is the page's too.
    libvirt.virsh(&["destroy", "node4"]);
    tile("node4, Shut off (forced off) · 2026004 学生4");
    desktop.click_on("Lectern", &tile("tiny, Running"), 1);
    let terminal = window.terminal();
    wait::holds("what came before", wait::SOON, || terminal.text().contains("tiny login:"));
    desktop.type_text("root\n");
    wait::holds("a shell prompt", wait::SOON, || terminal.text().trim_end().ends_with("]#"));
    desktop.keys(&["ctrl+shift+Left"]);
    let prompt = || window.find_all("label", "").iter().any(|label| label.name().contains("root@tiny"));
    wait::holds("the prompt on the wall", wait::SOON, prompt);
    desktop.resize("Lectern", 400, 700);
    window.wait_gone("list item", "This host and its readiness");
    window.shot("narrow");
    window.close();
}
