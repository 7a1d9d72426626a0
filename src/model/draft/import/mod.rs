//! A machine from a disk that exists: what the user chose so far.

mod facts;
mod pages;
mod problems;
mod suggest;
#[cfg(test)]
mod tests;

use crate::{
    capabilities::VirtType,
    flavor::Flavor,
    project::{Amount, DEFAULT},
    units::{Bytes, KiB},
};

pub use self::{
    facts::{
        DiskFacts, DiskFault, DiskInfo, DiskUser, Facts, HostFacts, NetworkFacts, PoolFacts, Recommended, UserRole,
    },
    pages::{Page, next_page},
    problems::{Field, Problem, problems},
    suggest::Wishes,
};

/// What the wizard has gathered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportDraft {
    /// The disk.
    pub source: Option<Source>,
    /// What is done with it.
    pub usage: Usage,
    /// The size of the new overlay; as large as its base where there is none.
    pub overlay_size: Option<Bytes>,
    /// The pool that a copy or an overlay goes to.
    pub pool: Option<String>,
    /// Whether the rights of folders may be changed so that QEMU's user reaches the disk.
    pub mend_access: bool,
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
    /// Whether it is started at the end.
    pub start: bool,
    /// The project that it counts in; `None` is `default`.
    pub project: Option<String>,
    /// The flavor whose sizes it was given, for its second disk, its swap disk and its note.
    pub flavor: Option<Flavor>,
    /// Which of these the user chose, so that no suggestion replaces them.
    pub chosen: Chosen,
}

/// Where the disk is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A volume of a storage pool.
    Volume {
        /// The pool's name.
        pool: String,
        /// The volume's name.
        name: String,
        /// Its path on the host.
        path: String,
    },
    /// A file or block device on the host, by its path.
    File(String),
}

impl Source {
    /// Where it is on the host.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Volume { path, .. } | Self::File(path) => path,
        }
    }
}

/// What is done with the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Usage {
    /// The machine writes to this file itself.
    #[default]
    Itself,
    /// It gets a copy, and the file stays as it is.
    Copy,
    /// The file becomes the base of a new overlay, which takes all changes.
    Overlay,
}

impl Usage {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Itself, Self::Copy, Self::Overlay];

    /// Whether a new file is made in a pool.
    #[must_use]
    pub const fn makes_file(self) -> bool {
        !matches!(self, Self::Itself)
    }
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

impl ImportDraft {
    /// Whether closing the wizard would lose anything that took the user some care.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        self.source.is_some() || self.os.is_some() || self.chosen != Chosen::default()
    }

    /// The project that it counts in.
    #[must_use]
    pub fn counts_in(&self) -> &str {
        self.project.as_deref().unwrap_or(DEFAULT)
    }

    /// What it will use of its project's quota.
    #[must_use]
    pub fn asked(&self, disk: &DiskInfo) -> Amount {
        let root = self.overlay_size.filter(|_| self.usage == Usage::Overlay).unwrap_or(disk.virtual_size);
        let others = self.flavor.iter().flat_map(|flavor| [flavor.ephemeral_size(), flavor.swap_size()]).flatten();
        let disks: Vec<Bytes> = std::iter::once(root).chain(others).collect();
        Amount::machine(self.vcpus, self.memory, &disks)
    }

    /// The file name of the copy or overlay, if one is made.
    #[must_use]
    pub fn new_file(&self) -> Option<String> {
        self.usage.makes_file().then(|| format!("{}.qcow2", self.name))
    }
}
