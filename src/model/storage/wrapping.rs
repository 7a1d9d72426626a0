//! A disk inside a file that is no disk itself: packed, or a member of an appliance.

use serde::{Deserialize, Serialize};

use super::content::Packing;

/// How a disk lies in a file: as a part of it, packed, both, or, as mostly, neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapping {
    /// The part of the file that is the disk; the whole file where there is none.
    pub part: Option<Part>,
    /// How that is packed.
    pub packing: Option<Packing>,
}

/// A part of a file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub length: u64,
}

impl Wrapping {
    /// The whole file, packed so.
    #[must_use]
    pub const fn packed(packing: Packing) -> Self {
        Self { part: None, packing: Some(packing) }
    }

    /// Whether the file is the disk.
    #[must_use]
    pub const fn is_bare(&self) -> bool {
        self.part.is_none() && self.packing.is_none()
    }
}

/// A disk, and the file that it lies in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inside {
    /// The file's path.
    pub path: String,
    /// How it lies there.
    pub wrapping: Wrapping,
}

impl Packing {
    /// The program that unpacks one stream (`-dc`), for those that hold one file and nothing else; `None` for archives.
    #[must_use]
    pub const fn program(self) -> Option<&'static str> {
        match self {
            Self::Gzip => Some("gzip"),
            Self::Xz => Some("xz"),
            Self::Bzip2 => Some("bzip2"),
            Self::Zstd => Some("zstd"),
            Self::Zip | Self::SevenZip | Self::Tar => None,
        }
    }
}
