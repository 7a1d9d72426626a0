//! The catalogue of projects and flavors, read while somebody looks: at once when libvirt tells that a pool was written to,
//! and now and then in case it did not.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Actor, HostUpdate};
use crate::{
    catalog::{CatalogError, Keeper, Kept, OnHost},
    host::HostError,
    libvirt::batch::PAUSE,
};

/// How often it is read without an event, where the driver has none.
const RECONCILE: Duration = Duration::from_secs(30);

/// The last known catalogue, and who looks at it.
#[derive(Default)]
pub(super) struct Catalogue {
    lookers: usize,
    known: Option<Arc<Kept>>,
    last: Option<Instant>,
    dirty: bool,
}

impl Catalogue {
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
        (self.dirty, self.known) = (true, None);
    }

    /// When it is to be read: nobody asks where nobody looks.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        let pause = if self.dirty { PAUSE } else { RECONCILE };
        (self.lookers > 0).then(|| self.last.map_or(now, |last| last + pause))
    }

    /// Takes a reading, and gives it where it differs.
    fn put(&mut self, kept: Kept) -> Option<Arc<Kept>> {
        if self.known.as_deref() == Some(&kept) {
            return None;
        }
        self.known = Some(Arc::new(kept));
        self.known.clone()
    }
}

impl Actor {
    pub(super) fn read_catalog_if_due(&mut self, now: Instant) {
        let Some(connection) = self.connection() else { return };
        if self.catalogue.due(now).is_none_or(|at| at > now) {
            return;
        }
        // Set first, so that a failing host is not asked in a tight loop.
        (self.catalogue.last, self.catalogue.dirty) = (Some(now), false);
        match OnHost::new(connection.connect(), &self.uri).read() {
            Ok(kept) => {
                if let Some(kept) = self.catalogue.put(kept) {
                    self.tell(&HostUpdate::Catalog(kept));
                }
            }
            Err(CatalogError::Host(error)) => self.failed(&error),
            Err(error) => self.failed(&HostError::System(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_model::capability::Ability;

    #[test]
    fn only_what_differs_is_told() {
        let mut catalogue = Catalogue::default();
        let now = Instant::now();
        assert_eq!(catalogue.due(now), None, "nobody looks");
        catalogue.look();
        assert_eq!(catalogue.due(now), Some(now), "at once");
        let first = Kept::nothing(Ability::Full);
        assert!(catalogue.put(first.clone()).is_some());
        assert!(catalogue.put(first.clone()).is_none());
        assert!(catalogue.put(Kept { revision: 1, ..first.clone() }).is_some());
        catalogue.restart();
        assert!(catalogue.put(Kept { revision: 1, ..first }).is_some(), "a new connection tells all");
        catalogue.look_away();
        catalogue.mark();
        assert_eq!(catalogue.due(now), None);
    }
}
