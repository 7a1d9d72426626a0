//! The public face of a libvirt host; the parts live in the private module `libvirt`.

pub use crate::libvirt::{
    capabilities::MachineKind,
    console::{Console, ConsoleEnd},
    default_host::default_host,
    error::{ConnectFailure, HostError, LibvirtError},
    handle::Host,
    types::{ConnectionState, DomainChanges, DomainDetails, HostInfo, HostUpdate, Interest, Pace, Version},
    watch::Watch,
};
