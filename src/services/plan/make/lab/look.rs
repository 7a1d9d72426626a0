//! What a host tells of labs: its templates, networks and pools, and what a lab's machines must not take.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, OnceLock},
};

use ipnet::{IpNet, Ipv4Net};

use lectern_model::{
    clone::Treatment,
    draft::{
        clone::{CloneDraft, Kind},
        import::{HostFacts, PoolFacts},
        lab::{LabFacts, LabNetworkFacts, OfflineLack, TemplateDisk, TemplateFacts, format_of},
    },
    flavor::Flavor,
    id::DomainId,
    identity_files::{Addressing, HostEntry},
    metadata::{self, GuestIdentity, LabMark, Machine},
    network::{Network, free::Taken},
    pattern::MAX_COUNT,
    project::Standing,
};

use super::super::clone::{CloneError, CloneSource, look_in, random_id};
use super::{seeds::macs, told};
use crate::{
    disk::inventory::{self, Inventory},
    guest,
    host::Host,
    install::Scratch,
    making,
};

/// A machine that machines can be made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateChoice {
    /// Its key.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// Which version of its lesson's template it is.
    pub version: u32,
}

/// What a host has, as it was when it was asked.
#[derive(Clone, Debug)]
pub struct LabStock {
    /// The machines that are locked as templates, by name.
    pub templates: Vec<TemplateChoice>,
    /// All labs, by name.
    pub labs: Vec<LabMark>,
    /// The pools that files can be made in.
    pub pools: Vec<PoolFacts>,
    /// The virtual networks.
    pub networks: Vec<Network>,
    /// The flavors.
    pub flavors: Vec<Flavor>,
    projects: Vec<Standing>,
    host: Host,
    inventory: Inventory,
    facts: HostFacts,
    taken: Taken,
    in_use: BTreeMap<String, BTreeSet<Ipv4Addr>>,
}

/// A template with all that a plan of a lab needs.
#[derive(Clone, Debug)]
pub struct LabSource {
    /// The template.
    pub template: CloneSource,
    /// What the rules compare a draft with.
    pub facts: LabFacts,
    /// The lab that the machines become members of.
    pub lab: DomainId,
    pub(super) ids: Vec<DomainId>,
    pub(super) networks: Vec<Network>,
    pub(super) taken: Taken,
    pub(super) grows: bool,
    /// The machines that the lab has, for the hosts file.
    pub(super) members: Vec<HostEntry>,
    /// The folder with the seeds; a plan needs it until it is done.
    pub(super) scratch: Arc<OnceLock<Scratch>>,
}

/// Asks `host`.
///
/// # Errors
/// As the host gives it.
pub async fn look(host: &Host) -> Result<LabStock, CloneError> {
    let inventory = inventory::take(host).await?;
    let told = making::surroundings(host, false).await?;
    let networks = if told.host.is_session { Vec::new() } else { host.networks().await.unwrap_or_default() };
    let taken = host.network_facts(None).await.map(|facts| facts.taken).unwrap_or_default();
    let notes: Vec<(DomainId, String, Machine)> = (inventory.machines.iter())
        .map(|machine| (machine.id, machine.name.clone(), metadata::read(&machine.config).machine()))
        .collect();
    let mut in_use = BTreeMap::new();
    for network in &networks {
        in_use.insert(network.name.clone(), addresses(host, network, &notes).await);
    }
    let mut pools = told.facts;
    pools.retain(|pool| pool.folder.is_some());
    Ok(LabStock {
        templates: templates(&notes),
        labs: labs(&notes),
        pools,
        networks,
        flavors: told.flavors,
        projects: told.projects,
        host: host.clone(),
        inventory,
        facts: told.host,
        taken,
        in_use,
    })
}

fn templates(notes: &[(DomainId, String, Machine)]) -> Vec<TemplateChoice> {
    let one = |(id, name, notes): &(DomainId, String, Machine)| {
        let version = notes.template.as_ref()?.version;
        Some(TemplateChoice { id: *id, name: name.clone(), version })
    };
    let mut found: Vec<TemplateChoice> = notes.iter().filter_map(one).collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn labs(notes: &[(DomainId, String, Machine)]) -> Vec<LabMark> {
    let mut found: Vec<LabMark> = notes.iter().filter_map(|(_, _, notes)| notes.lab.clone()).collect();
    found.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    found.dedup_by_key(|lab| lab.id);
    found
}

/// Addresses that are spoken for: leases, static hosts, what is noted on machines.
async fn addresses(host: &Host, network: &Network, notes: &[(DomainId, String, Machine)]) -> BTreeSet<Ipv4Addr> {
    let mut found = BTreeSet::new();
    if network.active {
        let leases = host.leases(network.name.clone()).await.unwrap_or_default();
        found.extend(leases.into_iter().filter_map(|lease| v4(lease.ip)));
    }
    let hosts = network.spec.iter().flat_map(|spec| &spec.subnets).flat_map(|subnet| &subnet.hosts);
    found.extend(hosts.filter_map(|host| v4(host.ip?)));
    let nics = notes.iter().filter_map(|(_, _, notes)| notes.guest.as_ref()).flat_map(|guest| &guest.nics);
    found.extend(nics.filter_map(|nic| match &nic.addressing {
        Addressing::Static { address, .. } => Some(address.addr()),
        Addressing::Dhcp => None,
    }));
    found
}

const fn v4(ip: IpAddr) -> Option<Ipv4Addr> {
    match ip {
        IpAddr::V4(ip) => Some(ip),
        IpAddr::V6(_) => None,
    }
}

impl LabStock {
    /// What the rules need before a template is chosen.
    #[must_use]
    pub fn facts(&self) -> LabFacts {
        LabFacts {
            host: self.facts,
            template: None,
            names: self.inventory.machines.iter().map(|machine| machine.name.clone()).collect(),
            labs: self.labs.iter().map(|lab| lab.name.clone()).collect(),
            macs: Vec::new(),
            used_macs: self.inventory.machines.iter().flat_map(|machine| macs(&machine.config)).collect(),
            networks: self.networks.iter().map(|network| self.network(network)).collect(),
            routes: self.routes(),
            pools: self.pools.clone(),
            projects: self.projects.clone(),
        }
    }

    /// The projects and flavors are others now.
    pub fn set_places(&mut self, projects: Vec<Standing>, flavors: Vec<Flavor>) {
        (self.projects, self.flavors) = (projects, flavors);
    }

    fn network(&self, network: &Network) -> LabNetworkFacts {
        let subnet = network.spec.iter().flat_map(|spec| &spec.subnets).find_map(|subnet| match subnet.address {
            IpNet::V4(address) => Some((address, subnet)),
            IpNet::V6(_) => None,
        });
        let range = subnet.and_then(|(_, subnet)| subnet.ranges.first());
        LabNetworkFacts {
            name: network.name.clone(),
            active: network.active,
            subnet: subnet.map(|(address, _)| address.trunc()),
            gateway: subnet.map(|(address, _)| address.addr()),
            dhcp: range.and_then(|range| Some((v4(range.start)?, v4(range.end)?))),
            serves: super::network::has_dhcp(network),
            in_use: self.in_use.get(&network.name).cloned().unwrap_or_default(),
        }
    }

    /// Why disks beside the template's cannot be written to.
    async fn offline(&self, template: &CloneSource) -> Option<OfflineLack> {
        let path = template.images.values().next().map(|image| image.path.as_str()).unwrap_or_default();
        guest::lack_of(&self.host, path).await
    }

    /// The machines of a lab that have addresses.
    fn members(&self, lab: Option<&LabMark>) -> Vec<HostEntry> {
        let Some(lab) = lab else { return Vec::new() };
        let notes = self.inventory.machines.iter().map(|machine| metadata::read(&machine.config).machine());
        let guests = notes.filter(|notes| notes.lab.as_ref().is_some_and(|mark| mark.id == lab.id));
        let entry = |guest: GuestIdentity| {
            let address = guest.nics.iter().find_map(|nic| match &nic.addressing {
                Addressing::Static { address, .. } => Some(address.addr()),
                Addressing::Dhcp => None,
            });
            Some(HostEntry { address: address?, host_name: guest.host_name })
        };
        guests.filter_map(|notes| entry(notes.guest?)).collect()
    }

    fn routes(&self) -> Vec<Ipv4Net> {
        let v4 = |net: IpNet| match net {
            // The way to everywhere overlaps all that there is.
            IpNet::V4(net) if net.prefix_len() > 0 => Some(net),
            _ => None,
        };
        let networks = self.taken.networks.iter().flat_map(lectern_model::network::NetworkSpec::nets);
        networks.chain(self.taken.routes.iter().map(|route| route.to)).filter_map(v4).collect()
    }

    /// Looks at a template. `lab`: the lab that machines are added to; a new one where there is none.
    ///
    /// # Errors
    /// If it is gone, or cannot be cloned.
    pub async fn source(&self, template: DomainId, lab: Option<LabMark>) -> Result<LabSource, CloneError> {
        let template = look_in(&self.host, &self.inventory, template, MAX_COUNT as usize).await?;
        let mut facts = self.facts();
        if let Some(lab) = &lab {
            facts.labs.remove(&lab.name);
        }
        facts.macs.clone_from(&template.macs);
        facts.template = Some(TemplateFacts { offline: self.offline(&template).await, ..template_facts(&template) });
        Ok(LabSource {
            facts,
            lab: lab.as_ref().map_or_else(random_id, |lab| lab.id),
            ids: (0..MAX_COUNT).map(|_| random_id()).collect(),
            networks: self.networks.clone(),
            taken: self.taken.clone(),
            grows: lab.is_some(),
            members: self.members(lab.as_ref()),
            scratch: Arc::default(),
            template,
        })
    }
}

impl LabSource {
    /// What a plan of it needs until it is done; to be kept as long.
    #[must_use]
    pub fn needs(&self) -> Arc<OnceLock<Scratch>> {
        Arc::clone(&self.scratch)
    }

    /// The virtual network that the template's first card is in, where that is one of the host's.
    #[must_use]
    pub fn network(&self) -> Option<String> {
        let devices = self.template.xml.root().child("devices")?;
        let source = devices.child("interface")?.child("source")?;
        let name = source.attribute("network")?.into_owned();
        self.networks.iter().any(|network| network.name == name).then_some(name)
    }
}

fn template_facts(source: &CloneSource) -> TemplateFacts {
    let linked = CloneDraft { kind: Kind::Linked, ..CloneDraft::default() };
    let disks = source.facts.disks.iter().filter(|disk| linked.treatment(disk) == Treatment::Link);
    let disks = disks.filter_map(|disk| {
        let image = source.images.get(&disk.index)?;
        Some(TemplateDisk { target: disk.target.clone(), path: image.path.clone(), size: image.size })
    });
    let (memory, vcpus) = lectern_model::clone::size(&source.xml);
    let flavors = &source.facts.flavor_disks;
    TemplateFacts {
        id: source.id,
        name: source.facts.source.clone(),
        link: source.facts.link.clone().unwrap_or(lectern_model::template::Verdict::Yes),
        memory: memory.unwrap_or_default(),
        vcpus: vcpus.unwrap_or(1),
        disks: disks.collect(),
        nics: lectern_model::clone::nic_count(&source.xml),
        has_flavor_disks: (flavors.ephemeral.is_some(), flavors.swap.is_some()),
        has_service: metadata::read(&source.xml).machine().service.is_some(),
        offline: None,
        format: told::system(&source.xml).and_then(|id| format_of(&id)),
    }
}
