//! Deleting as a user sees it: what others need is locked, the rest goes, and libvirt and disk are as before.

use lectern_test_kit::{desktop::Desktop, guest::Machine, libvirt::PrivateLibvirt, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const IMAGES: &str = "/var/lib/libvirt/images";

#[test]
fn a_machine_goes_with_its_files_and_a_base_stays() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    libvirt.define_guest(Machine { name: "template", network: false });
    libvirt.virsh(&["pool-refresh", "default"]);
    let before = libvirt.photograph();
    libvirt.define_guest(Machine { name: "clone", network: false });
    libvirt.sh(&format!("qemu-img rebase -u -F qcow2 -b {IMAGES}/template.qcow2 {IMAGES}/clone.qcow2"));
    libvirt.virsh(&["start", "clone"]);
    let desktop = Desktop::start("delete");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.select("template");
    window.choose("More Actions", "Delete…");
    let dialog = window.dialog("Delete template?");
    let kept = dialog.wait_for("check box", "template.qcow2");
    assert!(!kept.is_sensitive() && !kept.is_on(), "the base of another machine's disk can be chosen");
    window.wait_says("needed by clone");
    window.wait_says("template is not deleted. Its disks are needed by clone.");
    assert!(!dialog.wait_for("button", "Delete").is_sensitive(), "the base of another machine's disk can be deleted");
    window.shot("base");
    window.press("Cancel");
    window.wait_gone("dialog", "Delete template?");
    window.select("clone");
    window.choose("More Actions", "Delete…");
    let dialog = window.dialog("Delete clone?");
    wait::holds("the overlay to be chosen", wait::SOON, || dialog.wait_for("check box", "clone.qcow2").is_on());
    let base = dialog.wait_for("check box", "template.qcow2");
    assert!(!base.is_sensitive(), "the template's own disk can be chosen");
    window.shot("overlay");
    window.press("Delete");
    window.no_row("clone");
    window.wait_says("done");
    window.shot("done");
    assert_eq!(libvirt.photograph(), before);
    window.close();
}
