//! What keeps a network from starting, or from working: found by looking, as libvirt's words are not to be read.

use ipnet::IpNet;

use super::{
    NetworkSpec,
    free::{Owner, Taken},
};

/// The port of name servers.
pub const DNS: u16 = 53;

/// What stands in a network's way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Trap {
    /// Its bridge's name is in use.
    Bridge {
        /// The name.
        bridge: String,
        /// The started network that has it; else the host has a device of that name.
        network: Option<String>,
    },
    /// Its addresses are in use.
    Addresses {
        /// Which.
        net: IpNet,
        /// By whom.
        owner: Owner,
        /// Whether that is the host's own way out, as in a guest whose host has the same network.
        uplink: bool,
    },
    /// Another program on the host listens at the name servers' port at all addresses, so that dnsmasq cannot.
    NamePort,
    /// Its bridge is for this zone of firewalld, which does not run.
    NoFirewalld(String),
    /// It is started, and the dnsmasq that should serve it is gone.
    NoDnsmasq,
    /// firewalld was started after it, which may have taken libvirt's rules away.
    FirewallLater,
}

/// What is known of the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrapFacts {
    /// The networks that are started, the host's routes and devices.
    pub taken: Taken,
    /// The device of the host's default route.
    pub uplink: Option<String>,
    /// Whether somebody listens at the name servers' port at all addresses.
    pub name_port: bool,
    /// Whether firewalld runs; `None` where it cannot be known.
    pub firewalld: Option<bool>,
}

/// What would keep a stopped network from starting.
#[must_use]
pub fn before_start(spec: &NetworkSpec, zone: Option<&str>, facts: &TrapFacts) -> Vec<Trap> {
    if !spec.mode.has_own_bridge() {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Some(bridge) = &spec.bridge
        && let Some(network) = facts.taken.bridge_owner(bridge)
    {
        found.push(Trap::Bridge { bridge: bridge.clone(), network });
    }
    found.extend(spec.nets().filter_map(|net| addresses(net, facts)));
    if facts.name_port && !spec.subnets.is_empty() {
        found.push(Trap::NamePort);
    }
    if let (Some(zone), Some(false)) = (zone, facts.firewalld) {
        found.push(Trap::NoFirewalld(zone.to_owned()));
    }
    found
}

/// When the programs were started that a started network needs, in any unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Serving {
    /// Its dnsmasq; none where it does not run.
    pub dnsmasq: Option<u64>,
    /// firewalld; none where it does not run.
    pub firewalld: Option<u64>,
}

/// What a started network lacks; `has_dns` says whether its name server is wanted.
#[must_use]
pub fn after_start(spec: &NetworkSpec, has_dns: bool, serving: Serving) -> Vec<Trap> {
    let has_dhcp = spec.subnets.iter().any(|subnet| !subnet.ranges.is_empty() || !subnet.hosts.is_empty());
    if !spec.mode.has_own_bridge() || spec.subnets.is_empty() || !(has_dns || has_dhcp) {
        return Vec::new();
    }
    let Some(since) = serving.dnsmasq else { return vec![Trap::NoDnsmasq] };
    let has_rules = spec.mode != super::Mode::Open;
    let later = serving.firewalld.is_some_and(|firewalld| firewalld > since);
    if has_rules && later { vec![Trap::FirewallLater] } else { Vec::new() }
}

/// When a process was started, in ticks since the computer was, from `/proc/PID/stat`: its 22nd word, counted behind the
/// name, which may hold anything (proc(5)).
#[must_use]
pub fn started(stat: &str) -> Option<u64> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

/// libvirt refuses a network that a route of the host's lies in or around, but for very wide routes
/// (`networkCheckRouteCollision`: equal network addresses under the shorter of both masks).
fn addresses(net: IpNet, facts: &TrapFacts) -> Option<Trap> {
    let owner = facts.taken.owner(&net)?;
    let device = match &owner {
        Owner::Host { device, .. } => Some(device),
        Owner::Network(_) => None,
    };
    let uplink = device.is_some() && device == facts.uplink.as_ref();
    Some(Trap::Addresses { net, owner, uplink })
}

/// Whether a list of `/proc/net/tcp` or `tcp6` has a socket that listens at `port` at all addresses.
#[must_use]
pub fn listens(list: &str, port: u16) -> bool {
    // `sl local_address rem_address st …`, addresses and ports in hexadecimal; state 0A is LISTEN (net/tcp_states.h).
    let at_all = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        let (local, state) = (words.next()?, words.nth(1)?);
        let (address, at) = local.split_once(':')?;
        let everywhere = !address.is_empty() && address.bytes().all(|b| b == b'0');
        Some(everywhere && u16::from_str_radix(at, 16).ok()? == port && state == "0A")
    };
    list.lines().skip(1).any(|line| at_all(line).unwrap_or(false))
}

/// The device of the default route with the least metric in `/proc/net/route`.
#[must_use]
pub fn uplink(list: &str) -> Option<String> {
    let default = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_default = words.get(1) == Some(&"00000000") && words.get(7) == Some(&"00000000");
        let metric = words.get(6)?.parse::<u32>().ok()?;
        is_default.then(|| (metric, words[0].to_owned()))
    };
    list.lines().skip(1).filter_map(default).min().map(|(_, device)| device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Mode, Subnet, routes::HostRoute};

    fn spec(name: &str, bridge: &str, net: &str) -> NetworkSpec {
        NetworkSpec {
            name: name.into(),
            bridge: Some(bridge.into()),
            subnets: vec![Subnet::new(net.parse().unwrap())],
            ..NetworkSpec::default()
        }
    }

    fn facts() -> TrapFacts {
        let route = |to: &str, device: &str| HostRoute { to: to.parse().unwrap(), device: device.into() };
        let taken = Taken {
            networks: vec![spec("lab", "br7", "10.7.0.1/24")],
            routes: vec![route("192.168.122.0/24", "enp1s0"), route("10.9.0.0/24", "eth1")],
            devices: vec!["enp1s0".into(), "eth1".into(), "docker0".into()],
        };
        TrapFacts { taken, uplink: Some("enp1s0".into()), ..TrapFacts::default() }
    }

    #[test]
    fn who_is_in_the_way_is_named() {
        let of = |spec: NetworkSpec| before_start(&spec, None, &facts());
        assert_eq!(of(spec("free", "br1", "10.1.0.1/24")), []);
        let nested = of(spec("default", "virbr0", "192.168.122.1/24"));
        assert!(
            matches!(&nested[..], [Trap::Addresses { uplink: true, owner: Owner::Host { device, .. }, .. }] if device == "enp1s0")
        );
        let lan = of(spec("n", "b", "10.9.0.1/24"));
        assert!(matches!(&lan[..], [Trap::Addresses { uplink: false, .. }]));
        let both = of(spec("n", "br7", "10.7.0.9/25"));
        let bridge = Trap::Bridge { bridge: "br7".into(), network: Some("lab".into()) };
        assert_eq!(both[0], bridge);
        assert!(matches!(&both[1], Trap::Addresses { owner: Owner::Network(name), .. } if name == "lab"));
        let device = of(spec("n", "docker0", "10.1.0.1/24"));
        assert_eq!(device, [Trap::Bridge { bridge: "docker0".into(), network: None }]);
        let existing = NetworkSpec { mode: Mode::Bridge, ..spec("n", "docker0", "10.7.0.1/24") };
        assert_eq!(of(existing), [], "one that is there is to be there");
    }

    #[test]
    fn ports_and_firewalls_count_where_they_can_be_known() {
        let network = spec("n", "b", "10.1.0.1/24");
        let busy = TrapFacts { name_port: true, firewalld: Some(false), ..facts() };
        assert_eq!(
            before_start(&network, Some("trusted"), &busy),
            [Trap::NamePort, Trap::NoFirewalld("trusted".into())]
        );
        assert_eq!(before_start(&network, Some("trusted"), &TrapFacts { firewalld: None, ..facts() }), []);
        assert_eq!(before_start(&NetworkSpec { subnets: Vec::new(), ..network }, None, &busy), []);
    }

    #[test]
    fn a_started_network_without_its_server_is_seen() {
        let network = spec("n", "b", "10.1.0.1/24");
        let serving = |dnsmasq, firewalld| after_start(&network, true, Serving { dnsmasq, firewalld });
        assert_eq!(serving(None, None), [Trap::NoDnsmasq]);
        assert_eq!(serving(Some(5), Some(4)), []);
        assert_eq!(serving(Some(5), Some(6)), [Trap::FirewallLater]);
        assert_eq!(after_start(&network, false, Serving::default()), [], "neither names nor addresses are served");
        let open = NetworkSpec { mode: Mode::Open, ..network.clone() };
        assert_eq!(after_start(&open, true, Serving { dnsmasq: Some(1), firewalld: Some(2) }), []);
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 1 1";
        assert_eq!(started(stat), Some(4711));
    }

    #[test]
    fn the_kernels_lists_are_read() {
        let tcp = "  sl  local_address rem_address   st tx_queue\n   0: 00000000:0035 00000000:0000 0A 00000000\n\
            1: 017AA8C0:0035 00000000:0000 0A 0\n   2: 00000000:0050 00000000:0000 01 0\n";
        assert!(listens(tcp, 53) && !listens(tcp, 80) && !listens("", 53));
        let own = "  sl  local\n   1: 017AA8C0:0035 00000000:0000 0A 0\n";
        assert!(!listens(own, 53), "libvirt's own listens at the network's address");
        let six = "  sl\n   0: 00000000000000000000000000000000:0035 00000000000000000000000000000000:0000 0A 0\n";
        assert!(listens(six, 53));
        let routes = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n\
            wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\neth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\n\
            eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\n";
        assert_eq!(uplink(routes).as_deref(), Some("eth0"));
    }
}
