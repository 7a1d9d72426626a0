//! Other hosts: known ones, typed ones, in this window or in one of its own.

use std::fs;

use lectern_test_kit::{desktop::Desktop, libvirt::PrivateLibvirt, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const DIALOG: &str = "Connect to a Host";

#[test]
fn another_host_is_typed_and_the_one_before_is_found_again() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_empty("one");
    let desktop = Desktop::start("connect");
    let window = Window::open(&desktop, LECTERN, "test:///default");
    window.open_machine("test");
    desktop.keys(&["ctrl+shift+h"]);
    let dialog = window.dialog(DIALOG);
    let field = dialog.wait_for("text", "Computer or Address");
    field.set_text("teacher:secret@lab");
    dialog.wait_says("A password does not belong into an address");
    assert!(!dialog.wait_for("button", "Connect").is_sensitive());
    window.shot("refused");
    field.set_text(libvirt.uri());
    window.shot("typed");
    dialog.wait_for("button", "Connect").click();
    window.row("one");
    window.no_row("test");
    window.shot("other");
    window.choose("Main Menu", "Connect to a Host…");
    let dialog = window.dialog(DIALOG);
    dialog.wait_says("Another libvirt of This Computer");
    window.shot("known");
    let known = dialog.wait_for("list item", "libvirt's Test Driver");
    desktop.click_on("Lectern", &known, 1);
    window.row("test");
    window.no_row("one");
    window.close();
    let kept = fs::read_to_string(desktop.home().join("config/glib-2.0/settings/keyfile")).expect("what is kept");
    assert!(kept.contains("test:///default") && !kept.contains("secret"), "{kept}");
}

#[test]
fn a_host_opens_in_a_window_of_its_own() {
    let desktop = Desktop::start("connect-window");
    desktop.prefer("hosts={'test:///default': {'autoconnect': false}}\n");
    let window = Window::open(&desktop, LECTERN, "qemu+unix:///system?socket=/nowhere/libvirt-sock");
    window.wait_for("button", "Another Host…").click();
    window.dialog(DIALOG);
    window.press("Open libvirt's Test Driver in a window of its own");
    let parent = window.process().pid();
    let is_other = |stat: &str, words: &str| {
        let of = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
        of == Some(parent) && words.contains("test:///default")
    };
    wait::holds("the other program", wait::SOON, || {
        let all = fs::read_dir("/proc").expect("processes").flatten();
        all.into_iter().any(|process| {
            let read = |name: &str| fs::read_to_string(process.path().join(name)).unwrap_or_default();
            is_other(&read("stat"), &read("cmdline"))
        })
    });
    window.wait_gone("dialog", DIALOG);
    window.close();
}
