//! Looking into a folder outside of all pools with the daemon's rights, as virt-manager does: a pool that is made for the
//! moment (`virStoragePoolCreateXML`) and gone after it, whatever happens.

use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use virt::{connect::Connect, storage_pool::StoragePool};

use lectern_model::{
    storage::normal,
    xml::{Document, EditError, Element},
};

use super::{
    super::{error::HostError, ffi::error::checked},
    error::StorageError,
    pools::plain,
};

/// How our pools' names begin; the second when it was made follows.
const PREFIX: &str = "lectern-look-";
/// A pool of ours that is older was left by a program that was killed: no look takes so long.
const STALE: Duration = Duration::from_mins(10);
/// Another client may look into the same folder in the same way, and libvirt allows one pool a folder.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// Only one look at a time from this process: two of one folder would refuse each other.
static LOOKING: Mutex<()> = Mutex::new(());

/// Whether a pool of this name is one of ours.
pub(super) fn is_ours(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// A pool to work in, and what to do with it afterwards.
struct Borrowed {
    pool: StoragePool,
    stop: bool,
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if !self.stop {
            return;
        }
        // A transient pool that is stopped is gone; one that was defined is inactive again.
        if let Err(error) = checked(self.pool.destroy()) {
            tracing::warn!("a pool made to look into a folder stays: {error}");
        }
    }
}

/// Does `work` with a pool on `folder`: the active one that is there, the inactive one, started for the time, or one made
/// for it. Each is left as it was.
pub(crate) fn in_folder<T>(
    connect: &Connect,
    folder: &str,
    work: impl FnOnce(&StoragePool) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    let folder = allowed(folder)?;
    let _one = LOOKING.lock().unwrap_or_else(PoisonError::into_inner);
    sweep(connect);
    let borrowed = borrow(connect, &folder)?;
    if !borrowed.stop {
        // Else it has just been read.
        checked(borrowed.pool.refresh(0))?;
    }
    work(&borrowed.pool)
}

/// Folders without images, in which a look does harm: devices that block, or files without end.
fn allowed(folder: &str) -> Result<String, StorageError> {
    let folder = normal(plain(folder)?);
    let below = |top: &str| folder == top || folder.starts_with(&format!("{top}/"));
    if !folder.starts_with('/') || folder == "/" || ["/dev", "/proc", "/sys"].into_iter().any(below) {
        return Err(StorageError::BadFolder(folder.into()));
    }
    Ok(folder)
}

fn borrow(connect: &Connect, folder: &str) -> Result<Borrowed, StorageError> {
    let mut tries = 0;
    loop {
        if let Some(found) = existing(connect, folder)? {
            return Ok(found);
        }
        tries += 1;
        match checked(connect.create_storage_pool_xml(xml(folder)?.as_str(), 0)) {
            Ok(pool) => return Ok(Borrowed { pool, stop: true }),
            Err(error) if tries >= TRIES || error.errno.is_some() => return Err(error.into()),
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

/// A pool that somebody else has on this folder.
fn existing(connect: &Connect, folder: &str) -> Result<Option<Borrowed>, StorageError> {
    for pool in checked(connect.list_all_storage_pools(0))? {
        // What goes meanwhile is not there.
        let Ok(text) = checked(pool.xml_desc(0)) else { continue };
        let Ok(read) = lectern_model::storage::pool::PoolXml::parse(&text) else { continue };
        let here = read.target.as_deref().is_some_and(|target| normal(target) == folder);
        if !here || !read.kind.has_files() || is_ours(&read.name) {
            continue;
        }
        if checked(pool.is_active())? {
            return Ok(Some(Borrowed { pool, stop: false }));
        }
        checked(pool.create(0))?;
        return Ok(Some(Borrowed { pool, stop: true }));
    }
    Ok(None)
}

fn xml(folder: &str) -> Result<Document, StorageError> {
    let name = format!("{PREFIX}{}-{}-{}", now().as_secs(), std::process::id(), now().subsec_nanos());
    let pool = Element::new("pool")
        .attribute("type", "dir")
        .child(Element::new("name").text(&name))
        .child(Element::new("target").child(Element::new("path").text(folder)));
    let make = || -> Result<Document, EditError> {
        let blank = Document::parse("<pool/>")?;
        let mut edit = blank.edit();
        edit.replace(blank.root(), &pool)?;
        edit.finish()
    };
    make().map_err(|_| StorageError::BadFolder(folder.into()))
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Removes what programs that were killed have left.
fn sweep(connect: &Connect) {
    let Ok(pools) = checked(connect.list_all_storage_pools(0)) else { return };
    for pool in pools {
        let Ok(name) = checked(pool.name()) else { continue };
        if is_stale(&name, now())
            && let Err(error) = checked(pool.destroy())
        {
            tracing::debug!("{name} stays: {error}");
        }
    }
}

fn is_stale(name: &str, now: Duration) -> bool {
    let born = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse().ok());
    born.is_some_and(|born: u64| now.saturating_sub(Duration::from_secs(born)) > STALE)
}

/// Finds the volume of this name in a pool.
pub(crate) fn volume(pool: &StoragePool, name: &str) -> Result<virt::storage_vol::StorageVol, StorageError> {
    Ok(checked(pool.lookup_storage_vol_by_name(plain(name)?)).map_err(HostError::from)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_folders_are_not_looked_into() {
        for folder in ["/", "/dev", "/dev/shm/x", "/proc/1", "/sys", "images", "/a/../dev"] {
            assert!(allowed(folder).is_err(), "{folder}");
        }
        assert_eq!(allowed("/home//teacher/"), Ok("/home/teacher".to_owned()));
        assert_eq!(allowed("/devices"), Ok("/devices".to_owned()));
    }

    #[test]
    fn only_what_is_old_and_ours_is_swept() {
        let now = Duration::from_secs(10_000);
        assert!(is_stale("lectern-look-9000-1-2", now));
        assert!(!is_stale("lectern-look-9900-1-2", now));
        assert!(!is_stale("default", now) && !is_stale("lectern-look-x", now));
    }

    #[test]
    fn a_folder_of_any_name_is_passed() {
        let document = xml("/home/a & b/<x>").unwrap();
        assert_eq!(document.root().child("target").unwrap().child("path").unwrap().text(), "/home/a & b/<x>");
    }
}
