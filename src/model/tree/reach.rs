//! Whether the guest will reach the tree as well: Lectern itself looks from another place.

use std::net::IpAddr;

use ipnet::IpNet;
use url::Host;

use super::{Place, PlaceKind};

/// What the guest is plugged into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plug {
    /// Nothing.
    Unplugged,
    /// QEMU's own network: out it gets, the computer itself is 10.0.2.2 there.
    User,
    /// A virtual network.
    Network {
        /// Whether nothing is forwarded out of it.
        isolated: bool,
        /// Its own addresses, at which the host is reached.
        addresses: Vec<IpNet>,
    },
}

/// Why the guest may not reach the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unreached {
    /// It has no network.
    Unplugged,
    /// The address is the loopback's: for the guest that is the guest itself.
    Loopback,
    /// The tree is on this computer and not served: the installer will ask for an address.
    NotServed,
    /// The network lets nothing out.
    Isolated,
    /// The server is the host itself: its firewall has to let the guest in.
    HostFirewall,
}

/// What stands between the guest and the tree, the surest first.
#[must_use]
pub fn unreached(place: &Place, plug: &Plug) -> Option<Unreached> {
    match place.kind() {
        // The disc itself is put into the machine.
        PlaceKind::Disc => return None,
        PlaceKind::Folder => return Some(Unreached::NotServed),
        PlaceKind::Http | PlaceKind::Ftp => {}
    }
    if *plug == Plug::Unplugged {
        return Some(Unreached::Unplugged);
    }
    if place.is_loopback() {
        return Some(Unreached::Loopback);
    }
    let Plug::Network { isolated, addresses } = plug else { return None };
    let server = match place.url()?.host()? {
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
        Host::Domain(_) => None,
    };
    let is = |known: &IpNet| server == Some(known.addr());
    let is_inside = |known: &IpNet| server.is_some_and(|server| known.contains(&server));
    match (addresses.iter().any(is), addresses.iter().any(is_inside), isolated) {
        (true, _, _) => Some(Unreached::HostFirewall),
        (false, false, true) => Some(Unreached::Isolated),
        (false, _, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_guest_cannot_reach_is_told() {
        let network = |isolated| Plug::Network { isolated, addresses: vec!["192.168.4.254/24".parse().unwrap()] };
        let of = |text: &str, plug: &Plug| unreached(&Place::parse(text).unwrap(), plug);
        for (text, plug, expected) in [
            ("ftp://192.168.4.254/centos7", network(true), Some(Unreached::HostFirewall)),
            ("ftp://192.168.4.7/centos7", network(true), None),
            ("ftp://192.168.1.254/centos7", network(true), Some(Unreached::Isolated)),
            ("http://mirror.example/x", network(true), Some(Unreached::Isolated)),
            ("ftp://192.168.1.254/centos7", network(false), None),
            ("http://127.0.0.1:8000/x", network(false), Some(Unreached::Loopback)),
            ("http://mirror.example/x", Plug::User, None),
            ("http://mirror.example/x", Plug::Unplugged, Some(Unreached::Unplugged)),
            ("/var/ftp/centos7", network(false), Some(Unreached::NotServed)),
            ("/isos/centos.iso", Plug::Unplugged, None),
        ] {
            assert_eq!(of(text, &plug), expected, "{text}");
        }
    }
}
