//! The words for networks: modes, who reaches whom, and what is wrong with a draft.

use lectern_model::{
    draft::network::{Family, Field, Problem},
    names::NameProblem,
    network::{Mode, Network, Subnet, free::BridgeFault},
};

use crate::i18n::{gettext, gettext_f, ngettext_f};

/// A mode's name.
pub(super) fn mode(mode: Mode) -> String {
    match mode {
        Mode::Nat => gettext("NAT"),
        Mode::Route => gettext("Routed"),
        Mode::Isolated => gettext("Isolated"),
        Mode::Open => gettext("Open"),
        Mode::Bridge => gettext("Existing bridge"),
        Mode::OpenVSwitch => gettext("Open vSwitch bridge"),
        Mode::MacvtapBridge => gettext("macvtap, bridge"),
        Mode::MacvtapVepa => gettext("macvtap, VEPA"),
        Mode::MacvtapPrivate => gettext("macvtap, private"),
        Mode::MacvtapPassthrough => gettext("macvtap, passthrough"),
        Mode::SriovPool => gettext("SR-IOV pool"),
        Mode::Other => gettext("Other"),
    }
}

/// Who reaches whom in a mode, in one line.
pub(super) fn sketch(mode: Mode) -> String {
    match mode {
        Mode::Nat => gettext("Machines ↔ host, machines → outside under the host's address; no way in from outside"),
        Mode::Route => {
            gettext("Machines ↔ host ↔ outside under their own addresses, where the router outside knows the way back")
        }
        Mode::Isolated => gettext("Machines ↔ machines ↔ host; no way out, no way in"),
        Mode::Open => gettext("As routed, but libvirt adds no firewall rules: what passes is up to the host"),
        Mode::Bridge => gettext("Machines ↔ host ↔ outside, all in the network of a bridge that the host has already"),
        Mode::OpenVSwitch => gettext("Machines ↔ outside through a bridge of Open vSwitch that the host has already"),
        Mode::MacvtapBridge => {
            gettext("Machines ↔ machines ↔ outside through a device of the host; not the host itself")
        }
        Mode::MacvtapVepa => {
            gettext("Machines ↔ outside, and each other only if the switch outside sends it back; not the host itself")
        }
        Mode::MacvtapPrivate => gettext("Machines ↔ outside; neither each other nor the host"),
        Mode::MacvtapPassthrough => gettext("One machine ↔ outside, with a device of the host for itself"),
        Mode::SriovPool => gettext("Machines ↔ outside, each with a virtual function of an SR-IOV card for itself"),
        Mode::Other => gettext("A mode that Lectern does not know; its XML can be edited"),
    }
}

/// A subnet with what DHCP gives out.
pub(super) fn range(subnet: &Subnet) -> String {
    let address = subnet.address.to_string();
    match subnet.ranges.first() {
        Some(range) => gettext_f(
            "{address}, DHCP {start} – {end}",
            &[("address", &address), ("start", &range.start.to_string()), ("end", &range.end.to_string())],
        ),
        None => address,
    }
}

/// Whether it runs, in a word or two.
pub(super) fn state(network: &Network) -> String {
    match (network.active, network.pending) {
        (true, false) => gettext("Active"),
        (true, true) => gettext("Active, changes at next start"),
        (false, _) => gettext("Stopped"),
    }
}

/// All that the list says of a network under its name.
pub(super) fn summary(network: &Network, attached: usize) -> String {
    let mut parts = vec![state(network)];
    if let Some(spec) = &network.spec {
        parts.push(mode(spec.mode));
        parts.extend(network.bridge.clone().or_else(|| spec.device.clone()));
        parts.extend(spec.subnets.first().map(range));
    }
    if attached > 0 {
        parts.push(ngettext_f("{n} NIC", "{n} NICs", attached, &[]));
    }
    if network.autostart {
        parts.push(gettext("autostart"));
    }
    parts.join(" · ")
}

/// What a problem says beside its field.
pub(super) fn problem(problem: &Problem) -> String {
    match problem {
        Problem::Name(problem) => name(*problem),
        Problem::Bridge(fault) => bridge(*fault),
        Problem::BridgeOfNetwork(name) => {
            gettext_f("The virtual network {name} has a bridge of this name.", &[("name", name)])
        }
        Problem::BridgeIsDevice => gettext("The host has a device of this name already."),
        Problem::NoBridge => gettext("Name a bridge that the host has already."),
        Problem::BridgeUnknown => {
            gettext("The host has no device of this name now; the network starts once it has one.")
        }
        Problem::NoDevice => gettext("Name a device of the host."),
        Problem::DeviceUnknown => gettext("The host has no device of this name now."),
        Problem::Domain => gettext("A domain has letters, digits and dashes with points between: lab.example"),
        Problem::Forwarder => gettext("Name servers are addresses with commas between: 1.1.1.1, 9.9.9.9"),
        Problem::Route => gettext("A route is a network and the machine that leads there: 10.5.0.0/16 via 192.168.1.9"),
        Problem::RouteHostBits => gettext("The network of a route ends with zeros: 10.5.0.0/16, not 10.5.0.1/16."),
        Problem::RouteGateway => gettext("The machine that leads there must have an address in this network."),
        Problem::Mtu { least } => gettext_f("A number from {least} to 65535.", &[("least", &least.to_string())]),
        Problem::Limit(_) => gettext("A number of KiB a second, or nothing."),
        other => address(other),
    }
}

fn name(problem: NameProblem) -> String {
    match problem {
        NameProblem::Empty => gettext("A network needs a name."),
        NameProblem::InUse => gettext("Another virtual network has this name."),
        NameProblem::TooLong { .. } => gettext("The name is too long for a file."),
        NameProblem::EdgeSpace => gettext("The name begins or ends with a space."),
        _ => gettext("The name has a character that no file can have."),
    }
}

fn bridge(fault: BridgeFault) -> String {
    match fault {
        BridgeFault::TooLong(bytes) => {
            gettext_f("A device's name has at most 15 characters; this has {n}.", &[("n", &bytes.to_string())])
        }
        BridgeFault::Character(c) => {
            gettext_f("A device's name cannot have “{character}”.", &[("character", &c.to_string())])
        }
        BridgeFault::Dots => gettext("A device cannot be called this."),
    }
}

fn address(problem: &Problem) -> String {
    match problem {
        Problem::NoAddress(Family::V4) => {
            gettext("An address and the length of the network's prefix: 192.168.100.254/24")
        }
        Problem::NoAddress(Family::V6) => gettext("An address and the length of the network's prefix: fd00:100::1/64"),
        Problem::NetworkItself(_) => gettext("This names the network itself. The host needs an address in it."),
        Problem::Broadcast => gettext("This names all machines of the network. The host needs an address of its own."),
        Problem::NotAHost(_) => gettext("No computer can have this address."),
        Problem::TooLarge(_) => gettext("The network is too large: the prefix has at least 15 bits."),
        Problem::TooSmall => {
            gettext("The network is too small: eight addresses at least, a prefix of 29 bits at most.")
        }
        Problem::Not64 => gettext("Machines find their IPv6 addresses in networks of 64 bits only."),
        Problem::NotPrivate(_) => {
            gettext("These addresses belong to others in the Internet, whom the machines then do not reach.")
        }
        Problem::OfNetwork(_, name) => {
            gettext_f("The virtual network {name} has these addresses already.", &[("name", name)])
        }
        Problem::Common => gettext(
            "Many schools and homes use these addresses themselves. If this one does, machines here would not reach it.",
        ),
        Problem::NoFunctions(device) => gettext_f(
            "{device} has no virtual functions now, so libvirt would not start this network. In a shell of the host, where the card has them: echo 4 | sudo tee /sys/class/net/{device}/device/sriov_numvfs",
            &[("device", device)],
        ),
        Problem::RoutesUnseen(_) => gettext(
            "The host's own routes cannot be seen from this computer: make sure that it is not in these addresses itself. In a shell of the host: ip route",
        ),
        Problem::OfHost { device, to, .. } => gettext_f(
            "The host itself is in {network} through {device}, so libvirt would not start this network. Take other addresses.",
            &[("network", &to.to_string()), ("device", device)],
        ),
        Problem::WithinRoute { device, to, .. } => gettext_f(
            "The host reaches {network} through {device}. What lies there at these addresses is hidden then.",
            &[("network", &to.to_string()), ("device", device)],
        ),
        other => dhcp(other),
    }
}

fn dhcp(problem: &Problem) -> String {
    match problem {
        Problem::StartOutside(_) | Problem::EndOutside(_) => gettext("This is outside of the network."),
        Problem::StartIsNetwork(_) => gettext("This names the network itself; no machine can have it."),
        Problem::EndIsBroadcast => gettext("This names all machines of the network; no machine can have it."),
        Problem::Reversed(_) => gettext("The last address comes before the first."),
        Problem::HoldsGateway(_) => gettext("The host's own address lies in the range."),
        _ => gettext("This is no address."),
    }
}

/// The button that mends a problem at once, where there is one.
pub(super) fn offer(problem: &Problem) -> Option<String> {
    match problem {
        Problem::BridgeOfNetwork(_) | Problem::BridgeIsDevice | Problem::Bridge(_) => Some(gettext("Use a Free Name")),
        Problem::OfNetwork(..) | Problem::OfHost { .. } | Problem::Common | Problem::NoAddress(_) => {
            Some(gettext("Use a Free Range"))
        }
        _ => None,
    }
}

/// A field's title.
pub(super) fn field(field: Field) -> String {
    match field {
        Field::Name => gettext("Name"),
        Field::Mode => gettext("Mode"),
        Field::Bridge => gettext("Bridge"),
        Field::Device => gettext("Device of the Host"),
        Field::Address(Family::V4) => gettext("IPv4 Address of the Host"),
        Field::Address(Family::V6) => gettext("IPv6 Address of the Host"),
        Field::Start(Family::V4) => gettext("First IPv4 Address"),
        Field::Start(Family::V6) => gettext("First IPv6 Address"),
        Field::End(Family::V4) => gettext("Last IPv4 Address"),
        Field::End(Family::V6) => gettext("Last IPv6 Address"),
        Field::Domain => gettext("DNS Domain"),
        Field::Forwarders => gettext("Name Servers"),
        Field::Routes => gettext("Routes"),
        Field::Mtu => gettext("MTU"),
        Field::Inbound => gettext("Received, KiB a Second"),
        Field::Outbound => gettext("Sent, KiB a Second"),
    }
}
