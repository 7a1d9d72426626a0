//! Bad input and hosts that refuse: the page says what is wrong and what to do, and the window stays usable.

use lectern_test_kit::{desktop::Desktop, libvirt::PrivateLibvirt, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");

/// Starts with `uri`, and waits for the title and a part of the advice on the page.
fn assert_said(name: &str, uri: &str, title: &str, advice: &str) {
    let desktop = Desktop::start(name);
    let window = Window::open(&desktop, LECTERN, uri);
    window.wait_says(title);
    assert!(window.says(advice), "no {advice:?} in:\n{}", window.outline());
    window.shot("page");
    desktop.keys(&["ctrl+comma"]);
    window.dialog("Preferences");
    window.dismiss("Preferences");
    window.close();
}

#[test]
fn a_wrong_uri_is_explained_with_examples() {
    assert_said("uri-shape", "nonsense", "This is no host address.", "qemu+ssh://");
    assert_said("uri-driver", "vmware:///x", "This is no host address.", "vmware");
    assert_said("uri-path", "qemu:///sistem", "This is no host address.", "/sistem");
}

#[test]
fn a_missing_socket_says_how_to_start_libvirt() {
    let uri = "qemu+unix:///system?socket=/nonexistent/libvirt-sock";
    assert_said("no-socket", uri, "libvirt does not run here.", "systemctl start libvirtd");
}

#[test]
fn a_dead_daemon_says_how_to_restart_it() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.must("kill");
    assert_said("refused", libvirt.uri(), "libvirt does not answer.", "systemctl restart libvirtd");
}

#[test]
fn an_unknown_host_is_named() {
    assert_said("unknown-host", "qemu+ssh://host.invalid/system", "host.invalid cannot be reached.", "SSH");
}

#[test]
fn an_unknown_machine_is_named_and_the_list_shown() {
    let desktop = Desktop::start("unknown-machine");
    let arguments = ["--connect", "test:///default", "--show-domain-console", "nope"];
    let window = Window::with(&desktop, LECTERN, &arguments, &[]);
    let title = "There is no machine “nope” on this host.";
    window.wait_for("alert", title).wait_for("button", "Close").click();
    window.wait_gone("alert", title);
    window.row("test");
    window.shot("list");
    window.close();
}
