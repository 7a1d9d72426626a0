//! What disks lie on, as a user sees it: a broken chain is shown and mended, and a clone is made to stand alone.

use lectern_test_kit::{desktop::Desktop, guest::Machine, libvirt::PrivateLibvirt, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const IMAGES: &str = "/var/lib/libvirt/images";

#[test]
fn a_lost_base_is_shown_and_found_and_then_not_needed() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    libvirt.define_guest(Machine { name: "node1", network: false });
    libvirt.sh(&format!(
        "cd {IMAGES} && mv node1.qcow2 base.qcow2 && qemu-img create -q -f qcow2 -F qcow2 -b {IMAGES}/base.qcow2 node1.qcow2 \
         && mkdir old && mv base.qcow2 old/base.qcow2 && virsh -q -c '{}' pool-refresh default",
        libvirt.uri().to_owned()
    ));
    let desktop = Desktop::start("chains");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    let row = window.row("node1");
    wait::holds("the broken chain", wait::SOON, || row.says("Base is gone"));
    window.shot("list");
    window.select("node1");
    window.choose("More Actions", "Change the Base…");
    let dialog = window.dialog("Base of node1");
    dialog.wait_says("There is no image at");
    window.shot("lost");
    assert!(!dialog.wait_for("button", "Change Base").is_sensitive());
    dialog.wait_for("text", "Path of the Base").set_text(&format!("{IMAGES}/old/base.qcow2"));
    wait::holds("a plan", wait::SOON, || dialog.wait_for("button", "Change Base").is_sensitive());
    dialog.wait_says("qemu-img rebase -u -f qcow2 -b");
    window.shot("found");
    dialog.wait_for("button", "Change Base").click();
    window.wait_says("Change the base of node1: done");
    wait::holds("it to be sound", wait::SOON, || {
        window.row("node1").says("Shut off") && !window.row("node1").says("Base is gone")
    });
    window.choose("More Actions", "Detach From Its Template…");
    window.wait_for("button", "Detach").click();
    window.wait_says("Detach node1 from its template: done");
    let info = libvirt.sh(&format!("qemu-img info {IMAGES}/node1-2.qcow2; ls {IMAGES}"));
    assert!(!info.contains("backing file:") && !info.contains("node1.qcow2\n"), "{info}");
    window.close();
}
