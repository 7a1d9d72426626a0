//! The files that tell a guest its name and addresses, in the five formats that distributions use.
//!
//! Every value is a typed address or a checked name before it is written, so that none can add a line, a key or a
//! command of its own.

mod formats;
mod hosts;
#[cfg(test)]
mod tests;

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

pub use hosts::{HostEntry, hosts, with_hosts};

use crate::mac::MacAddress;
use crate::metadata::GuestIdentity;
use crate::pattern::is_host_name;

/// The longest name of a network interface (Linux: `IFNAMSIZ` less its end).
const DEVICE_MAX: usize = 15;

/// One network card of a guest.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Nic {
    /// The guest's name for it: `eth0`. Empty where it is known by its address only.
    pub device: String,
    /// Its Ethernet address.
    pub mac: Option<MacAddress>,
    /// How it gets its address.
    pub addressing: Addressing,
}

/// How a network card gets its IPv4 address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Addressing {
    /// From a DHCP server.
    #[default]
    Dhcp,
    /// Written down.
    Static {
        /// The address and the length of its network's prefix.
        address: Ipv4Net,
        /// The way out of the network.
        gateway: Option<Ipv4Addr>,
        /// Name servers.
        dns: Vec<Ipv4Addr>,
    },
}

/// How a distribution keeps its network configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Format {
    /// `/etc/sysconfig/network-scripts/ifcfg-eth0`: `CentOS` and Red Hat up to 8, the course's.
    Ifcfg,
    /// `NetworkManager`'s keyfiles: Fedora, Red Hat from 9.
    NetworkManager,
    /// Netplan: Ubuntu.
    Netplan,
    /// systemd-networkd.
    Networkd,
    /// `/etc/network/interfaces`: Debian, Alpine.
    Ifupdown,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Ifcfg, Self::NetworkManager, Self::Netplan, Self::Networkd, Self::Ifupdown];
}

/// A file for a guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestFile {
    /// Where it goes.
    pub path: String,
    /// Its rights: owner root, and these.
    pub mode: u32,
    /// What is in it.
    pub text: String,
}

/// Why no files are made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityProblem {
    /// Not a name that Linux gives a network interface.
    #[error("{0:?} is no name of a network card")]
    Device(String),
    /// The format knows cards by their names only, or the card has neither name nor address.
    #[error("network card {0} needs a name")]
    NoDevice(usize),
    /// Two cards of one name.
    #[error("there are two network cards {0}")]
    TwoDevices(String),
    /// Not a host name (RFC 1123).
    #[error("{0:?} is no host name")]
    HostName(String),
    /// Not a domain name.
    #[error("{0:?} is no domain name")]
    DomainName(String),
    /// An address that no host can have in its network.
    #[error("no host can have the address {0}")]
    Address(Ipv4Net),
    /// A gateway that the card cannot reach.
    #[error("{gateway} is not in the network of {address}")]
    Gateway {
        /// The gateway.
        gateway: Ipv4Addr,
        /// The card's address.
        address: Ipv4Net,
    },
}

/// The files of a guest: its network cards in `format`, and `/etc/hostname`.
///
/// # Errors
/// If a name or address is none, or the format needs a name that a card lacks.
pub fn files(format: Format, guest: &GuestIdentity) -> Result<Vec<GuestFile>, IdentityProblem> {
    check(format, guest)?;
    let mut all = match format {
        Format::Ifcfg => guest.nics.iter().map(formats::ifcfg).collect(),
        Format::NetworkManager => guest.nics.iter().map(formats::keyfile).collect(),
        Format::Netplan => vec![formats::netplan(&guest.nics)],
        Format::Networkd => guest.nics.iter().map(formats::networkd).collect(),
        Format::Ifupdown => vec![formats::ifupdown(&guest.nics)],
    };
    all.push(GuestFile { path: "/etc/hostname".to_owned(), mode: 0o644, text: format!("{}\n", guest.host_name) });
    Ok(all)
}

/// The network cards as cloud-init is told of them.
#[must_use]
pub fn network_config(nics: &[Nic]) -> String {
    formats::version_2(nics)
}

fn check(format: Format, guest: &GuestIdentity) -> Result<(), IdentityProblem> {
    if !is_host_name(&guest.host_name) {
        return Err(IdentityProblem::HostName(guest.host_name.clone()));
    }
    for (index, nic) in guest.nics.iter().enumerate() {
        check_device(format, index, nic)?;
        check_address(&nic.addressing)?;
        let twin = guest.nics.iter().take(index).any(|other| key(other) == key(nic));
        if twin {
            return Err(IdentityProblem::TwoDevices(key(nic)));
        }
    }
    Ok(())
}

fn check_device(format: Format, index: usize, nic: &Nic) -> Result<(), IdentityProblem> {
    let by_mac = !matches!(format, Format::Ifcfg | Format::Ifupdown) && nic.mac.is_some();
    match nic.device.as_str() {
        "" if by_mac => Ok(()),
        "" => Err(IdentityProblem::NoDevice(index)),
        name if is_device(name) => Ok(()),
        name => Err(IdentityProblem::Device(name.to_owned())),
    }
}

/// Linux takes nearly every byte; what distributions give is letters, digits and a few signs.
fn is_device(name: &str) -> bool {
    let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let starts = name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    starts && name.len() <= DEVICE_MAX && name.bytes().all(good)
}

fn check_address(addressing: &Addressing) -> Result<(), IdentityProblem> {
    let Addressing::Static { address, gateway, .. } = addressing else { return Ok(()) };
    if !crate::subnet::is_host(address, address.addr()) {
        return Err(IdentityProblem::Address(*address));
    }
    match gateway.filter(|gateway| !crate::subnet::is_host(address, *gateway) || *gateway == address.addr()) {
        Some(gateway) => Err(IdentityProblem::Gateway { gateway, address: *address }),
        None => Ok(()),
    }
}

/// What a card is called in a file's name: its own name, or its address without colons.
fn key(nic: &Nic) -> String {
    if nic.device.is_empty() {
        nic.mac.map(|mac| mac.to_string().replace(':', "")).unwrap_or_default()
    } else {
        nic.device.clone()
    }
}
