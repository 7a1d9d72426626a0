//! What can be wrong with a network's draft, and the fields that it is said beside.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::{
    draft::{Bound, Severity},
    names::NameProblem,
    network::free::BridgeFault,
};

/// Which addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// An address's.
    #[must_use]
    pub const fn of(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }
}

/// The fields that problems are said beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The name.
    Name,
    /// The mode.
    Mode,
    /// The bridge.
    Bridge,
    /// The host's device.
    Device,
    /// The host's own address.
    Address(Family),
    /// The first address that DHCP gives.
    Start(Family),
    /// The last.
    End(Family),
    /// The DNS domain.
    Domain,
    /// The name servers.
    Forwarders,
    /// The routes.
    Routes,
    /// The largest packet.
    Mtu,
    /// What guests may receive.
    Inbound,
    /// What guests may send.
    Outbound,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The name cannot be given.
    Name(NameProblem),
    /// The bridge's name cannot be given.
    Bridge(BridgeFault),
    /// A virtual network has a bridge of that name.
    BridgeOfNetwork(String),
    /// The host has a device of that name.
    BridgeIsDevice,
    /// No bridge was named that is there.
    NoBridge,
    /// The host has no bridge of that name.
    BridgeUnknown,
    /// No device was named.
    NoDevice,
    /// The host has no device of that name.
    DeviceUnknown,
    /// No address with a prefix.
    NoAddress(Family),
    /// It names the network itself: all of its host bits are 0.
    NetworkItself(Family),
    /// It names all hosts of the network.
    Broadcast,
    /// No host can have it: loopback, multicast, reserved.
    NotAHost(Family),
    /// The prefix is so short that the network takes in others'.
    TooLarge(Family),
    /// The network has fewer than eight addresses.
    TooSmall,
    /// In IPv6 guests find their addresses in networks of 64 bits only.
    Not64,
    /// The addresses are others' in the Internet.
    NotPrivate(Family),
    /// A part of it is another virtual network's.
    OfNetwork(Family, String),
    /// The host itself is in it, so that libvirt would not start it, or the host would be cut off.
    OfHost {
        /// Which addresses.
        family: Family,
        /// The host's device.
        device: String,
        /// The host's network.
        to: IpNet,
    },
    /// The host reaches a larger network of which this is a part, which machines here then do not.
    WithinRoute {
        /// Which addresses.
        family: Family,
        /// The host's device.
        device: String,
        /// The host's network.
        to: IpNet,
    },
    /// The device has no virtual functions now, from which a pool of them could give.
    NoFunctions(String),
    /// Many schools and homes have these addresses themselves.
    Common,
    /// Whether the host itself is in them cannot be seen from here.
    RoutesUnseen(Family),
    /// The first address is none.
    BadStart(Family),
    /// The last address is none.
    BadEnd(Family),
    /// The first address is outside of the network.
    StartOutside(Family),
    /// The last is.
    EndOutside(Family),
    /// The first address is the network's own.
    StartIsNetwork(Family),
    /// The last is the one that names all hosts.
    EndIsBroadcast,
    /// The last comes before the first.
    Reversed(Family),
    /// The host's own address is in the range.
    HoldsGateway(Family),
    /// The DNS domain cannot be one.
    Domain,
    /// This is no name server's address.
    Forwarder,
    /// A route cannot be read.
    Route,
    /// A route's network has host bits.
    RouteHostBits,
    /// A route's gateway is in none of the network's subnets.
    RouteGateway,
    /// Not between 68 (RFC 791) and 65535; with IPv6 not less than 1280 (RFC 8200).
    Mtu {
        /// The least.
        least: u32,
    },
    /// A limit is no number.
    Limit(Field),
}

impl Bound for Problem {
    type Field = Field;

    fn field(&self) -> Field {
        match self {
            Self::Name(_) => Field::Name,
            Self::Bridge(_)
            | Self::BridgeOfNetwork(_)
            | Self::BridgeIsDevice
            | Self::NoBridge
            | Self::BridgeUnknown => Field::Bridge,
            Self::NoDevice | Self::DeviceUnknown | Self::NoFunctions(_) => Field::Device,
            Self::NoAddress(family)
            | Self::NetworkItself(family)
            | Self::NotAHost(family)
            | Self::TooLarge(family)
            | Self::NotPrivate(family)
            | Self::OfNetwork(family, _)
            | Self::OfHost { family, .. }
            | Self::WithinRoute { family, .. }
            | Self::RoutesUnseen(family) => Field::Address(*family),
            Self::Broadcast | Self::TooSmall | Self::Common => Field::Address(Family::V4),
            Self::Not64 => Field::Address(Family::V6),
            Self::BadStart(family) | Self::StartOutside(family) | Self::StartIsNetwork(family) => Field::Start(*family),
            Self::BadEnd(family) | Self::EndOutside(family) | Self::Reversed(family) | Self::HoldsGateway(family) => {
                Field::End(*family)
            }
            Self::EndIsBroadcast => Field::End(Family::V4),
            Self::Domain => Field::Domain,
            Self::Forwarder => Field::Forwarders,
            Self::Route | Self::RouteHostBits | Self::RouteGateway => Field::Routes,
            Self::Mtu { .. } => Field::Mtu,
            Self::Limit(field) => *field,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::NotPrivate(_)
            | Self::WithinRoute { .. }
            | Self::Common
            | Self::RoutesUnseen(_)
            | Self::NoFunctions(_)
            | Self::BridgeUnknown
            | Self::DeviceUnknown
            | Self::TooLarge(Family::V6) => Severity::Warning,
            _ => Severity::Error,
        }
    }
}
