//! A host's pools, volumes and snapshots: read in bulk, looked into with the daemon's rights, made and removed.
//!
//! What the interface asks is in `host` (`impl Host`, asynchronous). The steps of a plan, which have a connection and a
//! thread of their own, call the same work directly: [`change::create_in`], [`change::create_file`], [`change::delete`],
//! [`copy::copy`].

pub(crate) mod change;
pub(crate) mod copy;
mod error;
pub(crate) mod far;
mod head;
mod host;
pub(crate) mod machines;
pub(crate) mod needs;
pub(crate) mod pieces;
pub(crate) mod pools;
pub(crate) mod stream;
#[cfg(test)]
mod tests;
pub(crate) mod transfer;
pub(crate) mod transient;
mod types;

pub use copy::Copying;
pub use error::StorageError;
pub use types::{Found, PoolVolumes, QemuUser, Snapshot};
