//! From what the wizard gathered to the plan that makes a machine and starts an installer on it.

use lectern_model::{
    defaults::{
        self, BootDevice, CdromSpec, DiskSource, DiskSpec, FirmwareChoice, HostCapabilities, ImageFormat as SpecFormat,
        MachineSpec,
    },
    draft::{install::NewDisk, machine::MachineDraft},
    guest_os::{Family, GuestOs},
    id::DomainId,
    storage::{ImageFormat, new_volume::NewVolume},
    units::Bytes,
};
use uuid::Uuid;

use super::machine::{Planned, capabilities, card, finished, flavor_disks, network_to_start, probed_cpu, unmade};
use crate::{
    host::{Host, StorageError},
    install::{boot_sector::BootSector, disc::Disc},
    plan::{
        make::{self, Install},
        steps::PassOver,
    },
};

/// A machine to be installed.
#[derive(Clone, Debug, PartialEq)]
pub struct InstallWish {
    /// The machine itself.
    pub machine: MachineDraft,
    /// The system that is installed.
    pub os: GuestOs,
    /// Its hard disk.
    pub disk: InstallDisk,
    /// Where the installer comes from.
    pub from: InstallFrom,
}

/// Where an installer comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstallFrom {
    /// A boot disc of ours.
    Boot {
        /// The disc.
        disc: Disc,
        /// The pool that it goes to.
        pool: String,
        /// The path on the host of the disc that the tree is on, where it is on one.
        medium: Option<String>,
    },
    /// Discs of the host, by their paths: the installer's, and what it needs beside it.
    Discs(Vec<String>),
    /// A server of the network that the machine is plugged into.
    Network,
}

/// A hard disk to install on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstallDisk {
    /// A new volume.
    New(NewDisk),
    /// One that is there; what is on it is for the installer to keep or not.
    Existing {
        /// Its path on the host.
        path: String,
        /// Its format.
        format: ImageFormat,
        /// What the guest sees.
        size: Bytes,
    },
    /// None.
    None,
}

/// Makes the plan. Changes nothing.
///
/// # Errors
/// [`StorageError::NotHere`] where an existing disk has something to start that cannot be passed over; as libvirt gives it.
pub async fn plan_install(host: &Host, wish: InstallWish) -> Result<Planned, StorageError> {
    let id = DomainId::from_bytes(*Uuid::new_v4().as_bytes());
    let (boot, discs) = discs(host, &wish).await?;
    let (made, hard) = disk(host, &wish).await?;
    let pass_over = pass_over(host, &wish.disk).await?;
    let capabilities = capabilities(host, &wish.os, wish.machine.way).await?;
    let size = match &wish.disk {
        InstallDisk::New(new) => Some(new.size),
        InstallDisk::Existing { size, .. } => Some(*size),
        InstallDisk::None => None,
    };
    let mut spec = spec(&wish, id, hard, discs, &capabilities);
    if let Some(cpu) = probed_cpu(host, wish.machine.way).await {
        spec.cpu = cpu;
    }
    let machine = defaults::new_machine(&spec, &capabilities).map_err(|error| unmade(&error))?;
    let pool = made.as_ref().map(|(pool, _)| pool.as_str());
    let more = flavor_disks(host, &wish.machine, pool, id).await?;
    let xml = finished(machine.document, &wish.machine, &more).map_err(|error| unmade(&error))?;
    let plan = make::install(Install {
        host: host.uri().clone(),
        id,
        xml,
        pools: pools_to_start(host, &wish).await?,
        disc: boot,
        disk: made,
        pass_over,
        network: network_to_start(host, &wish.machine.network).await?,
        more: more.into_iter().map(|new| new.step).collect(),
        place: (host.places().await.0, wish.machine.counts_in().to_owned(), wish.machine.asked(size.as_slice())),
        name: wish.machine.name,
    });
    Ok(Planned { plan, lacks: machine.shortfalls, needs: None })
}

/// No file can be made in a pool that is stopped.
async fn pools_to_start(host: &Host, wish: &InstallWish) -> Result<Vec<String>, StorageError> {
    let hard = if let InstallDisk::New(new) = &wish.disk { Some(&new.pool) } else { None };
    let boot = if let InstallFrom::Boot { pool, .. } = &wish.from { Some(pool) } else { None };
    let stopped = host.pools().await?.into_iter().filter(|pool| !pool.state.is_active());
    Ok(stopped.map(|pool| pool.name).filter(|name| Some(name) == hard || Some(name) == boot).collect())
}

/// The boot disc that is brought to the host, and the paths there of all discs, the one to start first.
async fn discs(host: &Host, wish: &InstallWish) -> Result<(Option<make::BootDisc>, Vec<String>), StorageError> {
    match &wish.from {
        InstallFrom::Boot { disc, pool, medium } => {
            let name = format!("{}-install.iso", wish.machine.name);
            let path = host.pool_path(pool.clone(), name.clone()).await?;
            let paths = [Some(path), medium.clone()].into_iter().flatten().collect();
            Ok((Some(make::BootDisc { disc: disc.clone(), pool: pool.clone(), name }), paths))
        }
        InstallFrom::Discs(paths) => Ok((None, paths.clone())),
        InstallFrom::Network => Ok((None, Vec::new())),
    }
}

type Made = Option<(String, NewVolume)>;

/// The volume that is made, and the disk that the machine gets.
async fn disk(host: &Host, wish: &InstallWish) -> Result<(Made, Option<DiskSpec>), StorageError> {
    let spec = |source, format: &ImageFormat| DiskSpec::new(source, SpecFormat::from_word(format.driver()));
    match &wish.disk {
        InstallDisk::None => Ok((None, None)),
        InstallDisk::Existing { path, format, .. } => {
            let is_device = path.starts_with("/dev/");
            let source = if is_device { DiskSource::Block(path.clone()) } else { DiskSource::File(path.clone()) };
            Ok((None, Some(spec(source, format))))
        }
        InstallDisk::New(new) => {
            let file = new.file(&wish.machine.name);
            let path = host.pool_path(new.pool.clone(), file.clone()).await?;
            let thin = NewVolume::thin(&file, new.format, new.size);
            let volume = NewVolume { allocation: new.whole.then_some(new.size), ..thin };
            let disk = DiskSpec { thin: !new.whole, ..spec(DiskSource::File(path), &new.format) };
            Ok((Some((new.pool.clone(), volume)), Some(disk)))
        }
    }
}

async fn pass_over(host: &Host, disk: &InstallDisk) -> Result<Option<PassOver>, StorageError> {
    let InstallDisk::Existing { path, format, .. } = disk else { return Ok(None) };
    match host.boot_sector(path.clone(), *format).await? {
        BootSector::Empty => Ok(None),
        BootSector::Full { at, was } => Ok(Some(PassOver { path: path.clone(), format: *format, at, was })),
        BootSector::Elsewhere => Err(StorageError::NotHere),
    }
}

/// A boot disc of ours starts with a BIOS only; Windows from its own disc gets UEFI, which its newer versions ask for.
fn firmware(wish: &InstallWish) -> FirmwareChoice {
    match wish.from {
        InstallFrom::Boot { .. } => FirmwareChoice::Bios,
        InstallFrom::Discs(_) if wish.os.family == Family::Windows && knows_uefi(&wish.os) => FirmwareChoice::Uefi,
        InstallFrom::Discs(_) | InstallFrom::Network => FirmwareChoice::Automatic,
    }
}

/// Windows from 8 on, of 2012; those before start from it at best with a BIOS beside it.
fn knows_uefi(os: &GuestOs) -> bool {
    os.release.is_some_and(|release| release.year >= 2012)
}

fn spec(
    wish: &InstallWish,
    id: DomainId,
    hard: Option<DiskSpec>,
    discs: Vec<String>,
    capabilities: &HostCapabilities,
) -> MachineSpec {
    let arch = capabilities.domain.arch.clone();
    let drive = |path: String| {
        let is_device = path.starts_with("/dev/");
        let source = if is_device { DiskSource::Block(path) } else { DiskSource::File(path) };
        CdromSpec { source: Some(source), bus: None }
    };
    let after = if wish.from == InstallFrom::Network { BootDevice::Network } else { BootDevice::Cdrom };
    let hard: Vec<DiskSpec> = hard.into_iter().collect();
    let first = (!hard.is_empty()).then_some(BootDevice::Disk);
    MachineSpec {
        uuid: Some(id),
        memory: wish.machine.memory,
        vcpus: wish.machine.vcpus,
        disks: hard,
        // The firmware starts from the first.
        cdroms: discs.into_iter().map(drive).collect(),
        networks: card(&wish.machine).into_iter().collect(),
        boot: first.into_iter().chain([after]).collect(),
        firmware: firmware(wish),
        ..MachineSpec::new(&wish.machine.name, wish.os.clone(), &arch, wish.machine.way)
    }
}
