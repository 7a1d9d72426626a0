//! How an image can be read from here: directly, through the daemon with root's rights, or not at all.
//!
//! A member of the group `libvirt` cannot read root's images, and on another computer nobody can: the daemon can. What a
//! pool has, it tells and sends; for a folder outside of all pools there is a pool for the moment.

use std::time::Duration;

use lectern_model::{
    storage::{
        Chain, Content, ImageFormat, ImageInfo, Volume, chain::Unread, content::HEAD, folder_of, header::Qcow2, normal,
        volume::VolumeKind,
    },
    units::Bytes,
};
use serde::{Deserialize, Serialize};

use super::{Cancel, file, file::Local, qemu_img, work};
use crate::host::{Found, Host, HostError, StorageError};

/// How long a file system of this computer may take.
const LIMIT: Duration = Duration::from_secs(10);

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileKind {
    /// A file.
    File,
    /// A block device.
    Device,
    /// A folder.
    Folder,
    /// A pipe, a socket, a character device.
    Other,
}

/// Who looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// This program itself.
    Direct,
    /// The daemon, in its pool of this name.
    Pool(String),
    /// The daemon, in a folder outside of all pools.
    Daemon,
}

/// What was seen of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Its path, in order (`storage::normal`).
    pub path: String,
    /// Who looked.
    pub how: How,
    /// What it is.
    pub kind: FileKind,
    /// The file's length, or the device's size.
    pub length: Option<Bytes>,
    /// What it takes on the host's disk.
    pub allocated: Option<Bytes>,
    /// What is in it; `None` where its bytes could not be had, but the daemon told of it.
    pub content: Option<Content>,
    /// The volume, where a pool has it, or the daemon looked.
    pub volume: Option<Volume>,
    /// How large a guest sees it, where it is a VHDX image that the daemon sends.
    vhdx: Option<Bytes>,
    head: Vec<u8>,
}

/// Looks at what is at `path` on `host`.
///
/// # Errors
/// Why it cannot be read: [`Unread::Denied`] means that the daemon cannot either, or may not be asked.
pub async fn look(host: &Host, path: &str) -> Result<Look, Unread> {
    let path = normal(path);
    let is_here = host.uri().is_local() && !host.uri().is_test();
    let direct = if is_here { Some(read_directly(path.clone()).await) } else { None };
    let volume = host.volume_at(path.clone()).await.ok().flatten();
    match direct {
        Some(Ok(local)) if volume.as_ref().is_none_or(|(volume, _)| is_same(volume, &local)) => {
            Ok(Look::direct(path, local, volume))
        }
        Some(Err(why)) if !matches!(why, Unread::Denied | Unread::Missing) => Err(why),
        // Where its folder is here, what is not in it is not there; no pool is made for a name that is being typed.
        Some(Err(Unread::Missing)) if volume.is_none() && is_folder_here(&path).await => Err(Unread::Missing),
        // Missing with its folder: the daemon may see other files than we do, from a container.
        refused => through_daemon(host, path, refused).await,
    }
}

async fn read_directly(path: String) -> Result<Local, Unread> {
    work::run(LIMIT, move || file::read(&path)).await.unwrap_or(Err(Unread::TimedOut))
}

async fn is_folder_here(path: &str) -> bool {
    let folder = folder_of(path).to_owned();
    work::run(LIMIT, move || std::fs::metadata(folder).is_ok_and(|found| found.is_dir())).await.unwrap_or(false)
}

/// Whether the daemon's volume is the file that we see: the daemon may live in another file system (a container, a
/// sandbox), where the same path is another file.
fn is_same(volume: &Volume, local: &Local) -> bool {
    volume.kind != VolumeKind::File
        || volume.physical.is_none_or(|length| length.0 == local.length)
            && volume.modified.is_none_or(|modified| modified == local.modified)
}

async fn through_daemon(host: &Host, path: String, refused: Option<Result<Local, Unread>>) -> Result<Look, Unread> {
    match (host.look_at(path.clone(), HEAD).await, refused) {
        (Ok(Some(found)), _) => Look::found(path, found),
        // Where we may not look and the daemon sees nothing, there is nothing.
        (Ok(None), _) => Err(Unread::Missing),
        // One image that is cut off in its header has libvirt (11.3) refuse its whole folder, so our own word counts.
        (Err(_), Some(Err(own))) => Err(own),
        (Err(error), _) => Err(why(&error)),
    }
}

/// Why the daemon could not read it.
#[must_use]
pub fn why(error: &StorageError) -> Unread {
    match error {
        StorageError::NoImage | StorageError::NoPool => Unread::Missing,
        StorageError::Denied => Unread::Denied,
        StorageError::BadFolder(_) | StorageError::BadName(_) => Unread::NotAFile,
        StorageError::Host(HostError::TimedOut) => Unread::TimedOut,
        other => Unread::Failed(other.to_string()),
    }
}

impl Look {
    fn direct(path: String, local: Local, volume: Option<(Volume, String)>) -> Self {
        Self {
            path,
            how: How::Direct,
            kind: local.kind,
            length: Some(Bytes(local.length)),
            allocated: Some(Bytes(local.allocated)),
            content: Some(Content::look(&local.head, local.tail.as_deref())),
            volume: volume.map(|(volume, _)| volume),
            vhdx: None,
            head: local.head,
        }
    }

    fn found(path: String, found: Found) -> Result<Self, Unread> {
        let kind = match found.volume.kind {
            VolumeKind::File => FileKind::File,
            VolumeKind::Block => FileKind::Device,
            VolumeKind::Dir => return Err(Unread::NotAFile),
            VolumeKind::Network => FileKind::Other,
        };
        let length = found.volume.physical.unwrap_or(found.volume.capacity);
        let told = !found.head.is_empty() || length == Bytes(0);
        Ok(Self {
            path,
            how: found.pool.map_or(How::Daemon, How::Pool),
            kind,
            length: Some(length),
            allocated: Some(found.volume.allocation),
            content: told.then(|| Content::look(&found.head, None)),
            volume: Some(found.volume),
            vhdx: found.vhdx,
            head: found.head,
        })
    }

    /// What its header says. For formats whose header Lectern does not read, the daemon's word, or else qemu-img's.
    ///
    /// # Errors
    /// [`Unread::Damaged`], or what qemu-img met.
    pub async fn info(&self, cancel: &Cancel) -> Result<ImageInfo, Unread> {
        let length = self.length.unwrap_or_default();
        let told = || self.volume.as_ref().map(Volume::info);
        match self.content.as_ref().map(Content::format) {
            Some(Some(ImageFormat::Qcow2)) => {
                let header = Qcow2::parse(&self.head).map_err(|_| Unread::Damaged)?;
                Ok(ImageInfo { allocated: self.allocated, ..header.info(&self.path, length.0) })
            }
            Some(Some(format @ (ImageFormat::Raw | ImageFormat::Iso | ImageFormat::Luks))) => {
                Ok(ImageInfo { allocated: self.allocated, ..ImageInfo::raw(format, length) })
            }
            // QEMU would take it for a raw disk.
            Some(None) => Ok(ImageInfo { allocated: self.allocated, ..ImageInfo::raw(ImageFormat::Raw, length) }),
            Some(Some(_)) if self.how == How::Direct => qemu_img::info(&self.path, cancel).await,
            // libvirt takes it for raw.
            Some(Some(ImageFormat::Vhdx)) => Ok(ImageInfo {
                allocated: self.allocated,
                ..ImageInfo::raw(ImageFormat::Vhdx, self.vhdx.ok_or(Unread::Damaged)?)
            }),
            Some(Some(format)) => Ok(told().unwrap_or_else(|| ImageInfo::raw(format, length))),
            None => told().ok_or(Unread::Denied),
        }
    }
}

/// Reads one image's header.
///
/// # Errors
/// As for [`look`] and [`Look::info`].
pub async fn read(host: &Host, path: &str, cancel: &Cancel) -> Result<ImageInfo, Unread> {
    look(host, path).await?.info(cancel).await
}

/// Follows the chain of images from `path`, each read as it can be. Always ends.
pub async fn chain(host: &Host, path: &str, cancel: &Cancel) -> Chain {
    let mut known = std::collections::HashMap::new();
    loop {
        let mut wanted = None;
        let chain = Chain::follow(&normal(path), |image| {
            known.get(image).cloned().unwrap_or_else(|| {
                wanted = Some(image.to_owned());
                Err(Unread::TimedOut)
            })
        });
        let Some(image) = wanted.filter(|_| !cancel.is_cancelled()) else { return chain };
        let read = read(host, &image, cancel).await;
        known.insert(image, read);
    }
}
