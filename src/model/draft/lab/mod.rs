//! Many machines from one template: what the user chose so far, what will be made, and what speaks against it.

mod edits;
mod facts;
mod fit;
mod guest;
mod make;
mod preview;
mod problems;
mod suggest;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use self::{
    edits::Cell,
    facts::{LabFacts, LabNetworkFacts, TemplateDisk, TemplateFacts},
    fit::{Fit, asked, each, fit, given},
    guest::{GuestWish, OfflineLack, Untold, Way, WayChoice, format, format_of, has_addresses, way},
    make::{Member, make, notes},
    preview::{Clash, Preview, Row, preview},
    problems::{Field, Problem, problems},
    suggest::Suggestion,
};

use crate::flavor::Flavor;
use crate::id::DomainId;
use crate::metadata::Student;
use crate::pattern::Taken;
use crate::project::DEFAULT;
use crate::units::{Bytes, KiB};

/// What the wizard has gathered. Numbers and addresses are texts as typed where a person types them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabDraft {
    /// The template; none as long as none is chosen.
    pub template: Option<DomainId>,
    /// The lab's name.
    pub name: String,
    /// How the machines are called, and for whom they are.
    pub names: NameSource,
    /// What to do about names in use.
    pub taken: Taken,
    /// What they are plugged into.
    pub network: LabNetwork,
    /// How large they are.
    pub size: Size,
    /// The size of each overlay of the first disk; as large as its base where there is none.
    pub overlay: Option<Bytes>,
    /// The pool that the overlays go to.
    pub pool: Option<String>,
    /// The project that they count in.
    pub project: Option<String>,
    /// Which of them are started at the end.
    pub start: Start,
    /// What the guests are told beside their names.
    pub guest: GuestWish,
    /// What the user wrote into the preview, by the row's place from 0.
    pub edits: BTreeMap<usize, RowEdit>,
}

impl LabDraft {
    /// The project that the machines count in.
    #[must_use]
    pub fn counts_in(&self) -> &str {
        self.project.as_deref().unwrap_or(DEFAULT)
    }
}

/// How the machines are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameSource {
    /// By a pattern: [`crate::pattern::Pattern`].
    Pattern {
        /// The pattern.
        pattern: String,
        /// How many; may be empty where the pattern has a range.
        count: String,
    },
    /// One for each student.
    Roster {
        /// The students, as [`crate::roster`] read them.
        students: Vec<Student>,
        /// The pattern; `{id}` in it stands for the student's number.
        pattern: String,
    },
}

impl Default for NameSource {
    fn default() -> Self {
        Self::Pattern { pattern: String::new(), count: String::new() }
    }
}

/// What the machines are plugged into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LabNetwork {
    /// What the template is plugged into; addresses as the network gives them.
    #[default]
    AsTemplate,
    /// One virtual network for all.
    One {
        /// Its name.
        network: String,
        /// Whether each machine gets a fixed address.
        addresses: Addresses,
    },
    /// A new network for each machine.
    Each {
        /// A pattern for their addresses: `192.168.{100..199}.0/24`.
        pattern: String,
        /// Where the host is in each.
        gateway: Gateway,
    },
}

/// Which addresses the machines have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Addresses {
    /// Whatever DHCP gives.
    #[default]
    Any,
    /// Fixed ones, counted up.
    Fixed {
        /// The first; empty for the network's first free one.
        first: String,
    },
}

/// Where the host is in a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Gateway {
    /// The first address, as virt-manager does: `.1`.
    First,
    /// The last one, as the course does: `.254`.
    #[default]
    Last,
}

/// How large the machines are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// As the template.
    #[default]
    AsTemplate,
    /// As a flavor.
    Flavor(Flavor),
    /// As given.
    Own {
        /// The memory.
        memory: KiB,
        /// The virtual CPUs.
        vcpus: u32,
    },
}

/// Which machines are started at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Start {
    /// None.
    #[default]
    None,
    /// As many as the host's free memory holds.
    Fitting,
    /// All.
    All,
}

/// What the user wrote into a row of the preview.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowEdit {
    /// Another name.
    pub name: Option<String>,
    /// Another student.
    pub student: Option<String>,
    /// Another address, without its prefix.
    pub address: Option<String>,
    /// Another Ethernet address for the first card.
    pub mac: Option<String>,
}
