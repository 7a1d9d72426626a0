//! Writes a changed network into its document: what did not change is not touched, and what is not known stays.

use ipnet::IpNet;

use super::{
    elements::{
        dhcp_host_element, dns_host_element, dns_service_element, dns_text_element, forward_element, forwarder_element,
        range_element, route_element, subnet_element,
    },
    spec::{Bandwidth, Mode, NetworkSpec, Subnet},
};
use crate::xml::{Document, EditError, Element, Node, Place};

impl NetworkSpec {
    /// The document of a new network.
    ///
    /// # Errors
    /// If a text in it cannot stand in XML.
    pub fn document(&self) -> Result<Document, EditError> {
        self.apply(&Document::parse("<network>\n</network>\n")?)
    }

    /// `document`, with all that it says differently made as here. A UUID or an Ethernet address stays where none is given here.
    ///
    /// # Errors
    /// If the document is no network, or a text cannot stand in XML.
    pub fn apply(&self, document: &Document) -> Result<Document, EditError> {
        let old = Self::read(document).unwrap_or_default();
        let mut new = set_child_text(document.clone(), "name", &self.name)?;
        if let Some(id) = self.id.filter(|id| old.id != Some(*id)) {
            new = set_child_text(new, "uuid", &id.to_string())?;
        }
        // Where there was no <name>, the rest is new as well: only what differs is written, in the usual order.
        new = forward(new, &old, self)?;
        new = bridge(new, &old, self)?;
        if self.mac.is_some() && self.mode.has_own_bridge() {
            new = attribute_child(new, "mac", "address", old.mac.as_ref(), self.mac.as_ref())?;
        }
        new = attribute_child(new, "mtu", "size", old.mtu.as_ref(), self.mtu.as_ref())?;
        new = attribute_child(new, "domain", "name", old.domain.as_ref(), self.domain.as_ref())?;
        new = dns(new, &old, self)?;
        new = subnets(new, &old.subnets, &self.subnets)?;
        new = list(new, None, "route", &old.routes, &self.routes, route_element)?;
        bandwidth(new, &old, self)
    }
}

fn root_child<'d>(document: &'d Document, name: &str) -> Option<Node<'d>> {
    document.root().child(name)
}

fn set_child_text(document: Document, name: &str, text: &str) -> Result<Document, EditError> {
    match root_child(&document, name) {
        Some(node) if node.text().trim() == text => Ok(document),
        Some(node) => document.edit().set_text(node, text)?.finish(),
        None => insert(&document, &Element::new(name).text(text)),
    }
}

fn insert(document: &Document, element: &Element) -> Result<Document, EditError> {
    document.edit().insert(Place::LastIn(document.root()), element)?.finish()
}

/// An element of the root that is only its one attribute.
fn attribute_child<T: PartialEq + ToString>(
    document: Document,
    element: &str,
    name: &str,
    old: Option<&T>,
    new: Option<&T>,
) -> Result<Document, EditError> {
    if old == new {
        return Ok(document);
    }
    match (root_child(&document, element), new) {
        (Some(node), Some(value)) => document.edit().set_attribute(node, name, &value.to_string())?.finish(),
        (None, Some(value)) => insert(&document, &Element::new(element).attribute(name, &value.to_string())),
        (Some(node), None) => document.edit().remove(node)?.finish(),
        (None, None) => Ok(document),
    }
}

/// `<forward>` and, for Open vSwitch, `<virtualport>`. Another mode has another content, so the element is new then.
fn forward(document: Document, old: &NetworkSpec, new: &NetworkSpec) -> Result<Document, EditError> {
    if old.mode == new.mode && old.device == new.device && root_child(&document, "forward").is_some() {
        return Ok(document);
    }
    let document = match (root_child(&document, "forward"), forward_element(new)) {
        (Some(node), Some(element)) => document.edit().replace(node, &element)?.finish()?,
        (Some(node), None) => document.edit().remove(node)?.finish()?,
        (None, Some(element)) => insert(&document, &element)?,
        (None, None) => document,
    };
    match (root_child(&document, "virtualport"), new.mode) {
        (None, Mode::OpenVSwitch) => insert(&document, &Element::new("virtualport").attribute("type", "openvswitch")),
        (Some(node), mode) if mode != Mode::OpenVSwitch => document.edit().remove(node)?.finish(),
        _ => Ok(document),
    }
}

fn bridge(document: Document, old: &NetworkSpec, new: &NetworkSpec) -> Result<Document, EditError> {
    let has_one = new.mode.has_own_bridge() || new.mode.needs_bridge();
    let wanted = new.bridge.as_ref().filter(|_| has_one || new.mode == Mode::Other);
    if !has_one && new.mode != Mode::Other {
        // A device that guests use directly has no bridge, and nothing that serves addresses on one.
        return without(document, &["bridge", "mac"]);
    }
    // A bridge that is there already takes none of the attributes that one of libvirt's own has.
    if new.mode.needs_bridge() && old.mode != new.mode {
        let document = without(document, &["bridge", "mac"])?;
        return attribute_child(document, "bridge", "name", None, wanted);
    }
    match (old.bridge.as_ref(), wanted) {
        // A name that libvirt chose stays.
        (Some(_), None) => Ok(document),
        (old_name, wanted) => attribute_child(document, "bridge", "name", old_name, wanted),
    }
}

fn without(document: Document, names: &[&str]) -> Result<Document, EditError> {
    names.iter().try_fold(document, |document, name| match root_child(&document, name) {
        Some(node) => document.edit().remove(node)?.finish(),
        None => Ok(document),
    })
}

fn dns(document: Document, old: &NetworkSpec, new: &NetworkSpec) -> Result<Document, EditError> {
    let parts = |spec: &NetworkSpec| {
        (spec.forwarders.clone(), spec.dns_hosts.clone(), spec.dns_texts.clone(), spec.dns_services.clone())
    };
    if parts(old) == parts(new) {
        return Ok(document);
    }
    let document = match root_child(&document, "dns") {
        Some(_) => document,
        None => insert(&document, &Element::new("dns"))?,
    };
    let document = list(document, Some(("dns", 0)), "forwarder", &old.forwarders, &new.forwarders, forwarder_element)?;
    let inside = Some(("dns", 0));
    let document = list(document, inside, "txt", &old.dns_texts, &new.dns_texts, dns_text_element)?;
    let document = list(document, inside, "srv", &old.dns_services, &new.dns_services, dns_service_element)?;
    let document = list(document, inside, "host", &old.dns_hosts, &new.dns_hosts, dns_host_element)?;
    remove_if_empty(document, "dns")
}

/// Removes the root's first `name` where nothing is left in it.
fn remove_if_empty(document: Document, name: &str) -> Result<Document, EditError> {
    let is_empty = |node: &Node<'_>| node.children().next().is_none() && node.attributes().next().is_none();
    match root_child(&document, name).filter(is_empty) {
        Some(node) => document.edit().remove(node)?.finish(),
        None => Ok(document),
    }
}

/// Makes the elements `name` in the `nth` element called as `parent` says (or in the root) those of `new`: those that
/// are the same stay as they are written.
fn list<T: PartialEq>(
    document: Document,
    parent: Option<(&str, usize)>,
    name: &str,
    old: &[T],
    new: &[T],
    element: impl Fn(&T) -> Element,
) -> Result<Document, EditError> {
    if old == new {
        return Ok(document);
    }
    let inside = |document: &Document| -> Option<Vec<usize>> {
        let parent = find(document, parent)?;
        Some(parent.children_named(name).map(|node| node.range().start).collect())
    };
    let places = inside(&document).unwrap_or_default();
    let Some(node) = find(&document, parent) else { return Ok(document) };
    let mut edit = document.edit();
    for (nth, child) in node.children_named(name).enumerate() {
        if old.get(nth).is_none_or(|value| !new.contains(value)) && nth < places.len() {
            edit.remove(child)?;
        }
    }
    let document = edit.finish()?;
    let Some(node) = find(&document, parent) else { return Ok(document) };
    let mut edit = document.edit();
    for value in new.iter().filter(|value| !old.contains(value)) {
        edit.insert(Place::LastIn(node), &element(value))?;
    }
    edit.finish()
}

fn find<'d>(document: &'d Document, parent: Option<(&str, usize)>) -> Option<Node<'d>> {
    match parent {
        None => Some(document.root()),
        Some(("dhcp", nth)) => document.root().children_named("ip").nth(nth)?.child("dhcp"),
        Some((name, nth)) => document.root().children_named(name).nth(nth),
    }
}

fn subnets(mut document: Document, old: &[Subnet], new: &[Subnet]) -> Result<Document, EditError> {
    for (nth, subnet) in new.iter().enumerate() {
        document = match old.get(nth) {
            Some(before) if before == subnet => document,
            Some(before) => change_subnet(document, nth, before, subnet)?,
            None => insert(&document, &subnet_element(subnet))?,
        };
    }
    let surplus = document.root().children_named("ip").skip(new.len());
    let mut edit = document.edit();
    for node in surplus {
        edit.remove(node)?;
    }
    edit.finish()
}

fn change_subnet(document: Document, nth: usize, old: &Subnet, new: &Subnet) -> Result<Document, EditError> {
    let document = if old.address == new.address { document } else { readdress(&document, nth, new.address)? };
    let has_dhcp = find(&document, Some(("dhcp", nth))).is_some();
    let wants_dhcp = !new.ranges.is_empty() || !new.hosts.is_empty();
    let document = match (has_dhcp, wants_dhcp) {
        (false, false) => return Ok(document),
        (false, true) => {
            let Some(node) = document.root().children_named("ip").nth(nth) else { return Ok(document) };
            document.edit().insert(Place::LastIn(node), &Element::new("dhcp"))?.finish()?
        }
        _ => document,
    };
    let document = list(document, Some(("dhcp", nth)), "range", &old.ranges, &new.ranges, range_element)?;
    let document = list(document, Some(("dhcp", nth)), "host", &old.hosts, &new.hosts, dhcp_host_element)?;
    match find(&document, Some(("dhcp", nth))).filter(|dhcp| dhcp.children().next().is_none()) {
        Some(dhcp) => document.edit().remove(dhcp)?.finish(),
        None => Ok(document),
    }
}

/// Gives an `<ip>` another address; a netmask stays a netmask.
fn readdress(document: &Document, nth: usize, address: IpNet) -> Result<Document, EditError> {
    let Some(node) = document.root().children_named("ip").nth(nth) else { return Ok(document.clone()) };
    let mut edit = document.edit();
    edit.set_attribute(node, "address", &address.addr().to_string())?;
    let is_v6 = address.addr().is_ipv6();
    if node.attribute("netmask").is_some() && !is_v6 {
        edit.set_attribute(node, "netmask", &address.netmask().to_string())?;
    } else {
        edit.set_attribute(node, "prefix", &address.prefix_len().to_string())?;
        if node.attribute("netmask").is_some() {
            edit.remove_attribute(node, "netmask")?;
        }
    }
    if is_v6 && node.attribute("family").as_deref() != Some("ipv6") {
        edit.set_attribute(node, "family", "ipv6")?;
    }
    edit.finish()
}

fn bandwidth(document: Document, old: &NetworkSpec, new: &NetworkSpec) -> Result<Document, EditError> {
    if old.inbound == new.inbound && old.outbound == new.outbound {
        return Ok(document);
    }
    let document = match root_child(&document, "bandwidth") {
        Some(_) => document,
        None => insert(&document, &Element::new("bandwidth"))?,
    };
    let document = limit(document, "inbound", old.inbound, new.inbound)?;
    let document = limit(document, "outbound", old.outbound, new.outbound)?;
    remove_if_empty(document, "bandwidth")
}

/// A limit's peak, burst and floor stay where they are written.
fn limit(
    document: Document,
    name: &str,
    old: Option<Bandwidth>,
    new: Option<Bandwidth>,
) -> Result<Document, EditError> {
    let Some(parent) = root_child(&document, "bandwidth").filter(|_| old != new) else { return Ok(document) };
    let average = new.map(|limit| limit.average.to_string());
    match (parent.child(name), average) {
        (Some(node), Some(average)) => document.edit().set_attribute(node, "average", &average)?.finish(),
        (Some(node), None) => document.edit().remove(node)?.finish(),
        (None, Some(average)) => {
            let element = Element::new(name).attribute("average", &average);
            document.edit().insert(Place::LastIn(parent), &element)?.finish()
        }
        (None, None) => Ok(document),
    }
}
