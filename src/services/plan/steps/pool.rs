//! Starting a storage pool that holds a disk.

use lectern_model::{command::CommandLine, uri::HostUri};
use serde::{Deserialize, Serialize};

use super::lookup;
use crate::{
    jobs::StepText,
    libvirt::ffi::error::checked,
    plan::{Step, StepError, context::Context, step::Act},
};

/// Start a pool that was found inactive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartPool {
    /// Its name.
    pub name: String,
}

impl Act for StartPool {
    fn text(&self) -> StepText {
        StepText::StartPool { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["pool-start", "--pool"]).arg(&self.name)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        lookup::pool(context.connect(), &self.name)?;
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let pool = lookup::pool(context.connect(), &self.name)?;
        if !checked(pool.is_active())? {
            checked(pool.create(0))?;
        }
        Ok(())
    }

    /// A pool that is active costs nothing, and others may have begun to use it: it stays on.
    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
