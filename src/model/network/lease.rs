//! What DHCP has given out.

use std::net::IpAddr;

use super::{DhcpHost, NetworkSpec};
use crate::mac::MacAddress;

/// One lease of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The network card; IPv6 may not tell it.
    pub mac: Option<MacAddress>,
    /// The address that it got.
    pub ip: IpAddr,
    /// The prefix length in bits.
    pub prefix: u32,
    /// The name that the guest told.
    pub hostname: Option<String>,
    /// The DUID, in IPv6; in IPv4 a client's identifier.
    pub client: Option<String>,
    /// When it ends, in seconds since 1970; 0 for never.
    pub expires: i64,
}

impl Lease {
    /// The static host that keeps this address for this machine; none without a network card's address.
    #[must_use]
    pub fn keep(&self) -> Option<DhcpHost> {
        let name = self.hostname.clone().filter(|name| !name.is_empty());
        Some(DhcpHost { mac: Some(self.mac?), duid: None, name, ip: Some(self.ip) })
    }

    /// Whether the network keeps this address for this machine already.
    #[must_use]
    pub fn is_kept(&self, spec: &NetworkSpec) -> bool {
        let hosts = || spec.subnets.iter().flat_map(|subnet| &subnet.hosts);
        hosts().any(|host| host.ip == Some(self.ip) && host.mac.is_some() && host.mac == self.mac)
    }
}
