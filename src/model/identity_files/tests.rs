//! Tests of the guest's files: the course's exact text, each format read back, and no value that adds a line.

use std::net::Ipv4Addr;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn address(text: &str, gateway: Option<&str>, dns: &[&str]) -> Addressing {
    Addressing::Static {
        address: text.parse().unwrap(),
        gateway: gateway.map(|ip| ip.parse().unwrap()),
        dns: dns.iter().map(|ip| ip.parse().unwrap()).collect(),
    }
}

fn nic(device: &str, addressing: Addressing) -> Nic {
    Nic { device: device.into(), mac: None, addressing }
}

/// The two cards of the course's OpenStack machine.
fn course() -> GuestIdentity {
    let nics = vec![
        nic("eth0", address("192.168.4.1/24", Some("192.168.4.254"), &["192.168.4.254"])),
        nic("eth1", address("192.168.2.1/24", None, &[])),
    ];
    GuestIdentity { host_name: "node1".into(), nics }
}

fn texts(format: Format, guest: &GuestIdentity) -> Vec<String> {
    files(format, guest).unwrap().into_iter().map(|file| file.text).collect()
}

#[test]
fn ifcfg_has_the_courses_keys_and_no_others() {
    let all = files(Format::Ifcfg, &course()).unwrap();
    assert_eq!(all[0].path, "/etc/sysconfig/network-scripts/ifcfg-eth0");
    assert_eq!(
        all[0].text,
        "DEVICE=eth0\nONBOOT=yes\nBOOTPROTO=none\nIPV6INIT=no\nIPADDR=192.168.4.1\nPREFIX=24\nGATEWAY=192.168.4.254\nDNS1=192.168.4.254\n"
    );
    assert_eq!(all[1].text, "DEVICE=eth1\nONBOOT=yes\nBOOTPROTO=none\nIPV6INIT=no\nIPADDR=192.168.2.1\nPREFIX=24\n");
    assert_eq!(all[2], GuestFile { path: "/etc/hostname".into(), mode: 0o644, text: "node1\n".into() });
    let dhcp = GuestIdentity { host_name: "a".into(), nics: vec![nic("eth0", Addressing::Dhcp)] };
    assert_eq!(texts(Format::Ifcfg, &dhcp)[0], "DEVICE=eth0\nONBOOT=yes\nBOOTPROTO=dhcp\nIPV6INIT=no\n");
}

#[test]
fn keyfiles_and_networkd_units() {
    let all = files(Format::NetworkManager, &course()).unwrap();
    assert_eq!(
        (all[0].mode, &*all[0].path),
        (0o600, "/etc/NetworkManager/system-connections/lectern-eth0.nmconnection")
    );
    assert_eq!(
        all[0].text,
        "[connection]\nid=lectern-eth0\ntype=ethernet\ninterface-name=eth0\nautoconnect-priority=100\n\n[ipv4]\nmethod=manual\naddress1=192.168.4.1/24,192.168.4.254\ndns=192.168.4.254;\n\n[ipv6]\nmethod=ignore\n"
    );
    assert_eq!(
        texts(Format::Networkd, &course())[..2],
        [
            "[Match]\nName=eth0\n\n[Network]\nAddress=192.168.4.1/24\nGateway=192.168.4.254\nDNS=192.168.4.254\n",
            "[Match]\nName=eth1\n\n[Network]\nAddress=192.168.2.1/24\n"
        ]
    );
}

#[test]
fn netplan_and_ifupdown_are_one_file() {
    assert_eq!(
        texts(Format::Netplan, &course())[0],
        "network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: false\n      addresses:\n      - 192.168.4.1/24\n      routes:\n      - to: 0.0.0.0/0\n        via: \"192.168.4.254\"\n      nameservers:\n        addresses:\n        - \"192.168.4.254\"\n    eth1:\n      dhcp4: false\n      addresses:\n      - 192.168.2.1/24\n"
    );
    assert_eq!(
        texts(Format::Ifupdown, &course())[0],
        "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet static\n    address 192.168.4.1\n    netmask 255.255.255.0\n    gateway 192.168.4.254\n    dns-nameservers 192.168.4.254\n\nauto eth1\niface eth1 inet static\n    address 192.168.2.1\n    netmask 255.255.255.0\n"
    );
}

#[test]
fn a_card_known_by_its_address_is_matched_by_it() {
    let mac = crate::mac::MacAddress::parse("52:54:00:12:34:56").ok();
    let guest = GuestIdentity {
        host_name: "a".into(),
        nics: vec![Nic { device: String::new(), mac, addressing: Addressing::Dhcp }],
    };
    assert!(
        texts(Format::Netplan, &guest)[0]
            .contains("lectern-525400123456:\n      match:\n        macaddress: \"52:54:00:12:34:56\"\n")
    );
    assert!(texts(Format::Networkd, &guest)[0].starts_with("[Match]\nMACAddress=52:54:00:12:34:56\n\n"));
    assert!(texts(Format::NetworkManager, &guest)[0].contains("\n[ethernet]\nmac-address=52:54:00:12:34:56\n"));
    for format in [Format::Ifcfg, Format::Ifupdown] {
        assert_eq!(files(format, &guest), Err(IdentityProblem::NoDevice(0)));
    }
}

#[test]
fn what_cannot_work_is_refused() {
    let with = |nics| GuestIdentity { host_name: "a".into(), nics };
    let outside = nic("eth0", address("192.168.4.1/24", Some("192.168.5.254"), &[]));
    assert!(matches!(files(Format::Ifcfg, &with(vec![outside])), Err(IdentityProblem::Gateway { .. })));
    for bad in ["192.168.4.0/24", "192.168.4.255/24", "127.0.0.1/8", "224.0.0.1/4", "0.0.0.0/0"] {
        let bad = nic("eth0", address(bad, None, &[]));
        assert!(matches!(files(Format::Netplan, &with(vec![bad])), Err(IdentityProblem::Address(_))));
    }
    let twice = vec![nic("eth0", Addressing::Dhcp), nic("eth0", Addressing::Dhcp)];
    assert_eq!(files(Format::Networkd, &with(twice)), Err(IdentityProblem::TwoDevices("eth0".into())));
    for name in ["a/b", "eth0\nX=1", "../x", "averyveryverylong", "-x", "eth0 ", "e;f", "网"] {
        let bad = with(vec![nic(name, Addressing::Dhcp)]);
        assert_eq!(files(Format::Ifcfg, &bad), Err(IdentityProblem::Device(name.into())));
    }
    let bad = GuestIdentity { host_name: "a\nb".into(), nics: Vec::new() };
    assert_eq!(files(Format::Ifcfg, &bad), Err(IdentityProblem::HostName("a\nb".into())));
}

#[test]
fn hosts_of_the_class() {
    let entry = |n: u8| HostEntry { address: Ipv4Addr::new(192, 168, 4, n), host_name: format!("node{n}") };
    let block = hosts(&[entry(1), entry(2)], Some("tedu.cn")).unwrap();
    assert!(block.contains("\n192.168.4.1  node1.tedu.cn node1\n192.168.4.2  node2.tedu.cn node2\n"));
    let own = "127.0.0.1 localhost\n::1 localhost";
    let once = with_hosts(own, &block);
    assert_eq!(once, format!("{own}\n{block}"));
    assert_eq!(with_hosts(&once, &block), once);
    let after = with_hosts(&format!("{once}10.0.0.1 mine\n"), &hosts(&[entry(3)], None).unwrap());
    assert!(after.contains("192.168.4.3  node3\n") && after.ends_with("10.0.0.1 mine\n") && !after.contains("node1"));
    assert!(hosts(&[entry(1)], Some("a b")).is_err() && hosts(&[entry(1)], Some("")).is_err());
}

fn any_nic() -> impl Strategy<Value = Nic> {
    let device = prop_oneof!["[a-z]{1,4}[0-9]{1,3}", "[a-z0-9._-]{1,16}", "\\PC{0,6}", Just("eth0\nevil".to_owned())];
    let addressing = prop_oneof![
        Just(Addressing::Dhcp),
        (any::<[u8; 4]>(), 0_u8..=32, any::<Option<[u8; 4]>>(), prop::collection::vec(any::<[u8; 4]>(), 0..4))
            .prop_map(|(ip, prefix, gateway, dns)| Addressing::Static {
                address: ipnet::Ipv4Net::new(ip.into(), prefix).unwrap(),
                gateway: gateway.map(Ipv4Addr::from),
                dns: dns.into_iter().map(Ipv4Addr::from).collect(),
            }),
    ];
    let mac = any::<Option<[u8; 3]>>().prop_map(|mac| mac.map(crate::mac::MacAddress::from_random));
    (device, mac, addressing).prop_map(|(device, mac, addressing)| Nic { device, mac, addressing })
}

fn netplan_reads_back(text: &str, guest: &GuestIdentity) -> Result<(), TestCaseError> {
    let read: Value = serde_saphyr::from_str(text).unwrap();
    prop_assert_eq!(read.as_object().unwrap().len(), 1);
    prop_assert_eq!(read["network"].as_object().unwrap().len(), 2);
    let cards = read["network"]["ethernets"].as_object().unwrap();
    prop_assert_eq!(cards.len(), guest.nics.len());
    for nic in guest.nics.iter().filter(|nic| !nic.device.is_empty()) {
        let card = cards.get(&nic.device).unwrap();
        match &nic.addressing {
            Addressing::Dhcp => prop_assert_eq!(card, &serde_json::json!({"dhcp4": true})),
            Addressing::Static { address, .. } => {
                prop_assert_eq!(&card["addresses"], &serde_json::json!([address.to_string()]));
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_value_adds_a_line(host_name in "[a-z]{1,5}|\\PC{0,8}|a\nb", nics in prop::collection::vec(any_nic(), 0..3)) {
        let guest = GuestIdentity { host_name, nics };
        for format in Format::ALL {
            let Ok(all) = files(format, &guest) else { continue };
            for file in all {
                prop_assert!(file.path.starts_with("/etc/") && !file.path.contains("/."));
                prop_assert!(!file.text.contains(['\0', '\r', '$', '`', '\'', '\\']));
                prop_assert!(!file.text.contains("evil"));
                if format == Format::Netplan && file.path.contains("netplan") {
                    netplan_reads_back(&file.text, &guest)?;
                }
            }
        }
    }
}
