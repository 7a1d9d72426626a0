//! The list and what hangs on it, on libvirt's test driver: the real program, driven as a person would.

use std::time::Duration;

use lectern_test_kit::{desktop::Desktop, testhost, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const URI: &str = "test:///default";

#[test]
fn a_machine_is_paused_and_resumed_and_the_commands_are_shown() {
    let desktop = Desktop::start("machines");
    let window = Window::open(&desktop, LECTERN, URI);
    window.row_is("test", "Running", wait::SOON);
    window.shot("list");
    window.select("test");
    window.shot("selected");
    window.press("Pause");
    window.row_is("test", "Paused", wait::SOON);
    window.press("Resume");
    window.row_is("test", "Running", wait::SOON);
    window.choose("Main Menu", "Show Commands");
    let commands = window.dialog("Show Commands").wait_for("text", "Commands");
    let text = commands.text();
    for line in ["virsh -c test:///default suspend test", "virsh -c test:///default resume test"] {
        assert!(text.lines().any(|l| l == line), "{line} is not among:\n{text}");
    }
    window.shot("commands");
    window.dismiss("Show Commands");
    window.close();
}

#[test]
fn forcing_off_is_asked_first() {
    let desktop = Desktop::start("force-off");
    let window = Window::open(&desktop, LECTERN, URI);
    window.select("test");
    window.choose("More Actions", "Force Off");
    let question = window.wait_for("alert", "Force off test?");
    window.shot("question");
    question.wait_for("button", "Cancel").click();
    window.wait_gone("alert", "Force off test?");
    window.row_is("test", "Running", wait::SOON);
    window.choose("More Actions", "Force Off");
    window.wait_for("alert", "Force off test?").wait_for("button", "Force Off").click();
    window.row_is("test", "Shut off", wait::SOON);
    window.press("Start");
    window.row_is("test", "Running", wait::SOON);
    window.close();
}

#[test]
fn dialogs_open_and_close_by_keyboard() {
    let desktop = Desktop::start("dialogs");
    let window = Window::open(&desktop, LECTERN, URI);
    window.row("test");
    for (keys, title) in [("ctrl+comma", "Preferences"), ("ctrl+question", "Keyboard Shortcuts")] {
        desktop.keys(&[keys]);
        window.dialog(title);
        window.shot(title);
        window.dismiss(title);
    }
    window.choose("Main Menu", "About Lectern");
    window.dialog("About");
    window.shot("about");
    window.dismiss("About");
    desktop.keys(&["ctrl+w"]);
    window.close();
}

#[test]
fn many_are_searched_filtered_and_acted_on_at_once() {
    let desktop = Desktop::start("many");
    let uri = testhost::course(&desktop);
    let window = Window::open(&desktop, LECTERN, &uri);
    window.row_is("storage", "Paused", wait::SOON);
    window.shot("course");
    desktop.keys(&["ctrl+f"]);
    desktop.type_text("lab1");
    window.row("lab1-node1");
    window.no_row("controller");
    window.shot("search");
    desktop.keys(&["Escape"]);
    window.row("controller");
    window.select("lab1-node1");
    desktop.keys(&["shift+Down"]);
    window.wait_says("2 machines selected");
    window.press("Pause");
    window.row_is("lab1-node1", "Paused", wait::SOON);
    window.row_is("lab1-node2", "Paused", wait::SOON);
    desktop.keys(&["ctrl+f"]);
    desktop.type_text("zzz");
    window.wait_says("No Results Found");
    window.close();
}

#[test]
fn the_menu_opens_on_whichever_cell_is_clicked() {
    let desktop = Desktop::start("context-menu");
    let uri = testhost::course(&desktop);
    let window = Window::open(&desktop, LECTERN, &uri);
    let row = window.row("gateway");
    for place in ["gateway", "1 GiB"] {
        window.select("controller");
        desktop.click_on("Lectern", &row.wait_for("label", place), 3);
        window.wait_for("menu item", "Force Off");
        window.shot(&format!("menu-{}", place.replace(' ', "-")));
        assert!(row.is_selected(), "the row under the pointer is what the menu is for");
        desktop.keys(&["Escape"]);
        window.wait_gone("menu item", "Force Off");
    }
    window.close();
}

#[test]
fn the_pointer_finds_rows_again_after_the_wheel() {
    let desktop = Desktop::start("wheel");
    let uri = testhost::many(&desktop, 200);
    let window = Window::open(&desktop, LECTERN, &uri);
    let list = window.list();
    window.row("node0");
    desktop.wheel_over("Lectern", &list, 30);
    desktop.wheel_over("Lectern", &list, -30);
    window.select("node3");
    window.close();
}

#[test]
fn a_machine_has_a_page_of_its_own() {
    let desktop = Desktop::start("page");
    let window = Window::open(&desktop, LECTERN, URI);
    window.open_machine("test");
    window.shot("overview");
    window.press("Pause");
    window.wait_says("Paused");
    window.press("Resume");
    window.wait_says("Running");
    window.tab("Serial");
    window.shot("serial");
    window.press("Back");
    window.row("test");
    window.close();
}

#[test]
fn a_description_has_as_many_lines_as_wanted() {
    let desktop = Desktop::start("description");
    let arguments = ["--connect", URI, "--show-domain-editor", "test"];
    let window = Window::with(&desktop, LECTERN, &arguments, &[]);
    window.wait_for("page tab", "Overview");
    let title = window.wait_for("text", "Title");
    wait::holds("the settings to have the keyboard", wait::SOON, || title.is_focused());
    let text = window.wait_for("text", "Description");
    text.set_text("Handed out in week 3.\nRoot's password is on the blackboard.");
    window.wait_for("button", "Apply");
    window.shot("typed");
    window.press("Apply");
    window.wait_gone("button", "Apply");
    window.choose("Main Menu", "Show Commands");
    let commands = window.dialog("Show Commands").wait_for("text", "Commands").text();
    assert!(commands.contains("Handed out in week 3.\nRoot"), "{commands}");
    window.shot("commands");
    window.dismiss("Show Commands");
    window.close();
}

#[test]
fn a_narrow_window_shows_one_page_at_a_time() {
    let desktop = Desktop::start("narrow");
    let window = Window::open(&desktop, LECTERN, URI);
    window.row("test");
    desktop.resize("Lectern", 400, 700);
    window.wait_for("button", "Back");
    window.shot("narrow");
    window.close();
}

#[test]
fn a_picture_of_the_list_is_kept_for_the_readme() {
    let desktop = Desktop::start("readme");
    let uri = testhost::course(&desktop);
    let window = Window::open(&desktop, LECTERN, &uri);
    window.row_is("storage", "Paused", wait::SOON);
    window.select("compute1");
    // The usage figures come with the second reading of the statistics.
    wait::within(Duration::from_secs(4), || window.says(" %").then_some(()));
    let picture = window.shot("machines");
    if std::env::var_os("LECTERN_UPDATE_SCREENSHOTS").is_some() {
        let folder = lectern_test_kit::tree::root().join("data/screenshots");
        std::fs::create_dir_all(&folder).expect("data/screenshots");
        std::fs::copy(picture, folder.join("machines.png")).expect("data/screenshots/machines.png");
    }
    window.close();
}
