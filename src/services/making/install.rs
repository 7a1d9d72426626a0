//! From what the wizard gathered to the plan that makes a machine and starts an installer on it.

use lectern_model::{
    capabilities::VirtType,
    defaults::{
        self, BootDevice, CdromSpec, DiskSource, DiskSpec, FirmwareChoice, HostCapabilities, ImageFormat as SpecFormat,
        MachineSpec, NetworkSpec,
    },
    draft::import::NetworkChoice,
    guest_os::GuestOs,
    id::DomainId,
    storage::{ImageFormat, new_volume::NewVolume},
    units::{Bytes, KiB},
};
use uuid::Uuid;

use super::import::{capabilities, network_source, network_to_start, probed_cpu, unmade};
use crate::{
    host::{Host, StorageError},
    install::{boot_sector::BootSector, disc::Disc},
    plan::{
        Plan,
        make::{self, Install},
        steps::PassOver,
    },
};

/// A machine to be installed.
#[derive(Clone, Debug, PartialEq)]
pub struct InstallWish {
    /// Its name.
    pub name: String,
    /// The system that is installed.
    pub os: GuestOs,
    /// Its memory.
    pub memory: KiB,
    /// Its virtual CPUs.
    pub vcpus: u32,
    /// How it is run.
    pub way: VirtType,
    /// What it is plugged into.
    pub network: NetworkChoice,
    /// Its hard disk.
    pub disk: InstallDisk,
    /// The boot disc.
    pub disc: Disc,
    /// The pool that the boot disc goes to.
    pub disc_pool: String,
    /// The path on the host of the disc that the installer comes from, where it comes from one.
    pub medium: Option<String>,
}

/// A hard disk to install on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstallDisk {
    /// A new volume.
    New {
        /// Its pool.
        pool: String,
        /// Its format: raw or qcow2.
        format: ImageFormat,
        /// Its size.
        size: Bytes,
        /// Whether all of it is set aside at once.
        whole: bool,
    },
    /// One that is there; what is on it is for the installer to keep or not.
    Existing {
        /// Its path on the host.
        path: String,
        /// Its format.
        format: ImageFormat,
    },
    /// None.
    None,
}

/// Makes the plan. Changes nothing.
///
/// # Errors
/// [`StorageError::NotHere`] where an existing disk has something to start that cannot be passed over; as libvirt gives it.
pub async fn plan_install(host: &Host, wish: InstallWish) -> Result<Plan, StorageError> {
    let id = DomainId::from_bytes(*Uuid::new_v4().as_bytes());
    let disc_name = format!("{}-install.iso", wish.name);
    let disc_path = host.pool_path(wish.disc_pool.clone(), disc_name.clone()).await?;
    let (made, disk) = disk(host, &wish).await?;
    let pass_over = pass_over(host, &wish.disk).await?;
    let capabilities = capabilities(host, &wish.os, wish.way).await?;
    let mut spec = spec(&wish, id, disk, disc_path, &capabilities);
    if let Some(cpu) = probed_cpu(host, wish.way).await {
        spec.cpu = cpu;
    }
    let machine = defaults::new_machine(&spec, &capabilities).map_err(|error| unmade(&error))?;
    Ok(make::install(Install {
        host: host.uri().clone(),
        id,
        xml: machine.document,
        disc_name,
        disk: made,
        pass_over,
        pool: None,
        network: network_to_start(host, &wish.network).await?,
        name: wish.name,
        disc: wish.disc,
        disc_pool: wish.disc_pool,
    }))
}

type Made = Option<(String, NewVolume)>;

/// The volume that is made, and the disk that the machine gets.
async fn disk(host: &Host, wish: &InstallWish) -> Result<(Made, Option<DiskSpec>), StorageError> {
    let spec = |source, format: &ImageFormat| DiskSpec::new(source, SpecFormat::from_word(format.driver()));
    match &wish.disk {
        InstallDisk::None => Ok((None, None)),
        InstallDisk::Existing { path, format } => {
            let is_device = path.starts_with("/dev/");
            let source = if is_device { DiskSource::Block(path.clone()) } else { DiskSource::File(path.clone()) };
            Ok((None, Some(spec(source, format))))
        }
        InstallDisk::New { pool, format, size, whole } => {
            let ending = if *format == ImageFormat::Raw { "img" } else { format.driver() };
            let file = format!("{}.{ending}", wish.name);
            let path = host.pool_path(pool.clone(), file.clone()).await?;
            let thin = NewVolume::thin(&file, *format, *size);
            let new = NewVolume { allocation: whole.then_some(*size), ..thin };
            let disk = DiskSpec { thin: !whole, ..spec(DiskSource::File(path), format) };
            Ok((Some((pool.clone(), new)), Some(disk)))
        }
    }
}

async fn pass_over(host: &Host, disk: &InstallDisk) -> Result<Option<PassOver>, StorageError> {
    let InstallDisk::Existing { path, format } = disk else { return Ok(None) };
    match host.boot_sector(path.clone(), *format).await? {
        BootSector::Empty => Ok(None),
        BootSector::Full { at, was } => Ok(Some(PassOver { path: path.clone(), format: *format, at, was })),
        BootSector::Elsewhere => Err(StorageError::NotHere),
    }
}

fn spec(
    wish: &InstallWish,
    id: DomainId,
    hard: Option<DiskSpec>,
    disc: String,
    capabilities: &HostCapabilities,
) -> MachineSpec {
    let arch = capabilities.domain.arch.clone();
    let drive = |path: String| {
        let is_device = path.starts_with("/dev/");
        let source = if is_device { DiskSource::Block(path) } else { DiskSource::File(path) };
        CdromSpec { source: Some(source), bus: None }
    };
    let network = network_source(&wish.network).map(|source| NetworkSpec { source, mac: None, model: None });
    MachineSpec {
        uuid: Some(id),
        memory: wish.memory,
        vcpus: wish.vcpus,
        disks: hard.into_iter().collect(),
        // The firmware starts from the first.
        cdroms: [Some(disc), wish.medium.clone()].into_iter().flatten().map(drive).collect(),
        networks: network.into_iter().collect(),
        boot: vec![BootDevice::Disk, BootDevice::Cdrom],
        firmware: FirmwareChoice::Bios,
        ..MachineSpec::new(&wish.name, wish.os.clone(), &arch, wish.way)
    }
}
