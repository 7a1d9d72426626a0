//! What the rest of the program asks of a host's storage.

use std::time::Duration;

use lectern_model::{
    guest_os::DiscLabel,
    id::DomainId,
    storage::{ImageFormat, Pool, PoolId, Volume, machine::Machine, new_volume::NewVolume, pool::PoolKind},
    units::Bytes,
};

use super::{
    super::{actor::Message, connection::Connection, ffi::error::checked, handle::Host},
    change,
    copy::{self, Copying, Watched},
    error::StorageError,
    head, machines, pieces, pools, transient,
    types::{Found, PoolVolumes, QemuUser, Snapshot},
};
use crate::install::boot_sector::{self, BootSector};

/// How long a question may take: a refresh reads the header of every image.
const LIMIT: Duration = Duration::from_mins(1);
/// How long making or removing a volume may take: one with all its space set aside is written through.
const CHANGE_LIMIT: Duration = Duration::from_mins(30);
/// How long a copy may take.
const COPY_LIMIT: Duration = Duration::from_hours(24);

/// Storage. Every call runs on a thread of the host's own; [`StorageError::Host`] holds what is wrong with the
/// connection.
impl Host {
    /// [`Host::call`] for what answers with an error of storage.
    pub(crate) async fn storage<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let outcome = self.call(limit, move |connection| match work(connection) {
            // So that a dead connection is noticed.
            Err(StorageError::Host(error)) => Err(error),
            other => Ok(other),
        });
        outcome.await.map_err(StorageError::Host)?
    }

    /// All pools, by name, as they are now.
    ///
    /// # Errors
    /// As libvirt gives it; [`StorageError::Host`] with `TimedOut` after a minute.
    pub async fn pools(&self) -> Result<Vec<Pool>, StorageError> {
        self.storage(LIMIT, |host| Ok(pools::all(host.connect())?.into_iter().map(|(_, pool)| pool).collect())).await
    }

    /// Has the pools read again for those who look, as something may have changed that libvirt tells nobody.
    pub fn refresh_pools(&self) {
        self.tell(Message::Pools);
    }

    /// The kinds of pools that the host offers, the plainest first.
    ///
    /// # Errors
    /// As for [`Self::pools`].
    pub async fn pool_kinds(&self) -> Result<Vec<PoolKind>, StorageError> {
        self.storage(LIMIT, |host| pools::kinds(host.connect())).await
    }

    /// All pools with their volumes, in one go. With `refresh` the daemon looks into every active pool anew, which takes
    /// about 30 µs an image; without, it tells what it saw last. libvirt (11.3) stops a pool that it cannot refresh, and one
    /// image that ends within its header is enough for that.
    ///
    /// # Errors
    /// As for [`Self::pools`]; a pool that cannot be listed has its own error.
    pub async fn storage_picture(&self, refresh: bool) -> Result<Vec<PoolVolumes>, StorageError> {
        self.storage(LIMIT, move |host| pools::everything(host.connect(), refresh)).await
    }

    /// The volumes of one active pool, by name; hidden files are among them.
    ///
    /// # Errors
    /// [`StorageError::NoPool`] if it is gone; libvirt refuses an inactive one.
    pub async fn volumes(&self, pool: PoolId, refresh: bool) -> Result<Vec<Volume>, StorageError> {
        self.storage(LIMIT, move |host| pools::volumes(&pools::find(host.connect(), pool)?, refresh)).await
    }

    /// The volume at this path, with the name of its pool; `None` if no active pool has it.
    ///
    /// # Errors
    /// As for [`Self::pools`].
    pub async fn volume_at(&self, path: String) -> Result<Option<(Volume, String)>, StorageError> {
        let work = move |host: &Connection| {
            let found = pools::at(host.connect(), &path)?;
            found.map(|volume| pools::read_volume(&volume)).transpose()
        };
        let found = self.storage(LIMIT, work).await?;
        Ok(found.filter(|(_, pool)| !transient::is_ours(pool)))
    }

    /// A pool's XML.
    ///
    /// # Errors
    /// [`StorageError::NoPool`] if it is gone.
    pub async fn pool_xml(&self, pool: PoolId) -> Result<String, StorageError> {
        let work = move |host: &Connection| {
            let raw = pools::find(host.connect(), pool)?;
            Ok(checked(raw.xml_desc(0))?)
        };
        self.storage(LIMIT, work).await
    }

    /// The XML by which a pool would be defined again.
    ///
    /// # Errors
    /// [`StorageError::NoPool`] if it is gone.
    pub async fn pool_definition(&self, pool: PoolId) -> Result<String, StorageError> {
        let work = move |host: &Connection| pools::definition(&pools::find(host.connect(), pool)?);
        self.storage(LIMIT, work).await
    }

    /// The XML of the volume at this path.
    ///
    /// # Errors
    /// [`StorageError::NoImage`] if no active pool has it.
    pub async fn volume_xml(&self, path: String) -> Result<String, StorageError> {
        let work = move |host: &Connection| {
            let raw = pools::at(host.connect(), &path)?.ok_or(StorageError::NoImage)?;
            Ok(checked(raw.xml_desc(0))?)
        };
        self.storage(LIMIT, work).await
    }

    /// The snapshots of a machine.
    ///
    /// # Errors
    /// [`crate::host::HostError::Gone`] within [`StorageError::Host`] if the machine is.
    pub async fn snapshots(&self, id: DomainId) -> Result<Vec<Snapshot>, StorageError> {
        self.storage(LIMIT, move |host| machines::snapshots(host.connect(), id)).await
    }

    /// All machines with what they will start with, what they run with, and their snapshots.
    ///
    /// # Errors
    /// As for [`Self::pools`].
    pub async fn machines(&self) -> Result<Vec<Machine>, StorageError> {
        self.storage(LIMIT, |host| machines::all(host.connect())).await
    }

    /// The user that QEMU runs as; `None` where the driver does not say, as in a session, where it is the user's own.
    ///
    /// # Errors
    /// As for [`Self::pools`].
    pub async fn qemu_user(&self) -> Result<Option<QemuUser>, StorageError> {
        self.storage(LIMIT, |host| machines::qemu_user(host.connect())).await
    }

    /// Looks at a file with the daemon's eyes, with its first `length` bytes: through its pool, else through one made for
    /// its folder and gone again. `None` if it is not there.
    ///
    /// # Errors
    /// [`StorageError::BadFolder`] for a folder that is not looked into; else as libvirt gives it.
    pub async fn look_at(&self, path: String, length: usize) -> Result<Option<Found>, StorageError> {
        self.storage(LIMIT, move |host| head::look(host.connect(), &path, length)).await
    }

    /// What the disk at `path` has to start.
    ///
    /// # Errors
    /// [`StorageError::NoImage`] if it is not there; else as libvirt gives it.
    pub async fn boot_sector(&self, path: String, format: ImageFormat) -> Result<BootSector, StorageError> {
        let work = move |host: &Connection| {
            let connect = host.connect();
            pieces::with_volume(connect, &path, |volume| {
                boot_sector::look(&|at, length| pieces::read_at(connect, volume, at, length), format)
            })
        };
        self.storage(LIMIT, work).await
    }

    /// The label of the disc at `path`; `None` where it is no disc.
    ///
    /// # Errors
    /// [`StorageError::NoImage`] if it is not there; else as libvirt gives it.
    pub async fn disc_label(&self, path: String) -> Result<Option<DiscLabel>, StorageError> {
        let work = move |host: &Connection| {
            let connect = host.connect();
            pieces::with_volume(connect, &path, |volume| {
                pieces::read_at(connect, volume, DiscLabel::AT, DiscLabel::LENGTH)
            })
        };
        Ok(DiscLabel::parse(&self.storage(LIMIT, work).await?))
    }

    /// All images of a folder with the daemon's eyes, in a pool or not; each with its base.
    ///
    /// # Errors
    /// As for [`Self::look_at`]; [`StorageError::NoImage`] if there is no such folder.
    pub async fn look_in_folder(&self, folder: String) -> Result<Vec<Volume>, StorageError> {
        let work =
            move |host: &Connection| transient::in_folder(host.connect(), &folder, |pool| pools::volumes(pool, false));
        self.storage(LIMIT, work).await
    }

    /// Makes a volume. If exactly that volume is there (name, format, size, base), it is given as it is, so this may be
    /// done twice; whoever undoes it must know from before that it was not there.
    ///
    /// # Errors
    /// [`StorageError::Exists`] if another one has the name, [`StorageError::NoSpace`], [`StorageError::BadName`],
    /// [`StorageError::NoPool`]; else as libvirt gives it.
    pub async fn create_volume(&self, pool: PoolId, new: NewVolume) -> Result<Volume, StorageError> {
        self.storage(CHANGE_LIMIT, move |host| change::create(host.connect(), pool, &new)).await
    }

    /// [`Self::create_volume`] in a folder, which need not be a pool; with the daemon's rights, so the image is root's
    /// until a machine starts with it.
    ///
    /// # Errors
    /// As for [`Self::create_volume`]; [`StorageError::BadFolder`].
    pub async fn create_image(&self, folder: String, new: NewVolume) -> Result<Volume, StorageError> {
        self.storage(CHANGE_LIMIT, move |host| change::create_file(host.connect(), &folder, &new)).await
    }

    /// Removes a volume by its name in a pool; `false` if it was not there, so this may be done twice.
    ///
    /// # Errors
    /// [`StorageError::NoPool`]; else as libvirt gives it.
    pub async fn delete_volume(&self, pool: PoolId, name: String) -> Result<bool, StorageError> {
        self.storage(CHANGE_LIMIT, move |host| change::delete_named(host.connect(), pool, &name)).await
    }

    /// Removes the volume or file at `path` with the daemon's rights, in a pool or outside; `false` if it was not there,
    /// so this may be done twice. It asks nobody who needs it: see [`crate::disk::inventory`].
    ///
    /// # Errors
    /// [`StorageError::BadFolder`]; else as libvirt gives it.
    pub async fn delete_image(&self, path: String) -> Result<bool, StorageError> {
        self.storage(CHANGE_LIMIT, move |host| change::delete(host.connect(), &path)).await
    }

    /// Copies the volume at `from` to a new one: a full copy in the new one's format, in which nothing stands on a base
    /// any more. Done on a connection of its own by the daemon; `copying` tells how far it is, and cancels it. What is
    /// there of a failed or cancelled copy is removed. Unlike [`Self::create_volume`], a second time is refused: nobody can
    /// tell a whole copy from a part by looking.
    ///
    /// # Errors
    /// [`StorageError::Cancelled`], [`StorageError::NoImage`] if no pool has `from`, and as for [`Self::create_volume`].
    pub async fn copy_volume(
        &self,
        pool: PoolId,
        new: NewVolume,
        from: String,
        copying: &Copying,
    ) -> Result<Volume, StorageError> {
        let own = copying.clone();
        let copied = self.apart(COPY_LIMIT, move |connect| {
            let progress = |done, all| own.set(Bytes(done), Bytes(all));
            let watched = Watched { stop: &|| own.is_cancelled(), progress: &progress, seen: &|_| true };
            let pool = pools::find(connect, pool);
            let made = pool.and_then(|pool| copy::copy(connect, &pool, &new, &from, &watched));
            match made.and_then(|made| Ok(pools::read_volume(&made)?.0)) {
                Err(StorageError::Host(error)) => Err(error),
                other => Ok(other),
            }
        });
        copied.await.map_err(StorageError::Host)?
    }
}
