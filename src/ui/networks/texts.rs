//! The words for what plans do to virtual networks.

use lectern_services::{jobs::StepText, plan::Purpose};

use crate::i18n::{gettext_f, ngettext_f};

/// What a step does, as a sentence; one that is not about networks says nothing here.
pub(crate) fn step(step: &StepText) -> String {
    match step {
        StepText::StartNetwork { name } => gettext_f("Start the virtual network {name}", &[("name", name)]),
        StepText::DefineNetwork { name } => gettext_f("Define the virtual network {name}", &[("name", name)]),
        StepText::RedefineNetwork { name } => {
            gettext_f("Change the configuration of the virtual network {name}", &[("name", name)])
        }
        StepText::UndefineNetwork { name } => gettext_f("Undefine the virtual network {name}", &[("name", name)]),
        StepText::StopNetwork { name } => gettext_f("Stop the virtual network {name}", &[("name", name)]),
        StepText::SetNetworkAutostart { name, on } => autostart(name, *on),
        StepText::UpdateNetwork { name } => gettext_f("Change the running virtual network {name}", &[("name", name)]),
        StepText::RenewNetwork { name } => {
            gettext_f("Set the firewall rules and DHCP of the virtual network {name} up anew", &[("name", name)])
        }
        _ => String::new(),
    }
}

/// What a plan is for; one that is not about networks says nothing here.
pub(crate) fn purpose(purpose: &Purpose) -> String {
    match purpose {
        Purpose::MakeNetwork(name) => gettext_f("Make the virtual network {name}", &[("name", name)]),
        Purpose::MakeNetworks(names) => {
            ngettext_f("Make {n} virtual network", "Make {n} virtual networks", names.len(), &[])
        }
        Purpose::EditNetwork(name) => gettext_f("Change the virtual network {name}", &[("name", name)]),
        Purpose::StartNetwork(name) => gettext_f("Start the virtual network {name}", &[("name", name)]),
        Purpose::StopNetwork(name) => gettext_f("Stop the virtual network {name}", &[("name", name)]),
        Purpose::AutostartNetwork(name, on) => autostart(name, *on),
        Purpose::MendNetwork(name) => gettext_f("Mend the virtual network {name}", &[("name", name)]),
        Purpose::DeleteNetwork(name) => gettext_f("Delete the virtual network {name}", &[("name", name)]),
        _ => String::new(),
    }
}

fn autostart(name: &str, on: bool) -> String {
    if on {
        gettext_f("Switch autostart of the virtual network {name} on", &[("name", name)])
    } else {
        gettext_f("Switch autostart of the virtual network {name} off", &[("name", name)])
    }
}
