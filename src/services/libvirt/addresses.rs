//! Guests' addresses: whom to ask next, and the asking.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use virt::{connect::Connect, domain::Domain};

use lectern_model::{
    address::{self, AddressSource, GuestAddress},
    id::DomainId,
};

use super::{connection, error::HostError, ffi::addresses::ask};

/// How many domains are asked for at a time.
const AT_ONCE: usize = 20;
/// Between two questions for a domain without an address: a guest boots in seconds.
const SOON: Duration = Duration::from_secs(3);
/// Between two questions for a domain whose address is known, or that stayed silent for [`PATIENCE`] questions.
const SELDOM: Duration = Duration::from_secs(30);
/// How often a domain is asked for soon.
const PATIENCE: u32 = 40;

#[derive(Clone, Copy, Debug)]
struct Turn {
    due: Instant,
    silent: u32,
}

/// When each active domain is asked for next.
#[derive(Default)]
pub(crate) struct Plan {
    turns: HashMap<DomainId, Turn>,
    asking: bool,
}

impl Plan {
    /// Those to ask for now, at most twenty, those that waited longest first. Until [`Self::told`], nobody else.
    pub(crate) fn next(&mut self, now: Instant, active: impl Iterator<Item = DomainId>) -> Vec<DomainId> {
        if self.asking {
            return Vec::new();
        }
        let old = std::mem::take(&mut self.turns);
        self.turns = active.map(|id| (id, old.get(&id).copied().unwrap_or(Turn { due: now, silent: 0 }))).collect();
        let mut due: Vec<_> =
            self.turns.iter().filter(|(_, turn)| turn.due <= now).map(|(id, t)| (t.due, *id)).collect();
        due.sort_unstable();
        due.truncate(AT_ONCE);
        self.asking = !due.is_empty();
        due.into_iter().map(|(_, id)| id).collect()
    }

    /// Notes that an answer came, and whether it held an address.
    pub(crate) fn told(&mut self, now: Instant, answers: impl Iterator<Item = (DomainId, bool)>) {
        self.asking = false;
        for (id, known) in answers {
            if let Some(turn) = self.turns.get_mut(&id) {
                turn.silent = if known { 0 } else { turn.silent + 1 };
                turn.due = now + if known || turn.silent > PATIENCE { SELDOM } else { SOON };
            }
        }
    }

    /// Has a domain asked for soon again, as something happened to it.
    pub(crate) fn hurry(&mut self, id: DomainId) {
        self.turns.remove(&id);
    }

    /// Forgets everything, also a question that will not be answered.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// An answer for each domain: its best address, or an error that says nothing about it.
pub(crate) type Answers = Vec<(DomainId, Result<Option<GuestAddress>, HostError>)>;

/// Asks for the best address of each domain.
pub(crate) fn ask_all(connect: &Connect, ids: Vec<DomainId>) -> Answers {
    ids.into_iter().map(|id| (id, connection::domain(connect, id).and_then(|domain| best(&domain)))).collect()
}

/// The best address that the host knows: leases first, then its neighbours. The guest agent may block for seconds, so
/// it is left to the domain's own page.
fn best(domain: &Domain) -> Result<Option<GuestAddress>, HostError> {
    let leases = ask(domain, AddressSource::Lease);
    if let Ok(Some(found)) = leases.as_ref().map(|found| address::best(found)) {
        return Ok(Some(found.clone()));
    }
    match ask(domain, AddressSource::Arp) {
        Ok(found) => Ok(address::best(&found).cloned()),
        Err(_) if leases.is_ok() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// All addresses of an active domain; the agent is asked only where one is connected.
pub(crate) fn everything(domain: &Domain, agent: bool) -> Vec<GuestAddress> {
    let mut all: Vec<GuestAddress> = Vec::new();
    for source in [AddressSource::Agent, AddressSource::Lease, AddressSource::Arp] {
        if source == AddressSource::Agent && !agent {
            continue;
        }
        let found = ask(domain, source).unwrap_or_default();
        let fresh: Vec<_> = found.into_iter().filter(|a| !all.iter().any(|known| known.ip == a.ip)).collect();
        all.extend(fresh);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> DomainId {
        DomainId::from_bytes([number; 16])
    }

    #[test]
    fn all_get_their_turn() {
        let mut plan = Plan::default();
        let mut now = Instant::now();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..3 {
            let asked = plan.next(now, (0..50).map(id));
            assert!(asked.len() <= AT_ONCE && !asked.is_empty());
            assert!(plan.next(now, (0..50).map(id)).is_empty(), "one question at a time");
            seen.extend(asked.iter().copied());
            plan.told(now, asked.into_iter().map(|id| (id, false)));
            now += Duration::from_secs(1);
        }
        assert_eq!(seen.len(), 50);
    }

    #[test]
    fn a_known_address_is_asked_for_seldom() {
        let mut plan = Plan::default();
        let now = Instant::now();
        let asked = plan.next(now, [id(1), id(2)].into_iter());
        plan.told(now, asked.into_iter().map(|a| (a, a == id(1))));
        assert_eq!(plan.next(now + SOON, [id(1), id(2)].into_iter()), [id(2)]);
    }
}
