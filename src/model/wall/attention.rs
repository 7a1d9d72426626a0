//! Which machines of a class somebody should look after.

use std::time::Duration;

use super::Faces;
use crate::domain::{Domain, DomainState, StateReason};

/// How long a guest has to get an address before its lack is told: an emulated one boots in a minute.
pub const GRACE: Duration = Duration::from_secs(90);

/// Why a machine needs attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// It crashed, or its guest did.
    Crashed,
    /// It was paused since a disk could not be read or written.
    DiskError,
    /// QEMU, KVM or the watchdog stopped it.
    Stopped,
    /// It runs for a while and has no address.
    NoAddress,
}

/// What was seen of a machine besides its state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// What it has.
    pub faces: Faces,
    /// How long it has been seen running.
    pub running: Duration,
}

impl Attention {
    /// Whether `domain` needs some.
    #[must_use]
    pub fn of(domain: &Domain, watched: Watched) -> Option<Self> {
        match (domain.state, domain.reason) {
            (DomainState::Crashed, _) | (_, StateReason::GuestCrashed) => Some(Self::Crashed),
            (DomainState::Paused, StateReason::IoError) => Some(Self::DiskError),
            (DomainState::Paused, StateReason::Watchdog | StateReason::InternalError | StateReason::Unexplained)
            | (DomainState::ShutOff, StateReason::Failed | StateReason::Daemon) => Some(Self::Stopped),
            (DomainState::Running, _) => {
                let waits = watched.faces.network && domain.address.is_none() && watched.running >= GRACE;
                waits.then_some(Self::NoAddress)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        address::{AddressSource, GuestAddress},
        id::DomainId,
        units::KiB,
    };

    fn domain(state: DomainState, reason: StateReason) -> Domain {
        Domain {
            id: DomainId::from_bytes([1; 16]),
            name: "node1".into(),
            state,
            reason,
            vcpus: 1,
            memory: KiB(1024),
            address: None,
            cpu: None,
            notes: None,
            troubles: None,
        }
    }

    #[test]
    fn failures_are_told_and_what_a_user_did_is_not() {
        use DomainState as S;
        use StateReason as R;
        let of = |state, reason| Attention::of(&domain(state, reason), Watched::default());
        assert_eq!(of(S::Crashed, R::None), Some(Attention::Crashed));
        assert_eq!(of(S::Paused, R::GuestCrashed), Some(Attention::Crashed));
        assert_eq!(of(S::ShutOff, R::GuestCrashed), Some(Attention::Crashed));
        assert_eq!(of(S::Paused, R::IoError), Some(Attention::DiskError));
        assert_eq!(of(S::Paused, R::InternalError), Some(Attention::Stopped));
        assert_eq!(of(S::ShutOff, R::Failed), Some(Attention::Stopped));
        for (state, reason) in
            [(S::Paused, R::PausedByUser), (S::ShutOff, R::Destroyed), (S::ShutOff, R::Saved), (S::Running, R::Booted)]
        {
            assert_eq!(of(state, reason), None, "{state:?} {reason:?}");
        }
    }

    #[test]
    fn an_address_is_missed_only_where_one_is_given_and_after_a_while() {
        let mut running = domain(DomainState::Running, StateReason::Booted);
        let faces = Faces { network: true, ..Faces::default() };
        let late = Watched { faces, running: GRACE };
        assert_eq!(Attention::of(&running, late), Some(Attention::NoAddress));
        let soon = Watched { running: GRACE.saturating_sub(Duration::from_secs(1)), ..late };
        assert_eq!(Attention::of(&running, soon), None);
        assert_eq!(Attention::of(&running, Watched { faces: Faces::default(), ..late }), None);
        let address = GuestAddress {
            interface: "vnet0".into(),
            mac: None,
            ip: [192, 168, 1, 5].into(),
            prefix: 24,
            source: AddressSource::Lease,
        };
        running.address = Some(address);
        assert_eq!(Attention::of(&running, late), None);
    }
}
