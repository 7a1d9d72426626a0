//! Storage pools, read while somebody looks: at once when libvirt tells of a change, and now and then in case it did not.

use std::time::Instant;

use lectern_model::storage::Pool;

use super::{Actor, HostUpdate, looked_at::LookedAt};
use crate::libvirt::{error::HostError, storage::StorageError, storage::pools};

/// The pools, for those who look at them.
pub(super) type Pools = LookedAt<Vec<Pool>>;

impl Actor {
    pub(super) fn read_pools_if_due(&mut self, now: Instant) {
        let Some(connection) = self.connection() else { return };
        if !self.pools.begin(now) {
            return;
        }
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
