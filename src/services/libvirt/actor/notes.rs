//! What Lectern noted on the machines: read once of each, and again when its configuration changes.

use std::{collections::HashSet, sync::Arc};

use lectern_model::{id::DomainId, metadata::Notes};

use super::{Actor, Message};
use crate::libvirt::{attempt::Generation, domains, types::DomainChanges};

/// How many are read at a time, so that a host of a thousand machines does not keep a thread for long.
const AT_ONCE: usize = 100;

/// What was found on some machines.
pub(crate) type Found = Vec<(DomainId, Option<Arc<Notes>>)>;

/// Whose notes are to be read.
#[derive(Default)]
pub(super) struct NotesPlan {
    due: HashSet<DomainId>,
    known: HashSet<DomainId>,
    asking: bool,
}

impl NotesPlan {
    /// These may be others.
    pub(super) fn mark(&mut self, id: DomainId) {
        self.due.insert(id);
    }

    /// Marks those that were never seen, and forgets those that went.
    pub(super) fn follow(&mut self, changes: &DomainChanges) {
        let new = changes.changed.iter().map(|domain| domain.id).filter(|id| self.known.insert(*id));
        self.due.extend(new.collect::<Vec<_>>());
        for id in &changes.removed {
            self.known.remove(id);
        }
    }

    /// Begins anew, on another connection.
    pub(super) fn restart(&mut self) {
        *self = Self::default();
    }

    /// Those to be read now; none while others are read.
    fn next(&mut self) -> Vec<DomainId> {
        if self.asking {
            return Vec::new();
        }
        let ids: Vec<DomainId> = self.due.iter().copied().take(AT_ONCE).collect();
        for id in &ids {
            self.due.remove(id);
        }
        self.asking = !ids.is_empty();
        ids
    }
}

impl Actor {
    /// Has the pool read some, unless it still does.
    pub(super) fn read_notes(&mut self) {
        let Some(connection) = self.connection() else { return };
        let ids = self.notes.next();
        if ids.is_empty() {
            return;
        }
        let (generation, own) = (self.generation, self.own.clone());
        self.shared.calls.run(move || {
            let read = |id: DomainId| domains::notes(connection.connect(), id).ok().map(|notes| (id, notes));
            let found: Found = ids.into_iter().filter_map(read).collect();
            connection.bury_if_dead();
            // An actor that has ended needs no notes.
            let _ = own.send(Message::Notes(generation, found));
        });
    }

    pub(super) fn take_notes(&mut self, generation: Generation, found: Found) {
        if generation != self.generation {
            return;
        }
        self.notes.asking = false;
        let changed = found.into_iter().filter_map(|(id, notes)| self.store.set_notes(id, notes)).collect();
        self.tell_changes(DomainChanges { changed, ..DomainChanges::default() });
    }
}
