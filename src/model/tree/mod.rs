//! Install trees: what a server or a disc offers to install a system from, told by the files that are in it.
//!
//! [`Place`] is where a tree may be; [`detect`] asks a [`Lookup`] for the few files that each layout is known by, and
//! says what it found and why, or what is there instead. [`arguments`] is what the installer's kernel must be told.

mod answers;
mod arguments;
mod debian;
mod detect;
mod distribution;
mod kernel;
mod nothing;
#[cfg(test)]
mod odd_tests;
mod place;
mod reach;
mod redhat;
mod suse;
mod template;
#[cfg(test)]
mod tests;
mod treeinfo;

pub use self::{
    answers::{Answer, AnswerFault, AnswerKind, answer_kind},
    arguments::{Telling, arguments},
    detect::{Lookup, detect},
    distribution::{Distribution, Family},
    kernel::{Kernel, KernelError, is_initrd},
    nothing::Nothing,
    place::{Place, PlaceError, PlaceKind, Secret},
    reach::{Plug, Unreached, unreached},
    template::course_answers,
    treeinfo::TreeInfo,
};

/// What is at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// An install tree.
    Tree(Box<Tree>),
    /// None.
    Nothing(Nothing),
}

/// An install tree. Paths are relative to its top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Whose it is.
    pub distribution: Distribution,
    /// What it calls itself.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The version's name, as Debian and Ubuntu have them.
    pub codename: Option<String>,
    /// Its architecture in libvirt's word.
    pub arch: String,
    /// The installer's kernel.
    pub kernel: String,
    /// The installer's initial RAM disk.
    pub initrd: String,
    /// What the two files' contents are to be, where the tree says so.
    pub checksums: Vec<Checksum>,
    /// By what it was known.
    pub evidence: Evidence,
    /// What is odd about it.
    pub notes: Vec<Note>,
}

/// What a file's content is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum {
    /// The file.
    pub path: String,
    /// Which sum.
    pub algorithm: Algorithm,
    /// The sum, in lower-case hexadecimal digits.
    pub hex: String,
}

/// A sum that trees have and that is still worth comparing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// By what a tree was known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// This file describes it.
    Description(String),
    /// The kernel lies where this layout has it, and no file describes it.
    Layout(String),
}

/// What is odd about a tree that can be used all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Note {
    /// `.treeinfo` is missing: `cp /mnt/*` leaves out what begins with a dot.
    DotFilesMissing,
    /// `.treeinfo` names a kernel that is not there; it was found elsewhere.
    DescriptionWrong,
    /// The installer finds its packages only on the disc itself, not on a server.
    NeedsDisc,
    /// The tree is for another architecture than the host's.
    OtherArchitecture,
}

impl Tree {
    /// The sum that the file at `path` is to have.
    #[must_use]
    pub fn checksum(&self, path: &str) -> Option<&Checksum> {
        self.checksums.iter().find(|sum| sum.path == path)
    }

    /// A tree of which no more is known than where its kernel lies.
    pub(crate) fn bare(kernel: &str, initrd: &str, arch: &str, evidence: Evidence) -> Self {
        Self {
            distribution: Distribution::Other(String::new()),
            name: None,
            version: None,
            codename: None,
            arch: arch.to_owned(),
            kernel: kernel.to_owned(),
            initrd: initrd.to_owned(),
            checksums: Vec::new(),
            evidence,
            notes: Vec::new(),
        }
    }

    /// Whether its installer runs on a live system, as Ubuntu's newer ones do.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.kernel.starts_with("casper/")
    }

    /// The system's names in the osinfo database, the likeliest first.
    #[must_use]
    pub fn os_names(&self) -> Vec<String> {
        self.distribution.os_names(self.version.as_deref())
    }
}
