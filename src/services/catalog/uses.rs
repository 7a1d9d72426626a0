//! What the machines of a host use, as they are defined now.

use std::collections::BTreeMap;

use lectern_model::{
    catalog::Catalog,
    id::DomainId,
    project::{DiskUse, MachineUse, ProjectUse},
    units::Bytes,
    xml::Document,
};
use virt::{connect::Connect, domain::Domain};

use super::CatalogError;
use crate::{
    host::HostError,
    libvirt::ffi::{blocks, error::checked},
    probe,
};

/// What all projects use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// By project; each of the catalogue is there.
    pub projects: BTreeMap<String, ProjectUse>,
    /// Each machine.
    pub machines: Vec<MachineUse>,
}

impl Usage {
    /// Of these machines, counted as `catalog` says.
    pub(crate) fn of(catalog: &Catalog, machines: Vec<MachineUse>) -> Self {
        Self { projects: catalog.usage(&machines), machines }
    }
}

/// All machines that are defined or run, with the sizes of the disks of those that `wanted` names. Those of probes are not
/// among them.
///
/// # Errors
/// As libvirt gives it; what goes meanwhile is left out.
pub(crate) fn machines(
    connect: &Connect,
    wanted: impl Fn(&MachineUse) -> bool,
) -> Result<Vec<MachineUse>, CatalogError> {
    let mut machines = Vec::new();
    for domain in checked(connect.list_all_domains(0))? {
        match machine(connect, &domain, &wanted) {
            Ok(machine) => machines.extend(machine),
            Err(HostError::Gone) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(machines)
}

/// What one machine uses, with the sizes of its disks.
///
/// # Errors
/// [`HostError::Gone`] if it is not there any more, or none of a project's; else as libvirt gives it.
pub(crate) fn of_one(connect: &Connect, domain: &Domain) -> Result<MachineUse, HostError> {
    machine(connect, domain, &|_| true)?.ok_or(HostError::Gone)
}

/// The same machine with another configuration. A disk that it has already is as large as it was; a new one is as large as
/// its pool says.
pub(crate) fn with_config(connect: &Connect, before: &MachineUse, config: &Document) -> MachineUse {
    let mut after = MachineUse::read(before.id, &before.name, config);
    for disk in &mut after.disks {
        let there = before.disks.iter().find(|known| known.key == disk.key).and_then(|known| known.size);
        disk.size = there.or_else(|| in_pool(connect, &disk.key).map(|(size, _)| Bytes(size)));
    }
    after
}

fn machine(
    connect: &Connect,
    domain: &Domain,
    wanted: &impl Fn(&MachineUse) -> bool,
) -> Result<Option<MachineUse>, HostError> {
    let name = checked(domain.name())?;
    if probe::is_probe(connect, &name) {
        return Ok(None);
    }
    let uuid = checked(domain.uuid_string())?;
    let id = DomainId::parse(&uuid).ok_or(HostError::BadAnswer(uuid))?;
    // Of a transient machine it is the only one.
    let xml = checked(domain.xml_desc(virt_sys::VIR_DOMAIN_XML_INACTIVE))?;
    let document = Document::parse(&xml).map_err(|error| HostError::BadAnswer(error.to_string()))?;
    let mut machine = MachineUse::read(id, &name, &document);
    if wanted(&machine) {
        machine.disks.iter_mut().for_each(|disk| measure(connect, domain, disk));
    }
    Ok(Some(machine))
}

/// A disk's size by its pool, which needs nothing of the machine; else by the machine's driver, which looks at the file
/// wherever it is. What neither tells is not known.
fn measure(connect: &Connect, domain: &Domain, disk: &mut DiskUse) {
    if let Some((size, real)) = in_pool(connect, &disk.key).or_else(|| blocks::sizes(domain, &disk.target).ok()) {
        (disk.size, disk.real) = (Some(Bytes(size)), Some(Bytes(real)));
    }
}

/// What a pool says of the image at this path: what guests see of it, and what it takes.
fn in_pool(connect: &Connect, path: &str) -> Option<(u64, u64)> {
    let volume = path.starts_with('/').then(|| checked(connect.lookup_storage_vol_by_path(path)))?.ok()?;
    let info = checked(volume.info()).ok()?;
    Some((info.capacity, info.allocation))
}
