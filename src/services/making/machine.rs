//! What all plans for new machines share: capabilities, card, flavor's disks, and the notes in the XML.

use std::sync::Arc;

use lectern_model::{
    capabilities::{DomainCapabilities, VirtType},
    defaults::{CpuChoice, HostCapabilities, NetworkSource, NetworkSpec, Shortfall},
    draft::machine::{MachineDraft, NetworkChoice},
    guest_os::GuestOs,
    id::DomainId,
    mac::MacAddress,
    metadata,
    project::DEFAULT,
    resize::{self, EPHEMERAL, ResizeError, SWAP},
    xml::Document,
};

use crate::{
    host::{Host, HostError, StorageError},
    install::Scratch,
    plan::{
        Plan,
        make::{FlavorVolume, new_disk},
    },
};

/// The plan that makes a machine, and what the machine does without.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What makes it.
    pub plan: Plan,
    /// What the host lacks for it.
    pub lacks: Vec<Shortfall>,
    /// A folder that the plan needs until it is done.
    pub needs: Option<Arc<Scratch>>,
}

/// The CPU with which a guest booted here under KVM, where that was tried.
pub(super) async fn probed_cpu(host: &Host, way: VirtType) -> Option<CpuChoice> {
    if way != VirtType::Kvm {
        return None;
    }
    Some(host.probed().await.ok()??.verdict.cpu()?.into())
}

/// The disks that its flavor gives it beside its own: where that is, else in a pool of files that is started.
pub(super) async fn flavor_disks(
    host: &Host,
    draft: &MachineDraft,
    beside: Option<&str>,
    id: DomainId,
) -> Result<Vec<FlavorVolume>, StorageError> {
    let Some(flavor) = draft.flavor.as_ref().filter(|flavor| flavor.ephemeral > 0 || flavor.swap > 0) else {
        return Ok(Vec::new());
    };
    let pools = host.pools().await?;
    let named = pools.iter().find(|pool| Some(pool.name.as_str()) == beside);
    let pool = named.or_else(|| pools.iter().find(|pool| pool.state.is_active() && pool.kind.has_files()));
    let place = pool.and_then(|pool| Some((pool.name.clone(), pool.target.clone()?))).ok_or(StorageError::NoPool)?;
    Ok([EPHEMERAL, SWAP].into_iter().filter_map(|serial| new_disk(flavor, serial, id, &draft.name, &place)).collect())
}

/// The machine's XML with those disks, and with project and flavor noted.
pub(super) fn finished(
    document: Document,
    draft: &MachineDraft,
    more: &[FlavorVolume],
) -> Result<Document, ResizeError> {
    let mut next = document;
    for new in more {
        next = resize::with_disk(&next, &new.disk)?;
    }
    let notes = metadata::read(&next).machine();
    let project = draft.project.clone().filter(|project| project != DEFAULT);
    let flavor = draft.flavor.as_ref().map(|flavor| flavor.name.clone());
    Ok(metadata::write(&next, &metadata::Machine { project, flavor, ..notes })?)
}

pub(super) fn unmade(error: &dyn std::fmt::Display) -> StorageError {
    StorageError::Host(HostError::BadAnswer(error.to_string()))
}

pub(super) async fn capabilities(host: &Host, os: &GuestOs, way: VirtType) -> Result<HostCapabilities, HostError> {
    if way != VirtType::Test {
        return host.capabilities_for(os.clone(), None, Some(way)).await;
    }
    // The test driver says nothing of its machines.
    let own = host.capabilities().await?;
    let arch = own.host.arch.clone().unwrap_or_default();
    Ok(HostCapabilities { host: own, domain: DomainCapabilities { arch, ..DomainCapabilities::default() } })
}

/// A machine does not start on a network that is stopped.
pub(super) async fn network_to_start(host: &Host, choice: &NetworkChoice) -> Result<Option<String>, HostError> {
    let NetworkChoice::Network(name) = choice else { return Ok(None) };
    let networks = host.told().await?.networks;
    let stopped = networks.into_iter().any(|network| network.name == *name && !network.active);
    Ok(stopped.then(|| name.clone()))
}

/// The network card as the machine's XML has it.
pub(super) fn card(machine: &MachineDraft) -> Option<NetworkSpec> {
    let source = match &machine.network {
        NetworkChoice::Network(name) => NetworkSource::Network(name.clone()),
        NetworkChoice::UserMode => NetworkSource::User,
        NetworkChoice::Unplugged => return None,
    };
    Some(NetworkSpec { source, mac: MacAddress::parse(&machine.mac).ok(), model: machine.model })
}
