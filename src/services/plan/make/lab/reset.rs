//! The plans that give a lab's machines fresh disks, and that delete a lab.

use std::collections::{BTreeMap, BTreeSet};

use lectern_model::{
    clone::{self, DiskSource, DiskView},
    id::DomainId,
    mac::MacAddress,
    metadata,
    network::{Network, NetworkSpec},
    resize::{EPHEMERAL, SWAP},
    storage::{ImageFormat, Volume, machine::Machine, name_of, new_volume::NewVolume},
    template::Deed,
    xml::{Document, EditError, Node},
};

use uuid::Uuid;

use super::seeds::macs;
use crate::{
    disk::inventory::{self, Inventory},
    host::{Host, HostError, StorageError},
    plan::{
        Plan, Purpose, Step, networks,
        steps::{CreateOverlays, CreateSwap, DeleteImages, Discard, DiscardMachines, ForceOff, MustBeOff, Redefine},
    },
};

/// Why a lab is not reset or deleted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabError {
    /// The host or its storage.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// These are on, or their memory is saved.
    #[error("{0:?} are on")]
    Running(Vec<String>),
    /// These have snapshots, which would be of disks that are gone.
    #[error("{0:?} have snapshots")]
    Snapshots(Vec<String>),
    /// This machine's disk is no overlay in a storage pool.
    #[error("{0} has no overlay in a storage pool")]
    NoOverlay(String),
    /// An XML cannot be changed.
    #[error(transparent)]
    Xml(#[from] EditError),
}

impl From<HostError> for LabError {
    fn from(error: HostError) -> Self {
        Self::Storage(error.into())
    }
}

/// Gives machines of the lab fresh overlays on their template: whatever was written in them is gone, and they keep name,
/// UUID, addresses and all else. The old overlays are deleted in the end, or kept.
///
/// # Errors
/// What speaks against it.
pub async fn reset(host: &Host, lab: &str, machines: &[DomainId], keep: bool) -> Result<Plan, LabError> {
    let stock = inventory::take(host).await?;
    let members: Vec<&Machine> = stock.machines.iter().filter(|machine| machines.contains(&machine.id)).collect();
    refuse(&members)?;
    let mut making = Making::new(&stock);
    for machine in &members {
        let xml = host.inactive_xml(machine.id).await?;
        let document = Document::parse(&xml).map_err(|error| HostError::BadAnswer(error.to_string()))?;
        making.machine(machine, &document)?;
    }
    Ok(making.plan(host, lab, keep))
}

pub(in crate::plan::make) fn refuse(members: &[&Machine]) -> Result<(), LabError> {
    let named = |is: fn(&Machine) -> bool| {
        members.iter().filter(|machine| is(machine)).map(|machine| machine.name.clone()).collect::<Vec<_>>()
    };
    let on = named(|machine| machine.live.is_some() || machine.has_saved_memory);
    let snapshots = named(|machine| !machine.snapshots.is_empty());
    match (on.is_empty(), snapshots.is_empty()) {
        (false, _) => Err(LabError::Running(on)),
        (_, false) => Err(LabError::Snapshots(snapshots)),
        _ => Ok(()),
    }
}

/// What a reset makes, as it is gathered.
struct Making<'s> {
    stock: &'s Inventory,
    off: Vec<Step>,
    /// New overlays by the name of their pool.
    new: BTreeMap<String, Vec<NewVolume>>,
    /// New disks for swapping.
    swaps: Vec<Step>,
    changed: Vec<Step>,
    old: Vec<(String, bool)>,
    machines: BTreeSet<DomainId>,
}

impl<'s> Making<'s> {
    fn new(stock: &'s Inventory) -> Self {
        let (off, swaps, changed, old) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { stock, off, new: BTreeMap::new(), swaps, changed, old, machines: BTreeSet::new() }
    }

    fn machine(&mut self, machine: &Machine, xml: &Document) -> Result<(), LabError> {
        let (id, name) = (machine.id, machine.name.clone());
        let none = || LabError::NoOverlay(name.clone());
        self.off.push(MustBeOff { id, name: name.clone() }.into());
        let mut edit = xml.edit();
        let mut fresh = 0;
        for (disk, view) in written(xml) {
            let Some(volume) = volume(self.stock, &view) else { return Err(none()) };
            let base = base(self.stock, machine, volume);
            let serial = serial(disk);
            // A disk that is neither an overlay nor its flavor's is its own: nobody knows what is to be in it.
            if base.is_none() && serial.is_none() {
                continue;
            }
            let pool = self.stock.pool_of(volume).map(|pool| pool.name.clone()).ok_or_else(none)?;
            let file = self.free(&pool, volume);
            let source = disk.child("source").ok_or_else(none)?;
            match view.source {
                Some(DiskSource::Volume { .. }) => edit.set_attribute(source, "volume", &file)?,
                _ => edit.set_attribute(source, "file", &beside(&volume.path, &file))?,
            };
            fresh += usize::from(base.is_some());
            self.make(id, pool, &file, volume, base, serial);
            self.old.push((volume.path.clone(), true));
        }
        if fresh == 0 {
            return Err(none());
        }
        let new = edit.finish()?.to_string();
        self.changed.push(Redefine { id, name, old: xml.to_string(), new }.into());
        self.machines.insert(id);
        Ok(())
    }

    /// A fresh overlay; an empty second disk, or a new disk for swapping, which the guest finds by the same identifier.
    fn make(
        &mut self,
        id: DomainId,
        pool: String,
        file: &str,
        volume: &Volume,
        base: Option<(String, ImageFormat)>,
        serial: Option<&str>,
    ) {
        let size = volume.capacity;
        match (base, serial) {
            (Some((base, format)), _) => {
                self.new.entry(pool).or_default().push(NewVolume::overlay(file, size, &base, format));
            }
            (None, Some(SWAP)) => {
                let new = NewVolume::thin(file, ImageFormat::Raw, size);
                self.swaps.push(CreateSwap { pool, new, uuid: Uuid::from_bytes(*id.as_bytes()) }.into());
            }
            (None, _) => self.new.entry(pool).or_default().push(NewVolume::thin(file, volume.format, size)),
        }
    }

    /// The first free name beside a volume: `node1.qcow2`, `node1-2.qcow2`, and again the first at the next reset.
    fn free(&self, pool: &str, volume: &Volume) -> String {
        let (stem, extension) = volume.name.rsplit_once('.').unwrap_or((&volume.name, "qcow2"));
        let stem = stem.strip_suffix("-2").unwrap_or(stem);
        let planned = self.new.get(pool).map(Vec::as_slice).unwrap_or_default();
        let is_taken = |name: &str| {
            let there = self.stock.volumes.iter().any(|known| known.pool == volume.pool && known.name == name);
            there || planned.iter().any(|new| new.name == name)
        };
        let numbered = (2..).map(|n| format!("{stem}-{n}.{extension}"));
        let all = std::iter::once(format!("{stem}.{extension}")).chain(numbered);
        all.into_iter().find(|name| !is_taken(name)).unwrap_or_default()
    }

    fn plan(self, host: &Host, lab: &str, keep: bool) -> Plan {
        let mut steps = self.off;
        for (pool, new) in self.new {
            let known = self.stock.pools.iter().find(|known| known.name == pool);
            let folder = known.filter(|pool| pool.kind.has_files()).and_then(|pool| pool.target.clone());
            steps.push(CreateOverlays { pool, folder, new }.into());
        }
        steps.extend(self.swaps);
        steps.extend(self.changed);
        if !keep {
            steps.push(DeleteImages { images: self.old, machines: self.machines.clone() }.into());
        }
        let machines = self.machines;
        Plan::new(Purpose::ResetLab(lab.to_owned()), host.uri().clone(), steps).guarded(Deed::Edit, machines)
    }
}

/// Whether it is a flavor's second disk or its disk for swapping.
fn serial(disk: Node<'_>) -> Option<&'static str> {
    let serial = disk.child("serial")?.text().trim().to_owned();
    [EPHEMERAL, SWAP].into_iter().find(|known| *known == serial)
}

pub(in crate::plan::make) fn beside(path: &str, file: &str) -> String {
    let folder = path.strip_suffix(name_of(path)).unwrap_or_default();
    format!("{folder}{file}")
}

/// The disks that the machine writes to.
pub(in crate::plan::make) fn written(xml: &Document) -> Vec<(Node<'_>, DiskView)> {
    let devices = xml.root().children_named("devices").flat_map(Node::children);
    let nodes = devices.filter(|node| node.is(None, "disk"));
    let own = |view: &DiskView| view.device == "disk" && !view.read_only && view.source.is_some();
    nodes.zip(clone::disks(xml)).filter(|(_, view)| own(view)).collect()
}

pub(in crate::plan::make) fn volume<'s>(stock: &'s Inventory, view: &DiskView) -> Option<&'s Volume> {
    match view.source.as_ref()? {
        DiskSource::File(path) | DiskSource::Block(path) => stock.volume_at(path),
        DiskSource::Volume { pool, volume } => {
            let pool = stock.pools.iter().find(|known| known.name == *pool)?;
            stock.volumes.iter().find(|known| known.pool == pool.id && known.name == *volume)
        }
    }
}

/// The image that a fresh overlay lies on: the template's disk in the chain where the template is there, else what the
/// overlay lies on now. None for a disk that is no overlay.
fn base(stock: &Inventory, machine: &Machine, volume: &Volume) -> Option<(String, ImageFormat)> {
    let chain = stock.map.bases(&volume.path);
    let origin = metadata::read(&machine.config).machine().origin;
    let template = stock.machines.iter().find(|known| Some(known.id) == origin.as_ref().map(|origin| origin.template));
    let disks: Vec<String> = template.map(|template| paths(stock, &template.config)).unwrap_or_default();
    let path = chain.iter().find(|path| disks.contains(path)).or_else(|| chain.first())?;
    let format = stock.volume_at(path).map(|base| base.format);
    let format = format.or_else(|| stock.outside.get(path).map(|info| info.format))?;
    Some((path.clone(), format))
}

fn paths(stock: &Inventory, xml: &Document) -> Vec<String> {
    let views = clone::disks(xml);
    views.iter().filter_map(|view| Some(volume(stock, view)?.path.clone())).collect()
}

/// Deletes the machines of a lab with their overlays, the networks that were made for them, and the addresses that are
/// kept for them in others. What is on is forced off.
///
/// # Errors
/// As the host gives it.
pub async fn delete(host: &Host, lab: &str, machines: &[DomainId]) -> Result<Plan, LabError> {
    let stock = inventory::take(host).await?;
    let known = if host.uri().is_session() { Vec::new() } else { host.networks().await.unwrap_or_default() };
    let members: Vec<&Machine> = stock.machines.iter().filter(|machine| machines.contains(&machine.id)).collect();
    let mut steps = forget(host, &known, &members)?;
    let (mut images, mut gone) = (Vec::new(), Vec::new());
    for machine in &members {
        let (id, name) = (machine.id, machine.name.clone());
        if machine.live.is_some() {
            steps.push(ForceOff { id, name: name.clone() }.into());
        }
        let own = written(&machine.config).into_iter().filter_map(|(_, view)| volume(&stock, &view));
        images.extend(own.map(|volume| (volume.path.clone(), true)));
        gone.push(Discard::of(id, name, &host.inactive_xml(id).await?, false));
    }
    images.extend(super::seeds::of(&stock, &members).into_iter().map(|path| (path, true)));
    let own = members.iter().map(|machine| machine.id).collect();
    steps.push(DeleteImages { images, machines: own }.into());
    steps.push(DiscardMachines { machines: gone }.into());
    let is_left = |machine: &Machine| {
        let mark = metadata::read(&machine.config).machine().lab;
        mark.is_some_and(|mark| mark.name == lab) && !machines.contains(&machine.id)
    };
    let purpose = if stock.machines.iter().any(is_left) {
        Purpose::ShrinkLab { lab: lab.to_owned(), count: members.len() }
    } else {
        Purpose::DeleteLab(lab.to_owned())
    };
    Ok(Plan::new(purpose, host.uri().clone(), steps))
}

/// What is undone in networks.
fn forget(host: &Host, known: &[Network], members: &[&Machine]) -> Result<Vec<Step>, LabError> {
    let macs: BTreeSet<MacAddress> = members.iter().flat_map(|machine| macs(&machine.config)).collect();
    let ours = |mac: Option<MacAddress>| mac.is_some_and(|mac| macs.contains(&mac));
    let mut steps = Vec::new();
    for network in known {
        let Some(spec) = &network.spec else { continue };
        let hosts = || spec.subnets.iter().flat_map(|subnet| &subnet.hosts);
        if !hosts().any(|host| ours(host.mac)) {
            continue;
        }
        let own = members.iter().any(|machine| machine.name == network.name) && hosts().all(|host| ours(host.mac));
        let plan = if own {
            Some(networks::delete(host.uri(), network))
        } else {
            let mut spec: NetworkSpec = spec.clone();
            spec.subnets.iter_mut().for_each(|subnet| subnet.hosts.retain(|host| !ours(host.mac)));
            let old = Document::parse(&network.xml).map_err(EditError::from)?;
            networks::change(host.uri(), network, &spec.apply(&old)?)?
        };
        steps.extend(plan.into_iter().flat_map(|plan| plan.steps().to_vec()));
    }
    Ok(steps)
}
