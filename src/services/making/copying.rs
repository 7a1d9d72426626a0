//! How an image becomes a volume of a pool: by the daemon, by qemu-img in the pool's folder, or by way of this computer.

use std::time::Duration;

use lectern_model::{
    draft::import::{DiskInfo, ImportDraft},
    storage::{ImageFormat, folder_of, new_volume::NewVolume, volume::VolumeKind},
    units::Bytes,
};

use crate::{
    disk::{
        access::{self, How},
        convert::Convert,
        proof, work,
    },
    host::{Host, StorageError},
    install::Scratch,
    plan::{
        make::NewDisk,
        steps::{CarryImage, Fetch},
    },
};

/// How long a look at a folder's rights may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Makes the copies of one draft.
pub(super) struct Copier<'d> {
    draft: &'d ImportDraft,
    pool: &'d str,
    /// The image's path.
    path: String,
    /// The volume that the image is, and its pool.
    volume: Option<(String, String, Bytes)>,
    /// Whether this program reads the image itself.
    is_here: bool,
    /// Whether it writes in the pool's folder itself.
    writes: bool,
    /// Whether the daemon cannot make the copy: it unpacks nothing, and takes VHDX for raw.
    only_here: bool,
}

impl<'d> Copier<'d> {
    /// Finds out who reads and who writes; `pool` is where the copies go.
    pub(super) async fn new(
        host: &Host,
        draft: &'d ImportDraft,
        disk: &DiskInfo,
        pool: &'d str,
    ) -> Result<Self, StorageError> {
        let path = draft.source.as_ref().map(|source| source.path().to_owned()).unwrap_or_default();
        let found = host.volume_at(path.clone()).await?;
        let volume = found.map(|(volume, pool)| (volume.name, pool, volume.physical.unwrap_or(volume.capacity)));
        let is_here = access::look(host, &path).await.is_ok_and(|look| look.how == How::Direct);
        let only_here = disk.inside.is_some() || disk.format == ImageFormat::Vhdx;
        Ok(Self { draft, pool, path, volume, is_here, writes: writes(host, pool).await?, only_here })
    }

    /// The copy of the draft's own disk, which has the size that the draft wants.
    pub(super) fn first(&self, disk: &DiskInfo, file: &str, to: &str) -> NewDisk {
        let grow = Some(self.draft.size(disk)).filter(|size| *size > disk.virtual_size);
        let Some((_, from_pool, _)) = self.volume.as_ref().filter(|_| !self.only_here) else {
            return self.by_this_computer(disk, file, to, grow);
        };
        let allocation = self.draft.whole.then_some(disk.virtual_size);
        let new = NewVolume { allocation, ..NewVolume::thin(file, self.draft.format, disk.virtual_size) };
        let (pool, from, from_pool) = (self.pool.to_owned(), self.path.clone(), from_pool.clone());
        NewDisk::Copy { pool, new, from, from_pool, grow }
    }

    /// A copy that goes through this computer's memory: straight into the pool's folder where that can be.
    pub(super) fn by_this_computer(&self, disk: &DiskInfo, file: &str, to: &str, grow: Option<Bytes>) -> NewDisk {
        let from = disk.inside.as_ref().map_or(&self.path, |inside| &inside.path).clone();
        let wrapping = disk.inside.as_ref().map(|inside| inside.wrapping).unwrap_or_default();
        let (from_format, to_format) = (disk.format, self.draft.format);
        let convert = Convert { from, from_format, to: to.to_owned(), to_format, wrapping, whole: self.draft.whole };
        let fetch = if self.is_here { None } else { self.fetch(disk) };
        if self.writes && fetch.is_none() {
            return NewDisk::LocalCopy { pool: self.pool.to_owned(), convert, grow };
        }
        let carry = CarryImage::new(self.pool, file, Scratch::free(), fetch, convert, disk.virtual_size);
        NewDisk::Carried(CarryImage { grow, ..carry })
    }

    /// The volume that has the disk: a disk of a description lies beside it, in the same pool.
    fn fetch(&self, disk: &DiskInfo) -> Option<Fetch> {
        let (name, pool, length) = self.volume.clone()?;
        let own = disk.inside.as_ref().map(|inside| inside.path.as_str()).filter(|path| *path != self.path);
        let name = own.map_or(name, |path| lectern_model::storage::name_of(path).to_owned());
        Some(Fetch { pool, name, length: if own.is_some() { disk.real_size } else { length } })
    }
}

/// Whether this user writes in the folder of that pool, and it is the daemon's own folder, as far as can be told.
async fn writes(host: &Host, pool: &str) -> Result<bool, StorageError> {
    let known = host.pools().await?.into_iter().find(|known| known.name == pool);
    let Some((known, folder)) = known.and_then(|pool| Some((pool.clone(), pool.target?))) else { return Ok(false) };
    if !host.uri().is_local() || host.uri().is_test() || !known.kind.has_files() {
        return Ok(false);
    }
    let volumes = if known.state.is_active() { host.volumes(known.id, false).await? } else { Vec::new() };
    let uri = host.uri().clone();
    let look = move || {
        let files =
            volumes.iter().filter(|volume| volume.kind == VolumeKind::File && folder_of(&volume.path) == folder);
        // An empty one tells nothing: then the step itself finds out.
        let is_same = files.take(1).all(|volume| proof::of_daemon(&uri, volume).is_some());
        is_same && rustix::fs::access(&folder, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_ok()
    };
    Ok(work::run(LIMIT, look).await?)
}
