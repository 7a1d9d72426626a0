//! From the draft of a machine on an existing disk to the plan that makes it.

use lectern_model::{
    capabilities::{DomainCapabilities, VirtType},
    defaults::{
        self, CpuChoice, DiskSource, DiskSpec, HostCapabilities, ImageFormat as SpecFormat, MachineSpec, NetworkSource,
        NetworkSpec,
    },
    draft::import::{DiskInfo, ImportDraft, NetworkChoice, Usage},
    guest_os::GuestOs,
    id::DomainId,
    metadata,
    project::DEFAULT,
    resize::{self, EPHEMERAL, ResizeError, SWAP},
    storage::{ImageFormat, new_volume::NewVolume},
    xml::Document,
};
use uuid::Uuid;

use crate::{
    disk::reach::{self, Mend, Reach, Rights},
    host::{Host, HostError, StorageError},
    plan::{
        Plan,
        make::{self, FlavorVolume, Import, NewDisk, new_disk},
    },
};

/// Where a machine's disk will be.
struct Place {
    source: DiskSource,
    format: ImageFormat,
}

/// Makes the plan of `draft`, whose disk is `disk` and whose guest system is `os`. Changes nothing.
///
/// # Errors
/// [`HostError::BadAnswer`] if the XML cannot be made; else as libvirt gives it.
pub async fn plan_import(host: &Host, draft: ImportDraft, disk: DiskInfo, os: GuestOs) -> Result<Plan, StorageError> {
    let (made, place) = files(host, &draft, &disk).await?;
    let id = DomainId::from_bytes(*Uuid::new_v4().as_bytes());
    let capabilities = capabilities(host, &os, draft.way).await?;
    let mut spec = spec(&draft, os, id, place, &capabilities);
    if let Some(cpu) = probed_cpu(host, draft.way).await {
        spec.cpu = cpu;
    }
    let machine = defaults::new_machine(&spec, &capabilities).map_err(|error| unmade(&error))?;
    let more = flavor_disks(host, &draft, id).await?;
    let xml = finished(machine.document, &draft, &more).map_err(|error| unmade(&error))?;
    Ok(make::import(Import {
        host: host.uri().clone(),
        id,
        name: draft.name.clone(),
        xml,
        disk: made,
        mend: mend(host, &draft).await?,
        pool: None,
        network: if draft.start { network_to_start(host, &draft.network).await? } else { None },
        start: draft.start,
        more: more.into_iter().map(|new| new.step).collect(),
        place: (host.places().await.0, draft.counts_in().to_owned(), draft.asked(&disk)),
    }))
}

/// The CPU with which a guest booted here under KVM, where that was tried.
pub(super) async fn probed_cpu(host: &Host, way: VirtType) -> Option<CpuChoice> {
    if way != VirtType::Kvm {
        return None;
    }
    Some(host.probed().await.ok()??.verdict.cpu()?.into())
}

/// The disks that its flavor gives it beside its own: where that is, else in a pool of files that is started.
async fn flavor_disks(host: &Host, draft: &ImportDraft, id: DomainId) -> Result<Vec<FlavorVolume>, StorageError> {
    let Some(flavor) = draft.flavor.as_ref().filter(|flavor| flavor.ephemeral > 0 || flavor.swap > 0) else {
        return Ok(Vec::new());
    };
    let pools = host.pools().await?;
    let named = pools.iter().find(|pool| Some(&pool.name) == draft.pool.as_ref());
    let pool = named.or_else(|| pools.iter().find(|pool| pool.state.is_active() && pool.kind.has_files()));
    let place = pool.and_then(|pool| Some((pool.name.clone(), pool.target.clone()?))).ok_or(StorageError::NoPool)?;
    Ok([EPHEMERAL, SWAP].into_iter().filter_map(|serial| new_disk(flavor, serial, id, &draft.name, &place)).collect())
}

/// The machine's XML with those disks, and with project and flavor noted.
fn finished(document: Document, draft: &ImportDraft, more: &[FlavorVolume]) -> Result<Document, ResizeError> {
    let mut next = document;
    for new in more {
        next = resize::with_disk(&next, &new.disk)?;
    }
    let notes = metadata::read(&next).machine();
    let project = draft.project.clone().filter(|project| project != DEFAULT);
    let flavor = draft.flavor.as_ref().map(|flavor| flavor.name.clone());
    Ok(metadata::write(&next, &metadata::Machine { project, flavor, ..notes })?)
}

pub(super) fn unmade(error: &dyn std::fmt::Display) -> StorageError {
    StorageError::Host(HostError::BadAnswer(error.to_string()))
}

pub(super) async fn capabilities(host: &Host, os: &GuestOs, way: VirtType) -> Result<HostCapabilities, HostError> {
    if way != VirtType::Test {
        return host.capabilities_for(os.clone(), None, Some(way)).await;
    }
    // The test driver says nothing of its machines.
    let own = host.capabilities().await?;
    let arch = own.host.arch.clone().unwrap_or_default();
    Ok(HostCapabilities { host: own, domain: DomainCapabilities { arch, ..DomainCapabilities::default() } })
}

/// The folders to be mended, where the user agreed, with the rights that they have now.
async fn mend(host: &Host, draft: &ImportDraft) -> Result<Option<(Mend, Rights)>, StorageError> {
    let Some(source) = draft.source.as_ref().filter(|_| draft.mend_access) else { return Ok(None) };
    let Reach::Closed(mend) = reach::check(host, source.path()).await? else { return Ok(None) };
    let own = mend.clone();
    let rights = tokio::task::spawn_blocking(move || own.rights()).await.unwrap_or(Err(StorageError::Cancelled))?;
    Ok(Some((mend, rights)))
}

/// A machine does not start on a network that is stopped.
pub(super) async fn network_to_start(host: &Host, choice: &NetworkChoice) -> Result<Option<String>, HostError> {
    let NetworkChoice::Network(name) = choice else { return Ok(None) };
    let networks = host.told().await?.networks;
    let stopped = networks.into_iter().any(|network| network.name == *name && !network.active);
    Ok(stopped.then(|| name.clone()))
}

/// The file that is made first, and the disk that the machine gets.
async fn files(host: &Host, draft: &ImportDraft, disk: &DiskInfo) -> Result<(Option<NewDisk>, Place), StorageError> {
    let path = draft.source.as_ref().map(|source| source.path().to_owned()).unwrap_or_default();
    let (Some(pool), Some(file)) = (draft.pool.clone(), draft.new_file()) else {
        let is_device = path.starts_with("/dev/");
        let source = if is_device { DiskSource::Block(path) } else { DiskSource::File(path) };
        return Ok((None, Place { source, format: disk.format }));
    };
    let to = host.pool_path(pool.clone(), file.clone()).await?;
    let place = Place { source: DiskSource::File(to.clone()), format: ImageFormat::Qcow2 };
    let size = draft.overlay_size.filter(|_| draft.usage == Usage::Overlay).unwrap_or(disk.virtual_size);
    let made = match draft.usage {
        Usage::Overlay => NewDisk::Overlay { pool, new: NewVolume::overlay(&file, size, &path, disk.format) },
        Usage::Copy | Usage::Itself => match host.volume_at(path.clone()).await? {
            Some((_, from_pool)) => {
                NewDisk::Copy { pool, new: NewVolume::thin(&file, ImageFormat::Qcow2, size), from: path, from_pool }
            }
            None => NewDisk::LocalCopy { pool, from: path, format: disk.format, to },
        },
    };
    Ok((Some(made), place))
}

/// The choice as the machine's XML has it.
pub(super) fn network_source(choice: &NetworkChoice) -> Option<NetworkSource> {
    match choice {
        NetworkChoice::Network(name) => Some(NetworkSource::Network(name.clone())),
        NetworkChoice::UserMode => Some(NetworkSource::User),
        NetworkChoice::Unplugged => None,
    }
}

fn spec(draft: &ImportDraft, os: GuestOs, id: DomainId, place: Place, host: &HostCapabilities) -> MachineSpec {
    let arch = host.domain.arch.clone();
    let disk = DiskSpec::new(place.source, SpecFormat::from_word(place.format.driver()));
    let network = network_source(&draft.network);
    MachineSpec {
        uuid: Some(id),
        memory: draft.memory,
        vcpus: draft.vcpus,
        disks: vec![disk],
        networks: network.map(|source| NetworkSpec { source, mac: None, model: None }).into_iter().collect(),
        ..MachineSpec::new(&draft.name, os, &arch, draft.way)
    }
}
