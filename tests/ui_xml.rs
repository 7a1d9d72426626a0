//! Machines into XML files and out of them, driven as a person would.

use std::fs;

use lectern_test_kit::{desktop::Desktop, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const URI: &str = "test:///default";
const TITLE: &str = "Define from an XML File";

#[test]
fn a_machine_is_exported_and_defined_again_under_another_identity() {
    let desktop = Desktop::start("xml");
    let file = desktop.home().join("test.xml");
    let window = Window::open(&desktop, LECTERN, URI);
    window.select("test");
    window.choose("More Actions", "Export XML…");
    let export = window.wait_for("alert", "Export the XML of test");
    export.wait_says("virsh -c test:///default dumpxml --inactive --domain test");
    export.switch("With Passwords");
    export.wait_says("--security-info");
    export.switch("With Passwords");
    window.shot("export");
    export.wait_for("text", "Path on This Computer").set_text(&file.to_string_lossy());
    export.wait_for("button", "Save").click();
    wait::holds("the file", wait::SOON, || fs::read_to_string(&file).is_ok_and(|text| text.contains("</domain>")));
    let text = fs::read_to_string(&file).unwrap().replacen("<domain", "<!-- handed out -->\n<domain", 1);
    fs::write(&file, text).unwrap();

    window.choose("New Machine", "From an XML File…");
    let dialog = window.dialog(TITLE);
    let path = dialog.wait_for("text", "Path on This Computer");
    for (name, content, words) in [
        ("broken.xml", "<domain>\n<name>a</nam>\n</domain>", "Line 2"),
        ("network.xml", "<network/>", "describes no virtual machine"),
    ] {
        let bad = desktop.home().join(name);
        fs::write(&bad, content).unwrap();
        path.set_text(&bad.to_string_lossy());
        dialog.wait_says(words);
    }
    window.shot("broken");
    path.set_text(&file.to_string_lossy());
    let renew = dialog.wait_for("radio button", "Give It a New Identity");
    wait::holds("another identity, as the machine is here already", wait::SOON, || renew.is_on());
    let name = dialog.wait_for("text", "Name");
    wait::holds("a free name", wait::SOON, || name.text() == "test-2");
    window.shot("identity");
    dialog.wait_for("button", "Next").click();
    let diff = dialog.wait_for("text", "What Differs from the File");
    let lines = diff.text();
    assert!(lines.lines().any(|l| l.starts_with('-') && l.contains("<name>test</name>")), "{lines}");
    assert!(lines.lines().any(|l| l.starts_with('+') && l.contains("<name>test-2</name>")), "{lines}");
    window.shot("differences");
    dialog.wait_for("button", "Define").click();
    window.row_is("test-2", "Shut off", wait::SOON);
    window.close();
}
