//! The header of a qcow2 image (QEMU's docs/interop/qcow2.rst), read without QEMU.

use super::{
    ImageFormat, ImageInfo,
    backing::Backing,
    image::{ImageState, Snapshots},
};
use crate::units::Bytes;

/// A qcow2 header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qcow2 {
    /// 2 or 3.
    pub version: u32,
    /// The size that the guest sees, in bytes.
    pub virtual_size: u64,
    /// The backing file as it is written in the header.
    pub backing_file: Option<String>,
    /// Its format, where the header gives one.
    pub backing_format: Option<ImageFormat>,
    /// Bits of a cluster's size.
    pub cluster_bits: u32,
    /// Whether the guest's data are encrypted.
    pub encrypted: bool,
    /// How many internal snapshots there are.
    pub snapshots: u32,
    /// Entries of the first table of clusters.
    pub l1_entries: u32,
    /// Where that table is.
    pub l1_offset: u64,
    /// Where the table of reference counts is.
    pub refcount_offset: u64,
    /// How many clusters it has.
    pub refcount_clusters: u32,
    /// Where the table of snapshots is.
    pub snapshots_offset: u64,
    incompatible: u64,
}

/// Why bytes are no readable qcow2 header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Other bytes begin it.
    #[error("not a qcow2 image")]
    NotQcow2,
    /// The file ends inside its header.
    #[error("the header is cut off")]
    Short,
    /// A value that no qcow2 image has.
    #[error("the header is damaged")]
    Damaged,
}

const DIRTY: u64 = 1;
const CORRUPT: u64 = 1 << 1;
const DATA_FILE: u64 = 1 << 2;
const SUBCLUSTERS: u64 = 1 << 4;
/// The header extension that holds the backing file's format.
const BACKING_FORMAT: u32 = 0xe279_2aca;
/// A backing file's name has at most so many bytes.
const LONGEST_NAME: usize = 1023;

/// Reads numbers at fixed places.
struct Words<'b>(&'b [u8]);

impl Words<'_> {
    fn u32(&self, offset: usize) -> Result<u32, HeaderError> {
        self.0.get(offset..offset + 4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes).ok_or(HeaderError::Short)
    }

    fn u64(&self, offset: usize) -> Result<u64, HeaderError> {
        self.0.get(offset..offset + 8).and_then(|b| b.try_into().ok()).map(u64::from_be_bytes).ok_or(HeaderError::Short)
    }

    fn text(&self, offset: usize, length: usize) -> Result<String, HeaderError> {
        let end = offset.checked_add(length).ok_or(HeaderError::Damaged)?;
        let bytes = self.0.get(offset..end).ok_or(HeaderError::Short)?;
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}

impl Qcow2 {
    /// Reads the header from a file's first bytes; [`super::content::HEAD`] are enough for any that QEMU writes.
    ///
    /// # Errors
    /// If it is none, or not whole.
    pub fn parse(head: &[u8]) -> Result<Self, HeaderError> {
        let words = Words(head);
        if words.u32(0)? != u32::from_be_bytes(*b"QFI\xfb") {
            return Err(HeaderError::NotQcow2);
        }
        let version = words.u32(4)?;
        let cluster_bits = words.u32(20)?;
        if !(2..=3).contains(&version) || !(9..=21).contains(&cluster_bits) {
            return Err(HeaderError::Damaged);
        }
        let later = version >= 3;
        let mut header = Self {
            version,
            virtual_size: words.u64(24)?,
            backing_file: backing_file(&words)?,
            backing_format: None,
            cluster_bits,
            encrypted: words.u32(32)? != 0,
            snapshots: words.u32(60)?,
            l1_entries: words.u32(36)?,
            l1_offset: words.u64(40)?,
            refcount_offset: words.u64(48)?,
            refcount_clusters: words.u32(56)?,
            snapshots_offset: words.u64(64)?,
            incompatible: if later { words.u64(72)? } else { 0 },
        };
        let extensions = if later { words.u32(100)? as usize } else { 72 };
        header.backing_format = backing_format(&words, extensions);
        Ok(header)
    }

    /// Whether it was not closed properly (lazy reference counts).
    #[must_use]
    pub const fn is_dirty(&self) -> bool {
        self.incompatible & DIRTY != 0
    }

    /// Whether QEMU found it damaged and marked it so.
    #[must_use]
    pub const fn is_corrupt(&self) -> bool {
        self.incompatible & CORRUPT != 0
    }

    /// Whether the guest's data are in another file.
    #[must_use]
    pub const fn has_data_file(&self) -> bool {
        self.incompatible & DATA_FILE != 0
    }

    /// Whether its tables have entries of two words, for parts of clusters.
    #[must_use]
    pub const fn has_subclusters(&self) -> bool {
        self.incompatible & SUBCLUSTERS != 0
    }

    /// The end of what the header says is in the file: a shorter file is cut off.
    #[must_use]
    pub fn least_length(&self) -> u64 {
        let l1 = self.l1_offset.saturating_add(u64::from(self.l1_entries) * 8);
        let clusters = u64::from(self.refcount_clusters) << self.cluster_bits;
        // Of the last cluster only what is used need be there.
        let counts = self.refcount_offset.saturating_add(clusters.min(8));
        let snapshots = if self.snapshots > 0 { self.snapshots_offset.saturating_add(40) } else { 0 };
        l1.max(counts).max(snapshots)
    }

    /// What it says of the image at `path`, whose file has `length` bytes.
    #[must_use]
    pub fn info(&self, path: &str, length: u64) -> ImageInfo {
        ImageInfo {
            format: ImageFormat::Qcow2,
            virtual_size: Bytes(self.virtual_size),
            allocated: None,
            backing: self.backing_file.as_deref().map(|file| Backing::new(file, path, self.backing_format)),
            encrypted: self.encrypted,
            snapshots: Snapshots { count: self.snapshots, names: Vec::new() },
            state: ImageState {
                dirty: self.is_dirty(),
                corrupt: self.is_corrupt(),
                cut_off: (length < self.least_length()).then_some(Bytes(self.least_length())),
            },
        }
    }
}

fn backing_file(words: &Words<'_>) -> Result<Option<String>, HeaderError> {
    let (offset, length) = (words.u64(8)?, words.u32(16)? as usize);
    if offset == 0 || length == 0 {
        return Ok(None);
    }
    if length > LONGEST_NAME {
        return Err(HeaderError::Damaged);
    }
    let offset = usize::try_from(offset).map_err(|_| HeaderError::Damaged)?;
    words.text(offset, length).map(Some)
}

fn backing_format(words: &Words<'_>, mut offset: usize) -> Option<ImageFormat> {
    loop {
        let (kind, length) = (words.u32(offset).ok()?, words.u32(offset.checked_add(4)?).ok()? as usize);
        if kind == BACKING_FORMAT {
            return words.text(offset + 8, length).ok().map(|name| ImageFormat::from_name(&name));
        }
        if kind == 0 {
            return None;
        }
        offset = offset.checked_add(8)?.checked_add(length.checked_next_multiple_of(8)?)?;
    }
}
