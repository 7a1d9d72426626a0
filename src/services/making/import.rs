//! From the draft of a machine on an existing disk to the plan that makes it.

use lectern_model::{
    defaults::{
        self, CdromSpec, DiskBus, DiskSource, DiskSpec, FirmwareChoice, HostCapabilities, ImageFormat as SpecFormat,
        MachineSpec,
    },
    draft::import::{DiskInfo, ImportDraft, Usage},
    guest_os::GuestOs,
    id::DomainId,
    mac::MacAddress,
    storage::{ImageFormat, new_volume::NewVolume},
};
use uuid::Uuid;

use super::machine::{Planned, capabilities, card, finished, flavor_disks, network_to_start, probed_cpu, unmade};
use super::{cloud, copying::Copier};
use crate::{
    disk::reach::{self, Mend, Reach, Rights},
    host::{Host, StorageError},
    plan::make::{self, Import, NewDisk},
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
pub async fn plan_import(
    host: &Host,
    draft: ImportDraft,
    disk: DiskInfo,
    os: GuestOs,
) -> Result<Planned, StorageError> {
    let (made, places) = files(host, &draft, &disk).await?;
    let id = DomainId::from_bytes(*Uuid::new_v4().as_bytes());
    let capabilities = capabilities(host, &os, draft.machine.way).await?;
    let mut spec = spec(&draft, os, id, places, &disk, &capabilities);
    // The seed names the card by its address.
    let mac = MacAddress::parse(&draft.machine.mac).unwrap_or_else(|_| random_mac());
    let seed = cloud::seed(host, &draft, id, mac).await?;
    if let Some(seed) = &seed {
        spec.cdroms.push(CdromSpec { source: Some(DiskSource::File(seed.path.clone())), bus: None });
        for card in &mut spec.networks {
            card.mac = Some(mac);
        }
    }
    if let Some(cpu) = probed_cpu(host, draft.machine.way).await {
        spec.cpu = cpu;
    }
    let machine = defaults::new_machine(&spec, &capabilities).map_err(|error| unmade(&error))?;
    let more = flavor_disks(host, &draft.machine, draft.pool.as_deref(), id).await?;
    let xml = finished(machine.document, &draft.machine, &more).map_err(|error| unmade(&error))?;
    let (seed_step, needs) = seed.map(|seed| (seed.step.into(), seed.scratch)).unzip();
    let plan = make::import(Import {
        host: host.uri().clone(),
        id,
        name: draft.machine.name.clone(),
        xml,
        disks: made,
        mend: mend(host, &draft).await?,
        pool: pool_to_start(host, &draft).await?,
        network: if draft.machine.start { network_to_start(host, &draft.machine.network).await? } else { None },
        start: draft.machine.start,
        more: more.into_iter().map(|new| new.step).chain(seed_step).collect(),
        place: (host.places().await.0, draft.machine.counts_in().to_owned(), draft.asked(&disk)),
    });
    Ok(Planned { plan, lacks: machine.shortfalls, needs })
}

fn random_mac() -> MacAddress {
    let bytes = *Uuid::new_v4().as_bytes();
    MacAddress::from_random([bytes[0], bytes[1], bytes[2]])
}

/// The folders to be mended, where the user agreed, with the rights that they have now.
async fn mend(host: &Host, draft: &ImportDraft) -> Result<Option<(Mend, Rights)>, StorageError> {
    let Some(source) = draft.source.as_ref().filter(|_| draft.mend_access) else { return Ok(None) };
    let Reach::Closed(mend) = reach::check(host, source.path()).await? else { return Ok(None) };
    let own = mend.clone();
    let rights = tokio::task::spawn_blocking(move || own.rights()).await.unwrap_or(Err(StorageError::Cancelled))?;
    Ok(Some((mend, rights)))
}

/// No file can be made in a pool that is stopped.
async fn pool_to_start(host: &Host, draft: &ImportDraft) -> Result<Option<String>, StorageError> {
    let Some(name) = draft.pool.as_ref().filter(|_| draft.usage.makes_file() || draft.cloud.is_some()) else {
        return Ok(None);
    };
    let stopped = host.pools().await?.into_iter().any(|pool| pool.name == *name && !pool.state.is_active());
    Ok(stopped.then(|| name.clone()))
}

/// The files that are made first, and the disks that the machine gets.
async fn files(host: &Host, draft: &ImportDraft, disk: &DiskInfo) -> Result<(Vec<NewDisk>, Vec<Place>), StorageError> {
    let path = draft.source.as_ref().map(|source| source.path().to_owned()).unwrap_or_default();
    let (Some(pool), Some(file)) = (draft.pool.clone(), draft.new_file()) else {
        let is_device = path.starts_with("/dev/");
        let source = if is_device { DiskSource::Block(path) } else { DiskSource::File(path) };
        return Ok((Vec::new(), vec![Place { source, format: disk.format }]));
    };
    let to = host.pool_path(pool.clone(), file.clone()).await?;
    if draft.usage == Usage::Overlay {
        let place = Place { source: DiskSource::File(to), format: ImageFormat::Qcow2 };
        let size = draft.overlay_size.unwrap_or(disk.virtual_size);
        let new = NewVolume::overlay(&file, size, &path, disk.format);
        return Ok((vec![NewDisk::Overlay { pool, new }], vec![place]));
    }
    let copier = Copier::new(host, draft, disk, &pool).await?;
    let mut made = vec![copier.first(disk, &file, &to)];
    let mut places = vec![Place { source: DiskSource::File(to), format: draft.format }];
    for (other, file) in disk.others.iter().zip(draft.other_files(disk)) {
        let to = host.pool_path(pool.clone(), file.clone()).await?;
        places.push(Place { source: DiskSource::File(to.clone()), format: draft.format });
        made.push(copier.by_this_computer(other, &file, &to, None));
    }
    Ok((made, places))
}

fn spec(
    draft: &ImportDraft,
    os: GuestOs,
    id: DomainId,
    places: Vec<Place>,
    disk: &DiskInfo,
    host: &HostCapabilities,
) -> MachineSpec {
    let arch = host.domain.arch.clone();
    let appliance = disk.appliance.as_deref();
    // A system that was installed elsewhere may start from the drivers that it needed there, and no others.
    let bus = appliance.filter(|appliance| !appliance.paravirtual && arch == "x86_64").map(|_| DiskBus::Sata);
    let spec = |place: Place| DiskSpec {
        bus,
        thin: !draft.whole,
        ..DiskSpec::new(place.source, SpecFormat::from_word(place.format.driver()))
    };
    let uefi = appliance.is_some_and(|appliance| appliance.uefi);
    MachineSpec {
        uuid: Some(id),
        memory: draft.machine.memory,
        vcpus: draft.machine.vcpus,
        disks: places.into_iter().map(spec).collect(),
        networks: card(&draft.machine).into_iter().collect(),
        firmware: if uefi { FirmwareChoice::Uefi } else { FirmwareChoice::Automatic },
        ..MachineSpec::new(&draft.machine.name, os, &arch, draft.machine.way)
    }
}
