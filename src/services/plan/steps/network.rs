//! Starting and stopping virtual networks, and having them start with their host.

use lectern_model::{command::CommandLine, network::NetworkId, uri::HostUri};
use serde::{Deserialize, Serialize};
use virt::network::Network;

use super::lookup;
use crate::{
    host::HostError,
    jobs::StepText,
    libvirt::{
        ffi::{error::checked, networks},
        networks_trap::{self, Refused},
    },
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
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

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["net-destroy", "--network"]).arg(&self.name)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        lookup::network(context.connect(), &self.name)?;
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let network = lookup::network(context.connect(), &self.name)?;
        if checked(network.is_active())? {
            return Ok(());
        }
        networks_trap::started(context.connect(), context.host, &network).map_err(|refused| match refused {
            Refused::Trap(trap, said) => {
                StepError::touched(StepFailure::NetworkTrap { name: self.name.clone(), trap: Box::new(trap), said })
            }
            Refused::Host(error) => error.into(),
        })
    }

    /// It is stopped again, unless others have begun to use it.
    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::network_named(context.connect(), &self.name)? {
            Some(network)
                if checked(network.is_active())? && networks::ports(&network).is_ok_and(|ports| ports == 0) =>
            {
                Ok(checked(network.destroy())?)
            }
            _ => Ok(()),
        }
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Stop a network; nothing is deleted, and machines that are on lose their connection to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopNetwork {
    /// The network.
    pub id: NetworkId,
    /// Its name.
    pub name: String,
    /// The XML of one that is gone when it is stopped.
    pub transient: Option<String>,
}

impl Act for StopNetwork {
    fn text(&self) -> StepText {
        StepText::StopNetwork { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["net-destroy", "--network"]).arg(&self.name)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = CommandLine::virsh(host.as_str());
        vec![match &self.transient {
            Some(xml) => virsh.args(["net-create", "/dev/stdin"]).input(xml),
            None => virsh.args(["net-start", "--network"]).arg(&self.name),
        }]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        found(context, self.id).map(drop)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::network_by_id(context.connect(), self.id)? {
            Some(network) => stop(&network),
            None => Ok(()),
        }
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        match (lookup::network_by_id(context.connect(), self.id)?, &self.transient) {
            (Some(network), _) if !checked(network.is_active())? => Ok(checked(network.create())?),
            (None, Some(xml)) => Ok(checked(context.connect().create_network_xml(xml)).map(drop)?),
            (None, None) => Err(HostError::Gone.into()),
            (Some(_), _) => Ok(()),
        }
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Have a network start with its host, or no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetNetworkAutostart {
    /// The network.
    pub id: NetworkId,
    /// Its name.
    pub name: String,
    /// Whether it shall start with the host; it does the other now.
    pub on: bool,
}

impl SetNetworkAutostart {
    fn line(&self, host: &HostUri, on: bool) -> CommandLine {
        let line = CommandLine::virsh(host.as_str()).args(["net-autostart", "--network"]).arg(&self.name);
        line.args((!on).then_some("--disable"))
    }

    fn set(&self, context: &Context<'_>, on: bool) -> Result<(), StepError> {
        Ok(checked(found(context, self.id)?.set_autostart(on))?)
    }
}

impl Act for SetNetworkAutostart {
    fn text(&self) -> StepText {
        StepText::SetNetworkAutostart { name: self.name.clone(), on: self.on }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![self.line(host, self.on)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![self.line(host, !self.on)]
    }

    fn check(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.set(context, self.on)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::network_by_id(context.connect(), self.id)? {
            Some(_) => self.set(context, !self.on),
            None => Ok(()),
        }
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// The network, which must be there.
pub(super) fn found(context: &Context<'_>, id: NetworkId) -> Result<Network, StepError> {
    Ok(lookup::network_by_id(context.connect(), id)?.ok_or(HostError::Gone)?)
}

/// Stops the network if it is started.
pub(super) fn stop(network: &Network) -> Result<(), StepError> {
    if checked(network.is_active())? {
        checked(network.destroy())?;
    }
    Ok(())
}
