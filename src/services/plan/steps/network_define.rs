//! Defining, changing and undefining virtual networks.

use lectern_model::{command::CommandLine, network::NetworkId, uri::HostUri};
use serde::{Deserialize, Serialize};
use virt::network::Network;

use super::{
    domain::same,
    lookup,
    network::{found, stop},
};
use crate::{
    jobs::StepText,
    libvirt::ffi::error::checked,
    plan::{
        Step, StepError, StepFailure,
        context::Context,
        mark::{Config, Mark},
        step::Act,
    },
};

/// Define a new network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineNetwork {
    /// Its identifier, the one in the XML.
    pub id: NetworkId,
    /// Its name, the one in the XML.
    pub name: String,
    /// Its XML.
    pub xml: String,
}

impl Act for DefineNetwork {
    fn text(&self) -> StepText {
        StepText::DefineNetwork { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![define_line(host, &self.xml)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["net-undefine", "--network"]).arg(&self.name)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let named = lookup::network_named(context.connect(), &self.name)?;
        if named.is_some() || lookup::network_by_id(context.connect(), self.id)?.is_some() {
            return Err(StepError::untouched(StepFailure::NetworkNameTaken(self.name.clone())));
        }
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        if context.resumed && lookup::network_by_id(context.connect(), self.id)?.is_some() {
            // Defined by the run that was cut off, or else by others.
            let taken = || StepError::untouched(StepFailure::NetworkNameTaken(self.name.clone()));
            return context.mark.map(drop).ok_or_else(taken);
        }
        defined(context, &self.xml)
    }

    /// Only the identifier that was made for it is looked for; one that a file gave may be a network of others.
    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        if lookup::network_by_id(context.connect(), self.id)?.is_some() && context.mark.is_none() {
            return Err(StepError::untouched(StepFailure::Doubtful(self.name.clone())));
        }
        remove(context, self.id)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Give a network another configuration, unless it was changed meanwhile. One that is started goes on with the old one
/// until it is started again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedefineNetwork {
    /// The network.
    pub id: NetworkId,
    /// Its name, to be shown.
    pub name: String,
    /// Its inactive XML when the plan was made.
    pub old: String,
    /// Its XML to be.
    pub new: String,
}

impl Act for RedefineNetwork {
    fn text(&self) -> StepText {
        StepText::RedefineNetwork { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![define_line(host, &self.new)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![define_line(host, &self.old)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        unchanged(context, self.id, &self.name, &self.old)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        // Begun by a run that was cut off: where it is no longer what it was, it was applied, or others changed it.
        if context.resumed && self.check(context).is_err() {
            return self.check_undo(context);
        }
        defined(context, &self.new)
    }

    fn check_undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let now = inactive_xml(&found(context, self.id)?)?;
        let is_ours = match context.mark {
            Some(Mark::Config(config)) => config.is(&now),
            _ => same(&now, &self.new),
        };
        if is_ours || same(&now, &self.old) { Ok(()) } else { Err(changed(&self.name)) }
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        if same(&inactive_xml(&found(context, self.id)?)?, &self.old) {
            return Ok(());
        }
        define(context, &self.old).map(drop)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Take a network that is stopped out of libvirt's list; it can be defined again as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndefineNetwork {
    /// The network.
    pub id: NetworkId,
    /// Its name.
    pub name: String,
    /// Its inactive XML, by which it is defined again.
    pub xml: String,
    /// Whether it starts with its host.
    pub autostart: bool,
}

impl UndefineNetwork {
    /// The network, defined again; one of others that came meanwhile stays as it is.
    fn had_back(&self, context: &Context<'_>) -> Result<Network, StepError> {
        match lookup::network_by_id(context.connect(), self.id)? {
            Some(network) if same(&inactive_xml(&network)?, &self.xml) => Ok(network),
            Some(_) => Err(changed(&self.name)),
            None if lookup::network_named(context.connect(), &self.name)?.is_some() => {
                Err(StepError::untouched(StepFailure::NetworkNameTaken(self.name.clone())))
            }
            None => define(context, &self.xml),
        }
    }
}

impl Act for UndefineNetwork {
    fn text(&self) -> StepText {
        StepText::UndefineNetwork { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["net-undefine", "--network"]).arg(&self.name)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let autostart = || CommandLine::virsh(host.as_str()).args(["net-autostart", "--network"]).arg(&self.name);
        std::iter::once(define_line(host, &self.xml)).chain(self.autostart.then(autostart)).collect()
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        unchanged(context, self.id, &self.name, &self.xml)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::network_by_id(context.connect(), self.id)? {
            Some(network) => Ok(checked(network.undefine())?),
            None => Ok(()),
        }
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let network = self.had_back(context)?;
        if self.autostart {
            checked(network.set_autostart(true))?;
        }
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// The XML by which a network would be defined again.
pub(super) fn inactive_xml(network: &Network) -> Result<String, StepError> {
    Ok(checked(network.xml_desc(virt_sys::VIR_NETWORK_XML_INACTIVE))?)
}

/// Looks whether the network is as the plan found it.
pub(super) fn unchanged(context: &Context<'_>, id: NetworkId, name: &str, old: &str) -> Result<(), StepError> {
    if same(&inactive_xml(&found(context, id)?)?, old) { Ok(()) } else { Err(changed(name)) }
}

/// Somebody else changed it.
pub(super) fn changed(name: &str) -> StepError {
    StepError::untouched(StepFailure::ChangedMeanwhile(name.to_owned()))
}

pub(super) fn define(context: &Context<'_>, xml: &str) -> Result<Network, StepError> {
    Ok(checked(context.connect().define_network_xml(xml))?)
}

/// Defines a network, and notes what libvirt has made of the XML.
fn defined(context: &Context<'_>, xml: &str) -> Result<(), StepError> {
    let network = define(context, xml)?;
    (context.made)(Mark::Config(Config::new(inactive_xml(&network)?)))
}

pub(super) fn define_line(host: &HostUri, xml: &str) -> CommandLine {
    CommandLine::virsh(host.as_str()).args(["net-define", "/dev/stdin"]).input(xml)
}

fn remove(context: &Context<'_>, id: NetworkId) -> Result<(), StepError> {
    if let Some(network) = lookup::network_by_id(context.connect(), id)? {
        stop(&network)?;
    }
    // A transient one is gone with its end.
    match lookup::network_by_id(context.connect(), id)? {
        Some(network) => Ok(checked(network.undefine())?),
        None => Ok(()),
    }
}
