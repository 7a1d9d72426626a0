//! Starting a virtual network that a machine needs.

use lectern_model::{command::CommandLine, uri::HostUri};
use serde::{Deserialize, Serialize};

use super::lookup;
use crate::{
    jobs::StepText,
    libvirt::ffi::error::checked,
    plan::{Step, StepError, context::Context, step::Act},
};

/// Start a network that was found inactive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartNetwork {
    /// Its name.
    pub name: String,
}

impl Act for StartNetwork {
    fn text(&self) -> StepText {
        StepText::StartNetwork { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["net-start", "--network"]).arg(&self.name)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        lookup::network(context.connect(), &self.name)?;
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let network = lookup::network(context.connect(), &self.name)?;
        if !checked(network.is_active())? {
            checked(network.create())?;
        }
        Ok(())
    }

    /// A network without guests costs nothing, and others may have begun to use it: it stays on.
    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
