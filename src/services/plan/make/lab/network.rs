//! A lab's networks: addresses kept in the one that all share, or a new one for each machine.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use lectern_model::{
    draft::lab::{Addresses, LabDraft, LabNetwork, Row, Start},
    mac::MacAddress,
    network::{DhcpHost, DhcpRange, Mode, Network, NetworkSpec, Subnet, free::Taken},
    uri::HostUri,
    xml::{Document, EditError},
};

use super::LabSource;
use crate::plan::{Step, networks, steps::StartNetwork};

/// Whether a DHCP server gives the machines the addresses of their rows: then nobody else has to tell the guests.
pub(super) fn serves(source: &LabSource, draft: &LabDraft) -> bool {
    match &draft.network {
        LabNetwork::AsTemplate | LabNetwork::Each { .. } => true,
        LabNetwork::One { network, .. } => shared(source, network).is_none_or(has_dhcp),
    }
}

fn shared<'s>(source: &'s LabSource, name: &str) -> Option<&'s Network> {
    source.networks.iter().find(|network| network.name == name)
}

pub(super) fn has_dhcp(network: &Network) -> bool {
    let subnets = network.spec.iter().flat_map(|spec| &spec.subnets);
    subnets.into_iter().any(|subnet| !subnet.ranges.is_empty() || !subnet.hosts.is_empty())
}

/// The steps before the machines.
pub(super) fn steps(source: &LabSource, draft: &LabDraft, rows: &[Row]) -> Result<Vec<Step>, EditError> {
    match &draft.network {
        LabNetwork::AsTemplate => Ok(Vec::new()),
        LabNetwork::One { network, addresses } => match shared(source, network) {
            Some(network) => one(&source.template.host, network, addresses, draft.start, rows),
            None => Ok(Vec::new()),
        },
        LabNetwork::Each { .. } => each(source, rows),
    }
}

fn one(
    host: &HostUri,
    network: &Network,
    addresses: &Addresses,
    start: Start,
    rows: &[Row],
) -> Result<Vec<Step>, EditError> {
    let mut steps = Vec::new();
    if matches!(addresses, Addresses::Fixed { .. }) && has_dhcp(network) {
        let mut spec = network.spec.clone().unwrap_or_default();
        rows.iter().filter_map(kept).for_each(|entry| keep(&mut spec, entry));
        let plan = networks::change(host, network, &spec.apply(&Document::parse(&network.xml)?)?)?;
        steps.extend(plan.into_iter().flat_map(|plan| plan.steps().to_vec()));
    }
    // A machine does not start on a network that is stopped.
    if !network.active && start != Start::None {
        steps.push(StartNetwork { name: network.name.clone() }.into());
    }
    Ok(steps)
}

/// The address that DHCP keeps for a row's first card.
fn kept(row: &Row) -> Option<DhcpHost> {
    let (mac, address) = (row.macs.first().copied()?, row.address?);
    Some(entry(mac, &row.host_name, address.addr()))
}

fn entry(mac: MacAddress, name: &str, ip: Ipv4Addr) -> DhcpHost {
    DhcpHost { mac: Some(mac), duid: None, name: Some(name.to_owned()), ip: Some(IpAddr::V4(ip)) }
}

/// Keeps an address, in place of what was kept for that card or under that name before.
fn keep(spec: &mut NetworkSpec, entry: DhcpHost) {
    let inside = |subnet: &&mut Subnet| entry.ip.is_some_and(|ip| subnet.address.contains(&ip));
    let Some(subnet) = spec.subnets.iter_mut().find(inside) else { return };
    subnet.hosts.retain(|host| host.mac != entry.mac && host.name != entry.name);
    subnet.hosts.push(entry);
}

fn each(source: &LabSource, rows: &[Row]) -> Result<Vec<Step>, EditError> {
    let mut taken: Taken = source.taken.clone();
    let mut steps = Vec::new();
    for row in rows {
        let Some(spec) = own(row, &taken) else { continue };
        let plan = networks::create(&source.template.host, &spec.document()?, true, true)?;
        steps.extend(plan.steps().to_vec());
        taken.networks.push(spec);
    }
    Ok(steps)
}

/// The network of one machine: all addresses but the host's are given out, the first always to the machine.
fn own(row: &Row, taken: &Taken) -> Option<NetworkSpec> {
    let (net, gateway) = (row.subnet?, row.gateway?);
    let host = Ipv4Net::new(gateway, net.prefix_len()).ok()?;
    let mut hosts = net.hosts().filter(|ip| *ip != gateway);
    let (start, end) = (hosts.next()?, hosts.next_back()?);
    let range = DhcpRange { start: IpAddr::V4(start), end: IpAddr::V4(end) };
    let subnet = Subnet { ranges: vec![range], hosts: kept(row).into_iter().collect(), ..Subnet::new(IpNet::V4(host)) };
    Some(NetworkSpec {
        name: row.name.clone(),
        mode: Mode::Nat,
        bridge: Some(taken.free_bridge(&row.name)),
        subnets: vec![subnet],
        ..NetworkSpec::default()
    })
}
