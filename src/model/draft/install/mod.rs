//! A machine that a system is installed on: what the user chose so far.

mod disk;
mod pages;
mod problems;
#[cfg(test)]
mod tests;

use super::{
    import::Source,
    machine::{Facts, MachineDraft, Wishes},
};
use crate::{
    storage::ImageFormat,
    tree::{AnswerKind, Finding},
    units::Bytes,
};

pub use self::{
    pages::{Page, next_page},
    problems::{Field, Problem, problems},
};

/// A disk for a system of which nothing is told.
const DEFAULT_SIZE: Bytes = Bytes::from_gib(20);

/// What the wizard has gathered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallDraft {
    /// The address of the install tree, as it was typed.
    pub location: String,
    /// What the user adds to the kernel's arguments.
    pub arguments: String,
    /// Whether the installer talks on the serial console.
    pub serial: bool,
    /// The answers to the installer's questions, as they will be in its RAM disk; none where it asks.
    pub answers: Option<String>,
    /// Where the system goes.
    pub disk: DiskChoice,
    /// The disk that is made, where one is.
    pub new: NewDisk,
    /// Whether the user chose the new disk's size.
    pub sized: bool,
    /// The machine itself.
    pub machine: MachineDraft,
}

/// Where the system goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DiskChoice {
    /// To a disk that is made.
    #[default]
    New,
    /// To one that is there; none was chosen yet where there is no source.
    Existing(Option<Source>),
    /// Nowhere: the machine gets no disk.
    None,
}

/// A disk that is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDisk {
    /// Its pool.
    pub pool: String,
    /// Its format: raw or qcow2.
    pub format: ImageFormat,
    /// Its size.
    pub size: Bytes,
    /// Whether all of it is set aside at once.
    pub whole: bool,
}

impl NewDisk {
    /// Its file's name in the pool, for a machine of that name.
    #[must_use]
    pub fn file(&self, machine: &str) -> String {
        let ending = if self.format == ImageFormat::Raw { "img" } else { self.format.driver() };
        format!("{machine}.{ending}")
    }
}

/// What is known of the place that the draft names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It is being looked at.
    Looking,
    /// What was found there.
    Found(Finding),
    /// It could not be looked at.
    Failed,
}

/// What the rules about this draft need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstallFacts {
    /// What the host told; its disk is the existing one that the draft names.
    pub host: Facts,
    /// What is at the place, once it was looked at.
    pub sight: Option<Sight>,
    /// Whether the machine can get at the tree, and why not.
    pub unreached: Option<crate::tree::Unreached>,
}

impl InstallFacts {
    /// The tree that was found.
    #[must_use]
    pub fn tree(&self) -> Option<&crate::tree::Tree> {
        match &self.sight {
            Some(Sight::Found(Finding::Tree(tree))) => Some(tree),
            _ => None,
        }
    }

    /// Which answers the tree's installer takes.
    #[must_use]
    pub fn answer_kind(&self) -> Option<AnswerKind> {
        self.tree().and_then(|tree| crate::tree::answer_kind(&tree.distribution))
    }
}

impl InstallDraft {
    /// An empty draft with what the user and the host suggest.
    #[must_use]
    pub fn new(wishes: &Wishes, facts: &Facts) -> Self {
        let machine = MachineDraft { start: true, ..MachineDraft::new(wishes, facts) };
        let pool = wishes.place(facts).unwrap_or_default();
        let new = NewDisk { pool, format: ImageFormat::Qcow2, size: DEFAULT_SIZE, whole: false };
        Self {
            location: String::new(),
            arguments: String::new(),
            serial: true,
            answers: None,
            disk: DiskChoice::New,
            new,
            sized: false,
            machine,
        }
    }

    /// Whether closing the wizard would lose anything that took the user some care.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        !self.location.is_empty() || self.answers.is_some() || self.sized || self.machine.is_filled()
    }

    /// The existing disk.
    #[must_use]
    pub const fn existing(&self) -> Option<&Source> {
        match &self.disk {
            DiskChoice::Existing(source) => source.as_ref(),
            DiskChoice::New | DiskChoice::None => None,
        }
    }

    /// As large as the guest system wants it, unless the user chose a size.
    pub fn suggest_size(&mut self, facts: &Facts) {
        if !self.sized {
            self.new.size = facts.recommended.storage.unwrap_or(DEFAULT_SIZE);
        }
    }

    /// A name after the existing disk's file, else after what is installed.
    pub fn suggest_name(&mut self, facts: &InstallFacts) {
        let file = self.existing().map(|source| source.path().to_owned());
        let tree = facts.tree().and_then(|tree| tree.os_names().into_iter().next());
        if let Some(name) = file.or(tree) {
            self.machine.suggest_name(&name, &facts.host);
        }
    }
}
