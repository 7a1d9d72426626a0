//! Whether what machines' disks lie on is there and as it was: asked for the list, so headers that are known are not read
//! again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lectern_model::{
    id::DomainId,
    metadata::{self, Base},
    storage::{Chain, Fault, ImageInfo, Volume, chain::Unread, dependency::BlindSpot, machine::Role, normal},
    template::{BaseChange, BaseNow, BaseState, Trouble, compare, trouble::troubles},
};

use super::{Cancel, access, inventory, inventory::Inventory};
use crate::host::{Host, HostError, StorageError};

/// What the last look has read, for the next one.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// The headers, each with when its file was written to.
    read: HashMap<String, (Option<i128>, Result<ImageInfo, Unread>)>,
    /// What only the daemon sees: asked once, as a pool is made for the question.
    seen: HashMap<String, bool>,
}

/// What is wrong, machine by machine; those with which nothing is are left out.
pub type Troubles = BTreeMap<DomainId, Vec<Trouble>>;

/// Looks at all machines of a host. `headers` are those of the last look.
///
/// # Errors
/// If the machines or the pools cannot be listed.
pub async fn look(host: &Host, headers: Headers) -> Result<(Troubles, Headers), StorageError> {
    // The test driver's machines name files that nobody has.
    if host.uri().is_test() {
        return Ok((Troubles::new(), headers));
    }
    let stock = inventory::take(host).await?;
    let mut headers = read(host, &stock, headers).await;
    let changes = changes(&stock);
    let mut all = Troubles::new();
    for machine in &stock.machines {
        let files = machine.files(&stock.folders);
        let disks = files.iter().filter(|file| file.role == Role::Disk).filter_map(|file| stock.path_of(&file.place));
        let mut found: Vec<Trouble> = disks.flat_map(|disk| of_disk(&stock, &headers, &disk, &changes)).collect();
        // What QEMU has open is there, whatever is seen from here.
        let is_on = machine.live.is_some();
        for path in found.iter().filter_map(missing).map(str::to_owned).collect::<Vec<_>>() {
            if is_on || !is_lost(host, &path, &mut headers.seen).await {
                found.retain(|trouble| missing(trouble) != Some(&path));
            }
        }
        if !found.is_empty() {
            all.insert(machine.id, found);
        }
    }
    // What was gone may come back.
    headers.seen.retain(|_, lost| !*lost);
    Ok((all, headers))
}

/// The file that is said to be gone.
fn missing(trouble: &Trouble) -> Option<&str> {
    match trouble {
        Trouble::Chain { fault: Fault::Missing { path, .. }, .. } => Some(path),
        _ => None,
    }
}

/// Whether the daemon says so too: from a container, or of a folder that its pool was not asked about again, other files are
/// seen. `known` is what it has said.
async fn is_lost(host: &Host, path: &str, known: &mut HashMap<String, bool>) -> bool {
    if let Some(lost) = known.get(path) {
        return *lost;
    }
    let seen = host.look_at(path.to_owned(), 0).await;
    let lost = !matches!(seen, Ok(Some(_)) | Err(StorageError::Denied | StorageError::Host(HostError::TimedOut)));
    known.insert(path.to_owned(), lost);
    lost
}

/// Reads the headers of all overlays in pools: libvirt tells a base's format also where the overlay does not give it.
async fn read(host: &Host, stock: &Inventory, mut known: Headers) -> Headers {
    let mut now = HashMap::new();
    for volume in stock.volumes.iter().filter(|volume| volume.backing.is_some()) {
        let path = normal(&volume.path);
        let before = known.read.remove(&path).filter(|(at, _)| at.is_some() && *at == volume.modified);
        let info = match before {
            Some((_, info)) => info,
            None => access::read(host, &path, &Cancel::default()).await,
        };
        now.insert(path, (volume.modified, info));
    }
    Headers { read: now, seen: known.seen }
}

fn of_disk(stock: &Inventory, headers: &Headers, disk: &str, changes: &[(String, BaseChange)]) -> Vec<Trouble> {
    let chain = Chain::follow(&normal(disk), |path| info(stock, headers, path));
    troubles(disk, &chain, changes)
}

fn info(stock: &Inventory, headers: &Headers, path: &str) -> Result<ImageInfo, Unread> {
    if let Some((_, info)) = headers.read.get(path) {
        return info.clone();
    }
    let known = stock.volume_at(path).map(Volume::info).or_else(|| stock.outside.get(path).cloned());
    known.ok_or_else(|| if could_be_there(stock, path) { Unread::Denied } else { Unread::Missing })
}

/// Whether nobody could look where it would be.
fn could_be_there(stock: &Inventory, path: &str) -> bool {
    let folder = lectern_model::storage::folder_of(path);
    let pools: BTreeSet<&str> = stock.pools.iter().filter_map(|pool| pool.target.as_deref()).collect();
    stock.map.blind_spots().iter().any(|spot| match spot {
        BlindSpot::Image(image) => image == path,
        BlindSpot::Folder(blind) => blind == folder,
        BlindSpot::InactivePool(_) | BlindSpot::Pool(_) => pools.contains(folder),
    })
}

/// How the disks of templates differ from what was noted when they were locked.
fn changes(stock: &Inventory) -> Vec<(String, BaseChange)> {
    let mut changes = Vec::new();
    for machine in &stock.machines {
        let mark = metadata::read(&machine.config).machine().template;
        let bases = mark.iter().flat_map(|mark| &mark.bases);
        changes.extend(bases.filter_map(|base| Some((machine.name.clone(), change(stock, base)?))));
    }
    changes
}

fn change(stock: &Inventory, base: &Base) -> Option<BaseChange> {
    let volume = stock.volume_at(&base.path)?;
    match compare(base, Some(BaseNow { size: volume.physical?, modified: volume.modified })) {
        BaseState::Changed(change) => Some(change),
        BaseState::Unchanged | BaseState::Missing | BaseState::NotKnown => None,
    }
}
