//! Parts of a volume, through the daemon: read and written at any place, and a whole file sent.

use std::{
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
    path::Path,
};

use virt::{connect::Connect, storage_vol::StorageVol, stream::Stream};

use lectern_model::storage::{folder_of, name_of, normal};

use super::{super::ffi::error::checked, copy::Watched, error::StorageError, pools, transient};

/// What is passed on at once; libvirt cuts messages at 256 KiB (`VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX`).
const PIECE: usize = 256 << 10;
/// Shorter holes are sent.
const HOLE: u64 = 4 << 20;

/// Does `work` with the volume at `path`, in its pool or in one made for its folder and gone again.
///
/// # Errors
/// [`StorageError::NoImage`] if it is not there; else as libvirt or `work` gives it.
pub(crate) fn with_volume<T>(
    connect: &Connect,
    path: &str,
    work: impl Fn(&StorageVol) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    let path = normal(pools::plain(path)?);
    match pools::at(connect, &path)? {
        Some(volume) => work(&volume),
        None => transient::in_folder(connect, folder_of(&path), |pool| work(&transient::volume(pool, name_of(&path))?)),
    }
}

/// Reads `length` bytes from `at` on; fewer where the volume ends.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn read_at(connect: &Connect, volume: &StorageVol, at: u64, length: usize) -> Result<Vec<u8>, StorageError> {
    let stream = checked(Stream::new(connect, 0))?;
    checked(volume.download(&stream, at, length as u64, 0))?;
    let read = receive(&stream, length);
    ended(stream, read)
}

/// Writes `bytes` at `at`, and returns when the daemon has them all.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn write_at(connect: &Connect, volume: &StorageVol, at: u64, bytes: &[u8]) -> Result<(), StorageError> {
    let stream = checked(Stream::new(connect, 0))?;
    checked(volume.upload(&stream, at, bytes.len() as u64, 0))?;
    let sent = send(&stream, bytes);
    ended(stream, sent)
}

/// Writes the `length` bytes of a file to the start of a volume. A file that is shorter by now would leave a volume with a
/// hole at its end.
///
/// # Errors
/// [`StorageError::Cancelled`]; as libvirt or the system gives it.
pub(crate) fn fill(
    connect: &Connect,
    volume: &StorageVol,
    from: (&mut File, &Path),
    length: u64,
    watched: &Watched<'_>,
) -> Result<(), StorageError> {
    let (file, path) = from;
    // What a new file was never written is zeros; a block device may hold anything.
    let is_file = checked(volume.info())?.kind == virt::sys::VIR_STORAGE_VOL_FILE;
    let parts = if is_file { data(file, length) } else { vec![(0, length)] };
    for (begin, end) in parts {
        file.seek(SeekFrom::Start(begin)).map_err(|error| StorageError::file(path, &error))?;
        let stream = checked(Stream::new(connect, 0))?;
        checked(volume.upload(&stream, begin, end - begin, 0))?;
        let sent = send_all(&stream, (&mut *file, path), (begin, end, length), watched);
        ended(stream, sent)?;
    }
    Ok(())
}

/// The parts of a file that hold something; holes that are hardly worth a transfer of their own count as such.
fn data(file: &File, length: u64) -> Vec<(u64, u64)> {
    let mut parts: Vec<(u64, u64)> = Vec::new();
    let mut at = 0;
    while let Ok(begin) = rustix::fs::seek(file, rustix::fs::SeekFrom::Data(at)) {
        let end = rustix::fs::seek(file, rustix::fs::SeekFrom::Hole(begin)).unwrap_or(length).min(length);
        match parts.last_mut() {
            Some(last) if begin - last.1 < HOLE => last.1 = end,
            _ if begin < end => parts.push((begin, end)),
            _ => {}
        }
        at = end;
        if at >= length {
            break;
        }
    }
    parts
}

fn receive(stream: &Stream, length: usize) -> Result<Vec<u8>, StorageError> {
    let (mut bytes, mut filled) = (vec![0; length], 0);
    while filled < length {
        match checked(stream.recv(&mut bytes[filled..]))? {
            count if count > 0 => filled += usize::try_from(count).unwrap_or(0),
            _ => break,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

fn send_all(
    stream: &Stream,
    (file, path): (&mut File, &Path),
    (begin, end, length): (u64, u64, u64),
    watched: &Watched<'_>,
) -> Result<(), StorageError> {
    let (mut buffer, mut sent) = (vec![0; PIECE], begin);
    let mut file = file.take(end - begin);
    while sent < end {
        if (watched.stop)() {
            return Err(StorageError::Cancelled);
        }
        let count = file.read(&mut buffer).map_err(|error| StorageError::file(path, &error))?;
        if count == 0 {
            return Err(StorageError::file(path, &io::ErrorKind::UnexpectedEof.into()));
        }
        send(stream, &buffer[..count])?;
        sent += count as u64;
        (watched.progress)(sent, length);
    }
    Ok(())
}

fn send(stream: &Stream, bytes: &[u8]) -> Result<(), StorageError> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let sent = checked(stream.send(rest))?;
        rest = rest.get(usize::try_from(sent).unwrap_or(0)..).unwrap_or_default();
    }
    Ok(())
}

/// Ends a transfer, well or not.
fn ended<T>(stream: Stream, result: Result<T, StorageError>) -> Result<T, StorageError> {
    if result.is_ok() {
        checked(stream.finish())?;
    } else {
        // On a dead connection this fails after it has let go of the stream.
        let _ = checked(stream.abort());
    }
    result
}
