//! The rows about the network: one for all or one for each, and fixed addresses or any.

use relm4::{Sender, adw, adw::prelude::*};

use lectern_model::draft::lab::{Addresses, Field, LabDraft, LabFacts, LabNetwork};

use super::{LabMsg, choice::Choice};
use crate::{
    i18n::{gettext, gettext_f},
    wizards::frame::{Fields, Quietly},
};

/// The networks that are suggested for a class, as the course numbers them.
pub(super) const PATTERN: &str = "192.168.{101..250}.0/24";

/// The rows.
pub(super) struct NetworkRows {
    network: Choice,
    fixed: adw::SwitchRow,
    addresses: adw::EntryRow,
    quietly: Quietly,
}

impl NetworkRows {
    /// The rows, added to `page` and to `fields`.
    pub(super) fn new(page: &adw::PreferencesPage, input: &Sender<LabMsg>, fields: &mut Fields<Field>) -> Self {
        let sender = input.clone();
        let network = Choice::new(&gettext("Connected To"), move |nth| drop(sender.send(LabMsg::Network(nth))));
        let fixed = adw::SwitchRow::builder().title(gettext("Fixed Addresses")).build();
        fixed.set_subtitle(&gettext("Kept for each machine, so that they can be handed out"));
        let addresses = adw::EntryRow::builder().activates_default(true).build();
        let group = adw::PreferencesGroup::builder().title(gettext("Network")).build();
        fields.add(Field::Network, network.row(), &group);
        group.add(&fixed);
        fields.add(Field::Addresses, &addresses, &group);
        page.add(&group);
        let rows = Self { network, fixed, addresses, quietly: Quietly::default() };
        let sender = input.clone();
        rows.fixed.connect_active_notify(move |row| drop(sender.send(LabMsg::Fixed(row.is_active()))));
        let sender = input.clone();
        rows.quietly.connect(&rows.addresses, move |text| drop(sender.send(LabMsg::Addresses(text))));
        rows
    }

    /// Offers the host's networks.
    pub(super) fn fill(&self, draft: &LabDraft, facts: &LabFacts) {
        let known = facts.networks.iter().map(|network| match (network.active, network.subnet) {
            (true, Some(net)) => format!("{} ({net})", network.name),
            (true, None) => network.name.clone(),
            (false, _) => gettext_f("{name} (stopped)", &[("name", &network.name)]),
        });
        let mut names = vec![gettext("As the template")];
        names.extend(known);
        if !facts.host.is_session {
            names.push(gettext("A new network for each machine"));
        }
        self.network.fill(&names, place(draft, facts));
    }

    /// Shows the draft.
    pub(super) fn show(&self, draft: &LabDraft, facts: &LabFacts) {
        self.network.show(place(draft, facts));
        let (text, title) = match &draft.network {
            LabNetwork::AsTemplate | LabNetwork::One { addresses: Addresses::Any, .. } => (None, String::new()),
            LabNetwork::One { addresses: Addresses::Fixed { first }, .. } => {
                (Some(first), gettext("First Address, If Not the First Free One"))
            }
            LabNetwork::Each { pattern, .. } => (Some(pattern), gettext("IPv4 Ranges of the Networks")),
        };
        self.fixed.set_visible(matches!(draft.network, LabNetwork::One { .. }));
        let fixed = matches!(draft.network, LabNetwork::One { addresses: Addresses::Fixed { .. }, .. });
        if self.fixed.is_active() != fixed {
            self.fixed.set_active(fixed);
        }
        self.addresses.set_visible(text.is_some());
        if let Some(text) = text {
            self.addresses.set_title(&title);
            self.quietly.set(&self.addresses, text);
        }
    }
}

/// Where the draft's network is in the list: what the template has, the host's, one for each.
fn place(draft: &LabDraft, facts: &LabFacts) -> Option<usize> {
    match &draft.network {
        LabNetwork::AsTemplate => Some(0),
        LabNetwork::One { network, .. } => facts.networks.iter().position(|n| n.name == *network).map(|nth| nth + 1),
        LabNetwork::Each { .. } => Some(facts.networks.len() + 1),
    }
}
