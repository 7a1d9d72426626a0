//! Whoever cannot see the window hears it: on every page, whatever can be used or read by itself has a name.

use lectern_test_kit::{atspi::Element, desktop::Desktop, testhost, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");

/// What a screen reader announces by its name.
const SPOKEN: [&str; 18] = [
    "alert",
    "button",
    "check box",
    "combo box",
    "dialog",
    "entry",
    "frame",
    "list item",
    "menu item",
    "page tab",
    "password text",
    "slider",
    "spin button",
    "switch",
    "table row",
    "terminal",
    "text",
    "toggle button",
];

/// Adds what shows without a name to `nameless`.
fn listen(element: &Element, page: &str, row: bool, nameless: &mut Vec<String>) {
    let (role, name) = (element.role(), element.name());
    // libadwaita shows the choice of a combo row in a list inside the row, which has the name.
    let decoration = row && role == "list item";
    if SPOKEN.contains(&role) && !decoration && name.is_empty() && element.is_showing() {
        let inside = element.walk().iter().map(Element::name).find(|n| !n.is_empty()).unwrap_or_default();
        nameless.push(format!("{page}: a {role} {inside:?} at {:?}", element.extents()));
    }
    for child in element.children() {
        listen(&child, page, row || role == "list item" || role == "combo box", nameless);
    }
}

#[test]
fn everything_that_can_be_used_has_a_name() {
    let desktop = Desktop::start("names");
    let uri = testhost::course(&desktop);
    let window = Window::open(&desktop, LECTERN, &uri);
    let mut nameless = Vec::new();
    window.select("controller");
    listen(&window, "list", false, &mut nameless);
    desktop.keys(&["ctrl+f"]);
    window.wait_for("entry", "Search machines");
    listen(&window, "search", false, &mut nameless);
    desktop.keys(&["Escape"]);
    for (menu, item) in [("Main Menu", "About Lectern"), ("More Actions", "Force Off")] {
        window.wait_for("toggle button", menu).click();
        window.wait_for("menu item", item);
        listen(&window, menu, false, &mut nameless);
        desktop.keys(&["Escape"]);
        window.wait_gone("menu item", item);
    }
    for (key, title) in [("ctrl+comma", "Preferences"), ("ctrl+question", "Keyboard Shortcuts")] {
        desktop.keys(&[key]);
        window.dialog(title);
        listen(&window, title, false, &mut nameless);
        window.dismiss(title);
    }
    window.open_machine("controller");
    listen(&window, "overview", false, &mut nameless);
    window.tab("Serial");
    window.wait_for("terminal", "Serial console");
    listen(&window, "serial", false, &mut nameless);
    window.close();
    assert!(nameless.is_empty(), "{} without a name:\n{}", nameless.len(), nameless.join("\n"));
}
