//! The draft of a virtual network, as its form holds it: texts that may be wrong, and what they come to.

pub mod many;
mod numbers;
mod problem;
mod problems;
mod suggest;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use ipnet::IpNet;

pub use self::{
    problem::{Family, Field, Problem},
    problems::problems,
};
use crate::network::{Bandwidth, DhcpRange, Forwarder, Mode, NetworkSpec, Route, Subnet, free::Taken};

/// What the host is like, for a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The other networks, the host's routes and devices; without the network that is edited.
    pub taken: Taken,
    /// Whether the host's routes cannot be seen from here.
    pub routes_unseen: bool,
    /// Bridges that are there and no virtual network's.
    pub bridges: Vec<String>,
    /// Devices that guests could share.
    pub devices: Vec<String>,
    /// Those that have virtual functions now.
    pub functions: Vec<String>,
}

impl Facts {
    /// Whether a device has virtual functions, as far as can be seen.
    fn has_functions(&self, device: &str) -> bool {
        self.routes_unseen || self.functions.iter().any(|known| known == device)
    }
}

/// Addresses of one family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Whether there are any.
    pub on: bool,
    /// The host's own address with the prefix: `192.168.1.254/24`.
    pub address: String,
    /// Whether DHCP gives out addresses.
    pub dhcp: bool,
    /// The first.
    pub start: String,
    /// The last.
    pub end: String,
}

/// What the form holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkDraft {
    /// Its name.
    pub name: String,
    /// How guests reach others.
    pub mode: Mode,
    /// The bridge; where libvirt makes it, an empty one is named by libvirt.
    pub bridge: String,
    /// The host's device.
    pub device: String,
    /// IPv4.
    pub v4: Addresses,
    /// IPv6.
    pub v6: Addresses,
    /// The DNS domain.
    pub domain: String,
    /// Name servers, with commas or spaces between.
    pub forwarders: String,
    /// Ways to other networks, `10.5.0.0/16 via 192.168.1.9`, with commas between.
    pub routes: String,
    /// The largest packet; empty for the usual one.
    pub mtu: String,
    /// What guests may receive, in KiB a second; empty for all there is.
    pub inbound: String,
    /// What guests may send.
    pub outbound: String,
    /// Whether it starts with its host.
    pub autostart: bool,
    /// Whether it is started now.
    pub start: bool,
    /// What is edited or copied; what the form does not show stays as it is there.
    pub base: Option<NetworkSpec>,
}

impl NetworkDraft {
    /// The form of a network that is there.
    #[must_use]
    pub fn of(spec: &NetworkSpec) -> Self {
        Self {
            name: spec.name.clone(),
            mode: spec.mode,
            bridge: spec.bridge.clone().unwrap_or_default(),
            device: spec.device.clone().unwrap_or_default(),
            v4: Addresses::of(spec, Family::V4),
            v6: Addresses::of(spec, Family::V6),
            domain: spec.domain.clone().unwrap_or_default(),
            forwarders: plain_forwarders(spec),
            routes: spec
                .routes
                .iter()
                .map(|route| format!("{} via {}", route.to, route.gateway))
                .collect::<Vec<_>>()
                .join(", "),
            mtu: spec.mtu.map(|mtu| mtu.to_string()).unwrap_or_default(),
            inbound: spec.inbound.map(|limit| limit.average.to_string()).unwrap_or_default(),
            outbound: spec.outbound.map(|limit| limit.average.to_string()).unwrap_or_default(),
            base: Some(spec.clone()),
            ..Self::default()
        }
    }

    /// What it comes to. What cannot be read is left out: look at [`problems`] first.
    #[must_use]
    pub fn spec(&self) -> NetworkSpec {
        let base = self.base.clone().unwrap_or_default();
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut spec = NetworkSpec {
            name: self.name.trim().to_owned(),
            mode: self.mode,
            bridge: text(&self.bridge).filter(|_| self.mode.has_own_bridge() || self.mode.needs_bridge()),
            device: text(&self.device).filter(|_| self.mode.may_have_device()),
            domain: text(&self.domain).filter(|_| self.mode.has_own_bridge()),
            mtu: self.mtu.trim().parse().ok(),
            inbound: limit(&self.inbound),
            outbound: limit(&self.outbound),
            ..base
        };
        if !self.mode.has_own_bridge() && self.is_mode_kept() {
            // Where libvirt serves nothing it takes such parts all the same; the form does not show them, so they stay.
            return spec;
        }
        if !self.mode.has_own_bridge() {
            return NetworkSpec {
                subnets: Vec::new(),
                forwarders: Vec::new(),
                dns_hosts: Vec::new(),
                dns_texts: Vec::new(),
                dns_services: Vec::new(),
                routes: Vec::new(),
                mac: None,
                ..spec
            };
        }
        if self.forwarders != plain_forwarders(&spec) {
            spec.forwarders.retain(|forwarder| forwarder.domain.is_some());
            spec.forwarders.extend(self.parsed_forwarders().into_iter().flatten());
        }
        spec.routes = self.parsed_routes().into_iter().flatten().collect();
        let spec = self.v4.put_into(spec, Family::V4);
        self.v6.put_into(spec, Family::V6)
    }

    /// Whether what is edited is in this mode already.
    pub(super) fn is_mode_kept(&self) -> bool {
        self.base.as_ref().is_some_and(|base| base.mode == self.mode)
    }

    /// The name servers; `None` for a word that is no address.
    pub(super) fn parsed_forwarders(&self) -> Vec<Option<Forwarder>> {
        let words = self.forwarders.split([',', ' ', ';', '，']).map(str::trim).filter(|word| !word.is_empty());
        let forwarder = |address| Forwarder { address: Some(address), domain: None };
        words.map(|word| word.parse::<IpAddr>().ok().map(forwarder)).collect()
    }

    /// The routes; `None` for one that cannot be read.
    pub(super) fn parsed_routes(&self) -> Vec<Option<Route>> {
        let parts = self.routes.split([',', ';', '，', '\n']).map(str::trim).filter(|part| !part.is_empty());
        parts.map(route).collect()
    }

    /// The addresses of a family.
    #[must_use]
    pub const fn addresses(&self, family: Family) -> &Addresses {
        match family {
            Family::V4 => &self.v4,
            Family::V6 => &self.v6,
        }
    }
}

/// `10.5.0.0/16 via 192.168.1.9`; `via` may be left out.
fn route(text: &str) -> Option<Route> {
    let mut words = text.split_whitespace().filter(|word| *word != "via");
    let (to, gateway) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    words.next().is_none().then_some(Route { to, gateway })
}

fn limit(text: &str) -> Option<Bandwidth> {
    text.trim().parse().ok().filter(|average| *average > 0).map(|average| Bandwidth { average })
}

/// Those for all domains; one for a certain domain stays as it is.
fn plain_forwarders(spec: &NetworkSpec) -> String {
    let plain = spec.forwarders.iter().filter(|forwarder| forwarder.domain.is_none());
    let plain = plain.filter_map(|forwarder| forwarder.address.map(|address| address.to_string()));
    plain.collect::<Vec<_>>().join(", ")
}

fn nth_of(spec: &NetworkSpec, family: Family) -> Option<usize> {
    spec.subnets.iter().position(|subnet| Family::of(subnet.address.addr()) == family)
}

impl Addresses {
    fn of(spec: &NetworkSpec, family: Family) -> Self {
        let Some(subnet) = nth_of(spec, family).and_then(|nth| spec.subnets.get(nth)) else { return Self::default() };
        let range = subnet.ranges.first();
        Self {
            on: true,
            address: subnet.address.to_string(),
            dhcp: range.is_some(),
            start: range.map(|range| range.start.to_string()).unwrap_or_default(),
            end: range.map(|range| range.end.to_string()).unwrap_or_default(),
        }
    }

    /// The address with its prefix.
    #[must_use]
    pub fn parsed(&self) -> Option<IpNet> {
        self.address.trim().parse().ok()
    }

    /// The range, where both ends can be read.
    #[must_use]
    pub fn range(&self) -> Option<DhcpRange> {
        Some(DhcpRange { start: self.start.trim().parse().ok()?, end: self.end.trim().parse().ok()? })
    }

    fn put_into(&self, mut spec: NetworkSpec, family: Family) -> NetworkSpec {
        let nth = nth_of(&spec, family);
        let Some(address) = self.parsed().filter(|_| self.on) else {
            if let Some(nth) = nth {
                spec.subnets.remove(nth);
            }
            return spec;
        };
        let nth = nth.unwrap_or_else(|| {
            spec.subnets.push(Subnet::new(address));
            spec.subnets.len() - 1
        });
        let mut spec = spec.moved(nth, address);
        if let Some(subnet) = spec.subnets.get_mut(nth) {
            match self.range().filter(|_| self.dhcp) {
                None => subnet.ranges.clear(),
                Some(range) => match subnet.ranges.first_mut() {
                    Some(first) => *first = range,
                    None => subnet.ranges.push(range),
                },
            }
        }
        spec
    }
}
