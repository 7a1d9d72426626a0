//! The consoles that are open: each has one reader, and all who look at it share that.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use lectern_model::id::DomainId;

use super::console::{Console, Shared};

/// A domain, and the alias of its console; none is the first one.
type Key = (DomainId, Option<String>);

/// Where the open line of one console is found. It is locked while it is opened, so that a second one who wants it waits
/// for the first and then shares what that one got.
#[derive(Debug, Default)]
pub(super) struct Slot(Weak<Shared>);

/// All of a host's.
#[derive(Debug, Default)]
pub(super) struct Lines(Mutex<HashMap<Key, Arc<tokio::sync::Mutex<Slot>>>>);

impl Lines {
    /// The place of this console.
    pub(super) fn slot(&self, id: DomainId, device: Option<&str>) -> Arc<tokio::sync::Mutex<Slot>> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|_, slot| Arc::strong_count(slot) > 1 || slot.try_lock().is_ok_and(|slot| slot.is_used()));
        Arc::clone(slots.entry((id, device.map(str::to_owned))).or_default())
    }
}

impl Slot {
    /// A share of the line, where it is open.
    pub(super) fn join(&self) -> Option<Console> {
        self.0.upgrade().filter(|shared| shared.is_open()).map(|shared| Console::join(&shared))
    }

    /// This is the line now.
    pub(super) fn set(&mut self, console: &Console) {
        self.0 = console.shared();
    }

    fn is_used(&self) -> bool {
        self.0.strong_count() > 0
    }
}
