//! Projects by clicks: made with a quota, what they use, moved to, disabled, deleted; in Chinese and narrow.

use lectern_model::{
    catalog::Edit,
    flavor::Flavor,
    project::{Limit, Project, Quota},
};
use lectern_test_kit::{
    atspi::Element,
    desktop::Desktop,
    libvirt::PrivateLibvirt,
    wait,
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
    let new = Project { enabled: true, ..old.clone() };
    answer(other.change_catalog(Edit::ChangeProject { old, new })).expect("a change");
    go(&desktop, &window, "Projects");
    window.wait_says("Enabled: its machines may be started");
    window.press("Delete Project");
    let question = window.wait_for("alert", "Delete the project class?");
    question.wait_says("Its 2 machines stay as they are, and count in the project default");
    window.shot("delete");
    question.wait_for("button", "Delete").click();
    window.wait_says("3 machines, no limit");
    // Taken back, its machines are its own again: they still note it.
    window.wait_says("Delete the project class: done");
    window.press("Undo");
    window.wait_says("Bring the project class back: done");
    window.wait_says("1 machine, no limit");
    window.wait_says("2 machines of 1");
    window.shot("returned");
    go(&desktop, &window, "Machines");
    wait::holds("the project to be back", wait::SOON, || window.row("node2").says("class"));
    // Deleted by somebody else, its name is not shown any more.
    let back = answer(other.catalog()).expect("a catalogue").catalog.project("class").expect("it").clone();
    answer(other.change_catalog(Edit::RemoveProject(back))).expect("a change");
    wait::holds("the project to be gone", wait::SOON, || !window.row("node2").says("class"));
    window.shot("gone");
    window.close();
}

#[test]
fn machines_are_moved_grouped_and_refused_by_the_quota() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let host = Witness::connect(libvirt.uri()).host;
    let quota = Quota { instances: Limit::of(1), ..Quota::UNLIMITED };
    answer(host.change_catalog(Edit::AddProject(Project { quota, ..Project::new("class") }))).expect("a change");
    for name in ["node1", "node2", "node3", "node5"] {
        define(&libvirt, name, "");
    }
    let desktop = Desktop::start("projects-move");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.select("node1");
    window.choose("More Actions", "Move to Project…");
    let dialog = window.dialog("Move node1 to a Project");
    dialog.wait_says("0 machines of 1");
    dialog.wait_says("Change the configuration of node1");
    window.shot("move");
    dialog.wait_for("button", "Move").click();
    window.wait_says("Move node1 to the project class: done");
    window.wait_for("table cell", "class");
    // The next is one too many: said beside the choice, with asked, used and allowed, and mended there.
    window.select("node2");
    window.choose("More Actions", "Move to Project…");
    let dialog = window.dialog("Move node2 to a Project");
    dialog.wait_says("machines: 1 asked, 1 used, 1 allowed");
    assert!(!dialog.wait_for("button", "Move").is_sensitive());
    window.shot("refused");
    dialog.wait_for("button", "Raise to What Is Needed").click();
    wait::holds("a plan", wait::SOON, || dialog.wait_for("button", "Move").is_sensitive());
    dialog.wait_for("button", "Move").click();
    window.wait_says("Move node2 to the project class: done");
    window.shot("column");
    // Somebody else takes the place while the dialog is open: the plan is refused as it begins, and run again once the
    // quota is raised.
    window.select("node3");
    window.choose("More Actions", "Move to Project…");
    let dialog = window.dialog("Move node3 to a Project");
    dialog.wait_says("machines: 1 asked, 2 used, 2 allowed");
    let old = answer(host.catalog()).expect("a catalogue").catalog.project("class").expect("it").clone();
    let quota = Quota { instances: Limit::of(3), ..old.quota };
    let new = Project { quota, ..old.clone() };
    answer(host.change_catalog(Edit::ChangeProject { old, new })).expect("a change");
    wait::holds("a plan", wait::SOON, || dialog.wait_for("button", "Move").is_sensitive());
    define(&libvirt, "node4", "class");
    window.row("node4");
    dialog.wait_for("button", "Move").click();
    let refused =
        window.wait_for("alert", "The quota of the project class is not enough: machines: 1 asked, 3 used, 3 allowed");
    window.shot("refused-late");
    refused.wait_for("button", "Raise and Try Again").click();
    window.wait_says("Move node3 to the project class: done");
    // Two at once, back to the project of what has no other.
    window.select("node1");
    desktop.keys(&["shift+Down"]);
    window.choose("More Actions", "Move to Project…");
    let dialog = window.dialog("Move 2 Machines to a Project");
    let row = dialog.wait_for("combo box", "Project");
    desktop.click_on("Lectern", &row, 1);
    window.wait_for("label", "default");
    desktop.keys(&["Home", "Return"]);
    wait::holds("default to be chosen", wait::SOON, || row.says("default"));
    wait::holds("a plan", wait::SOON, || dialog.wait_for("button", "Move").is_sensitive());
    window.shot("move-two");
    dialog.wait_for("button", "Move").click();
    wait::holds("both to be moved", wait::SOON, || {
        ["node1", "node2"].iter().all(|name| !libvirt.virsh(&["dumpxml", name]).contains(">class<"))
    });
    desktop.keys(&["ctrl+f"]);
    window.wait_for("toggle button", "Group by Project").click();
    window.wait_says("class (2)");
    window.wait_says("default (3)");
    window.shot("grouped");
    window.close();
}

const IMAGES: &str = "/var/lib/libvirt/images";
const GUEST: &str = "/var/lib/libvirt/guest/guest.qcow2";

/// Goes on to the page of that title.
fn next(wizard: &Element, title: &str) {
    wizard.wait_for("button", "Next").click();
    wizard.wait_for("label", title);
}

/// Chooses `entry`, the last of what the row lists, as the keyboard does.
fn choose_last(window: &Window<'_>, row: &str, entry: &str) {
    let row = window.wait_for("combo box", row);
    window.desktop().click_on("Lectern", &row, 1);
    window.wait_for("label", entry);
    window.desktop().keys(&["End", "Return"]);
    wait::holds(&format!("{entry} to be chosen"), wait::SOON, || row.says(entry));
}

#[test]
fn the_wizard_refuses_the_third_and_lets_it_in_by_raise() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--no-kvm", "--pool"]) else { return };
    libvirt.sh(&format!("cp {GUEST} {IMAGES}/disk.qcow2"));
    let host = Witness::connect(libvirt.uri()).host;
    let quota = Quota { instances: Limit::of(2), ..Quota::UNLIMITED };
    answer(host.change_catalog(Edit::AddProject(Project { quota, ..Project::new("class") }))).expect("a change");
    let flavor = Flavor { ephemeral: 1, swap: 16, ..Flavor::new("z", "zz", 1, 160, 2) };
    answer(host.change_catalog(Edit::AddFlavor(flavor))).expect("a change");
    define(&libvirt, "node1", "class");
    define(&libvirt, "node2", "class");
    let desktop = Desktop::start("projects-wizard");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.row("node1");
    desktop.keys(&["ctrl+n"]);
    let wizard = window.dialog("Import an Existing Disk");
    let disk = wizard.wait_for("radio button", "disk.qcow2");
    desktop.click_on("Lectern", &disk, 1);
    wizard.wait_says("the guest sees");
    next(&wizard, "Use");
    let overlay = wizard.wait_for("radio button", "Keep It as the Base of a New Overlay");
    desktop.click_on("Lectern", &overlay, 1);
    next(&wizard, "System");
    wizard.wait_for("text", "Name").set_text("node3");
    choose_last(&window, "Project", "class");
    wizard.wait_says("machines: 1 asked, 2 used, 2 allowed");
    window.shot("refused");
    wizard.wait_for("button", "Raise to What Is Needed").click();
    wait::holds("the refusal to go", wait::SOON, || !wizard.says("1 asked"));
    choose_last(&window, "Flavor", "zz");
    wizard.wait_says("16 MiB swap disk");
    window.shot("raised");
    next(&wizard, "Network and Start");
    next(&wizard, "Review");
    wizard.wait_says("a swap disk of 16 MiB, formatted");
    wizard.wait_says("machines: 1 asked, 2 used, 3 allowed");
    window.shot("review");
    wizard.wait_for("button", "Create").click();
    window.wait_says("Make the machine node3: done");
    let xml = libvirt.virsh(&["dumpxml", "node3"]);
    let has = |text: &str| assert!(xml.contains(text), "{text} in {xml}");
    has("<lectern:project>class</lectern:project>");
    has("<lectern:flavor>zz</lectern:flavor>");
    has("<serial>lectern-ephemeral</serial>");
    has("<serial>lectern-swap</serial>");
    let swap = libvirt.sh(&format!("dd if={IMAGES}/node3-swap.img bs=1 skip=4086 count=10 status=none"));
    assert_eq!(swap.trim(), "SWAPSPACE2", "formatted");
    window.open_machine("node3");
    window.wait_says("zz");
    window.tab("Serial");
    let terminal = window.terminal();
    wait::holds("a login prompt", wait::BOOT, || terminal.text().trim_end().ends_with("login:"));
    desktop.type_text("root\n");
    wait::holds("a shell prompt", wait::SOON, || terminal.text().trim_end().ends_with("]#"));
    desktop.type_text("swapon /dev/[sv]dc; cat /proc/swaps /proc/partitions\n");
    let has = |size: &str, disk: &str| {
        terminal.text().lines().any(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.len() == 4 && words[2] == size && words[3].ends_with(disk)
        })
    };
    wait::holds("its disks inside", wait::SOON, || {
        has("2097152", "da") && has("1048576", "db") && has("16384", "dc") && terminal.text().contains("partition")
    });
    window.shot("inside");
    window.close();
}

#[test]
fn projects_are_readable_in_a_narrow_chinese_window() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let host = Witness::connect(libvirt.uri()).host;
    let class = Project::new("class");
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
