//! A volume read as a file is read: from any place on, through the daemon, a piece at a time.

use std::io::{self, Read, Seek, SeekFrom};

use virt::{connect::Connect, storage_vol::StorageVol};

use lectern_model::storage::normal;

use super::{error::StorageError, pieces, pools};

/// What is asked for at once; a question over a slow line takes as long as this much.
const PIECE: usize = 1 << 20;

/// A volume of a pool. Nothing piles up: no more is asked for than is taken.
pub(crate) struct Far<'c> {
    connect: &'c Connect,
    volume: StorageVol,
    length: u64,
    at: u64,
    /// The last piece, and where it begins.
    piece: (u64, Vec<u8>),
}

impl<'c> Far<'c> {
    /// Opens the one at `path`.
    ///
    /// # Errors
    /// [`StorageError::NoImage`] if no active pool has it; else as libvirt gives it.
    pub(crate) fn open(connect: &'c Connect, path: &str) -> Result<Self, StorageError> {
        let path = normal(pools::plain(path)?);
        let volume = pools::at(connect, &path)?.ok_or(StorageError::NoImage)?;
        let (read, _) = pools::read_volume(&volume)?;
        let length = read.physical.unwrap_or(read.capacity).0;
        Ok(Self { connect, volume, length, at: 0, piece: (0, Vec::new()) })
    }

    /// How long it is.
    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    /// The bytes from `at` on, as far as they are here.
    fn here(&self) -> &[u8] {
        let (begin, bytes) = &self.piece;
        let from = self.at.checked_sub(*begin).and_then(|from| usize::try_from(from).ok());
        from.and_then(|from| bytes.get(from..)).unwrap_or_default()
    }
}

impl Read for Far<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.length {
            return Ok(0);
        }
        if self.here().is_empty() {
            let count = usize::try_from(self.length - self.at).unwrap_or(PIECE).min(PIECE);
            let read = pieces::read_at(self.connect, &self.volume, self.at, count).map_err(io::Error::other)?;
            self.piece = (self.at, read);
        }
        let count = self.here().len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.here()[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Far<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
