//! The window's side of the page of networks: showing it, and running its plans.

use relm4::prelude::*;

use lectern_model::id::DomainId;

use super::App;
use crate::networks::{NetworksMsg, NetworksOutput};

/// What of the host the window shows; a machine's page is over the machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Section {
    /// Its machines.
    #[default]
    Machines,
    /// Its virtual networks.
    Networks,
}

impl App {
    /// Shows the networks in the place of the machines.
    pub(super) fn show_networks(&mut self) {
        self.split.set_show_content(true);
        if std::mem::replace(&mut self.section, Section::Networks) == Section::Networks {
            return;
        }
        // The machine's page is left as by “Back”, so that its console is given up.
        self.navigation.pop_to_tag("machines");
        self.navigation.replace_with_tags(&["networks"]);
        self.networks.emit(NetworksMsg::Visible(true));
        self.enable_actions();
        self.watch();
    }

    /// Shows the machines again, where the networks are shown.
    pub(super) fn leave_networks(&mut self) {
        if std::mem::take(&mut self.section) == Section::Networks {
            self.navigation.replace_with_tags(&["machines"]);
            self.networks.emit(NetworksMsg::Visible(false));
            self.enable_actions();
            self.watch();
        }
    }

    /// Machines whose details may have changed: on their pages, and in which network they are.
    pub(super) fn touched(&self, ids: Vec<DomainId>) {
        for id in ids {
            self.refresh_page(id);
        }
        self.networks.emit(NetworksMsg::MachinesChanged);
    }

    pub(super) fn networks_said(&mut self, output: NetworksOutput, sender: &ComponentSender<Self>) {
        match output {
            NetworksOutput::Run(plan) => {
                self.run_plan(*plan, sender);
            }
            NetworksOutput::Failed(text) => self.failures.add(text, &self.toasts, &self.window),
        }
    }
}
