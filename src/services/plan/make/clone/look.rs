//! What a host tells of a machine that is to be cloned.

use std::collections::{BTreeMap, BTreeSet};

use lectern_model::{
    clone::{self, DiskSource, DiskView, Identity, Request},
    draft::clone::{CloneDraft, CloneFacts, ImageFacts, suggest},
    draft::import::PoolFacts,
    id::DomainId,
    mac::MacAddress,
    metadata::{self, Base, TemplateMark},
    resize,
    storage::{ImageInfo, Volume, machine::Machine},
    template::{BaseNow, BaseState, Deed, Dependents, Standing, compare},
    units::Bytes,
    uri::HostUri,
    xml::Document,
};

use crate::{
    disk::{draft, inventory, inventory::Inventory},
    host::{Host, HostError, StorageError},
};

/// Why a machine cannot be looked at to be cloned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloneError {
    /// The host or its storage.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Its XML is none that can be cloned.
    #[error(transparent)]
    Xml(#[from] clone::CloneError),
}

impl From<HostError> for CloneError {
    fn from(error: HostError) -> Self {
        Self::Storage(error.into())
    }
}

/// A machine that is to be cloned, with all that a plan needs.
#[derive(Clone, Debug)]
pub struct CloneSource {
    /// The machine.
    pub id: DomainId,
    /// Its host.
    pub host: HostUri,
    /// Its inactive XML, with passwords.
    pub xml: Document,
    /// Whether it is sealed as a template, or machines lie on its disks already.
    pub is_template: bool,
    /// What decides what may be done with it.
    pub standing: Standing,
    /// What the rules compare a draft with.
    pub facts: CloneFacts,
    /// Its disks' images, by their place.
    pub images: BTreeMap<usize, DiskImage>,
    /// The clone's identifier, random.
    pub new_id: DomainId,
    /// Addresses for the clone's network cards, which no machine of the host has.
    pub macs: Vec<MacAddress>,
    beside: Option<String>,
}

/// The image of one disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskImage {
    /// Its path on the host.
    pub path: String,
    /// What the guest sees.
    pub size: Bytes,
    /// The started pool that has it.
    pub pool: Option<String>,
    /// The file's length, where the pool tells it.
    pub length: Option<Bytes>,
    /// When it was last written to, in nanoseconds since 1970, where the pool tells it.
    pub modified: Option<i128>,
}

impl CloneSource {
    /// A draft to begin with, its disks beside the source's.
    #[must_use]
    pub fn suggest(&self) -> CloneDraft {
        let first = suggest(&self.facts, self.is_template);
        CloneDraft { pool: self.beside.clone().or(first.pool), ..first }
    }
}

/// Looks at the machine `id`, its disks, and what its clone must differ in from all machines of the host.
///
/// # Errors
/// [`HostError::Gone`] if it is not there, else as the host gives it.
pub async fn look(host: &Host, id: DomainId) -> Result<CloneSource, CloneError> {
    look_in(host, &inventory::take(host).await?, id, 1).await
}

/// The same in what was taken stock of before, with addresses for the network cards of so many clones.
///
/// # Errors
/// As [`look`].
pub(in crate::plan::make) async fn look_in(
    host: &Host,
    stock: &Inventory,
    id: DomainId,
    clones: usize,
) -> Result<CloneSource, CloneError> {
    let unreadable = |error: &dyn std::fmt::Display| HostError::BadAnswer(error.to_string());
    let xml = Document::parse(&host.inactive_xml(id).await?).map_err(|error| unreadable(&error))?;
    let machine = stock.machines.iter().find(|machine| machine.id == id).ok_or(HostError::Gone)?;
    let disks = clone::disks(&xml);
    let images = images(stock, &disks);
    let standing = standing(stock, machine, &xml, &images);
    let new_id = random_id();
    let (memory, vcpus) = clone::size(&xml);
    let (projects, flavors) = host.places().await;
    let facts = CloneFacts {
        source: machine.name.clone(),
        // Saved memory goes on with the disks as they were, and writes to them.
        shut_off: machine.live.is_none() && !machine.has_saved_memory,
        copy: Some(standing.may(Deed::Clone)),
        link: Some(standing.may(Deed::Link)),
        images: image_facts(stock, &disks),
        questions: clone::questions(&xml, &Request::new(Identity::new("", new_id)))?,
        disks,
        names: stock.machines.iter().map(|machine| machine.name.clone()).collect(),
        pools: file_pools(host).await?,
        vcpus: vcpus.unwrap_or(1),
        memory: memory.unwrap_or_default(),
        projects,
        flavors,
        flavor_disks: resize::disks(&xml),
    };
    let beside = images.values().find_map(|image| image.pool.clone());
    let beside = beside.filter(|name| facts.pools.iter().any(|pool| pool.name == *name));
    let macs = fresh_macs(stock, clone::nic_count(&xml) * clones);
    let is_template = standing.mark.is_some() || standing.is_base();
    Ok(CloneSource { id, host: host.uri().clone(), xml, is_template, standing, facts, images, new_id, macs, beside })
}

/// Pools that files can be made in: qcow2 overlays need one.
async fn file_pools(host: &Host) -> Result<Vec<PoolFacts>, StorageError> {
    let mut pools = draft::pools(host).await?;
    pools.retain(|pool| pool.folder.is_some());
    Ok(pools)
}

fn path_of(stock: &Inventory, source: &DiskSource) -> Option<String> {
    match source {
        DiskSource::File(path) | DiskSource::Block(path) => Some(path.clone()),
        DiskSource::Volume { pool, volume } => {
            let pool = stock.pools.iter().find(|known| known.name == *pool)?;
            let mut volumes = stock.volumes.iter();
            volumes.find(|known| known.pool == pool.id && known.name == *volume).map(|known| known.path.clone())
        }
    }
}

fn info_of(stock: &Inventory, path: &str) -> Option<ImageInfo> {
    stock.volume_at(path).map(Volume::info).or_else(|| stock.outside.get(path).cloned())
}

fn images(stock: &Inventory, disks: &[DiskView]) -> BTreeMap<usize, DiskImage> {
    let one = |disk: &DiskView| {
        let path = path_of(stock, disk.source.as_ref()?)?;
        let size = info_of(stock, &path)?.virtual_size;
        let volume = stock.volume_at(&path);
        let pool = volume.and_then(|volume| stock.pool_of(volume)).map(|pool| pool.name.clone());
        let (length, modified) = (volume.and_then(|v| v.physical), volume.and_then(|v| v.modified));
        Some((disk.index, DiskImage { path, size, pool, length, modified }))
    };
    disks.iter().filter_map(one).collect()
}

/// What is known of each disk's image; one that was looked for and not found is missing.
fn image_facts(stock: &Inventory, disks: &[DiskView]) -> BTreeMap<usize, ImageFacts> {
    let one = |disk: &DiskView| {
        let path = path_of(stock, disk.source.as_ref()?);
        let info = path.and_then(|path| info_of(stock, &path));
        let size = info.as_ref().map(|info| info.virtual_size).unwrap_or_default();
        let allocated = info.as_ref().and_then(|info| info.allocated).unwrap_or(size);
        Some((disk.index, ImageFacts { missing: info.is_none(), size, allocated }))
    };
    disks.iter().filter_map(one).collect()
}

/// All that decides what may be done with the machine.
fn standing(stock: &Inventory, machine: &Machine, xml: &Document, images: &BTreeMap<usize, DiskImage>) -> Standing {
    let mark: Option<TemplateMark> = metadata::read(xml).machine().template;
    let files: Vec<String> = images.values().map(|image| image.path.clone()).collect();
    let bases = mark.iter().flat_map(|mark| &mark.bases).map(|base| (base.path.clone(), state(stock, base))).collect();
    Standing { mark, dependents: Dependents::of(&stock.map, machine.id, &files), bases }
}

fn state(stock: &Inventory, base: &Base) -> BaseState {
    let Some(volume) = stock.volume_at(&base.path) else { return BaseState::NotKnown };
    match volume.physical {
        Some(size) => compare(base, Some(BaseNow { size, modified: volume.modified })),
        None => BaseState::NotKnown,
    }
}

/// A random identifier.
pub(in crate::plan::make) fn random_id() -> DomainId {
    DomainId::from_bytes(*uuid::Uuid::new_v4().as_bytes())
}

fn fresh_macs(stock: &Inventory, count: usize) -> Vec<MacAddress> {
    let mut used: BTreeSet<String> = BTreeSet::new();
    for document in stock.machines.iter().flat_map(|machine| std::iter::once(&machine.config).chain(&machine.live)) {
        let macs = document.root().descendants().filter(|node| node.is(None, "mac"));
        let read = |text: &str| MacAddress::parse(text).ok().map(|mac| mac.to_string());
        used.extend(macs.filter_map(|node| read(&node.attribute("address")?)));
    }
    let random = || {
        let [a, b, c, ..] = *uuid::Uuid::new_v4().as_bytes();
        [a, b, c]
    };
    let mut fresh = Vec::with_capacity(count);
    for _ in 0..count {
        let mac = MacAddress::unused(random, |mac| used.contains(&mac.to_string()));
        used.insert(mac.to_string());
        fresh.push(mac);
    }
    fresh
}
