//! Why something about a catalogue did not succeed.

use lectern_model::{capability::Obstacle, catalog::EditError, project::Refusal};

use crate::host::{HostError, LibvirtError, StorageError};

/// Why something about a catalogue did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// The host refused, or is not there.
    #[error(transparent)]
    Host(HostError),
    /// This backend cannot.
    #[error("the catalogue cannot be kept here: {0:?}")]
    Unable(Obstacle),
    /// The change is not to be made: it was changed elsewhere, or breaks a rule.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// Machines note the name that the project would lose.
    #[error("{machines} machines are in project {project}")]
    HasMachines {
        /// The project.
        project: String,
        /// How many.
        machines: usize,
    },
    /// A project does not take what is asked.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The host's disk is full.
    #[error("no space left for the catalogue")]
    NoSpace,
    /// Others changed it again and again.
    #[error("the catalogue is changed by too many at once")]
    Busy,
    /// It would be larger than any that is read.
    #[error("the catalogue is too large")]
    TooLarge,
}

impl From<StorageError> for CatalogError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NoSpace => Self::NoSpace,
            StorageError::Denied => Self::Unable(Obstacle::Denied),
            StorageError::Host(error) => error.into(),
            other => Self::Host(HostError::System(other.to_string())),
        }
    }
}

impl From<HostError> for CatalogError {
    fn from(error: HostError) -> Self {
        let obstacle = error.libvirt().and_then(obstacle);
        obstacle.map_or(Self::Host(error), Self::Unable)
    }
}

impl From<LibvirtError> for CatalogError {
    fn from(error: LibvirtError) -> Self {
        StorageError::from(error).into()
    }
}

/// What libvirt's code says about all that could be tried.
fn obstacle(error: &LibvirtError) -> Option<Obstacle> {
    use crate::libvirt::ffi::codes;
    match (error.code, error.errno) {
        (codes::NO_SUPPORT, _) => Some(Obstacle::Driver),
        (codes::OPERATION_DENIED, _) | (_, Some(libc::EROFS)) => Some(Obstacle::ReadOnly),
        (codes::ACCESS_DENIED, _) => Some(Obstacle::Denied),
        _ => None,
    }
}
