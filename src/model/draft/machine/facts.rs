//! What the host told, as far as the rules about the draft need it.

use std::collections::BTreeSet;

use ipnet::IpNet;

use crate::{
    capabilities::VirtType,
    ovf::Appliance,
    project::Standing,
    storage::{Content, ImageFormat, wrapping::Inside},
    units::{Bytes, KiB},
};

/// What the host told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The host itself.
    pub host: HostFacts,
    /// The names of its machines.
    pub names: BTreeSet<String>,
    /// Its virtual networks.
    pub networks: Vec<NetworkFacts>,
    /// Its storage pools.
    pub pools: Vec<PoolFacts>,
    /// The disk that the draft names; `None` as long as it is looked at.
    pub disk: Option<DiskFacts>,
    /// What the guest system wants, where one was chosen.
    pub recommended: Recommended,
    /// The ways to run a machine there, the best first; none as long as nobody knows.
    pub ways: Vec<VirtType>,
    /// The projects with what they use; none as long as nobody knows.
    pub projects: Vec<Standing>,
}

/// The host itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostFacts {
    /// Its memory.
    pub memory: KiB,
    /// What of it is free now, where it tells.
    pub free: Option<KiB>,
    /// Its logical CPUs.
    pub cpus: u32,
    /// The most virtual CPUs that a machine may have there, where it tells.
    pub most_vcpus: Option<u32>,
    /// The seconds that it took for a question about QEMU, where it is slow: then each change takes as long.
    pub slow: Option<u64>,
    /// Whether it is a user's own session.
    pub is_session: bool,
}

/// A virtual network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkFacts {
    /// Its name.
    pub name: String,
    /// Whether it runs.
    pub active: bool,
    /// Whether nothing is forwarded out of it.
    pub isolated: bool,
    /// The host's own addresses in it.
    pub addresses: Vec<IpNet>,
}

/// A storage pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolFacts {
    /// Its name.
    pub name: String,
    /// Whether it runs.
    pub active: bool,
    /// Whether files can be made in it: `None` where nobody knows before trying.
    pub writable: Option<bool>,
    /// What is free in it.
    pub available: Bytes,
    /// Its folder, for a pool of files.
    pub folder: Option<String>,
    /// The names of its volumes.
    pub volumes: BTreeSet<String>,
}

/// The disk at `path`: what it is, or why it cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskFacts {
    /// Where it is.
    pub path: String,
    /// What was found there.
    pub found: Result<DiskInfo, DiskFault>,
}

/// Why something cannot be used as a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// There is nothing.
    Missing,
    /// A folder is there.
    Folder,
    /// Something is there that is neither a file nor a block device.
    Special,
    /// The file is empty.
    Empty,
    /// It holds no disk, whatever its name says: a text, an archive.
    NotADisk(Content),
    /// The file is shorter than its own header says.
    Truncated {
        /// What is there.
        has: Bytes,
        /// What it needs.
        needs: Bytes,
    },
    /// A file of its chain of bases is missing.
    BaseMissing(String),
    /// Its chain of bases comes back to this file.
    ChainLoops(String),
    /// Its chain of bases is longer than QEMU follows.
    ChainTooLong,
    /// The header is damaged.
    Damaged,
    /// It is packed, and cannot be unpacked: damaged, or cut off. What was said.
    BadPacking(String),
    /// It looks like an appliance and is none that can be read; what was said.
    NoAppliance(String),
    /// This file of an appliance is not what the appliance's manifest says.
    WrongSum(String),
    /// A disk of an appliance cannot be used.
    Member {
        /// Its file.
        file: String,
        /// Why.
        why: Box<Self>,
    },
    /// Nobody could look: the reason is the host's.
    Unreachable(String),
}

/// What a disk is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskInfo {
    /// Its format, by its content.
    pub format: ImageFormat,
    /// The format that its name ends in, where that is another one.
    pub named_as: Option<ImageFormat>,
    /// How large a guest sees it.
    pub virtual_size: Bytes,
    /// How much room it takes.
    pub real_size: Bytes,
    /// Its bases, the nearest first: path and format.
    pub bases: Vec<(String, ImageFormat)>,
    /// Whether it can be written to; `None` where nobody knows.
    pub writable: Option<bool>,
    /// Folders and files that QEMU's user cannot get through or read; none where it can.
    pub closed: Vec<String>,
    /// Whether their rights can be changed from here.
    pub mendable: bool,
    /// Who needs it.
    pub users: Vec<DiskUser>,
    /// Whether it is an installation disc rather than a disk.
    pub optical: bool,
    /// The file that it lies in, where that is no disk itself: then it can be copied out only.
    pub inside: Option<Inside>,
    /// The appliance whose first disk it is.
    pub appliance: Option<Box<Appliance>>,
    /// That one's other disks.
    pub others: Vec<Self>,
}

impl DiskInfo {
    /// A disk that stands alone, of which nothing bad is known.
    #[must_use]
    pub const fn new(format: ImageFormat, virtual_size: Bytes, real_size: Bytes) -> Self {
        Self {
            format,
            named_as: None,
            virtual_size,
            real_size,
            bases: Vec::new(),
            writable: None,
            closed: Vec::new(),
            mendable: false,
            users: Vec::new(),
            optical: false,
            inside: None,
            appliance: None,
            others: Vec::new(),
        }
    }
}

/// A machine that needs the disk, or writes to what it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskUser {
    /// The machine's name.
    pub machine: String,
    /// How.
    pub role: UserRole,
    /// Whether it is on now.
    pub active: bool,
}

/// How a machine needs a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserRole {
    /// It writes to it.
    Writes,
    /// It is a base of one of the machine's disks.
    Base,
    /// The machine writes to a base of it: this file.
    WritesBase(String),
}

/// What a guest system wants; nothing is known of an unknown one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recommended {
    /// Memory below which it does not run.
    pub least_memory: Option<KiB>,
    /// Memory that it runs well with.
    pub memory: Option<KiB>,
    /// Virtual CPUs that it runs well with.
    pub vcpus: Option<u32>,
    /// A disk that it runs well with.
    pub storage: Option<Bytes>,
}

impl Facts {
    /// The pool of that name.
    #[must_use]
    pub fn pool(&self, name: &str) -> Option<&PoolFacts> {
        self.pools.iter().find(|pool| pool.name == name)
    }

    /// Takes the names of a pool's volumes, as they are now.
    pub fn listed(&mut self, pool: &str, names: BTreeSet<String>) {
        if let Some(known) = self.pools.iter_mut().find(|known| known.name == pool) {
            known.volumes = names;
        }
    }

    /// The disk, where it can be used.
    #[must_use]
    pub fn usable_disk(&self) -> Option<&DiskInfo> {
        self.disk.as_ref()?.found.as_ref().ok()
    }
}
