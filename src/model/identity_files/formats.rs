//! Each format's text. What is written here was checked before.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::Ipv4Addr;

use serde::Serialize;

use super::{Addressing, GuestFile, Nic, key};

fn list(all: &[Ipv4Addr], separator: &str) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}

/// `KEY=value` lines; those without a value are left out.
fn lines(all: &[(&str, String)]) -> String {
    let filled = all.iter().filter(|(_, value)| !value.is_empty());
    filled.flat_map(|(key, value)| [key, "=", value, "\n"]).collect()
}

fn text(value: Option<Ipv4Addr>) -> String {
    value.map(|ip| ip.to_string()).unwrap_or_default()
}

/// The keys of the course's script, in its order; `GATEWAY` and `DNS1` are absent when empty, as there. (The script writes
/// the name server to `DNS2`, which leaves the first one unset; its text says dns once.)
pub(super) fn ifcfg(nic: &Nic) -> GuestFile {
    let mut all = vec![("DEVICE", nic.device.clone()), ("ONBOOT", "yes".to_owned())];
    let mut servers = String::new();
    match &nic.addressing {
        Addressing::Dhcp => all.extend([("BOOTPROTO", "dhcp".to_owned()), ("IPV6INIT", "no".to_owned())]),
        Addressing::Static { address, gateway, dns } => {
            all.extend([
                ("BOOTPROTO", "none".to_owned()),
                ("IPV6INIT", "no".to_owned()),
                ("IPADDR", address.addr().to_string()),
                ("PREFIX", address.prefix_len().to_string()),
                ("GATEWAY", text(*gateway)),
            ]);
            servers = dns.iter().zip(1..).fold(String::new(), |all, (ip, n)| format!("{all}DNS{n}={ip}\n"));
        }
    }
    let path = format!("/etc/sysconfig/network-scripts/ifcfg-{}", nic.device);
    GuestFile { path, mode: 0o644, text: lines(&all) + &servers }
}

/// nm-settings-keyfile(5). `ignore` leaves IPv6 to the kernel, and `NetworkManager` knew it before `disabled` (1.20).
pub(super) fn keyfile(nic: &Nic) -> GuestFile {
    let id = format!("lectern-{}", key(nic));
    let mut out = "[connection]\n".to_owned();
    out += &lines(&[
        ("id", id.clone()),
        ("type", "ethernet".to_owned()),
        ("interface-name", nic.device.clone()),
        // Goes before what the guest was installed with.
        ("autoconnect-priority", "100".to_owned()),
    ]);
    if nic.device.is_empty() {
        out += "\n[ethernet]\n";
        out += &lines(&[("mac-address", nic.mac.map(|mac| mac.to_string()).unwrap_or_default())]);
    }
    out += "\n[ipv4]\n";
    out += &match &nic.addressing {
        Addressing::Dhcp => lines(&[("method", "auto".to_owned())]),
        Addressing::Static { address, gateway, dns } => {
            let gateway = gateway.map(|ip| format!(",{ip}")).unwrap_or_default();
            let dns = if dns.is_empty() { String::new() } else { format!("{};", list(dns, ";")) };
            lines(&[("method", "manual".to_owned()), ("address1", format!("{address}{gateway}")), ("dns", dns)])
        }
    };
    out += "\n[ipv6]\nmethod=ignore\n";
    // NetworkManager does not read a file that others can.
    GuestFile { path: format!("/etc/NetworkManager/system-connections/{id}.nmconnection"), mode: 0o600, text: out }
}

/// systemd.network(5).
pub(super) fn networkd(nic: &Nic) -> GuestFile {
    let mac = if nic.device.is_empty() { nic.mac.map(|mac| mac.to_string()) } else { None };
    let mut out = "[Match]\n".to_owned();
    out += &lines(&[("Name", nic.device.clone()), ("MACAddress", mac.unwrap_or_default())]);
    out += "\n[Network]\n";
    match &nic.addressing {
        Addressing::Dhcp => out += "DHCP=ipv4\n",
        Addressing::Static { address, gateway, dns } => {
            out += &lines(&[("Address", address.to_string()), ("Gateway", text(*gateway))]);
            let servers: Vec<_> = dns.iter().map(|ip| ("DNS", ip.to_string())).collect();
            out += &lines(&servers);
        }
    }
    GuestFile { path: format!("/etc/systemd/network/10-lectern-{}.network", key(nic)), mode: 0o644, text: out }
}

/// interfaces(5), with `netmask` rather than a prefix: busybox and old Debians read no other.
pub(super) fn ifupdown(nics: &[Nic]) -> GuestFile {
    let mut out = "auto lo\niface lo inet loopback\n".to_owned();
    for Nic { device, addressing, .. } in nics {
        let kind = if *addressing == Addressing::Dhcp { "dhcp" } else { "static" };
        // Writing to a String cannot fail.
        let _ = write!(out, "\nauto {device}\niface {device} inet {kind}\n");
        if let Addressing::Static { address, gateway, dns } = addressing {
            let _ = write!(out, "    address {}\n    netmask {}\n", address.addr(), address.netmask());
            if let Some(gateway) = gateway {
                let _ = writeln!(out, "    gateway {gateway}");
            }
            if !dns.is_empty() {
                let _ = writeln!(out, "    dns-nameservers {}", list(dns, " "));
            }
        }
    }
    GuestFile { path: "/etc/network/interfaces".to_owned(), mode: 0o644, text: out }
}

#[derive(Serialize)]
struct Netplan {
    network: Network,
}

#[derive(Serialize)]
struct Network {
    version: u8,
    ethernets: BTreeMap<String, Ethernet>,
}

#[derive(Serialize)]
struct Ethernet {
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    matches: Option<Match>,
    #[serde(rename = "set-name", skip_serializing_if = "Option::is_none")]
    set_name: Option<String>,
    dhcp4: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routes: Vec<Route>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nameservers: Option<Servers>,
}

#[derive(Serialize)]
struct Match {
    macaddress: String,
}

#[derive(Serialize)]
struct Route {
    to: &'static str,
    via: Ipv4Addr,
}

#[derive(Serialize)]
struct Servers {
    addresses: Vec<Ipv4Addr>,
}

/// netplan(5). `0.0.0.0/0` says what `default` says, and netplan knew it from the beginning.
pub(super) fn netplan(nics: &[Nic]) -> GuestFile {
    let plan = Netplan { network: network(nics) };
    // Only a value that cannot be a key fails, and all keys are texts.
    let text = serde_saphyr::to_string(&plan).unwrap_or_default();
    GuestFile { path: "/etc/netplan/90-lectern.yaml".to_owned(), mode: 0o600, text }
}

/// The same for cloud-init, which wants it without the top (docs.cloud-init.io, "Networking config Version 2").
pub(super) fn version_2(nics: &[Nic]) -> String {
    let mut network = network(nics);
    // Where cloud-init writes ifcfg files, the key is the card's name: too long a one starts nothing, and only an explicit
    // name is given to the card with that address (seen with cloud-init 22.4).
    let named = nics.iter().enumerate().filter(|(_, nic)| nic.device.is_empty());
    for (nth, nic) in named {
        let name = format!("eth{nth}");
        network.ethernets.remove(&id(nic));
        network.ethernets.insert(name.clone(), Ethernet { set_name: Some(name), ..ethernet(nic) });
    }
    serde_saphyr::to_string(&network).unwrap_or_default()
}

/// Without a match the key is the card's own name.
fn id(nic: &Nic) -> String {
    if nic.device.is_empty() { format!("lectern-{}", key(nic)) } else { nic.device.clone() }
}

fn network(nics: &[Nic]) -> Network {
    Network { version: 2, ethernets: nics.iter().map(|nic| (id(nic), ethernet(nic))).collect() }
}

fn ethernet(nic: &Nic) -> Ethernet {
    let mac = nic.mac.filter(|_| nic.device.is_empty());
    let matches = mac.map(|mac| Match { macaddress: mac.to_string() });
    match &nic.addressing {
        Addressing::Dhcp => Ethernet {
            matches,
            set_name: None,
            dhcp4: true,
            addresses: Vec::new(),
            routes: Vec::new(),
            nameservers: None,
        },
        Addressing::Static { address, gateway, dns } => Ethernet {
            matches,
            set_name: None,
            dhcp4: false,
            addresses: vec![address.to_string()],
            routes: gateway.iter().map(|via| Route { to: "0.0.0.0/0", via: *via }).collect(),
            nameservers: (!dns.is_empty()).then(|| Servers { addresses: dns.clone() }),
        },
    }
}
