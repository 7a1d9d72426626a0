//! Where projects are enforced: before a start.

use lectern_model::{metadata, uri::HostUri, xml::Document};
use virt::{connect::Connect, domain::Domain};

use super::{Keeper, OnHost};
use crate::{host::HostError, libvirt::ffi::error::checked};

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
