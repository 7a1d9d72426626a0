//! Revisions as volumes: listed, made, written, read, removed.

use std::{
    thread,
    time::{Duration, Instant},
};

use lectern_model::{
    catalog::revision::{self, Reading},
    storage::{ImageFormat, new_volume::NewVolume},
    units::Bytes,
};
use virt::{connect::Connect, storage_pool::StoragePool, storage_vol::StorageVol};

use super::CatalogError;
use crate::libvirt::{
    ffi::{codes, error::checked},
    storage::{change, stream},
};

/// How the names of revisions begin; the number follows, with at least eight digits.
pub(super) const PREFIX: &str = "lectern-catalog-";

/// A revision's number, from 1.
pub(super) type Number = u64;

/// The name of a revision's volume.
pub(super) fn name(number: Number) -> String {
    format!("{PREFIX}{number:08}")
}

fn number(name: &str) -> Option<Number> {
    let number = name.strip_prefix(PREFIX)?.parse().ok()?;
    // One name for each number, or two writers could have the same.
    (self::name(number) == name).then_some(number)
}

/// The numbers that are there, the newest first. libvirt's list, which all clients of the daemon share: no look at the
/// disk is needed for what others made through it.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn list(pool: &StoragePool) -> Result<Vec<Number>, CatalogError> {
    let mut numbers: Vec<Number> = checked(pool.list_volumes())?.iter().filter_map(|name| number(name)).collect();
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    Ok(numbers)
}

/// Makes the volume of a revision with room for so many bytes, all of them set aside; `false` if somebody else did.
///
/// # Errors
/// [`CatalogError::NoSpace`]; else as libvirt gives it.
pub(super) fn take(pool: &StoragePool, number: Number, room: u64) -> Result<bool, CatalogError> {
    let size = Bytes(room);
    let new = NewVolume { allocation: Some(size), ..NewVolume::thin(&name(number), ImageFormat::Raw, size) };
    match checked(StorageVol::create_xml(pool, &change::xml(&new)?, 0)) {
        Ok(_) => Ok(true),
        Err(error) if error.code == codes::STORAGE_VOL_EXIST => Ok(false),
        Err(error) if is_there(pool, number)? => {
            // The file is there and the pool's list was older.
            tracing::debug!("revision {number}: {error}");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

fn is_there(pool: &StoragePool, number: Number) -> Result<bool, CatalogError> {
    if list(pool)?.contains(&number) {
        return Ok(true);
    }
    // Refused while another volume is being made; then the next list has what there is.
    drop(checked(pool.refresh(0)));
    Ok(list(pool)?.contains(&number))
}

/// How long readers of an empty revision are waited for: libvirt lets nobody write to a volume that somebody reads.
const READERS: Duration = Duration::from_secs(10);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(5);

/// Writes a revision.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn upload(connect: &Connect, pool: &StoragePool, number: Number, bytes: &[u8]) -> Result<(), CatalogError> {
    let volume = checked(pool.lookup_storage_vol_by_name(&name(number)))?;
    let until = Instant::now() + READERS;
    loop {
        match stream::upload(connect, &volume, bytes) {
            Err(error) if is_passing(&error) && Instant::now() < until => thread::sleep(PAUSE),
            other => return Ok(other?),
        }
    }
}

/// What is in a revision's volume. One that is gone, or that libvirt is still making, is empty.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn read(connect: &Connect, pool: &StoragePool, number: Number) -> Result<Reading, CatalogError> {
    let volume = match checked(pool.lookup_storage_vol_by_name(&name(number))) {
        Ok(volume) => volume,
        Err(error) if error.code == codes::NO_STORAGE_VOL => return Ok(Reading::Empty),
        Err(error) => return Err(error.into()),
    };
    match stream::download(connect, &volume, revision::MAX_BYTES) {
        Ok(bytes) => Ok(revision::read(&bytes)),
        Err(error) if is_passing(&error) => Ok(Reading::Empty),
        Err(error) => Err(error.into()),
    }
}

/// It went while it was looked at, or is still being made.
fn is_passing(error: &crate::host::StorageError) -> bool {
    use crate::host::{HostError, StorageError};
    match error {
        StorageError::NoImage => true,
        StorageError::Host(HostError::Libvirt(error)) => error.code == codes::OPERATION_INVALID,
        _ => false,
    }
}

/// Removes a revision, if it is there. What stays does no harm.
pub(super) fn remove(pool: &StoragePool, number: Number) {
    let volume = checked(pool.lookup_storage_vol_by_name(&name(number)));
    if let Err(error) = volume.and_then(|volume| checked(volume.delete(0))) {
        tracing::debug!("revision {number} stays: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_one_name() {
        assert_eq!(name(12), "lectern-catalog-00000012");
        assert_eq!(number("lectern-catalog-00000012"), Some(12));
        assert_eq!(number("lectern-catalog-123456789"), Some(123_456_789));
        for other in
            ["lectern-catalog-12", "lectern-catalog-000000012", "lectern-catalog-", "x", "lectern-catalog-0000001x"]
        {
            assert_eq!(number(other), None, "{other}");
        }
    }
}
