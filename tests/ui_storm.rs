//! Ten thousand changes of state in ten seconds, and a console that floods: the window answers all the time.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use std::{
    io::Write,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use lectern_test_kit::{desktop::Desktop, libvirt::PrivateLibvirt, wait, window::Window};
use tempfile::TempDir;

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
/// The longest that the window may take for an answer.
const ANSWER: Duration = Duration::from_secs(1);
/// What ten thousand lines of scrollback and all queues may add.
const FLOOD_LIMIT_KIB: u64 = 64 * 1024;
const MACHINES: usize = 10;
const ROUNDS: usize = 500;

/// Asks the window for its children all the time, and gives the longest answer.
fn slowest_answer(window: &Window<'_>, mut going_on: impl FnMut() -> bool) -> Duration {
    let mut slowest = Duration::ZERO;
    while going_on() {
        let start = Instant::now();
        assert!(window.try_children().is_some(), "the window does not answer");
        slowest = slowest.max(start.elapsed());
        std::thread::sleep(Duration::from_millis(20));
    }
    slowest
}

/// Another client of the same pretended host: a virsh that reads its commands from us.
fn other_client(libvirt: &PrivateLibvirt, uri: &str) -> Child {
    let mut virsh = libvirt.virsh_command(&["-c", uri]);
    virsh.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("virsh")
}

/// Pauses and resumes `MACHINES` machines, a thousand times a second for ten seconds.
fn storm(virsh: &mut Child) {
    let mut orders = virsh.stdin.take().expect("a piped input");
    let start = Instant::now();
    for round in 0..ROUNDS {
        for n in 0..MACHINES {
            writeln!(orders, "suspend m{n}\nresume m{n}").expect("virsh reads");
        }
        let due = Duration::from_millis(20) * u32::try_from(round).expect("a small number");
        std::thread::sleep(due.saturating_sub(start.elapsed()));
    }
}

#[test]
fn a_storm_of_changes_leaves_the_window_responsive() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    // The test driver inside the private daemon: a host that several clients share.
    let uri = libvirt.uri().replace("qemu+unix:///system", "test+unix:///default");
    let mut virsh = other_client(&libvirt, &uri);
    let desktop = Desktop::start("storm");
    let window = Window::open(&desktop, LECTERN, &uri);
    window.row("test");
    let _files = define_machines(&mut virsh);
    window.row_is("m9", "Running", wait::SOON);
    let start = Instant::now();
    let storm = std::thread::spawn(move || {
        storm(&mut virsh);
        virsh.wait().expect("virsh ends");
    });
    let slowest = slowest_answer(&window, || !storm.is_finished());
    let took = start.elapsed();
    storm.join().expect("the storm");
    let changes = 2 * MACHINES * ROUNDS;
    println!("{changes} changes in {took:?}, slowest answer {slowest:?}, {:?} CPU", window.process().cpu_time());
    assert!(took < Duration::from_secs(20), "virsh is too slow for a storm here: {took:?}");
    assert!(slowest < ANSWER, "the window took {slowest:?} for an answer");
    window.row_is("m9", "Running", wait::SOON);
    window.shot("after");
    window.close();
}

/// The files must stay until virsh has read them.
fn define_machines(virsh: &mut Child) -> TempDir {
    let orders = virsh.stdin.as_mut().expect("a piped input");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for n in 0..MACHINES {
        let file = folder.path().join(format!("m{n}.xml"));
        let xml =
            format!("<domain type='test'><name>m{n}</name><memory>65536</memory><os><type>hvm</type></os></domain>");
        std::fs::write(&file, xml).expect("a file in it");
        writeln!(orders, "create {}", file.display()).expect("virsh reads");
    }
    orders.flush().expect("virsh reads");
    folder
}

#[test]
fn a_flooding_console_leaves_the_window_responsive() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_flood("loud");
    libvirt.virsh(&["start", "loud"]);
    let desktop = Desktop::start("flood");
    let arguments = ["--connect", libvirt.uri(), "--show-domain-console", "loud"];
    let window = Window::with(&desktop, LECTERN, &arguments, &[]);
    let terminal = window.terminal();
    wait::holds("the flood on the screen", wait::SOON, || terminal.text().contains("quick brown fox"));
    let before = window.process().memory_kib();
    let start = Instant::now();
    let slowest = slowest_answer(&window, || start.elapsed() < Duration::from_secs(10));
    let grown = window.process().memory_kib().saturating_sub(before);
    println!("slowest answer {slowest:?}, {grown} KiB more memory");
    assert!(slowest < ANSWER, "the window took {slowest:?} for an answer");
    assert!(grown < FLOOD_LIMIT_KIB, "{grown} KiB for a flood");
    window.tab("Overview");
    window.wait_says("Running");
    window.close();
}
