//! Reads virtual networks, and who is attached to them.

use lectern_model::{
    id::DomainId,
    mac::MacAddress,
    metadata::{self, Student},
    network::{Network, NetworkId, NetworkSpec},
    xml::{Document, Node},
};
use virt::{connect::Connect, domain::Domain};

use super::{
    error::HostError,
    ffi::{codes, error::checked},
};

/// A network card of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The machine.
    pub machine: DomainId,
    /// Its name.
    pub name: String,
    /// Whether it is on now.
    pub active: bool,
    /// The virtual network that it is in.
    pub network: Option<String>,
    /// The bridge that it is on, where it is on one by itself.
    pub bridge: Option<String>,
    /// Its address.
    pub mac: Option<MacAddress>,
    /// The device that the guest sees: `virtio`, `e1000`, …
    pub model: Option<String>,
    /// Whose machine it is.
    pub student: Option<Student>,
}

/// All networks.
///
/// # Errors
/// As libvirt gives it; a driver without networks has none.
pub(crate) fn all(connect: &Connect) -> Result<Vec<Network>, HostError> {
    let networks = match checked(connect.list_all_networks(0)) {
        Ok(networks) => networks,
        Err(error) if error.code == codes::NO_SUPPORT => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    // One that goes meanwhile is not there any more: its event brings the next reading.
    Ok(networks.iter().filter_map(|network| read(network).ok()).collect())
}

/// One network.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn read(network: &virt::network::Network) -> Result<Network, HostError> {
    let uuid = checked(network.uuid_string())?;
    let id = NetworkId::parse(&uuid).ok_or(HostError::BadAnswer(uuid))?;
    let (active, persistent) = (checked(network.is_active())?, checked(network.is_persistent())?);
    let live = checked(network.xml_desc(0))?;
    let xml = if persistent { checked(network.xml_desc(virt_sys::VIR_NETWORK_XML_INACTIVE))? } else { live.clone() };
    let spec = NetworkSpec::parse(&xml).ok();
    let now = NetworkSpec::parse(&live).ok();
    let pending = active && spec != now;
    let named = |spec: &Option<NetworkSpec>| spec.as_ref().and_then(|spec| spec.bridge.clone());
    let bridge = if active { named(&now) } else { named(&spec) };
    let autostart = persistent && checked(network.autostart())?;
    Ok(Network { id, name: checked(network.name())?, active, persistent, autostart, bridge, xml, spec, pending })
}

/// The network cards of all machines: of those that are on as they are now, of the others as they will be.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn attachments(connect: &Connect) -> Result<Vec<Attachment>, HostError> {
    let domains = checked(connect.list_all_domains(0))?;
    Ok(domains.iter().flat_map(|domain| of(domain).unwrap_or_default()).collect())
}

fn of(domain: &Domain) -> Result<Vec<Attachment>, HostError> {
    let uuid = checked(domain.uuid_string())?;
    let machine = DomainId::parse(&uuid).ok_or(HostError::BadAnswer(uuid))?;
    let (name, active) = (checked(domain.name())?, checked(domain.is_active())?);
    let xml = checked(domain.xml_desc(0))?;
    let document = Document::parse(&xml).map_err(|error| HostError::BadAnswer(error.to_string()))?;
    let devices = document.root().child("devices");
    let cards = devices.into_iter().flat_map(|devices| devices.children_named("interface").collect::<Vec<_>>());
    let student = metadata::read(&document).machine().student;
    Ok(cards.map(|card| Attachment { student: student.clone(), ..attachment(card, machine, &name, active) }).collect())
}

fn attachment(card: Node<'_>, machine: DomainId, name: &str, active: bool) -> Attachment {
    let source = |attribute: &str| card.child("source").and_then(|source| source.attribute(attribute)).map(Into::into);
    let kind = card.attribute("type");
    Attachment {
        machine,
        name: name.to_owned(),
        active,
        network: source("network"),
        // libvirt tells the bridge of a network's card too.
        bridge: source("bridge").filter(|_| kind.as_deref() == Some("bridge")),
        mac: card.child("mac").and_then(|mac| MacAddress::parse(&mac.attribute("address")?).ok()),
        model: card.child("model").and_then(|model| model.attribute("type")).map(Into::into),
        student: None,
    }
}
