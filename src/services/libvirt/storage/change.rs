//! Making and removing volumes and files. Each may be done twice: the second time finds it done.

use virt::{connect::Connect, storage_pool::StoragePool, storage_vol::StorageVol};

use lectern_model::storage::{PoolId, Volume, folder_of, name_of, new_volume::NewVolume, normal};

use super::{
    super::{error::HostError, ffi::error::checked},
    error::StorageError,
    pools, transient,
};

/// The least that a pool with room has free: an empty qcow2 image takes about a third of it.
const LEAST: u64 = 1 << 20;

/// A name as a file in a folder and a volume in a pool can have it.
pub(super) fn check_name(name: &str) -> Result<(), StorageError> {
    let bad = name.is_empty() || name.contains(['/', '\0', '\n']) || name == "." || name == ".." || name.len() > 255;
    if bad { Err(StorageError::BadName(name.to_owned())) } else { Ok(()) }
}

/// The XML for libvirt.
pub(crate) fn xml(new: &NewVolume) -> Result<String, StorageError> {
    check_name(&new.name)?;
    Ok(new.to_xml().map_err(|_| StorageError::BadName(new.name.clone()))?.to_string())
}

/// Makes a volume; if exactly that volume is there already, gives it.
pub(super) fn create(connect: &Connect, pool: PoolId, new: &NewVolume) -> Result<Volume, StorageError> {
    create_in(&pools::find(connect, pool)?, new)
}

/// The same in a folder, in a pool or not.
pub(crate) fn create_file(connect: &Connect, folder: &str, new: &NewVolume) -> Result<Volume, StorageError> {
    transient::in_folder(connect, folder, |pool| create_in(pool, new))
}

/// Makes a volume in a pool; if exactly that volume is there already, gives it.
pub(crate) fn create_in(raw: &StoragePool, new: &NewVolume) -> Result<Volume, StorageError> {
    let made = match create_new(raw, new) {
        Err(StorageError::Exists) => {
            // What lies in the folder may be newer than the pool's list.
            checked(raw.refresh(0))?;
            let there = transient::volume(raw, &new.name)?;
            let same = new.is_made(&pools::read_volume(&there)?.0);
            if same { there } else { return Err(StorageError::Exists) }
        }
        other => other?,
    };
    Ok(pools::read_volume(&made)?.0)
}

/// libvirt tells of a full disk by `qemu-img`'s words alone, where that made the image: then the pool is asked.
fn or_full(raw: &StoragePool, error: StorageError) -> StorageError {
    let unclear = matches!(error, StorageError::Host(HostError::Libvirt(_)));
    if unclear && is_full(raw) { StorageError::NoSpace } else { error }
}

/// Whether nothing more fits into the pool, which is looked at anew.
pub(crate) fn is_full(raw: &StoragePool) -> bool {
    checked(raw.refresh(0)).is_ok() && checked(raw.info()).is_ok_and(|info| info.available < LEAST)
}

/// Removes one volume of a pool by name; `false` if it was not there.
pub(crate) fn delete_in(raw: &StoragePool, name: &str) -> Result<bool, StorageError> {
    let deleted = transient::volume(raw, name)
        .and_then(|volume| checked(volume.delete(0)).map_err(|error| HostError::from(error).into()));
    match deleted {
        Ok(()) => Ok(true),
        Err(StorageError::NoImage) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes a volume in a pool; one that is there is another's, whatever it is like.
///
/// # Errors
/// [`StorageError::Exists`], [`StorageError::NoSpace`]; else as libvirt gives it.
pub(crate) fn create_new(raw: &StoragePool, new: &NewVolume) -> Result<StorageVol, StorageError> {
    let made = checked(StorageVol::create_xml(raw, &xml(new)?, 0)).map_err(StorageError::from);
    made.map_err(|error| or_full(raw, error))
}

/// Removes the volume or file at `path`; `false` if it was not there.
pub(crate) fn delete(connect: &Connect, path: &str) -> Result<bool, StorageError> {
    delete_seen(connect, path, &mut |_| ())
}

/// [`delete`], which shows before what the daemon sees there.
pub(crate) fn delete_seen(connect: &Connect, path: &str, seen: &mut dyn FnMut(&Volume)) -> Result<bool, StorageError> {
    let path = normal(pools::plain(path)?);
    let mut gone = |volume: StorageVol| {
        seen(&pools::read_volume(&volume)?.0);
        checked(volume.delete(0)).map_err(StorageError::from)
    };
    let deleted = match pools::at(connect, &path)? {
        Some(volume) => gone(volume),
        None => transient::in_folder(connect, folder_of(&path), |pool| gone(transient::volume(pool, name_of(&path))?)),
    };
    match deleted {
        Ok(()) => Ok(true),
        Err(StorageError::NoImage) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes one volume by pool and name; `false` if it was not there.
pub(super) fn delete_named(connect: &Connect, pool: PoolId, name: &str) -> Result<bool, StorageError> {
    delete_in(&pools::find(connect, pool)?, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_before_libvirt_sees_them() {
        for name in ["", ".", "..", "a/b", "a\0", "a\nb"] {
            assert_eq!(check_name(name), Err(StorageError::BadName(name.into())));
        }
        assert_eq!(check_name(&"x".repeat(300)), Err(StorageError::BadName("x".repeat(300))));
        assert_eq!(check_name(".cent7.img"), Ok(()));
    }
}
