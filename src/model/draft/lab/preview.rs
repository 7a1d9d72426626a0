//! The machines that a draft would make, row by row, with what clashes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::{Addresses, Gateway, LabDraft, LabFacts, LabNetwork, LabNetworkFacts, NameSource, edits, given};
use crate::mac::MacAddress;
use crate::metadata::Student;
use crate::names::{self, NameKind, NameProblem};
use crate::pattern::{self, CountProblem, Names, Pattern, PatternProblem, host_name};
use crate::resize;
use crate::subnet::{self, AddressProblem, SubnetProblem};

/// What will be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// The machines, in order.
    pub rows: Vec<Row>,
    /// Names of the pattern that are in use and were passed over.
    pub skipped: Vec<String>,
}

/// One machine that will be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its name inside, which may differ (`_` becomes `-`).
    pub host_name: String,
    /// Whose it is.
    pub student: Option<Student>,
    /// The paths of its overlays, in the order of the template's disks; file names alone where the pool has no folder.
    pub disks: Vec<String>,
    /// The addresses of its network cards.
    pub macs: Vec<MacAddress>,
    /// The address of its first card with the network's prefix; none where DHCP gives any.
    pub address: Option<Ipv4Net>,
    /// The host's address in its network.
    pub gateway: Option<Ipv4Addr>,
    /// The virtual network of its first card; none where that is the template's.
    pub network: Option<String>,
    /// The addresses of its own network, where each has one; that network is called as the machine is.
    pub subnet: Option<Ipv4Net>,
    /// What is wrong with it.
    pub clashes: Vec<Clash>,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clash {
    /// The name cannot be given, or is in use.
    Name(NameProblem),
    /// Another row has the name.
    EqualName,
    /// Another row has the host name: two names that differ in what a host name cannot hold.
    EqualHostName(String),
    /// A file of that name is in the pool.
    DiskExists(String),
    /// What was written is no address.
    NotAnAddress(String),
    /// The address cannot be given.
    Address(AddressProblem),
    /// Another row has the address.
    EqualAddress(Ipv4Addr),
    /// What was written is no Ethernet address.
    NotAMac(String),
    /// A machine has the Ethernet address.
    MacInUse,
    /// Another row has the Ethernet address.
    EqualMac,
    /// The network has no free address left.
    NoAddress,
    /// A virtual network is called as the machine, whose own network would be.
    NetworkExists,
    /// The student has no number, which the pattern wants.
    NoNumber,
}

/// Why there are no rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoRows {
    Pattern(PatternProblem),
    Count(CountProblem),
    NoStudents,
    Subnet(SubnetProblem),
}

/// The machines that a draft would make. Without rows, [`super::problems`] says why.
#[must_use]
pub fn preview(draft: &LabDraft, facts: &LabFacts) -> Preview {
    rows(draft, facts).unwrap_or_default()
}

/// As [`preview`], with the reason for no rows.
pub(super) fn rows(draft: &LabDraft, facts: &LabFacts) -> Result<Preview, NoRows> {
    let (names, students) = named(draft, facts)?;
    let mut rows: Vec<Row> = names.names.into_iter().map(Row::new).collect();
    for (index, row) in rows.iter_mut().enumerate() {
        row.student = students.get(index).cloned();
        if let Some(name) = draft.edits.get(&index).and_then(|edit| edit.name.clone()) {
            row.name = name;
        }
        row.host_name = host_name(&row.name);
        row.macs = macs(index, facts);
        edits::apply(index, row, draft, facts);
    }
    edits::equal_macs(&mut rows);
    addresses(&mut rows, draft, facts)?;
    disks(&mut rows, draft, facts);
    name_clashes(&mut rows, draft, facts);
    Ok(Preview { rows, skipped: names.skipped })
}

impl Row {
    fn new(name: String) -> Self {
        Self {
            name,
            host_name: String::new(),
            student: None,
            disks: Vec::new(),
            macs: Vec::new(),
            address: None,
            gateway: None,
            network: None,
            subnet: None,
            clashes: Vec::new(),
        }
    }
}

fn named(draft: &LabDraft, facts: &LabFacts) -> Result<(Names, Vec<Student>), NoRows> {
    let is_taken = |name: &str| facts.names.contains(name);
    match &draft.names {
        NameSource::Pattern { pattern, count } => {
            let pattern = Pattern::parse(pattern).map_err(NoRows::Pattern)?;
            let own = pattern.count().is_some() && count.trim().is_empty();
            let count = if own { None } else { Some(pattern::count(count).map_err(NoRows::Count)?) };
            Ok((pattern.names(count, draft.taken, is_taken).map_err(NoRows::Pattern)?, Vec::new()))
        }
        NameSource::Roster { students, .. } if students.is_empty() => Err(NoRows::NoStudents),
        NameSource::Roster { students, pattern } if pattern.contains("{id}") => {
            let name = |student: &Student| pattern.replace("{id}", &student.number);
            let count = u32::try_from(students.len()).unwrap_or(u32::MAX);
            if count > pattern::MAX_COUNT {
                return Err(NoRows::Pattern(PatternProblem::TooMany(u64::from(count))));
            }
            Ok((Names { names: students.iter().map(name).collect(), skipped: Vec::new() }, students.clone()))
        }
        NameSource::Roster { students, pattern } => {
            let pattern = Pattern::parse(pattern).map_err(NoRows::Pattern)?;
            let count = u32::try_from(students.len()).unwrap_or(u32::MAX);
            // Nobody goes without a machine, so names in use are never just left out.
            let taken = if draft.taken == pattern::Taken::Refuse { draft.taken } else { pattern::Taken::NextFree };
            Ok((pattern.names(Some(count), taken, is_taken).map_err(NoRows::Pattern)?, students.clone()))
        }
    }
}

fn macs(index: usize, facts: &LabFacts) -> Vec<MacAddress> {
    let nics = facts.template.as_ref().map_or(0, |template| template.nics);
    facts.macs.iter().skip(index * nics).take(nics).copied().collect()
}

fn addresses(rows: &mut [Row], draft: &LabDraft, facts: &LabFacts) -> Result<(), NoRows> {
    for row in rows.iter_mut() {
        row.network = match &draft.network {
            LabNetwork::AsTemplate => None,
            LabNetwork::One { network, .. } => Some(network.clone()),
            LabNetwork::Each { .. } => Some(row.name.clone()),
        };
    }
    match &draft.network {
        LabNetwork::One { network, addresses: Addresses::Fixed { first } } => {
            if let Some(network) = facts.networks.iter().find(|n| n.name == *network) {
                counted(rows, draft, network, first);
            }
            Ok(())
        }
        LabNetwork::Each { pattern, gateway } => {
            let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            let subnets = subnet::free_subnets(pattern, count, &facts.routes).map_err(NoRows::Subnet)?;
            for (row, net) in rows.iter_mut().zip(subnets) {
                own_network(row, net, *gateway);
                let exists = facts.networks.iter().any(|network| network.name == row.name);
                row.clashes.extend(exists.then_some(Clash::NetworkExists));
            }
            Ok(())
        }
        LabNetwork::AsTemplate | LabNetwork::One { .. } => Ok(()),
    }
}

fn own_network(row: &mut Row, net: Ipv4Net, gateway: Gateway) {
    let host = match gateway {
        Gateway::First => net.hosts().next(),
        Gateway::Last => net.hosts().last(),
    };
    let first = subnet::free_addresses(&net, host, None, 1, |_| false).first().copied();
    row.subnet = Some(net);
    row.gateway = host;
    row.address = first.and_then(|address| Ipv4Net::new(address, net.prefix_len()).ok());
}

/// Addresses of one network, counted up around what is in use; what the user wrote goes before.
fn counted(rows: &mut [Row], draft: &LabDraft, network: &LabNetworkFacts, first: &str) {
    let Some(net) = network.subnet else { return };
    let written: BTreeMap<usize, &str> =
        (draft.edits.iter()).filter_map(|(index, edit)| Some((*index, edit.address.as_deref()?.trim()))).collect();
    let own: BTreeSet<Ipv4Addr> = written.values().filter_map(|text| text.parse().ok()).collect();
    let from_dhcp = |ip| network.dhcp.is_some_and(|(first, last)| (first..=last).contains(&ip));
    let spoken_for = |ip: Ipv4Addr| network.in_use.contains(&ip) || own.contains(&ip);
    let (gateway, first) = (network.gateway, first.trim().parse().ok());
    let mut free = subnet::free_addresses(&net, gateway, first, rows.len(), |ip| spoken_for(ip) || from_dhcp(ip));
    if free.len() < rows.len() {
        // The range of libvirt's own network leaves none out; dnsmasq gives nobody what it keeps for another.
        free = subnet::free_addresses(&net, gateway, first, rows.len(), spoken_for);
    }
    let mut free = free.into_iter();
    for (index, row) in rows.iter_mut().enumerate() {
        row.gateway = network.gateway;
        let address = match written.get(&index) {
            Some(text) => check_written(text, net, network),
            None => free.next().ok_or(Clash::NoAddress),
        };
        match address {
            Ok(address) => row.address = Ipv4Net::new(address, net.prefix_len()).ok(),
            Err(clash) => row.clashes.push(clash),
        }
    }
    equal(rows, |row| row.address.map(|a| a.addr()), |address| Clash::EqualAddress(*address));
}

fn check_written(text: &str, net: Ipv4Net, network: &LabNetworkFacts) -> Result<Ipv4Addr, Clash> {
    let address: Ipv4Addr = text.parse().map_err(|_| Clash::NotAnAddress(text.to_owned()))?;
    let in_use = |ip| network.in_use.contains(&ip);
    subnet::check(&net, network.gateway, address, in_use).map(|()| address).map_err(Clash::Address)
}

/// Marks all rows that have a value that another one has too.
fn equal<T: Eq + std::hash::Hash>(rows: &mut [Row], value: impl Fn(&Row) -> Option<T>, clash: impl Fn(&T) -> Clash) {
    let mut counts: HashMap<T, usize> = HashMap::new();
    rows.iter().filter_map(&value).for_each(|value| *counts.entry(value).or_default() += 1);
    for row in rows {
        if let Some(value) = value(row).filter(|value| counts.get(value).is_some_and(|count| *count > 1)) {
            row.clashes.push(clash(&value));
        }
    }
}

/// One disk is called after its machine; of several, each has its target too.
fn disks(rows: &mut [Row], draft: &LabDraft, facts: &LabFacts) {
    let targets = facts.template.as_ref().map(|t| t.disks.as_slice()).unwrap_or_default();
    let pool = facts.pools.iter().find(|pool| Some(&pool.name) == draft.pool.as_ref());
    let folder = pool.and_then(|pool| pool.folder.as_deref()).map(|f| f.trim_end_matches('/'));
    for row in rows {
        for disk in targets {
            let several = if targets.len() > 1 { format!("-{}", disk.target) } else { String::new() };
            let file = format!("{}{several}.qcow2", row.name);
            if pool.is_some_and(|pool| pool.volumes.contains(&file)) {
                row.clashes.push(Clash::DiskExists(file.clone()));
            }
            row.disks.push(folder.map_or(file.clone(), |folder| format!("{folder}/{file}")));
        }
        let given = given(draft, facts).into_iter().map(|(serial, _)| resize::file_name(serial, &row.name));
        let taken = given.filter(|file| pool.is_some_and(|pool| pool.volumes.contains(file)));
        row.clashes.extend(taken.map(Clash::DiskExists));
    }
}

fn name_clashes(rows: &mut [Row], draft: &LabDraft, facts: &LabFacts) {
    let by_number = matches!(&draft.names, NameSource::Roster { pattern, .. } if pattern.contains("{id}"));
    for row in rows.iter_mut() {
        let checked = names::check_free(&row.name, NameKind::Domain, |name| facts.names.contains(name));
        row.clashes.extend(checked.err().map(Clash::Name));
        let numberless = by_number && row.student.as_ref().is_none_or(|student| student.number.is_empty());
        row.clashes.extend(numberless.then_some(Clash::NoNumber));
    }
    equal(rows, |row| Some(row.name.clone()), |_| Clash::EqualName);
    let names: HashMap<String, BTreeSet<String>> = rows.iter().fold(HashMap::new(), |mut all, row| {
        all.entry(row.host_name.to_lowercase()).or_insert_with(BTreeSet::new).insert(row.name.clone());
        all
    });
    for row in rows {
        if names.get(&row.host_name.to_lowercase()).is_some_and(|names| names.len() > 1) {
            row.clashes.push(Clash::EqualHostName(row.host_name.clone()));
        }
    }
}
