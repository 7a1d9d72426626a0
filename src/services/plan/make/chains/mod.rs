//! The plans about what disks lie on: machines that stand alone, disks on another base.

mod base;
mod detach;
mod look;
pub(super) mod replace;

use lectern_model::{metadata::MetadataError, xml::EditError};

pub use self::{
    base::{Mode, NewBase, change_base},
    detach::detach,
    look::{BaseFacts, Overlay, look},
};
use super::lab::LabError;
use crate::host::{HostError, StorageError};

/// Why no plan is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The host or its storage.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// These are on, or their memory is saved.
    #[error("{0:?} are on")]
    Running(Vec<String>),
    /// These have snapshots, which would be of disks that are gone.
    #[error("{0:?} have snapshots")]
    Snapshots(Vec<String>),
    /// No disk of this machine lies on another image, in a storage pool that is started.
    #[error("{0} lies on nothing")]
    NoOverlay(String),
    /// The new base is not there, or cannot be read.
    #[error("no image at {0}")]
    NoBase(String),
    /// The new base lies on the image itself.
    #[error("{0} lies on the disk itself")]
    Loop(String),
    /// It is the base already.
    #[error("it lies on that already")]
    Same,
    /// The image can be read and written by the daemon only.
    #[error("{0} is not this program's to write")]
    NotHere(String),
    /// The template has no disk of this name.
    #[error("the template has no disk {0}")]
    NoDisk(String),
    /// An XML cannot be changed.
    #[error(transparent)]
    Xml(#[from] EditError),
    /// Notes are not this program's to change.
    #[error(transparent)]
    Notes(#[from] MetadataError),
}

impl From<HostError> for ChainError {
    fn from(error: HostError) -> Self {
        Self::Storage(error.into())
    }
}

impl From<LabError> for ChainError {
    fn from(error: LabError) -> Self {
        match error {
            LabError::Storage(error) => Self::Storage(error),
            LabError::Running(names) => Self::Running(names),
            LabError::Snapshots(names) => Self::Snapshots(names),
            LabError::NoOverlay(name) => Self::NoOverlay(name),
            LabError::Xml(error) => Self::Xml(error),
        }
    }
}
