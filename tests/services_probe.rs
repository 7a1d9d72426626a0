//! Whether KVM boots a guest, as a real libvirt and a real QEMU say; nothing of it stays or shows.

use std::time::Duration;

use lectern_model::uri::HostUri;
use lectern_services::{
    host::{Host, HostUpdate},
    probe::{Candidate, Fate, Obstacle, PREFIX, Verdict},
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    wait,
    witness::{Witness, answer},
};

/// All probe guests together, on a busy computer.
const PROBE: Duration = Duration::from_secs(80);

/// All that libvirt has, one a line.
fn everything(libvirt: &PrivateLibvirt) -> String {
    let lists: [&[&str]; 3] = [&["list", "--all", "--name"], &["pool-list", "--all"], &["vol-list", "default"]];
    lists.map(|list| libvirt.virsh(list)).concat()
}

/// The names of all machines that were ever told.
fn told(updates: &async_channel::Receiver<HostUpdate>) -> Vec<String> {
    let mut names = Vec::new();
    while let Ok(update) = updates.try_recv() {
        if let HostUpdate::Domains(changes) = update {
            names.extend(changes.changed.into_iter().map(|domain| domain.name));
        }
    }
    names
}

#[test]
fn kvm_is_judged_by_a_guest_of_which_nothing_stays() {
    let Some(libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let before = everything(&libvirt);
    let witness = Witness::connect(libvirt.uri());
    let updates = witness.host.updates();
    let report = answer(witness.host.probe(true)).expect("a report");
    println!("{report:#?}");
    match report.verdict {
        Verdict::Boots(candidate) => {
            let last = report.attempts.last().expect("a guest was run");
            assert_eq!((last.candidate, &last.fate), (Some(candidate), &Fate::Good));
        }
        Verdict::Broken => {
            // The same guest under emulation is well: the probe itself is no fault.
            assert_eq!(report.attempts.len(), Candidate::ORDER.len() + 1);
            let (control, tried) = report.attempts.split_last().expect("guests were run");
            assert_eq!((control.candidate, &control.fate), (None, &Fate::Good));
            assert!(tried.iter().all(|attempt| attempt.fate != Fate::Good));
        }
        ref other => assert_eq!(*other, Verdict::NoKvm),
    }
    assert_eq!(everything(&libvirt), before);
    let names = told(&updates);
    assert!(!names.iter().any(|name| name.starts_with(PREFIX)), "{names:?}");
    let again = std::time::Instant::now();
    assert_eq!(answer(witness.host.probe(false)).expect("a report"), report);
    assert!(again.elapsed() < Duration::from_secs(1), "it was asked again");
}

#[test]
fn without_kvm_no_guest_is_run() {
    let Some(libvirt) = PrivateLibvirt::with(&["--no-kvm"]) else { return };
    let witness = Witness::connect(libvirt.uri());
    let report = answer(witness.host.probe(true)).expect("a report");
    assert_eq!((report.verdict, report.attempts.len()), (Verdict::NoKvm, 0));
}

#[test]
fn the_test_driver_says_nothing() {
    let witness = Witness::connect("test:///default");
    let report = answer(witness.host.probe(true)).expect("a report");
    assert_eq!(report.verdict, Verdict::Unknown(Obstacle::TestDriver));
}

#[test]
fn a_probe_that_nobody_waits_for_ends_at_once() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let before = libvirt.virsh(&["pool-list", "--all"]);
    let witness = Witness::connect(libvirt.uri());
    let host: Host = witness.host.clone();
    let machines = || libvirt.virsh(&["list", "--name"]);
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let running = std::thread::spawn(move || {
        answer(async move {
            tokio::select! {
                report = host.probe(true) => Some(report),
                _ = stopped => None,
            }
        })
    });
    // Where KVM boots, the guest may be gone before it is seen, and so may the whole probe.
    let seen = wait::within(PROBE, || {
        (machines().contains(PREFIX) || running.is_finished()).then_some(!running.is_finished())
    });
    let _ = stop.send(());
    let outcome = running.join().expect("it ends");
    assert!(outcome.is_none() || seen == Some(false), "{outcome:?}");
    wait::holds("no machine, no pool and no disk", wait::SOON, || {
        let files = std::fs::read_dir(libvirt.folder().join("lib/images")).map_or(0, Iterator::count);
        machines().trim().is_empty() && libvirt.virsh(&["pool-list", "--all"]) == before && files == 0
    });
}

#[test]
fn a_users_own_machine_of_such_a_name_is_shown() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_empty("lectern-probe-mine");
    let ours = "<domain type='qemu'><name>lectern-probe-ours</name><memory>32768</memory>\
        <metadata><l:probe xmlns:l='urn:lectern:probe:1'/></metadata><os><type>hvm</type></os></domain>";
    libvirt.define("ours", ours);
    let witness = Witness::connect(libvirt.uri());
    assert!(witness.named("lectern-probe-mine").is_some() && witness.named("lectern-probe-ours").is_none());
    assert_eq!(HostUri::parse(libvirt.uri()).expect("a URI"), *witness.host.uri());
}
