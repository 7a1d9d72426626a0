//! Which files go with the machines: plain data, and what follows from each choice.

use std::collections::BTreeSet;

use lectern_model::{id::DomainId, units::Bytes};
use lectern_services::{
    disk::{
        belongings::{self, Belonging},
        inventory::Inventory,
    },
    plan::make::Removal,
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
}

/// All machines that are to be deleted together: a file that only they need may go with them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// The machines.
    pub(super) machines: Vec<Going>,
    /// The paths of the files that the user wants to go and may.
    chosen: BTreeSet<String>,
}

impl Choice {
    /// The machines with what goes by default.
    pub(super) fn new(stock: &Inventory, mut machines: Vec<Going>) -> Self {
        belongings::defaults(stock, &mut parts(&mut machines));
        let all = machines.iter().flat_map(|machine| &machine.files);
        let by_default = all.filter(|file| file.decision.goes && !file.decision.locked);
        let chosen = by_default.filter_map(|file| file.path.clone()).collect();
        Self { machines, chosen }
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
            belongings::decide(stock, &mut parts(&mut self.machines), &self.chosen);
            let all = self.machines.iter().flat_map(|machine| &machine.files);
            let locked = all.filter(|file| file.decision.locked).filter_map(|file| file.path.as_deref());
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

    /// What the plan has to delete.
    pub(super) fn removal(&self) -> Removal {
        Removal { machines: self.machines.iter().map(|machine| machine.id).collect(), files: self.chosen.clone() }
    }

    /// What is freed on the host's disk; a file of two machines is freed once.
    pub(super) fn freed(&self) -> Bytes {
        let all = self.machines.iter().flat_map(|machine| &machine.files);
        let mut seen = BTreeSet::new();
        let going = all.filter(|file| self.goes(file) && seen.insert(file.path.as_deref()));
        Bytes(going.filter_map(|file| file.on_host.size).map(|size| size.0).sum())
    }
}

/// The machines in the form in which the rules take them.
fn parts(machines: &mut [Going]) -> Vec<(DomainId, &mut [Belonging])> {
    machines.iter_mut().map(|machine| (machine.id, machine.files.as_mut_slice())).collect()
}
