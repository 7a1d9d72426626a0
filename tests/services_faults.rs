//! A libvirt that dies, stalls, refuses and comes back: every loss is noticed, every call ends, every return is whole.
#![expect(clippy::panic, reason = "a test that cannot go on says so by panicking")]

use std::time::{Duration, Instant};

use lectern_model::domain::{DomainAction, DomainState};
use lectern_services::host::{ConnectFailure, ConnectionState, HostError, Interest};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    wait,
    witness::{Witness, answer},
};

/// When a silent daemon must be called lost.
const NOTICED: Duration = Duration::from_secs(40);
/// When a connection must be back, the longest pause between two tries included.
const BACK: Duration = Duration::from_secs(45);

#[test]
fn a_killed_daemon_is_lost_at_once_and_its_return_is_whole() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_empty("stays");
    libvirt.define_empty("goes");
    libvirt.virsh(&["start", "stays"]);
    let mut witness = Witness::connect(libvirt.uri());
    witness.sees("stays", DomainState::Running, wait::SOON);
    libvirt.must("kill");
    witness.until("loss", Duration::from_secs(5), |w| w.is_lost().then_some(()));
    assert_eq!(witness.domains.len(), 2, "the last picture stays");
    let refused = witness.act("stays", DomainAction::Pause);
    assert!(matches!(refused, Err(HostError::NotConnected | HostError::Libvirt(_))), "{refused:?}");
    // What happens meanwhile is told by no event.
    libvirt.sh("rm /etc/libvirt/qemu/goes.xml");
    let pictures = witness.complete;
    libvirt.must("start");
    witness.host.retry();
    witness.until("return", BACK, |w| (w.is_connected() && w.complete > pictures).then_some(()));
    assert!(witness.named("goes").is_none(), "what went meanwhile is still shown");
    witness.sees("stays", DomainState::Running, wait::SOON);
    witness.act("stays", DomainAction::Pause).expect("it is live again");
    witness.sees("stays", DomainState::Paused, wait::SOON);
}

#[test]
fn a_connection_comes_back_by_itself() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let mut witness = Witness::connect(libvirt.uri());
    libvirt.must("stop");
    witness.until("loss", wait::SOON, |w| w.is_lost().then_some(()));
    libvirt.must("start");
    witness.until("return", BACK, |w| w.is_connected().then_some(()));
    libvirt.define_empty("later");
    witness.sees("later", DomainState::ShutOff, wait::SOON);
}

#[test]
fn a_frozen_daemon_is_lost_in_time_and_calls_to_it_end() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_empty("one");
    let mut witness = Witness::connect(libvirt.uri());
    libvirt.must("freeze");
    let start = Instant::now();
    let act = witness.act("one", DomainAction::Start);
    assert!(act.is_err(), "a frozen daemon started a machine");
    println!("a call to a frozen daemon ended after {:?} with {act:?}", start.elapsed());
    let left = NOTICED.saturating_sub(start.elapsed()).max(Duration::from_millis(100));
    witness.until("loss", left, |w| (!w.is_connected()).then_some(()));
    println!("lost after {:?}", start.elapsed());
    let details = answer(witness.host.details(witness.id("one")));
    assert!(details.is_err(), "details of a lost host");
    libvirt.must("thaw");
    witness.until("return", BACK, |w| w.is_connected().then_some(()));
}

#[test]
fn a_watched_host_that_freezes_is_lost_each_time() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_empty("one");
    libvirt.virsh(&["start", "one"]);
    let mut witness = Witness::connect(libvirt.uri());
    let _list = witness.host.watch(Interest::List);
    let _page = witness.host.watch(Interest::Domain(witness.id("one")));
    for _ in 0..3 {
        witness.until("readings", wait::SOON, |w| (w.readings > 1).then_some(()));
        witness.readings = 0;
        libvirt.must("freeze");
        let (start, host, id) = (Instant::now(), witness.host.clone(), witness.id("one"));
        let call = std::thread::spawn(move || answer(host.act(id, DomainAction::Reset)));
        witness.until("loss", NOTICED, |w| (!w.is_connected()).then_some(()));
        assert!(call.join().unwrap().is_err(), "a frozen daemon reset a machine");
        println!("a frozen and watched daemon was lost after {:?}", start.elapsed());
        libvirt.must("thaw");
        witness.until("return", BACK, |w| w.is_connected().then_some(()));
    }
}

/// The reason why a connection to `uri` fails.
fn failure(uri: &str) -> ConnectFailure {
    let mut witness = Witness::begin(uri);
    let error = witness.until("failure", Duration::from_secs(30), |w| match &w.state {
        Some(ConnectionState::Failed { error, .. }) => Some(error.clone()),
        _ => None,
    });
    match error {
        HostError::Connect { why, error } => {
            println!("libvirt said {error:?}");
            why
        }
        other => panic!("{uri}: {other:?}"),
    }
}

#[test]
fn a_refused_connection_says_why() {
    let missing = failure("qemu+unix:///system?socket=/nonexistent/libvirt-sock");
    assert!(matches!(&missing, ConnectFailure::NoSocket(path) if path.ends_with("libvirt-sock")), "{missing:?}");
    let unreachable = failure("qemu+ssh://nobody@host.invalid/system");
    assert!(matches!(unreachable, ConnectFailure::HostUnreachable { .. }), "{unreachable:?}");
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.must("kill");
    let refused = failure(libvirt.uri());
    assert!(matches!(refused, ConnectFailure::SocketRefused(_)), "{refused:?}");
}

#[test]
fn a_first_connection_that_failed_succeeds_later() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.must("kill");
    let mut witness = Witness::begin(libvirt.uri());
    let failed = |w: &Witness| matches!(w.state, Some(ConnectionState::Failed { .. })).then_some(());
    witness.until("failure", wait::SOON, failed);
    libvirt.must("start");
    witness.until("connection", BACK, |w| w.is_connected().then_some(()));
}

/// Where the test that is started inside finds the host.
const HOST: &str = "LECTERN_TEST_HOST";

#[test]
#[ignore = "started by the tests below, inside the private libvirt's namespaces"]
fn from_inside() {
    if let Ok(uri) = std::env::var(HOST) {
        println!("the reason is {:?}", failure(&uri));
    }
}

const SYSTEM: &str = "qemu:///system";
const STRANGER: &str = "setpriv --reuid 65534 --regid 65534 --clear-groups";

/// Why a connection to `uri` fails inside, where polkit can look at the process that asks; `user` runs it as somebody.
fn failure_inside(libvirt: &mut PrivateLibvirt, user: &str, uri: &str) -> String {
    // The build folder may be closed to strangers.
    let program = libvirt.folder().join("inside");
    let copied = std::env::current_exe().and_then(|this| std::fs::copy(this, &program));
    assert!(copied.is_ok(), "{copied:?}");
    let program = program.display();
    let said = libvirt.sh(&format!("cd / && {HOST}={uri} {user} {program} --exact from_inside --ignored --nocapture"));
    said.lines().find_map(|l| l.split_once("the reason is ")).map(|(_, why)| why.to_owned()).unwrap_or(said)
}

#[test]
fn a_user_outside_the_group_is_told_so() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let why = failure_inside(&mut libvirt, STRANGER, SYSTEM);
    assert!(why.starts_with("SocketDenied("), "{why}");
}

#[test]
fn an_unknown_host_key_is_told_from_an_unknown_host() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let key = libvirt.folder().join("key").display().to_string();
    libvirt.sh(&format!("ip link set lo up && mkdir -p /run/sshd && ssh-keygen -q -t ed25519 -N '' -f {key}"));
    libvirt.sh(&format!("/usr/sbin/sshd -f /dev/null -h {key} -p 2222 -o ListenAddress=127.0.0.1 -o PidFile=none"));
    let why = failure_inside(&mut libvirt, "", "qemu+ssh://root@127.0.0.1:2222/system");
    assert!(why.starts_with("UnknownHostKey") && why.contains("127.0.0.1"), "{why}");
}

const POLKIT: [&str; 4] =
    ["--libvirtd-conf", "auth_unix_rw = \"polkit\"", "--libvirtd-conf", "unix_sock_rw_perms = \"0777\""];

#[test]
fn a_daemon_that_cannot_ask_polkit_is_told_from_one_that_may_not() {
    let Some(mut libvirt) = PrivateLibvirt::with(&POLKIT) else { return };
    let why = failure_inside(&mut libvirt, STRANGER, SYSTEM);
    assert!(why.starts_with("NoSystemBus"), "{why}");
    libvirt.must("stop");
    libvirt.sh(
        "mkdir -p /run/dbus && dbus-daemon --system --fork --nopidfile --address=unix:path=/run/dbus/system_bus_socket",
    );
    libvirt.sh("(setsid /usr/lib/polkit-1/polkitd --no-debug </dev/null >/dev/null 2>&1 &)");
    libvirt.must("start");
    let why = wait::until("polkit to answer", wait::SOON, || {
        let why = failure_inside(&mut libvirt, STRANGER, SYSTEM);
        (!why.starts_with("NoSystemBus")).then_some(why)
    });
    assert!(why.starts_with("NoPolkitAgent"), "{why}");
}
