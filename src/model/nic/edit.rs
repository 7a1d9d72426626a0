//! Changes of network cards in a machine's XML, and a card by itself as libvirt takes it while the machine runs.

use super::{GENERATED, NicSource, node, read};
use crate::{
    mac::MacAddress,
    xml::{Document, EditError, Element, Node, Place},
};

/// The machine's XML with the card of that address plugged into `source`. Nothing changes where there is none, or where
/// it is plugged in there.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn with_source(document: &Document, mac: MacAddress, source: &NicSource) -> Result<Document, EditError> {
    match node(document, mac) {
        Some(nic) if read(nic).source != *source => plugged(document, nic, source),
        _ => Ok(document.clone()),
    }
}

fn plugged(document: &Document, nic: Node<'_>, source: &NicSource) -> Result<Document, EditError> {
    let mut edit = document.edit();
    edit.set_attribute(nic, "type", source.kind())?;
    let old = nic.child("source");
    match (old, element(source)) {
        (Some(node), Some(new)) => drop(edit.replace(node, &new)?),
        (Some(node), None) => drop(edit.remove(node)?),
        (None, Some(new)) => {
            let place = nic.child("mac").map_or(Place::FirstIn(nic), Place::After);
            edit.insert(place, &new)?;
        }
        (None, None) => {}
    }
    // What belonged to the old end: a port of a switch, its VLAN, QEMU's forwarded ports, the name of the host's device.
    for name in ["virtualport", "vlan", "portForward", "backend", "ip", "route"] {
        for node in nic.children_named(name) {
            edit.remove(node)?;
        }
    }
    // Filters are rules on a device at a bridge.
    let filtered = matches!(source, NicSource::Network { .. } | NicSource::Bridge(_));
    for node in nic.children_named("filterref").filter(|_| !filtered) {
        edit.remove(node)?;
    }
    if let Some(target) = nic.child("target").filter(|target| is_generated(*target)) {
        edit.remove(target)?;
    }
    edit.finish()
}

fn is_generated(target: Node<'_>) -> bool {
    let name = target.attribute("dev").unwrap_or_default();
    let number = GENERATED.iter().find_map(|prefix| name.strip_prefix(prefix));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

fn element(source: &NicSource) -> Option<Element> {
    let new = Element::new("source");
    match source {
        NicSource::Network { name, portgroup } => {
            let new = new.attribute("network", name);
            Some(match portgroup {
                Some(group) => new.attribute("portgroup", group),
                None => new,
            })
        }
        NicSource::Bridge(bridge) => Some(new.attribute("bridge", bridge)),
        NicSource::Direct { device, mode } => Some(new.attribute("dev", device).attribute("mode", mode)),
        NicSource::User | NicSource::Other(_) => None,
    }
}

/// The machine's XML with another model of the card of that address. Its place on the PCI bus is libvirt's to choose
/// anew, as not every model fits into every slot; what only virtio's driver has goes.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn with_model(document: &Document, mac: MacAddress, model: &str) -> Result<Document, EditError> {
    let Some(nic) = node(document, mac).filter(|nic| read(*nic).model.as_deref() != Some(model)) else {
        return Ok(document.clone());
    };
    let mut edit = document.edit();
    match nic.child("model") {
        Some(node) => drop(edit.set_attribute(node, "type", model)?),
        None => drop(edit.insert(Place::LastIn(nic), &Element::new("model").attribute("type", model))?),
    }
    for name in ["address", "driver", "acpi"] {
        for node in nic.children_named(name) {
            edit.remove(node)?;
        }
    }
    edit.finish()
}

/// The machine's XML with one card more.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn added(document: &Document, mac: MacAddress, source: &NicSource, model: &str) -> Result<Document, EditError> {
    let new = card(mac, source, model);
    let Some(devices) = document.root().child("devices") else {
        let devices = Element::new("devices").child(new);
        return document.edit().insert(Place::LastIn(document.root()), &devices)?.finish();
    };
    let last = devices.children_named("interface").last();
    document.edit().insert(last.map_or(Place::LastIn(devices), Place::After), &new)?.finish()
}

fn card(mac: MacAddress, source: &NicSource, model: &str) -> Element {
    let new = Element::new("interface").attribute("type", source.kind());
    let new = new.child(Element::new("mac").attribute("address", &mac.to_string()));
    let new = element(source).into_iter().fold(new, Element::child);
    new.child(Element::new("model").attribute("type", model))
}

/// The machine's XML without the card of that address.
///
/// # Errors
/// If the result is no XML.
pub fn removed(document: &Document, mac: MacAddress) -> Result<Document, EditError> {
    match node(document, mac) {
        Some(nic) => document.edit().remove(nic)?.finish(),
        None => Ok(document.clone()),
    }
}

/// The card of that address by itself, as libvirt takes it for a change while the machine runs: without what libvirt has
/// noted of the host's end, which it makes anew.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn live(document: &Document, mac: MacAddress) -> Result<Option<Document>, EditError> {
    let Some(nic) = node(document, mac) else { return Ok(None) };
    let alone = Document::parse(nic.source())?;
    let source = read(alone.root()).source;
    let mut edit = alone.edit();
    if let (Some(node), Some(new)) = (alone.root().child("source"), element(&source)) {
        edit.replace(node, &new)?;
    }
    if let Some(target) = alone.root().child("target").filter(|target| is_generated(*target)) {
        edit.remove(target)?;
    }
    Ok(Some(edit.finish()?))
}

/// A card by itself with its cable unplugged.
///
/// # Errors
/// If the result is no XML.
pub fn unplugged(card: &Document) -> Result<Document, EditError> {
    if let Some(link) = card.root().child("link") {
        return card.edit().set_attribute(link, "state", "down")?.finish();
    }
    let down = Element::new("link").attribute("state", "down");
    card.edit().insert(Place::LastIn(card.root()), &down)?.finish()
}

/// A card by itself, plugged into `source`.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn moved(card: &Document, source: &NicSource) -> Result<Document, EditError> {
    plugged(card, card.root(), source)
}
