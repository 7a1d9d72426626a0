//! What can go wrong with storage, as types.

use std::{io, path::PathBuf};

use super::super::{
    error::{HostError, LibvirtError},
    ffi::codes,
};

/// Why something about storage did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The host refused, or is not there.
    #[error(transparent)]
    Host(HostError),
    /// There is no such pool any more.
    #[error("the pool is no longer there")]
    NoPool,
    /// There is no such volume or file.
    #[error("the image is no longer there")]
    NoImage,
    /// Something of that name is there already, and it is not what was to be made.
    #[error("an image of that name is there already")]
    Exists,
    /// The disk is full, or its file system holds no file of that size.
    #[error("there is not enough space")]
    NoSpace,
    /// The same of this computer, by whose way an image goes.
    #[error("there is not enough space on this computer")]
    NoSpaceHere,
    /// Neither this user nor libvirt may do it.
    #[error("not permitted")]
    Denied,
    /// A folder that Lectern does not have libvirt look into: `/`, `/dev`, `/proc`, `/sys`, or no whole path.
    #[error("{0} is no folder for images")]
    BadFolder(PathBuf),
    /// A name that no file or volume can have.
    #[error("{0:?} is no name for an image")]
    BadName(String),
    /// What is to be changed lies in a base, in a snapshot too, or in a format that is not written here.
    #[error("the disk's first sector cannot be changed in its place")]
    NotHere,
    /// Stopped, as was asked for.
    #[error("cancelled")]
    Cancelled,
    /// A tool failed; what it said.
    #[error("{program} failed: {said}")]
    Tool {
        /// The program.
        program: &'static str,
        /// Its own words.
        said: String,
    },
    /// A packed file is damaged or cut off; what was said by who unpacked it.
    #[error("{path} cannot be unpacked: {said}")]
    Packed {
        /// The file.
        path: PathBuf,
        /// The words of who unpacked it.
        said: String,
    },
    /// The system refused something about a file; what it said.
    #[error("{path}: {said}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        said: String,
    },
}

impl StorageError {
    /// An error of the system about `path`.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NoImage,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Denied,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::NoSpace,
            io::ErrorKind::AlreadyExists => Self::Exists,
            _ => Self::File { path: path.into(), said: error.to_string() },
        }
    }
}

impl From<HostError> for StorageError {
    fn from(error: HostError) -> Self {
        match &error {
            HostError::Libvirt(refused) => by_code(refused).unwrap_or(Self::Host(error)),
            _ => Self::Host(error),
        }
    }
}

impl From<LibvirtError> for StorageError {
    fn from(error: LibvirtError) -> Self {
        HostError::from(error).into()
    }
}

fn by_code(error: &LibvirtError) -> Option<StorageError> {
    match (error.code, error.errno) {
        (codes::NO_STORAGE_POOL, _) => Some(StorageError::NoPool),
        (codes::NO_STORAGE_VOL, _) | (_, Some(libc::ENOENT)) => Some(StorageError::NoImage),
        (codes::STORAGE_VOL_EXIST, _) => Some(StorageError::Exists),
        (_, Some(libc::ENOSPC | libc::EDQUOT | libc::EFBIG)) => Some(StorageError::NoSpace),
        (_, Some(libc::EACCES | libc::EPERM | libc::EROFS)) => Some(StorageError::Denied),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_apart_by_numbers() {
        let error = |code, errno| LibvirtError { code, domain: 18, level: 2, message: "文本".into(), errno };
        for (given, expected) in [
            (error(49, None), StorageError::NoPool),
            (error(50, None), StorageError::NoImage),
            (error(90, None), StorageError::Exists),
            (error(38, Some(libc::ENOSPC)), StorageError::NoSpace),
            (error(38, Some(libc::ENOENT)), StorageError::NoImage),
            (error(38, Some(libc::EACCES)), StorageError::Denied),
        ] {
            assert_eq!(StorageError::from(given), expected);
        }
        assert!(matches!(StorageError::from(error(1, None)), StorageError::Host(HostError::Libvirt(_))));
        assert_eq!(StorageError::from(HostError::TimedOut), StorageError::Host(HostError::TimedOut));
    }
}
