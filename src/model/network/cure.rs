//! What mends a trap in place: another bridge, other addresses, or doing without what is missing.

use ipnet::IpNet;

use super::{
    NetworkSpec,
    free::{Taken, same_place},
    trap::Trap,
};
use crate::xml::{Document, EditError, Element, Namespace, Place};

/// The namespace of options that libvirt hands to dnsmasq (libvirt.org/formatnetwork.html, "Network namespaces").
const DNSMASQ: &str = "http://libvirt.org/schemas/network/dnsmasq/1.0";

/// What mends one trap.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cure {
    /// Another name for its bridge.
    Bridge(String),
    /// Other addresses in the same shape.
    Range {
        /// From here.
        from: IpNet,
        /// To there.
        to: IpNet,
    },
    /// Guests ask the program that has the name servers' port.
    NameServer,
    /// libvirt's usual zone of firewalld in place of this one.
    Zone(String),
    /// Its firewall rules and its DHCP server are set up anew; guests stay connected.
    Renew,
}

/// What is wrong with a network, and what mends it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// What is in its way.
    pub traps: Vec<Trap>,
    /// What mends all of it, in order; none where something cannot be mended from here.
    pub cures: Vec<Cure>,
}

impl Trouble {
    /// What mends `traps` of a network that is `spec`, where the other networks and the host have what is `taken`.
    /// `random` makes IPv6 addresses.
    #[must_use]
    pub fn of(traps: Vec<Trap>, spec: &NetworkSpec, taken: &Taken, random: [u8; 5]) -> Self {
        let (mut taken, mut cures) = (taken.clone(), Vec::new());
        for trap in &traps {
            let Some(cure) = cure(trap, spec, &taken, random) else { return Self { traps, cures: Vec::new() } };
            if let Cure::Range { to, .. } = cure {
                // The next subnet must not come to lie where this one does.
                let subnets = vec![super::Subnet::new(to)];
                taken.networks.push(NetworkSpec { subnets, ..NetworkSpec::default() });
            }
            if !cures.contains(&cure) {
                cures.push(cure);
            }
        }
        Self { traps, cures }
    }
}

fn cure(trap: &Trap, spec: &NetworkSpec, taken: &Taken, random: [u8; 5]) -> Option<Cure> {
    Some(match trap {
        Trap::Bridge { .. } => Cure::Bridge(taken.free_bridge(&spec.name)),
        Trap::Addresses { net, .. } => {
            let to = match net {
                IpNet::V4(net) => taken.free_v4(net.prefix_len())?.into(),
                IpNet::V6(_) => taken.free_v6(random)?.into(),
            };
            Cure::Range { from: *net, to }
        }
        Trap::NamePort => Cure::NameServer,
        Trap::NoFirewalld(zone) => Cure::Zone(zone.clone()),
        Trap::NoDnsmasq | Trap::FirewallLater => Cure::Renew,
    })
}

impl Cure {
    /// The network's document with the cure in it.
    ///
    /// # Errors
    /// If a text cannot stand in XML.
    pub fn apply(&self, document: &Document) -> Result<Document, EditError> {
        let spec = NetworkSpec::read(document).unwrap_or_default();
        match self {
            Self::Bridge(name) => NetworkSpec { bridge: Some(name.clone()), ..spec }.apply(document),
            Self::Range { from, to } => moved(&spec, from, to).apply(document),
            Self::NameServer => other_name_server(document, &spec),
            Self::Zone(_) => match document.root().child("bridge") {
                Some(bridge) => document.edit().remove_attribute(bridge, "zone")?.finish(),
                None => Ok(document.clone()),
            },
            Self::Renew => Ok(document.clone()),
        }
    }
}

fn moved(spec: &NetworkSpec, from: &IpNet, to: &IpNet) -> NetworkSpec {
    let nth = spec.subnets.iter().position(|subnet| subnet.address.trunc() == from.trunc());
    let address = |nth: usize| {
        let address = spec.subnets.get(nth)?.address;
        IpNet::new(same_place(address.addr(), &from.trunc(), to), to.prefix_len()).ok()
    };
    match nth.and_then(|nth| Some((nth, address(nth)?))) {
        Some((nth, address)) => spec.moved(nth, address),
        None => spec.clone(),
    }
}

/// Without a name server of its own; guests are told to ask at the host's address, where the other program answers.
fn other_name_server(document: &Document, spec: &NetworkSpec) -> Result<Document, EditError> {
    let mut edit = document.edit();
    match document.root().child("dns") {
        Some(dns) => drop(edit.set_attribute(dns, "enable", "no")?),
        None => drop(edit.insert(Place::LastIn(document.root()), &Element::new("dns").attribute("enable", "no"))?),
    }
    let document = edit.finish()?;
    let namespace = Namespace::new("dnsmasq", DNSMASQ);
    let addresses = spec.subnets.iter().filter(|subnet| !subnet.ranges.is_empty()).map(|subnet| subnet.address.addr());
    let options = addresses.map(|address| {
        let value = match address {
            std::net::IpAddr::V4(ip) => format!("dhcp-option=option:dns-server,{ip}"),
            std::net::IpAddr::V6(ip) => format!("dhcp-option=option6:dns-server,[{ip}]"),
        };
        Element::in_namespace(&namespace, "option").attribute("value", &value)
    });
    let options: Vec<Element> = options.collect();
    if options.is_empty() {
        return Ok(document);
    }
    let mut edit = document.edit();
    if let Some(node) = document.root().child_in(DNSMASQ, "options") {
        for option in &options {
            edit.insert(Place::LastIn(node), option)?;
        }
    } else {
        let all = options.into_iter().fold(Element::in_namespace(&namespace, "options"), Element::child);
        edit.insert(Place::LastIn(document.root()), &all)?;
    }
    edit.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{free::Owner, tests::COURSE};

    fn document() -> Document {
        Document::parse(COURSE).unwrap()
    }

    #[test]
    fn what_is_in_the_way_is_gone_around_in_the_same_shape() {
        let spec = NetworkSpec::read(&document()).unwrap();
        let owner = Owner::Host { device: "eth0".into(), to: "192.168.1.0/24".parse().unwrap() };
        let net = "192.168.1.0/24".parse().unwrap();
        let traps =
            vec![Trap::Bridge { bridge: "vbr".into(), network: None }, Trap::Addresses { net, owner, uplink: true }];
        let taken = Taken { devices: vec!["vbr".into()], ..Taken::default() };
        let trouble = Trouble::of(traps, &spec, &taken, [1; 5]);
        assert_eq!(trouble.cures.len(), 2);
        let mended = trouble.cures.iter().try_fold(document(), |document, cure| cure.apply(&document)).unwrap();
        let mended = NetworkSpec::read(&mended).unwrap();
        assert_eq!(mended.bridge.as_deref(), Some("virbr0"));
        assert_eq!(mended.subnets[0].address.to_string(), "192.168.100.254/24");
        assert_eq!(mended.subnets[0].ranges[0].start.to_string(), "192.168.100.100");
    }

    #[test]
    fn another_name_server_is_told_to_guests_once() {
        let once = Cure::NameServer.apply(&document()).unwrap();
        let text = once.to_string();
        assert!(text.contains("enable=\"no\"") || text.contains("enable='no'"), "{text}");
        assert!(text.contains("dhcp-option=option:dns-server,192.168.1.254"), "{text}");
        assert_eq!(once.root().child_in(DNSMASQ, "options").unwrap().children().count(), 1);
        let zoned = Document::parse("<network><bridge name='b' zone='lab'/></network>").unwrap();
        let mended = Cure::Zone("lab".into()).apply(&zoned).unwrap();
        assert_eq!(mended.as_str(), "<network><bridge name='b'/></network>");
    }
}
