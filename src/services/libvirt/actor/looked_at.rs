//! What of a host is read only while somebody looks: at once when something changed, and now and then in case no event said so.

use std::time::{Duration, Instant};

use crate::libvirt::batch::PAUSE;

/// How often it is read without an event: libvirt has none for some changes, and some of its drivers have none at all.
const RECONCILE: Duration = Duration::from_secs(30);

/// What those who look were told, and when it is read next.
pub(super) struct LookedAt<T> {
    lookers: usize,
    /// What they were told; nothing where the next reading is told in any case.
    pub(super) told: Option<T>,
    last: Option<Instant>,
    dirty: bool,
}

impl<T> Default for LookedAt<T> {
    fn default() -> Self {
        Self { lookers: 0, told: None, last: None, dirty: false }
    }
}

impl<T> LookedAt<T> {
    /// Somebody looks: it is read and told anew.
    pub(super) fn look(&mut self) {
        self.lookers += 1;
        self.restart();
    }

    /// One looks no more.
    pub(super) fn look_away(&mut self) {
        self.lookers = self.lookers.saturating_sub(1);
    }

    /// It may have changed.
    pub(super) fn mark(&mut self) {
        self.dirty = true;
    }

    /// The next reading is told in any case.
    pub(super) fn restart(&mut self) {
        (self.dirty, self.told) = (true, None);
    }

    /// When it is to be read: nobody asks where nobody looks.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        let pause = if self.dirty { PAUSE } else { RECONCILE };
        (self.lookers > 0).then(|| self.last.map_or(now, |last| last + pause))
    }

    /// Whether it is to be read now. Noted before it is, so that a failing host is not asked in a tight loop.
    pub(super) fn begin(&mut self, now: Instant) -> bool {
        let is_due = self.due(now).is_some_and(|at| at <= now);
        if is_due {
            (self.last, self.dirty) = (Some(now), false);
        }
        is_due
    }
}

impl<T: Clone + PartialEq> LookedAt<T> {
    /// Takes a reading; gives it if it is another than the last.
    pub(super) fn put(&mut self, now: T) -> Option<T> {
        if self.told.as_ref() == Some(&now) {
            return None;
        }
        self.told = Some(now.clone());
        Some(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_for_who_looks_and_told_when_it_differs() {
        let (mut looked, now) = (LookedAt::default(), Instant::now());
        assert_eq!(looked.due(now), None, "nobody looks");
        looked.look();
        assert_eq!(looked.due(now), Some(now), "at once");
        assert!(looked.begin(now) && !looked.begin(now));
        assert_eq!(looked.due(now), Some(now + RECONCILE));
        assert_eq!(looked.put(Vec::<u8>::new()), Some(Vec::new()), "that there is none is told too");
        assert_eq!(looked.put(Vec::new()), None);
        assert_eq!(looked.put(vec![1]), Some(vec![1]));
        looked.mark();
        assert_eq!(looked.due(now), Some(now + PAUSE));
        looked.restart();
        assert_eq!(looked.put(vec![1]), Some(vec![1]), "a new connection tells all");
        looked.look_away();
        assert_eq!(looked.due(now), None);
    }
}
