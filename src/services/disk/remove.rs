//! Deleting an image, in a pool or outside, by this program or by the daemon. Who needs it, the caller has asked.

use std::{fs, io, time::Duration};

use lectern_model::{
    storage::{folder_of, normal},
    uri::HostUri,
};
use virt::connect::Connect;

use super::{proof, work};
use crate::{
    host::{Host, StorageError},
    libvirt::storage::change,
};

const LIMIT: Duration = Duration::from_mins(1);

/// Deletes the file or volume at `path`; `false` if it was not there, so this may be done twice. libvirt deletes it, so
/// that it is the daemon's file and no other of the same path; this program only where libvirt may not (a home folder of
/// the network, where root is nobody) and the file is proven to be the one that libvirt sees.
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
    let mut seen = None;
    let deleted = change::delete_seen(connect, &path, &mut |volume| seen = proof::of_daemon(uri, volume).map(drop));
    match (deleted, seen) {
        (Err(StorageError::Denied), Some(())) => unlink(&path),
        (deleted, _) => deleted,
    }
}

fn unlink(path: &str) -> Result<bool, StorageError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StorageError::file(path, &error)),
    }
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
