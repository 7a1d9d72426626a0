//! The words for network cards: what they are plugged into, and when a change takes effect.

use lectern_model::{
    network::Network,
    nic::{Nic, NicSource},
};
use lectern_services::plan::make::nics::Effect;

use crate::i18n::{gettext, gettext_f};

/// What a card is plugged into.
pub(crate) fn source(source: &NicSource) -> String {
    match source {
        NicSource::Network { name, .. } => gettext_f("Virtual network {name}", &[("name", name)]),
        NicSource::Bridge(bridge) => gettext_f("Bridge {name} of the host", &[("name", bridge)]),
        NicSource::Direct { device, mode } => {
            gettext_f("Device {name} of the host (macvtap, {mode})", &[("name", device), ("mode", mode)])
        }
        NicSource::User => gettext("QEMU's own: the guest reaches out, nothing reaches it"),
        NicSource::Other(kind) => gettext_f("Something else ({kind})", &[("kind", kind)]),
    }
}

/// The same where it can be chosen: whether a network is started counts.
pub(super) fn choice(wanted: &NicSource, networks: &[Network]) -> String {
    match wanted {
        NicSource::Network { name, .. } if networks.iter().any(|known| known.name == *name && !known.active) => {
            gettext_f("Virtual network {name} (stopped)", &[("name", name)])
        }
        wanted => source(wanted),
    }
}

/// What a card is besides: its device, its address, and whether its cable is out.
pub(crate) fn what(nic: &Nic) -> String {
    let mac = nic.mac.map(|mac| mac.to_string());
    let down = nic.is_down.then(|| gettext("cable unplugged"));
    let parts: Vec<String> = [nic.model.clone(), mac, down].into_iter().flatten().collect();
    parts.join(" · ")
}

/// When a machine has what is wanted.
pub(super) fn effect(effect: Effect) -> String {
    match effect {
        Effect::Configured => gettext("From its next start on; it is off now"),
        Effect::Now => gettext("At once, and at each start"),
        Effect::ModelLater => gettext("The network at once; the other model when it is started next"),
        Effect::NextStart => gettext("When it is shut down and started next"),
        Effect::Already => gettext("It is so already"),
        Effect::NoCard => gettext("It has no such NIC"),
        Effect::Never => gettext("Not possible: it has no configuration, and cannot be changed while it runs"),
    }
}
