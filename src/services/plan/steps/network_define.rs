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
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
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

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let named = lookup::network_named(context.connect(), &self.name)?;
        if named.is_some() || lookup::network_by_id(context.connect(), self.id)?.is_some() {
            return Err(StepError::untouched(StepFailure::NetworkNameTaken(self.name.clone())));
        }
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        define(context, &self.xml)
    }

    /// Only the identifier that was made for it is looked for: a network of others is never met.
    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
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

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        unchanged(context, self.id, &self.name, &self.old)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        define(context, &self.new)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        define(context, &self.old)
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

impl Act for UndefineNetwork {
    fn text(&self) -> StepText {
        StepText::UndefineNetwork { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["net-undefine", "--network"]).arg(&self.name)]
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
        define(context, &self.xml)?;
        if self.autostart {
            checked(found(context, self.id)?.set_autostart(true))?;
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
    if same(&inactive_xml(&found(context, id)?)?, old) {
        Ok(())
    } else {
        Err(StepError::untouched(StepFailure::ChangedMeanwhile(name.to_owned())))
    }
}

pub(super) fn define(context: &Context<'_>, xml: &str) -> Result<(), StepError> {
    Ok(checked(context.connect().define_network_xml(xml)).map(drop)?)
}

fn define_line(host: &HostUri, xml: &str) -> CommandLine {
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
