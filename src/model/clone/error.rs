//! Why no clone is made.

use crate::xml::EditError;

/// Why no clone is made. Nothing was changed anywhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloneError {
    /// The XML's root is another element.
    #[error("not a domain's XML: the root is <{0}>")]
    NotADomain(String),
    /// The new name is empty.
    #[error("the clone has no name")]
    NoName,
    /// The new name is the source's.
    #[error("the clone has the source's name {0}")]
    SameName(String),
    /// The new UUID is the source's.
    #[error("the clone has the source's UUID")]
    SameUuid,
    /// There are more network cards than addresses for them.
    #[error("{needed} MAC addresses are needed, {given} are given")]
    TooFewMacs {
        /// Network cards of the source.
        needed: usize,
        /// Addresses in the identity.
        given: usize,
    },
    /// A new address is one of the source's, or given twice.
    #[error("the MAC address {0} is not new")]
    TakenMac(String),
    /// A disk that would be shared by default cannot be, and nothing was chosen for it.
    #[error("nothing is chosen for disk {index} ({target})")]
    UndecidedDisk {
        /// Its place among the disks, from 0.
        index: usize,
        /// The guest's name for it: `vda`.
        target: String,
    },
    /// There is no such disk.
    #[error("there is no disk {0}")]
    NoDisk(usize),
    /// The treatment is not possible for this disk: see [`super::DiskView::possible`].
    #[error("disk {index} ({target}) cannot be treated so")]
    ImpossibleDisk {
        /// Its place among the disks, from 0.
        index: usize,
        /// The guest's name for it: `vda`.
        target: String,
    },
    /// A new disk is one that the source has, or is given to two disks.
    #[error("the disk {0} is not a new one")]
    TakenDisk(String),
    /// The source's memory is laid out in NUMA cells, so a machine of another size is not made by two numbers.
    #[error("the machine has NUMA cells: its memory and CPUs cannot be changed here")]
    Numa,
    /// A value cannot be written into XML.
    #[error("the clone's XML cannot be written: {0}")]
    Edit(#[from] EditError),
}
