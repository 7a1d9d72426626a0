//! How much something uses of all that quotas limit.

use serde::{Deserialize, Serialize};

use super::Resource;
use crate::units::{Bytes, KiB};

/// How much something uses, or would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Amount {
    /// Machines.
    pub instances: u64,
    /// Virtual CPUs.
    pub vcpus: u64,
    /// Memory.
    pub ram: KiB,
    /// Disks.
    pub volumes: u64,
    /// The disks' sizes, as guests see them.
    pub disk: Bytes,
}

impl Amount {
    /// One machine with these disks.
    #[must_use]
    pub fn machine(vcpus: u32, ram: KiB, disks: &[Bytes]) -> Self {
        let disk = disks.iter().fold(0, |sum: u64, size| sum.saturating_add(size.0));
        Self { instances: 1, vcpus: u64::from(vcpus), ram, volumes: disks.len() as u64, disk: Bytes(disk) }
    }

    /// In the unit of a quota, rounded up.
    #[must_use]
    pub const fn get(&self, resource: Resource) -> u64 {
        match resource {
            Resource::Instances => self.instances,
            Resource::Vcpus => self.vcpus,
            Resource::Ram => self.ram.0.div_ceil(1024),
            Resource::Volumes => self.volumes,
            Resource::Gigabytes => self.disk.0.div_ceil(1 << 30),
        }
    }

    fn each(&self, other: &Self, with: impl Fn(u64, u64) -> u64) -> Self {
        Self {
            instances: with(self.instances, other.instances),
            vcpus: with(self.vcpus, other.vcpus),
            ram: KiB(with(self.ram.0, other.ram.0)),
            volumes: with(self.volumes, other.volumes),
            disk: Bytes(with(self.disk.0, other.disk.0)),
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        self.each(other, u64::saturating_add)
    }

    /// This without `other`; nothing where that is more.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.each(other, u64::saturating_sub)
    }

    /// So many times this.
    #[must_use]
    pub fn times(&self, count: u64) -> Self {
        self.each(self, |one, _| one.saturating_mul(count))
    }

    /// Of each resource the larger.
    #[must_use]
    pub fn or_more(&self, other: &Self) -> Self {
        self.each(other, u64::max)
    }
}
