//! The public face of a libvirt host; the parts live in the private module `libvirt`.

pub use crate::libvirt::{
    capabilities::MachineKind,
    catalog::Changed,
    console::{Console, ConsoleEnd},
    default_host::default_host,
    error::{ConnectFailure, HostError, LibvirtError},
    facts::HostFacts,
    guard::Guarded,
    handle::Host,
    moving::PlaceError,
    networks_read::Attachment,
    shots::{Shot, Shots},
    storage::{Copying, Found, PoolVolumes, QemuUser, Snapshot, StorageError},
    types::{
        ConnectionState, DomainChanges, DomainDetails, HostInfo, HostUpdate, Interest, NetworkChanges, Pace, Version,
    },
    watch::Watch,
};
