//! All images and machines of a host, and from that: who needs which file.
//!
//! Volumes are known from their pools, with the daemon's rights. For images outside of pools the whole folder is looked
//! into, not only the image that a machine names: an overlay that is nobody's needs its base too.

use std::collections::{BTreeMap, BTreeSet};

use lectern_model::{
    storage::{
        DependencyMap, ImageInfo, Pool, Volume,
        chain::DEEPEST,
        dependency::{BlindSpot, Builder, Holder},
        folder_of,
        machine::{Machine, MachineFile, Place, Role, StateFolders},
        normal,
    },
    uri::HostUri,
};

use super::{Cancel, access, folder};
use crate::host::{Host, StorageError};

/// What a host has, as it was when it was asked.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// Who needs which file, with what could not be looked into.
    pub map: DependencyMap,
    /// All machines.
    pub machines: Vec<Machine>,
    /// All pools.
    pub pools: Vec<Pool>,
    /// All volumes of the active ones.
    pub volumes: Vec<Volume>,
    /// The images outside of pools that were read, by path.
    pub outside: BTreeMap<String, ImageInfo>,
    /// Where this host's libvirt keeps what it stores for machines.
    pub folders: StateFolders,
}

impl Inventory {
    /// The path of a machine's file, that of a volume by its name included.
    #[must_use]
    pub fn path_of(&self, place: &Place) -> Option<String> {
        path_of(place, &self.pools, &self.volumes)
    }

    /// The volume at a path.
    #[must_use]
    pub fn volume_at(&self, path: &str) -> Option<&Volume> {
        let path = normal(path);
        self.volumes.iter().find(|volume| volume.path == path)
    }

    /// The pool with a volume.
    #[must_use]
    pub fn pool_of(&self, volume: &Volume) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.id == volume.pool)
    }
}

fn path_of(place: &Place, pools: &[Pool], volumes: &[Volume]) -> Option<String> {
    match place {
        Place::Path(path) => Some(path.clone()),
        Place::Volume { pool, volume } => {
            let pool = pools.iter().find(|known| known.name == *pool)?;
            volumes.iter().find(|known| known.pool == pool.id && known.name == *volume).map(|known| known.path.clone())
        }
        Place::Network { .. } => None,
    }
}

/// Where the host's libvirt keeps what it stores for machines.
#[must_use]
pub fn folders(uri: &HostUri) -> StateFolders {
    // For root, the session is the system's daemon.
    if !uri.is_session() || crate::libvirt::domains::is_root() {
        return StateFolders::system();
    }
    let home = || std::env::var("HOME").map(|home| format!("{home}/.config"));
    StateFolders::session(&std::env::var("XDG_CONFIG_HOME").or_else(|_| home()).unwrap_or_default())
}

/// Takes stock of `host`; has it refresh its pools first.
///
/// # Errors
/// If the machines or the pools cannot be listed; all else is a blind spot.
pub async fn take(host: &Host) -> Result<Inventory, StorageError> {
    let machines = host.machines().await?;
    let mut stock = Stock::new(host, folders(host.uri()));
    for listed in host.storage_picture(true).await? {
        stock.pool(listed.pool, listed.volumes.ok()).await;
    }
    for machine in &machines {
        stock.machine(machine);
    }
    stock.look_outside().await;
    stock.find_links().await;
    let Stock { builder, pools, volumes, outside, folders, .. } = stock;
    Ok(Inventory { map: builder.build(), machines, pools, volumes, outside, folders })
}

/// Whether a machine's file may be an image on others; of a disc or a kernel nobody looks at the folder.
fn is_image(file: &MachineFile) -> bool {
    matches!(file.role, Role::Disk | Role::SnapshotOverlay | Role::Base)
}

struct Stock<'h> {
    host: &'h Host,
    builder: Builder,
    pools: Vec<Pool>,
    volumes: Vec<Volume>,
    outside: BTreeMap<String, ImageInfo>,
    folders: StateFolders,
    known: BTreeSet<String>,
    wanted: BTreeSet<String>,
    seen: BTreeSet<String>,
}

impl<'h> Stock<'h> {
    fn new(host: &'h Host, folders: StateFolders) -> Self {
        Self {
            host,
            builder: Builder::default(),
            pools: Vec::new(),
            volumes: Vec::new(),
            outside: BTreeMap::new(),
            folders,
            known: BTreeSet::new(),
            wanted: BTreeSet::new(),
            seen: BTreeSet::new(),
        }
    }

    async fn pool(&mut self, pool: Pool, volumes: Option<Vec<Volume>>) {
        match volumes.filter(|_| pool.state.is_active()) {
            Some(volumes) => volumes.into_iter().for_each(|volume| {
                self.image(&volume.path, &volume.info());
                self.volumes.push(volume);
            }),
            None => self.closed_pool(&pool).await,
        }
        self.pools.push(pool);
    }

    /// A pool that is not started, or that libvirt cannot read: its folder may still tell.
    async fn closed_pool(&mut self, pool: &Pool) {
        let folder = pool.target.as_deref().filter(|_| pool.kind.has_files()).map(normal);
        if let Some(folder) = folder.filter(|_| self.host.uri().is_local())
            && let Some(images) = folder::scan(&folder).await
        {
            for (path, info) in images {
                self.found(&path, info);
            }
            self.seen.insert(folder);
        } else if pool.state.is_active() {
            self.builder.blind(BlindSpot::Pool(pool.name.clone()));
        } else {
            self.builder.blind(BlindSpot::InactivePool(pool.name.clone()));
        }
    }

    fn image(&mut self, path: &str, info: &ImageInfo) {
        self.known.insert(normal(path));
        self.builder.image(path, info.base());
        self.wanted.extend(info.base().map(normal));
    }

    fn machine(&mut self, machine: &Machine) {
        for file in machine.files(&self.folders) {
            let Some(path) = path_of(&file.place, &self.pools, &self.volumes) else { continue };
            self.builder.used(&path, machine.id, &machine.name, &file);
            if is_image(&file) {
                self.wanted.insert(normal(&path));
                self.wanted.extend(file.bases.iter().map(|base| normal(base)));
            }
        }
    }

    /// Follows images outside of pools, and what else lies in their folders, until nothing new is named.
    async fn look_outside(&mut self) {
        for _ in 0..DEEPEST {
            let new: Vec<String> = self.wanted.difference(&self.known).cloned().collect();
            if new.is_empty() {
                return;
            }
            for folder in new.iter().map(|path| folder_of(path).to_owned()).collect::<BTreeSet<_>>() {
                if self.seen.insert(folder.clone()) {
                    self.look_in(&folder).await;
                }
            }
            for path in new {
                if !self.known.contains(&path) {
                    self.look_at(&path).await;
                }
            }
        }
    }

    async fn look_in(&mut self, folder: &str) {
        let found = if self.host.uri().is_local() { folder::scan(folder).await } else { None };
        if let Some(images) = found {
            for (path, info) in images {
                self.found(&path, info);
            }
            return;
        }
        match self.host.look_in_folder(folder.to_owned()).await {
            Ok(volumes) => volumes.into_iter().for_each(|volume| self.found(&volume.path, volume.info())),
            // What is not there, nothing stands in; devices are looked at one by one.
            Err(StorageError::NoImage | StorageError::BadFolder(_)) => {}
            Err(_) => drop(self.builder.blind(BlindSpot::Folder(folder.to_owned()))),
        }
    }

    fn found(&mut self, path: &str, info: ImageInfo) {
        let path = normal(path);
        if !self.known.contains(&path) {
            self.image(&path, &info);
            self.outside.insert(path, info);
        }
    }

    async fn look_at(&mut self, path: &str) {
        match access::read(self.host, path, &Cancel::default()).await {
            Ok(info) => self.found(path, info),
            Err(why) => {
                self.known.insert(path.to_owned());
                self.builder.unread(path, &why);
            }
        }
    }

    /// Files with several names: symbolic links in the way, and hard links. Only for files of this computer.
    async fn find_links(&mut self) {
        if !self.host.uri().is_local() {
            return;
        }
        let paths: Vec<String> = self.builder.paths().into_iter().map(str::to_owned).collect();
        for (path, real) in folder::real_names(paths).await {
            self.builder.same(&path, &real);
        }
    }
}

/// Everyone who needs the file at `path`, asked anew: for a wizard that offers it to another machine.
///
/// # Errors
/// As for [`take`].
pub async fn holders(host: &Host, path: &str) -> Result<Vec<Holder>, StorageError> {
    Ok(take(host).await?.map.holders(path))
}
