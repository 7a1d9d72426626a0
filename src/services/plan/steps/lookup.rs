//! Finds things by name, where not being there is an answer and no error.

use lectern_model::{id::DomainId, network::NetworkId, storage::PoolId};
use virt::{connect::Connect, domain::Domain, network::Network, storage_pool::StoragePool, storage_vol::StorageVol};

use crate::{
    host::LibvirtError,
    libvirt::ffi::{codes, error::checked},
};

/// The result, or nothing where libvirt says with `absent` that it is not there.
fn found<T>(result: Result<T, virt::error::Error>, absent: i32) -> Result<Option<T>, LibvirtError> {
    match checked(result) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code == absent => Ok(None),
        Err(error) => Err(error),
    }
}

/// The domain with this identifier.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn domain(connect: &Connect, id: DomainId) -> Result<Option<Domain>, LibvirtError> {
    found(connect.lookup_domain_by_uuid_string(&id.to_string()), codes::NO_DOMAIN)
}

/// The domain of this name.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn domain_named(connect: &Connect, name: &str) -> Result<Option<Domain>, LibvirtError> {
    found(connect.lookup_domain_by_name(name), codes::NO_DOMAIN)
}

/// The network of this name.
///
/// # Errors
/// As libvirt gives it; none of that name is an error.
pub(super) fn network(connect: &Connect, name: &str) -> Result<Network, LibvirtError> {
    checked(connect.lookup_network_by_name(name))
}

/// The network with this identifier.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn network_by_id(connect: &Connect, id: NetworkId) -> Result<Option<Network>, LibvirtError> {
    found(connect.lookup_network_by_uuid_string(&id.to_string()), codes::NO_NETWORK)
}

/// The network of this name, where there is one.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn network_named(connect: &Connect, name: &str) -> Result<Option<Network>, LibvirtError> {
    found(connect.lookup_network_by_name(name), codes::NO_NETWORK)
}

/// The pool of this name.
///
/// # Errors
/// As libvirt gives it; none of that name is an error.
pub(super) fn pool(connect: &Connect, name: &str) -> Result<StoragePool, LibvirtError> {
    checked(connect.lookup_storage_pool_by_name(name))
}

/// The pool of this name, where there is one.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn pool_named(connect: &Connect, name: &str) -> Result<Option<StoragePool>, LibvirtError> {
    found(connect.lookup_storage_pool_by_name(name), codes::NO_STORAGE_POOL)
}

/// The pool with this identifier, where there is one.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn pool_by_id(connect: &Connect, id: PoolId) -> Result<Option<StoragePool>, LibvirtError> {
    found(connect.lookup_storage_pool_by_uuid_string(&id.to_string()), codes::NO_STORAGE_POOL)
}

/// The volume of this name in a pool that is read anew, so that files which came from elsewhere are seen.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn volume(connect: &Connect, pool_name: &str, name: &str) -> Result<Option<StorageVol>, LibvirtError> {
    let pool = pool(connect, pool_name)?;
    let known = found(pool.lookup_storage_vol_by_name(name), codes::NO_STORAGE_VOL)?;
    if known.is_some() {
        return Ok(known);
    }
    checked(pool.refresh(0))?;
    found(pool.lookup_storage_vol_by_name(name), codes::NO_STORAGE_VOL)
}
