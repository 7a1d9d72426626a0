//! A guest's network addresses and where each was learnt.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Who told libvirt of an address; the order is how much it is to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AddressSource {
    /// The guest agent, asked inside the guest.
    Agent,
    /// The DHCP server of a virtual network.
    Lease,
    /// The host's neighbour table.
    Arp,
}

/// One address of one of a guest's interfaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GuestAddress {
    /// The interface: the guest's name for it from the agent, the host's (`vnet0`) otherwise.
    pub interface: String,
    /// The interface's MAC address, if told.
    pub mac: Option<String>,
    /// The address itself.
    pub ip: IpAddr,
    /// The prefix length in bits.
    pub prefix: u32,
    /// Where it was learnt.
    pub source: AddressSource,
}

/// The address that a list shows for a guest: no loopback, IPv4 before IPv6, global before link-local.
#[must_use]
pub fn best(addresses: &[GuestAddress]) -> Option<&GuestAddress> {
    addresses.iter().filter(|a| !a.ip.is_loopback()).min_by_key(|a| rank(a.ip))
}

fn rank(ip: IpAddr) -> u8 {
    match ip {
        IpAddr::V4(v4) => u8::from(v4.is_link_local()) * 3,
        IpAddr::V6(v6) if v6.is_unicast_link_local() => 2,
        IpAddr::V6(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(ip: &str) -> GuestAddress {
        let ip = ip.parse().unwrap();
        GuestAddress { interface: "eth0".into(), mac: None, ip, prefix: 24, source: AddressSource::Lease }
    }

    #[test]
    fn the_useful_address_comes_first() {
        let all = ["127.0.0.1", "fe80::1", "169.254.3.4", "fd00::5", "192.168.4.10"].map(address);
        assert_eq!(best(&all).unwrap().ip.to_string(), "192.168.4.10");
        assert_eq!(best(&all[..4]).unwrap().ip.to_string(), "fd00::5");
        assert_eq!(best(&all[..1]), None);
    }
}
