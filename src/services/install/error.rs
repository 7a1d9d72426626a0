//! Why a tree could not be looked into, or a file of it could not be had.

use lectern_model::tree::KernelError;

use crate::host::{HostError, StorageError};

/// Why. No password is in any of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstallError {
    /// No computer has that name.
    #[error("there is no server {0}")]
    NoServer(String),
    /// The server is there in name only: what the system said.
    #[error("{server}: {said}")]
    Unreachable {
        /// The server.
        server: String,
        /// The system's words.
        said: String,
    },
    /// The server did not answer in time.
    #[error("{0} does not answer in time")]
    TimedOut(String),
    /// The file comes so slowly that it would never end.
    #[error("{0} comes too slowly")]
    TooSlow(String),
    /// The server wants another user or password.
    #[error("{0} refuses the user or password")]
    LoginRefused(String),
    /// The server refuses, with its number for why.
    #[error("{server} refuses with {status}")]
    Refused {
        /// The server.
        server: String,
        /// The status of HTTP or FTP.
        status: u32,
    },
    /// The server failed, with its number for why.
    #[error("{server} failed with {status}")]
    ServerFailed {
        /// The server.
        server: String,
        /// The status of HTTP or FTP.
        status: u32,
    },
    /// One address leads to another without end.
    #[error("{0} leads from one address to the next")]
    Redirects(String),
    /// The server cannot prove who it is.
    #[error("{server} is not trusted: {said}")]
    Untrusted {
        /// The server.
        server: String,
        /// Why.
        said: String,
    },
    /// It does not keep to the rules of HTTP or FTP.
    #[error("{server}: {said}")]
    Protocol {
        /// The server.
        server: String,
        /// What was wrong.
        said: String,
    },
    /// The file that was there is there no more.
    #[error("{0} is not there")]
    NotThere(String),
    /// The file ended before its end.
    #[error("{file} ended after {got} of {expected} bytes")]
    Truncated {
        /// The file.
        file: String,
        /// How much came.
        got: u64,
        /// How much there should be.
        expected: u64,
    },
    /// The file does not end.
    #[error("{0} is too long")]
    TooLong(String),
    /// The file's content is not what the tree says.
    #[error("{0} is not what the tree says")]
    Checksum(String),
    /// The file is no kernel.
    #[error("{file}: {why}")]
    NoKernel {
        /// The file.
        file: String,
        /// Why.
        why: KernelError,
    },
    /// The file is no RAM disk.
    #[error("{0} is no RAM disk")]
    NoInitrd(String),
    /// The kernel's arguments are longer than it takes, or have letters that are not English.
    #[error("the arguments are too long")]
    ArgumentsTooLong,
    /// The RAM disk is larger than the kernel takes.
    #[error("the RAM disk is too large")]
    RamDiskTooLarge,
    /// There is no such folder or file on this computer.
    #[error("{0} is not on this computer")]
    NoFolder(String),
    /// This user may not read it.
    #[error("{0} cannot be read")]
    Denied(String),
    /// The file is no image of a disc.
    #[error("{0} is no disc")]
    NoDisc(String),
    /// Something about a file of this computer.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl From<HostError> for InstallError {
    fn from(error: HostError) -> Self {
        Self::Storage(error.into())
    }
}
