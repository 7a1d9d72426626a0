//! What the host told, as far as the rules about a lab need it.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::OfflineLack;
use crate::draft::import::{HostFacts, PoolFacts};
use crate::id::DomainId;
use crate::identity_files::Format;
use crate::mac::MacAddress;
use crate::project::Standing;
use crate::template::Verdict;
use crate::units::{Bytes, KiB};

/// What the host told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabFacts {
    /// The host itself.
    pub host: HostFacts,
    /// The chosen template; none as long as it is looked at.
    pub template: Option<TemplateFacts>,
    /// The names of all machines.
    pub names: BTreeSet<String>,
    /// The names of the labs.
    pub labs: BTreeSet<String>,
    /// Addresses of network cards that no machine has, random: as many as are there are used. Each draft keeps its own.
    pub macs: Vec<MacAddress>,
    /// Addresses of network cards that machines have.
    pub used_macs: BTreeSet<MacAddress>,
    /// Its virtual networks.
    pub networks: Vec<LabNetworkFacts>,
    /// All that a new network must not overlap: the host's networks and routes.
    pub routes: Vec<Ipv4Net>,
    /// Its storage pools.
    pub pools: Vec<PoolFacts>,
    /// The projects with what they use; none as long as nobody knows.
    pub projects: Vec<Standing>,
}

/// A template that may become many machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFacts {
    /// Its key.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// Whether overlays may be made on its disks: [`crate::template::Standing::may`] with `Link`.
    pub link: Verdict,
    /// Its memory.
    pub memory: KiB,
    /// Its virtual CPUs.
    pub vcpus: u32,
    /// Those of its disks that each machine gets an overlay of.
    pub disks: Vec<TemplateDisk>,
    /// How many network cards it has.
    pub nics: usize,
    /// Whether it has a flavor's second disk and disk for swapping, which its machines have too then.
    pub has_flavor_disks: (bool, bool),
    /// Whether the first-boot service is in its disk.
    pub has_service: bool,
    /// Why its machines' disks cannot be written to from here; none where they can.
    pub offline: Option<OfflineLack>,
    /// How its system keeps its network's configuration, where that is known.
    pub format: Option<Format>,
}

/// One disk of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateDisk {
    /// The guest's name for it: `vda`.
    pub target: String,
    /// Its path on the host.
    pub path: String,
    /// What the guest sees.
    pub size: Bytes,
}

/// A virtual network that machines can be plugged into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabNetworkFacts {
    /// Its name.
    pub name: String,
    /// Whether it runs.
    pub active: bool,
    /// Its IPv4 addresses; none where libvirt gives it none (a bridge).
    pub subnet: Option<Ipv4Net>,
    /// The host's address in it.
    pub gateway: Option<Ipv4Addr>,
    /// What its DHCP server gives to anybody, first and last.
    pub dhcp: Option<(Ipv4Addr, Ipv4Addr)>,
    /// Whether its DHCP server keeps addresses for machines.
    pub serves: bool,
    /// Addresses that are spoken for: leases, static hosts, what Lectern noted on machines.
    pub in_use: BTreeSet<Ipv4Addr>,
}
