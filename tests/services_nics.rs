//! Network cards on a real libvirt: plugged in elsewhere, added and removed, by plans that stand failures and kills.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use std::time::Duration;

use lectern_model::{
    domain::{DomainAction, DomainState},
    id::DomainId,
    mac::MacAddress,
    nic::NicSource,
};
use lectern_services::{
    host::HostError,
    plan::{
        self, Outcome, Plan, StepFailure,
        make::nics::{self, Effect, NicFacts, NicPlan, NicWish},
    },
};
use lectern_test_kit::{
    guest::Machine,
    libvirt::PrivateLibvirt,
    plans::{self, Trial},
    wait,
    witness::{Witness, answer},
};

/// The child of these tests: see `lectern_test_kit::plans::child`.
#[test]
#[ignore = "run by the tests of this file"]
fn killed_child() {
    plans::child();
}

fn two() -> Option<(PrivateLibvirt, PrivateLibvirt)> {
    Some((PrivateLibvirt::start()?, PrivateLibvirt::start()?))
}

fn id(number: u8) -> DomainId {
    DomainId::from_bytes([number; 16])
}

fn mac(number: u8) -> MacAddress {
    MacAddress::from_random([0, 0, number])
}

/// A machine without a disk that stays in its firmware, with one card on the network `vbr`.
fn machine(number: u8) -> String {
    format!(
        "<domain type='qemu'><name>m{number}</name><uuid>{}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features><devices>\
         <controller type='usb' model='none'/><interface type='network'><mac address='{}'/><source network='vbr'/>\
         <model type='virtio'/></interface></devices></domain>",
        id(number),
        mac(number),
    )
}

fn network(number: u8, name: &str) -> String {
    format!(
        "<network><name>{name}</name><uuid>{}</uuid><forward mode='nat'/><bridge name='{name}'/>\
         <mac address='52:54:00:11:22:{number:02}'/><ip address='10.77.{number}.254' netmask='255.255.255.0'><dhcp>\
         <range start='10.77.{number}.100' end='10.77.{number}.200'/></dhcp></ip></network>",
        id(number)
    )
}

/// Two networks, and two machines on the first, of which the first is on.
fn hosted(libvirt: &mut PrivateLibvirt) {
    let mut script = format!("v() {{ virsh -q -c '{}' \"$@\"; }}\n", libvirt.uri());
    for (number, name) in [(1, "vbr"), (2, "other")] {
        let xml = network(number, name);
        let line = format!("v net-info {name} >/dev/null 2>&1 || v net-define /dev/stdin <<'EOF'\n{xml}\nEOF\n");
        script.push_str(&line);
    }
    script.push_str("for n in vbr other; do v net-info $n | grep -q 'Active.*yes' || v net-start $n; done\n");
    for number in [1, 2] {
        let xml = machine(number);
        let line = format!("v dominfo m{number} >/dev/null 2>&1 || v define /dev/stdin <<'EOF'\n{xml}\nEOF\n");
        script.push_str(&line);
    }
    script.push_str("[ \"$(v domstate m1)\" = running ] || v start m1\n");
    libvirt.script(&script);
}

fn look(libvirt: &PrivateLibvirt, ids: &[DomainId]) -> NicFacts {
    let witness = Witness::connect(libvirt.uri());
    answer(nics::look(&witness.host, ids.to_vec())).expect("facts")
}

fn planned(libvirt: &PrivateLibvirt, ids: &[DomainId], wish: &NicWish) -> NicPlan {
    nics::plan(&look(libvirt, ids), wish, true).expect("a plan")
}

fn to(name: &str) -> NicWish {
    NicWish::Change { nth: 0, source: Some(NicSource::network(name)), model: None }
}

fn must(libvirt: &PrivateLibvirt, ids: &[DomainId], wish: &NicWish) -> Plan {
    planned(libvirt, ids, wish).plan.expect("something to do")
}

#[test]
fn machines_are_moved_with_their_cables_out_and_in_or_not_at_all() {
    let Some((mut first, mut second)) = two() else { return };
    hosted(&mut first);
    let both = [id(1), id(2)];
    let found = planned(&first, &both, &to("other"));
    assert_eq!(found.effects, [("m1".to_owned(), Effect::Now), ("m2".to_owned(), Effect::Configured)]);
    let make = |libvirt: &PrivateLibvirt| must(libvirt, &both[..1], &to("other"));
    Trial { libvirt: &mut first, set_up: &hosted, make: &make }.run(&mut second);
}

#[test]
fn a_cable_is_out_for_a_moment_and_in_again() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| must(libvirt, &[id(1)], &NicWish::Replug(mac(1)));
    Trial { libvirt: &mut first, set_up: &hosted, make: &make }.run(&mut second);
    let off = planned(&first, &[id(2)], &NicWish::Replug(mac(2)));
    assert!(off.plan.is_none() && off.effects[0].1 == Effect::NoCard, "{off:?}");
}

#[test]
fn a_machine_starts_with_the_network_that_it_needs() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    hosted(&mut libvirt);
    let journals = tempfile::tempdir().expect("a folder");
    libvirt.virsh(&["destroy", "m1"]);
    libvirt.virsh(&["net-destroy", "vbr"]);
    let mut witness = Witness::connect(libvirt.uri());
    let refused = |witness: &Witness, name: &str| match witness.act(name, DomainAction::Start) {
        Err(HostError::NoNetwork { stopped, missing, .. }) => (stopped, missing),
        other => unreachable!("{name}: {other:?}"),
    };
    witness.sees("m1", DomainState::ShutOff, wait::SOON);
    assert_eq!(refused(&witness, "m1"), (vec!["vbr".to_owned()], vec![]));
    let both = vec![(id(1), "m1".to_owned()), (id(2), "m2".to_owned())];
    let plan = answer(witness.host.plan_start_with(vec!["vbr".into()], false, both)).expect("a plan");
    plans::must(&plan, journals.path());
    assert_eq!((libvirt.state_of("m1"), libvirt.state_of("m2")), ("running".into(), "running".into()));
    // The usual network, which somebody has deleted, is made again; and goes where that is undone.
    libvirt.define("m3", &machine(3).replace("network='vbr'", "network='default'"));
    witness.sees("m3", DomainState::ShutOff, wait::SOON);
    assert_eq!(refused(&witness, "m3"), (vec![], vec!["default".to_owned()]));
    let third = vec![(id(3), "m3".to_owned())];
    let plan = answer(witness.host.plan_start_with(Vec::new(), true, third)).expect("a plan");
    let made = plans::must(&plan, journals.path());
    assert_eq!(libvirt.state_of("m3"), "running");
    assert!(libvirt.virsh(&["net-list", "--autostart", "--name"]).contains("default"));
    plans::must_undo(plan, made, journals.path());
    assert_eq!(libvirt.state_of("m3"), "shut off");
    assert!(!libvirt.virsh(&["net-list", "--all", "--name"]).contains("default"));
}

/// [`hosted`] with all of it off.
fn all_off(libvirt: &mut PrivateLibvirt) {
    hosted(libvirt);
    libvirt.virsh(&["destroy", "m1"]);
    libvirt.virsh(&["net-destroy", "vbr"]);
}

#[test]
fn a_start_with_what_it_needs_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let host = Witness::connect(libvirt.uri()).host;
        let machines = vec![(id(1), "m1".to_owned())];
        answer(host.plan_start_with(vec!["vbr".into()], false, machines)).expect("a plan")
    };
    Trial { libvirt: &mut first, set_up: &all_off, make: &make }.run(&mut second);
}

#[test]
fn cards_come_and_go_in_machines_that_are_off() {
    let Some((mut first, mut second)) = two() else { return };
    let remove = |libvirt: &PrivateLibvirt| must(libvirt, &[id(2)], &NicWish::Remove(mac(2)));
    Trial { libvirt: &mut first, set_up: &hosted, make: &remove }.run(&mut second);
    let model = NicWish::Change { nth: 0, source: Some(NicSource::User), model: Some("e1000".into()) };
    for libvirt in [&first, &second] {
        libvirt.virsh(&["undefine", "m2"]);
    }
    let make = |libvirt: &PrivateLibvirt| must(libvirt, &[id(2)], &model);
    Trial { libvirt: &mut first, set_up: &hosted, make: &make }.run(&mut second);
    let add = NicWish::Add { source: NicSource::network("vbr"), model: "virtio".into() };
    for libvirt in [&first, &second] {
        libvirt.virsh(&["undefine", "m2"]);
    }
    let make = |libvirt: &PrivateLibvirt| must(libvirt, &[id(2)], &add);
    Trial { libvirt: &mut first, set_up: &hosted, make: &make }.run(&mut second);
}

#[test]
fn what_libvirt_cannot_do_at_once_waits_for_the_next_start() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    hosted(&mut libvirt);
    let journals = tempfile::tempdir().expect("a folder");
    let effects = |wish: &NicWish| {
        let found = planned(&libvirt, &[id(1)], wish);
        (found.effects[0].1, found.plan.map(|plan| plan.steps().len()))
    };
    let change = |source: Option<NicSource>, model: Option<&str>| NicWish::Change {
        nth: 0,
        source,
        model: model.map(Into::into),
    };
    assert_eq!(effects(&change(Some(NicSource::network("vbr")), None)), (Effect::Already, None));
    assert_eq!(effects(&change(Some(NicSource::User), None)), (Effect::NextStart, Some(1)));
    assert_eq!(effects(&change(None, Some("e1000"))), (Effect::NextStart, Some(1)));
    libvirt.virsh(&["net-destroy", "other"]);
    assert_eq!(planned(&libvirt, &[id(2)], &to("other")).starts.as_deref(), Some("other"), "else it does not start");
    let both = change(Some(NicSource::network("other")), Some("e1000"));
    assert_eq!(effects(&both), (Effect::ModelLater, Some(3)));
    let third = NicWish::Change { nth: 2, source: Some(NicSource::User), model: None };
    assert_eq!(effects(&third), (Effect::NoCard, None));
    plans::must(&must(&libvirt, &[id(1)], &both), journals.path());
    let cards = libvirt.virsh(&["domiflist", "m1"]);
    assert!(cards.contains("other") && cards.contains("virtio"), "{cards}");
    let cards = libvirt.virsh(&["domiflist", "m1", "--inactive"]);
    assert!(cards.contains("other") && cards.contains("e1000"), "{cards}");
    // A machine that somebody moved meanwhile is not moved on.
    let stale = planned(&libvirt, &[id(1)], &to("vbr"));
    let moved = must(&libvirt, &[id(1)], &to("vbr"));
    plans::must(&moved, journals.path());
    let ended = plans::outcome(&plan::start(stale.plan.expect("a plan"), journals.path()));
    let why = StepFailure::ChangedMeanwhile("m1".into());
    assert!(matches!(&ended, Outcome::Undone { why: Some(said), .. } if said.why == why), "{ended:?}");
}

#[test]
fn a_second_card_comes_and_goes_while_the_guest_runs() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    hosted(&mut libvirt);
    libvirt.define_guest(Machine { name: "node1", network: false });
    let uuid = libvirt.virsh(&["domuuid", "node1"]);
    let node = DomainId::parse(uuid.trim()).expect("a UUID");
    let add = NicWish::Add { source: NicSource::network("vbr"), model: "virtio".into() };
    let journals = tempfile::tempdir().expect("a folder");
    plans::must(&must(&libvirt, &[node], &add), journals.path());
    libvirt.virsh(&["start", "node1"]);
    let leased = || libvirt.virsh(&["net-dhcp-leases", "vbr"]).contains("node1");
    wait::holds("the guest to be up", Duration::from_mins(3), leased);
    let cards = || libvirt.virsh(&["domiflist", "node1"]).lines().filter(|line| line.contains("vbr")).count();
    let second = must(&libvirt, &[node], &add);
    let made = plans::must(&second, journals.path());
    assert_eq!((cards(), libvirt.virsh(&["domiflist", "--inactive", "node1"]).matches("vbr").count()), (2, 2));
    // The guest lets go of it again.
    plans::must_undo(second, made, journals.path());
    assert_eq!(cards(), 1);
    let only = look(&libvirt, &[node]).machines[0].nics()[0].mac.expect("an address");
    let removal = must(&libvirt, &[node], &NicWish::Remove(only));
    let made = plans::must(&removal, journals.path());
    assert_eq!(cards(), 0);
    plans::must_undo(removal, made, journals.path());
    assert_eq!(look(&libvirt, &[node]).machines[0].nics()[0].mac, Some(only));
    assert_eq!(cards(), 1);
}
