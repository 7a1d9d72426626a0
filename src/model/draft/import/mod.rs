//! A machine from a disk that exists: what the user chose so far.

mod pages;
mod problems;
mod suggest;
#[cfg(test)]
mod tests;

pub(super) use self::problems::{found, usable_pool};
pub use self::{
    pages::{Page, next_page},
    problems::{Field, Problem, problems},
};
pub use super::machine::{
    Chosen, DiskFacts, DiskFault, DiskInfo, DiskUser, Facts, HostFacts, NetworkChoice, NetworkFacts, PoolFacts,
    Recommended, UserRole, Wishes,
};
use super::{cloud::CloudDraft, machine::MachineDraft};
use crate::{project::Amount, storage::ImageFormat, units::Bytes};

/// What the wizard has gathered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportDraft {
    /// The disk.
    pub source: Option<Source>,
    /// What is done with it.
    pub usage: Usage,
    /// The size of the new overlay, or that a flavor gives a copy; as large as the image where there is none.
    pub overlay_size: Option<Bytes>,
    /// The format of a copy.
    pub format: ImageFormat,
    /// Whether a copy's whole size is set aside at once.
    pub whole: bool,
    /// The pool that a copy or an overlay goes to.
    pub pool: Option<String>,
    /// Whether the rights of folders may be changed so that QEMU's user reaches the disk.
    pub mend_access: bool,
    /// What its cloud-init is told, where it is told anything.
    pub cloud: Option<CloudDraft>,
    /// The machine itself.
    pub machine: MachineDraft,
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

impl ImportDraft {
    /// Whether closing the wizard would lose anything that took the user some care.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        self.source.is_some() || self.machine.is_filled()
    }

    /// What it will use of its project's quota.
    #[must_use]
    pub fn asked(&self, disk: &DiskInfo) -> Amount {
        self.machine.asked(&self.sizes(disk))
    }

    /// How large the guest will see its disks.
    #[must_use]
    pub fn sizes(&self, disk: &DiskInfo) -> Vec<Bytes> {
        std::iter::once(self.size(disk)).chain(disk.others.iter().map(|other| other.virtual_size)).collect()
    }

    /// How large the guest will see its first disk.
    #[must_use]
    pub fn size(&self, disk: &DiskInfo) -> Bytes {
        self.overlay_size.filter(|_| self.usage.makes_file()).unwrap_or(disk.virtual_size)
    }

    /// The file name of the copy or overlay, if one is made.
    #[must_use]
    pub fn new_file(&self) -> Option<String> {
        self.usage.makes_file().then(|| format!("{}.{}", self.machine.name, self.extension()))
    }

    /// The file names of the copies of an appliance's other disks.
    #[must_use]
    pub fn other_files(&self, disk: &DiskInfo) -> Vec<String> {
        let file = |nth: usize| format!("{}-disk{}.{}", self.machine.name, nth + 2, self.extension());
        (0..disk.others.len()).map(file).collect()
    }

    /// The file name of the disc that cloud-init is told by, if one is made.
    #[must_use]
    pub fn seed_file(&self) -> Option<String> {
        self.cloud.as_ref().map(|_| format!("{}-seed.iso", self.machine.name))
    }

    fn extension(&self) -> &'static str {
        match (self.usage, self.format) {
            (Usage::Copy, ImageFormat::Raw) => "img",
            _ => "qcow2",
        }
    }
}
