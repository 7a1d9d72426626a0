//! What stands in the way of a machine, as a user meets it in the window: closed folders, a full or read-only pool, a
//! KVM that boots nothing.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use lectern_test_kit::{atspi::Element, desktop::Desktop, libvirt::PrivateLibvirt, member, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const IMAGES: &str = "/var/lib/libvirt/images";
const GUEST: &str = "/var/lib/libvirt/guest/guest.qcow2";
const TITLE: &str = "Import an Existing Disk";

/// Opens the wizard as the keyboard does.
fn open(window: &Window<'_>) -> Element {
    window.desktop().keys(&["ctrl+n"]);
    window.dialog(TITLE)
}

/// Chooses among several: GTK's radio buttons have no action, so it is clicked on.
fn pick(window: &Window<'_>, wizard: &Element, name: &str) {
    let radio = wizard.wait_for("radio button", name);
    window.desktop().click_on("Lectern", &radio, 1);
    wait::holds(&format!("{name} to be chosen"), wait::SOON, || radio.is_on());
}

/// Goes on to the page of that title.
fn next(wizard: &Element, title: &str) {
    wizard.wait_for("button", "Next").click();
    wizard.wait_for("label", title);
}

#[test]
fn a_closed_folder_lets_the_machine_pass_after_one_click() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--no-kvm", "--network", "--pool"]) else { return };
    let home = libvirt.folder().join("home");
    libvirt.sh(&format!("mkdir -m 700 {0} && cp {GUEST} {0}/cent7.img", home.display()));
    let desktop = Desktop::start("trouble-closed");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    let wizard = open(&window);
    wizard.wait_for("text", "Path on the Host").set_text(&home.join("cent7.img").display().to_string());
    wizard.wait_says("QEMU's user cannot pass through");
    window.shot("closed");
    wizard.wait_for("button", "Let It Pass").click();
    wait::holds("nothing in the way", wait::SOON, || wizard.find_like("button", "Let It Pass").is_none());
    for page in ["Use", "System", "Network and Start", "Review"] {
        next(&wizard, page);
    }
    wizard.wait_says("setfacl");
    window.shot("review");
    wizard.wait_for("button", "Create").click();
    window.row_is("cent7", "Running", Duration::from_secs(30));
    let mode = fs::metadata(&home).expect("the folder").permissions().mode();
    assert_eq!(mode & 0o007, 0, "nobody else passes: {mode:o}");
    window.close();
}

#[test]
fn a_full_pool_is_said_and_nothing_is_left() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--no-kvm", "--network", "--pool"]) else { return };
    libvirt.sh(&format!(
        "cp {GUEST} {IMAGES}/one.img && mkdir /var/lib/libvirt/tiny && \
         mount -t tmpfs -o size=1M,mode=755 tiny /var/lib/libvirt/tiny"
    ));
    libvirt.virsh(&["pool-create-as", "tiny", "dir", "--target", "/var/lib/libvirt/tiny"]);
    let desktop = Desktop::start("trouble-full");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    let wizard = open(&window);
    pick(&window, &wizard, "one.img");
    wizard.wait_says("the guest sees");
    next(&wizard, "Use");
    pick(&window, &wizard, "Work on a Copy");
    let pool = wizard.wait_for("combo box", "Storage Pool");
    choose(&desktop, &pool, "tiny");
    wizard.wait_says("The copy takes");
    window.shot("no-room");
    // An overlay fits, until somebody fills the pool meanwhile.
    pick(&window, &wizard, "Keep It as the Base of a New Overlay");
    wizard.wait_says("It fits now.");
    for page in ["System", "Network and Start", "Review"] {
        next(&wizard, page);
    }
    wizard.wait_says("virsh -c");
    libvirt.sh("cat /dev/zero >/var/lib/libvirt/tiny/filler 2>/dev/null || true");
    wizard.wait_for("button", "Create").click();
    window.wait_says("There is not enough space on the host's disk.");
    window.wait_for("button", "Back to the Wizard");
    window.shot("full");
    window.press("Close");
    assert_eq!(libvirt.sh("ls /var/lib/libvirt/tiny").trim(), "filler");
    assert_eq!(libvirt.virsh(&["list", "--all", "--name"]).trim(), "");
    window.close();
}

#[test]
fn a_read_only_pool_is_refused_beside_its_field() {
    let options = ["--no-kvm", "--network", "--pool", member::GROUP[0], member::GROUP[1]];
    let Some(mut libvirt) = PrivateLibvirt::with(&options) else { return };
    libvirt.sh(&format!(
        "cp {GUEST} {IMAGES}/one.img && mkdir /var/lib/libvirt/fixed && \
         mount -t tmpfs -o size=64M,mode=755,ro fixed /var/lib/libvirt/fixed"
    ));
    libvirt.virsh(&["pool-create-as", "fixed", "dir", "--target", "/var/lib/libvirt/fixed"]);
    libvirt.virsh(&["pool-refresh", "default"]);
    let said = libvirt.as_member("as_a_member", LECTERN);
    assert!(said.contains("the member was told"), "{said}");
}

#[test]
#[ignore = "started by the test above, as another user, inside the private libvirt's namespaces"]
fn as_a_member() {
    let desktop = Desktop::start("trouble-member");
    let window = Window::open(&desktop, &member::program(), "qemu:///system");
    let wizard = open(&window);
    pick(&window, &wizard, "one.img");
    wizard.wait_says("the guest sees");
    next(&wizard, "Use");
    pick(&window, &wizard, "Work on a Copy");
    choose(&desktop, &wizard.wait_for("combo box", "Storage Pool"), "fixed");
    wizard.wait_says("Nothing can be written in the storage pool fixed");
    window.shot("read-only");
    println!("the member was told");
}

/// A pool that is stopped is started by a click where its volumes are wanted, and by the plan where a file goes into it.
#[test]
fn stopped_pools_are_started_by_the_wizard() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--no-kvm", "--network", "--pool"]) else { return };
    libvirt.sh(&format!("cp {GUEST} {IMAGES}/one.img && mkdir /var/lib/libvirt/other"));
    libvirt.virsh(&["pool-define-as", "other", "dir", "--target", "/var/lib/libvirt/other"]);
    libvirt.virsh(&["pool-destroy", "default"]);
    let desktop = Desktop::start("trouble-stopped");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    let wizard = open(&window);
    wizard.wait_says("This pool is stopped");
    window.shot("stopped");
    wizard.wait_for("button", "Start the Pool").click();
    pick(&window, &wizard, "one.img");
    wizard.wait_says("the guest sees");
    next(&wizard, "Use");
    pick(&window, &wizard, "Keep It as the Base of a New Overlay");
    choose(&desktop, &wizard.wait_for("combo box", "Storage Pool"), "other");
    wizard.wait_says("It is started before the file is made.");
    window.shot("other");
    for page in ["System", "Network and Start", "Review"] {
        next(&wizard, page);
    }
    wizard.wait_says("pool-start");
    window.shot("review");
    wizard.wait_for("button", "Create").click();
    window.row_is("one", "Running", Duration::from_secs(30));
    assert!(libvirt.virsh(&["vol-list", "other"]).contains("one.qcow2"));
    window.close();
}

/// A host without a storage pool gets the usual one by a click beside the field, and the file that is made goes into it.
#[test]
fn a_missing_pool_is_made_where_it_is_needed() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--no-kvm", "--network"]) else { return };
    let image = libvirt.folder().join("one.img").display().to_string();
    libvirt.sh(&format!("cp {GUEST} {image}"));
    let desktop = Desktop::start("trouble-no-pool");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    let wizard = open(&window);
    wizard.wait_for("text", "Path on the Host").set_text(&image);
    wizard.wait_says("the guest sees");
    next(&wizard, "Use");
    pick(&window, &wizard, "Keep It as the Base of a New Overlay");
    wizard.wait_says("This host has no storage pool yet");
    window.shot("no-pool");
    wizard.wait_for("button", "Make the Usual One").click();
    wizard.wait_for("combo box", "Storage Pool").wait_says("default");
    wait::holds("nothing in the way", wait::SOON, || wizard.find_like("button", "Make the Usual One").is_none());
    window.shot("made");
    let info = libvirt.virsh(&["pool-info", "default"]);
    assert!(
        info.contains("running") && info.lines().any(|l| l.starts_with("Autostart") && l.ends_with("yes")),
        "{info}"
    );
    for page in ["System", "Network and Start", "Review"] {
        next(&wizard, page);
    }
    wizard.wait_says("virsh -c");
    wizard.wait_for("button", "Create").click();
    window.row_is("one", "Running", Duration::from_secs(30));
    assert!(libvirt.virsh(&["vol-list", "default"]).contains("one.qcow2"));
    window.close();
}

/// Where QEMU's user may not use /dev/kvm, libvirt probes QEMU anew for each question.
#[test]
fn a_slow_libvirt_is_said_where_it_hurts() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--closed-kvm", "--network", "--pool"]) else { return };
    if !libvirt.virsh(&["capabilities"]).contains("<domain type='kvm'") {
        return lectern_test_kit::skipped("libvirt offers no KVM here");
    }
    let desktop = Desktop::start("trouble-slow");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    let row = window.wait_for("list item", "This host and its readiness");
    desktop.click_on("Lectern", &row, 1);
    let limit = Duration::from_mins(1);
    wait::holds("the trap to be said", limit, || window.says("may not use /dev/kvm: machines are slow"));
    wait::holds("how slow it is", limit, || window.says("it probes QEMU again each time, as it does"));
    window.shot("host");
    window.press("Back");
    // The pool is to know it: in this folder of ours, where the daemon's is meant, there is nothing.
    libvirt.sh(&format!("cp {GUEST} {IMAGES}/one.img && virsh -q pool-refresh default"));
    let wizard = open(&window);
    wizard.wait_for("text", "Path on the Host").set_text(&format!("{IMAGES}/one.img"));
    wait::holds("the disk to be known", limit, || wizard.says("the guest sees"));
    next(&wizard, "Use");
    next(&wizard, "System");
    wait::holds("the wizard to say it", limit, || wizard.says("Making and starting this machine takes minutes"));
    window.shot("wizard");
    desktop.keys(&["Escape"]);
    window.wait_for("alert", "Close without making anything?").wait_for("button", "Close").click();
    window.wait_gone("dialog", TITLE);
    window.close();
}

/// Chooses in a row that opens a list.
fn choose(desktop: &Desktop, row: &Element, name: &str) {
    desktop.click_on("Lectern", row, 1);
    let item = row.wait_for("label", name);
    desktop.click_on("Lectern", &item, 1);
}

#[test]
fn a_machine_that_kvm_does_not_boot_is_emulated() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--network", "--pool"]) else { return };
    if !libvirt.virsh(&["capabilities"]).contains("<domain type='kvm'") {
        return lectern_test_kit::skipped("libvirt offers no KVM here");
    }
    libvirt.sh(&format!("cp {GUEST} {IMAGES}/node1.qcow2"));
    libvirt.define(
        "node1",
        &format!(
            "<domain type='kvm'><name>node1</name><memory unit='MiB'>96</memory><vcpu>1</vcpu>\
             <os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>\
             <devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>\
             <source file='{IMAGES}/node1.qcow2'/><target dev='vda' bus='virtio'/></disk>\
             <serial type='pty'/><console type='pty'/></devices></domain>"
        ),
    );
    let desktop = Desktop::start("trouble-kvm");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.select("node1");
    window.press("Start");
    window.row_is("node1", "Paused", Duration::from_mins(1));
    window.open_machine("node1");
    window.wait_says("KVM could not go on with this machine.");
    window.shot("banner");
    window.press("Use Emulation…");
    window.wait_for("alert", "Emulate node1?").wait_for("button", "Use Emulation").click();
    wait::holds("its XML to say so", wait::SOON, || {
        libvirt.virsh(&["dumpxml", "--inactive", "node1"]).contains("<domain type='qemu'")
    });
    window.shot("changed");
    window.choose("More Actions", "Force Off");
    window.wait_for("alert", "Force off node1?").wait_for("button", "Force Off").click();
    libvirt.wait_state("node1", "shut off", wait::SOON);
    window.press("Start");
    window.tab("Serial");
    let terminal = window.terminal();
    wait::holds("a login", wait::BOOT, || terminal.text().contains("login:"));
    window.shot("login");
    window.close();
}
