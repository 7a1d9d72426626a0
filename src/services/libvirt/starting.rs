//! Starts machines, and finds out whether it was their networks that were not there.

use lectern_model::{
    nic::{self, NicSource},
    template::Deed,
    xml::Document,
};
use virt::{connect::Connect, domain::Domain};

use super::{
    error::HostError,
    ffi::{codes, error::checked},
    guard,
};

/// Starts a machine, unless it is a template or others lie on its disks: all starts come by here.
///
/// # Errors
/// [`HostError::Guarded`]; [`HostError::NoNetwork`] where a network that it is plugged into is stopped or not there, else as libvirt gives it.
pub(crate) fn start(connect: &Connect, domain: &Domain) -> Result<(), HostError> {
    guard::must_allow(connect, Deed::Start, domain)?;
    let Err(error) = checked(domain.create()) else { return Ok(()) };
    let (stopped, missing) = absent(connect, domain);
    if stopped.is_empty() && missing.is_empty() {
        return Err(error.into());
    }
    Err(HostError::NoNetwork { stopped, missing, error })
}

/// Its networks that are stopped, and those that are not there.
fn absent(connect: &Connect, domain: &Domain) -> (Vec<String>, Vec<String>) {
    let xml = checked(domain.xml_desc(virt_sys::VIR_DOMAIN_XML_INACTIVE));
    let document = xml.ok().and_then(|xml| Document::parse(&xml).ok());
    let (mut stopped, mut missing) = (Vec::new(), Vec::new());
    for nic in document.iter().flat_map(nic::nics) {
        let NicSource::Network { name, .. } = nic.source else { continue };
        let into = match checked(connect.lookup_network_by_name(&name)) {
            Err(error) if error.code == codes::NO_NETWORK => &mut missing,
            Ok(network) if checked(network.is_active()) == Ok(false) => &mut stopped,
            _ => continue,
        };
        if !into.contains(&name) {
            into.push(name);
        }
    }
    (stopped, missing)
}
