//! What every new machine has, wherever its disk comes from: guest system, name, memory, CPUs, network. The wizards share
//! it, with its rules and with what the host tells.

mod facts;
mod problems;
mod suggest;

use crate::{
    capabilities::VirtType,
    defaults::NetworkModel,
    flavor::Flavor,
    project::{Amount, DEFAULT},
    units::{Bytes, KiB},
};

pub use self::{
    facts::{
        DiskFacts, DiskFault, DiskInfo, DiskUser, Facts, HostFacts, NetworkFacts, PoolFacts, Recommended, UserRole,
    },
    problems::{Field, Problem, problems},
    suggest::Wishes,
};

/// What a wizard has gathered of the machine itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineDraft {
    /// The guest system by its identifier in the osinfo database; `None` is unknown.
    pub os: Option<String>,
    /// The machine's name.
    pub name: String,
    /// Its memory.
    pub memory: KiB,
    /// Its virtual CPUs.
    pub vcpus: u32,
    /// How it is run.
    pub way: VirtType,
    /// What it is plugged into.
    pub network: NetworkChoice,
    /// Which card it has for that; the best for the guest system where none is said.
    pub model: Option<NetworkModel>,
    /// The card's address as it was typed; libvirt makes one up where it is empty.
    pub mac: String,
    /// Whether it is started at the end.
    pub start: bool,
    /// The project that it counts in; `None` is `default`.
    pub project: Option<String>,
    /// The flavor whose sizes it was given, for its second disk, its swap disk and its note.
    pub flavor: Option<Flavor>,
    /// Which of these the user chose, so that no suggestion replaces them.
    pub chosen: Chosen,
}

/// What the machine is plugged into.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NetworkChoice {
    /// A virtual network of the host, by its name.
    Network(String),
    /// QEMU's own, which needs no rights: the guest reaches out, nothing reaches it.
    UserMode,
    /// Nothing.
    Unplugged,
}

/// Which fields the user filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// [`ImportDraft::name`].
    pub name: bool,
    /// [`ImportDraft::memory`].
    pub memory: bool,
    /// [`ImportDraft::vcpus`].
    pub vcpus: bool,
}

impl MachineDraft {
    /// Whether the user took some care with it.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        self.os.is_some() || self.chosen != Chosen::default()
    }

    /// The project that it counts in.
    #[must_use]
    pub fn counts_in(&self) -> &str {
        self.project.as_deref().unwrap_or(DEFAULT)
    }

    /// What it will use of its project's quota, with disks of these sizes and those that its flavor adds.
    #[must_use]
    pub fn asked(&self, disks: &[Bytes]) -> Amount {
        let others = self.flavor.iter().flat_map(|flavor| [flavor.ephemeral_size(), flavor.swap_size()]).flatten();
        let disks: Vec<Bytes> = disks.iter().copied().chain(others).collect();
        Amount::machine(self.vcpus, self.memory, &disks)
    }
}
