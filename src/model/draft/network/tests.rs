//! Tests of the draft of a network.

use super::*;
use crate::{
    draft::{Bound, Severity, stops},
    names::NameProblem,
    network::{free::BridgeFault, routes::HostRoute},
};

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn route(to: &str) -> HostRoute {
    HostRoute { to: net(to), device: "eth0".into() }
}

fn draft(address: &str, start: &str, end: &str) -> NetworkDraft {
    let v4 = Addresses { on: true, address: address.into(), dhcp: true, start: start.into(), end: end.into() };
    NetworkDraft {
        name: "vbr".into(),
        bridge: "vbr".into(),
        v4,
        autostart: true,
        start: true,
        ..NetworkDraft::default()
    }
}

fn course() -> NetworkDraft {
    draft("192.168.1.254/24", "192.168.1.100", "192.168.1.200")
}

#[test]
fn the_courses_example_is_good_where_nobody_has_it() {
    let found = problems(&course(), &Facts::default());
    assert_eq!(found, [Problem::Common], "only a word about schools' own networks");
    assert!(!stops(&found));
    let spec = course().spec();
    assert_eq!(spec.subnets[0].address, net("192.168.1.254/24"));
    assert_eq!(NetworkDraft { autostart: true, start: true, ..NetworkDraft::of(&spec) }.spec(), spec);
}

#[test]
fn what_cannot_be_looked_at_is_said() {
    let facts = Facts { routes_unseen: true, ..Facts::default() };
    let found = problems(&draft("10.9.8.254/24", "10.9.8.100", "10.9.8.200"), &facts);
    assert_eq!(found, [Problem::RoutesUnseen(Family::V4)]);
    assert!(!stops(&found));
}

#[test]
fn in_a_school_of_that_network_the_same_shape_is_offered_elsewhere() {
    let taken = Taken { routes: vec![route("192.168.1.0/24")], devices: vec!["eth0".into()], ..Taken::default() };
    let facts = Facts { taken, ..Facts::default() };
    let mut draft = course();
    let found = problems(&draft, &facts);
    assert_eq!(found, [Problem::OfHost { family: Family::V4, device: "eth0".into(), to: net("192.168.1.0/24") }]);
    assert!(stops(&found));
    draft.move_to_free(Family::V4, &facts, [1; 5]);
    assert_eq!(
        (draft.v4.address.as_str(), draft.v4.start.as_str(), draft.v4.end.as_str()),
        ("192.168.100.254/24", "192.168.100.100", "192.168.100.200")
    );
    assert!(problems(&draft, &facts).is_empty());
}

#[test]
fn each_wrong_address_is_told_apart() {
    let one = |address: &str| {
        let mut draft = course();
        draft.v4 = Addresses { on: true, address: address.into(), ..Addresses::default() };
        problems(&draft, &Facts::default()).first().cloned()
    };
    for (address, problem) in [
        ("", Problem::NoAddress(Family::V4)),
        ("10.1.2.3", Problem::NoAddress(Family::V4)),
        ("10.1.2.300/24", Problem::NoAddress(Family::V4)),
        ("fd00::1/64", Problem::NoAddress(Family::V4)),
        ("10.1.2.0/24", Problem::NetworkItself(Family::V4)),
        ("10.1.2.255/24", Problem::Broadcast),
        ("10.1.2.1/30", Problem::TooSmall),
        ("10.1.2.1/14", Problem::TooLarge(Family::V4)),
        ("127.0.0.1/24", Problem::NotAHost(Family::V4)),
        ("224.0.0.1/24", Problem::NotAHost(Family::V4)),
        ("8.8.8.8/24", Problem::NotPrivate(Family::V4)),
    ] {
        assert_eq!(one(address), Some(problem), "{address}");
    }
    assert_eq!(one("10.1.2.1/29"), None, "eight addresses are enough");
}

#[test]
fn each_wrong_range_is_told_apart() {
    let one = |start: &str, end: &str| problems(&draft("10.1.2.254/24", start, end), &Facts::default());
    for (start, end, problem) in [
        ("x", "10.1.2.9", Problem::BadStart(Family::V4)),
        ("10.1.2.9", "", Problem::BadEnd(Family::V4)),
        ("10.1.3.9", "10.1.2.9", Problem::StartOutside(Family::V4)),
        ("10.1.2.9", "10.1.3.9", Problem::EndOutside(Family::V4)),
        ("10.1.2.0", "10.1.2.9", Problem::StartIsNetwork(Family::V4)),
        ("10.1.2.9", "10.1.2.255", Problem::EndIsBroadcast),
        ("10.1.2.9", "10.1.2.8", Problem::Reversed(Family::V4)),
        ("10.1.2.9", "10.1.2.254", Problem::HoldsGateway(Family::V4)),
    ] {
        assert_eq!(one(start, end), [problem], "{start} {end}");
    }
    assert!(one("10.1.2.1", "10.1.2.253").is_empty());
}

#[test]
fn ipv6_is_64_bits() {
    let mut draft = draft("10.1.2.254/24", "10.1.2.1", "10.1.2.9");
    draft.move_to_free(Family::V6, &Facts::default(), [1, 2, 3, 4, 5]);
    assert_eq!(draft.v6.address, "fd01:203:405::1/64");
    draft.v6.dhcp = true;
    assert!(problems(&draft, &Facts::default()).is_empty());
    draft.v6.address = "fd00::1/48".into();
    assert!(problems(&draft, &Facts::default()).contains(&Problem::Not64));
    draft.mtu = "1000".into();
    assert!(problems(&draft, &Facts::default()).contains(&Problem::Mtu { least: 1280 }));
}

#[test]
fn names_bridges_and_the_rest() {
    let taken =
        Taken { networks: vec![course().spec()], devices: vec!["eth0".into(), "vbr".into()], ..Taken::default() };
    let facts = Facts { taken, ..Facts::default() };
    let found = problems(&course(), &facts);
    assert_eq!(
        found,
        [
            Problem::Name(NameProblem::InUse),
            Problem::BridgeOfNetwork("vbr".into()),
            Problem::OfNetwork(Family::V4, "vbr".into())
        ]
    );
    let mut draft = NetworkDraft::suggested(&facts, [1; 5]);
    assert!(problems(&draft, &facts).is_empty(), "what is suggested is good");
    for (bridge, problem) in [
        ("eth0", Problem::BridgeIsDevice),
        ("sixteen-bytes-xx", Problem::Bridge(BridgeFault::TooLong(16))),
        ("a b", Problem::Bridge(BridgeFault::Character(' '))),
    ] {
        draft.bridge = bridge.into();
        assert_eq!(problems(&draft, &facts), [problem]);
    }
    draft.take_free_bridge(&facts);
    draft.domain = "-x".into();
    draft.forwarders = "1.1.1.1, dns".into();
    draft.routes = "10.5.0.1/16 via 192.168.100.9, 10.6.0.0/16 via 10.0.0.1, x".into();
    draft.inbound = "much".into();
    let found = problems(&draft, &facts);
    assert_eq!(
        found,
        [
            Problem::Domain,
            Problem::Forwarder,
            Problem::RouteHostBits,
            Problem::RouteGateway,
            Problem::Route,
            Problem::Limit(Field::Inbound)
        ]
    );
    draft.mode = Mode::Bridge;
    draft.bridge = "nobr".into();
    let found = problems(&draft, &facts);
    assert_eq!(found.iter().map(Bound::severity).min(), Some(Severity::Warning));
    assert!(found.contains(&Problem::BridgeUnknown));
}

#[test]
fn a_copy_is_good_at_once() {
    let taken = Taken { networks: vec![course().spec()], ..Taken::default() };
    let facts = Facts { taken, ..Facts::default() };
    let copy = NetworkDraft::copy_of(&course().spec(), &facts, [1; 5]);
    assert_eq!(
        (copy.name.as_str(), copy.bridge.as_str(), copy.v4.address.as_str()),
        ("vbr-2", "vbr-2", "192.168.100.254/24")
    );
    assert!(problems(&copy, &facts).is_empty());
}

#[test]
fn an_edit_keeps_what_the_form_does_not_show() {
    let mut spec = course().spec();
    spec.forwarders = vec![Forwarder { address: None, domain: Some("lab".into()) }];
    spec.subnets[0]
        .ranges
        .push(DhcpRange { start: "192.168.1.210".parse().unwrap(), end: "192.168.1.220".parse().unwrap() });
    let mut draft = NetworkDraft::of(&spec);
    draft.mtu = "1400".into();
    assert_eq!(draft.spec(), NetworkSpec { mtu: Some(1400), ..spec.clone() });
    draft.v4.address = "10.0.0.254/24".into();
    (draft.v4.start, draft.v4.end) = ("10.0.0.100".into(), "10.0.0.200".into());
    assert_eq!(draft.spec().subnets[0].ranges[1].start.to_string(), "10.0.0.210", "the rest moves along");
}

/// What the form does not show stays: name servers of single domains in their order, devices by their PCI places, and
/// what libvirt keeps without serving it.
#[test]
fn foreign_networks_stand_an_edit_that_changes_nothing() {
    for text in [
        "<network><name>a</name><forward mode='nat'/><bridge name='a'/><dns><forwarder addr='8.8.8.8'/>\
         <forwarder domain='example.com' addr='192.168.1.1'/><forwarder domain='x.test'/><forwarder addr='8.8.4.4'/>\
         <txt name='a' value='b'/></dns><ip address='10.0.0.1' prefix='24'/></network>",
        "<network><name>b</name><forward mode='hostdev' managed='yes'><address type='pci' domain='0x0000' bus='0x03' \
         slot='0x00' function='0x1'/></forward></network>",
        "<network><name>c</name><forward mode='passthrough'><pf dev='eth0'/></forward>\
         <ip address='192.168.122.1' netmask='255.255.255.0'/></network>",
    ] {
        let spec = NetworkSpec::parse(text).unwrap();
        let draft = NetworkDraft::of(&spec);
        assert_eq!(draft.spec(), spec, "{text}");
        assert!(!stops(&problems(&draft, &Facts::default())), "{text}");
    }
}
