//! A plan's place in its project: looked at before anything is made, claimed right before machines are defined, and settled
//! after that.

use lectern_model::{
    catalog::{Claim, Member},
    command::CommandLine,
    uri::HostUri,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    catalog::{CatalogError, Keeper, OnHost, admitted, now, still_admitted},
    jobs::StepText,
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// Which part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Look whether it would fit, before files are made.
    Look,
    /// Claim the place: of several who want the last one, exactly one gets it.
    Claim,
    /// The machines count by themselves now: look once more where the claim has grown too old, and take it out.
    Settle,
    /// The same where something that cannot be undone came between: nothing is refused any more.
    Release,
}

/// A plan's place in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// Which part of it.
    pub phase: Phase,
    /// The claim's key, the same in all parts.
    pub id: Uuid,
    /// The project.
    pub project: String,
    /// The machines, and what they will use in all.
    pub members: Vec<Member>,
    /// Whether the project could refuse nothing when the plan was made: no words are lost on it then.
    #[serde(default)]
    pub quiet: bool,
}

impl Quota {
    fn claim(&self) -> Claim {
        Claim { id: self.id, project: self.project.clone(), members: self.members.clone(), at: now() }
    }

    fn keeper<'c>(context: &'c Context<'_>) -> OnHost<'c> {
        OnHost::new(context.connect(), context.host)
    }

    fn look(&self, context: &Context<'_>) -> Result<(), StepError> {
        let head = Self::keeper(context).head()?;
        admitted(context.connect(), &head, &self.claim()).map_err(|error| StepError { untouched: true, ..error.into() })
    }

    fn put(&self, context: &Context<'_>) -> Result<(), StepError> {
        let keeper = Self::keeper(context);
        let head = keeper.head()?;
        let limited = head.project(&self.project).is_none_or(|p| !p.enabled || !p.quota.is_unlimited());
        if !limited || head.claims.iter().any(|claim| claim.id == self.id && claim.is_fresh(now())) {
            return Ok(());
        }
        let claimed = keeper.change(&mut |catalog| {
            let claim = self.claim();
            admitted(context.connect(), catalog, &claim)?;
            let mut next = catalog.clone();
            next.put_claim(claim, now());
            Ok(next)
        });
        claimed.map(drop).map_err(|error| match error {
            // Nothing is ours then, and nothing is to be undone.
            CatalogError::Refused(refusal) => StepError::untouched(StepFailure::Refused(refusal)),
            other => other.into(),
        })
    }

    fn settle(&self, context: &Context<'_>) -> Result<(), StepError> {
        let head = Self::keeper(context).head()?;
        let holds = head.claims.iter().any(|claim| claim.id == self.id && claim.is_fresh(now()));
        if !holds {
            // It took too long: whoever came meanwhile did not see the claim, and may not have seen the machines.
            still_admitted(context.connect(), &head, &self.claim())?;
        }
        self.take(context)
    }

    /// Takes the claim out, where it is in.
    fn take(&self, context: &Context<'_>) -> Result<(), StepError> {
        let keeper = Self::keeper(context);
        if !keeper.head()?.claims.iter().any(|claim| claim.id == self.id) {
            return Ok(());
        }
        let taken = keeper.change(&mut |catalog| {
            let mut next = catalog.clone();
            next.take_claim(self.id);
            Ok(next)
        });
        Ok(taken.map(drop)?)
    }
}

impl Act for Quota {
    fn text(&self) -> StepText {
        let project = self.project.clone();
        match self.phase {
            Phase::Look => StepText::LookAtQuota { project },
            Phase::Claim => StepText::ClaimQuota { project },
            Phase::Settle | Phase::Release => StepText::SettleQuota { project },
        }
    }

    /// Bookkeeping among programs: a shell has no part in it.
    fn commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        Vec::new()
    }

    fn is_quiet(&self) -> bool {
        self.quiet
    }

    fn is_final(&self) -> bool {
        self.phase == Phase::Release
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        match self.phase {
            Phase::Look => self.look(context),
            Phase::Claim | Phase::Settle | Phase::Release => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        match self.phase {
            Phase::Look => Ok(()),
            Phase::Claim => self.put(context),
            Phase::Settle => self.settle(context),
            Phase::Release => self.take(context),
        }
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        match self.phase {
            Phase::Claim => self.take(context),
            Phase::Look | Phase::Settle | Phase::Release => Ok(()),
        }
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
