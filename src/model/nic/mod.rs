//! A machine's network cards: what they are plugged into, and the change of it in the machine's XML.

mod edit;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::edit::{added, live, moved, removed, unplugged, with_model, with_source};
use crate::{
    mac::MacAddress,
    network::{Mode, Network},
    xml::{Document, Node},
};

/// What libvirt calls the host's ends of network cards, before a number (libvirt: `VIR_NET_GENERATED_*_PREFIX`).
const GENERATED: [&str; 3] = ["vnet", "macvtap", "macvlan"];

/// What a network card is plugged into.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NicSource {
    /// A virtual network.
    Network {
        /// Its name.
        name: String,
        /// The group of its ports, where it has such.
        portgroup: Option<String>,
    },
    /// A bridge of the host's.
    Bridge(String),
    /// A device of the host's, shared through macvtap in this mode.
    Direct {
        /// The device.
        device: String,
        /// `bridge`, `vepa`, `private` or `passthrough`.
        mode: String,
    },
    /// QEMU's own network: the guest reaches out, nothing reaches it.
    User,
    /// Something else, by libvirt's word for it.
    Other(String),
}

impl NicSource {
    /// A virtual network.
    #[must_use]
    pub fn network(name: &str) -> Self {
        Self::Network { name: name.to_owned(), portgroup: None }
    }

    /// The value of `<interface type='…'>`.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Network { .. } => "network",
            Self::Bridge(_) => "bridge",
            Self::Direct { .. } => "direct",
            Self::User => "user",
            Self::Other(kind) => kind,
        }
    }

    /// Whether the host's end is a device on a bridge, which libvirt can move to another while the machine runs
    /// (`qemuDomainChangeNet`: a network or a bridge, and neither Open vSwitch nor macvtap behind it).
    #[must_use]
    pub fn is_on_bridge(&self, networks: &[Network]) -> bool {
        match self {
            Self::Bridge(_) => true,
            Self::Network { name, .. } => {
                let mode =
                    networks.iter().find(|network| network.name == *name).and_then(|network| network.spec.as_ref());
                mode.is_some_and(|spec| spec.mode.has_own_bridge() || spec.mode == Mode::Bridge)
            }
            Self::Direct { .. } | Self::User | Self::Other(_) => false,
        }
    }
}

/// A network card, as the XML has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Nic {
    /// Its address; libvirt gives each one.
    pub mac: Option<MacAddress>,
    /// What it is plugged into.
    pub source: NicSource,
    /// The device that the guest sees: `virtio`, `e1000`, …
    pub model: Option<String>,
    /// Whether its cable is unplugged.
    pub is_down: bool,
}

/// The network cards of a machine, in their order.
#[must_use]
pub fn nics(document: &Document) -> Vec<Nic> {
    nodes(document).map(read).collect()
}

/// The card with this address.
#[must_use]
pub fn nic(document: &Document, mac: MacAddress) -> Option<Nic> {
    nics(document).into_iter().find(|nic| nic.mac == Some(mac))
}

/// The card that a document is of, by itself.
#[must_use]
pub fn alone(document: &Document) -> Nic {
    read(document.root())
}

fn nodes(document: &Document) -> impl Iterator<Item = Node<'_>> {
    document
        .root()
        .children_named("devices")
        .flat_map(|devices| devices.children_named("interface").collect::<Vec<_>>())
}

fn node(document: &Document, mac: MacAddress) -> Option<Node<'_>> {
    nodes(document).find(|node| read(*node).mac == Some(mac))
}

fn read(node: Node<'_>) -> Nic {
    let of = |child: &str, name: &str| node.child(child).and_then(|child| child.attribute(name)).map(String::from);
    let kind = node.attribute("type").unwrap_or_default();
    let source = match (&*kind, of("source", "network"), of("source", "bridge"), of("source", "dev")) {
        ("network", Some(name), ..) => NicSource::Network { name, portgroup: of("source", "portgroup") },
        ("bridge", _, Some(bridge), _) => NicSource::Bridge(bridge),
        ("direct", .., Some(device)) => {
            // libvirt.org/formatdomain.html, "Direct attachment to physical interface": the default is vepa.
            NicSource::Direct { device, mode: of("source", "mode").unwrap_or_else(|| "vepa".to_owned()) }
        }
        ("user", ..) => NicSource::User,
        _ => NicSource::Other(kind.clone().into_owned()),
    };
    Nic {
        mac: of("mac", "address").and_then(|mac| MacAddress::parse(&mac).ok()),
        source,
        model: of("model", "type"),
        is_down: of("link", "state").as_deref() == Some("down"),
    }
}
