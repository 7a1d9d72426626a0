//! Projects: who may use how much of a host, in OpenStack's words.
//!
//! A machine belongs to the one project whose name is noted on it ([`crate::metadata::Machine::project`]). A machine
//! without such a note, as all that were made outside of Lectern, and one whose project is not there any more, count in
//! [`DEFAULT`].
//!
//! - [`Quota`]: how much a project may use; [`Amount`]: how much something uses
//! - [`usage`](usage()): what each project really uses, by what is defined
//! - [`check`](check()): asked, used, allowed; and the quota that would do

mod amount;
mod check;
mod problem;
mod quota;
#[cfg(test)]
mod tests;
mod usage;

use serde::{Deserialize, Serialize};

pub(crate) use self::problem::bad_character;
pub use self::{
    amount::Amount,
    check::{Excess, Refusal, Standing, Why, check, refusal},
    problem::{ProjectProblem, problems},
    quota::{Limit, Quota, Resource},
    usage::{DiskUse, MachineUse, ProjectUse, usage},
};

/// The project of whatever has no other: always there, by OpenStack's rules neither renamed nor deleted here.
pub const DEFAULT: &str = "default";

/// One project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its name, which machines note.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Whether its machines may be started and new ones made.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// How much it may use.
    #[serde(default)]
    pub quota: Quota,
}

const fn yes() -> bool {
    true
}

impl Project {
    /// A new project as OpenStack makes it: enabled, with [`Quota::default`].
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), description: String::new(), enabled: true, quota: Quota::default() }
    }

    /// Whether it can refuse anything.
    #[must_use]
    pub fn is_enforced(&self) -> bool {
        !self.enabled || !self.quota.is_unlimited()
    }

    /// The project of whatever has no other: unlimited, so that nothing is refused where nobody set a quota.
    #[must_use]
    pub fn default_project() -> Self {
        Self { quota: Quota::UNLIMITED, ..Self::new(DEFAULT) }
    }
}
