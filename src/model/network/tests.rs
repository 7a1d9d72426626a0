//! Tests of reading, writing, moving and changing networks.

use std::net::IpAddr;

use ipnet::IpNet;
use proptest::prelude::*;

use super::{
    change::{Change, Section},
    free::{BridgeFault, Owner, Taken, bridge_fault},
    known,
    lease::Lease,
    routes::HostRoute,
    *,
};
use crate::{mac::MacAddress, xml::Document};

/// The course's own text.
pub(super) const COURSE: &str = r#"<network>
  <name>vbr</name>
  <bridge name="vbr"/>
  <forward mode="nat"/>
  <ip address="192.168.1.254" netmask="255.255.255.0">
    <dhcp>
      <range start="192.168.1.100" end="192.168.1.200"/>
    </dhcp>
  </ip>
</network>
"#;

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn course() -> NetworkSpec {
    NetworkSpec::parse(COURSE).unwrap()
}

#[test]
fn the_courses_network_is_read_and_made() {
    let spec = course();
    assert_eq!((spec.name.as_str(), spec.bridge.as_deref(), spec.mode), ("vbr", Some("vbr"), Mode::Nat));
    assert_eq!(spec.subnets[0].address, net("192.168.1.254/24"));
    assert_eq!(spec.subnets[0].ranges, [DhcpRange { start: ip("192.168.1.100"), end: ip("192.168.1.200") }]);
    let made = spec.document().unwrap();
    assert_eq!(NetworkSpec::read(&made).unwrap(), spec);
    let ip = made.root().child("ip").unwrap();
    assert_eq!(ip.attribute("netmask").as_deref(), Some("255.255.255.0"));
}

#[test]
fn each_mode_reads_as_it_was_written() {
    for mode in Mode::ALL {
        let spec = NetworkSpec {
            name: "n".into(),
            mode,
            bridge: (mode.has_own_bridge() || mode.needs_bridge()).then(|| "br7".into()),
            device: mode.needs_device().then(|| "eth1".into()),
            ..NetworkSpec::default()
        };
        let document = spec.document().unwrap();
        assert_eq!(NetworkSpec::read(&document).unwrap(), spec, "{document}");
        assert!(known::unknown(&document).is_empty(), "{document}");
    }
}

/// Everything that is not edited stays byte for byte.
#[test]
fn what_is_not_known_stays() {
    let text = "<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>\n  <name>vbr</name> <!-- mine -->\n  \
        <forward mode='nat'><nat><port start='1024' end='65535'/></nat></forward>\n  <bridge name='vbr' stp='on' delay='0'/>\n  \
        <dns enable='no'><txt name='a' value='b'/></dns>\n  \
        <ip address='10.0.0.1' prefix='24'>\n    <tftp root='/t'/>\n    <dhcp>\n      \
        <range start='10.0.0.2' end='10.0.0.9'><lease expiry='1' unit='hours'/></range>\n      \
        <host mac='52:54:00:00:00:01' ip='10.0.0.20'><lease expiry='0'/></host>\n    </dhcp>\n  </ip>\n  \
        <dnsmasq:options><dnsmasq:option value='x'/></dnsmasq:options>\n</network>\n";
    let document = Document::parse(text).unwrap();
    let mut spec = NetworkSpec::read(&document).unwrap();
    assert_eq!(spec.apply(&document).unwrap().as_str(), text, "no change, no byte");
    spec.mtu = Some(9000);
    spec.subnets[0].hosts.push(DhcpHost {
        mac: MacAddress::parse("52:54:00:00:00:02").ok(),
        ip: Some(ip("10.0.0.21")),
        ..DhcpHost::default()
    });
    let new = spec.apply(&document).unwrap().to_string();
    for kept in [
        "<!-- mine -->",
        "stp='on' delay='0'",
        "<txt name='a' value='b'/>",
        "<lease expiry='1' unit='hours'/>",
        "<lease expiry='0'/>",
        "dnsmasq:option value='x'",
        "<tftp root='/t'/>",
    ] {
        assert!(new.contains(kept), "{kept} is gone:\n{new}");
    }
    assert_eq!(NetworkSpec::parse(&new).unwrap(), spec);
}

#[test]
fn another_mode_leaves_nothing_of_the_old() {
    let document = Document::parse(COURSE).unwrap();
    let mut spec = course();
    spec.mode = Mode::MacvtapBridge;
    spec.device = Some("eth0".into());
    spec.bridge = None;
    spec.subnets.clear();
    let new = spec.apply(&document).unwrap();
    assert_eq!(NetworkSpec::read(&new).unwrap(), spec, "{new}");
    spec.mode = Mode::Isolated;
    spec.device = None;
    spec.bridge = Some("vbr".into());
    assert_eq!(NetworkSpec::read(&spec.apply(&new).unwrap()).unwrap(), spec);
}

#[test]
fn a_copy_of_the_courses_network_does_not_clash_with_it() {
    let school = HostRoute { to: net("192.168.100.0/24"), device: "eth0".into() };
    let taken = Taken { networks: vec![course()], routes: vec![school], devices: vec!["eth0".into()] };
    let copy = course().copied(&taken, [1; 5]);
    assert_eq!((copy.name.as_str(), copy.bridge.as_deref()), ("vbr-2", Some("vbr-2")));
    assert_eq!(copy.subnets[0].address, net("192.168.101.254/24"));
    assert_eq!(copy.subnets[0].ranges, [DhcpRange { start: ip("192.168.101.100"), end: ip("192.168.101.200") }]);
    let given = "<network><name>vbr</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid><mac address='52:54:00:1:2:3'/>\
        <bridge name='vbr'/><forward mode='nat'/><ip address='192.168.1.254' prefix='24'/><metadata/></network>";
    let made = copy.copy_document(&Document::parse(given).unwrap()).unwrap();
    assert!(
        made.root().child("uuid").is_none()
            && made.root().child("mac").is_none()
            && made.root().child("metadata").is_some()
    );
    assert_eq!(NetworkSpec::read(&made).unwrap(), copy);
}

#[test]
fn who_has_a_range_is_named() {
    let route = |to: &str| HostRoute { to: net(to), device: "vbr".into() };
    let taken = Taken {
        networks: vec![course()],
        routes: vec![route("192.168.1.0/24"), route("10.0.0.0/8")],
        devices: vec!["vbr".into()],
    };
    assert_eq!(taken.owner(&net("192.168.0.0/16")), Some(Owner::Network("vbr".into())));
    assert_eq!(taken.owner(&net("10.3.0.0/24")), Some(Owner::Host { device: "vbr".into(), to: net("10.0.0.0/8") }));
    assert_eq!(taken.owner(&net("172.20.0.0/24")), None);
    // A network is not in its own way, nor is the route that its bridge made.
    assert_eq!(taken.without("vbr").owner(&net("192.168.1.0/24")), None);
    assert_eq!(taken.bridge_owner("vbr"), Some(Some("vbr".into())));
    assert_eq!(taken.free_bridge("vbr"), "virbr0");
    assert_eq!(taken.free_bridge("private1"), "private1");
    assert_eq!(taken.free_bridge("a-name-far-too-long"), "virbr0");
    assert_eq!(bridge_fault("a-name-far-too-long"), Some(BridgeFault::TooLong(19)));
    assert_eq!(bridge_fault("网桥"), Some(BridgeFault::Character('网')));
}

#[test]
fn a_lease_is_kept_live_and_the_mtu_waits() {
    let old = course();
    let lease = Lease {
        mac: MacAddress::parse("52:54:00:aa:bb:cc").ok(),
        ip: ip("192.168.1.150"),
        prefix: 24,
        hostname: Some("node1".into()),
        client: None,
        expires: 0,
    };
    let mut new = old.clone();
    new.subnets[0].hosts.push(lease.keep().unwrap());
    assert!(lease.is_kept(&new) && !lease.is_kept(&old));
    let change = Change::between(&old, &new).unwrap();
    assert!(!change.rest);
    assert_eq!(change.live.len(), 1);
    let edit = &change.live[0];
    assert_eq!((edit.section, edit.virsh(), edit.parent), (Section::DhcpHost, "add-last", Some(0)));
    assert_eq!(edit.xml, "<host mac='52:54:00:aa:bb:cc' name='node1' ip='192.168.1.150'/>");
    let after = new.document().unwrap().to_string();
    assert!(edit.is_done(&after) && !edit.is_done(COURSE));
    assert!(edit.reversed().is_done(COURSE) && !edit.reversed().is_done(&after));
    let before = old.document().unwrap().to_string();
    assert!(edit.is_all_between(&before, &after) && edit.reversed().is_all_between(&after, &before));
    assert!(!edit.is_all_between(&before, &before) && !edit.is_all_between(&after, &before));
    new.mtu = Some(1400);
    assert!(!edit.is_all_between(&before, &new.document().unwrap().to_string()));
    assert!(Change::between(&old, &new).unwrap().rest);
    // A moved network is made anew as a whole.
    let moved = Change::between(&old, &old.moved(0, net("10.9.0.254/24"))).unwrap();
    assert!(moved.rest && moved.live.is_empty());
}

#[test]
fn what_the_schema_does_not_know_is_told() {
    let document = Document::parse(
        "<network colour='red'><name>a</name><ip address='1.2.3.4'><pxe/></ip><metadata><x/></metadata></network>",
    )
    .unwrap();
    assert_eq!(known::unknown(&document), ["@colour", "ip/pxe"]);
}

#[test]
fn what_is_no_network_is_refused() {
    for text in [
        "",
        "<domain/>",
        "<network><ip address='x'/></network>",
        "<network><ip address='1.2.3.4' prefix='33'/></network>",
    ] {
        assert!(NetworkSpec::parse(text).is_err(), "{text}");
    }
    // As libvirt takes it: an old class without a prefix.
    assert_eq!(
        NetworkSpec::parse("<network><ip address='172.16.0.1'/></network>").unwrap().subnets[0].address,
        net("172.16.0.1/16")
    );
}

proptest! {
    /// Any change of what the forms edit is written so that it reads back, whatever was there before.
    #[test]
    fn any_change_reads_back(from in spec(), to in spec()) {
        let document = from.document().unwrap();
        let to = NetworkSpec { id: None, ..to };
        let new = to.apply(&document).unwrap();
        prop_assert_eq!(sorted(NetworkSpec::read(&new).unwrap()), sorted(to), "{}", new);
    }

    /// The live edits lead from one to the other, and back.
    #[test]
    fn live_edits_lead_there(from in spec(), to in spec()) {
        let (mut from, to) = (from, to);
        if !to.subnets.is_empty() { from.subnets = to.subnets.iter().map(|s| Subnet::new(s.address)).collect(); }
        let (a, b) = (from.document().unwrap().to_string(), to.document().unwrap().to_string());
        for edit in Change::between(&from, &to).unwrap().live {
            prop_assert!(edit.is_done(&b), "{edit:?}\n{b}");
            prop_assert!(edit.reversed().is_done(&a), "{edit:?}\n{a}");
        }
    }
}

/// The order of such entries says nothing; new ones are written last.
fn sorted(mut spec: NetworkSpec) -> NetworkSpec {
    spec.dns_hosts.sort_by_key(|host| host.ip);
    for subnet in &mut spec.subnets {
        subnet.ranges.sort_by_key(|range| range.start);
        subnet.hosts.sort_by_key(|host| host.ip);
    }
    spec
}

fn spec() -> impl Strategy<Value = NetworkSpec> {
    let mode = prop::sample::select(&[Mode::Nat, Mode::Route, Mode::Isolated, Mode::Open][..]);
    let subnets = prop::collection::vec(
        (0_u8..9, prop::collection::btree_set(2_u8..99, 0..3), prop::collection::btree_set(1_u8..9, 0..3)),
        0..3,
    );
    let number = prop::option::of(68_u32..9000);
    (
        mode,
        subnets,
        number,
        prop::option::of("[a-z]{1,9}"),
        prop::collection::btree_set(1_u8..9, 0..3),
        prop::option::of(1_u32..9),
    )
        .prop_map(|(mode, subnets, mtu, domain, names, limit)| NetworkSpec {
            name: "n".into(),
            mode,
            bridge: Some("br".into()),
            mtu,
            domain,
            dns_hosts: names
                .into_iter()
                .map(|n| DnsHost { ip: IpAddr::from([10, 0, 0, n]), names: vec![format!("h{n}")] })
                .collect(),
            dns_texts: limit.map(|n| DnsText { name: format!("t{n}"), value: "v=1 a".into() }).into_iter().collect(),
            dns_services: limit.map(service).into_iter().collect(),
            forwarders: limit
                .map(|n| Forwarder {
                    address: Some(IpAddr::from([1, 1, 1, u8::try_from(n).unwrap_or(1)])),
                    domain: None,
                })
                .into_iter()
                .collect(),
            routes: limit
                .map(|_| Route { to: "10.50.0.0/16".parse().unwrap(), gateway: IpAddr::from([10, 0, 0, 9]) })
                .into_iter()
                .collect(),
            inbound: limit.map(|average| Bandwidth { average }),
            subnets: subnets.into_iter().map(subnet).collect(),
            ..NetworkSpec::default()
        })
}

fn service(n: u32) -> DnsService {
    DnsService {
        service: format!("s{n}"),
        protocol: "tcp".into(),
        target: Some("h1".into()),
        port: u16::try_from(n).ok(),
        ..DnsService::default()
    }
}

fn subnet((third, hosts, ranges): (u8, std::collections::BTreeSet<u8>, std::collections::BTreeSet<u8>)) -> Subnet {
    let at = |last| IpAddr::from([10, 0, third, last]);
    Subnet {
        address: IpNet::new(at(254), 24).unwrap(),
        ranges: ranges.into_iter().map(|n| DhcpRange { start: at(n * 10), end: at(n * 10 + 5) }).collect(),
        hosts: hosts
            .into_iter()
            .map(|n| DhcpHost { mac: Some(MacAddress::from_random([0, 0, n])), ip: Some(at(n)), ..DhcpHost::default() })
            .collect(),
    }
}
