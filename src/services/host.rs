//! The public face of a libvirt host; the parts live in the private module `libvirt`.

pub use crate::libvirt::{
    capabilities::MachineKind,
    console::{Console, ConsoleEnd},
    default_host::default_host,
    error::{ConnectFailure, HostError, LibvirtError},
    handle::Host,
    storage::{Copying, Found, PoolVolumes, QemuUser, Snapshot, StorageError},
    networks_read::Attachment,
    types::{
        ConnectionState, DomainChanges, DomainDetails, HostInfo, HostUpdate, Interest, NetworkChanges, Pace, Version,
    },
    watch::Watch,
};
