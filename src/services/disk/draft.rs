//! What was found of a disk and of the pools, in the words of the wizards' rules (`model::draft::import`).

use std::{collections::BTreeSet, time::Duration};

use lectern_model::{
    draft::import::{DiskFacts, DiskFault, DiskInfo, DiskUser, PoolFacts, UserRole},
    storage::{
        Content, Fault, ImageFormat, ImageInfo, Volume,
        chain::{Link, Unread},
        dependency::{Holder, User},
        machine::Role,
    },
    units::Bytes,
};

use super::{
    access::{FileKind, How, Look},
    inventory::{self, Inventory},
    probe::{self, Probe, Warning},
    reach::{self, Reach},
    work, wrapped,
};
use crate::host::{Copying, Host, StorageError};

/// How long a look at rights may take.
const LIMIT: Duration = Duration::from_secs(10);

/// All pools with the names of their volumes.
///
/// # Errors
/// If the host does not answer.
pub async fn pools(host: &Host) -> Result<Vec<PoolFacts>, StorageError> {
    let names = |volumes: Vec<Volume>| volumes.into_iter().map(|volume| volume.name).collect::<BTreeSet<_>>();
    let listed = host.storage_picture(false).await?;
    Ok(listed
        .into_iter()
        .map(|listed| PoolFacts {
            active: listed.pool.state.is_active(),
            // The daemon writes as root; of what it may not, only trying tells.
            writable: None,
            available: listed.pool.available,
            folder: listed.pool.target.filter(|_| listed.pool.kind.has_files()),
            volumes: listed.volumes.map(names).unwrap_or_default(),
            name: listed.pool.name,
        })
        .collect())
}

/// The disk at `path`. A look into what is packed may take long: `copying` tells how far it is, and ends it.
///
/// # Errors
/// If the host does not answer; what is wrong with the disk is an answer.
pub async fn disk(host: &Host, path: &str, copying: &Copying) -> Result<DiskFacts, StorageError> {
    let probe = probe::probe(host, path, &copying.canceller()).await;
    let found = match fault(host, &probe).await {
        // What is no disk itself may have one in it.
        Some(fault) => wrapped::within(host, &probe, fault, copying).await,
        None => Ok(info(host, &probe).await?),
    };
    Ok(DiskFacts { path: path.to_owned(), found })
}

async fn fault(host: &Host, probe: &Probe) -> Option<DiskFault> {
    let look = match &probe.look {
        Ok(look) => look,
        Err(Unread::NotAFile) => return Some(special(host, &probe.path).await),
        Err(why) => return Some(unread(why)),
    };
    let packed = probe.warnings.iter().find_map(|warning| match warning {
        Warning::NotADisk(Content::Empty) => Some(DiskFault::Empty),
        Warning::NotADisk(content) => Some(DiskFault::NotADisk(content.clone())),
        Warning::Corrupt => Some(DiskFault::Damaged),
        _ => None,
    });
    packed.or_else(|| probe.chain.faults.iter().find(|fault| fault.is_fatal()).map(|fault| of_chain(fault, look)))
}

/// A folder, or a pipe, a socket and the like; only what is here can be told apart.
async fn special(host: &Host, path: &str) -> DiskFault {
    let path = path.to_owned();
    let is_folder = work::run(LIMIT, move || std::fs::metadata(path).map(|found| found.is_dir())).await;
    match is_folder {
        Ok(Ok(false)) if host.uri().is_local() => DiskFault::Special,
        _ => DiskFault::Folder,
    }
}

fn unread(why: &Unread) -> DiskFault {
    match why {
        Unread::Missing => DiskFault::Missing,
        Unread::NotAFile => DiskFault::Special,
        Unread::Damaged => DiskFault::Damaged,
        Unread::Denied => DiskFault::Unreachable("permission denied".into()),
        Unread::TimedOut => DiskFault::Unreachable("no answer in time".into()),
        Unread::Failed(said) => DiskFault::Unreachable(said.clone()),
    }
}

fn of_chain(fault: &Fault, look: &Look) -> DiskFault {
    match fault {
        Fault::Missing { path, wanted_by: Some(_) } => DiskFault::BaseMissing(path.clone()),
        Fault::Missing { .. } => DiskFault::Missing,
        Fault::Loop { path } => DiskFault::ChainLoops(path.clone()),
        Fault::TooDeep => DiskFault::ChainTooLong,
        Fault::CutOff { path, least } if *path == look.path => {
            DiskFault::Truncated { has: look.length.unwrap_or_default(), needs: *least }
        }
        Fault::Unreadable { why, .. } => unread(why),
        Fault::CutOff { .. } | Fault::OtherFormat { .. } | Fault::FormatNotGiven { .. } | Fault::Elsewhere { .. } => {
            DiskFault::Damaged
        }
    }
}

async fn info(host: &Host, probe: &Probe) -> Result<DiskInfo, StorageError> {
    let stock = inventory::take(host).await?;
    let (closed, mendable) = closed(reach::check(host, &probe.path).await?).await;
    let look = probe.look.as_ref().ok();
    let image = probe.info();
    let named_as = probe.warnings.iter().find_map(|warning| match warning {
        Warning::OtherThanNamed { promised, .. } => Some(*promised),
        _ => None,
    });
    Ok(DiskInfo {
        format: image.map_or(ImageFormat::Raw, |image| image.format),
        named_as,
        virtual_size: image.map_or(Bytes(0), |image| image.virtual_size),
        real_size: look.and_then(|look| look.allocated).or(image.and_then(allocated)).unwrap_or_default(),
        bases: probe.chain.bases().iter().map(base).collect(),
        writable: writable(host, look).await,
        closed,
        mendable,
        users: users(&stock, probe),
        optical: probe.warnings.contains(&Warning::Disc),
        inside: None,
        appliance: None,
        others: Vec::new(),
    })
}

fn allocated(image: &ImageInfo) -> Option<Bytes> {
    image.allocated
}

fn base(link: &Link) -> (String, ImageFormat) {
    (link.path.clone(), link.info.format)
}

async fn closed(reach: Reach) -> (Vec<String>, bool) {
    match reach {
        Reach::Closed(mend) => {
            let folders = mend.folders.iter().map(|folder| folder.to_string_lossy().into_owned()).collect();
            (folders, work::run(LIMIT, move || mend.is_permitted()).await.unwrap_or(false))
        }
        Reach::Open | Reach::Unknown(_) | Reach::NotAsked => (Vec::new(), false),
    }
}

/// A system's libvirt makes the file QEMU's own, so only the file system can stand against it; in a session the user's
/// own rights count.
async fn writable(host: &Host, look: Option<&Look>) -> Option<bool> {
    let look = look.filter(|look| look.how == How::Direct && look.kind == FileKind::File)?;
    let (path, is_session) = (look.path.clone(), host.uri().is_session());
    let asked = work::run(LIMIT, move || {
        if is_session {
            return Some(rustix::fs::access(&path, rustix::fs::Access::WRITE_OK).is_ok());
        }
        let found = rustix::fs::statvfs(&path).ok()?;
        Some(!found.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY))
    });
    asked.await.ok().flatten()
}

fn users(stock: &Inventory, probe: &Probe) -> Vec<DiskUser> {
    let active =
        |user: &User| stock.machines.iter().any(|machine| machine.id == user.machine && machine.live.is_some());
    let of = |user: &User, role| DiskUser { machine: user.name.clone(), role, active: active(user) };
    let writes = |user: &User| user.role == Role::Disk && !user.read_only;
    let mut users: Vec<DiskUser> = Vec::new();
    for holder in stock.map.holders(&probe.path) {
        let Holder::Machine { user, through } = holder else { continue };
        let role = if through.is_empty() && writes(&user) { UserRole::Writes } else { UserRole::Base };
        users.push(of(&user, role));
    }
    for link in probe.chain.bases() {
        let others = stock.map.users(&link.path).iter().filter(|user| writes(user));
        users.extend(others.map(|user| of(user, UserRole::WritesBase(link.path.clone()))));
    }
    users
}
