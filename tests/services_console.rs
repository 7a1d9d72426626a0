//! The serial console of real machines: a login, a console in use, a flood.

use std::time::{Duration, Instant};

use lectern_model::{
    address::AddressSource,
    domain::{DomainAction, DomainState},
};
use lectern_services::host::{HostError, Interest};
use lectern_test_kit::{guest::Machine, libvirt::PrivateLibvirt, process::memory_kib, wait, witness::Witness};

/// Growth that an unread flood may cause.
const FLOOD_LIMIT_KIB: u64 = 64 * 1024;

#[test]
fn a_guest_is_logged_in_to_and_its_address_known() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--network"]) else { return };
    libvirt.define_guest(Machine { name: "tiny", network: true });
    let mut witness = Witness::connect(libvirt.uri());
    let list = witness.host.watch(Interest::List);
    witness.act("tiny", DomainAction::Start).expect("it starts");
    let mut console = witness.console("tiny", false).expect("its console opens");
    console.expect("login:", wait::BOOT);
    console.send("root\r");
    console.expect("]# ", wait::SOON);
    let mut beside = witness.console("tiny", false).expect("a share of it");
    beside.expect("login:", wait::SOON);
    beside.send("uname -a\r");
    // Both are read: who does not read holds the guest back, and so the other.
    wait::holds("the answer on both", wait::SOON, || {
        [&mut console, &mut beside].map(|one| one.read().contains("Linux tiny ")) == [true, true]
    });
    drop(beside);
    witness.until("the address", wait::BOOT, |w| w.named("tiny")?.address.clone());
    let address = witness.named("tiny").and_then(|d| d.address.clone()).expect("just seen");
    assert_eq!(address.source, AddressSource::Lease);
    assert!(address.ip.to_string().starts_with("192.168.122."), "{address:?}");
    drop(list);
    console.send("poweroff\r");
    witness.sees("tiny", DomainState::ShutOff, wait::BOOT);
    wait::holds("the console to close", wait::SOON, || console.is_closed());
}

#[test]
fn a_console_in_use_is_refused_and_can_be_taken_over() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_empty("quiet");
    libvirt.virsh(&["start", "quiet"]);
    let mut witness = Witness::connect(libvirt.uri());
    witness.sees("quiet", DomainState::Running, wait::SOON);
    let mut first = witness.console("quiet", false).expect("the first opens it");
    // Through the same handle it is shared, so that nothing here is its second reader.
    drop(witness.console("quiet", false).expect("a share"));
    assert!(!first.is_closed(), "the first keeps it");
    let other = Witness::connect(libvirt.uri());
    let refused = other.console("quiet", false);
    assert!(matches!(refused, Err(HostError::ConsoleInUse(_))), "{refused:?}");
    let mut second = other.console("quiet", true).expect("a second takes it over");
    wait::holds("the first to be closed", wait::SOON, || first.is_closed());
    assert!(!second.is_closed());
    libvirt.virsh(&["destroy", "quiet"]);
    wait::holds("the second to be closed", wait::SOON, || second.is_closed());
}

#[test]
fn a_flood_that_nobody_reads_stays_small() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_flood("loud");
    libvirt.virsh(&["start", "loud"]);
    let mut witness = Witness::connect(libvirt.uri());
    witness.sees("loud", DomainState::Running, wait::SOON);
    let mut console = witness.console("loud", false).expect("its console opens");
    console.expect("quick brown fox", wait::SOON);
    let before = memory_kib(std::process::id());
    // Unread for three seconds: the flood has all the time it wants.
    std::thread::sleep(Duration::from_secs(3));
    let grown = memory_kib(std::process::id()).saturating_sub(before);
    assert!(grown < FLOOD_LIMIT_KIB, "{grown} KiB for an unread flood");
    let start = Instant::now();
    wait::holds("a megabyte once it is read", wait::BOOT, || console.read().len() > 1 << 20);
    println!("unread flood: {grown} KiB; read: 1 MiB in {:?}", start.elapsed());
}
