//! Pools and volumes as libvirt has them.

use virt::{connect::Connect, storage_pool::StoragePool, storage_vol::StorageVol};

use lectern_model::{
    storage::{
        Pool, PoolId, Volume, kinds,
        pool::{PoolKind, PoolState, PoolXml},
        volume::NotStorageXml,
    },
    units::Bytes,
};

use crate::{catalog, probe};

use super::{
    super::{
        error::{HostError, LibvirtError},
        ffi::{self, codes, error::checked},
    },
    error::StorageError,
    transient,
    types::PoolVolumes,
};

impl From<NotStorageXml> for StorageError {
    fn from(error: NotStorageXml) -> Self {
        Self::Host(HostError::BadAnswer(error.to_string()))
    }
}

/// A text as libvirt takes it: a NUL, at which virt would panic, ends no name of libvirt's.
pub(super) fn plain(text: &str) -> Result<&str, StorageError> {
    if text.contains('\0') { Err(StorageError::BadName(text.to_owned())) } else { Ok(text) }
}

/// Whether a pool is one of Lectern's own: that of its catalogue, one that it looks into a folder with, or a probe's.
pub(crate) fn is_ours(name: &str) -> bool {
    transient::is_ours(name) || catalog::is_ours(name) || name.starts_with(probe::PREFIX)
}

/// All pools but Lectern's own.
pub(super) fn all(connect: &Connect) -> Result<Vec<(StoragePool, Pool)>, StorageError> {
    let mut pools = Vec::new();
    for raw in checked(connect.list_all_storage_pools(0))? {
        match read(&raw) {
            Ok(pool) if is_ours(&pool.name) => {}
            Ok(pool) => pools.push((raw, pool)),
            // It went between the list and the question.
            Err(StorageError::NoPool) => {}
            Err(error) => return Err(error),
        }
    }
    pools.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
    Ok(pools)
}

/// All pools by name; a driver without storage has none.
pub(crate) fn listed(connect: &Connect) -> Result<Vec<Pool>, StorageError> {
    match all(connect) {
        Ok(pools) => Ok(pools.into_iter().map(|(_, pool)| pool).collect()),
        Err(StorageError::Host(HostError::Libvirt(error))) if error.code == codes::NO_SUPPORT => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The kinds of pools that the host offers; of one that does not say, plain folders.
pub(super) fn kinds(connect: &Connect) -> Result<Vec<PoolKind>, StorageError> {
    match ffi::pools::capabilities(connect) {
        Ok(xml) => Ok(kinds::offered(&xml)?),
        Err(error) if error.code == codes::NO_SUPPORT => Ok(vec![PoolKind::Dir]),
        Err(error) => Err(error.into()),
    }
}

/// What libvirt tells of a pool.
pub(super) fn read(raw: &StoragePool) -> Result<Pool, StorageError> {
    let info = checked(raw.info())?;
    let xml = PoolXml::parse(&checked(raw.xml_desc(0))?)?;
    let persistent = checked(raw.is_persistent())?;
    let id = xml.id.ok_or_else(|| HostError::BadAnswer("a pool without UUID".into()))?;
    Ok(Pool {
        id,
        name: xml.name,
        kind: xml.kind,
        target: xml.target,
        state: PoolState::from_raw(info.state),
        capacity: Bytes(info.capacity),
        allocation: Bytes(info.allocation),
        available: Bytes(info.available),
        persistent,
        // A transient pool has none: the question itself is refused.
        autostart: persistent && checked(raw.autostart()).unwrap_or(false),
    })
}

/// The XML by which a pool would be defined again; of one that is gone when it is stopped, its only one.
pub(crate) fn definition(raw: &StoragePool) -> Result<String, StorageError> {
    let flags = if checked(raw.is_persistent())? { virt_sys::VIR_STORAGE_XML_INACTIVE } else { 0 };
    Ok(checked(raw.xml_desc(flags))?)
}

/// The pool with this key.
pub(crate) fn find(connect: &Connect, id: PoolId) -> Result<StoragePool, StorageError> {
    Ok(checked(connect.lookup_storage_pool_by_uuid_string(&id.to_string()))?)
}

/// The key of a pool.
pub(super) fn key(raw: &StoragePool) -> Result<PoolId, StorageError> {
    let text = checked(raw.uuid_string())?;
    Ok(PoolId::parse(&text).ok_or(HostError::BadAnswer(text))?)
}

/// The volumes of an active pool; `refresh` has the daemon look at the folder again first.
pub(super) fn volumes(raw: &StoragePool, refresh: bool) -> Result<Vec<Volume>, StorageError> {
    if refresh {
        checked(raw.refresh(0))?;
    }
    let id = key(raw)?;
    let mut volumes = Vec::new();
    for volume in checked(raw.list_all_volumes(0))? {
        match checked(volume.xml_desc(0)) {
            Ok(xml) => volumes.push(Volume::parse(id, &xml)?),
            Err(error) if error.code == codes::NO_STORAGE_VOL => {}
            Err(error) => return Err(error.into()),
        }
    }
    volumes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(volumes)
}

/// The volumes of an active pool, as the daemon knows them without another look.
pub(crate) fn known_volumes(connect: &Connect, id: PoolId) -> Result<Vec<Volume>, StorageError> {
    volumes(&find(connect, id)?, false)
}

/// All pools with their volumes.
pub(crate) fn everything(connect: &Connect, refresh: bool) -> Result<Vec<PoolVolumes>, StorageError> {
    Ok(all(connect)?.into_iter().map(|(raw, pool)| with_volumes(&raw, pool, refresh)).collect())
}

fn with_volumes(raw: &StoragePool, pool: Pool, refresh: bool) -> PoolVolumes {
    let volumes = if pool.state.is_active() { volumes(raw, refresh) } else { Ok(Vec::new()) };
    // libvirt stops a pool that it cannot refresh.
    let stopped = volumes.as_ref().err().and_then(|_| read(raw).ok());
    PoolVolumes { pool: stopped.unwrap_or(pool), volumes }
}

/// The volume at `path`, if a pool has it. libvirt looks in all active pools, without asking the disk: what came since
/// a pool's last refresh is not there yet.
pub(crate) fn at(connect: &Connect, path: &str) -> Result<Option<StorageVol>, StorageError> {
    match checked(connect.lookup_storage_vol_by_path(plain(path)?)) {
        Ok(volume) => Ok(Some(volume)),
        Err(LibvirtError { code: codes::NO_STORAGE_VOL, .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What libvirt tells of a volume, and the name of its pool.
pub(crate) fn read_volume(raw: &StorageVol) -> Result<(Volume, String), StorageError> {
    let pool = checked(raw.lookup_storage_pool())?;
    let volume = Volume::parse(key(&pool)?, &checked(raw.xml_desc(0))?)?;
    Ok((volume, checked(pool.name())?))
}
