//! The last known picture of all domains, keyed by identifier; says what differs.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use lectern_model::{
    address::GuestAddress,
    domain::{Domain, DomainState, StateReason},
    id::DomainId,
    metadata::Notes,
    units::KiB,
};

use super::{reading::Reading, types::DomainChanges};

/// All domains of one host.
#[derive(Default)]
pub(crate) struct Store {
    domains: HashMap<DomainId, Domain>,
}

impl Store {
    /// Everything, as a complete batch.
    pub(crate) fn everything(&self) -> DomainChanges {
        DomainChanges { complete: true, changed: self.domains.values().cloned().collect(), removed: Vec::new() }
    }

    /// The domain, if it is known.
    pub(crate) fn get(&self, id: DomainId) -> Option<&Domain> {
        self.domains.get(&id)
    }

    /// All active domains.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Domain> {
        self.domains.values().filter(|domain| domain.state.is_active())
    }

    /// Takes the readings of all domains: what is not among them is gone.
    pub(crate) fn put_all(&mut self, readings: &[Reading]) -> DomainChanges {
        let present: HashSet<DomainId> = readings.iter().map(|reading| reading.id).collect();
        let missing = self.domains.keys().filter(|id| !present.contains(id)).copied().collect();
        let mut changes = self.put_some(readings);
        changes.removed = self.remove(missing);
        changes
    }

    /// Takes the readings of some domains.
    pub(crate) fn put_some(&mut self, readings: &[Reading]) -> DomainChanges {
        let changed = readings.iter().filter_map(|reading| self.put(reading)).collect();
        DomainChanges { complete: false, changed, removed: Vec::new() }
    }

    /// Takes domains out; gives back those that were there.
    pub(crate) fn remove(&mut self, ids: Vec<DomainId>) -> Vec<DomainId> {
        ids.into_iter().filter(|id| self.domains.remove(id).is_some()).collect()
    }

    fn put(&mut self, reading: &Reading) -> Option<Domain> {
        let known = self.domains.get(&reading.id);
        if known.is_some_and(|domain| reading.agrees(domain)) {
            return None;
        }
        let mut domain = known.cloned().unwrap_or_else(|| unknown(reading.id));
        domain.name.clone_from(&reading.name);
        if let Some((state, reason)) = reading.state() {
            (domain.state, domain.reason) = (state, reason);
        }
        domain.vcpus = reading.vcpus.unwrap_or(domain.vcpus);
        domain.memory = reading.memory.unwrap_or(domain.memory);
        if !domain.state.is_active() {
            (domain.address, domain.cpu) = (None, None);
        }
        self.domains.insert(reading.id, domain.clone());
        Some(domain)
    }

    /// Notes an address; gives the domain if it is another than before.
    pub(crate) fn set_address(&mut self, id: DomainId, address: Option<GuestAddress>) -> Option<Domain> {
        self.change(id, |domain| domain.address = address.filter(|_| domain.state.is_active()))
    }

    /// Notes how busy a domain is; gives it if that is another value than before.
    pub(crate) fn set_cpu(&mut self, id: DomainId, cpu: Option<f32>) -> Option<Domain> {
        self.change(id, |domain| domain.cpu = cpu)
    }

    /// Notes what Lectern noted on a domain; gives the domain if that is something else than before.
    pub(crate) fn set_notes(&mut self, id: DomainId, notes: Option<Arc<Notes>>) -> Option<Domain> {
        self.change(id, |domain| domain.notes = notes)
    }

    /// Forgets how busy all are, as nobody asks any more.
    pub(crate) fn forget_cpu(&mut self) -> DomainChanges {
        let ids: Vec<DomainId> = self.domains.keys().copied().collect();
        let changed = ids.into_iter().filter_map(|id| self.set_cpu(id, None)).collect();
        DomainChanges { changed, ..DomainChanges::default() }
    }

    /// Forgets all addresses, as nobody wants them any more.
    pub(crate) fn forget_addresses(&mut self) -> DomainChanges {
        let ids: Vec<DomainId> = self.domains.keys().copied().collect();
        let changed = ids.into_iter().filter_map(|id| self.set_address(id, None)).collect();
        DomainChanges { changed, ..DomainChanges::default() }
    }

    fn change(&mut self, id: DomainId, change: impl FnOnce(&mut Domain)) -> Option<Domain> {
        let domain = self.domains.get_mut(&id)?;
        let before = domain.clone();
        change(domain);
        (*domain != before).then(|| domain.clone())
    }
}

const fn unknown(id: DomainId) -> Domain {
    Domain {
        id,
        name: String::new(),
        state: DomainState::Unknown,
        reason: StateReason::None,
        vcpus: 0,
        memory: KiB(0),
        address: None,
        cpu: None,
        notes: None,
        troubles: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(number: u8, name: &str, state: u64) -> Reading {
        let mut reading = Reading::new(DomainId::from_bytes([number; 16]), name.into());
        reading.take("state.state", state);
        reading.take("balloon.current", 1024);
        reading
    }

    #[test]
    fn only_differences_are_told() {
        let mut store = Store::default();
        let all = [reading(1, "a", 1), reading(2, "b", 5)];
        assert_eq!(store.put_all(&all).changed.len(), 2);
        assert!(store.put_all(&all).is_empty());
        let changes = store.put_all(&[reading(1, "a", 5)]);
        assert_eq!(changes.changed[0].state, DomainState::ShutOff);
        assert_eq!(changes.removed, [DomainId::from_bytes([2; 16])]);
    }

    #[test]
    fn a_new_name_keeps_the_domain() {
        let mut store = Store::default();
        store.put_all(&[reading(1, "a", 1)]);
        let changes = store.put_some(&[reading(1, "b", 1)]);
        assert_eq!((changes.changed[0].name.as_str(), changes.removed.len()), ("b", 0));
    }

    #[test]
    fn what_only_a_running_machine_has_goes_with_it() {
        let mut store = Store::default();
        store.put_all(&[reading(1, "a", 1)]);
        let id = DomainId::from_bytes([1; 16]);
        assert!(store.set_cpu(id, Some(0.5)).is_some());
        assert!(store.set_cpu(id, Some(0.5)).is_none());
        let changes = store.put_some(&[reading(1, "a", 5)]);
        assert_eq!(changes.changed[0].cpu, None);
    }
}
