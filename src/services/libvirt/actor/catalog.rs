//! The catalogue of projects and flavors, read while somebody looks: at once when libvirt tells that a pool was written to,
//! and now and then in case it did not.

use std::{sync::Arc, time::Instant};

use super::{Actor, HostUpdate, looked_at::LookedAt};
use crate::{
    catalog::{CatalogError, Keeper, Kept, OnHost},
    host::HostError,
};

/// The catalogue, for those who look at it.
pub(super) type Catalogue = LookedAt<Arc<Kept>>;

impl Actor {
    pub(super) fn read_catalog_if_due(&mut self, now: Instant) {
        let Some(connection) = self.connection() else { return };
        if !self.catalogue.begin(now) {
            return;
        }
        match OnHost::new(connection.connect(), &self.uri).read() {
            Ok(kept) => {
                if let Some(kept) = self.catalogue.put(Arc::new(kept)) {
                    self.tell(&HostUpdate::Catalog(kept));
                }
            }
            Err(CatalogError::Host(error)) => self.failed(&error),
            Err(error) => self.failed(&HostError::System(error.to_string())),
        }
    }
}
