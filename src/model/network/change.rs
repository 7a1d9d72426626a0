//! Which part of a change can be made while a network runs (`virNetworkUpdate`), and which waits for its next start.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{
    elements, read,
    spec::{DhcpHost, DhcpRange, DnsHost, DnsService, DnsText, NetworkSpec, Subnet},
};
use crate::{
    mac::MacAddress,
    xml::{Document, EditError, Element, Node},
};

/// The parts of a network that libvirt changes while it runs, as far as Lectern edits them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Section {
    /// `<ip><dhcp><range>`
    DhcpRange,
    /// `<ip><dhcp><host>`
    DhcpHost,
    /// `<dns><host>`
    DnsHost,
    /// `<dns><txt>`
    DnsText,
    /// `<dns><srv>`
    DnsService,
}

impl Section {
    /// As `virsh net-update` calls it.
    #[must_use]
    pub const fn virsh(self) -> &'static str {
        match self {
            Self::DhcpRange => "ip-dhcp-range",
            Self::DhcpHost => "ip-dhcp-host",
            Self::DnsHost => "dns-host",
            Self::DnsText => "dns-txt",
            Self::DnsService => "dns-srv",
        }
    }
}

/// One element that comes or goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveEdit {
    /// Where.
    pub section: Section,
    /// Whether it comes; else it goes.
    pub add: bool,
    /// The element.
    pub xml: String,
    /// Which `<ip>` it is in, from 0. Without it libvirt takes the first that has DHCP.
    pub parent: Option<usize>,
}

impl LiveEdit {
    /// What takes it back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { add: !self.add, ..self.clone() }
    }

    /// As `virsh net-update` calls what is done.
    #[must_use]
    pub const fn virsh(&self) -> &'static str {
        if self.add { "add-last" } else { "delete" }
    }

    /// Whether a network of this XML is already as the change wants it.
    #[must_use]
    pub fn is_done(&self, network: &str) -> bool {
        let (Ok(network), Ok(own)) = (Document::parse(network), Document::parse(&self.xml)) else { return false };
        self.there(&network, own.root()).is_some() == self.add
    }

    /// Whether `after` is `before` with this change and no other.
    #[must_use]
    pub fn is_all_between(&self, before: &str, after: &str) -> bool {
        let (with, without) = if self.add { (after, before) } else { (before, after) };
        let (Ok(with), Ok(without), Ok(own)) =
            (Document::parse(with), Document::parse(without), Document::parse(&self.xml))
        else {
            return false;
        };
        let Some(element) = self.there(&with, own.root()) else { return false };
        let mut edit = with.edit();
        edit.remove(element).and_then(|edit| edit.finish()).is_ok_and(|rest| rest.same_as(&without))
    }

    /// The element, where the network has it.
    fn there<'d>(&self, network: &'d Document, own: Node<'_>) -> Option<Node<'d>> {
        match self.section {
            Section::DhcpRange => self.found(network, own, "range", read::range),
            Section::DhcpHost => self.found(network, own, "host", read::dhcp_host),
            Section::DnsHost => self.found(network, own, "host", read::dns_host),
            Section::DnsText => self.found(network, own, "txt", read::dns_text),
            Section::DnsService => self.found(network, own, "srv", read::dns_service),
        }
    }

    fn found<'d, T: PartialEq, E>(
        &self,
        network: &'d Document,
        own: Node<'_>,
        name: &str,
        read: impl Fn(Node<'_>) -> Result<T, E>,
    ) -> Option<Node<'d>> {
        let parent = if matches!(self.section, Section::DnsHost | Section::DnsText | Section::DnsService) {
            network.root().child("dns")
        } else {
            let ip = network.root().children_named("ip").nth(self.parent.unwrap_or(0));
            ip.and_then(|ip| ip.child("dhcp"))
        };
        let (parent, own) = (parent?, read(own).ok()?);
        parent.children_named(name).find(|node| read(*node).is_ok_and(|known| known == own))
    }
}

/// What a change of a network needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// What libvirt can change while it runs, in order.
    pub live: Vec<LiveEdit>,
    /// Whether something else differs, which waits for the next start.
    pub rest: bool,
}

impl Change {
    /// From one to the other.
    ///
    /// # Errors
    /// If a text cannot stand in XML.
    pub fn between(old: &NetworkSpec, new: &NetworkSpec) -> Result<Self, EditError> {
        let (mut live, mut probe) = (Vec::new(), old.clone());
        for (nth, (before, after)) in old.subnets.iter().zip(&new.subnets).enumerate() {
            // Elsewhere the old ranges fit no longer, and the whole network is made anew.
            if before.address != after.address {
                continue;
            }
            let parent = Some(nth);
            changed(&mut live, &before.ranges, &after.ranges, |value, add| range(value, add, parent))?;
            changed(&mut live, &before.hosts, &after.hosts, |value, add| host(value, add, parent))?;
            if let Some(subnet) = probe.subnets.get_mut(nth) {
                (subnet.ranges, subnet.hosts) = (after.ranges.clone(), after.hosts.clone());
            }
        }
        changed(&mut live, &old.dns_hosts, &new.dns_hosts, name)?;
        changed(&mut live, &old.dns_texts, &new.dns_texts, text)?;
        changed(&mut live, &old.dns_services, &new.dns_services, service)?;
        probe.dns_hosts.clone_from(&new.dns_hosts);
        probe.dns_texts.clone_from(&new.dns_texts);
        probe.dns_services.clone_from(&new.dns_services);
        probe.id = new.id;
        probe.mac = new.mac;
        Ok(Self { live, rest: probe != *new })
    }
}

/// A static host that comes and goes again: after either libvirt sets the firewall rules of a started network up anew,
/// and its dnsmasq where that is gone, and no guest loses its connection (`networkUpdate` in libvirt's bridge driver). None where
/// the network has no DHCP for IPv4, or no address that is free.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn passing(spec: &NetworkSpec) -> Result<Option<[LiveEdit; 2]>, EditError> {
    let has_dhcp = |subnet: &&Subnet| !subnet.ranges.is_empty() || !subnet.hosts.is_empty();
    let found = (0..).zip(&spec.subnets).find(|(_, subnet)| subnet.address.addr().is_ipv4() && has_dhcp(subnet));
    let Some((nth, subnet)) = found else { return Ok(None) };
    let Some(ip) = spare(subnet) else { return Ok(None) };
    let guest = DhcpHost { mac: Some(MacAddress::from_random([0xff; 3])), ip: Some(ip), ..DhcpHost::default() };
    Ok(Some([host(&guest, true, Some(nth))?, host(&guest, false, Some(nth))?]))
}

/// An address that no machine is promised, from the end.
fn spare(subnet: &Subnet) -> Option<IpAddr> {
    let IpNet::V4(net) = subnet.address.trunc() else { return None };
    let (first, last) = (u32::from(net.network()) + 1, u32::from(net.broadcast()));
    let all = (first..last).rev().map(|ip| IpAddr::V4(ip.into()));
    let is_free = |ip: &IpAddr| *ip != subnet.address.addr() && !subnet.hosts.iter().any(|host| host.ip == Some(*ip));
    all.take(subnet.hosts.len() + 2).find(is_free)
}

/// What goes, then what comes: a range may take the place of one that it overlaps.
fn changed<T: PartialEq>(
    into: &mut Vec<LiveEdit>,
    old: &[T],
    new: &[T],
    edit: impl Fn(&T, bool) -> Result<LiveEdit, EditError>,
) -> Result<(), EditError> {
    for value in old.iter().filter(|value| !new.contains(value)) {
        into.push(edit(value, false)?);
    }
    for value in new.iter().filter(|value| !old.contains(value)) {
        into.push(edit(value, true)?);
    }
    Ok(())
}

fn live(section: Section, add: bool, element: &Element, parent: Option<usize>) -> Result<LiveEdit, EditError> {
    Ok(LiveEdit { section, add, xml: Document::of(element)?.to_string(), parent })
}

fn range(range: &DhcpRange, add: bool, parent: Option<usize>) -> Result<LiveEdit, EditError> {
    live(Section::DhcpRange, add, &elements::range_element(range), parent)
}

fn host(host: &DhcpHost, add: bool, parent: Option<usize>) -> Result<LiveEdit, EditError> {
    live(Section::DhcpHost, add, &elements::dhcp_host_element(host), parent)
}

fn name(host: &DnsHost, add: bool) -> Result<LiveEdit, EditError> {
    live(Section::DnsHost, add, &elements::dns_host_element(host), None)
}

fn text(text: &DnsText, add: bool) -> Result<LiveEdit, EditError> {
    live(Section::DnsText, add, &elements::dns_text_element(text), None)
}

fn service(service: &DnsService, add: bool) -> Result<LiveEdit, EditError> {
    live(Section::DnsService, add, &elements::dns_service_element(service), None)
}
