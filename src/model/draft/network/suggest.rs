//! What a new network is offered: the course's shape at a place that is free.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{Addresses, Facts, Family, NetworkDraft};
use crate::{
    names::{self, NameKind},
    network::{DhcpRange, NetworkSpec, free::same_place},
};

/// The last octets of the course's example: gateway, first and last address that DHCP gives.
const SHAPE: (u32, u32, u32) = (254, 100, 200);

impl NetworkDraft {
    /// A new network: NAT, at a free range in the course's shape, starting with its host.
    #[must_use]
    pub fn suggested(facts: &Facts, random: [u8; 5]) -> Self {
        let is_taken = |name: &str| facts.taken.networks.iter().any(|network| network.name == name);
        let name = names::free_name("network", NameKind::Network, is_taken);
        let mut draft = Self { name, autostart: true, start: true, ..Self::default() };
        draft.v4.on = true;
        draft.v4.dhcp = true;
        draft.bridge = facts.taken.free_bridge(&draft.name);
        draft.move_to_free(Family::V4, facts, random);
        draft
    }

    /// The copy of a network, at free addresses of the same shape.
    #[must_use]
    pub fn copy_of(spec: &NetworkSpec, facts: &Facts, random: [u8; 5]) -> Self {
        let copy = spec.copied(&facts.taken, random);
        Self { autostart: true, start: true, ..Self::of(&copy) }
    }

    /// Puts a family's addresses at a free place: where they can be read, in their shape, else in the course's.
    pub fn move_to_free(&mut self, family: Family, facts: &Facts, random: [u8; 5]) {
        match family {
            Family::V4 => self.v4 = moved_v4(&self.v4, facts).unwrap_or_else(|| self.v4.clone()),
            Family::V6 => self.v6 = moved_v6(&self.v6, facts, random).unwrap_or_else(|| self.v6.clone()),
        }
    }

    /// Gives it a bridge name that is free.
    pub fn take_free_bridge(&mut self, facts: &Facts) {
        self.bridge = facts.taken.free_bridge(self.name.trim());
    }
}

fn moved_v4(old: &Addresses, facts: &Facts) -> Option<Addresses> {
    let readable = match old.parsed() {
        Some(IpNet::V4(net)) if (15..=29).contains(&net.prefix_len()) => Some(net),
        _ => None,
    };
    let net = facts.taken.free_v4(readable.map_or(24, |net| net.prefix_len()))?;
    let Some(from) = readable.filter(|from| from.addr() != from.network() && from.addr() != from.broadcast()) else {
        return Some(course_shape(old, net));
    };
    let there = |ip: IpAddr| same_place(ip, &from.trunc().into(), &net.into());
    let address = IpNet::new(there(from.addr().into()), net.prefix_len()).ok()?;
    let inside = |range: &DhcpRange| from.contains(&v4(range.start)) && from.contains(&v4(range.end));
    let (start, end) = if let Some(range) = old.range().filter(inside) {
        (there(range.start).to_string(), there(range.end).to_string())
    } else {
        let shape = course_shape(old, net);
        (shape.start, shape.end)
    };
    Some(Addresses { address: address.to_string(), start, end, ..old.clone() })
}

/// An IPv4 address; another family's is in no IPv4 network.
fn v4(ip: IpAddr) -> std::net::Ipv4Addr {
    match ip {
        IpAddr::V4(ip) => ip,
        IpAddr::V6(_) => std::net::Ipv4Addr::UNSPECIFIED,
    }
}

/// .254, .100 to .200; in a smaller network its last address, and the upper half of the rest.
pub(super) fn course_shape(old: &Addresses, net: Ipv4Net) -> Addresses {
    let at = |last: u32| std::net::Ipv4Addr::from(u32::from(net.network()) + last);
    let size = u32::from(net.broadcast()) - u32::from(net.network());
    let (own, start, end) = if size >= 255 { SHAPE } else { (size - 1, size / 2, size.saturating_sub(2)) };
    let address = format!("{}/{}", at(own), net.prefix_len());
    Addresses { on: true, address, start: at(start).to_string(), end: at(end).to_string(), ..old.clone() }
}

/// `::1`, and `::100` to `::1ff`, as virt-manager has them.
fn moved_v6(old: &Addresses, facts: &Facts, random: [u8; 5]) -> Option<Addresses> {
    let net: Ipv6Net = facts.taken.free_v6(random)?;
    let at = |last: u128| std::net::Ipv6Addr::from(u128::from(net.network()) | last).to_string();
    let address = format!("{}/64", at(1));
    Some(Addresses { on: true, address, start: at(0x100), end: at(0x1ff), ..old.clone() })
}
