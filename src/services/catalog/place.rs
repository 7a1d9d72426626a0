//! The pool that a host keeps its catalogue in: found, or made with libvirt alone.

use lectern_model::{
    capability::Obstacle,
    uri::HostUri,
    xml::{Document, Element},
};
use virt::{connect::Connect, storage_pool::StoragePool};

use super::CatalogError;
use crate::{
    host::HostError,
    libvirt::{
        domains,
        ffi::{codes, error::checked},
    },
};

/// The pool's name.
pub const POOL: &str = "lectern-catalog";
/// Its key, the same on all hosts, so that two users who make it at once make the same.
const KEY: &str = "1ec7e212-ca7a-4106-8000-000000000001";

/// Whether a pool is the one of the catalogue, which no list of images shows.
pub(crate) fn is_ours(name: &str) -> bool {
    name == POOL
}

/// The pool, started, where there is one.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn find(connect: &Connect) -> Result<Option<StoragePool>, CatalogError> {
    let pool = match checked(connect.lookup_storage_pool_by_name(POOL)) {
        Ok(pool) => pool,
        Err(error) if error.code == codes::NO_STORAGE_POOL => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    started(&pool)?;
    Ok(Some(pool))
}

/// Starts it, unless it is on; somebody else may start it at the same time.
fn started(pool: &StoragePool) -> Result<(), CatalogError> {
    if checked(pool.is_active())? {
        return Ok(());
    }
    match checked(pool.create(0)) {
        Err(error) if !checked(pool.is_active())? => Err(error.into()),
        _ => Ok(()),
    }
}

/// The pool; it is made if there is none.
///
/// # Errors
/// [`CatalogError::Unable`] where it cannot be made; else as libvirt gives it.
pub(super) fn make(connect: &Connect, uri: &HostUri) -> Result<StoragePool, CatalogError> {
    if let Some(pool) = find(connect)? {
        return Ok(pool);
    }
    let xml = xml(&folder(uri)?)?;
    let pool = match checked(connect.define_storage_pool_xml(xml.as_str(), 0)) {
        Ok(pool) => pool,
        // Somebody else has just made it.
        Err(error) => return find(connect)?.ok_or_else(|| error.into()),
    };
    if let Err(error) = checked(pool.build(0))
        && !checked(pool.is_active())?
    {
        // Of no use to anybody without its folder.
        let _ = checked(pool.undefine());
        return Err(error.into());
    }
    started(&pool)?;
    if let Err(error) = checked(pool.set_autostart(true)) {
        tracing::debug!("{POOL} does not start with its host: {error}");
    }
    Ok(pool)
}

/// Its folder, beside the ones in which the daemon keeps its own things.
fn folder(uri: &HostUri) -> Result<String, CatalogError> {
    // For root, the session is the system's daemon.
    if !uri.is_session() || (uri.is_local() && domains::is_root()) {
        return Ok("/var/lib/libvirt/lectern".to_owned());
    }
    // The home folder of a user on another computer is not known.
    let own = || uri.is_local().then(data_folder).flatten();
    own().ok_or(CatalogError::Unable(Obstacle::NoPlace))
}

/// XDG Base Directory Specification 0.8, as libvirt's session has it (`virGetUserDataDirectory`).
fn data_folder() -> Option<String> {
    let data = std::env::var("XDG_DATA_HOME").ok().filter(|path| path.starts_with('/'));
    let data = data.or_else(|| std::env::var("HOME").ok().map(|home| format!("{home}/.local/share")))?;
    Some(format!("{data}/libvirt/lectern"))
}

fn xml(folder: &str) -> Result<Document, HostError> {
    let permissions = Element::new("permissions").child(Element::new("mode").text("0711"));
    let target = Element::new("target").child(Element::new("path").text(folder)).child(permissions);
    let pool = Element::new("pool")
        .attribute("type", "dir")
        .child(Element::new("name").text(POOL))
        .child(Element::new("uuid").text(KEY))
        .child(target);
    Document::of(&pool).map_err(|error| HostError::BadAnswer(error.to_string()))
}
