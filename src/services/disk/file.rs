//! A file of this computer, looked at without waiting for what it may be: a pipe, a device without a medium.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt},
};

use lectern_model::storage::{
    chain::Unread,
    content::{HEAD, TAIL},
};

use super::access::FileKind;

/// What was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Local {
    pub(super) kind: FileKind,
    pub(super) length: u64,
    pub(super) allocated: u64,
    /// When it was last written to, in nanoseconds since 1970.
    pub(super) modified: i128,
    pub(super) head: Vec<u8>,
    pub(super) tail: Option<Vec<u8>>,
}

/// Why the system refused.
pub(super) fn unread(error: &io::Error) -> Unread {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Unread::Missing,
        io::ErrorKind::PermissionDenied => Unread::Denied,
        io::ErrorKind::IsADirectory => Unread::NotAFile,
        _ => Unread::Failed(error.to_string()),
    }
}

/// What kind of thing it is.
pub(super) fn kind(metadata: &Metadata) -> FileKind {
    let kind = metadata.file_type();
    match () {
        () if kind.is_file() => FileKind::File,
        () if kind.is_dir() => FileKind::Folder,
        () if kind.is_block_device() => FileKind::Device,
        () => FileKind::Other,
    }
}

/// Opens a file or block device for reading.
pub(super) fn open(path: &str) -> Result<(File, Metadata), Unread> {
    let metadata = std::fs::metadata(path).map_err(|error| unread(&error))?;
    if !matches!(kind(&metadata), FileKind::File | FileKind::Device) {
        return Err(Unread::NotAFile);
    }
    let nonblocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(nonblocking).open(path).map_err(|error| unread(&error))?;
    Ok((file, metadata))
}

/// Reads its beginning and end.
pub(super) fn read(path: &str) -> Result<Local, Unread> {
    let (mut file, metadata) = open(path)?;
    let failed = |error: io::Error| unread(&error);
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    file.rewind().map_err(failed)?;
    let mut head = Vec::new();
    (&mut file).take(HEAD as u64).read_to_end(&mut head).map_err(failed)?;
    let tail = if length >= TAIL as u64 { Some(end(&mut file, length).map_err(failed)?) } else { None };
    Ok(Local {
        kind: kind(&metadata),
        length,
        allocated: metadata.blocks().saturating_mul(512),
        modified: i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec()),
        head,
        tail,
    })
}

fn end(file: &mut File, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(length - TAIL as u64))?;
    let mut tail = Vec::new();
    file.take(TAIL as u64).read_to_end(&mut tail)?;
    Ok(tail)
}
