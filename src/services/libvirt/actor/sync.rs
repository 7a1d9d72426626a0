//! From marks to a picture: what changed is read again, and now and then everything.

use std::time::{Duration, Instant};

use lectern_model::id::DomainId;

use super::{Actor, HostUpdate};
use crate::libvirt::{batch::Due, connection::Connection, domains, error::HostError, types::DomainChanges};

/// Up to so many domains are read one by one; more of them in one call for all.
const FEW: usize = 16;

/// How often everything is read, in case an event was lost; only while somebody looks.
const RECONCILE: Duration = Duration::from_mins(1);

impl Actor {
    pub(super) fn mark(&mut self, id: DomainId, details: bool) {
        self.batch.mark(id);
        self.addresses.hurry(id);
        if details {
            self.notes.mark(id);
            self.batch.touch(id);
        }
    }

    pub(super) fn touch(&mut self, id: DomainId) {
        self.batch.touch(id);
        self.notes.mark(id);
        self.addresses.hurry(id);
    }

    pub(super) fn flush_if_due(&mut self, now: Instant) {
        if let (Some(connection), Some(due)) = (self.connection(), self.batch.take(now)) {
            self.flush(&connection, due);
        }
    }

    fn flush(&mut self, connection: &Connection, due: Due) {
        let Due { dirty, touched } = due;
        let result = if dirty.len() > FEW { self.read_all(connection) } else { self.read_few(connection, dirty) };
        self.publish(result);
        if !touched.is_empty() {
            self.tell(&HostUpdate::Touched(touched));
        }
    }

    fn read_all(&mut self, connection: &Connection) -> Result<DomainChanges, HostError> {
        let readings = domains::read_all(connection.connect())?;
        self.reconciled = Instant::now();
        Ok(self.store.put_all(&readings))
    }

    fn read_few(&mut self, connection: &Connection, mut ids: Vec<DomainId>) -> Result<DomainChanges, HostError> {
        let readings = match domains::read_some(connection.connect(), &ids) {
            // One went between its look-up and the reading, which then fails as a whole.
            Err(HostError::Gone) => return self.read_all(connection),
            other => other?,
        };
        ids.retain(|id| !readings.iter().any(|reading| reading.id == *id));
        let mut changes = self.store.put_some(&readings);
        changes.removed = self.store.remove(ids);
        Ok(changes)
    }

    fn publish(&mut self, result: Result<DomainChanges, HostError>) {
        match result {
            Ok(changes) => self.tell_changes(changes),
            Err(error) => self.failed(&error),
        }
    }

    /// Sends a batch, unless it is empty.
    pub(super) fn tell_changes(&mut self, changes: DomainChanges) {
        if !changes.is_empty() {
            self.notes.follow(&changes);
            self.tell(&HostUpdate::Domains(changes));
        }
    }

    pub(super) fn reconcile_due(&self) -> Option<Instant> {
        self.watches.any().then(|| self.reconciled + RECONCILE)
    }

    pub(super) fn reconcile_if_due(&mut self, now: Instant) {
        if let (Some(connection), true) = (self.connection(), self.reconcile_due().is_some_and(|at| at <= now)) {
            // Set first, so that a failing host is not asked in a tight loop.
            self.reconciled = now;
            let result = self.read_all(&connection);
            self.publish(result);
        }
    }
}
