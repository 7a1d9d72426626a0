//! Storage pools, and what is read from a pool's XML.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::volume::{NotStorageXml, bytes, text};
use crate::{
    units::Bytes,
    xml::{Document, Node},
};

/// A pool's UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PoolId(Uuid);

impl PoolId {
    /// A key of its own, made of random bytes.
    #[must_use]
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(random).into_uuid())
    }

    /// Reads the usual text form; `None` if it is no UUID.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::parse_str(text.trim()).ok().map(Self)
    }
}

impl fmt::Display for PoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a pool is made of (libvirt.org/storage.html).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PoolKind {
    /// A folder.
    Dir,
    /// A file system that libvirt mounts.
    Fs,
    /// One on the network.
    Netfs,
    /// A volume group of LVM.
    Logical,
    /// A whole disk, its partitions being the volumes.
    Disk,
    /// An iSCSI target.
    Iscsi,
    /// An iSCSI target through QEMU's own client.
    IscsiDirect,
    /// A SCSI adapter.
    Scsi,
    /// Multipath devices.
    Mpath,
    /// Ceph.
    Rbd,
    /// Gluster.
    Gluster,
    /// ZFS.
    Zfs,
    /// One that Lectern knows no more of.
    Other,
}

impl PoolKind {
    /// From `<pool type='…'>`.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "dir" => Self::Dir,
            "fs" => Self::Fs,
            "netfs" => Self::Netfs,
            "logical" => Self::Logical,
            "disk" => Self::Disk,
            "iscsi" => Self::Iscsi,
            "iscsi-direct" => Self::IscsiDirect,
            "scsi" => Self::Scsi,
            "mpath" => Self::Mpath,
            "rbd" => Self::Rbd,
            "gluster" => Self::Gluster,
            "zfs" => Self::Zfs,
            _ => Self::Other,
        }
    }

    /// What `<pool type='…'>` calls it; of [`Self::Other`] nothing.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dir => "dir",
            Self::Fs => "fs",
            Self::Netfs => "netfs",
            Self::Logical => "logical",
            Self::Disk => "disk",
            Self::Iscsi => "iscsi",
            Self::IscsiDirect => "iscsi-direct",
            Self::Scsi => "scsi",
            Self::Mpath => "mpath",
            Self::Rbd => "rbd",
            Self::Gluster => "gluster",
            Self::Zfs => "zfs",
            Self::Other => "",
        }
    }

    /// Whether its volumes are files in a folder of the host.
    #[must_use]
    pub const fn has_files(self) -> bool {
        matches!(self, Self::Dir | Self::Fs | Self::Netfs)
    }

    /// Whether libvirt can make its folder when it starts it, and does no more: "building" the other kinds would write to
    /// a whole disk (`storage_backend_*.c`, `buildPool`).
    #[must_use]
    pub const fn makes_folder(self) -> bool {
        self.has_files()
    }

    /// Whether a disk is made in it by its size alone: a partition needs more, and of some kinds libvirt only lists.
    #[must_use]
    pub const fn can_make_volumes(self) -> bool {
        self.can_delete_volumes() && !matches!(self, Self::Disk | Self::Other)
    }

    /// Whether libvirt can remove a volume of it; of these kinds it only lists what others made.
    #[must_use]
    pub const fn can_delete_volumes(self) -> bool {
        !matches!(self, Self::Iscsi | Self::IscsiDirect | Self::Scsi | Self::Mpath)
    }
}

/// How a pool stands: libvirt's `virStoragePoolState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PoolState {
    /// Not started: nothing is known of its volumes.
    Inactive,
    /// Being made.
    Building,
    /// In order.
    Running,
    /// Running without all its parts.
    Degraded,
    /// Running and out of reach.
    Inaccessible,
}

impl PoolState {
    /// From libvirt's number (libvirt-storage.h).
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        match raw {
            1 => Self::Building,
            2 => Self::Running,
            3 => Self::Degraded,
            4 => Self::Inaccessible,
            _ => Self::Inactive,
        }
    }

    /// Whether its volumes can be listed.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Degraded)
    }
}

/// A pool, as the host tells of it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Its key.
    pub id: PoolId,
    /// Its name.
    pub name: String,
    /// What it is made of.
    pub kind: PoolKind,
    /// The folder, or where its volumes appear; not all kinds have one.
    pub target: Option<String>,
    /// How it stands.
    pub state: PoolState,
    /// Its whole size; 0 while it is inactive.
    pub capacity: Bytes,
    /// What its volumes take.
    pub allocation: Bytes,
    /// What is left.
    pub available: Bytes,
    /// Whether it stays when it is stopped.
    pub persistent: bool,
    /// Whether it starts with the host.
    pub autostart: bool,
}

/// What a pool's XML says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolXml {
    /// Its key; a file by hand may have none.
    pub id: Option<PoolId>,
    /// Its name.
    pub name: String,
    /// What it is made of.
    pub kind: PoolKind,
    /// Its target's path, as written.
    pub target: Option<String>,
    /// Its whole size.
    pub capacity: Bytes,
    /// What its volumes take.
    pub allocation: Bytes,
    /// What is left.
    pub available: Bytes,
}

impl PoolXml {
    /// Reads the XML of `virStoragePoolGetXMLDesc`.
    ///
    /// # Errors
    /// If it is not well-formed, or no pool.
    pub fn parse(xml: &str) -> Result<Self, NotStorageXml> {
        let document = Document::parse(xml).map_err(|e| NotStorageXml(e.to_string()))?;
        let root = document.root();
        if root.name() != "pool" {
            return Err(NotStorageXml(format!("root is <{}>", root.name())));
        }
        let size = |name: &str| root.child(name).and_then(bytes).unwrap_or_default();
        Ok(Self {
            id: text(root, "uuid").as_deref().and_then(PoolId::parse),
            name: text(root, "name").unwrap_or_default(),
            kind: PoolKind::from_name(root.attribute("type").as_deref().unwrap_or_default()),
            target: root.child("target").and_then(path),
            capacity: size("capacity"),
            allocation: size("allocation"),
            available: size("available"),
        })
    }
}

fn path(target: Node<'_>) -> Option<String> {
    text(target, "path").filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_read() {
        let pool = PoolXml::parse(
            "<pool type='dir'><name>default</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>\
             <capacity unit='bytes'>10</capacity><available unit='KiB'>2</available>\
             <target><path>/var/lib/libvirt/images</path></target></pool>",
        )
        .unwrap();
        assert_eq!((pool.kind, pool.capacity, pool.available), (PoolKind::Dir, Bytes(10), Bytes(2048)));
        assert_eq!(pool.target.as_deref(), Some("/var/lib/libvirt/images"));
        assert!(pool.id.is_some());
        assert!(PoolXml::parse("<network/>").is_err());
    }

    #[test]
    fn kinds_are_called_as_libvirt_calls_them() {
        use PoolKind as K;
        for kind in [K::Dir, K::Fs, K::Netfs, K::Logical, K::Disk, K::Iscsi, K::IscsiDirect, K::Scsi, K::Mpath] {
            assert_eq!(K::from_name(kind.name()), kind);
        }
        for kind in [K::Rbd, K::Gluster, K::Zfs, K::Other] {
            assert_eq!(K::from_name(kind.name()), kind);
        }
    }
}
