//! Which domains are to be read again, and when: at once after quiet, four times a second in a flood.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use lectern_model::id::DomainId;

/// The shortest time between two batches.
pub(crate) const PAUSE: Duration = Duration::from_millis(250);

/// What has come in since the last batch.
#[derive(Default)]
pub(crate) struct Batch {
    dirty: HashSet<DomainId>,
    touched: HashSet<DomainId>,
    last: Option<Instant>,
}

/// A batch to be worked off.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// To be read again.
    pub(crate) dirty: Vec<DomainId>,
    /// Whose details may have changed.
    pub(crate) touched: Vec<DomainId>,
}

impl Batch {
    /// Marks a domain to be read again.
    pub(crate) fn mark(&mut self, id: DomainId) {
        self.dirty.insert(id);
    }

    /// Marks a domain whose details may have changed.
    pub(crate) fn touch(&mut self, id: DomainId) {
        self.touched.insert(id);
    }

    /// Forgets all marks.
    pub(crate) fn clear(&mut self) {
        self.dirty.clear();
        self.touched.clear();
    }

    /// When the next batch is due: in the past if it is overdue, `None` if there is nothing to do.
    pub(crate) fn due(&self, now: Instant) -> Option<Instant> {
        if self.dirty.is_empty() && self.touched.is_empty() {
            return None;
        }
        Some(self.last.map_or(now, |last| last + PAUSE))
    }

    /// Takes the batch, if it is due.
    pub(crate) fn take(&mut self, now: Instant) -> Option<Due> {
        self.due(now).filter(|at| *at <= now)?;
        self.last = Some(now);
        Some(Due { dirty: self.dirty.drain().collect(), touched: self.touched.drain().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> DomainId {
        DomainId::from_bytes([number; 16])
    }

    #[test]
    fn the_first_change_after_quiet_goes_at_once() {
        let mut batch = Batch::default();
        let now = Instant::now();
        assert_eq!(batch.take(now), None);
        batch.mark(id(1));
        assert_eq!(batch.take(now).unwrap().dirty, [id(1)]);
        batch.mark(id(2));
        assert_eq!(batch.take(now + PAUSE + PAUSE).unwrap().dirty, [id(2)]);
    }

    #[test]
    fn a_flood_makes_four_batches_a_second() {
        let mut batch = Batch::default();
        let start = Instant::now();
        let mut batches = 0;
        for millisecond in 0..1000 {
            let now = start + Duration::from_millis(millisecond);
            batch.mark(id(u8::try_from(millisecond % 200).unwrap()));
            batches += u32::from(batch.take(now).is_some());
        }
        assert_eq!(batches, 4);
        assert!(batch.due(start).is_some(), "the rest waits for the next batch");
    }
}
