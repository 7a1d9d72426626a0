//! The host's own routes, as the kernel lists them in `/proc/net`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A network that the host reaches through one of its devices.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostRoute {
    /// The network.
    pub to: IpNet,
    /// The device.
    pub device: String,
}

/// Reads `/proc/net/route`; the default route leads everywhere and says nothing.
#[must_use]
pub fn v4(text: &str) -> Vec<HostRoute> {
    text.lines().skip(1).filter_map(v4_line).filter(|route| route.to.prefix_len() > 0).collect()
}

/// `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, addresses as numbers in the host's order of bytes.
fn v4_line(line: &str) -> Option<HostRoute> {
    let mut words = line.split_whitespace();
    let device = words.next()?.to_owned();
    let to = word(words.next()?)?;
    let mask = word(words.nth(5)?)?;
    let net = Ipv4Net::with_netmask(to, mask).ok()?;
    Some(HostRoute { to: net.trunc().into(), device })
}

fn word(hex: &str) -> Option<Ipv4Addr> {
    Some(Ipv4Addr::from(u32::from_str_radix(hex, 16).ok()?.to_ne_bytes()))
}

/// Reads `/proc/net/ipv6_route`; what is local to a link or to the host says nothing.
#[must_use]
pub fn v6(text: &str) -> Vec<HostRoute> {
    text.lines().filter_map(v6_line).filter(|route| says_something(&route.to)).collect()
}

/// `destination prefix source prefix next-hop metric refs use flags device`, all but the last in hexadecimal.
fn v6_line(line: &str) -> Option<HostRoute> {
    let mut words = line.split_whitespace();
    let to = u128::from_str_radix(words.next()?, 16).ok().map(Ipv6Addr::from)?;
    let prefix = u8::from_str_radix(words.next()?, 16).ok()?;
    let device = words.last().filter(|device| *device != "lo")?.to_owned();
    Some(HostRoute { to: Ipv6Net::new(to, prefix).ok()?.trunc().into(), device })
}

fn says_something(net: &IpNet) -> bool {
    let IpAddr::V6(ip) = net.addr() else { return true };
    // A single address is the host's own or a neighbour's: its network is listed too.
    net.prefix_len() > 0 && net.prefix_len() < 128 && !ip.is_unicast_link_local() && !ip.is_multicast()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_lists_are_read() {
        let list = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
            eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
            eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
        if cfg!(target_endian = "little") {
            let school = HostRoute { to: "192.168.1.0/24".parse().unwrap(), device: "eth0".into() };
            assert_eq!(v4(list), [school]);
        }
        let list = "fd000001000000000000000000000000 40 00000000000000000000000000000000 00 \
            00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\n\
            fe800000000000000000000000000000 40 00000000000000000000000000000000 00 \
            00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\n\
            00000000000000000000000000000001 80 00000000000000000000000000000000 00 \
            00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo\n";
        assert_eq!(v6(list), [HostRoute { to: "fd00:1::/64".parse().unwrap(), device: "eth0".into() }]);
        assert!(v4("").is_empty() && v6("nonsense\n").is_empty());
    }
}
