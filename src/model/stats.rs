//! From the counters that libvirt gives to the usage that a person reads.

use std::{collections::VecDeque, time::Duration};

use crate::units::KiB;

/// One reading of a domain's counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// When it was read, since any fixed moment.
    pub at: Duration,
    /// CPU time spent so far, over all virtual CPUs.
    pub cpu: Duration,
    /// Virtual CPUs.
    pub vcpus: u32,
    /// Bytes read from and written to all disks.
    pub disk: (u64, u64),
    /// Bytes received and sent on all interfaces.
    pub net: (u64, u64),
}

/// Usage between two readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Share of the domain's virtual CPUs, 0 to 1.
    pub cpu: f32,
    /// Bytes a second, read and written.
    pub disk: (f64, f64),
    /// Bytes a second, received and sent.
    pub net: (f64, f64),
}

/// Usage from `before` to `now`; `None` if no time passed or a counter went back (a restart).
#[must_use]
pub fn usage(before: &Counters, now: &Counters) -> Option<Usage> {
    let seconds = now.at.checked_sub(before.at)?.as_secs_f64();
    let cpu = now.cpu.checked_sub(before.cpu)?.as_secs_f64();
    if seconds <= 0.0 {
        return None;
    }
    let rate = |b: u64, n: u64| n.checked_sub(b).map(|d| precise(d) / seconds);
    let share = cpu / seconds / f64::from(now.vcpus.max(1));
    Some(Usage {
        cpu: narrow(share.clamp(0.0, 1.0)),
        disk: (rate(before.disk.0, now.disk.0)?, rate(before.disk.1, now.disk.1)?),
        net: (rate(before.net.0, now.net.0)?, rate(before.net.1, now.net.1)?),
    })
}

/// One reading of a host's own counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostCounters {
    /// Time that its CPUs worked so far, and time altogether; a driver that does not tell has none.
    pub cpu: Option<(Duration, Duration)>,
    /// Memory in use, caches left out, and all of it.
    pub memory: Option<(KiB, KiB)>,
}

/// The share of its CPUs that a host used between two readings, 0 to 1; `None` where it is not told, or a counter went
/// back (a restart).
#[must_use]
pub fn host_cpu(before: &HostCounters, now: &HostCounters) -> Option<f32> {
    let ((busy_before, all_before), (busy, all)) = (before.cpu?, now.cpu?);
    let (busy, all) = (busy.checked_sub(busy_before)?, all.checked_sub(all_before)?);
    (all > Duration::ZERO).then(|| narrow((busy.as_secs_f64() / all.as_secs_f64()).clamp(0.0, 1.0)))
}

#[expect(clippy::cast_precision_loss, reason = "a rate for a graph; 2^53 bytes in one interval do not happen")]
const fn precise(value: u64) -> f64 {
    value as f64
}

#[expect(clippy::cast_possible_truncation, reason = "between 0 and 1; seven digits are enough for a bar")]
const fn narrow(value: f64) -> f32 {
    value as f32
}

/// The last values of one quantity, oldest first, for a graph.
#[derive(Clone, Debug)]
pub struct History {
    values: VecDeque<f64>,
    keep: usize,
}

impl History {
    /// An empty history of at most `keep` values.
    #[must_use]
    pub fn new(keep: usize) -> Self {
        Self { values: VecDeque::with_capacity(keep), keep }
    }

    /// Adds the newest value and drops what is too old.
    pub fn push(&mut self, value: f64) {
        if self.values.len() == self.keep {
            self.values.pop_front();
        }
        self.values.push_back(value);
    }

    /// The values, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = f64> + '_ {
        self.values.iter().copied()
    }

    /// The largest value, zero if there is none.
    #[must_use]
    pub fn max(&self) -> f64 {
        self.values.iter().copied().fold(0.0, f64::max)
    }

    /// How many values are kept at most.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.keep
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.values.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64, cpu_ms: u64) -> Counters {
        Counters {
            at: Duration::from_secs(seconds),
            cpu: Duration::from_millis(cpu_ms),
            vcpus: 2,
            disk: (cpu_ms, 0),
            net: (0, 0),
        }
    }

    #[test]
    fn usage_is_a_share_of_all_virtual_cpus() {
        let used = usage(&at(10, 1000), &at(13, 4000)).unwrap();
        assert!((used.cpu - 0.5).abs() < 1e-6);
        assert!((used.disk.0 - 1000.0).abs() < 1e-6);
    }

    #[test]
    fn a_restarted_machine_gives_no_usage() {
        assert_eq!(usage(&at(10, 5000), &at(13, 10)), None);
        assert_eq!(usage(&at(10, 5000), &at(10, 5000)), None);
    }

    #[test]
    fn usage_never_passes_the_whole() {
        assert!((usage(&at(0, 0), &at(1, 99_000)).unwrap().cpu - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn a_hosts_share_is_of_all_its_time() {
        let at =
            |busy, all| HostCounters { cpu: Some((Duration::from_secs(busy), Duration::from_secs(all))), memory: None };
        assert_eq!(host_cpu(&at(10, 100), &at(11, 104)), Some(0.25));
        assert_eq!(host_cpu(&at(10, 100), &at(9, 104)), None);
        assert_eq!(host_cpu(&at(10, 100), &at(10, 100)), None);
        assert_eq!(host_cpu(&HostCounters::default(), &at(1, 2)), None);
    }

    #[test]
    fn a_history_keeps_the_newest() {
        let mut history = History::new(3);
        (1..=5).for_each(|v| history.push(f64::from(v)));
        assert_eq!(history.iter().collect::<Vec<_>>(), [3.0, 4.0, 5.0]);
        assert!((history.max() - 5.0).abs() < f64::EPSILON);
    }
}
