//! What is wrong with a network's draft, as the host is.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::{
    Addresses, Facts, NetworkDraft,
    numbers::{is_domain, numbers},
    problem::{Family, Problem},
};
use crate::{
    draft::{Bound, Severity},
    names::{self, NameKind},
    network::{
        Mode,
        free::{Owner, bridge_fault},
    },
};

/// All that is wrong with `draft`.
#[must_use]
pub fn problems(draft: &NetworkDraft, facts: &Facts) -> Vec<Problem> {
    let mut all = Vec::new();
    let is_taken = |name: &str| facts.taken.networks.iter().any(|network| network.name == name);
    all.extend(names::check_free(draft.name.trim(), NameKind::Network, is_taken).err().map(Problem::Name));
    bridge(draft, facts, &mut all);
    device(draft, facts, &mut all);
    if draft.mode.has_own_bridge() {
        for family in [Family::V4, Family::V6] {
            addresses(draft.addresses(family), family, facts, &mut all);
        }
        names_and_routes(draft, &mut all);
    }
    numbers(draft, &mut all);
    all
}

fn bridge(draft: &NetworkDraft, facts: &Facts, all: &mut Vec<Problem>) {
    let name = draft.bridge.trim();
    if draft.mode.needs_bridge() {
        if name.is_empty() {
            all.push(Problem::NoBridge);
        } else if let Some(fault) = bridge_fault(name) {
            all.push(Problem::Bridge(fault));
        } else if !facts.taken.devices.is_empty() && !facts.taken.devices.iter().any(|device| device == name) {
            all.push(Problem::BridgeUnknown);
        }
    } else if draft.mode.has_own_bridge() && !name.is_empty() {
        // `virbr%d` and the like: libvirt puts the number in.
        let fault = bridge_fault(&name.replace("%d", "0"));
        all.extend(fault.map(Problem::Bridge));
        match facts.taken.bridge_owner(name).filter(|_| fault.is_none()) {
            Some(Some(network)) => all.push(Problem::BridgeOfNetwork(network)),
            Some(None) => all.push(Problem::BridgeIsDevice),
            None => {}
        }
    }
}

fn device(draft: &NetworkDraft, facts: &Facts, all: &mut Vec<Problem>) {
    let name = draft.device.trim();
    // A network that is there may name its devices by their places on the PCI bus.
    let has_others = draft.is_mode_kept() && draft.base.as_ref().is_some_and(|base| base.device.is_none());
    if draft.mode.needs_device() && name.is_empty() && !has_others {
        all.push(Problem::NoDevice);
    }
    let known = &facts.taken.devices;
    let shown = draft.mode.may_have_device() && !name.is_empty();
    if shown && !known.is_empty() && !known.iter().any(|device| device == name) {
        all.push(Problem::DeviceUnknown);
    } else if shown && draft.mode == Mode::SriovPool && !facts.has_functions(name) {
        all.push(Problem::NoFunctions(name.to_owned()));
    }
}

fn addresses(addresses: &Addresses, family: Family, facts: &Facts, all: &mut Vec<Problem>) {
    if !addresses.on {
        return;
    }
    let Some(net) = addresses.parsed().filter(|net| Family::of(net.addr()) == family) else {
        return all.push(Problem::NoAddress(family));
    };
    let before = all.len();
    match net {
        IpNet::V4(net) => v4(net, all),
        IpNet::V6(_) => v6(&net, all),
    }
    // What is no network overlaps nothing.
    if all[before..].iter().all(|problem| problem.severity() == Severity::Warning) {
        overlap(&net, family, facts, all);
    }
    if addresses.dhcp {
        range(addresses, &net, family, all);
    }
}

/// The checks that virt-manager had until 2019, and those that libvirt makes only at the start.
fn v4(net: Ipv4Net, all: &mut Vec<Problem>) {
    let ip = net.addr();
    if ip.is_loopback() || !(1..224).contains(&ip.octets()[0]) {
        return all.push(Problem::NotAHost(Family::V4));
    }
    if net.prefix_len() > 29 {
        return all.push(Problem::TooSmall);
    }
    if net.prefix_len() < 15 {
        all.push(Problem::TooLarge(Family::V4));
    }
    if ip == net.network() {
        all.push(Problem::NetworkItself(Family::V4));
    } else if ip == net.broadcast() {
        all.push(Problem::Broadcast);
    }
    if !is_private(net) {
        all.push(Problem::NotPrivate(Family::V4));
    }
}

/// RFC 1918, and the shared addresses of RFC 6598.
fn is_private(net: Ipv4Net) -> bool {
    let blocks = [([10, 0, 0, 0], 8), ([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16), ([100, 64, 0, 0], 10)];
    blocks.iter().any(|(at, length)| Ipv4Net::new((*at).into(), *length).is_ok_and(|block| block.contains(&net)))
}

fn v6(net: &IpNet, all: &mut Vec<Problem>) {
    let IpAddr::V6(ip) = net.addr() else { return };
    if ip.is_loopback() || ip.is_multicast() || ip.is_unspecified() || ip.is_unicast_link_local() {
        return all.push(Problem::NotAHost(Family::V6));
    }
    if net.prefix_len() != 64 {
        all.push(Problem::Not64);
    }
    if net.addr() == net.network() {
        all.push(Problem::NetworkItself(Family::V6));
    }
    if !ip.is_unique_local() {
        all.push(Problem::NotPrivate(Family::V6));
    }
}

fn overlap(net: &IpNet, family: Family, facts: &Facts, all: &mut Vec<Problem>) {
    match facts.taken.owner(&net.trunc()) {
        Some(Owner::Network(name)) => all.push(Problem::OfNetwork(family, name)),
        Some(Owner::Host { device, to }) if to.prefix_len() < net.prefix_len() && to.prefix_len() < 16 => {
            all.push(Problem::WithinRoute { family, device, to });
        }
        Some(Owner::Host { device, to }) => all.push(Problem::OfHost { family, device, to }),
        None if is_common(&net.trunc()) => all.push(Problem::Common),
        None if facts.routes_unseen => all.push(Problem::RoutesUnseen(family)),
        None => {}
    }
}

/// What routers come with.
fn is_common(net: &IpNet) -> bool {
    ["192.168.0.0/24", "192.168.1.0/24"].iter().any(|common| common.parse().is_ok_and(|common: IpNet| common == *net))
}

fn range(addresses: &Addresses, net: &IpNet, family: Family, all: &mut Vec<Problem>) {
    let read = |text: &str| text.trim().parse::<IpAddr>().ok().filter(|ip| Family::of(*ip) == family);
    let (start, end) = (read(&addresses.start), read(&addresses.end));
    let before = all.len();
    match start {
        None => all.push(Problem::BadStart(family)),
        Some(start) if !net.contains(&start) => all.push(Problem::StartOutside(family)),
        Some(start) if start == net.network() => all.push(Problem::StartIsNetwork(family)),
        Some(_) => {}
    }
    match end {
        None => all.push(Problem::BadEnd(family)),
        Some(end) if !net.contains(&end) => all.push(Problem::EndOutside(family)),
        Some(end) if family == Family::V4 && end == net.broadcast() => all.push(Problem::EndIsBroadcast),
        Some(_) => {}
    }
    if let (Some(start), Some(end), true) = (start, end, all.len() == before) {
        if end < start {
            all.push(Problem::Reversed(family));
        } else if (start..=end).contains(&net.addr()) {
            all.push(Problem::HoldsGateway(family));
        }
    }
}

fn names_and_routes(draft: &NetworkDraft, all: &mut Vec<Problem>) {
    if !draft.domain.trim().is_empty() && !is_domain(draft.domain.trim()) {
        all.push(Problem::Domain);
    }
    if draft.parsed_forwarders().contains(&None) {
        all.push(Problem::Forwarder);
    }
    let nets: Vec<IpNet> = [&draft.v4, &draft.v6].iter().filter(|a| a.on).filter_map(|a| a.parsed()).collect();
    for route in draft.parsed_routes() {
        match route {
            None => all.push(Problem::Route),
            Some(route) if route.to.addr() != route.to.network() => all.push(Problem::RouteHostBits),
            Some(route) if !nets.iter().any(|net| net.contains(&route.gateway)) => all.push(Problem::RouteGateway),
            Some(_) => {}
        }
    }
}
