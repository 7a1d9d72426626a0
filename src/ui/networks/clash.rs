//! What a network from a file and the host's others cannot both have, in words, and the same network beside them.

use lectern_model::{
    network::{
        Network, NetworkSpec,
        fit::Clash,
        free::{Owner, Taken},
    },
    xml::Document,
};
use lectern_services::plan::networks::random;

use super::xml::Word;
use crate::i18n::{gettext, gettext_f};

/// What is on the host.
pub(super) struct Known {
    pub(super) networks: Vec<Network>,
    pub(super) taken: Taken,
}

impl Known {
    fn clashes(&self, document: &Document) -> Vec<Clash> {
        let spec = NetworkSpec::read(document).unwrap_or_default();
        spec.clashes(&self.networks, &self.taken)
    }

    /// Whether libvirt would start it now.
    pub(super) fn may_start(&self, document: &Document) -> bool {
        self.clashes(document).is_empty()
    }

    /// What is said of a document: who has what of it already.
    pub(super) fn look(&self, document: &Document) -> Option<Word> {
        let clashes = self.clashes(document);
        let mut said: Vec<String> = clashes.iter().map(words).collect();
        if clashes.is_empty() {
            return None;
        }
        // libvirt refuses what another network has; addresses and devices of the host's it minds at the start only.
        let free = |clash: &Clash| matches!(clash, Clash::Bridge(_, None) | Clash::Addresses(..));
        let stops = !clashes.iter().all(free);
        if !stops {
            said.push(gettext("It is made all the same, and stays stopped."));
        }
        let spec = NetworkSpec::read(document).unwrap_or_default();
        let mended = spec.fitted(&clashes, &self.taken, random()).fitted_document(document).ok();
        Some(Word { stops, text: said.join(" "), mended: mended.map(|document| document.to_string()) })
    }
}

fn words(clash: &Clash) -> String {
    match clash {
        Clash::Name(_) => gettext("Another virtual network has this name."),
        Clash::Id(name) => gettext_f("The virtual network {name} has this UUID.", &[("name", name)]),
        Clash::Mac(name) => gettext_f("The virtual network {name} has this MAC address.", &[("name", name)]),
        Clash::Bridge(bridge, Some(name)) => gettext_f(
            "The virtual network {name} has the bridge {bridge} already.",
            &[("name", name), ("bridge", bridge)],
        ),
        Clash::Bridge(bridge, None) => {
            gettext_f("The host has a device called {bridge} already.", &[("bridge", bridge)])
        }
        Clash::Addresses(net, Owner::Network(name)) => gettext_f(
            "The virtual network {name} has addresses of {net} already.",
            &[("name", name), ("net", &net.to_string())],
        ),
        Clash::Addresses(net, Owner::Host { device, .. }) => {
            gettext_f("The host itself is in {net} through {device}.", &[("device", device), ("net", &net.to_string())])
        }
    }
}
