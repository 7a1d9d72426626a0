//! A machine's consoles in the program's own window: several of them, what is sent to them, and what is kept of them.

use std::{fs, path::Path};

use lectern_model::cast::Cast;
use lectern_test_kit::{
    atspi::Element, desktop::Desktop, guest::Machine, libvirt::PrivateLibvirt, wait, window::Window,
};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");

const CONSOLES: [&str; 2] =
    ["<serial type='pty'><target port='1'/></serial>", "<console type='pty'><target type='virtio'/></console>"];

/// Chooses an item of the menu of the output, whose file the chooser then gets.
fn to_file(window: &Window<'_>, desktop: &Desktop, item: &str, file: &Path) {
    window.choose("Output", item);
    window.wait_for("button", "Cancel");
    desktop.keys(&["ctrl+a"]);
    desktop.type_text(&format!("{}\n", file.to_string_lossy()));
    window.wait_gone("button", "Cancel");
}

fn log_in(desktop: &Desktop, terminal: &Element) {
    wait::holds("a login prompt", wait::BOOT, || terminal.text().trim_end().ends_with("login:"));
    desktop.type_text("root\n");
    wait::holds("a shell prompt", wait::SOON, || terminal.text().trim_end().ends_with("]#"));
}

/// All that a recording shows.
fn recorded(cast: &Path) -> String {
    let cast = fs::read_to_string(cast).ok().and_then(|text| Cast::parse(&text).ok());
    cast.map(|cast| cast.moments.into_iter().map(|moment| moment.text).collect()).unwrap_or_default()
}

#[test]
fn several_consoles_are_recorded_logged_and_saved() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_guest(Machine { name: "many", network: false });
    for (number, device) in CONSOLES.iter().enumerate() {
        let file = libvirt.folder().join(format!("console{number}.xml"));
        assert!(fs::write(&file, device).is_ok());
        libvirt.virsh(&["attach-device", "many", &file.to_string_lossy(), "--config"]);
    }
    libvirt.virsh(&["start", "many"]);
    let desktop = Desktop::start("consoles");
    let window = Window::with(&desktop, LECTERN, &["--connect", libvirt.uri(), "--show-domain-console", "many"], &[]);
    let terminal = window.terminal();
    let says = |text: &str| wait::holds(text, wait::SOON, || terminal.text().contains(text));
    log_in(&desktop, &terminal);

    // What the guest is told of the terminal is what it then knows.
    window.choose("Send a Key", "Set the Terminal Size in the Guest");
    says("stty rows");
    desktop.type_text("stty size; echo 1 > /proc/sys/kernel/sysrq; sleep 99\n");
    says("sleep 99");
    window.choose("Send a Key", "Ctrl+C");
    says("^C");
    window.choose("Send a Key", "Break");
    desktop.type_text("h");
    says("sysrq: HELP");
    window.shot("sysrq");

    // A recording.
    let cast = desktop.home().join("lesson.cast");
    to_file(&window, &desktop, "Record…", &cast);
    window.wait_for("button", "End the Recording");
    window.wait_for("toggle button", "Output").click();
    window.wait_for("check menu item", "Keep a Log of This Machine").click();
    window.wait_gone("check menu item", "Keep a Log of This Machine");
    window.terminal();
    desktop.type_text("echo rec''orded\n");
    says("recorded");
    window.press("End the Recording");
    wait::holds("the recording", wait::SOON, || recorded(&cast).contains("recorded"));

    // Many lines are asked for first.
    window.choose("Output", "Select All");
    window.choose("Output", "Copy");
    window.choose("Output", "Paste");
    window.wait_says("A shell runs each line as soon as it has come.");
    window.shot("paste");
    window.press("Cancel");

    let saved = desktop.home().join("all.txt");
    to_file(&window, &desktop, "Save the Output…", &saved);
    wait::holds("the saved output", wait::SOON, || {
        fs::read_to_string(&saved).is_ok_and(|text| text.contains("login: root") && text.contains("recorded"))
    });
    let logs = fs::read_dir(desktop.home().join("state/lectern/consoles")).into_iter().flatten().flatten();
    let log = logs.map(|log| fs::read_to_string(log.path()).unwrap_or_default()).find(|log| log.contains("recorded"));
    assert!(log.is_some(), "a log was kept");

    // The other consoles are there, and open once they are looked at.
    for device in ["ttyS1", "hvc0"] {
        window.tab(device);
        let other = window.wait_for("terminal", &format!("Console {device}"));
        window.wait_says("The line is silent.");
        window.tab("ttyS0");
        window.terminal();
        desktop.type_text(&format!("echo for {device} > /dev/{device}\n"));
        window.tab(device);
        wait::holds(device, wait::SOON, || other.text().contains(&format!("for {device}")));
    }
    window.shot("hvc0");
    window.choose("Output", "No Login Prompt?");
    window.wait_says("serial-getty@hvc0.service");
    window.shot("guide");
    desktop.keys(&["Escape"]);
    desktop.resize("Lectern", 400, 640);
    window.wait_gone("list item", "This host and its readiness");
    window.shot("consoles-narrow");
    window.close();
}
