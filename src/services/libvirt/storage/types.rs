//! What a host tells of its storage.

use lectern_model::storage::{Pool, Volume};
use lectern_model::units::Bytes;

use super::StorageError;

/// A pool and what is in it.
#[derive(Clone, Debug)]
pub struct PoolVolumes {
    /// The pool.
    pub pool: Pool,
    /// Its volumes; none of an inactive pool, the reason where it could not be listed.
    pub volumes: Result<Vec<Volume>, StorageError>,
}

/// A snapshot of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// Its XML.
    pub xml: String,
    /// Whether it is the one that the machine stands on now.
    pub is_current: bool,
}

/// A file that the daemon looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// As a volume; for a file outside of all pools, of a pool that is gone again.
    pub volume: Volume,
    /// The name of the pool that it is in, if that is still there.
    pub pool: Option<String>,
    /// Its first bytes, as many as were asked for or there are. None where it is no file or device, or where the daemon
    /// would not send them.
    pub head: Vec<u8>,
    /// How large a guest sees it, where it is a VHDX image: libvirt takes that for a raw one.
    pub vhdx: Option<Bytes>,
}

/// The user that the daemon runs QEMU as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QemuUser {
    /// The user's number.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
}
