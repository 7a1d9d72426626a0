//! Machines as a real libvirt tells of them: born, started, paused, stopped and removed, by us and by others.

use std::time::Duration;

use lectern_model::domain::{DomainAction, DomainState, StateReason};
use lectern_services::host::HostError;
use lectern_test_kit::{libvirt::PrivateLibvirt, witness::Witness};

/// What an event is given to arrive; a poll would come far later.
const LIVE: Duration = Duration::from_secs(10);
/// What starting or stopping QEMU may take.
const QEMU: Duration = Duration::from_secs(30);

#[test]
fn a_life_is_seen_from_the_first_day_to_the_last() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let mut witness = Witness::connect(libvirt.uri());
    assert!(witness.domains.is_empty());
    libvirt.define_empty("one");
    witness.sees("one", DomainState::ShutOff, LIVE);
    libvirt.virsh(&["start", "one"]);
    witness.sees("one", DomainState::Running, LIVE);
    witness.act("one", DomainAction::Pause).expect("it pauses");
    witness.sees("one", DomainState::Paused, LIVE);
    assert_eq!(witness.named("one").map(|d| d.reason), Some(StateReason::PausedByUser));
    libvirt.virsh(&["resume", "one"]);
    witness.sees("one", DomainState::Running, LIVE);
    witness.act("one", DomainAction::ForceOff).expect("it is forced off");
    witness.sees("one", DomainState::ShutOff, QEMU);
    assert_eq!(witness.named("one").map(|d| d.reason), Some(StateReason::Destroyed));
    libvirt.virsh(&["domrename", "one", "uno"]);
    witness.until("the new name", LIVE, |w| w.named("uno").map(|_| ()));
    assert!(witness.named("one").is_none());
    libvirt.virsh(&["undefine", "uno"]);
    witness.until("nothing", LIVE, |w| w.domains.is_empty().then_some(()));
}

#[test]
fn actions_do_what_they_say_and_errors_are_typed() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    libvirt.define_empty("two");
    let mut witness = Witness::connect(libvirt.uri());
    witness.act("two", DomainAction::Start).expect("it starts");
    witness.sees("two", DomainState::Running, QEMU);
    let again = witness.act("two", DomainAction::Start);
    assert!(matches!(again, Err(HostError::Libvirt(_))), "{again:?}");
    witness.act("two", DomainAction::Reset).expect("it is reset");
    witness.act("two", DomainAction::Save).expect("it is saved");
    witness.sees("two", DomainState::ShutOff, QEMU);
    assert_eq!(witness.named("two").map(|d| d.reason), Some(StateReason::Saved));
    witness.act("two", DomainAction::Start).expect("it goes on");
    witness.sees("two", DomainState::Running, QEMU);
    let id = witness.id("two");
    libvirt.virsh(&["destroy", "two"]);
    libvirt.virsh(&["undefine", "two"]);
    witness.until("nothing", LIVE, |w| w.domains.is_empty().then_some(()));
    let gone = lectern_test_kit::witness::answer(witness.host.act(id, DomainAction::Start));
    assert!(matches!(gone, Err(HostError::Gone)), "{gone:?}");
}

#[test]
fn many_machines_come_in_one_picture() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    for n in 0..20 {
        libvirt.define_empty(&format!("node{n}"));
    }
    let witness = Witness::connect(libvirt.uri());
    assert_eq!(witness.domains.len(), 20);
    assert_eq!(witness.complete, 1, "the picture came in pieces");
}
