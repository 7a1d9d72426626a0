//! What one answer of the bulk statistics says of one domain.

use std::time::Duration;

use lectern_model::{
    domain::{Domain, DomainState, StateReason},
    id::DomainId,
    stats::Counters,
    units::KiB,
};

/// One domain's values; what was not asked for, or what a job on the domain hides, is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Which domain.
    pub(crate) id: DomainId,
    /// Its name.
    pub(crate) name: String,
    state: Option<i32>,
    reason: Option<i32>,
    /// Virtual CPUs now.
    pub(crate) vcpus: Option<u32>,
    /// Memory now.
    pub(crate) memory: Option<KiB>,
    /// CPU time so far.
    pub(crate) cpu: Option<Duration>,
    disk: (u64, u64),
    net: (u64, u64),
    unused: Option<u64>,
    available: Option<u64>,
    resident: Option<u64>,
}

impl Reading {
    /// A reading without values.
    pub(crate) const fn new(id: DomainId, name: String) -> Self {
        Self {
            id,
            name,
            state: None,
            reason: None,
            vcpus: None,
            memory: None,
            cpu: None,
            disk: (0, 0),
            net: (0, 0),
            unused: None,
            available: None,
            resident: None,
        }
    }

    /// Takes one value under libvirt's name for it (virConnectGetAllDomainStats).
    pub(crate) fn take(&mut self, field: &str, value: u64) {
        match field {
            "state.state" => self.state = i32::try_from(value).ok(),
            "state.reason" => self.reason = i32::try_from(value).ok(),
            "vcpu.current" => self.vcpus = u32::try_from(value).ok(),
            "balloon.current" => self.memory = Some(KiB(value)),
            "balloon.unused" => self.unused = Some(value),
            "balloon.available" => self.available = Some(value),
            "balloon.rss" => self.resident = Some(value),
            "cpu.time" => self.cpu = Some(Duration::from_nanos(value)),
            _ => self.add(field, value),
        }
    }

    /// Adds a value that there is one of for each device: `block.0.rd.bytes`.
    fn add(&mut self, field: &str, value: u64) {
        let sum = match (field.split_once('.'), field.splitn(3, '.').nth(2)) {
            (Some(("block", _)), Some("rd.bytes")) => &mut self.disk.0,
            (Some(("block", _)), Some("wr.bytes")) => &mut self.disk.1,
            (Some(("net", _)), Some("rx.bytes")) => &mut self.net.0,
            (Some(("net", _)), Some("tx.bytes")) => &mut self.net.1,
            _ => return,
        };
        *sum = sum.saturating_add(value);
    }

    /// State and reason, if told.
    pub(crate) fn state(&self) -> Option<(DomainState, StateReason)> {
        let state = self.state?;
        Some((DomainState::from_raw(state), StateReason::from_raw(state, self.reason.unwrap_or(0))))
    }

    /// Whether it says nothing that `domain` does not hold already.
    pub(crate) fn agrees(&self, domain: &Domain) -> bool {
        self.name == domain.name
            && self.state().is_none_or(|state| state == (domain.state, domain.reason))
            && self.vcpus.is_none_or(|vcpus| vcpus == domain.vcpus)
            && self.memory.is_none_or(|memory| memory == domain.memory)
    }

    /// Memory in use: as the guest says it, else what its process holds on the host.
    pub(crate) fn used(&self) -> Option<KiB> {
        let guest = self.available.zip(self.unused).and_then(|(all, unused)| all.checked_sub(unused));
        guest.or(self.resident).map(KiB)
    }

    /// The counters at the moment `at`; `None` without CPU time, as then it is not running.
    pub(crate) fn counters(&self, at: Duration) -> Option<Counters> {
        let vcpus = self.vcpus.unwrap_or(1);
        Some(Counters { at, cpu: self.cpu?, vcpus, disk: self.disk, net: self.net })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_summed() {
        let mut reading = Reading::new(DomainId::from_bytes([1; 16]), "a".into());
        for (field, value) in [
            ("state.state", 1),
            ("state.reason", 1),
            ("cpu.time", 5),
            ("block.count", 2),
            ("block.0.rd.bytes", 10),
            ("block.1.rd.bytes", 5),
            ("block.1.wr.bytes", 7),
            ("net.0.rx.bytes", 3),
            ("net.10.tx.bytes", 4),
            ("balloon.rss", 900),
        ] {
            reading.take(field, value);
        }
        let counters = reading.counters(Duration::from_secs(1)).unwrap();
        assert_eq!((counters.disk, counters.net), ((15, 7), (3, 4)));
        assert_eq!(reading.state(), Some((DomainState::Running, StateReason::Booted)));
        assert_eq!(reading.used(), Some(KiB(900)));
        reading.take("balloon.available", 1000);
        reading.take("balloon.unused", 400);
        assert_eq!(reading.used(), Some(KiB(600)));
    }
}
