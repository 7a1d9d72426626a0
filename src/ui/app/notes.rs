//! What is noted on the machines: read once for each, and again where it may have changed.

use std::{
    collections::{BTreeSet, HashMap},
    mem,
};

use relm4::prelude::*;

use lectern_model::{id::DomainId, metadata};
use lectern_services::host::{self, DomainChanges, HostError};

use super::{App, messages::AppCmd};
use crate::flavors::{FlavorsMsg, Users};

/// What is known of it, and what is being asked.
#[derive(Debug, Default)]
pub(super) struct Notes {
    known: HashMap<DomainId, metadata::Machine>,
    /// To be read next.
    wanted: BTreeSet<DomainId>,
    /// Whether a question is under way: one at a time.
    asking: bool,
}

impl Notes {
    /// Nothing is known any more.
    pub(super) fn clear(&mut self) {
        self.known.clear();
        self.wanted.clear();
    }

    /// What is noted on a machine, as far as it is known.
    pub(super) fn get(&self, id: DomainId) -> Option<&metadata::Machine> {
        self.known.get(&id)
    }
}

impl App {
    /// Reads those of machines that nobody has read yet, and forgets those of machines that went.
    pub(super) fn ask_new_notes(&mut self, changes: &DomainChanges, sender: &ComponentSender<Self>) {
        for id in &changes.removed {
            self.notes.known.remove(id);
        }
        let new = changes.changed.iter().map(|domain| domain.id).filter(|id| self.notes.get(*id).is_none());
        let new: Vec<DomainId> = new.collect();
        self.ask_notes(new, sender);
    }

    /// Reads those of these machines.
    pub(super) fn ask_notes(&mut self, ids: Vec<DomainId>, sender: &ComponentSender<Self>) {
        self.notes.wanted.extend(ids);
        let Some(host) = self.host.clone().filter(|_| !self.notes.asking && !self.notes.wanted.is_empty()) else {
            return;
        };
        self.notes.asking = true;
        let wanted: Vec<DomainId> = mem::take(&mut self.notes.wanted).into_iter().collect();
        sender.oneshot_command(async move { AppCmd::Noted(host.notes(Some(wanted)).await) });
    }

    pub(super) fn noted(&mut self, notes: Result<Vec<host::Notes>, HostError>, sender: &ComponentSender<Self>) {
        self.notes.asking = false;
        match notes {
            Ok(notes) => self.notes.known.extend(notes),
            // They are read again after the next connection.
            Err(error) => tracing::info!(%error, "no notes of machines"),
        }
        self.flavors.emit(FlavorsMsg::Users(self.flavor_users()));
        self.ask_notes(Vec::new(), sender);
    }

    fn flavor_users(&self) -> Users {
        let mut users = Users::new();
        for (id, machine) in &self.notes.known {
            if let (Some(flavor), Some(domain)) = (&machine.flavor, self.picture.get(*id)) {
                users.entry(flavor.clone()).or_default().push(domain.name.clone());
            }
        }
        for names in users.values_mut() {
            names.sort();
        }
        users
    }
}
