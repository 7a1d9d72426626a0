//! A change of several steps as a user sees it: done, undone by a click, found again after a kill.

use lectern_services::plan::{Plan, Point, Purpose, steps::Define};
use lectern_test_kit::{desktop::Desktop, libvirt::PrivateLibvirt, plans, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");

/// The child of these tests: see `lectern_test_kit::plans::child`.
#[test]
#[ignore = "run by the tests of this file"]
fn killed_child() {
    plans::child();
}

#[test]
fn a_machine_is_undefined_and_comes_back() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_empty("one");
    let before = libvirt.virsh(&["dumpxml", "--inactive", "one"]);
    let desktop = Desktop::start("plans");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.select("one");
    window.choose("More Actions", "Undefine, Keep the Disks");
    window.no_row("one");
    window.wait_for("button", "Undo");
    window.shot("undefined");
    window.press("Undo");
    window.row("one");
    assert_eq!(libvirt.virsh(&["dumpxml", "--inactive", "one"]), before);
    window.wait_says("all is as it was before");
    window.shot("back");
    window.close();
}

#[test]
fn what_a_kill_left_is_asked_about_and_undone() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let id = lectern_model::id::DomainId::parse("0d1f5a3c-6b0e-4c55-9a6e-3f1a2b4c5d6e").unwrap();
    let xml = format!(
        "<domain type='qemu'><name>half</name><uuid>{id}</uuid><memory unit='MiB'>32</memory>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>"
    );
    let step = Define { id, name: "half".into(), xml }.into();
    let plan = Plan::new(Purpose::Import("half".into()), libvirt.host_uri(), vec![step]);
    let state = tempfile::tempdir().expect("a folder");
    plans::killed(&plan, &state.path().join("lectern/plans"), Point::Applied(0));
    let desktop = Desktop::start("cut-off");
    let variables = [("XDG_STATE_HOME", state.path().to_str().expect("a path"))];
    let window = Window::with(&desktop, LECTERN, &["--connect", libvirt.uri()], &variables);
    window.wait_for("alert", "A Change Was Cut Off");
    window.row("half");
    window.shot("asked");
    window.press("Undo It");
    window.no_row("half");
    window.wait_says("all is as it was before");
    window.close();
}
