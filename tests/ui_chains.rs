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

#[test]
fn a_template_gets_a_new_version_and_its_machines_move_there() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    libvirt.define_guest(Machine { name: "cent7", network: false });
    libvirt.virsh(&["pool-refresh", "default"]);
    let desktop = Desktop::start("versions");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.select("cent7");
    window.choose("More Actions", "Lock as Template");
    window.wait_for("button", "Lock").click();
    window.wait_says("Lock cent7 as a template: done");
    window.choose("More Actions", "Clone…");
    let dialog = window.dialog("Clone cent7");
    wait::holds("a plan", wait::SOON, || dialog.wait_for("button", "Clone").is_sensitive());
    dialog.wait_for("button", "Clone").click();
    window.row("cent7-2");
    window.select("cent7");
    window.choose("More Actions", "New Version…");
    window.wait_for("button", "Make Copy").click();
    window.row("cent7-v2");
    window.wait_says("Copy cent7 to cent7-v2, its next version: done");
    window.select("cent7-v2");
    window.choose("More Actions", "Lock as Template");
    window.wait_for("button", "Lock").click();
    window.wait_says("Lock cent7-v2 as a template: done");
    let xml = libvirt.virsh(&["dumpxml", "--inactive", "cent7-v2"]);
    assert!(xml.contains("lectern:template version=\"2\" line=") && !xml.contains("lectern:next"), "{xml}");
    window.choose("More Actions", "Move Machines to This Version…");
    window.wait_says("cent7-2");
    window.shot("take");
    window.wait_for("button", "Move").click();
    window.wait_says("Move cent7-2 to cent7-v2: done");
    let own = libvirt.sh(&format!("virsh -q -c '{}' domblklist cent7-2", libvirt.uri().to_owned()));
    let own = own.split_whitespace().last().expect("a disk").to_owned();
    let info = libvirt.sh(&format!("qemu-img info {own} | grep 'backing file:'"));
    assert!(info.contains("cent7-v2"), "{info}");
    window.select("cent7-v2");
    window.choose("More Actions", "What Lies on It…");
    let tree = window.dialog("What Lies on cent7-v2");
    tree.wait_says("1 machine depends on its disks.");
    tree.wait_for("list item", "cent7-2, Shut off");
    window.shot("tree");
    window.desktop().keys(&["Escape"]);
    window.wait_gone("dialog", "What Lies on cent7-v2");
    window.close();
}
