//! What a network is, as far as Lectern edits it: plain values.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::NetworkId;
use crate::mac::MacAddress;

/// How guests reach others (libvirt.org/formatnetwork.html, "Connectivity").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mode {
    /// Guests go out under the host's address.
    #[default]
    Nat,
    /// Guests go out under their own addresses; others must know the way back.
    Route,
    /// Guests reach one another and the host.
    Isolated,
    /// As routed, with no rule of libvirt's in the firewall.
    Open,
    /// Guests sit on a bridge of the host's that is there already.
    Bridge,
    /// The same with a bridge of Open vSwitch.
    OpenVSwitch,
    /// Guests share a device of the host's; they reach one another and the outside, but not the host.
    MacvtapBridge,
    /// The same, and the switch outside must send back what goes from guest to guest.
    MacvtapVepa,
    /// The same, and guests do not reach one another.
    MacvtapPrivate,
    /// Each guest takes a device of the host's for itself.
    MacvtapPassthrough,
    /// Each guest takes a virtual function of an SR-IOV device.
    SriovPool,
    /// One that Lectern does not know.
    Other,
}

impl Mode {
    /// All that can be chosen.
    pub const ALL: [Self; 11] = [
        Self::Nat,
        Self::Route,
        Self::Isolated,
        Self::Open,
        Self::Bridge,
        Self::OpenVSwitch,
        Self::MacvtapBridge,
        Self::MacvtapVepa,
        Self::MacvtapPrivate,
        Self::MacvtapPassthrough,
        Self::SriovPool,
    ];

    /// Whether libvirt makes the bridge, and serves addresses on it.
    #[must_use]
    pub const fn has_own_bridge(self) -> bool {
        matches!(self, Self::Nat | Self::Route | Self::Isolated | Self::Open)
    }

    /// Whether it needs a bridge that is there.
    #[must_use]
    pub const fn needs_bridge(self) -> bool {
        matches!(self, Self::Bridge | Self::OpenVSwitch)
    }

    /// Whether it needs a device of the host's.
    #[must_use]
    pub const fn needs_device(self) -> bool {
        matches!(
            self,
            Self::MacvtapBridge | Self::MacvtapVepa | Self::MacvtapPrivate | Self::MacvtapPassthrough | Self::SriovPool
        )
    }

    /// Whether what goes out can be kept to one device of the host's.
    #[must_use]
    pub const fn may_have_device(self) -> bool {
        matches!(self, Self::Nat | Self::Route) || self.needs_device()
    }

    /// The value of `<forward mode='…'>`; none where there is no such element.
    #[must_use]
    pub const fn forward(self) -> Option<&'static str> {
        match self {
            Self::Nat => Some("nat"),
            Self::Route => Some("route"),
            Self::Open => Some("open"),
            Self::Bridge | Self::OpenVSwitch | Self::MacvtapBridge => Some("bridge"),
            Self::MacvtapVepa => Some("vepa"),
            Self::MacvtapPrivate => Some("private"),
            Self::MacvtapPassthrough => Some("passthrough"),
            Self::SriovPool => Some("hostdev"),
            Self::Isolated | Self::Other => None,
        }
    }
}

/// Addresses that are given out, first and last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DhcpRange {
    /// The first.
    pub start: IpAddr,
    /// The last.
    pub end: IpAddr,
}

/// A machine that always gets the same address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DhcpHost {
    /// Its network card's address; IPv6 may do without.
    pub mac: Option<MacAddress>,
    /// Its DUID, in IPv6.
    pub duid: Option<String>,
    /// The name that it is told.
    pub name: Option<String>,
    /// The address.
    pub ip: Option<IpAddr>,
}

/// One `<ip>` of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// The host's own address in it, with the prefix.
    pub address: IpNet,
    /// What DHCP gives out.
    pub ranges: Vec<DhcpRange>,
    /// What DHCP keeps for certain machines.
    pub hosts: Vec<DhcpHost>,
}

impl Subnet {
    /// A subnet without DHCP.
    #[must_use]
    pub const fn new(address: IpNet) -> Self {
        Self { address, ranges: Vec::new(), hosts: Vec::new() }
    }
}

/// A name server that is asked, for one domain or for all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Forwarder {
    /// Its address; without one, the domain is not forwarded.
    pub address: Option<IpAddr>,
    /// The domain.
    pub domain: Option<String>,
}

/// Names of one address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DnsHost {
    /// The address.
    pub ip: IpAddr,
    /// Its names.
    pub names: Vec<String>,
}

/// A text that the network's name server knows under a name (TXT).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DnsText {
    /// The name.
    pub name: String,
    /// The text.
    pub value: String,
}

/// A service that the network's name server knows (SRV).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DnsService {
    /// The service: `ldap`.
    pub service: String,
    /// The protocol: `tcp`.
    pub protocol: String,
    /// The domain, where it is not the network's own.
    pub domain: Option<String>,
    /// The machine that has it.
    pub target: Option<String>,
    /// Its port there.
    pub port: Option<u16>,
    /// Of several, the least is asked first.
    pub priority: Option<u16>,
    /// Of several with one priority, the share of each.
    pub weight: Option<u16>,
}

/// A way to a network behind a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Route {
    /// The network.
    pub to: IpNet,
    /// The guest that leads there.
    pub gateway: IpAddr,
}

/// A limit, in KiB a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bandwidth {
    /// In the long run, KiB a second.
    pub average: u32,
}

/// What a network is. What else its XML says is kept where the network is edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkSpec {
    /// Its key; one that is not defined yet may have none.
    pub id: Option<NetworkId>,
    /// Its name.
    pub name: String,
    /// How guests reach others.
    pub mode: Mode,
    /// The bridge: made by libvirt, or there already.
    pub bridge: Option<String>,
    /// The bridge's Ethernet address.
    pub mac: Option<MacAddress>,
    /// The host's device that guests use, or that what goes out is kept to.
    pub device: Option<String>,
    /// The DNS domain.
    pub domain: Option<String>,
    /// The largest packet in bytes, where it is not 1500.
    pub mtu: Option<u32>,
    /// Name servers that are asked in place of the host's own.
    pub forwarders: Vec<Forwarder>,
    /// Names that the network's name server knows.
    pub dns_hosts: Vec<DnsHost>,
    /// Texts that it knows.
    pub dns_texts: Vec<DnsText>,
    /// Services that it knows.
    pub dns_services: Vec<DnsService>,
    /// The host's addresses in it.
    pub subnets: Vec<Subnet>,
    /// Ways to networks behind guests.
    pub routes: Vec<Route>,
    /// What guests may receive.
    pub inbound: Option<Bandwidth>,
    /// What guests may send.
    pub outbound: Option<Bandwidth>,
}

impl NetworkSpec {
    /// All of its networks.
    pub fn nets(&self) -> impl Iterator<Item = IpNet> {
        self.subnets.iter().map(|subnet| subnet.address.trunc())
    }
}
