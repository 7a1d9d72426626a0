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
    let volume = disk.key.starts_with('/').then(|| checked(connect.lookup_storage_vol_by_path(&disk.key)));
    let info = volume.and_then(Result::ok).and_then(|volume| checked(volume.info()).ok());
    let sizes = info.map(|info| (info.capacity, info.allocation));
    if let Some((size, real)) = sizes.or_else(|| blocks::sizes(domain, &disk.target).ok()) {
        (disk.size, disk.real) = (Some(Bytes(size)), Some(Bytes(real)));
    }
}
