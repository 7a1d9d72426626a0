//! A host's pools and volumes as pages show them: with what is really in them, who uses them, and what stands on them.

use std::time::Duration;

use lectern_model::{
    id::DomainId,
    metadata,
    storage::{
        ImageFormat, Pool, PoolId, Volume,
        dependency::{Deletion, Holder, Leaving, User},
        folder_of,
        machine::Role,
        pool::PoolKind,
        volume::VolumeKind,
    },
};

use super::{
    Cancel, access,
    inventory::{self, Inventory},
    work,
};
use crate::host::{Host, StorageError};

/// How long a file system of this computer may take.
const LIMIT: Duration = Duration::from_secs(10);

/// All volumes with who needs them, as they were when they were looked at.
#[derive(Clone, Debug)]
pub struct Stock {
    /// What the host has.
    pub inventory: Inventory,
    /// The volumes that hold another format than libvirt says: it knows nothing of VHDX.
    really: Vec<(String, ImageFormat)>,
}

/// A volume, and what hangs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The volume; its format and size are what is really in it.
    pub volume: Volume,
    /// The name of its pool.
    pub pool: String,
    /// What that is made of.
    pub kind: PoolKind,
    /// The machines that name it.
    pub users: Vec<User>,
    /// The images that stand directly on it.
    pub above: Vec<String>,
    /// The machines among all that need it, through others too, that are on.
    pub running: Vec<(DomainId, String)>,
    /// The templates that have it as a disk.
    pub sealed: Vec<String>,
    /// Who stands in the way of its deletion.
    pub deletion: Deletion,
}

/// Looks at all; has the host refresh its pools first.
///
/// # Errors
/// If the machines or the pools cannot be listed.
pub async fn take(host: &Host) -> Result<Stock, StorageError> {
    let mut inventory = inventory::take(host).await?;
    let mut really = Vec::new();
    for volume in &mut inventory.volumes {
        let promised = ImageFormat::promised_by(&volume.name);
        if volume.format != ImageFormat::Raw || promised != Some(ImageFormat::Vhdx) {
            continue;
        }
        if let Ok(info) = access::read(host, &volume.path, &Cancel::default()).await
            && info.format != volume.format
        {
            (volume.format, volume.capacity) = (info.format, info.virtual_size);
            really.push((volume.path.clone(), info.format));
        }
    }
    Ok(Stock { inventory, really })
}

/// Whether this program itself can read the image and put another beside it: then qemu-img here copies it, which shows how
/// far it is, ends at once when cancelled, and knows all formats.
pub async fn copies_here(host: &Host, volume: &Volume) -> bool {
    if !host.uri().is_local() || host.uri().is_test() || volume.kind != VolumeKind::File {
        return false;
    }
    let direct = access::look(host, &volume.path).await.is_ok_and(|look| look.how == access::How::Direct);
    let folder = folder_of(&volume.path).to_owned();
    let writable = move || rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok();
    direct && work::run(LIMIT, writable).await.unwrap_or(false)
}

impl Stock {
    /// The volumes of a pool, by name.
    #[must_use]
    pub fn of(&self, pool: PoolId) -> Vec<Seen> {
        let volumes = self.inventory.volumes.iter().filter(|volume| volume.pool == pool);
        volumes.filter_map(|volume| self.seen(volume)).collect()
    }

    /// The volume of that name in a pool.
    #[must_use]
    pub fn find(&self, pool: PoolId, name: &str) -> Option<Seen> {
        let volume = self.inventory.volumes.iter().find(|volume| volume.pool == pool && volume.name == name)?;
        self.seen(volume)
    }

    /// Whether libvirt knows the format that is in the volume at this path.
    #[must_use]
    pub fn libvirt_knows(&self, path: &str) -> bool {
        !self.really.iter().any(|(known, _)| known == path)
    }

    fn seen(&self, volume: &Volume) -> Option<Seen> {
        let pool: &Pool = self.inventory.pool_of(volume)?;
        let map = &self.inventory.map;
        let deletion = map.deletion(&volume.path, &Leaving::default());
        Some(Seen {
            volume: volume.clone(),
            pool: pool.name.clone(),
            kind: pool.kind,
            users: map.users(&volume.path).to_vec(),
            above: map.children(&volume.path).map(str::to_owned).collect(),
            running: self.running(&deletion),
            sealed: self.sealed(&volume.path),
            deletion,
        })
    }

    fn sealed(&self, path: &str) -> Vec<String> {
        let users = self.inventory.map.users(path).iter().filter(|user| user.role == Role::Disk);
        let machines = users.filter_map(|user| self.inventory.machines.iter().find(|known| known.id == user.machine));
        let sealed = machines.filter(|machine| metadata::read(&machine.config).machine().template.is_some());
        sealed.map(|machine| machine.name.clone()).collect()
    }

    fn running(&self, deletion: &Deletion) -> Vec<(DomainId, String)> {
        let Deletion::Locked(holders) = deletion else { return Vec::new() };
        let machines = holders.iter().filter_map(|holder| match holder {
            Holder::Machine { user, .. } => self.inventory.machines.iter().find(|machine| machine.id == user.machine),
            Holder::Image { .. } => None,
        });
        let mut on: Vec<_> = machines
            .filter(|machine| machine.live.is_some())
            .map(|machine| (machine.id, machine.name.clone()))
            .collect();
        on.dedup();
        on
    }
}
