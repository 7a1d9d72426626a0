//! How much is free where an image would go.

use std::{collections::BTreeSet, time::Duration};

use lectern_model::{
    storage::{Pool, folder_of, normal},
    units::Bytes,
};

use super::work;
use crate::host::{Host, StorageError};

const LIMIT: Duration = Duration::from_secs(10);

/// What is free in `folder`: as the pool on it says, or one above it; else as this computer's file system does. `None` if
/// nobody knows.
///
/// # Errors
/// If the host does not answer.
pub async fn free(host: &Host, folder: &str) -> Result<Option<Bytes>, StorageError> {
    let folder = normal(folder);
    let pools = host.pools().await?;
    if let Some(pool) = nearest(&pools, &folder) {
        return Ok(Some(pool.available));
    }
    if !host.uri().is_local() || host.uri().is_test() {
        return Ok(None);
    }
    Ok(work::run(LIMIT, move || local(&folder)).await?)
}

fn nearest<'p>(pools: &'p [Pool], folder: &str) -> Option<&'p Pool> {
    let holds = |pool: &&Pool| {
        let target = pool.target.as_deref().map(normal).filter(|_| pool.kind.has_files() && pool.state.is_active());
        target.is_some_and(|target| folder == target || folder.starts_with(&format!("{target}/")))
    };
    pools.iter().filter(holds).max_by_key(|pool| pool.target.as_deref().map_or(0, str::len))
}

/// What a user may still write in this computer's folder; of one that is not there yet, the nearest above it.
pub(super) fn local(folder: &str) -> Option<Bytes> {
    let mut folder = folder;
    loop {
        match rustix::fs::statvfs(folder) {
            Ok(found) => return Some(Bytes(found.f_bavail.saturating_mul(found.f_frsize))),
            Err(rustix::io::Errno::NOENT) if folder.len() > 1 => folder = folder_of(folder),
            Err(_) => return None,
        }
    }
}

/// The folders of `pools` on which nothing can be written, as far as this computer can tell: their file systems are
/// mounted read-only.
pub async fn read_only(host: &Host, pools: &[Pool]) -> BTreeSet<String> {
    if !host.uri().is_local() || host.uri().is_test() {
        return BTreeSet::new();
    }
    let active = pools.iter().filter(|pool| pool.kind.has_files() && pool.state.is_active());
    let folders: Vec<_> = active.filter_map(|pool| Some((pool.target.clone()?, pool.capacity))).collect();
    let fixed = move || folders.into_iter().filter(|(folder, size)| fixed(folder, *size)).map(|(folder, _)| folder);
    work::run(LIMIT, move || fixed().collect()).await.unwrap_or_default()
}

/// Whether the file system of `folder` is read-only. It is the daemon's only where both see one size of it: a daemon in
/// other namespaces has other mounts.
fn fixed(folder: &str, size: Bytes) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|found| {
        found.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY)
            && found.f_blocks.saturating_mul(found.f_frsize) == size.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_has_its_parents_space() {
        assert_eq!(local("/no/such/folder").is_some(), local("/").is_some());
        assert!(local("/tmp").is_some_and(|free| free.0 > 0));
    }
}
