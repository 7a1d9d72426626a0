//! What the window says and does while its host dies, stalls, comes back, or loses a machine.

use std::time::{Duration, Instant};

use lectern_test_kit::{desktop::Desktop, libvirt::PrivateLibvirt, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const STALE: &str = "What is shown is the last known state.";
/// When a silent daemon must be called lost.
const NOTICED: Duration = Duration::from_secs(40);
const BACK: Duration = Duration::from_secs(45);

#[test]
fn a_machine_is_removed_while_its_page_is_open() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_empty("short");
    let desktop = Desktop::start("removed");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.open_machine("short");
    libvirt.virsh(&["undefine", "short"]);
    window.wait_says("This machine was removed from the host.");
    window.shot("removed");
    window.press("Back");
    window.wait_says("No Virtual Machines");
    window.shot("empty");
    window.close();
}

#[test]
fn a_killed_daemon_greys_the_list_and_its_return_makes_it_live() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_empty("one");
    let desktop = Desktop::start("killed");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.row_is("one", "Shut off", wait::SOON);
    window.select("one");
    libvirt.must("kill");
    window.wait_says(STALE);
    window.row("one");
    // Nothing is offered that cannot be done without a connection.
    window.wait_gone("button", "Start");
    window.shot("lost");
    // While nothing answers, another try changes nothing; later the program may be back before the button is found.
    window.press("Reconnect Now");
    window.wait_says(STALE);
    window.wait_says("The next try is in");
    window.shot("counting");
    libvirt.must("start");
    gone(&window, STALE, BACK);
    libvirt.virsh(&["start", "one"]);
    window.row_is("one", "Running", wait::SOON);
    window.shot("back");
    window.close();
}

#[test]
fn a_frozen_daemon_is_noticed_and_nothing_hangs() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_empty("one");
    let desktop = Desktop::start("frozen");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.select("one");
    libvirt.must("freeze");
    let start = Instant::now();
    window.press("Start");
    wait::holds("the loss to be said", NOTICED, || window.says(STALE));
    println!("said after {:?}", start.elapsed());
    window.shot("frozen");
    desktop.keys(&["ctrl+comma"]);
    window.dialog("Preferences");
    window.dismiss("Preferences");
    libvirt.must("thaw");
    gone(&window, STALE, BACK);
    window.close();
}

#[test]
fn a_window_closes_at_once_though_its_host_is_frozen() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let desktop = Desktop::start("frozen-close");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.wait_says("No Virtual Machines");
    libvirt.must("freeze");
    let start = Instant::now();
    window.close();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

fn gone(window: &Window<'_>, text: &str, limit: Duration) {
    wait::holds(&format!("{text:?} to go away"), limit, || !window.says(text));
}
