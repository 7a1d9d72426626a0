//! Projects by clicks: made with a quota, what they use, moved to, disabled, deleted; in Chinese and narrow.

use lectern_model::catalog::Edit;
use lectern_test_kit::{
    atspi::Element,
    desktop::Desktop,
    libvirt::PrivateLibvirt,
    window::Window,
    witness::{Witness, answer},
};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");

fn go(desktop: &Desktop, window: &Window<'_>, name: &str) {
    desktop.click_on("Lectern", &window.wait_for("list item", name), 1);
}

fn fill(dialog: &Element, title: &str, text: &str) {
    dialog.wait_for("text", title).set_text(text);
}

/// A machine without disks, with this project noted on it.
fn define(libvirt: &PrivateLibvirt, name: &str, project: &str) {
    let note = format!(
        "<metadata><lectern:machine xmlns:lectern='urn:lectern:machine:1' version='1'>\
         <lectern:project>{project}</lectern:project></lectern:machine></metadata>"
    );
    let note = if project.is_empty() { String::new() } else { note };
    let xml = format!(
        "<domain type='qemu'><name>{name}</name>{note}<memory unit='MiB'>64</memory><vcpu>2</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>"
    );
    libvirt.define(name, &xml);
}

#[test]
fn a_project_is_made_filled_disabled_and_deleted_by_clicks() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    define(&libvirt, "foreign", "");
    let desktop = Desktop::start("projects");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    go(&desktop, &window, "Projects");
    window.wait_says("1 machine, no limit");
    window.press("New Project");
    let dialog = window.dialog("New Project");
    fill(&dialog, "Name", "Default");
    dialog.wait_says("The project default has this name");
    fill(&dialog, "Machines", "two");
    dialog.wait_says("Type a whole number, or nothing");
    assert!(!dialog.wait_for("button", "Create").is_sensitive());
    window.shot("wrong");
    fill(&dialog, "Name", "class");
    fill(&dialog, "Description", "Thirty people, once a week");
    fill(&dialog, "Machines", "2");
    fill(&dialog, "Volumes", "");
    dialog.wait_says("openstack quota set --instances 2 --volumes -1 class");
    window.shot("form");
    dialog.wait_for("button", "Create").click();
    window.wait_says("0 machines of 2");
    // What is made elsewhere counts at once.
    define(&libvirt, "node1", "class");
    define(&libvirt, "node2", "class");
    window.wait_says("2 machines of 2");
    window.shot("list");
    go(&desktop, &window, "class");
    window.wait_says("2 of 2 used");
    window.wait_says("4 of 20 used");
    window.wait_says("0 used, no limit");
    window.wait_says("node2");
    window.shot("page");
    // Its machines note the name; a limit below what is used is a warning.
    window.press("Edit Project");
    let dialog = window.dialog("Edit class");
    fill(&dialog, "Name", "other");
    dialog.wait_says("2 machines note this name");
    fill(&dialog, "Name", "class");
    fill(&dialog, "Machines, 2 used", "1");
    dialog.wait_says("2 are used already");
    dialog.switch("Enabled");
    window.shot("edit");
    dialog.wait_for("button", "Apply").click();
    window.wait_says("Disabled: nothing in it is started or made.");
    // The start is refused, with a word that is clear.
    go(&desktop, &window, "Machines");
    window.select("node1");
    window.press("Start");
    window.wait_says("The project class is disabled.");
    window.shot("refused");
    // Somebody else enables it: seen without a restart.
    let other = Witness::connect(libvirt.uri()).host;
    let old = answer(other.catalog()).expect("a catalogue").catalog.project("class").expect("it").clone();
    let new = lectern_model::project::Project { enabled: true, ..old.clone() };
    answer(other.change_catalog(Edit::ChangeProject { old, new })).expect("a change");
    go(&desktop, &window, "Projects");
    window.wait_says("Enabled: its machines may be started");
    window.press("Delete Project");
    let question = window.wait_for("alert", "Delete the project class?");
    question.wait_says("Its 2 machines stay as they are, and count in the project default");
    window.shot("delete");
    question.wait_for("button", "Delete").click();
    window.wait_says("3 machines, no limit");
    window.close();
}

#[test]
fn projects_are_readable_in_a_narrow_chinese_window() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let host = Witness::connect(libvirt.uri()).host;
    let class = lectern_model::project::Project::new("class");
    answer(host.change_catalog(Edit::AddProject(class))).expect("a change");
    define(&libvirt, "node1", "class");
    let desktop = Desktop::speaking("projects-zh", "zh_CN");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    go(&desktop, &window, "项目");
    window.wait_says("1 台虚拟机");
    desktop.resize("Lectern", 400, 700);
    window.shot("narrow-list");
    go(&desktop, &window, "class");
    window.wait_says("已用");
    window.shot("narrow-page");
    window.press("编辑项目");
    window.dialog("编辑 class");
    window.shot("narrow-form");
    window.press("取消(C)");
    window.wait_gone("dialog", "编辑 class");
    window.close();
}
