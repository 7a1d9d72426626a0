//! The page with the network, and whether the machine is started at the end.

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::draft::import::{Facts, Field, ImportDraft, NetworkChoice};

use super::ImportMsg;
use crate::{
    i18n::{gettext, gettext_f},
    wizards::frame::Fields,
};

/// The page.
pub(super) struct NetworkPage {
    page: adw::PreferencesPage,
    network: adw::ComboRow,
    start: adw::SwitchRow,
}

impl NetworkPage {
    /// The page, with its fields added to `fields`.
    pub(super) fn new(input: &Sender<ImportMsg>, fields: &mut Fields<Field>) -> Self {
        let network = adw::ComboRow::builder().title(gettext("Connected To")).build();
        let group = adw::PreferencesGroup::builder().title(gettext("Network")).build();
        fields.add(Field::Network, &network, &group);
        let start = adw::SwitchRow::builder().title(gettext("Start When Made")).build();
        let last = adw::PreferencesGroup::new();
        last.add(&start);
        let sender = input.clone();
        start.connect_active_notify(move |row| drop(sender.send(ImportMsg::Start(row.is_active()))));
        let page = adw::PreferencesPage::new();
        page.add(&group);
        page.add(&last);
        Self { page, network, start }
    }

    /// The widget.
    pub(super) const fn widget(&self) -> &adw::PreferencesPage {
        &self.page
    }

    /// Lists what a machine can be plugged into.
    pub(super) fn show_networks(&self, facts: &Facts, chosen: &NetworkChoice, input: &Sender<ImportMsg>) {
        let choices = choices(facts);
        let names: Vec<String> = choices.iter().map(|choice| name(choice, facts)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.network.set_model(Some(&gtk::StringList::new(&names)));
        let place = choices.iter().position(|choice| choice == chosen).unwrap_or(0);
        self.network.set_selected(u32::try_from(place).unwrap_or(0));
        let input = input.clone();
        self.network.connect_selected_notify(move |row| {
            if let Some(choice) = usize::try_from(row.selected()).ok().and_then(|nth| choices.get(nth)) {
                drop(input.send(ImportMsg::Network(choice.clone())));
            }
        });
    }

    /// Shows the draft.
    pub(super) fn show(&self, draft: &ImportDraft) {
        if self.start.is_active() != draft.start {
            self.start.set_active(draft.start);
        }
    }
}

/// Every virtual network, QEMU's own, and none.
fn choices(facts: &Facts) -> Vec<NetworkChoice> {
    let networks = facts.networks.iter().map(|network| NetworkChoice::Network(network.name.clone()));
    networks.chain([NetworkChoice::UserMode, NetworkChoice::Unplugged]).collect()
}

/// What a choice is called.
pub(super) fn name(choice: &NetworkChoice, facts: &Facts) -> String {
    match choice {
        NetworkChoice::Network(name) => {
            let active = facts.networks.iter().any(|network| network.name == *name && network.active);
            let args = [("name", name.as_str())];
            if active {
                gettext_f("Virtual network {name}", &args)
            } else {
                gettext_f("Virtual network {name} (stopped)", &args)
            }
        }
        NetworkChoice::UserMode => gettext("QEMU's own: the guest reaches out, nothing reaches it"),
        NetworkChoice::Unplugged => gettext("Nothing"),
    }
}
