//! What is known of one disk image.

use serde::{Deserialize, Serialize};

use super::{ImageFormat, backing::Backing};
use crate::units::Bytes;

/// One image, by its own header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageInfo {
    /// Its format, found by content.
    pub format: ImageFormat,
    /// The size that the guest sees.
    pub virtual_size: Bytes,
    /// What it takes on the host's disk, where that is known.
    pub allocated: Option<Bytes>,
    /// The image under it.
    pub backing: Option<Backing>,
    /// Whether the guest's data are encrypted.
    pub encrypted: bool,
    /// Its internal snapshots.
    pub snapshots: Snapshots,
    /// Whether it is whole.
    pub state: ImageState,
}

/// The snapshots inside an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshots {
    /// How many.
    pub count: u32,
    /// Their names, where they are known.
    pub names: Vec<String>,
}

/// Whether an image is whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageState {
    /// It was not closed properly; QEMU repairs it when it opens it for writing.
    pub dirty: bool,
    /// QEMU marked it as damaged and opens it for reading only.
    pub corrupt: bool,
    /// The file is shorter than it must be: so long it should be at least.
    pub cut_off: Option<Bytes>,
}

impl ImageInfo {
    /// A raw image of this size.
    #[must_use]
    pub fn raw(format: ImageFormat, size: Bytes) -> Self {
        Self {
            format,
            virtual_size: size,
            allocated: None,
            backing: None,
            encrypted: format == ImageFormat::Luks,
            snapshots: Snapshots::default(),
            state: ImageState::default(),
        }
    }

    /// The path of the file under it, if it has one on this host.
    #[must_use]
    pub fn base(&self) -> Option<&str> {
        self.backing.as_ref().and_then(Backing::path)
    }
}
