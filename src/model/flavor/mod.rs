//! Flavors: the sizes of machines that can be chosen by name, in OpenStack's words.

mod first;
mod problem;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use self::{
    first::first_set,
    problem::{FlavorProblem, Number, problems},
};

use crate::{
    project::Amount,
    units::{Bytes, KiB},
};

/// One flavor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flavor {
    /// Its key, which does not change: given, or a UUID.
    pub id: String,
    /// Its name, which machines note.
    pub name: String,
    /// Virtual CPUs.
    pub vcpus: u32,
    /// Memory in MiB.
    pub ram: u64,
    /// The root disk in GiB; 0 is the image's own size.
    #[serde(default)]
    pub disk: u64,
    /// A second, empty disk in GiB; 0 is none.
    #[serde(default)]
    pub ephemeral: u64,
    /// A disk for swapping in MiB; 0 is none.
    #[serde(default)]
    pub swap: u64,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Who may use it.
    #[serde(default)]
    pub access: Access,
}

/// Who may use a flavor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Every project.
    #[default]
    Everyone,
    /// These projects only; none of them is nobody.
    Projects(BTreeSet<String>),
}

impl Flavor {
    /// A flavor with a root disk alone, for everyone.
    #[must_use]
    pub fn new(id: &str, name: &str, vcpus: u32, ram: u64, disk: u64) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            vcpus,
            ram,
            disk,
            ephemeral: 0,
            swap: 0,
            description: String::new(),
            access: Access::Everyone,
        }
    }

    /// Whether machines of `project` may have it.
    #[must_use]
    pub fn is_for(&self, project: &str) -> bool {
        match &self.access {
            Access::Everyone => true,
            Access::Projects(all) => all.contains(project),
        }
    }

    /// Its memory.
    #[must_use]
    pub const fn memory(&self) -> KiB {
        KiB::from_mib(self.ram)
    }

    /// Its root disk; `None` where the image's own size counts.
    #[must_use]
    pub const fn root(&self) -> Option<Bytes> {
        if self.disk == 0 { None } else { Some(Bytes::from_gib(self.disk)) }
    }

    /// How large a root disk on an image of this size becomes: never smaller than the image.
    #[must_use]
    pub fn root_on(&self, image: Bytes) -> Bytes {
        self.root().map_or(image, |root| root.max(image))
    }

    /// What a machine of it uses of a quota, on an image of this size. Every disk is a volume here; in OpenStack only
    /// those of Cinder are.
    #[must_use]
    pub fn amount(&self, image: Bytes) -> Amount {
        let disks = [Some(self.root_on(image)), self.ephemeral_size(), self.swap_size()];
        let disks: Vec<Bytes> = disks.into_iter().flatten().collect();
        Amount::machine(self.vcpus, self.memory(), &disks)
    }

    /// The second disk's size, where there is one.
    #[must_use]
    pub const fn ephemeral_size(&self) -> Option<Bytes> {
        if self.ephemeral == 0 { None } else { Some(Bytes::from_gib(self.ephemeral)) }
    }

    /// The swap disk's size, where there is one.
    #[must_use]
    pub const fn swap_size(&self) -> Option<Bytes> {
        if self.swap == 0 { None } else { Some(Bytes::from_mib(self.swap)) }
    }
}
