//! The page with the network and the card for it, and whether the machine is started at the end.

use std::rc::Rc;

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    defaults::NetworkModel,
    draft::machine::{Facts, Field, MachineDraft, NetworkChoice},
};

use super::{MachineMsg, Tell};
use crate::{
    i18n::{gettext, gettext_f},
    wizards::frame::{Fields, Quietly},
};

/// The cards that are offered; none is the best for the guest system.
const MODELS: [Option<NetworkModel>; 5] = [
    None,
    Some(NetworkModel::Virtio),
    Some(NetworkModel::E1000e),
    Some(NetworkModel::E1000),
    Some(NetworkModel::Rtl8139),
];

/// The page.
pub(crate) struct NetworkPage {
    page: adw::PreferencesPage,
    group: adw::PreferencesGroup,
    network: adw::ComboRow,
    model: adw::ComboRow,
    mac: adw::EntryRow,
    start: adw::SwitchRow,
    last: adw::PreferencesGroup,
    quietly: Quietly,
}

impl NetworkPage {
    /// The page, with its fields added to `fields`.
    pub(super) fn new<F: Copy + PartialEq>(tell: &Tell, fields: &mut Fields<F>, of: fn(Field) -> F) -> Self {
        let network = adw::ComboRow::builder().title(gettext("Connected To")).build();
        let names: Vec<String> = MODELS.into_iter().map(model_name).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let model =
            adw::ComboRow::builder().title(gettext("Network Card")).model(&gtk::StringList::new(&names)).build();
        let mac = adw::EntryRow::builder().title(gettext("Card Address (empty: one is made up)")).build();
        mac.set_activates_default(true);
        let group = adw::PreferencesGroup::builder().title(gettext("Network")).build();
        fields.add(of(Field::Network), &network, &group);
        group.add(&model);
        fields.add(of(Field::Mac), &mac, &group);
        let start = adw::SwitchRow::builder().title(gettext("Start When Made")).build();
        let last = adw::PreferencesGroup::new();
        last.add(&start);
        let page = adw::PreferencesPage::new();
        page.add(&group);
        page.add(&last);
        let this = Self { page, group, network, model, mac, start, last, quietly: Quietly::default() };
        this.listen(tell);
        this
    }

    fn listen(&self, tell: &Tell) {
        let say = Rc::clone(tell);
        self.start.connect_active_notify(move |row| say(MachineMsg::Start(row.is_active())));
        let say = Rc::clone(tell);
        self.model.connect_selected_notify(move |row| {
            if let Some(model) = usize::try_from(row.selected()).ok().and_then(|nth| MODELS.get(nth)) {
                say(MachineMsg::Model(*model));
            }
        });
        let say = Rc::clone(tell);
        self.quietly.connect(&self.mac, move |text| say(MachineMsg::Mac(text)));
    }

    /// The widget.
    pub(crate) const fn widget(&self) -> &adw::PreferencesPage {
        &self.page
    }

    /// Leaves out whether the machine is started: an installation starts it.
    pub(crate) fn always_starts(&self) {
        self.last.set_visible(false);
    }

    /// Lists what a machine can be plugged into.
    pub(super) fn show_networks(&self, facts: &Facts, chosen: &NetworkChoice, tell: &Tell) {
        if facts.networks.is_empty() {
            let words = gettext(
                "This host has no virtual network. The host's page makes the usual one, and Virtual Networks any other.",
            );
            self.group.set_description(Some(&words));
        }
        let choices = choices(facts);
        let names: Vec<String> = choices.iter().map(|choice| name(choice, facts)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.network.set_model(Some(&gtk::StringList::new(&names)));
        let place = choices.iter().position(|choice| choice == chosen).unwrap_or(0);
        self.network.set_selected(u32::try_from(place).unwrap_or(0));
        let say = Rc::clone(tell);
        self.network.connect_selected_notify(move |row| {
            if let Some(choice) = usize::try_from(row.selected()).ok().and_then(|nth| choices.get(nth)) {
                say(MachineMsg::Network(choice.clone()));
            }
        });
    }

    /// Shows the draft.
    pub(super) fn show(&self, draft: &MachineDraft) {
        if self.start.is_active() != draft.start {
            self.start.set_active(draft.start);
        }
        let has_card = draft.network != NetworkChoice::Unplugged;
        self.model.set_visible(has_card);
        self.mac.set_visible(has_card);
        let place = MODELS.iter().position(|model| *model == draft.model).and_then(|nth| u32::try_from(nth).ok());
        self.model.set_selected(place.unwrap_or(0));
        self.quietly.set(&self.mac, &draft.mac);
    }
}

/// Every virtual network, QEMU's own, and none.
fn choices(facts: &Facts) -> Vec<NetworkChoice> {
    let networks = facts.networks.iter().map(|network| NetworkChoice::Network(network.name.clone()));
    networks.chain([NetworkChoice::UserMode, NetworkChoice::Unplugged]).collect()
}

/// What a card is called.
fn model_name(model: Option<NetworkModel>) -> String {
    match model {
        None => gettext("The best that the guest system knows"),
        Some(NetworkModel::Virtio) => gettext("virtio, the fastest; needs a driver in the guest"),
        Some(NetworkModel::E1000e) => gettext("e1000e, Intel's gigabit card"),
        Some(NetworkModel::E1000) => gettext("e1000, Intel's older gigabit card"),
        Some(NetworkModel::Rtl8139) => gettext("rtl8139, for very old systems"),
    }
}

/// What a choice is called.
pub(crate) fn name(choice: &NetworkChoice, facts: &Facts) -> String {
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
