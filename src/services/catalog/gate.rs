//! Where projects are enforced: before a start, and around what makes, moves or grows machines.

use std::time::{SystemTime, UNIX_EPOCH};

use lectern_model::{
    catalog::{Catalog, Claim},
    metadata,
    project::Resource,
    uri::HostUri,
    xml::Document,
};
use virt::{connect::Connect, domain::Domain};

use super::{CatalogError, Keeper, OnHost, uses};
use crate::{host::HostError, libvirt::ffi::error::checked};

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Refuses a machine of a disabled project. A catalogue that cannot be read keeps nobody's machine from starting.
///
/// # Errors
/// [`HostError::Disabled`].
pub(crate) fn must_be_enabled(connect: &Connect, uri: &HostUri, domain: &Domain) -> Result<(), HostError> {
    let catalog = match OnHost::new(connect, uri).head() {
        Ok(catalog) => catalog,
        Err(error) => {
            tracing::warn!("started without a look at its project: {error}");
            return Ok(());
        }
    };
    if catalog.projects.iter().all(|project| project.enabled) {
        return Ok(());
    }
    let xml = checked(domain.xml_desc(virt_sys::VIR_DOMAIN_XML_INACTIVE))?;
    let noted = Document::parse(&xml).ok().and_then(|document| metadata::read(&document).machine().project);
    match catalog.project_of(noted.as_deref()).filter(|project| !project.enabled) {
        Some(project) => Err(HostError::Disabled(project.name.clone())),
        None => Ok(()),
    }
}

/// Whether the machines of `claim`, which are defined, fit beside all others: as [`admitted`], as if they were not there.
///
/// # Errors
/// As for [`admitted`]. The newest is refused: whoever was there when they were defined stays.
pub(crate) fn still_admitted(connect: &Connect, catalog: &Catalog, claim: &Claim) -> Result<(), CatalogError> {
    if catalog.project(&claim.project).is_some_and(|project| project.quota.is_unlimited()) {
        return Ok(());
    }
    let mut machines = uses::machines(connect, |_| true)?;
    machines.retain(|machine| !claim.members.iter().any(|member| member.machine == machine.id));
    Ok(catalog.admits(claim, &machines, now())?)
}

/// Whether `claim` fits now, beside what is defined and all other claims.
///
/// # Errors
/// [`CatalogError::Refused`]; else as libvirt gives it.
pub(crate) fn admitted(connect: &Connect, catalog: &Catalog, claim: &Claim) -> Result<(), CatalogError> {
    let sized = catalog.project(&claim.project).is_some_and(|p| p.quota.get(Resource::Gigabytes).most().is_some());
    let known = |name: &str| catalog.project(name).is_some();
    // After the catalogue was read: a machine whose claim is not in it any more is defined by now.
    let machines = uses::machines(connect, |machine| sized && machine.counts_in(known) == claim.project)?;
    Ok(catalog.admits(claim, &machines, now())?)
}
