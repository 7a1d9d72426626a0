//! Starting a machine, forcing one off, and looking that one is off.

use lectern_model::{command::CommandLine, domain::DomainAction, domain::DomainState, id::DomainId, uri::HostUri};
use serde::{Deserialize, Serialize};

use super::lookup;
use crate::{
    catalog,
    host::HostError,
    jobs::{self, StepText},
    libvirt::{ffi::error::checked, starting},
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// Start a machine; undone by forcing it off, as it had just begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The machine.
    pub id: DomainId,
    /// Its name, to be shown.
    pub name: String,
}

impl Act for Start {
    fn text(&self) -> StepText {
        StepText::Act { action: DomainAction::Start, name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        jobs::commands(&self.text(), host, DomainState::ShutOff)
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let off = StepText::Act { action: DomainAction::ForceOff, name: self.name.clone() };
        jobs::commands(&off, host, DomainState::Running)
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::domain(context.connect(), self.id)? {
            Some(domain) => Ok(catalog::must_be_enabled(context.connect(), context.host, &domain)?),
            // Said where it is started.
            None => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let domain = lookup::domain(context.connect(), self.id)?.ok_or(HostError::Gone)?;
        if !checked(domain.is_active())? {
            starting::start(context.connect(), &domain)?;
        }
        Ok(())
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        force_off(context, self.id)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Look that a machine is off, and has no memory saved, before its disks are read or built upon; changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MustBeOff {
    /// The machine.
    pub id: DomainId,
    /// Its name, to be shown.
    pub name: String,
}

impl Act for MustBeOff {
    fn text(&self) -> StepText {
        StepText::MustBeOff { name: self.name.clone() }
    }

    fn commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        Vec::new()
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let domain = lookup::domain(context.connect(), self.id)?.ok_or(HostError::Gone)?;
        if checked(domain.is_active())? || checked(domain.has_managed_save(0)).unwrap_or(false) {
            return Err(StepError::untouched(StepFailure::Running(self.name.clone())));
        }
        Ok(())
    }

    fn apply(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Force a machine off. What its memory held is gone for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForceOff {
    /// The machine.
    pub id: DomainId,
    /// Its name, to be shown.
    pub name: String,
}

impl Act for ForceOff {
    fn text(&self) -> StepText {
        StepText::Act { action: DomainAction::ForceOff, name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        jobs::commands(&self.text(), host, DomainState::Running)
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        force_off(context, self.id)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Forces the machine off if it is there and on.
pub(super) fn force_off(context: &Context<'_>, id: DomainId) -> Result<(), StepError> {
    if let Some(domain) = lookup::domain(context.connect(), id)?
        && checked(domain.is_active())?
    {
        checked(domain.destroy())?;
    }
    Ok(())
}
