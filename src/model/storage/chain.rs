//! A chain of images: each stands on the next.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    ImageFormat, ImageInfo,
    backing::{Backing, Source},
};
use crate::units::Bytes;

/// libvirt follows so many images and no more (`qemu_domain.h`, `QEMU_DOMAIN_STORAGE_SOURCE_CHAIN_MAX_DEPTH`).
pub const DEEPEST: usize = 200;

/// An image, its base, the base's base and so on, as far as they can be followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The images, the uppermost first.
    pub links: Vec<Link>,
    /// What is wrong with it, from above; empty for a good one.
    pub faults: Vec<Fault>,
}

/// One image of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its path.
    pub path: String,
    /// What its header says.
    pub info: ImageInfo,
}

/// What is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// A file is not there.
    Missing {
        /// Which.
        path: String,
        /// The image that stands on it; `None` for the first of the chain.
        wanted_by: Option<String>,
    },
    /// An image stands on itself, through others or not.
    Loop {
        /// The image that comes again.
        path: String,
    },
    /// More than [`DEEPEST`] images.
    TooDeep,
    /// A file is there and cannot be read.
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        why: Unread,
    },
    /// An image does not say which format its base has.
    FormatNotGiven {
        /// The image.
        image: String,
        /// Its base.
        base: String,
    },
    /// An image says another format of its base than the base has: QEMU would take a header for the guest's data.
    OtherFormat {
        /// The image.
        image: String,
        /// Its base.
        base: String,
        /// What the image says.
        given: ImageFormat,
        /// What the base is.
        found: ImageFormat,
    },
    /// A file is shorter than its header says.
    CutOff {
        /// Which.
        path: String,
        /// How long it must be at least.
        least: Bytes,
    },
    /// The base is not a file of this host; it was not followed.
    Elsewhere {
        /// As the image names it.
        written: String,
    },
}

/// Why an image cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unread {
    /// It is not there.
    Missing,
    /// Neither this user nor libvirt may read it.
    Denied,
    /// It is a folder, a socket or the like.
    NotAFile,
    /// Its header is damaged or cut off.
    Damaged,
    /// No answer in time.
    TimedOut,
    /// Something else, in the words of the system, libvirt or QEMU.
    Failed(String),
}

impl Fault {
    /// Whether no machine starts with it.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        !matches!(self, Self::Elsewhere { .. } | Self::FormatNotGiven { .. })
    }
}

impl Chain {
    /// Follows the chain from `start`, reading each image with `read`. Always ends.
    pub fn follow(start: &str, mut read: impl FnMut(&str) -> Result<ImageInfo, Unread>) -> Self {
        let mut chain = Self::default();
        let mut seen = BTreeSet::new();
        let mut next = Some(start.to_owned());
        let mut above: Option<String> = None;
        while let Some(path) = next.take() {
            if !seen.insert(path.clone()) {
                chain.faults.push(Fault::Loop { path });
            } else if chain.links.len() >= DEEPEST {
                chain.faults.push(Fault::TooDeep);
            } else {
                next = chain.read_one(&path, above.take(), &mut read);
                above = Some(path);
            }
        }
        chain
    }

    /// Takes in one image and gives the path of the next.
    fn read_one(
        &mut self,
        path: &str,
        wanted_by: Option<String>,
        read: &mut impl FnMut(&str) -> Result<ImageInfo, Unread>,
    ) -> Option<String> {
        let info = match read(path) {
            Ok(info) => info,
            Err(Unread::Missing) => {
                self.faults.push(Fault::Missing { path: path.to_owned(), wanted_by });
                return None;
            }
            Err(why) => {
                self.faults.push(Fault::Unreadable { path: path.to_owned(), why });
                return None;
            }
        };
        self.compare(path, &info);
        if let Some(least) = info.state.cut_off {
            self.faults.push(Fault::CutOff { path: path.to_owned(), least });
        }
        let next = info.backing.as_ref().and_then(|backing| self.below(path, backing));
        self.links.push(Link { path: path.to_owned(), info });
        next
    }

    /// Whether the image above says the right format of this one.
    fn compare(&mut self, base: &str, info: &ImageInfo) {
        let Some(above) = self.links.last() else { return };
        let Some(given) = above.info.backing.as_ref().and_then(|backing| backing.format) else { return };
        // A fixed VHD is raw but for its last sector, which the daemon does not send.
        let unsure = given == ImageFormat::Vhd && info.format == ImageFormat::Raw;
        if !unsure && given.driver() != info.format.driver() {
            let image = above.path.clone();
            self.faults.push(Fault::OtherFormat { image, base: base.to_owned(), given, found: info.format });
        }
    }

    fn below(&mut self, image: &str, backing: &Backing) -> Option<String> {
        let Source::Path(base) = &backing.source else {
            self.faults.push(Fault::Elsewhere { written: backing.written.clone() });
            return None;
        };
        if backing.format.is_none() {
            self.faults.push(Fault::FormatNotGiven { image: image.to_owned(), base: base.clone() });
        }
        Some(base.clone())
    }

    /// The uppermost image, if it could be read.
    #[must_use]
    pub fn top(&self) -> Option<&ImageInfo> {
        self.links.first().map(|link| &link.info)
    }

    /// The images under the uppermost.
    #[must_use]
    pub fn bases(&self) -> &[Link] {
        self.links.get(1..).unwrap_or_default()
    }

    /// Whether a machine can start with it, as far as the chain goes.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.links.is_empty() && !self.faults.iter().any(Fault::is_fatal)
    }
}
