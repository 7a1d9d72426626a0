//! A volume's bytes, through the daemon: its first ones read, small contents written.

use virt::{connect::Connect, storage_vol::StorageVol, stream::Stream};

use super::{super::ffi::error::checked, error::StorageError};

/// How much is sent at once: less than a message of libvirt's protocol holds (`VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX`).
const PIECE: usize = 128 << 10;

/// Reads up to `length` bytes from the start of a volume. The stream is asked for no more, so that nothing piles up.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn download(connect: &Connect, volume: &StorageVol, length: usize) -> Result<Vec<u8>, StorageError> {
    // Where the volume is shorter, there is no need for room for more.
    let there = usize::try_from(checked(volume.info())?.capacity).unwrap_or(usize::MAX);
    super::head::download(connect, volume, length.min(there))
}

/// Writes `bytes` to the start of a volume, and returns when the daemon has them all.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn upload(connect: &Connect, volume: &StorageVol, bytes: &[u8]) -> Result<(), StorageError> {
    let stream = checked(Stream::new(connect, 0))?;
    checked(volume.upload(&stream, 0, bytes.len() as u64, 0))?;
    for piece in bytes.chunks(PIECE) {
        let mut rest = piece;
        while !rest.is_empty() {
            match checked(stream.send(rest)) {
                Ok(sent) => rest = rest.get(usize::try_from(sent).unwrap_or(0)..).unwrap_or_default(),
                Err(error) => {
                    // On a dead connection this fails after it has let go of the stream.
                    let _ = checked(stream.abort());
                    return Err(error.into());
                }
            }
        }
    }
    Ok(checked(stream.finish())?)
}
