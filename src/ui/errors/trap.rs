//! The words for what keeps a network from starting or working: who is in its way, and what to do.

use lectern_model::network::{free::Owner, trap::Trap};

use super::UserText;
use crate::i18n::{gettext, gettext_f};

/// What is in the way of the network `name`.
pub(super) fn text(name: &str, trap: &Trap) -> UserText {
    let title = gettext_f("The virtual network {name} cannot be started.", &[("name", name)]);
    let next = gettext("The network's page shows what mends it, which is one click there.");
    UserText { title, body: format!("{} {next}", reason(trap)), raw: None }
}

/// Why, in a sentence or two.
pub(crate) fn reason(trap: &Trap) -> String {
    match trap {
        Trap::Bridge { bridge, network: Some(other) } => gettext_f(
            "The virtual network {name} has the bridge {bridge} already.",
            &[("name", other), ("bridge", bridge)],
        ),
        Trap::Bridge { bridge, network: None } => {
            gettext_f("The host has a device called {bridge} already.", &[("bridge", bridge)])
        }
        Trap::Addresses { net, owner, uplink } => addresses(&net.to_string(), owner, *uplink),
        Trap::NamePort => gettext(
            "Another program answers name requests (port 53) at all addresses of the host, so dnsmasq cannot. See which: sudo ss -lntp sport = :53",
        ),
        Trap::NoFirewalld(zone) => gettext_f(
            "Its bridge belongs to the zone {zone} of firewalld, which does not run. Start it: sudo systemctl start firewalld",
            &[("zone", zone)],
        ),
        Trap::NoDnsmasq => gettext("dnsmasq, which gives out its addresses and answers name requests, has ended."),
        Trap::FirewallLater => gettext(
            "firewalld was started after this network. If machines have lost their way out, libvirt's rules went with that.",
        ),
    }
}

fn addresses(net: &str, owner: &Owner, uplink: bool) -> String {
    match owner {
        Owner::Network(other) => {
            gettext_f("The virtual network {name} has addresses of {net} already.", &[("name", other), ("net", net)])
        }
        Owner::Host { device, .. } if uplink => gettext_f(
            "The host itself reaches the outside through {device} in {net}; it may be a virtual machine itself.",
            &[("device", device), ("net", net)],
        ),
        Owner::Host { device, .. } => {
            gettext_f("The host itself is in {net} through {device}.", &[("device", device), ("net", net)])
        }
    }
}
