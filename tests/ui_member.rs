//! The program of a plain member of the group `libvirt`, who can read none of root's images.

use lectern_test_kit::{desktop::Desktop, libvirt::PrivateLibvirt, member, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const IMAGES: &str = "/var/lib/libvirt/images";

#[test]
fn a_member_deletes_a_machine_with_roots_images() {
    let options = ["--pool", member::GROUP[0], member::GROUP[1]];
    let Some(mut libvirt) = PrivateLibvirt::with(&options) else { return };
    let before = libvirt.photograph();
    libvirt.sh(&format!("cd {IMAGES} && qemu-img create -q -f qcow2 roots.qcow2 64M && chmod 600 roots.qcow2"));
    libvirt.virsh(&["pool-refresh", "default"]);
    libvirt.define("roots", &machine("roots"));
    let said = libvirt.as_member("as_a_member", LECTERN);
    assert!(said.contains("the member deleted it"), "{said}");
    assert_eq!(libvirt.photograph(), before);
}

fn machine(name: &str) -> String {
    format!(
        "<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory><os><type arch='x86_64'>hvm</type></os>\
         <devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>\
         <source file='{IMAGES}/{name}.qcow2'/><target dev='vda' bus='virtio'/></disk></devices></domain>"
    )
}

#[test]
#[ignore = "started by the test above, as another user, inside the private libvirt's namespaces"]
fn as_a_member() {
    let desktop = Desktop::start("member");
    let program = member::program();
    let window = Window::open(&desktop, &program, "qemu:///system");
    window.select("roots");
    window.choose("More Actions", "Delete…");
    let dialog = window.dialog("Delete roots?");
    wait::holds("the disk to be chosen", wait::SOON, || dialog.wait_for("check box", "roots.qcow2").is_on());
    window.shot("delete");
    window.press("Delete");
    window.wait_gone("dialog", "Delete roots?");
    window.no_row("roots");
    window.wait_says("done");
    window.close();
    println!("the member deleted it");
}

#[test]
fn who_is_not_let_in_gets_a_session_and_is_told_how_to_get_in() {
    let Some(mut libvirt) = PrivateLibvirt::with(&member::GROUP) else { return };
    let said = libvirt.as_outsider("as_an_outsider", LECTERN);
    assert!(said.contains("the outsider has a session"), "{said}");
}

#[test]
#[ignore = "started by the test above, as another user, inside the private libvirt's namespaces"]
fn as_an_outsider() {
    let desktop = Desktop::start("outsider");
    // No host is named, and the system's refuses this user.
    let window = Window::with(&desktop, &member::program(), &[], &[]);
    window.wait_says("Your own session: it has no virtual networks.");
    window.wait_says("No Virtual Machines");
    window.shot("session");
    window.close();
    println!("the outsider has a session");
}
