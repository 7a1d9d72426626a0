//! Disks inside files that are none themselves: packed with gzip, xz, bzip2 or Zstandard, or in an appliance.
//!
//! Only files that this program can read are looked into: the daemon unpacks nothing.

mod appliance;
mod look;
mod unpack;

pub(super) use self::{appliance::appliance, look::look, unpack::pour};
