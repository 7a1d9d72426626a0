//! Addresses of machines: which a network has, which are free, and subnets from a pattern.

use std::collections::HashSet;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::pattern::{Pattern, PatternProblem};

/// Why an address cannot be given to a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum AddressProblem {
    /// It lies in another network.
    #[error("the address is not in the network")]
    Outside,
    /// It names the network itself, or all of its hosts.
    #[error("no host can have this address")]
    NotAHost,
    /// It is the gateway's.
    #[error("the address is the gateway's")]
    Gateway,
    /// Somebody has it.
    #[error("the address is in use")]
    InUse,
}

/// Why there are not enough subnets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubnetProblem {
    /// The text is no pattern.
    #[error(transparent)]
    Pattern(#[from] PatternProblem),
    /// What the pattern gives is no network: `192.168.1/24`, an octet above 255, a prefix longer than 29.
    #[error("{0} is no network for machines")]
    NotANetwork(String),
    /// Too few of the pattern's networks are free.
    #[error("{wanted} networks are wanted, {free} are free")]
    TooFew {
        /// How many are wanted.
        wanted: u32,
        /// How many of the pattern are free.
        free: u32,
    },
}

/// Whether a host of `net` can have `address`: inside, neither its first nor its last, neither loopback nor multicast.
#[must_use]
pub fn is_host(net: &Ipv4Net, address: Ipv4Addr) -> bool {
    let usable = net.prefix_len() >= 31 || (address != net.network() && address != net.broadcast());
    // 0.x is "this network", 127 loopback, from 224 on multicast and what is reserved.
    let unicast = !address.is_loopback() && (1..224).contains(&address.octets()[0]);
    net.contains(&address) && usable && unicast
}

/// Whether a machine may have `address` in `net`.
///
/// # Errors
/// The first problem.
pub fn check(
    net: &Ipv4Net,
    gateway: Option<Ipv4Addr>,
    address: Ipv4Addr,
    in_use: impl Fn(Ipv4Addr) -> bool,
) -> Result<(), AddressProblem> {
    if !net.contains(&address) {
        Err(AddressProblem::Outside)
    } else if !is_host(net, address) {
        Err(AddressProblem::NotAHost)
    } else if gateway == Some(address) {
        Err(AddressProblem::Gateway)
    } else if in_use(address) {
        Err(AddressProblem::InUse)
    } else {
        Ok(())
    }
}

/// Free addresses of `net` in order, from `first` or its beginning; as many as there are, `count` at most.
pub fn free_addresses(
    net: &Ipv4Net,
    gateway: Option<Ipv4Addr>,
    first: Option<Ipv4Addr>,
    count: usize,
    in_use: impl Fn(Ipv4Addr) -> bool,
) -> Vec<Ipv4Addr> {
    let all = net.hosts().skip_while(|ip| first.is_some_and(|first| *ip < first));
    all.filter(|ip| check(net, gateway, *ip, &in_use).is_ok()).take(count).collect()
}

/// Whether two networks share an address.
#[must_use]
pub fn overlap(a: &Ipv4Net, b: &Ipv4Net) -> bool {
    a.contains(&b.network()) || b.contains(&a.network())
}

/// Free networks from a pattern such as `192.168.{100..199}.0/24` or `10.1.{N}.0/24`: the first `count` that overlap
/// none of `taken` (the host's other networks and its routes) and not each other.
///
/// # Errors
/// If the pattern gives no networks, or too few free ones.
pub fn free_subnets(pattern: &str, count: u32, taken: &[Ipv4Net]) -> Result<Vec<Ipv4Net>, SubnetProblem> {
    let pattern = Pattern::parse(pattern)?;
    let mut found: Vec<Ipv4Net> = Vec::new();
    let mut seen = HashSet::new();
    let last = pattern.count().map_or(u32::from(u8::MAX), |n| pattern.first() + n - 1);
    for number in pattern.first()..=last {
        if found.len() >= count as usize {
            break;
        }
        let text = pattern.name(number);
        let net = network(&text);
        let Some(net) = net else {
            // A range that was written out must be right; {N} ends where the octet does.
            if pattern.count().is_some() || number == pattern.first() {
                return Err(SubnetProblem::NotANetwork(text));
            }
            break;
        };
        let free = !taken.iter().chain(&found).any(|other| overlap(&net, other));
        if free && seen.insert(net) {
            found.push(net);
        }
    }
    let free = u32::try_from(found.len()).unwrap_or(u32::MAX);
    if free < count { Err(SubnetProblem::TooFew { wanted: count, free }) } else { Ok(found) }
}

/// A network written with its own first address, with room for a gateway and a few machines.
fn network(text: &str) -> Option<Ipv4Net> {
    let net: Ipv4Net = text.parse().ok()?;
    (net.addr() == net.network() && (8..=29).contains(&net.prefix_len())).then_some(net)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> Ipv4Net {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_of_a_network() {
        let course = net("192.168.4.0/24");
        let gateway = "192.168.4.254".parse().ok();
        let used: Ipv4Addr = "192.168.4.7".parse().unwrap();
        for (text, result) in [
            ("192.168.4.1", Ok(())),
            ("192.168.5.1", Err(AddressProblem::Outside)),
            ("192.168.4.0", Err(AddressProblem::NotAHost)),
            ("192.168.4.255", Err(AddressProblem::NotAHost)),
            ("192.168.4.254", Err(AddressProblem::Gateway)),
            ("192.168.4.7", Err(AddressProblem::InUse)),
        ] {
            assert_eq!(check(&course, gateway, text.parse().unwrap(), |ip| ip == used), result, "{text}");
        }
        let free = free_addresses(&course, gateway, "192.168.4.6".parse().ok(), 3, |ip| ip == used);
        assert_eq!(
            free.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["192.168.4.6", "192.168.4.8", "192.168.4.9"]
        );
        assert_eq!(free_addresses(&net("10.0.0.0/30"), "10.0.0.1".parse().ok(), None, 9, |_| false).len(), 1);
    }

    #[test]
    fn subnets_go_around_what_is_there() {
        let taken = [net("192.168.101.0/24"), net("192.168.102.128/25"), net("10.0.0.0/8")];
        let found = free_subnets("192.168.{100..199}.0/24", 3, &taken).unwrap();
        assert_eq!(found, [net("192.168.100.0/24"), net("192.168.103.0/24"), net("192.168.104.0/24")]);
        assert_eq!(free_subnets("10.1.{N}.0/24", 1, &taken), Err(SubnetProblem::TooFew { wanted: 1, free: 0 }));
        assert_eq!(free_subnets("172.16.{250..255}.0/24", 9, &[]), Err(SubnetProblem::TooFew { wanted: 9, free: 6 }));
        for bad in ["192.168.{250..260}.0/24", "192.168.{1..2}.1/24", "x{1..2}", "1.2.3.{1..2}/32"] {
            assert!(matches!(free_subnets(bad, 9, &[]), Err(SubnetProblem::NotANetwork(_))), "{bad}");
        }
        assert_eq!(free_subnets("172.16.{N}.0/24", 300, &[]), Err(SubnetProblem::TooFew { wanted: 300, free: 255 }));
        assert!(matches!(free_subnets("a{", 1, &[]), Err(SubnetProblem::Pattern(_))));
        // One network written twice is one.
        assert_eq!(free_subnets("172.16.0.0/24", 1, &[]).unwrap().len(), 1);
    }
}
