//! Quotas: the most of each resource that a project may use.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Amount, Excess};

/// The most of something; may be unlimited, which OpenStack and the files write as -1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Limit(Option<u32>);

impl Limit {
    /// As much as anybody likes.
    pub const UNLIMITED: Self = Self(None);
    /// The highest limit that is none: OpenStack keeps limits as 32-bit numbers (`nova.db.constants.MAX_INT`).
    pub const HIGHEST: u64 = 0x7fff_ffff;

    /// So many; what is above [`Self::HIGHEST`] becomes that.
    #[must_use]
    pub fn of(most: u64) -> Self {
        Self(Some(u32::try_from(most.min(Self::HIGHEST)).unwrap_or(u32::MAX)))
    }

    /// The most, where there is one.
    #[must_use]
    pub fn most(self) -> Option<u64> {
        self.0.map(u64::from)
    }

    /// Whether `amount` is within.
    #[must_use]
    pub fn holds(self, amount: u64) -> bool {
        self.most().is_none_or(|most| amount <= most)
    }
}

impl From<Limit> for i64 {
    fn from(limit: Limit) -> Self {
        limit.0.map_or(-1, Self::from)
    }
}

impl TryFrom<i64> for Limit {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        match u64::try_from(number) {
            Ok(most) if most <= Self::HIGHEST => Ok(Self::of(most)),
            Err(_) if number == -1 => Ok(Self::UNLIMITED),
            _ => Err(format!("{number} is no limit")),
        }
    }
}

impl fmt::Display for Limit {
    /// As OpenStack's commands take it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        i64::from(*self).fmt(f)
    }
}

/// What a quota limits, in OpenStack's units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Resource {
    /// Machines.
    Instances,
    /// Virtual CPUs of all machines.
    Vcpus,
    /// Memory of all machines, in MiB.
    Ram,
    /// Disks that machines write to.
    Volumes,
    /// Their sizes as guests see them, in GiB.
    Gigabytes,
}

impl Resource {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Instances, Self::Vcpus, Self::Ram, Self::Volumes, Self::Gigabytes];

    /// The option of `openstack quota set`.
    #[must_use]
    pub const fn option(self) -> &'static str {
        match self {
            Self::Instances => "--instances",
            Self::Vcpus => "--cores",
            Self::Ram => "--ram",
            Self::Volumes => "--volumes",
            Self::Gigabytes => "--gigabytes",
        }
    }
}

/// How much a project may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Quota {
    /// Machines, whether they are on or not.
    pub instances: Limit,
    /// Virtual CPUs.
    pub vcpus: Limit,
    /// Memory in MiB.
    pub ram: Limit,
    /// Disks.
    pub volumes: Limit,
    /// Sizes of disks in GiB.
    pub gigabytes: Limit,
}

impl Default for Quota {
    /// OpenStack's for a new project: nova/conf/quota.py (instances 10, cores 20, ram 51200), cinder/quota.py by way of
    /// cinder/common/config (volumes 10, gigabytes 1000).
    fn default() -> Self {
        Self {
            instances: Limit::of(10),
            vcpus: Limit::of(20),
            ram: Limit::of(51_200),
            volumes: Limit::of(10),
            gigabytes: Limit::of(1_000),
        }
    }
}

impl Quota {
    /// No limit at all.
    pub const UNLIMITED: Self = Self {
        instances: Limit::UNLIMITED,
        vcpus: Limit::UNLIMITED,
        ram: Limit::UNLIMITED,
        volumes: Limit::UNLIMITED,
        gigabytes: Limit::UNLIMITED,
    };

    /// The limit of one resource.
    #[must_use]
    pub const fn get(&self, resource: Resource) -> Limit {
        match resource {
            Resource::Instances => self.instances,
            Resource::Vcpus => self.vcpus,
            Resource::Ram => self.ram,
            Resource::Volumes => self.volumes,
            Resource::Gigabytes => self.gigabytes,
        }
    }

    /// The same with another limit of one resource.
    #[must_use]
    pub const fn with(mut self, resource: Resource, limit: Limit) -> Self {
        match resource {
            Resource::Instances => self.instances = limit,
            Resource::Vcpus => self.vcpus = limit,
            Resource::Ram => self.ram = limit,
            Resource::Volumes => self.volumes = limit,
            Resource::Gigabytes => self.gigabytes = limit,
        }
        self
    }

    /// Whether it limits nothing.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        *self == Self::UNLIMITED
    }

    /// What of `asked` is too much beside what is `used`. What is not asked for is not checked, so that a project over a
    /// quota that was lowered later can still do what costs it nothing (as OpenStack does).
    #[must_use]
    pub fn excesses(&self, used: &Amount, asked: &Amount) -> Vec<Excess> {
        self.measured(used, asked).into_iter().filter(Excess::is_too_much).collect()
    }

    /// How `asked` stands beside what is `used`, for each resource that is limited.
    #[must_use]
    pub fn measured(&self, used: &Amount, asked: &Amount) -> Vec<Excess> {
        let one = |resource: Resource| {
            let allowed = self.get(resource).most()?;
            let needed = used.plus(asked).get(resource);
            Some(Excess { resource, asked: asked.get(resource), used: used.get(resource), needed, allowed })
        };
        Resource::ALL.into_iter().filter_map(one).collect()
    }

    /// The same, raised to what is needed and nowhere lowered.
    #[must_use]
    pub fn raised(&self, excesses: &[Excess]) -> Self {
        excesses.iter().fold(*self, |quota, excess| {
            let limit = quota.get(excess.resource);
            if limit.holds(excess.needed) { quota } else { quota.with(excess.resource, Limit::of(excess.needed)) }
        })
    }
}
