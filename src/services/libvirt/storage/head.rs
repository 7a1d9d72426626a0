//! A volume's first bytes, through the daemon.

use virt::{connect::Connect, storage_vol::StorageVol, stream::Stream};

use lectern_model::{
    storage::{folder_of, name_of, normal, vhdx, volume::VolumeKind},
    units::Bytes,
};

use super::{
    super::{error::HostError, ffi::codes, ffi::error::checked},
    error::StorageError,
    pieces, pools, transient,
    types::Found,
};

/// Reads up to `length` bytes from the start of a volume. The stream is asked for no more, so that nothing piles up.
pub(super) fn download(connect: &Connect, volume: &StorageVol, length: usize) -> Result<Vec<u8>, StorageError> {
    let stream = checked(Stream::new(connect, 0))?;
    checked(volume.download(&stream, 0, u64::try_from(length).unwrap_or(u64::MAX), 0))?;
    let mut head = vec![0; length];
    let mut filled = 0;
    while filled < length {
        match checked(stream.recv(&mut head[filled..])) {
            Ok(count) if count > 0 => filled += usize::try_from(count).unwrap_or(0),
            Ok(_) => break,
            Err(error) => {
                // On a dead connection this fails after it has let go of the stream.
                let _ = checked(stream.abort());
                return Err(error.into());
            }
        }
    }
    checked(stream.finish())?;
    head.truncate(filled);
    Ok(head)
}

/// Looks at the file at `path` through the pool that it is in, or through one made for its folder. `None` if it is not
/// there.
pub(super) fn look(connect: &Connect, path: &str, length: usize) -> Result<Option<Found>, StorageError> {
    let path = normal(pools::plain(path)?);
    if let Some(volume) = pools::at(connect, &path)? {
        let (read, pool) = pools::read_volume(&volume)?;
        // Another program's look may hold it for the moment: that pool is no place to be told of.
        let pool = (!transient::is_ours(&pool)).then_some(pool);
        return found(connect, &volume, read, pool, length).map(Some);
    }
    let seen = transient::in_folder(connect, folder_of(&path), |pool| {
        let volume = transient::volume(pool, name_of(&path))?;
        let (read, _) = pools::read_volume(&volume)?;
        found(connect, &volume, read, None, length)
    });
    match seen {
        Ok(found) => Ok(Some(found)),
        Err(StorageError::NoImage) => Ok(None),
        Err(error) => Err(error),
    }
}

fn found(
    connect: &Connect,
    raw: &StorageVol,
    volume: lectern_model::storage::Volume,
    pool: Option<String>,
    length: usize,
) -> Result<Found, StorageError> {
    let readable = matches!(volume.kind, VolumeKind::File | VolumeKind::Block) && length > 0;
    let head = match readable.then(|| download(connect, raw, length)) {
        Some(Ok(head)) => head,
        None => Vec::new(),
        // Not all drivers can; the volume says what there is to say.
        Some(Err(StorageError::Host(HostError::Libvirt(error)))) if error.code == codes::NO_SUPPORT => Vec::new(),
        Some(Err(error)) => return Err(error),
    };
    let vhdx = if head.starts_with(b"vhdxfile") { vhdx_size(connect, raw)? } else { None };
    Ok(Found { volume, pool, head, vhdx })
}

/// The size of a VHDX image, by its tables.
fn vhdx_size(connect: &Connect, volume: &StorageVol) -> Result<Option<Bytes>, StorageError> {
    let read = |at, length| pieces::read_at(connect, volume, at, length);
    let Some(at) = vhdx::metadata_at(&read(vhdx::REGIONS, vhdx::TABLE)?) else { return Ok(None) };
    let Some(at) = vhdx::size_at(&read(at, vhdx::TABLE)?, at) else { return Ok(None) };
    Ok(read(at, 8)?.try_into().ok().map(|bytes| Bytes(u64::from_le_bytes(bytes))))
}
