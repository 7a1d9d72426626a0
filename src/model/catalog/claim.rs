//! Claims: a place in a project for what is being made, so that of two who want the last one exactly one gets it.
//!
//! A claim is added to the catalogue in a compare-and-swap, after a count of what is defined and of all other claims; so all
//! users and programs see claims in one order, and the second of two that do not fit together is refused. The machines are
//! defined next, and the claim is taken out again. A machine counts once, with the larger of what is claimed for it and
//! what it has, so it does not matter at which of these moments somebody counts.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Catalog;
use crate::{
    id::DomainId,
    project::{Amount, DEFAULT, MachineUse, Refusal, Why, check},
};

/// How old a claim grows, in seconds: it stands between its machines' definitions and the step before them. One that is
/// older was left by a program that was killed, on a computer that did not come back; who claimed it looks again whether
/// it still holds.
pub(super) const LIFETIME: u64 = 600;

/// A place in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Its key.
    pub id: Uuid,
    /// The project.
    pub project: String,
    /// For which machines.
    pub members: Vec<Member>,
    /// When it was made, in seconds since 1970.
    pub at: u64,
}

/// A machine that is being made, moved or made larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The machine; a new one has its identifier already.
    pub machine: DomainId,
    /// What it will use in all.
    pub amount: Amount,
}

impl Catalog {
    /// Whether `claim` fits beside `machines` and the other claims; `now` is in seconds since 1970.
    ///
    /// # Errors
    /// Why the project refuses.
    pub fn admits(&self, claim: &Claim, machines: &[MachineUse], now: u64) -> Result<(), Refusal> {
        let gone = || Refusal { project: claim.project.clone(), why: Why::Gone };
        let project = self.project(&claim.project).ok_or_else(gone)?;
        let (mut used, mut asked) = self.defined(&claim.project, machines);
        let others = self.claims.iter().filter(|other| other.id != claim.id && other.project == claim.project);
        for member in others.filter(|other| other.is_fresh(now)).flat_map(|other| &other.members) {
            if !claim.members.iter().any(|own| own.machine == member.machine) {
                used = used.plus(&self.beyond(&claim.project, member, machines));
            }
        }
        for member in &claim.members {
            asked = asked.plus(&self.beyond(&claim.project, member, machines));
        }
        check(project, &used, &asked)
    }

    /// What the machines of a project use, and nothing.
    fn defined(&self, project: &str, machines: &[MachineUse]) -> (Amount, Amount) {
        let used = self.usage(machines).remove(project).unwrap_or_default().amount;
        (used, Amount::default())
    }

    /// What a member takes in the project beyond what its machine is counted with there.
    fn beyond(&self, project: &str, member: &Member, machines: &[MachineUse]) -> Amount {
        let known = |name: &str| name == DEFAULT || self.project(name).is_some();
        let machine = machines.iter().find(|machine| machine.id == member.machine);
        let here = machine.filter(|machine| machine.counts_in(known) == project);
        member.amount.minus(&here.map(MachineUse::amount).unwrap_or_default())
    }

    /// Puts a claim in, in the place of one with the same key, and leaves out those that have grown old.
    pub fn put_claim(&mut self, claim: Claim, now: u64) {
        self.claims.retain(|other| other.id != claim.id && other.is_fresh(now));
        self.claims.push(claim);
    }

    /// Takes a claim out; says whether it was there.
    pub fn take_claim(&mut self, id: Uuid) -> bool {
        let before = self.claims.len();
        self.claims.retain(|claim| claim.id != id);
        self.claims.len() < before
    }
}

impl Claim {
    /// Whether it counts: a clock that is ahead of another's by less than its lifetime does no harm.
    #[must_use]
    pub const fn is_fresh(&self, now: u64) -> bool {
        now < self.at.saturating_add(LIFETIME)
    }
}
