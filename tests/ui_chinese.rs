//! The program in Chinese: every page says what the glossary says, and pictures are kept for people to look at.

use lectern_test_kit::{app::App, desktop::Desktop, testhost, wait};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");

#[test]
fn the_window_speaks_chinese() {
    let desktop = Desktop::speaking("chinese", "zh_CN");
    let uri = testhost::course(&desktop);
    let app = App::start(&desktop, LECTERN, &["--connect", &uri]);
    app.wait_for("frame", "Lectern");
    app.wait_says("运行");
    app.wait_says("虚拟机");
    desktop.shot("machines");
    desktop.keys(&["ctrl+comma"]);
    app.wait_says("首选项");
    desktop.shot("preferences");
    desktop.keys(&["Escape"]);
    app.close();
}

#[test]
fn a_machine_page_speaks_chinese() {
    let desktop = Desktop::speaking("chinese-page", "zh_CN");
    let app = App::start(&desktop, LECTERN, &["--connect", "test:///default", "--show-domain-console", "test"]);
    let terminal = app.wait_long("terminal", "串口控制台", wait::SOON);
    assert!(terminal.is_showing());
    desktop.shot("serial");
    app.close();
}
