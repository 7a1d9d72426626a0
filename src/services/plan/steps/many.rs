//! Deleting many images and removing many machines for good, after one look at who needs them.

use std::collections::BTreeSet;

use lectern_model::{command::CommandLine, id::DomainId, storage::dependency::Leaving, uri::HostUri};
use serde::{Deserialize, Serialize};

use super::{batch, delete, undefine::Discard};
use crate::{
    disk::remove,
    jobs::StepText,
    plan::{Step, StepError, context::Context, step::Act},
};

/// Delete images of several machines for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteImages {
    /// Their paths, each with whether it is a volume of a pool.
    pub images: Vec<(String, bool)>,
    /// The machines that they go with, which may name them still.
    pub machines: BTreeSet<DomainId>,
}

impl Act for DeleteImages {
    fn text(&self) -> StepText {
        StepText::DeleteImages { count: self.images.len() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.images.iter().map(|(path, in_pool)| delete::line(host, path, *in_pool)).collect()
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let files = self.images.iter().map(|(path, _)| path.clone()).collect();
        let leaving = Leaving { machines: self.machines.clone(), files };
        let map = delete::map(context.connect())?;
        self.images.iter().try_for_each(|(path, _)| delete::must_be_free(&map, path.clone(), &leaving))
    }

    fn check_again(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.check(context)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.machines.iter().try_for_each(|machine| delete::must_be_off(context, *machine))?;
        batch::each(context, &self.images, |context, (path, _)| {
            Ok(remove::delete_here(context.connect(), context.host, path).map(drop)?)
        })
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Remove machines that are off for good, each with its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscardMachines {
    /// The machines.
    pub machines: Vec<Discard>,
}

impl Act for DiscardMachines {
    fn text(&self) -> StepText {
        StepText::DiscardMachines { count: self.machines.len() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.machines.iter().flat_map(|machine| machine.commands(host)).collect()
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        batch::each(context, &self.machines, |context, machine| machine.apply(context))
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
