//! The probe guest's disk: a small volume that goes to the host through libvirt, so that it works on any host.

use lectern_model::{
    uri::HostUri,
    xml::{Document, EditError, Element, Node},
};
use std::path::PathBuf;
use virt::{connect::Connect, storage_pool::StoragePool, storage_vol::StorageVol, stream::Stream};

use super::{GUEST, PREFIX};
use crate::{
    host::{HostError, LibvirtError},
    libvirt::{domains::is_root, ffi::error::checked},
};

/// Firmware reads no disk that is smaller than a cylinder.
const SIZE: &str = "1048576";
/// Seconds after which a disk that no machine has is taken for left behind.
const STALE: f64 = 600.0;

/// The guest's disk; deleted when this is dropped.
pub(super) struct Disk {
    volume: StorageVol,
    /// The pool, if it was made for this disk.
    own_pool: Option<StoragePool>,
}

impl Disk {
    /// Makes it in the first pool of files that takes it, else in a transient one; `None` where there is no place.
    ///
    /// # Errors
    /// As libvirt gives it.
    pub(super) fn make(connect: &Connect, host: &HostUri, name: &str) -> Result<Option<Self>, HostError> {
        let xml = volume_xml(name).map_err(|error| unwritable(&error))?;
        for pool in pools(connect)? {
            match fill(connect, &pool, &xml) {
                Ok(volume) => {
                    sweep(connect, &pool, &volume);
                    return Ok(Some(Self { volume, own_pool: None }));
                }
                Err(error) => tracing::debug!("no probe in a pool: {error}"),
            }
        }
        let Some(pool) = transient_pool(connect, host, name)? else { return Ok(None) };
        match fill(connect, &pool, &xml) {
            Ok(volume) => Ok(Some(Self { volume, own_pool: Some(pool) })),
            Err(error) => {
                tracing::info!("no place for a probe: {error}");
                end_pool(&pool);
                Ok(None)
            }
        }
    }

    /// Where it is on the host.
    ///
    /// # Errors
    /// As libvirt gives it.
    pub(super) fn path(&self) -> Result<String, HostError> {
        Ok(checked(self.volume.path())?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Err(error) = checked(self.volume.delete(0)) {
            tracing::warn!("a probe's disk was left: {error}");
        }
        if let Some(pool) = &self.own_pool {
            end_pool(pool);
        }
    }
}

fn end_pool(pool: &StoragePool) {
    if let Err(error) = checked(pool.destroy()) {
        tracing::warn!("a probe's pool was left: {error}");
    }
}

fn unwritable(error: &EditError) -> HostError {
    HostError::BadAnswer(error.to_string())
}

/// The active pools of files, the one that everybody has first.
fn pools(connect: &Connect) -> Result<Vec<StoragePool>, LibvirtError> {
    let flags = virt_sys::VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE | virt_sys::VIR_CONNECT_LIST_STORAGE_POOLS_DIR;
    let mut pools = checked(connect.list_all_storage_pools(flags))?;
    pools.sort_by_key(|pool| checked(pool.name()).map_or(true, |name| name != "default"));
    Ok(pools)
}

/// A pool that is gone when it is stopped, in the folder where libvirt's own default pool would be.
fn transient_pool(connect: &Connect, host: &HostUri, name: &str) -> Result<Option<StoragePool>, HostError> {
    let Some(folder) = images(host) else { return Ok(None) };
    let target = Element::new("target").child(Element::new("path").text(&folder.to_string_lossy()));
    let pool = Element::new("pool").attribute("type", "dir").child(Element::new("name").text(name)).child(target);
    let xml = written("<pool/>", &pool).map_err(|error| unwritable(&error))?;
    let flags = virt_sys::VIR_STORAGE_POOL_CREATE_WITH_BUILD;
    match checked(connect.create_storage_pool_xml(&xml, flags)) {
        Ok(pool) => Ok(Some(pool)),
        Err(error) => {
            tracing::info!("no pool for a probe: {error}");
            Ok(None)
        }
    }
}

/// The folder of libvirt's default pool; that of another computer's session is not known.
pub(crate) fn images(host: &HostUri) -> Option<PathBuf> {
    if !host.is_session() || (host.is_local() && is_root()) {
        return Some(PathBuf::from("/var/lib/libvirt/images"));
    }
    if !host.is_local() {
        return None;
    }
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    Some(std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).or_else(home)?.join("libvirt/images"))
}

/// A document of one element.
pub(crate) fn written(stub: &str, root: &Element) -> Result<String, EditError> {
    let stub = Document::parse(stub)?;
    Ok(stub.edit().replace(stub.root(), root)?.finish()?.to_string())
}

fn volume_xml(name: &str) -> Result<String, EditError> {
    let format = Element::new("format").attribute("type", "raw");
    let volume = Element::new("volume")
        .child(Element::new("name").text(name))
        .child(Element::new("capacity").text(SIZE))
        .child(Element::new("allocation").text("0"))
        .child(Element::new("target").child(format));
    written("<volume/>", &volume)
}

fn fill(connect: &Connect, pool: &StoragePool, xml: &str) -> Result<StorageVol, LibvirtError> {
    let volume = checked(StorageVol::create_xml(pool, xml, 0))?;
    match upload(connect, &volume) {
        Ok(()) => Ok(volume),
        Err(error) => {
            // It is of no use; why it could not be filled is the better news.
            let _ = checked(volume.delete(0));
            Err(error)
        }
    }
}

fn upload(connect: &Connect, volume: &StorageVol) -> Result<(), LibvirtError> {
    let stream = checked(Stream::new(connect, 0))?;
    let length = u64::try_from(GUEST.len()).unwrap_or(u64::MAX);
    checked(volume.upload(&stream, 0, length, 0))?;
    let mut rest = GUEST;
    while !rest.is_empty() {
        let sent = checked(stream.send(rest))?;
        rest = rest.get(usize::try_from(sent).unwrap_or(0).max(1)..).unwrap_or_default();
    }
    checked(stream.finish())
}

/// Deletes what probes of killed programs left: older than ours by the host's own clock, and of no machine.
fn sweep(connect: &Connect, pool: &StoragePool, ours: &StorageVol) {
    let Some(now) = modified(ours) else { return };
    for volume in checked(pool.list_all_volumes(0)).unwrap_or_default() {
        let Ok(name) = checked(volume.name()) else { continue };
        let is_old = || modified(&volume).is_some_and(|then| now - then > STALE);
        let is_used = || checked(connect.lookup_domain_by_name(&name)).is_ok();
        if name.starts_with(PREFIX) && is_old() && !is_used() {
            tracing::info!("deletes {name}, which a probe left");
            let _ = checked(volume.delete(0));
        }
    }
}

/// When a volume was last written, in seconds of the host's clock.
fn modified(volume: &StorageVol) -> Option<f64> {
    let document = Document::parse(&checked(volume.xml_desc(0)).ok()?).ok()?;
    let times = document.root().child("target").and_then(|target| target.child("timestamps"))?;
    times.child("mtime").map(Node::text)?.trim().parse().ok()
}
