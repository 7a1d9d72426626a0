//! Changing a virtual network while it runs.

use lectern_model::{
    command::CommandLine,
    network::{
        NetworkId,
        change::{LiveEdit, Section},
    },
    uri::HostUri,
};
use serde::{Deserialize, Serialize};
use virt::network::Network;

use super::{
    domain::same,
    lookup,
    network::found,
    network_define::{changed, define, define_line, inactive_xml, unchanged},
};
use crate::{
    jobs::StepText,
    libvirt::ffi::error::checked,
    plan::{
        Step, StepError,
        context::Context,
        mark::{Config, Mark},
        step::Act,
    },
};

/// Change a started network at once (`virNetworkUpdate`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateNetwork {
    /// The network.
    pub id: NetworkId,
    /// Its name.
    pub name: String,
    /// Its inactive XML when the plan was made, where its configuration is changed together with what runs; where that
    /// is an earlier step's affair, nothing.
    pub old: Option<String>,
    /// What comes and goes, in order.
    pub edits: Vec<LiveEdit>,
}

impl UpdateNetwork {
    /// Whether a network is as it was before.
    fn is_undone(&self, config: &str, live: Option<&str>) -> bool {
        let is_old = self.old.as_ref().is_none_or(|old| same(config, old));
        is_old && live.is_none_or(|live| self.edits.iter().all(|edit| edit.reversed().is_done(live)))
    }

    /// Whether the configuration is what `done` changes left, or what one more has left that was made and not noted: whoever
    /// is killed in between has made it.
    fn is_ours(&self, done: usize, noted: Option<&Config>, config: &str) -> bool {
        let Some(old) = &self.old else { return true };
        let before = noted.map_or(old.as_str(), Config::xml);
        let next = self.edits.get(done);
        noted.map_or_else(|| same(old, config), |own| own.is(config))
            || next.is_some_and(|edit| edit.is_all_between(before, config))
    }

    fn line(&self, host: &HostUri, edit: &LiveEdit) -> CommandLine {
        live_line(host, &self.name, edit).args(self.old.as_ref().map(|_| "--config"))
    }

    /// Makes a change where it is not made yet. With neither flag libvirt would change only what runs.
    fn make(&self, network: &Network, edit: &LiveEdit) -> Result<(), StepError> {
        let mut flags = 0;
        if checked(network.is_active())? && !edit.is_done(&checked(network.xml_desc(0))?) {
            flags |= virt_sys::VIR_NETWORK_UPDATE_AFFECT_LIVE;
        }
        if self.old.is_some() && !edit.is_done(&inactive_xml(network)?) {
            flags |= virt_sys::VIR_NETWORK_UPDATE_AFFECT_CONFIG;
        }
        if flags == 0 {
            return Ok(());
        }
        send(network, edit, flags)
    }
}

impl Act for UpdateNetwork {
    fn text(&self) -> StepText {
        StepText::UpdateNetwork { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.edits.iter().map(|edit| self.line(host, edit)).collect()
    }

    /// What goes and comes back is the last of its kind then: so the configuration is defined again.
    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let lines = self.edits.iter().rev().map(|edit| self.line(host, &edit.reversed()));
        lines.chain(self.old.as_ref().map(|old| define_line(host, old))).collect()
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        match &self.old {
            Some(old) => unchanged(context, self.id, &self.name, old),
            None => found(context, self.id).map(drop),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let network = found(context, self.id)?;
        // libvirt sets the network's firewall rules up anew for each: thirty take as many half seconds.
        for (nth, edit) in self.edits.iter().enumerate() {
            context.go_on()?;
            self.make(&network, edit)?;
            (context.made)(Mark::Update(Config::new(inactive_xml(&network)?), nth + 1))?;
            (context.progress)(nth as u64 + 1, self.edits.len() as u64);
        }
        Ok(())
    }

    /// What the changes left must be there still, both in the configuration and in what runs.
    fn check_undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let network = found(context, self.id)?;
        let config = inactive_xml(&network)?;
        let live = if checked(network.is_active())? { Some(checked(network.xml_desc(0))?) } else { None };
        if self.is_undone(&config, live.as_deref()) {
            return Ok(());
        }
        let (noted, done) = match context.mark {
            Some(Mark::Update(own, done)) => (Some(own), *done),
            _ => (None, 0),
        };
        let is_live = |live: &String| self.edits.iter().take(done).all(|edit| edit.is_done(live));
        let is_ours = self.is_ours(done, noted, &config) && live.as_ref().is_none_or(is_live);
        if is_ours { Ok(()) } else { Err(changed(&self.name)) }
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let network = found(context, self.id)?;
        self.edits.iter().rev().try_for_each(|edit| self.make(&network, &edit.reversed()))?;
        // What goes and comes back is the last of its kind then, and has lost what Lectern does not know of it.
        match &self.old {
            Some(old) if !same(&inactive_xml(&network)?, old) => define(context, old).map(drop),
            _ => Ok(()),
        }
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Have libvirt set up a started network's firewall rules and DHCP server anew: a static host comes and goes again. Guests
/// stay connected, which they do not where a network is stopped and started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewNetwork {
    /// The network.
    pub id: NetworkId,
    /// Its name.
    pub name: String,
    /// What comes.
    pub add: LiveEdit,
    /// And goes again.
    pub remove: LiveEdit,
}

impl Act for RenewNetwork {
    fn text(&self) -> StepText {
        StepText::RenewNetwork { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![live_line(host, &self.name, &self.add), live_line(host, &self.name, &self.remove)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        found(context, self.id).map(drop)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let network = found(context, self.id)?;
        for edit in [&self.add, &self.remove] {
            // What a run that was cut off has added is only taken away.
            if !edit.is_done(&checked(network.xml_desc(0))?) {
                send(&network, edit, virt_sys::VIR_NETWORK_UPDATE_AFFECT_LIVE)?;
            }
        }
        Ok(())
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::network_by_id(context.connect(), self.id)? {
            Some(network) if checked(network.is_active())? && self.add.is_done(&checked(network.xml_desc(0))?) => {
                send(&network, &self.remove, virt_sys::VIR_NETWORK_UPDATE_AFFECT_LIVE)
            }
            _ => Ok(()),
        }
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

fn live_line(host: &HostUri, name: &str, edit: &LiveEdit) -> CommandLine {
    let line = CommandLine::virsh(host.as_str()).args(["net-update", "--network"]).arg(name);
    let line = line.args([edit.virsh(), edit.section.virsh(), "--xml"]).arg(&edit.xml);
    let line = match edit.parent {
        Some(nth) => line.arg("--parent-index").arg(nth.to_string()),
        None => line,
    };
    line.arg("--live")
}

fn send(network: &Network, edit: &LiveEdit, flags: u32) -> Result<(), StepError> {
    let command = if edit.add {
        virt_sys::VIR_NETWORK_UPDATE_COMMAND_ADD_LAST
    } else {
        virt_sys::VIR_NETWORK_UPDATE_COMMAND_DELETE
    };
    let parent = edit.parent.and_then(|nth| i32::try_from(nth).ok()).unwrap_or(-1);
    Ok(checked(network.update(command, section(edit.section), parent, &edit.xml, flags))?)
}

const fn section(section: Section) -> virt_sys::virNetworkUpdateSection {
    match section {
        Section::DhcpRange => virt_sys::VIR_NETWORK_SECTION_IP_DHCP_RANGE,
        Section::DhcpHost => virt_sys::VIR_NETWORK_SECTION_IP_DHCP_HOST,
        Section::DnsHost => virt_sys::VIR_NETWORK_SECTION_DNS_HOST,
        Section::DnsText => virt_sys::VIR_NETWORK_SECTION_DNS_TXT,
        Section::DnsService => virt_sys::VIR_NETWORK_SECTION_DNS_SRV,
    }
}
