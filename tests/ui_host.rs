//! The host's page as a user sees it: what it is, what is missing, and one click that mends it.

use std::time::Duration;

use lectern_test_kit::{app::App, desktop::Desktop, libvirt::PrivateLibvirt, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");

/// All checks, with the guests under a KVM that is broken.
const CHECKS: Duration = Duration::from_mins(1);

#[test]
fn a_missing_network_and_pool_are_there_after_one_click() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let desktop = Desktop::start("host");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.wait_says("No Virtual Machines");
    let row = window.wait_for("list item", "This host and its readiness");
    desktop.click_on("Lectern", &row, 1);
    window.wait_says("There is no default.");
    window.shot("missing");
    window.press("Make the virtual network ready");
    wait::holds("the network", wait::SOON, || libvirt.virsh(&["net-list", "--name"]).trim() == "default");
    assert!(libvirt.virsh(&["net-info", "default"]).lines().any(|l| l.starts_with("Autostart") && l.ends_with("yes")));
    window.wait_says("default is active.");
    // What a check says is told before the plan has ended.
    window.wait_says("Mend default: done");
    window.press("Dismiss");
    window.wait_gone("button", "Dismiss");
    window.press("Make the storage pool ready");
    wait::holds("the pool", wait::SOON, || libvirt.virsh(&["pool-list", "--name"]).trim() == "default");
    window.wait_gone("button", "Make the storage pool ready");
    window.wait_says("Mend default: done");
    window.shot("mended");
    desktop.resize("Lectern", 360, 640);
    window.wait_gone("list item", "This host and its readiness");
    window.shot("narrow");
    window.wait_long("button", "Check Again", CHECKS);
    window.close();
}

#[test]
fn a_host_that_is_not_there_is_checked_from_here() {
    let desktop = Desktop::speaking("host-chinese", "zh_CN");
    let uri = "qemu+unix:///system?socket=/nowhere/libvirt-sock";
    let app = App::start(&desktop, LECTERN, &["--connect", uri]);
    app.wait_long("button", "就绪检查", wait::SOON).click();
    app.wait_says("/nowhere/libvirt-sock");
    app.wait_says("systemctl enable --now libvirtd.socket");
    desktop.shot("readiness");
    app.close();
}

#[test]
fn the_command_line_opens_the_wizard_or_the_host() {
    for (option, role, name) in
        [("--show-domain-creator", "dialog", "Import an Existing Disk"), ("--show-host-summary", "label", "Readiness")]
    {
        let desktop = Desktop::start(option.trim_start_matches("--"));
        let app = App::start(&desktop, LECTERN, &["--connect", "test:///default", option]);
        app.wait_long(role, name, wait::SOON);
        desktop.shot("opened");
    }
}
