//! What projects really use: the sum over all machines that are defined.
//!
//! As in OpenStack a machine counts from the moment at which it is there until it is deleted, whether it is on or not. A
//! template counts too, as it may be unlocked and started at any time.
//!
//! A *volume* is a hard disk that a machine writes to (`<disk device='disk'>` without `<readonly/>`), or that its lock as a
//! template made read-only. An overlay is one volume, of its own size; the base under it belongs to the template. Discs,
//! floppies and read-only disks are none. One file that several machines of a project share counts once. An image that
//! no machine names belongs to no project.

use std::collections::{BTreeMap, BTreeSet};

use super::{Amount, DEFAULT};
use crate::{
    id::DomainId,
    metadata,
    storage::normal,
    units::{Bytes, KiB},
    xml::{Document, Node},
};

/// A disk of a machine that counts as a volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskUse {
    /// The guest's name for it: `vda`.
    pub target: String,
    /// What tells it from others: its path, or its place on the network.
    pub key: String,
    /// What the guest sees; `None` where the host did not tell.
    pub size: Option<Bytes>,
    /// What it takes on the host, where that is known.
    pub real: Option<Bytes>,
}

/// What one machine uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineUse {
    /// Its key.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// The project that is noted on it.
    pub project: Option<String>,
    /// The flavor that is noted on it.
    pub flavor: Option<String>,
    /// Its virtual CPUs, those that may be added while it runs included.
    pub vcpus: u32,
    /// Its memory, that which the balloon may give included.
    pub memory: KiB,
    /// Its volumes.
    pub disks: Vec<DiskUse>,
    /// Whether it is locked as a template.
    pub template: bool,
}

/// What one project uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectUse {
    /// What its quota limits.
    pub amount: Amount,
    /// What its volumes really take on the host, which is no business of a quota.
    pub real: Bytes,
    /// Its machines.
    pub machines: BTreeSet<DomainId>,
    /// Volumes whose size is not known: they count as volumes and not as gigabytes.
    pub unknown: BTreeSet<String>,
}

impl MachineUse {
    /// Reads a domain's XML, as it will start with it. Sizes are not in it.
    #[must_use]
    pub fn read(id: DomainId, name: &str, document: &Document) -> Self {
        let root = document.root();
        let notes = metadata::read(document).machine();
        let locked: BTreeSet<&str> = notes.template.iter().flat_map(|t| &t.bases).map(|b| b.target.as_str()).collect();
        let devices = root.child("devices");
        let disks = devices.into_iter().flat_map(|devices| devices.children_named("disk").collect::<Vec<_>>());
        Self {
            id,
            name: name.to_owned(),
            vcpus: root.child("vcpu").and_then(|node| node.text().trim().parse().ok()).unwrap_or(1),
            memory: root.child("memory").map(memory).unwrap_or_default(),
            disks: disks.filter_map(|node| disk(node, &locked)).collect(),
            template: notes.template.is_some(),
            project: notes.project,
            flavor: notes.flavor,
        }
    }

    /// What it uses alone.
    #[must_use]
    pub fn amount(&self) -> Amount {
        let sizes: Vec<Bytes> = self.disks.iter().map(|disk| disk.size.unwrap_or_default()).collect();
        Amount::machine(self.vcpus, self.memory, &sizes)
    }

    /// The project that it counts in, where those of these names are there.
    #[must_use]
    pub fn counts_in(&self, known: impl Fn(&str) -> bool) -> &str {
        self.project.as_deref().filter(|name| known(name)).unwrap_or(DEFAULT)
    }
}

/// libvirt's `scaledInteger`: without a unit it is KiB (libvirt.org/formatdomain.html, "memory").
fn memory(node: Node<'_>) -> KiB {
    let number: u64 = node.text().trim().parse().unwrap_or_default();
    let factor: u64 = match node.attribute("unit").as_deref().unwrap_or("KiB") {
        "b" | "bytes" => return Bytes(number).kib(),
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "M" | "MiB" => 1 << 20,
        "G" | "GiB" => 1 << 30,
        "T" | "TiB" => 1 << 40,
        _ => 1 << 10,
    };
    Bytes(number.saturating_mul(factor)).kib()
}

fn disk(node: Node<'_>, locked: &BTreeSet<&str>) -> Option<DiskUse> {
    let device = node.attribute("device");
    let target = node.child("target")?.attribute("dev")?.into_owned();
    let writes = node.child("readonly").is_none() || locked.contains(target.as_str());
    if !writes || !matches!(device.as_deref(), None | Some("disk" | "lun")) {
        return None;
    }
    Some(DiskUse { key: key(node.child("source")?)?, target, size: None, real: None })
}

fn key(source: Node<'_>) -> Option<String> {
    let attribute = |name: &str| source.attribute(name);
    if let Some(path) = attribute("file").or_else(|| attribute("dev")).or_else(|| attribute("dir")) {
        return Some(normal(&path));
    }
    let all: Vec<_> = ["pool", "volume", "protocol", "name"].into_iter().filter_map(attribute).collect();
    (!all.is_empty()).then(|| all.join(":"))
}

/// What each project uses; each of `known` is there, whether it has machines or not.
#[must_use]
pub fn usage<'n>(machines: &[MachineUse], known: impl IntoIterator<Item = &'n str>) -> BTreeMap<String, ProjectUse> {
    let mut all: BTreeMap<String, ProjectUse> =
        known.into_iter().map(|name| (name.to_owned(), ProjectUse::default())).collect();
    all.entry(DEFAULT.to_owned()).or_default();
    let mut seen: BTreeSet<(String, &str)> = BTreeSet::new();
    for machine in machines {
        let name = machine.counts_in(|name| all.contains_key(name)).to_owned();
        let own: Vec<&DiskUse> =
            machine.disks.iter().filter(|disk| seen.insert((name.clone(), disk.key.as_str()))).collect();
        all.entry(name).or_default().add(machine, &own);
    }
    all
}

impl ProjectUse {
    fn add(&mut self, machine: &MachineUse, disks: &[&DiskUse]) {
        let sizes: Vec<Bytes> = disks.iter().map(|disk| disk.size.unwrap_or_default()).collect();
        self.amount = self.amount.plus(&Amount::machine(machine.vcpus, machine.memory, &sizes));
        let real = disks.iter().filter_map(|disk| disk.real).fold(self.real.0, |sum, real| sum.saturating_add(real.0));
        self.real = Bytes(real);
        self.machines.insert(machine.id);
        self.unknown.extend(disks.iter().filter(|disk| disk.size.is_none()).map(|disk| disk.key.clone()));
    }
}
