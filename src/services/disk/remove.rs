//! Deleting an image, in a pool or outside, by this program or by the daemon. Who needs it, the caller has asked.

use std::{fs, io, time::Duration};

use lectern_model::{
    storage::{folder_of, normal},
    uri::HostUri,
};
use virt::connect::Connect;

use super::work;
use crate::{
    host::{Host, StorageError},
    libvirt::storage::{change, pools},
};

const LIMIT: Duration = Duration::from_mins(1);

/// Deletes the file or volume at `path`; `false` if it was not there, so this may be done twice. A volume is deleted by
/// libvirt, so that its pool knows; a file outside of pools by this program, and by libvirt where that may not.
///
/// # Errors
/// [`StorageError::Denied`] if neither may; a folder or a device is refused as the system or libvirt says.
pub async fn delete(host: &Host, path: &str) -> Result<bool, StorageError> {
    let (uri, path) = (host.uri().clone(), path.to_owned());
    host.storage(LIMIT, move |connection| delete_here(connection.connect(), &uri, &path)).await
}

/// [`delete`] on this thread, which waits, for the step of a plan.
///
/// # Errors
/// As for [`delete`].
pub(crate) fn delete_here(connect: &Connect, uri: &HostUri, path: &str) -> Result<bool, StorageError> {
    let path = normal(path);
    let in_pool = pools::at(connect, &path)?.is_some();
    if in_pool || !uri.is_local() || uri.is_test() {
        return change::delete(connect, &path);
    }
    match unlink(&path) {
        Err(StorageError::Denied) | Ok(false) => match change::delete(connect, &path) {
            Err(StorageError::NoImage) => Ok(false),
            other => other,
        },
        other => other,
    }
}

fn unlink(path: &str) -> Result<bool, StorageError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() || metadata.is_symlink() => {}
        Ok(_) => return Err(StorageError::BadName(path.to_owned())),
        Err(error) if is_missing(&error) => return Ok(false),
        Err(error) => return Err(StorageError::file(path, &error)),
    }
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(StorageError::file(path, &error)),
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether a file outside of pools can be deleted from here: its folder may be written to, or the daemon is root's.
pub(super) async fn is_permitted(host: &Host, path: &str) -> bool {
    if !host.uri().is_session() {
        return true;
    }
    let folder = folder_of(path).to_owned();
    let writable = move || rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok();
    work::run(LIMIT, writable).await.unwrap_or(false)
}
