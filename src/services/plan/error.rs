//! Why a step did not succeed.

use std::{io, path::PathBuf};

use lectern_model::{network::trap::Trap, project::Refusal};

use crate::{
    catalog::{CatalogError, POOL},
    host::{HostError, LibvirtError, StorageError},
};

/// A step failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct StepError {
    /// Why.
    #[source]
    pub why: StepFailure,
    /// Whether nothing was changed, so that there is nothing to undo.
    pub untouched: bool,
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepFailure {
    /// The host refused or is not there.
    #[error(transparent)]
    Host(#[from] HostError),
    /// A machine of that name is there, and is not ours.
    #[error("a machine named {0} is there already")]
    NameTaken(String),
    /// A virtual network of that name is there, and is not ours.
    #[error("a virtual network named {0} is there already")]
    NetworkNameTaken(String),
    /// A storage pool of that name is there, and is not ours.
    #[error("a storage pool named {0} is there already")]
    PoolNameTaken(String),
    /// A snapshot of that name is in the image already.
    #[error("a snapshot named {0} is in the image already")]
    SnapshotTaken(String),
    /// A snapshot is no longer in the image.
    #[error("the image has no snapshot {0}")]
    NoSnapshot(String),
    /// A virtual network does not start, and it was found why.
    #[error("the network {name} does not start: {said}")]
    NetworkTrap {
        /// Its name.
        name: String,
        /// What is in its way.
        trap: Box<Trap>,
        /// libvirt's own words, for the details.
        said: String,
    },
    /// The guest has not let go of a network card in time.
    #[error("{0} keeps its network card")]
    NicKept(String),
    /// A file or volume is there, and is not ours.
    #[error("{0} is there already")]
    FileTaken(String),
    /// It was changed by somebody else since the plan was made.
    #[error("{0} was changed meanwhile")]
    ChangedMeanwhile(String),
    /// Something of that name is there, and cannot be told from one that is another's.
    #[error("{0} may be another's")]
    Doubtful(String),
    /// The address leads to another host than the one where the plan was begun.
    #[error("{0} is another host now")]
    OtherHost(String),
    /// A password that a step needs was not kept on the disk.
    #[error("the passwords of {0} were not kept")]
    SecretLost(String),
    /// Its memory is saved, and would be lost.
    #[error("the memory of {0} is saved")]
    SavedMemory(String),
    /// It is running, and the step needs it off.
    #[error("{0} is running")]
    Running(String),
    /// It is needed by others, which were found after the plan was made.
    #[error("{what} is needed by {by}")]
    Needed {
        /// What was to be removed.
        what: String,
        /// Who needs it.
        by: String,
    },
    /// A project does not take it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Something about the catalogue of projects.
    #[error(transparent)]
    Catalog(CatalogError),
    /// Something about a volume or an image.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The disk of the host is full.
    #[error("no space left for {0}")]
    NoSpace(String),
    /// A file of this computer.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: String,
    },
    /// A program failed.
    #[error("{program} failed: {said}")]
    Program {
        /// Its name.
        program: String,
        /// What it said, for the details.
        said: String,
    },
    /// The user cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A test made it fail.
    #[error("made to fail")]
    Injected,
}

impl StepError {
    /// A failure before anything was changed.
    #[must_use]
    pub fn untouched(why: impl Into<StepFailure>) -> Self {
        Self { why: why.into(), untouched: true }
    }

    /// A failure in the middle: something may have been changed.
    #[must_use]
    pub fn touched(why: impl Into<StepFailure>) -> Self {
        Self { why: why.into(), untouched: false }
    }

    /// A failure with a file of this computer.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>, error: &io::Error) -> Self {
        let path: PathBuf = path.into();
        Self::touched(if error.kind() == io::ErrorKind::StorageFull {
            StepFailure::NoSpace(path.display().to_string())
        } else {
            StepFailure::File { path, error: error.to_string() }
        })
    }

    /// Whether the connection is at fault, so that the step may succeed on another.
    pub(crate) fn is_disconnected(&self) -> bool {
        matches!(self.why, StepFailure::Host(HostError::NotConnected | HostError::TimedOut))
    }
}

impl From<HostError> for StepError {
    fn from(error: HostError) -> Self {
        Self::touched(error)
    }
}

impl From<LibvirtError> for StepError {
    fn from(error: LibvirtError) -> Self {
        Self::touched(HostError::from(error))
    }
}

impl From<CatalogError> for StepError {
    fn from(error: CatalogError) -> Self {
        Self::touched(match error {
            CatalogError::Refused(refusal) => StepFailure::Refused(refusal),
            CatalogError::Host(error) => StepFailure::Host(error),
            CatalogError::NoSpace => StepFailure::NoSpace(POOL.to_owned()),
            error => StepFailure::Catalog(error),
        })
    }
}

impl From<StorageError> for StepError {
    fn from(error: StorageError) -> Self {
        Self::touched(match error {
            StorageError::Host(error) => StepFailure::Host(error),
            StorageError::Cancelled => StepFailure::Cancelled,
            error => StepFailure::Storage(error),
        })
    }
}
