//! Which files go with the machines: plain data, and what follows from each choice.

use std::collections::BTreeSet;

use lectern_model::{id::DomainId, units::Bytes};
use lectern_services::disk::{
    belongings::{self, Belonging},
    inventory::Inventory,
};

/// One machine that is to be deleted.
#[derive(Clone, Debug)]
pub(crate) struct Going {
    /// The machine.
    pub(super) id: DomainId,
    /// Its name.
    pub(super) name: String,
    /// Whether it is on, and will be forced off.
    pub(super) on: bool,
    /// Its files.
    pub(super) files: Vec<Belonging>,
    /// The paths of those that the user wants to go and may.
    chosen: BTreeSet<String>,
}

impl Going {
    /// A machine with what goes by default.
    pub(super) fn new(id: DomainId, name: String, on: bool, files: Vec<Belonging>) -> Self {
        let by_default = files.iter().filter(|file| file.decision.goes && !file.decision.locked);
        let chosen = by_default.filter_map(|file| file.path.clone()).collect();
        Self { id, name, on, files, chosen }
    }

    /// The user wants the file to go, or to stay; what stands under it or on it is decided anew.
    pub(super) fn choose(&mut self, stock: &Inventory, path: &str, goes: bool) {
        if goes {
            self.chosen.insert(path.to_owned())
        } else {
            self.chosen.remove(path)
        };
        // Each round may lock a base again, whose own base is then locked in the next.
        loop {
            belongings::decide(stock, self.id, &mut self.files, &self.chosen);
            let locked = self.files.iter().filter(|file| file.decision.locked).filter_map(|file| file.path.as_deref());
            let before = self.chosen.len();
            let locked: BTreeSet<&str> = locked.collect();
            self.chosen.retain(|path| !locked.contains(path.as_str()));
            if self.chosen.len() == before {
                return;
            }
        }
    }

    /// Whether the file goes.
    pub(super) fn goes(&self, file: &Belonging) -> bool {
        let chosen = file.path.as_ref().is_some_and(|path| self.chosen.contains(path));
        chosen || (file.decision.locked && file.decision.goes)
    }

    /// The files that the plan has to delete.
    pub(super) const fn chosen(&self) -> &BTreeSet<String> {
        &self.chosen
    }

    /// What is freed on the host's disk.
    pub(super) fn freed(&self) -> Bytes {
        let going = self.files.iter().filter(|file| self.goes(file));
        Bytes(going.filter_map(|file| file.on_host.size).map(|size| size.0).sum())
    }
}
