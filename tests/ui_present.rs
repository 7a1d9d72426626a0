//! Presenting: one key fills the monitor with large type and nothing around it, and the same key ends it.

use lectern_test_kit::{app::App, desktop::Desktop, testhost, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");

/// Whether the button is on the screen.
fn shows(app: &App<'_>, button: &str) -> bool {
    let found = app.find("button", button).or_else(|| app.find("toggle button", button));
    found.is_some_and(|button| button.is_showing())
}

/// Whether a label is on the screen.
fn says(app: &App<'_>, text: &str) -> bool {
    app.find_all("label", text).iter().any(lectern_test_kit::atspi::Element::is_showing)
}

#[test]
fn any_page_fills_the_monitor_until_the_same_key() {
    let desktop = Desktop::start("present");
    let uri = testhost::many(&desktop, 12);
    let window = Window::open(&desktop, LECTERN, &uri);
    window.row("node3");
    assert!(shows(&window, "New Machine"));
    desktop.keys(&["F11"]);
    window.wait_for("button", "Stop Presenting (F11)");
    wait::holds("no bars", wait::SOON, || !shows(&window, "New Machine"));
    wait::holds("the whole monitor", wait::SOON, || {
        window.wait_for("frame", "Lectern").extents().is_some_and(|frame| frame.width > 1200 && frame.height > 760)
    });
    window.shot("list");

    // What is done is beside it, and what is pressed is shown.
    window.choose("Presenting", "Show Commands Beside the Page");
    window.choose("Presenting", "Show the Keys That Are Pressed");
    window.select("node3");
    desktop.keys(&["ctrl+shift+r"]);
    wait::holds("the key", wait::SOON, || says(&window, "Shift+Ctrl+R"));
    let commands = window.wait_for("text", "Commands");
    wait::holds("its command", wait::SOON, || commands.text().contains("virsh"));
    window.shot("keys-and-commands");

    // A machine's page, a dialog; the page that is left has its bars again.
    window.select("node4");
    desktop.keys(&["Return"]);
    window.wait_says("A machine has addresses while it runs.");
    wait::holds("no bars", wait::SOON, || !shows(&window, "More Actions"));
    window.shot("machine");
    desktop.keys(&["ctrl+shift+k"]);
    window.dialog("Show Commands");
    window.shot("commands");
    window.dismiss("Show Commands");
    desktop.keys(&["F11"]);
    wait::holds("the bars", wait::SOON, || shows(&window, "More Actions"));
    wait::holds("the window's own size", wait::SOON, || {
        window.wait_for("frame", "Lectern").extents().is_some_and(|frame| frame.width < 1200)
    });
    window.shot("ended");
    window.close();
}

#[test]
fn a_wizard_is_presented_in_chinese() {
    let desktop = Desktop::speaking("present-zh", "zh_CN");
    desktop.prefer("presenting-keys=true\npresenting-scale=160\n");
    let uri = testhost::many(&desktop, 3);
    let app = App::start(&desktop, LECTERN, &["--connect", &uri]);
    app.wait_for("table row", "node1");
    desktop.keys(&["F11"]);
    app.wait_for("button", "停止演示 (F11)");
    desktop.keys(&["ctrl+n"]);
    app.wait_says("尚未选择。");
    desktop.shot("wizard");
    desktop.type_text("disk");
    app.wait_says("路径以 / 开头。");
    desktop.shot("typed");
    desktop.keys(&["Escape"]);
    app.wait_for("button", "关闭(C)").click();
    app.wait_gone("dialog", "不创建就关闭吗？");
    wait::holds("the wizard to go", wait::SOON, || !app.says("尚未选择。"));
    desktop.keys(&["F11"]);
    wait::holds("the bars", wait::SOON, || shows(&app, "新建虚拟机"));
    app.close();
}
