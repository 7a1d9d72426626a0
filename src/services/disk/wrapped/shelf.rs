//! Where what is packed is read from: this computer, or a pool of the daemon's, which sends any part of a volume.

use std::io::{self, Read, Seek};

use virt::connect::Connect;

use super::super::file;
use crate::{
    host::{Copying, StorageError},
    libvirt::storage::far::Far,
};

/// A file that is read from any place on.
pub(super) trait Readable: Read + Seek {}

impl<T: Read + Seek> Readable for T {}

/// A file and its length.
pub(super) type Opened<'s> = (Box<dyn Readable + 's>, u64);

/// Whose files are read.
#[derive(Clone, Copy)]
pub(in crate::disk) enum Shelf<'c> {
    /// This computer's.
    Here,
    /// The daemon's.
    There(&'c Connect),
}

impl<'c> Shelf<'c> {
    /// Opens the file at `path`.
    pub(super) fn open(self, path: &str) -> io::Result<Opened<'c>> {
        match self {
            Self::Here => {
                let (file, metadata) = file::open(path).map_err(|why| io::Error::other(format!("{why:?}")))?;
                Ok((Box::new(file), metadata.len()))
            }
            Self::There(connect) => {
                let far = Far::open(connect, path).map_err(system)?;
                let length = far.length();
                Ok((Box::new(far), length))
            }
        }
    }

    /// Whether there is a file at `path`.
    pub(super) fn has(self, path: &str) -> bool {
        match self {
            Self::Here => std::path::Path::new(path).is_file(),
            Self::There(connect) => Far::open(connect, path).is_ok(),
        }
    }
}

fn system(error: StorageError) -> io::Error {
    match error {
        StorageError::NoImage | StorageError::NoPool => io::ErrorKind::NotFound.into(),
        StorageError::Denied => io::ErrorKind::PermissionDenied.into(),
        other => io::Error::other(other),
    }
}

/// A look into a file: where it is, and who may end it and is told how far it is.
pub(in crate::disk) struct Looking<'l> {
    /// Whose files are read.
    pub(in crate::disk) shelf: Shelf<'l>,
    /// The wish to end, and the progress.
    pub(in crate::disk) copying: &'l Copying,
}
