//! Does things: talks to libvirt and to processes; typed errors, no toolkit and no translated text.
//!
//! - [`host`]: one connection to a libvirt host: live state, statistics, actions, consoles
//! - [`tape`]: a console's output into a file; [`glance`]: its last lines now and then
//! - [`screen`]: a machine's screen, as a VNC client
//! - [`disk`]: images: how they can be read from here, what they are, who needs them, copies
//! - [`guest`]: what is written into a disk while its machine is off, by virt-customize
//! - [`install`]: install trees on servers, in folders and on discs; their kernels
//! - [`jobs`]: what a change does, as a value, and the commands of the same effect
//! - [`osinfo`]: the database of operating systems
//! - [`probe`]: whether KVM really boots a guest
//! - [`readiness`]: whether a host is ready for machines, and what helps
//! - [`catalog`]: projects, quotas and flavors, and where they are kept
//! - [`making`]: what a wizard must know of its host, and the plan that its draft becomes
//! - [`plan`]: changes of several steps, which can be undone and survive a crash

pub mod catalog;
pub mod disk;
pub mod glance;
pub mod guest;
pub mod host;
pub mod install;
pub mod jobs;
mod libvirt;
pub mod making;
pub mod osinfo;
pub mod plan;
pub mod probe;
pub mod readiness;
pub mod screen;
pub mod tape;

pub use disk::access as disk_access;
