//! What a host says of itself, its load, and its readiness, on a real libvirt.

use std::{collections::HashMap, time::Duration};

use lectern_model::{
    capabilities::VirtType,
    domain::{DomainAction, DomainState, StateReason},
    kvm::{self, KvmTrouble},
    stats::host_cpu,
    uri::HostUri,
};
use lectern_services::{
    host::Interest,
    probe::{GUEST, Verdict},
    readiness::{self, Check, CheckId, Cure, Finding, Mend, Outcome, Subject, Unknown},
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans::{self, Trial},
    wait,
    witness::{Witness, answer},
};

#[test]
fn a_host_says_what_it_is() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let witness = Witness::connect(libvirt.uri());
    let facts = answer(witness.host.facts()).expect("facts");
    println!("{facts:#?}");
    let node = libvirt.virsh(&["nodeinfo"]);
    let number = |key: &str| -> u64 {
        let line = node.lines().find(|line| line.starts_with(key)).expect("a line");
        line.split_whitespace().find_map(|word| word.parse().ok()).expect("a number")
    };
    assert_eq!(u64::from(facts.cpus), number("CPU(s):"));
    assert_eq!(u64::from(facts.topology.sockets), number("CPU socket(s):") * number("NUMA cell(s):"));
    assert_eq!(facts.memory.0, number("Memory size:"));
    assert_eq!((facts.hypervisor_name.as_str(), facts.cells.len()), ("QEMU", 1));
    assert!(facts.cpu_model.is_some() && facts.hypervisor.is_some());
}

#[test]
fn its_load_is_told_while_somebody_looks() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let mut witness = Witness::connect(libvirt.uri());
    witness.look();
    assert!(witness.loads.is_empty());
    let watch = witness.host.watch(Interest::Host);
    witness.until("two readings", wait::SOON, |w| (w.loads.len() > 1).then_some(()));
    drop(watch);
    let share = host_cpu(&witness.loads[0], &witness.loads[1]).expect("a share");
    assert!((0.0..=1.0).contains(&share));
    let (used, all) = witness.loads[0].memory.expect("memory");
    assert!(used < all && used.0 > 0, "{used} of {all}");
    witness.look();
    let before = witness.loads.len();
    // Longer than the pace: what comes now was under way.
    assert!(wait::within(Duration::from_millis(2500), || (witness.loads.len() > before + 1).then_some(())).is_none());
}

#[test]
fn the_test_driver_tells_what_it_has() {
    let witness = Witness::connect("test:///default");
    let facts = answer(witness.host.facts()).expect("facts");
    assert_eq!((facts.hypervisor_name.as_str(), facts.cpus), ("TEST", 16));
}

/// The child of these tests: see `lectern_test_kit::plans::child`.
#[test]
#[ignore = "run by the tests of this file"]
fn killed_child() {
    plans::child();
}

fn checks(libvirt: &str) -> HashMap<CheckId, Check> {
    let witness = Witness::connect(libvirt);
    let uri = witness.host.uri().clone();
    let receiver = readiness::check(Subject { uri, host: Some(witness.host.clone()), failure: None, anew: false });
    answer(async {
        let mut found = HashMap::new();
        while let Ok(check) = receiver.recv().await {
            println!("{check:?}");
            assert!(found.insert(check.id, check).is_none(), "told twice");
        }
        found
    })
}

/// A host without the network and the pool, whatever a trial before left.
fn bare(libvirt: &mut PrivateLibvirt) {
    let uri = libvirt.uri().to_owned();
    let lines = ["net-destroy", "net-undefine", "pool-destroy", "pool-undefine"];
    let lines = lines.map(|line| format!("virsh -q -c '{uri}' {line} default >/dev/null 2>&1 || true"));
    libvirt.script(&lines.join("\n"));
}

#[test]
fn a_bare_host_lacks_its_network_and_its_pool_and_is_mended() {
    let (Some(mut libvirt), Some(mut second)) = (PrivateLibvirt::start(), PrivateLibvirt::start()) else { return };
    // A probe's pool is nobody's place for disks.
    let probes =
        "mkdir -p /var/lib/libvirt/p && virsh -q pool-create-as lectern-probe-1 dir --target /var/lib/libvirt/p";
    libvirt.sh(probes);
    let found = checks(libvirt.uri());
    libvirt.virsh(&["pool-destroy", "lectern-probe-1"]);
    assert_eq!(found.len(), CheckId::ALL.len(), "{found:?}");
    for (id, mend) in [(CheckId::Network, Mend::Network), (CheckId::Pool, Mend::Pool)] {
        assert_eq!(found[&id].outcome, Outcome::Bad);
        assert_eq!(found[&id].cure, Some(Cure::Mend(mend)));
        let make =
            |libvirt: &PrivateLibvirt| answer(Witness::connect(libvirt.uri()).host.plan_mend(mend)).expect("a plan");
        Trial { libvirt: &mut libvirt, set_up: &bare, make: &make }.run(&mut second);
    }
    bare(&mut libvirt);
    let host = Witness::connect(libvirt.uri()).host;
    for mend in [Mend::Network, Mend::Pool] {
        let plan = answer(host.plan_mend(mend)).expect("a plan");
        plans::must(&plan, tempfile::tempdir().expect("a folder").path());
        assert!(answer(host.plan_mend(mend)).expect("a plan").commands().is_empty(), "nothing is left to do");
    }
    let found = checks(libvirt.uri());
    assert_eq!(found[&CheckId::Network].outcome, Outcome::Good);
    assert_eq!(found[&CheckId::Pool].outcome, Outcome::Good);
    assert!(matches!(&found[&CheckId::Space].finding, Finding::Room(name, _) if name == "default"));
    assert_eq!(found[&CheckId::Driver].finding, Finding::Driver("QEMU".into()));
}

#[test]
fn what_the_test_driver_cannot_tell_is_said() {
    let found = checks("test:///default");
    assert_eq!(found.len(), CheckId::ALL.len(), "{found:?}");
    for id in [CheckId::Processor, CheckId::KvmBoots, CheckId::Speed, CheckId::Firewall] {
        assert_eq!(found[&id].outcome, Outcome::Unknown(Unknown::TestDriver), "{id:?}");
    }
    assert_eq!(found[&CheckId::Network].finding, Finding::NotAutostarted("default".into()));
}

#[test]
fn a_host_that_does_not_answer_is_checked_from_here() {
    let uri = HostUri::parse("qemu+unix:///system?socket=/nowhere/libvirt-sock").expect("a URI");
    let receiver = readiness::check(Subject { uri, host: None, failure: None, anew: false });
    let mut found = HashMap::new();
    while let Ok(check) = receiver.recv_blocking() {
        found.insert(check.id, check);
    }
    assert_eq!(found.len(), CheckId::ALL.len(), "{found:?}");
    assert_eq!(found[&CheckId::Daemon].finding, Finding::NoSocket("/nowhere/libvirt-sock".into()));
    assert!(matches!(found[&CheckId::Daemon].cure, Some(Cure::Command(_))));
    assert_eq!(found[&CheckId::KvmBoots].outcome, Outcome::Unknown(Unknown::NotConnected));
}

/// Where KVM is broken, a machine that it gave up is known as such, and runs when it is emulated instead.
#[test]
fn a_machine_that_kvm_gave_up_runs_emulated() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let mut witness = Witness::connect(libvirt.uri());
    let report = answer(witness.host.probe(false)).expect("a report");
    if report.verdict != Verdict::Broken {
        return lectern_test_kit::skipped("KVM works here");
    }
    let disk = libvirt.folder().join("lib/images/guest.img");
    let mut image = GUEST.to_vec();
    image.resize(1 << 20, 0);
    std::fs::write(&disk, image).expect("an image");
    libvirt.sh("chmod 666 /var/lib/libvirt/images/guest.img");
    let xml = "<domain type='kvm'><name>sick</name><memory unit='MiB'>32</memory>\
        <os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features><cpu mode='host-model'/>\
        <devices><disk type='file' device='disk'><driver name='qemu' type='raw'/>\
        <source file='/var/lib/libvirt/images/guest.img'/><target dev='sda' bus='sata'/></disk></devices></domain>";
    libvirt.define("sick", xml);
    witness.until("it", wait::SOON, |w| w.named("sick").map(|_| ()));
    witness.act("sick", DomainAction::Start).expect("QEMU starts");
    witness.sees("sick", DomainState::Paused, Duration::from_secs(30));
    let sick = witness.named("sick").expect("a machine").clone();
    assert_eq!(kvm::trouble(Some(VirtType::Kvm), sick.state, sick.reason), KvmTrouble::Likely, "{:?}", sick.reason);
    witness.act("sick", DomainAction::ForceOff).expect("it is forced off");
    witness.sees("sick", DomainState::ShutOff, wait::SOON);
    let plan = answer(witness.host.plan_edit(sick.id, kvm::emulated)).expect("a plan");
    plans::must(&plan, tempfile::tempdir().expect("a folder").path());
    witness.act("sick", DomainAction::Start).expect("QEMU starts");
    witness.until("its own end", Duration::from_secs(30), |w| {
        let machine = w.named("sick")?;
        (machine.state == DomainState::ShutOff && machine.reason == StateReason::Shutdown).then_some(())
    });
}
