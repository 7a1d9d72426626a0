//! Which ranges and bridge names are free, and who has those that are not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{NetworkSpec, routes::HostRoute};

/// The longest name of a device in bytes (linux/if.h, `IFNAMSIZ`, less its end).
pub const BRIDGE_MAX: usize = 15;

/// Who has an address range already.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// Another virtual network.
    Network(String),
    /// The host itself, through this device.
    Host {
        /// The device.
        device: String,
        /// The host's network; it may be larger than the one that is asked for.
        to: IpNet,
    },
}

/// What is taken on a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The other networks.
    pub networks: Vec<NetworkSpec>,
    /// The host's routes, where they can be known.
    pub routes: Vec<HostRoute>,
    /// The host's devices, where they can be known.
    pub devices: Vec<String>,
}

/// Whether two networks share an address.
#[must_use]
pub fn overlap(a: &IpNet, b: &IpNet) -> bool {
    a.contains(&b.network()) || b.contains(&a.network())
}

impl Taken {
    /// The same without the network of that name and what its own bridge makes of routes and devices.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let own = self.networks.iter().find(|network| network.name == name).and_then(|network| network.bridge.clone());
        let others = self.networks.iter().filter(|network| network.name != name);
        Self {
            networks: others.cloned().collect(),
            routes: self.routes.iter().filter(|route| Some(&route.device) != own.as_ref()).cloned().collect(),
            devices: self.devices.iter().filter(|device| Some(*device) != own.as_ref()).cloned().collect(),
        }
    }

    /// Who has a part of `net`: a virtual network before the route that it made.
    #[must_use]
    pub fn owner(&self, net: &IpNet) -> Option<Owner> {
        let network = self.networks.iter().find(|network| network.nets().any(|other| overlap(&other, net)));
        if let Some(network) = network {
            return Some(Owner::Network(network.name.clone()));
        }
        let route = self.routes.iter().find(|route| overlap(&route.to, net))?;
        Some(Owner::Host { device: route.device.clone(), to: route.to })
    }

    /// A free IPv4 network of this prefix length: from 192.168.100 up, then the rest of 192.168, 172.16/12 and 10/8.
    #[must_use]
    pub fn free_v4(&self, prefix: u8) -> Option<Ipv4Net> {
        let block = |a, b, length| Ipv4Net::new(Ipv4Addr::new(a, b, 0, 0), length).ok();
        let blocks = [block(192, 168, 16), block(172, 16, 12), block(10, 0, 8)];
        let all = blocks.into_iter().flatten().flat_map(move |block| block.subnets(prefix).into_iter().flatten());
        let is_free = |net: &Ipv4Net| self.owner(&(*net).into()).is_none();
        // Below .100 lie the networks that routers and libvirt itself come with.
        let high = |net: &Ipv4Net| net.network() >= Ipv4Addr::new(192, 168, 100, 0) && net.network().octets()[2] != 122;
        all.clone().take(MOST).find(|net| high(net) && is_free(net)).or_else(|| all.take(MOST).find(is_free))
    }

    /// A free IPv6 network of 64 bits of the unique local addresses (RFC 4193), which begin with `fd` and `random`.
    #[must_use]
    pub fn free_v6(&self, random: [u8; 5]) -> Option<Ipv6Net> {
        let net = |subnet: u16| {
            let mut bytes = [0; 16];
            bytes[0] = 0xfd;
            bytes[1..6].copy_from_slice(&random);
            bytes[6..8].copy_from_slice(&subnet.to_be_bytes());
            let address = Ipv6Addr::from(bytes);
            Ipv6Net::new(address, 64).ok()
        };
        (0..=u16::MAX).filter_map(net).find(|net| self.owner(&(*net).into()).is_none())
    }

    /// Who has a bridge of that name: a virtual network, or nobody known but the device is there.
    #[must_use]
    pub fn bridge_owner(&self, bridge: &str) -> Option<Option<String>> {
        let has = |network: &&NetworkSpec| network.mode.has_own_bridge() && network.bridge.as_deref() == Some(bridge);
        if let Some(network) = self.networks.iter().find(has) {
            return Some(Some(network.name.clone()));
        }
        self.devices.iter().any(|device| device == bridge).then_some(None)
    }

    /// A free name for a bridge: the network's own, as the course has it, else the first free of `virbr0`, `virbr1`, …
    #[must_use]
    pub fn free_bridge(&self, network: &str) -> String {
        let is_free = |name: &str| self.bridge_owner(name).is_none();
        if bridge_fault(network).is_none() && is_free(network) {
            return network.to_owned();
        }
        let numbered = (0..u32::MAX).map(|n| format!("virbr{n}"));
        numbered.into_iter().find(|name| is_free(name)).unwrap_or_default()
    }
}

/// How many networks are looked at: more than a host has routes.
const MOST: usize = 100_000;

/// What is wrong with a bridge's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BridgeFault {
    /// It has so many bytes.
    TooLong(usize),
    /// No device can have this character in its name (Linux, `dev_valid_name`), or libvirt takes it for a pattern.
    Character(char),
    /// `.` and `..` are folders.
    Dots,
}

/// What is wrong with a bridge's name, apart from being taken.
#[must_use]
pub fn bridge_fault(name: &str) -> Option<BridgeFault> {
    let bad = |c: &char| c.is_whitespace() || c.is_control() || !c.is_ascii() || matches!(c, '/' | ':' | '%');
    if let Some(c) = name.chars().find(bad) {
        return Some(BridgeFault::Character(c));
    }
    if matches!(name, "." | "..") {
        return Some(BridgeFault::Dots);
    }
    (name.len() > BRIDGE_MAX).then_some(BridgeFault::TooLong(name.len()))
}

/// The address in `to` that lies as `ip` lies in `from`: .254 stays .254.
#[must_use]
pub fn same_place(ip: IpAddr, from: &IpNet, to: &IpNet) -> IpAddr {
    match (ip, from, to) {
        (IpAddr::V4(ip), IpNet::V4(from), IpNet::V4(to)) if from.prefix_len() >= to.prefix_len() => {
            let within = u32::from(ip) & u32::from(from.hostmask());
            IpAddr::V4(Ipv4Addr::from(u32::from(to.network()) | within))
        }
        (IpAddr::V6(ip), IpNet::V6(from), IpNet::V6(to)) if from.prefix_len() >= to.prefix_len() => {
            let within = u128::from(ip) & u128::from(from.hostmask());
            IpAddr::V6(Ipv6Addr::from(u128::from(to.network()) | within))
        }
        _ => ip,
    }
}
