//! The plans of storage pools and volumes, made from what is known of them.

use lectern_model::{
    storage::{
        ImageFormat, Pool, PoolId, folder_of, machine::Machine, new_pool::NewPool, new_volume::NewVolume, normal,
    },
    units::Bytes,
    uri::HostUri,
    xml::EditError,
};
use uuid::Uuid;

use super::{
    Plan, Purpose, Step,
    steps::{
        ApplyImageSnapshot, BringUpPool, CopyFile, CopyVolume, CreateOverlays, CreateVolume, DefinePool, DeleteVolume,
        DownloadVolume, GrowsIn, MakeImageSnapshot, RefreshPool, RemoveImageSnapshot, ResizeVolume, SetPoolAutostart,
        StopPool, UndefinePool, UploadVolume, WipeVolume,
    },
};
use crate::disk::{convert::Convert, volumes::Seen};

/// A key for a new pool.
#[must_use]
pub fn new_id() -> PoolId {
    PoolId::from_random(*Uuid::new_v4().as_bytes())
}

/// Makes a pool. libvirt makes the folder of one that has a folder; a device, a group or what is on the network must be
/// there, as making it would write over what it holds.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn make_pool(host: &HostUri, new: &NewPool, autostart: bool, start: bool) -> Result<Plan, EditError> {
    let (id, name) = (new.id, new.name.clone());
    let mut steps: Vec<Step> = vec![DefinePool { id, name: name.clone(), xml: new.to_xml()?.to_string() }.into()];
    if start {
        steps.push(BringUpPool { id, name: name.clone(), build: new.kind.makes_folder() }.into());
    }
    if autostart {
        steps.push(SetPoolAutostart { id, name: name.clone(), on: true }.into());
    }
    Ok(Plan::new(Purpose::MakePool(name), host.clone(), steps))
}

fn one(host: &HostUri, purpose: Purpose, step: impl Into<Step>) -> Plan {
    Plan::new(purpose, host.clone(), vec![step.into()])
}

/// Starts a pool.
#[must_use]
pub fn start_pool(host: &HostUri, pool: &Pool) -> Plan {
    let step = BringUpPool { id: pool.id, name: pool.name.clone(), build: false };
    one(host, Purpose::StartPool(pool.name.clone()), step)
}

/// Stops a pool; nothing is deleted. `definition` is its XML.
#[must_use]
pub fn stop_pool(host: &HostUri, pool: &Pool, definition: &str) -> Plan {
    one(host, Purpose::StopPool(pool.name.clone()), stopping(pool, definition))
}

fn stopping(pool: &Pool, definition: &str) -> StopPool {
    let transient = (!pool.persistent).then(|| definition.to_owned());
    StopPool { id: pool.id, name: pool.name.clone(), transient }
}

/// Has a pool start with its host, or no longer.
#[must_use]
pub fn autostart_pool(host: &HostUri, pool: &Pool, on: bool) -> Plan {
    let step = SetPoolAutostart { id: pool.id, name: pool.name.clone(), on };
    one(host, Purpose::AutostartPool(pool.name.clone(), on), step)
}

/// Has libvirt look into a pool anew.
#[must_use]
pub fn refresh_pool(host: &HostUri, pool: &Pool) -> Plan {
    let step = RefreshPool { id: pool.id, name: pool.name.clone() };
    one(host, Purpose::RefreshPool(pool.name.clone()), step)
}

/// Stops and undefines a pool; what is in it stays. `definition` is its XML.
#[must_use]
pub fn delete_pool(host: &HostUri, pool: &Pool, definition: &str) -> Plan {
    let mut steps: Vec<Step> = Vec::new();
    if pool.state != lectern_model::storage::pool::PoolState::Inactive {
        steps.push(stopping(pool, definition).into());
    }
    if pool.persistent {
        let (id, name, xml) = (pool.id, pool.name.clone(), definition.to_owned());
        steps.push(UndefinePool { id, name, xml, autostart: pool.autostart }.into());
    }
    Plan::new(Purpose::DeletePool(pool.name.clone()), host.clone(), steps)
}

/// Makes a volume.
#[must_use]
pub fn make_volume(host: &HostUri, pool: &str, new: NewVolume) -> Plan {
    let purpose = Purpose::MakeVolume(new.name.clone());
    one(host, purpose, CreateVolume { pool: pool.to_owned(), new })
}

/// Makes an overlay on an image that is there, in a pool of files.
#[must_use]
pub fn make_overlay(host: &HostUri, pool: &Pool, new: NewVolume) -> Plan {
    let purpose = Purpose::MakeVolume(new.name.clone());
    one(host, purpose, CreateOverlays { pool: pool.name.clone(), folder: pool.target.clone(), new: vec![new] })
}

/// Makes a volume larger: by QEMU where a machine that is on writes to it, else by libvirt.
#[must_use]
pub fn grow(host: &HostUri, seen: &Seen, machines: &[Machine], to: Bytes) -> Plan {
    let writer = seen.users.iter().filter(|user| !user.read_only).find_map(|user| {
        let machine = machines.iter().find(|machine| machine.id == user.machine)?;
        let target = target_of(machine, &seen.volume.path)?;
        Some(GrowsIn { machine: machine.id, name: machine.name.clone(), target })
    });
    let step = ResizeVolume {
        pool: seen.pool.clone(),
        name: seen.volume.name.clone(),
        path: seen.volume.path.clone(),
        from: seen.volume.capacity,
        to,
        running: writer,
    };
    one(host, Purpose::GrowVolume(seen.volume.name.clone()), step)
}

/// What the disk at `path` is called in a machine that is on.
fn target_of(machine: &Machine, path: &str) -> Option<String> {
    let live = machine.live.as_ref()?;
    let devices = live.root().child("devices")?;
    let mut disks = devices.children_named("disk").filter(|disk| {
        let source = disk.child("source");
        let named = source.and_then(|source| source.attribute("file").or_else(|| source.attribute("dev")));
        named.is_some_and(|named| normal(&named) == path)
    });
    Some(disks.next()?.child("target")?.attribute("dev")?.into_owned())
}

/// How a copy can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By qemu-img on this computer: it shows how far it is, ends at once, and knows all formats.
    Here,
    /// By the daemon, with its rights, and in the formats that it knows.
    Daemon,
}

/// Copies a volume into `new` of the same pool, in the new one's format: nothing in it stands on a base any more.
#[must_use]
pub fn copy(host: &HostUri, seen: &Seen, new: NewVolume, way: Way) -> Plan {
    let (from, pool) = (seen.volume.path.clone(), seen.pool.clone());
    let purpose = Purpose::CopyVolume { from: seen.volume.name.clone(), to: new.name.clone() };
    match way {
        Way::Here => {
            let to = normal(&format!("{}/{}", folder_of(&from), new.name));
            let convert = Convert::new(&from, seen.volume.format, &to, new.format);
            one(host, purpose, CopyFile { convert, pool, grow: None })
        }
        Way::Daemon => one(host, purpose, CopyVolume { from_pool: pool.clone(), pool, new, from, grow: None }),
    }
}

/// Sends a file of this computer into a new volume.
#[must_use]
pub fn upload(host: &HostUri, pool: &str, name: &str, from: &str, length: Bytes) -> Plan {
    let step = UploadVolume { pool: pool.to_owned(), name: name.to_owned(), from: from.to_owned(), length };
    one(host, Purpose::Upload(name.to_owned()), step)
}

/// Fetches a volume into a file of this computer; `replaces` if the user agreed to lose the one that is there.
#[must_use]
pub fn download(host: &HostUri, seen: &Seen, to: &str, replaces: bool) -> Plan {
    let volume = &seen.volume;
    let step = DownloadVolume {
        pool: seen.pool.clone(),
        name: volume.name.clone(),
        path: volume.path.clone(),
        to: to.to_owned(),
        length: volume.physical.unwrap_or(volume.allocation),
        replaces,
    };
    one(host, Purpose::Download(volume.name.clone()), step)
}

/// Overwrites a volume with zeros.
#[must_use]
pub fn wipe(host: &HostUri, seen: &Seen) -> Plan {
    let (pool, name, path) = named(seen);
    one(host, Purpose::WipeVolume(name.clone()), WipeVolume { pool, name, path })
}

/// Deletes a volume that nobody needs.
#[must_use]
pub fn delete(host: &HostUri, seen: &Seen) -> Plan {
    let (pool, name, path) = named(seen);
    one(host, Purpose::DeleteVolume(name.clone()), DeleteVolume { pool, name, path })
}

fn named(seen: &Seen) -> (String, String, String) {
    (seen.pool.clone(), seen.volume.name.clone(), seen.volume.path.clone())
}

/// Makes a snapshot inside an image.
#[must_use]
pub fn make_snapshot(host: &HostUri, seen: &Seen, name: &str) -> Plan {
    let (image, name) = (seen.volume.path.clone(), name.to_owned());
    let purpose = Purpose::MakeImageSnapshot { image: seen.volume.name.clone(), name: name.clone() };
    one(host, purpose, MakeImageSnapshot { image, name })
}

/// Takes an image back to a snapshot inside it.
#[must_use]
pub fn apply_snapshot(host: &HostUri, seen: &Seen, name: &str) -> Plan {
    let (image, name) = (seen.volume.path.clone(), name.to_owned());
    let purpose = Purpose::ApplyImageSnapshot { image: seen.volume.name.clone(), name: name.clone() };
    one(host, purpose, ApplyImageSnapshot { image, name })
}

/// Deletes a snapshot inside an image.
#[must_use]
pub fn remove_snapshot(host: &HostUri, seen: &Seen, name: &str) -> Plan {
    let (image, name) = (seen.volume.path.clone(), name.to_owned());
    let purpose = Purpose::RemoveImageSnapshot { image: seen.volume.name.clone(), name: name.clone() };
    one(host, purpose, RemoveImageSnapshot { image, name })
}

/// Whether a format may be grown by libvirt and QEMU (qemu-img has no resize for the others, tried with QEMU 10.0).
#[must_use]
pub const fn can_grow(format: ImageFormat) -> bool {
    matches!(format, ImageFormat::Raw | ImageFormat::Qcow2)
}
