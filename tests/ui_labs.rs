//! Clones as a user makes them: a linked clone that starts from its own disk, and what is said where one cannot be made.

use lectern_test_kit::{
    atspi::Element, desktop::Desktop, guest::Machine, libvirt::PrivateLibvirt, wait, window::Window,
};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const IMAGES: &str = "/var/lib/libvirt/images";

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
    dialog.wait_says("template disk (read-only) ← overlay (changes only)");
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
