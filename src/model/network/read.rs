//! From a network's XML to what it says.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{
    NetworkId,
    spec::{Bandwidth, DhcpHost, DhcpRange, DnsHost, DnsService, DnsText, Forwarder, Mode, NetworkSpec, Route, Subnet},
};
use crate::{
    mac::MacAddress,
    xml::{Document, Node},
};

/// A text is no network that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotANetwork {
    /// It is not well-formed.
    #[error("{0}")]
    Malformed(String),
    /// Its root is another.
    #[error("the root is <{0}>")]
    OtherRoot(String),
    /// An address or number in it is none.
    #[error("<{element}>: {value:?} cannot be read")]
    Unreadable {
        /// The element.
        element: String,
        /// What it holds.
        value: String,
    },
}

impl NetworkSpec {
    /// Reads a network's XML.
    ///
    /// # Errors
    /// If it is not well-formed, no network, or an address in it is none.
    pub fn parse(xml: &str) -> Result<Self, NotANetwork> {
        Self::read(&Document::parse(xml).map_err(|error| NotANetwork::Malformed(error.to_string()))?)
    }

    /// Reads a network's document.
    ///
    /// # Errors
    /// As for [`Self::parse`].
    pub fn read(document: &Document) -> Result<Self, NotANetwork> {
        let root = document.root();
        if !root.is(None, "network") {
            return Err(NotANetwork::OtherRoot(root.name().to_owned()));
        }
        let dns = root.child("dns");
        let domain = root.child("domain").and_then(|domain| text_of(domain, "name"));
        let bandwidth = root.child("bandwidth");
        Ok(Self {
            id: root.child("uuid").and_then(|uuid| NetworkId::parse(&uuid.text())),
            name: root.child("name").map(|name| name.text().trim().to_owned()).unwrap_or_default(),
            mode: mode(root),
            bridge: root.child("bridge").and_then(|bridge| text_of(bridge, "name")),
            mac: root.child("mac").and_then(|mac| MacAddress::parse(&mac.attribute("address")?).ok()),
            device: device(root),
            domain,
            mtu: root.child("mtu").and_then(|mtu| mtu.attribute("size")?.trim().parse().ok()),
            forwarders: dns.map(|dns| all(dns, "forwarder", forwarder)).transpose()?.unwrap_or_default(),
            dns_hosts: dns.map(|dns| all(dns, "host", dns_host)).transpose()?.unwrap_or_default(),
            dns_texts: dns.map(|dns| all(dns, "txt", dns_text)).transpose()?.unwrap_or_default(),
            dns_services: dns.map(|dns| all(dns, "srv", dns_service)).transpose()?.unwrap_or_default(),
            subnets: all(root, "ip", subnet)?,
            routes: all(root, "route", route)?,
            inbound: bandwidth.and_then(|node| limit(node, "inbound")),
            outbound: bandwidth.and_then(|node| limit(node, "outbound")),
        })
    }
}

fn all<T>(
    parent: Node<'_>,
    name: &str,
    read: impl Fn(Node<'_>) -> Result<T, NotANetwork>,
) -> Result<Vec<T>, NotANetwork> {
    parent.children_named(name).map(read).collect()
}

/// An attribute that is not empty.
pub(super) fn text_of(node: Node<'_>, name: &str) -> Option<String> {
    node.attribute(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn mode(root: Node<'_>) -> Mode {
    let Some(forward) = root.child("forward") else { return Mode::Isolated };
    let own_bridge = root.child("bridge").is_some_and(|bridge| bridge.attribute("name").is_some());
    // formatnetwork.html: without a mode it is NAT.
    match text_of(forward, "mode").as_deref().unwrap_or("nat") {
        "nat" => Mode::Nat,
        "route" => Mode::Route,
        "open" => Mode::Open,
        "bridge" if own_bridge && is_open_v_switch(root) => Mode::OpenVSwitch,
        "bridge" if own_bridge => Mode::Bridge,
        "bridge" => Mode::MacvtapBridge,
        "vepa" => Mode::MacvtapVepa,
        "private" => Mode::MacvtapPrivate,
        "passthrough" => Mode::MacvtapPassthrough,
        "hostdev" => Mode::SriovPool,
        _ => Mode::Other,
    }
}

fn is_open_v_switch(root: Node<'_>) -> bool {
    root.children_named("virtualport").any(|port| port.attribute("type").as_deref() == Some("openvswitch"))
}

/// The device of `<forward>`: libvirt writes it at the element, and again in it.
fn device(root: Node<'_>) -> Option<String> {
    let forward = root.child("forward")?;
    let inside = || ["pf", "interface"].iter().find_map(|name| text_of(forward.child(name)?, "dev"));
    text_of(forward, "dev").or_else(inside)
}

fn unreadable(node: Node<'_>, value: &str) -> NotANetwork {
    NotANetwork::Unreadable { element: node.name().to_owned(), value: value.to_owned() }
}

fn address(node: Node<'_>, name: &str) -> Result<IpAddr, NotANetwork> {
    let text = node.attribute(name).unwrap_or_default();
    text.trim().parse().map_err(|_| unreadable(node, &text))
}

fn optional_address(node: Node<'_>, name: &str) -> Result<Option<IpAddr>, NotANetwork> {
    node.attribute(name).map(|_| address(node, name)).transpose()
}

/// An address with `prefix` or `netmask`; without either, what libvirt takes (`virSocketAddrGetIPPrefix`): the old
/// class of an IPv4 address, 64 in IPv6.
fn net(node: Node<'_>) -> Result<IpNet, NotANetwork> {
    let ip = address(node, "address")?;
    if let Some(text) = text_of(node, "prefix") {
        let prefix = text.parse().map_err(|_| unreadable(node, &text))?;
        return IpNet::new(ip, prefix).map_err(|_| unreadable(node, &text));
    }
    if let Some(text) = text_of(node, "netmask") {
        let mask = text.parse().map_err(|_| unreadable(node, &text))?;
        return IpNet::with_netmask(ip, mask).map_err(|_| unreadable(node, &text));
    }
    IpNet::new(ip, default_prefix(ip)).map_err(|_| unreadable(node, &ip.to_string()))
}

fn default_prefix(ip: IpAddr) -> u8 {
    match ip {
        IpAddr::V4(ip) if ip.octets()[0] < 128 => 8,
        IpAddr::V4(ip) if ip.octets()[0] < 192 => 16,
        IpAddr::V4(_) => 24,
        IpAddr::V6(_) => 64,
    }
}

fn subnet(node: Node<'_>) -> Result<Subnet, NotANetwork> {
    let mut subnet = Subnet::new(net(node)?);
    if let Some(dhcp) = node.child("dhcp") {
        subnet.ranges = all(dhcp, "range", range)?;
        subnet.hosts = all(dhcp, "host", dhcp_host)?;
    }
    Ok(subnet)
}

pub(super) fn range(node: Node<'_>) -> Result<DhcpRange, NotANetwork> {
    Ok(DhcpRange { start: address(node, "start")?, end: address(node, "end")? })
}

pub(super) fn dhcp_host(node: Node<'_>) -> Result<DhcpHost, NotANetwork> {
    let mac = text_of(node, "mac").map(|mac| MacAddress::parse(&mac).map_err(|_| unreadable(node, &mac)));
    Ok(DhcpHost {
        mac: mac.transpose()?,
        duid: text_of(node, "id"),
        name: text_of(node, "name"),
        ip: optional_address(node, "ip")?,
    })
}

fn forwarder(node: Node<'_>) -> Result<Forwarder, NotANetwork> {
    Ok(Forwarder { address: optional_address(node, "addr")?, domain: text_of(node, "domain") })
}

pub(super) fn dns_host(node: Node<'_>) -> Result<DnsHost, NotANetwork> {
    let names = node.children_named("hostname").map(|name| name.text().trim().to_owned()).collect();
    Ok(DnsHost { ip: address(node, "ip")?, names })
}

#[expect(clippy::unnecessary_wraps, reason = "read as the others are")]
pub(super) fn dns_text(node: Node<'_>) -> Result<DnsText, NotANetwork> {
    let of = |name: &str| node.attribute(name).unwrap_or_default().into_owned();
    Ok(DnsText { name: of("name"), value: of("value") })
}

pub(super) fn dns_service(node: Node<'_>) -> Result<DnsService, NotANetwork> {
    let number = |name: &str| {
        text_of(node, name).map(|text| text.parse::<u16>().map_err(|_| unreadable(node, &text))).transpose()
    };
    Ok(DnsService {
        service: text_of(node, "service").unwrap_or_default(),
        protocol: text_of(node, "protocol").unwrap_or_default(),
        domain: text_of(node, "domain"),
        target: text_of(node, "target"),
        port: number("port")?,
        priority: number("priority")?,
        weight: number("weight")?,
    })
}

fn route(node: Node<'_>) -> Result<Route, NotANetwork> {
    Ok(Route { to: net(node)?, gateway: address(node, "gateway")? })
}

fn limit(node: Node<'_>, name: &str) -> Option<Bandwidth> {
    let average = node.child(name)?.attribute("average")?.trim().parse().ok()?;
    Some(Bandwidth { average })
}
