//! What a host tells the interface.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use lectern_model::{
    address::GuestAddress,
    domain::Domain,
    id::DomainId,
    network::{Network, NetworkId},
    stats::{Counters, HostCounters},
    storage::Pool,
    units::KiB,
    xml::domain::DomainXml,
};

use super::error::HostError;
use crate::catalog::Kept;

/// What somebody looks at; statistics are asked for only while somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interest {
    /// The list: CPU of all active domains, and their addresses.
    List,
    /// One domain's counters, once a second.
    Domain(DomainId),
    /// The virtual networks, as they come, change and go.
    Networks,
    /// The storage pools, as they come, change and go.
    Storage,
    /// The host's own load, as often as a domain's.
    Host,
    /// The catalogue of projects and flavors, as it changes.
    Catalog,
}

/// What is read, and how often, while somebody looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two readings of all domains.
    pub list: Duration,
    /// Between two readings of one domain.
    pub domain: Duration,
    /// Whether the list is told how busy the domains are.
    pub cpu: bool,
    /// Whether the list is told the guests' addresses.
    pub addresses: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self { list: Duration::from_secs(3), domain: Duration::from_secs(1), cpu: true, addresses: true }
    }
}

/// One piece of news.
#[derive(Clone, Debug)]
pub enum HostUpdate {
    /// How the connection stands.
    State(ConnectionState),
    /// Domains that came, changed or went.
    Domains(DomainChanges),
    /// Networks that came, changed or went; told while somebody looks ([`Interest::Networks`]).
    Networks(NetworkChanges),
    /// The catalogue, as it is now; told while somebody looks ([`Interest::Catalog`]).
    Catalog(Arc<Kept>),
    /// All storage pools, by name, whenever something about one changed; told while somebody looks
    /// ([`Interest::Storage`]).
    Pools(Vec<Pool>),
    /// A reading of a watched domain's counters, and the memory that it uses, where the host knows.
    Counters(DomainId, Counters, Option<KiB>),
    /// A reading of the host's own counters.
    Load(HostCounters),
    /// Domains whose details (texts, devices, addresses from the agent) may have changed: to be read again if shown.
    Touched(Vec<DomainId>),
}

/// How a connection stands.
#[derive(Clone, Debug)]
pub enum ConnectionState {
    /// An attempt is under way.
    Connecting,
    /// Connected; what follows is live.
    Connected(HostInfo),
    /// It was connected; the last picture is of the past.
    Lost {
        /// Why.
        error: HostError,
        /// Time until the next attempt.
        retry_in: Duration,
    },
    /// It was never connected.
    Failed {
        /// Why.
        error: HostError,
        /// Time until the next attempt; `None` if only the user can change something.
        retry_in: Option<Duration>,
    },
}

/// What a host says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostInfo {
    /// Its name.
    pub hostname: String,
    /// The daemon's version of libvirt.
    pub libvirt: Version,
    /// The hypervisor's version, where the driver has one.
    pub hypervisor: Option<Version>,
    /// Whether it is a user's session daemon, which has no virtual networks.
    pub is_session: bool,
    /// The host's logical CPUs.
    pub cpus: u32,
    /// The host's memory.
    pub memory: KiB,
}

/// A version as libvirt numbers it: major × 1 000 000 + minor × 1 000 + release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0 / 1_000_000, self.0 / 1_000 % 1_000, self.0 % 1_000)
    }
}

/// A batch of changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DomainChanges {
    /// Whether `changed` is all there is, and everything else is gone.
    pub complete: bool,
    /// Domains that came or changed.
    pub changed: Vec<Domain>,
    /// Domains that went.
    pub removed: Vec<DomainId>,
}

impl DomainChanges {
    /// Whether there is nothing to tell.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        !self.complete && self.changed.is_empty() && self.removed.is_empty()
    }
}

/// A batch of changes of networks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkChanges {
    /// Whether `changed` is all there is, and everything else is gone.
    pub complete: bool,
    /// Networks that came or changed.
    pub changed: Vec<Network>,
    /// Networks that went.
    pub removed: Vec<NetworkId>,
}

impl NetworkChanges {
    /// Whether there is nothing to tell.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        !self.complete && self.changed.is_empty() && self.removed.is_empty()
    }
}

/// What a domain's own page shows; read on demand.
#[derive(Clone, Debug, PartialEq)]
pub struct DomainDetails {
    /// Its XML as it is now.
    pub xml: String,
    /// What the pages need of it.
    pub parsed: DomainXml,
    /// Whether it stays when it is off.
    pub persistent: bool,
    /// Whether it starts with its host.
    pub autostart: bool,
    /// Whether its memory is saved on the host's disk.
    pub has_saved_memory: bool,
    /// All addresses that are known, the guest agent's included.
    pub addresses: Vec<GuestAddress>,
    /// Its configuration file, where it is on this computer.
    pub config_path: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_read_as_libvirt_names_them() {
        assert_eq!(Version(11_003_000).to_string(), "11.3.0");
        assert_eq!(Version(9_000_012).to_string(), "9.0.12");
    }
}
