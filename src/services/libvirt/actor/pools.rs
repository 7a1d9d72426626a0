//! Storage pools, read while somebody looks: at once when libvirt tells of a change, and now and then in case it did not.

use std::time::{Duration, Instant};

use lectern_model::storage::Pool;

use super::{Actor, HostUpdate};
use crate::libvirt::{batch::PAUSE, error::HostError, storage::StorageError, storage::pools};

/// How often all are read without an event: libvirt has none for autostart, nor for what a volume takes.
const RECONCILE: Duration = Duration::from_secs(30);

/// The last known picture, and who looks at it.
#[derive(Default)]
pub(super) struct Pools {
    lookers: usize,
    /// What those who look were told.
    told: Option<Vec<Pool>>,
    last: Option<Instant>,
    dirty: bool,
}

impl Pools {
    /// Somebody looks: all are read and told anew.
    pub(super) fn look(&mut self) {
        self.lookers += 1;
        self.restart();
    }

    /// One looks no more.
    pub(super) fn look_away(&mut self) {
        self.lookers = self.lookers.saturating_sub(1);
    }

    /// Something changed.
    pub(super) fn mark(&mut self) {
        self.dirty = true;
    }

    /// The next reading is told in any case.
    pub(super) fn restart(&mut self) {
        (self.dirty, self.told) = (true, None);
    }

    /// When they are to be read: nobody asks where nobody looks.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        let pause = if self.dirty { PAUSE } else { RECONCILE };
        (self.lookers > 0).then(|| self.last.map_or(now, |last| last + pause))
    }

    /// Takes a reading of all; gives it if it is another than the last.
    fn put(&mut self, pools: Vec<Pool>) -> Option<Vec<Pool>> {
        if self.told.as_ref() == Some(&pools) {
            return None;
        }
        self.told = Some(pools.clone());
        Some(pools)
    }
}

impl Actor {
    pub(super) fn read_pools_if_due(&mut self, now: Instant) {
        let Some(connection) = self.connection() else { return };
        if self.pools.due(now).is_none_or(|at| at > now) {
            return;
        }
        // Set first, so that a failing host is not asked in a tight loop.
        (self.pools.last, self.pools.dirty) = (Some(now), false);
        match pools::listed(connection.connect()) {
            Ok(pools) => {
                if let Some(pools) = self.pools.put(pools) {
                    self.tell(&HostUpdate::Pools(pools));
                }
            }
            Err(StorageError::Host(error)) => self.failed(&error),
            Err(error) => self.failed(&HostError::BadAnswer(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_are_read_for_who_looks_and_told_when_they_differ() {
        let (mut pools, now) = (Pools::default(), Instant::now());
        assert_eq!(pools.due(now), None, "nobody looks");
        pools.look();
        assert_eq!(pools.due(now), Some(now), "at once");
        assert_eq!(pools.put(Vec::new()), Some(Vec::new()), "that there are none is told too");
        assert_eq!(pools.put(Vec::new()), None);
        pools.restart();
        assert_eq!(pools.put(Vec::new()), Some(Vec::new()));
        (pools.last, pools.dirty) = (Some(now), true);
        assert_eq!(pools.due(now), Some(now + PAUSE));
        pools.look_away();
        assert_eq!(pools.due(now), None);
    }
}
