//! What the user prefers is kept, and followed by what is there already.

use std::fs;

use lectern_test_kit::{desktop::Desktop, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const URI: &str = "test:///default";
const KEYFILE: &str = "config/glib-2.0/settings/keyfile";

fn kept(desktop: &Desktop, line: &str) {
    wait::holds(&format!("{line:?} to be kept"), wait::SOON, || {
        fs::read_to_string(desktop.home().join(KEYFILE)).is_ok_and(|text| text.lines().any(|l| l == line))
    });
}

#[test]
fn a_choice_is_kept_and_followed() {
    let desktop = Desktop::start("preferences");
    let window = Window::open(&desktop, LECTERN, URI);
    window.row_is("test", "Running", wait::SOON);
    desktop.keys(&["ctrl+comma"]);
    let dialog = window.dialog("Preferences");
    window.shot("general");
    // The test driver gives its machine an address; without them the list has none.
    wait::holds("an address in the list", wait::SOON, || window.says("192.168.122."));
    dialog.switch("Guest Addresses in the List");
    kept(&desktop, "statistics-addresses=false");
    wait::holds("no address in the list", wait::SOON, || !window.says("192.168.122."));
    for (page, shot) in [("New Machines", "new"), ("Confirmations", "confirmations"), ("Consoles", "consoles")] {
        dialog.wait_for("page tab", page).click();
        dialog.wait_says(match page {
            "New Machines" => "Virtual Network",
            "Confirmations" => "Ask Before",
            _ => "Scrollback",
        });
        window.shot(shot);
    }
    dialog.switch("Bell");
    kept(&desktop, "console-bell=true");
    window.dismiss("Preferences");
    window.close();
}

#[test]
fn who_does_not_want_to_be_asked_is_not() {
    let desktop = Desktop::start("unasked");
    desktop.prefer("confirm-force-off='never'\npresenting-size=150\nappearance='dark'\n");
    let window = Window::open(&desktop, LECTERN, URI);
    window.select("test");
    window.shot("large-and-dark");
    window.choose("More Actions", "Force Off");
    window.row_is("test", "Shut off", wait::SOON);
    assert!(window.find("alert", "Force off test?").is_none());
    window.close();
}

#[test]
fn preferences_are_readable_in_a_narrow_chinese_window() {
    let desktop = Desktop::speaking("preferences-zh", "zh_CN");
    desktop.prefer("console-scheme='solarized-light'\nconsole-font='Monospace 16'\n");
    let window = Window::with(&desktop, LECTERN, &["--connect", URI, "--show-domain-console", "test"], &[]);
    window.wait_for("terminal", "串口控制台");
    window.shot("terminal");
    desktop.resize("Lectern", 360, 640);
    // The terminal has the keyboard, so that most keys are the guest's.
    window.find("frame", "Lectern").unwrap().act("win.preferences");
    window.dialog("首选项");
    window.shot("narrow");
    window.dismiss("首选项");
    window.close();
}
