//! A login on ttyS0 in the program's own terminal: a real libvirt, a real guest, real keys.

use lectern_test_kit::{
    atspi::Element, desktop::Desktop, guest::Machine, libvirt::PrivateLibvirt, wait, window::Window,
};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");

fn log_in(desktop: &Desktop, terminal: &Element) {
    wait::holds("a login prompt", wait::BOOT, || terminal.text().trim_end().ends_with("login:"));
    desktop.type_text("root\n");
    wait::holds("a shell prompt", wait::SOON, || terminal.text().trim_end().ends_with("]#"));
}

#[test]
fn a_guest_is_started_logged_in_to_rebooted_and_shut_down() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--network"]) else { return };
    libvirt.define_guest(Machine { name: "tiny", network: true });
    let desktop = Desktop::start("serial");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.row_is("tiny", "Shut off", wait::SOON);
    window.select("tiny");
    window.press("Start");
    window.row_is("tiny", "Running", wait::SOON);
    window.open_machine("tiny");
    window.tab("Serial");
    let terminal = window.terminal();
    log_in(&desktop, &terminal);
    desktop.type_text("uname -a\n");
    wait::holds("the kernel's name", wait::SOON, || terminal.text().contains("Linux tiny "));
    window.shot("login");
    desktop.type_text("reboot\n");
    log_in(&desktop, &terminal);
    window.shot("again");
    window.tab("Overview");
    window.wait_says("192.168.122.");
    window.shot("overview");
    window.press("Shut Down");
    libvirt.wait_state("tiny", "shut off", wait::BOOT);
    window.wait_says("Shut off");
    window.shot("off");
    window.close();
}

#[test]
fn special_keys_reach_the_guest() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_guest(Machine { name: "keys", network: false });
    libvirt.virsh(&["start", "keys"]);
    let desktop = Desktop::start("keys");
    let window = Window::with(&desktop, LECTERN, &["--connect", libvirt.uri(), "--show-domain-serial", "keys"], &[]);
    let terminal = window.terminal();
    log_in(&desktop, &terminal);
    // Two keys, as octal numbers: Ctrl+Space is 000, Ctrl+] is 035.
    desktop.type_text("clear; stty raw -echo; dd bs=1 count=2 2>/dev/null | od -b; stty sane\n");
    desktop.keys(&["ctrl+space", "ctrl+bracketright"]);
    wait::holds("000 035", wait::SOON, || terminal.text().contains("000 035"));
    window.close();
}

#[test]
fn a_console_in_use_is_taken_over() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_empty("busy");
    libvirt.virsh(&["start", "busy"]);
    let mut other = libvirt.hold_console("busy");
    let desktop = Desktop::start("take-over");
    let window = Window::with(&desktop, LECTERN, &["--connect", libvirt.uri(), "--show-domain-console", "busy"], &[]);
    window.wait_for("button", "Take Over");
    window.shot("in-use");
    window.press("Take Over");
    wait::until("virsh to lose the console", wait::SOON, || other.ended());
    window.wait_gone("button", "Take Over");
    window.close();
}
