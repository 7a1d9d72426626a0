//! Whether something may be done in a project: asked, used, allowed.

use serde::{Deserialize, Serialize};

use super::{Amount, Project, Quota, Resource};

/// A resource that is limited and asked for, mostly too much of it, in the quota's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Excess {
    /// Which.
    pub resource: Resource,
    /// How much is asked for.
    pub asked: u64,
    /// How much is used already.
    pub used: u64,
    /// Both together, which rounding may make less than their sum: the limit that would do.
    pub needed: u64,
    /// How much is allowed.
    pub allowed: u64,
}

impl Excess {
    /// Whether more is asked for than there is.
    #[must_use]
    pub const fn is_too_much(&self) -> bool {
        self.asked > 0 && self.needed > self.allowed
    }
}

/// Why a project does not take something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// There is no such project.
    Gone,
    /// It is disabled.
    Disabled,
    /// Its quota is not enough; never empty.
    Quota(Vec<Excess>),
}

/// A project does not take something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("project {project} refuses: {why:?}")]
pub struct Refusal {
    /// The project.
    pub project: String,
    /// Why.
    pub why: Why,
}

impl Refusal {
    /// The quota that would let it through, where that is all there is to it: what "raise to what is needed" sets.
    #[must_use]
    pub fn remedy(&self, quota: &Quota) -> Option<Quota> {
        match &self.why {
            Why::Quota(excesses) => Some(quota.raised(excesses)),
            Why::Gone | Why::Disabled => None,
        }
    }
}

/// What a wizard knows of the project that its draft names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The project.
    pub project: Project,
    /// What it uses now.
    pub used: Amount,
}

impl Standing {
    /// Whether the project takes `asked`.
    ///
    /// # Errors
    /// Why it does not.
    pub fn check(&self, asked: &Amount) -> Result<(), Refusal> {
        check(&self.project, &self.used, asked)
    }

    /// Whether anything can be refused.
    #[must_use]
    pub fn is_enforced(&self) -> bool {
        self.project.is_enforced()
    }

    /// What is left of one resource, in the quota's unit; `None` if there is no limit.
    #[must_use]
    pub fn left(&self, resource: Resource) -> Option<u64> {
        let most = self.project.quota.get(resource).most()?;
        Some(most.saturating_sub(self.used.get(resource)))
    }
}

/// Why the project `name` among `known` does not take `asked`; nothing where it does, or where no project is known.
#[must_use]
pub fn refusal(known: &[Standing], name: &str, asked: &Amount) -> Option<Refusal> {
    match known.iter().find(|standing| standing.project.name == name) {
        Some(standing) => standing.check(asked).err(),
        None if known.is_empty() => None,
        None => Some(Refusal { project: name.to_owned(), why: Why::Gone }),
    }
}

/// Whether `project`, which uses `used`, takes `asked`.
///
/// # Errors
/// Why it does not.
pub fn check(project: &Project, used: &Amount, asked: &Amount) -> Result<(), Refusal> {
    let refused = |why| Err(Refusal { project: project.name.clone(), why });
    if !project.enabled {
        return refused(Why::Disabled);
    }
    let excesses = project.quota.excesses(used, asked);
    if excesses.is_empty() { Ok(()) } else { refused(Why::Quota(excesses)) }
}
