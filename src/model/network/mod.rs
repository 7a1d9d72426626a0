//! Virtual networks: what their XML says, how a change is written into it, which part of it can be made live, and which
//! ranges are free.

pub mod change;
pub mod cure;
pub mod fit;
pub mod free;
pub mod known;
pub mod lease;
pub mod routes;
pub mod static_hosts;
pub mod trap;

mod apply;
mod elements;
mod moved;
mod read;
mod spec;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    read::NotANetwork,
    spec::{Bandwidth, DhcpHost, DhcpRange, DnsHost, DnsService, DnsText, Forwarder, Mode, NetworkSpec, Route, Subnet},
};

/// A network's UUID, the key under which everything about it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NetworkId(Uuid);

impl NetworkId {
    /// The identifier with these sixteen bytes, as libvirt gives them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// A new one, made of sixteen random bytes.
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

impl fmt::Display for NetworkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A network, as the host tells of it now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four answers of libvirt that do not depend on each other")]
pub struct Network {
    /// Its key.
    pub id: NetworkId,
    /// Its name.
    pub name: String,
    /// Whether it is started.
    pub active: bool,
    /// Whether it stays when it is stopped.
    pub persistent: bool,
    /// Whether it starts with its host.
    pub autostart: bool,
    /// The bridge that it has now, or will have.
    pub bridge: Option<String>,
    /// The XML by which it would be defined again.
    pub xml: String,
    /// What that XML says; nothing where it cannot be read.
    pub spec: Option<NetworkSpec>,
    /// Whether it is started with another configuration, so that a part takes effect at its next start.
    pub pending: bool,
}
