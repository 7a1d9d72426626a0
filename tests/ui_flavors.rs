//! Flavors by clicks: made, refused beside the field, used, deleted, taken to a file, seen by others at once.

use lectern_model::{catalog::Edit, flavor::Flavor};
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

/// A machine that notes the flavor.
fn define(libvirt: &PrivateLibvirt, name: &str, flavor: &str) {
    let xml = format!(
        "<domain type='qemu'><name>{name}</name><metadata><lectern:machine xmlns:lectern='urn:lectern:machine:1' \
         version='1'><lectern:flavor>{flavor}</lectern:flavor></lectern:machine></metadata><memory unit='MiB'>16</memory>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>"
    );
    libvirt.define(name, &xml);
}

#[test]
fn a_flavor_is_made_changed_and_deleted_by_clicks() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let desktop = Desktop::start("flavors");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    go(&desktop, &window, "Flavors");
    window.wait_says("m1.xlarge");
    window.wait_says("2 virtual CPUs · 2048 MiB memory · 100 GiB root disk");
    window.shot("first");
    window.press("New Flavor");
    let dialog = window.dialog("New Flavor");
    assert!(!dialog.wait_for("button", "Create").is_sensitive());
    fill(&dialog, "Name", " ");
    dialog.wait_says("A name is needed.");
    fill(&dialog, "Name", "m1.tiny");
    dialog.wait_says("Another flavor has this name.");
    fill(&dialog, "Memory (MiB)", "a lot");
    dialog.wait_says("Type a whole number.");
    fill(&dialog, "ID", "1");
    dialog.wait_says("Another flavor has this ID.");
    window.shot("wrong");
    for (title, text) in [("Name", "swapper"), ("ID", "auto"), ("Memory (MiB)", "512"), ("Swap Disk (MiB)", "64")] {
        fill(&dialog, title, text);
    }
    dialog.wait_says("--swap 64 swapper");
    window.shot("form");
    dialog.wait_for("button", "Create").click();
    window.wait_says("Make the flavor swapper: done");
    window.wait_says("512 MiB memory · 20 GiB root disk · 64 MiB swap disk");
    // Somebody else at the same host makes one too: it is there without a restart.
    let other = Witness::connect(libvirt.uri()).host;
    answer(other.change_catalog(Edit::AddFlavor(Flavor::new("o", "others", 1, 64, 0)))).expect("a change");
    window.wait_says("others");
    window.wait_says("root disk of the image's size");
    window.shot("made");
    // A copy has the sizes, and a name and an ID of its own.
    window.press("Copy swapper");
    let dialog = window.dialog("Copy of swapper");
    fill(&dialog, "Name", "swapper2");
    window.shot("copy");
    dialog.wait_for("button", "Create").click();
    window.wait_says("Make the flavor swapper2: done");
    let catalog = answer(other.catalog()).expect("a catalogue").catalog;
    let copy = catalog.flavors.iter().find(|flavor| flavor.name == "swapper2").expect("the copy");
    assert_eq!((copy.ram, copy.disk, copy.swap), (512, 20, 64));
    // In use: told before it goes; and it comes back.
    define(&libvirt, "node1", "swapper");
    window.wait_says("1 machine");
    window.press("Delete swapper");
    let question = window.wait_for("alert", "Delete the flavor swapper?");
    question.wait_says("node1");
    window.shot("in-use");
    question.wait_for("button", "Delete").click();
    window.wait_says("Delete the flavor swapper: done");
    window.press("Undo");
    window.wait_says("64 MiB swap disk");
    // What was done, in both languages of commands.
    desktop.keys(&["ctrl+shift+k"]);
    let commands = window.dialog("Show Commands");
    wait::holds("what ran here", wait::SOON, || commands.wait_for("text", "Commands").text().contains("vol-create"));
    window.shot("here");
    commands.wait_for("page tab", "The Same in OpenStack").click();
    wait::holds("OpenStack's lines", wait::SOON, || {
        commands.find_all("text", "Commands").iter().any(|text| text.text().contains("openstack flavor create"))
    });
    window.shot("openstack");
    window.dismiss("Show Commands");
    window.close();
}

#[test]
fn flavors_go_to_a_readable_file() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let desktop = Desktop::start("flavors-file");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    go(&desktop, &window, "Flavors");
    window.wait_says("m1.xlarge");
    let file = desktop.home().join("all");
    window.choose("More Actions", "Export…");
    window.wait_for("button", "Save");
    desktop.keys(&["ctrl+a"]);
    desktop.type_text(&format!("{}\n", file.display()));
    let whole = || std::fs::read_to_string(&file).ok().filter(|text| text.ends_with("}\n"));
    let text = wait::until("the file", wait::SOON, whole);
    assert!(text.contains("\"kind\": \"lectern-catalog\"") && text.contains("m1.xlarge"), "{text}");
    // And comes in again, changed by hand: what is there stays, what is new is added.
    let other = text.replace("\"m1.tiny\"", "\"mine.tiny\"").replace("\"id\": \"1\"", "\"id\": \"own\"");
    assert_ne!(other, text);
    std::fs::write(&file, other).expect("a file");
    window.choose("More Actions", "Import…");
    window.wait_for("button", "Open");
    desktop.type_text(&format!("{}\n", file.display()));
    let question = window.wait_for("alert", "Import Projects and Flavors?");
    window.shot("import");
    question.wait_for("button", "Import").click();
    window.wait_says("Import projects and flavors: done");
    window.wait_says("mine.tiny");
    window.wait_says("m1.tiny");
    window.close();
}

const FOLDER: &str = "/var/lib/libvirt/lectern";

#[test]
fn a_damaged_revision_and_one_of_a_newer_version_are_told() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let host = Witness::connect(libvirt.uri()).host;
    for number in 1..=2 {
        let flavor = Flavor::new(&format!("f{number}"), &format!("flavor{number}"), 1, 64, 0);
        answer(host.change_catalog(Edit::AddFlavor(flavor))).expect("a change");
    }
    libvirt.sh(&format!(
        "printf x | dd of={FOLDER}/lectern-catalog-00000002 bs=1 seek=150 conv=notrunc status=none && \
         virsh -q pool-refresh lectern-catalog"
    ));
    let desktop = Desktop::start("flavors-damaged");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    go(&desktop, &window, "Flavors");
    window.wait_says("lectern-catalog-00000002 in the storage pool lectern-catalog is damaged.");
    window.wait_says("flavor1");
    assert!(!window.says("flavor2") && window.wait_for("button", "New Flavor").is_sensitive());
    window.shot("damaged");
    // A newer version of the program writes: seen at once, shown, and never followed.
    libvirt.sh(&format!(
        "cd {FOLDER} && printf 'lectern-catalog 7 1 %s\\nx' $(printf x | sha256sum | cut -d' ' -f1) \
         >lectern-catalog-00000003 && virsh -q pool-refresh lectern-catalog"
    ));
    window.wait_says("A newer version of Lectern keeps the projects and flavors of this host.");
    wait::holds("nothing to be changed", wait::SOON, || !window.wait_for("button", "New Flavor").is_sensitive());
    window.wait_says("flavor1");
    window.shot("newer");
    go(&desktop, &window, "Projects");
    window.wait_says("Update this program to change them.");
    window.shot("newer-projects");
    window.close();
}

#[test]
fn flavors_are_readable_in_a_narrow_chinese_window_and_a_host_that_cannot_keep_them_says_so() {
    let desktop = Desktop::speaking("flavors-zh", "zh_CN");
    let window = Window::open(&desktop, LECTERN, "test:///default");
    go(&desktop, &window, "云主机类型");
    window.wait_says("m1.xlarge");
    window.wait_says("此物理主机不能保存项目和云主机类型");
    assert!(!window.wait_for("button", "新建云主机类型").is_sensitive());
    window.shot("test-host");
    window.close();
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    go(&desktop, &window, "云主机类型");
    window.wait_says("m1.xlarge");
    desktop.resize("Lectern", 400, 640);
    window.shot("narrow");
    window.press("新建云主机类型");
    window.dialog("新建云主机类型");
    window.shot("narrow-form");
    window.press("取消(C)");
    window.wait_gone("dialog", "新建云主机类型");
    window.close();
}
