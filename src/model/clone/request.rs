//! What the caller decides: who the clone is, its disks, and its answers.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::disks::{self, Treatment};
use super::question::Answer;
use super::{CloneError, devices_of};
use crate::id::DomainId;
use crate::mac::MacAddress;
use crate::metadata::Machine;
use crate::units::KiB;
use crate::xml::{Document, Path};

/// Who the clone is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its name, which no other machine of the host has.
    pub name: String,
    /// Its UUID, random. Whatever else must be unique is derived from it.
    pub uuid: DomainId,
    /// An address for each network card, in the order of the XML; further ones are not used. The caller made sure that
    /// no other machine has them.
    pub macs: Vec<MacAddress>,
    /// Its title, such as the student's name; none takes the source's out.
    pub title: Option<String>,
    /// What Lectern notes on it; none takes the source's notes out.
    pub metadata: Option<Machine>,
}

impl Identity {
    /// A machine without network cards, title or notes.
    #[must_use]
    pub fn new(name: &str, uuid: DomainId) -> Self {
        Self { name: name.to_owned(), uuid, macs: Vec::new(), title: None, metadata: None }
    }

    /// The same with these addresses.
    #[must_use]
    pub fn with_macs(self, macs: Vec<MacAddress>) -> Self {
        Self { macs, ..self }
    }
}

/// A disk image.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DiskSource {
    /// A file, by its absolute path.
    File(String),
    /// A block device, by its path.
    Block(String),
    /// A volume of a storage pool, both by their names.
    Volume {
        /// The pool.
        pool: String,
        /// The volume.
        volume: String,
    },
}

impl DiskSource {
    /// As a person is shown it: a path, or `pool/volume`.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::File(path) | Self::Block(path) => path.clone(),
            Self::Volume { pool, volume } => format!("{pool}/{volume}"),
        }
    }
}

/// What becomes of one disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskChoice {
    /// A copy of all data at a new place.
    Copy {
        /// Where the copy is.
        to: DiskSource,
        /// The copy's format, if it is not the original's.
        format: Option<String>,
    },
    /// A new qcow2 overlay whose base is the source's disk.
    Link {
        /// Where the overlay is.
        to: DiskSource,
    },
    /// The same disk.
    Share,
    /// No such disk.
    LeaveOut,
}

impl DiskChoice {
    pub(super) fn treatment(&self) -> Treatment {
        match self {
            Self::Copy { .. } => Treatment::Copy,
            Self::Link { .. } => Treatment::Link,
            Self::Share => Treatment::Share,
            Self::LeaveOut => Treatment::LeaveOut,
        }
    }

    /// The image that the clone gets, if it gets a new one.
    #[must_use]
    pub fn target(&self) -> Option<&DiskSource> {
        match self {
            Self::Copy { to, .. } | Self::Link { to } => Some(to),
            Self::Share | Self::LeaveOut => None,
        }
    }
}

/// All that the caller decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who the clone is.
    pub identity: Identity,
    /// What becomes of the disks, by their place among the XML's disks, from 0. One that is not here is treated by its
    /// default if that is to share it or leave it out.
    pub disks: BTreeMap<usize, DiskChoice>,
    /// Memory and virtual CPUs, if they are not to be the source's.
    pub size: Option<(KiB, u32)>,
    /// The virtual network of the first network card, if it is not to be where the source's is.
    pub network: Option<String>,
    /// Answers by the question's place; the others are answered by their defaults.
    pub answers: HashMap<Path, Answer>,
}

impl Request {
    /// A request with nothing but an identity.
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        Self { identity, disks: BTreeMap::new(), size: None, network: None, answers: HashMap::new() }
    }

    /// The same with a choice for the disk at `index`.
    #[must_use]
    pub fn disk(mut self, index: usize, choice: DiskChoice) -> Self {
        self.disks.insert(index, choice);
        self
    }

    /// The same with an answer.
    #[must_use]
    pub fn answer(mut self, place: Path, answer: Answer) -> Self {
        self.answers.insert(place, answer);
        self
    }

    pub(super) fn check(&self, source: &Document) -> Result<(), CloneError> {
        self.check_name(source)?;
        self.check_macs(source)?;
        disks::check(source, &self.disks)
    }

    fn check_name(&self, source: &Document) -> Result<(), CloneError> {
        let name = &self.identity.name;
        if name.trim().is_empty() {
            return Err(CloneError::NoName);
        }
        let root = source.root();
        if root.children_named("name").any(|node| node.text().trim() == name.trim()) {
            return Err(CloneError::SameName(name.clone()));
        }
        let same = |text: &str| DomainId::parse(text) == Some(self.identity.uuid);
        if root.children_named("uuid").any(|node| same(&node.text())) {
            return Err(CloneError::SameUuid);
        }
        Ok(())
    }

    fn check_macs(&self, source: &Document) -> Result<(), CloneError> {
        let nics = || devices_of(source.root()).filter(|node| node.name() == "interface");
        let (needed, given) = (nics().count(), self.identity.macs.len());
        if given < needed {
            return Err(CloneError::TooFewMacs { needed, given });
        }
        let read = |node| super::nics::mac_of(node).and_then(|text| MacAddress::parse(&text).ok());
        let mut taken: HashSet<MacAddress> = nics().filter_map(read).collect();
        let clash = self.identity.macs.iter().take(needed).find(|mac| !taken.insert(**mac));
        clash.map_or(Ok(()), |mac| Err(CloneError::TakenMac(mac.to_string())))
    }
}
