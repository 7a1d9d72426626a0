//! A machine that a system is installed on: what the user chose so far.

mod disk;
mod pages;
mod problems;
#[cfg(test)]
mod tests;

use super::{
    import::Source,
    machine::{DiskFacts, Facts, MachineDraft, NetworkChoice, PoolFacts, Wishes},
};
use crate::{
    flavor::Flavor,
    project::Amount,
    storage::ImageFormat,
    tree::{AnswerKind, Finding, Place, Plug, Tree, Unreached, answer_kind, unreached},
    units::Bytes,
};

pub use self::{
    pages::{Page, next_page, pages},
    problems::{Field, Problem, problems},
};

/// A disk for a system of which nothing is told.
const DEFAULT_SIZE: Bytes = Bytes::from_gib(20);

/// Where an installer comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A tree, by its kernel and RAM disk.
    #[default]
    Tree,
    /// A disc, by its own boot loader.
    Disc,
    /// A boot server of the machine's network.
    Network,
}

impl Origin {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Tree, Self::Disc, Self::Network];
}

/// What the wizard has gathered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallDraft {
    /// Where the installer comes from.
    pub origin: Origin,
    /// The disc that it comes from.
    pub disc: Option<Source>,
    /// The path of a disc with drivers for it.
    pub drivers: Option<String>,
    /// The address of the install tree, as it was typed.
    pub location: String,
    /// What the user adds to the kernel's arguments.
    pub arguments: String,
    /// Whether the installer talks on the serial console.
    pub serial: bool,
    /// The answers to the installer's questions, as they will be in its RAM disk; none where it asks.
    pub answers: Option<String>,
    /// Where the system goes.
    pub disk: DiskChoice,
    /// The disk that is made, where one is.
    pub new: NewDisk,
    /// Whether the user chose the new disk's size.
    pub sized: bool,
    /// The machine itself.
    pub machine: MachineDraft,
}

/// Where the system goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DiskChoice {
    /// To a disk that is made.
    #[default]
    New,
    /// To one that is there; none was chosen yet where there is no source.
    Existing(Option<Source>),
    /// Nowhere: the machine gets no disk.
    None,
}

/// A disk that is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDisk {
    /// Its pool.
    pub pool: String,
    /// Its format: raw or qcow2.
    pub format: ImageFormat,
    /// Its size.
    pub size: Bytes,
    /// Whether all of it is set aside at once.
    pub whole: bool,
}

impl NewDisk {
    /// Its file's name in the pool, for a machine of that name.
    #[must_use]
    pub fn file(&self, machine: &str) -> String {
        let ending = if self.format == ImageFormat::Raw { "img" } else { self.format.driver() };
        format!("{machine}.{ending}")
    }
}

/// What is known of the place that the draft names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It is being looked at.
    Looking,
    /// What was found there.
    Found(Finding),
    /// It could not be looked at.
    Failed,
}

/// What the rules about this draft need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstallFacts {
    /// What the host told; its disk is the existing one that the draft names.
    pub host: Facts,
    /// The disc that the draft names.
    pub disc: Option<DiskFacts>,
    /// What is at the place, once it was looked at.
    pub sight: Option<Sight>,
}

impl InstallFacts {
    /// The tree that was found.
    #[must_use]
    pub fn tree(&self) -> Option<&Tree> {
        match &self.sight {
            Some(Sight::Found(Finding::Tree(tree))) => Some(tree),
            _ => None,
        }
    }

    /// Which answers the tree's installer takes.
    #[must_use]
    pub fn answer_kind(&self) -> Option<AnswerKind> {
        self.tree().and_then(answer_kind)
    }

    /// The discs with drivers for Windows in the pools, by their paths.
    #[must_use]
    pub fn driver_discs(&self) -> Vec<String> {
        let is_one = |name: &&String| {
            name.to_ascii_lowercase().starts_with("virtio-win") && name.to_ascii_lowercase().ends_with(".iso")
        };
        let of = |pool: &PoolFacts| {
            let folder = pool.folder.clone().unwrap_or_default();
            pool.volumes.iter().filter(is_one).map(|name| format!("{folder}/{name}")).collect::<Vec<_>>()
        };
        self.host.pools.iter().filter(|pool| pool.active && pool.folder.is_some()).flat_map(of).collect()
    }

    /// What the machine is plugged into, as the rules about its way to a server want it.
    fn plug(&self, choice: &NetworkChoice) -> Option<Plug> {
        Some(match choice {
            NetworkChoice::Unplugged => Plug::Unplugged,
            NetworkChoice::UserMode => Plug::User,
            NetworkChoice::Network(name) => {
                let network = self.host.networks.iter().find(|network| network.name == *name)?;
                Plug::Network { isolated: network.isolated, addresses: network.addresses.clone() }
            }
        })
    }
}

impl InstallDraft {
    /// An empty draft with what the user and the host suggest.
    #[must_use]
    pub fn new(wishes: &Wishes, facts: &Facts) -> Self {
        let machine = MachineDraft { start: true, ..MachineDraft::new(wishes, facts) };
        let pool = wishes.place(facts).unwrap_or_default();
        let new = NewDisk { pool, format: ImageFormat::Qcow2, size: DEFAULT_SIZE, whole: false };
        Self {
            origin: Origin::default(),
            disc: None,
            drivers: None,
            location: String::new(),
            arguments: String::new(),
            serial: true,
            answers: None,
            disk: DiskChoice::New,
            new,
            sized: false,
            machine,
        }
    }

    /// Whether closing the wizard would lose anything that took the user some care.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        !self.location.is_empty()
            || self.disc.is_some()
            || self.answers.is_some()
            || self.sized
            || self.machine.is_filled()
    }

    /// What the machine will use of its project's quota.
    #[must_use]
    pub fn asked(&self, facts: &Facts) -> Amount {
        self.machine.asked(&disk::sizes(self, facts))
    }

    /// Why the machine may not get at the tree.
    fn unreached(&self, facts: &InstallFacts) -> Option<Unreached> {
        let _tree = facts.tree()?;
        unreached(&Place::parse(&self.location).ok()?, &facts.plug(&self.machine.network)?)
    }

    /// The existing disk.
    #[must_use]
    pub const fn existing(&self) -> Option<&Source> {
        match &self.disk {
            DiskChoice::Existing(source) => source.as_ref(),
            DiskChoice::New | DiskChoice::None => None,
        }
    }

    /// As large as the flavor says, else as the guest system wants it, unless the user chose a size.
    pub fn suggest_size(&mut self, facts: &Facts) {
        if !self.sized {
            let root = self.machine.flavor.as_ref().and_then(Flavor::root);
            self.new.size = root.or(facts.recommended.storage).unwrap_or(DEFAULT_SIZE);
        }
    }

    /// A name after the existing disk's file, else after what is installed.
    pub fn suggest_name(&mut self, facts: &InstallFacts) {
        let file = self.existing().map(|source| source.path().to_owned());
        let origin = match self.origin {
            Origin::Tree => facts.tree().and_then(|tree| tree.os_names().into_iter().next()),
            Origin::Disc => self.disc.as_ref().map(|disc| disc.path().to_owned()),
            Origin::Network => None,
        };
        if let Some(name) = file.or(origin) {
            self.machine.suggest_name(&name, &facts.host);
        }
    }
}
