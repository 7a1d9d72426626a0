//! From the draft of a machine on an existing disk to the plan that makes it.

use lectern_model::{
    defaults::{self, DiskSource, DiskSpec, HostCapabilities, ImageFormat as SpecFormat, MachineSpec},
    draft::import::{DiskInfo, ImportDraft, Usage},
    guest_os::GuestOs,
    id::DomainId,
    storage::{ImageFormat, new_volume::NewVolume},
};
use uuid::Uuid;

use super::machine::{Planned, capabilities, card, finished, flavor_disks, network_to_start, probed_cpu, unmade};
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
    let (made, place) = files(host, &draft, &disk).await?;
    let id = DomainId::from_bytes(*Uuid::new_v4().as_bytes());
    let capabilities = capabilities(host, &os, draft.machine.way).await?;
    let mut spec = spec(&draft, os, id, place, &capabilities);
    if let Some(cpu) = probed_cpu(host, draft.machine.way).await {
        spec.cpu = cpu;
    }
    let machine = defaults::new_machine(&spec, &capabilities).map_err(|error| unmade(&error))?;
    let more = flavor_disks(host, &draft.machine, draft.pool.as_deref(), id).await?;
    let xml = finished(machine.document, &draft.machine, &more).map_err(|error| unmade(&error))?;
    let plan = make::import(Import {
        host: host.uri().clone(),
        id,
        name: draft.machine.name.clone(),
        xml,
        disk: made,
        mend: mend(host, &draft).await?,
        pool: pool_to_start(host, &draft).await?,
        network: if draft.machine.start { network_to_start(host, &draft.machine.network).await? } else { None },
        start: draft.machine.start,
        more: more.into_iter().map(|new| new.step).collect(),
        place: (host.places().await.0, draft.machine.counts_in().to_owned(), draft.asked(&disk)),
    });
    Ok(Planned { plan, lacks: machine.shortfalls })
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
    let Some(name) = draft.pool.as_ref().filter(|_| draft.usage.makes_file()) else { return Ok(None) };
    let stopped = host.pools().await?.into_iter().any(|pool| pool.name == *name && !pool.state.is_active());
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
        // libvirt takes VHDX for raw: a copy of the daemon's would hold the file itself.
        _ if disk.format == ImageFormat::Vhdx => {
            if !host.uri().is_local() {
                return Err(StorageError::NotHere);
            }
            NewDisk::LocalCopy { pool, from: path, format: disk.format, to }
        }
        Usage::Copy | Usage::Itself => match host.volume_at(path.clone()).await? {
            Some((_, from_pool)) => {
                NewDisk::Copy { pool, new: NewVolume::thin(&file, ImageFormat::Qcow2, size), from: path, from_pool }
            }
            None => NewDisk::LocalCopy { pool, from: path, format: disk.format, to },
        },
    };
    Ok((Some(made), place))
}

fn spec(draft: &ImportDraft, os: GuestOs, id: DomainId, place: Place, host: &HostCapabilities) -> MachineSpec {
    let arch = host.domain.arch.clone();
    let disk = DiskSpec::new(place.source, SpecFormat::from_word(place.format.driver()));
    MachineSpec {
        uuid: Some(id),
        memory: draft.machine.memory,
        vcpus: draft.machine.vcpus,
        disks: vec![disk],
        networks: card(&draft.machine).into_iter().collect(),
        ..MachineSpec::new(&draft.machine.name, os, &arch, draft.machine.way)
    }
}
