//! The machine's network cards: what each is plugged into, with the buttons that change it.

use relm4::{ComponentSender, adw, adw::prelude::*, gtk};

use lectern_model::{
    mac::MacAddress,
    nic::{self, Nic},
    xml::Document,
};

use super::{Edit, Overview, OverviewMsg, parts::Rows};
use crate::{
    buttons,
    i18n::{gettext, gettext_f},
    nics::words,
};

/// What a user wants of a network card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NicEdit {
    /// Plug it in elsewhere, or make it another device.
    Change(Option<MacAddress>),
    /// One more.
    Add,
    /// It goes.
    Remove(MacAddress),
    /// The guest asks for its address anew.
    Renew(MacAddress),
}

/// The group with its button.
pub(super) fn group(sender: &ComponentSender<Overview>) -> Rows {
    let rows = Rows::new();
    rows.group.set_title(&gettext("NICs"));
    let add = buttons::flat("list-add-symbolic", &gettext("Add NIC"));
    let input = sender.input_sender().clone();
    add.connect_clicked(move |_| input.emit(OverviewMsg::Edited(Edit::Nic(NicEdit::Add))));
    rows.group.set_header_suffix(Some(&add));
    rows
}

/// The rows of a machine's cards.
pub(super) fn rows(xml: &str, sender: &ComponentSender<Overview>) -> Vec<adw::ActionRow> {
    let Ok(document) = Document::parse(xml) else { return Vec::new() };
    // libvirt gives a machine a number while it is on.
    let active = document.root().attribute("id").is_some();
    nic::nics(&document).iter().map(|nic| row(nic, active, sender)).collect()
}

fn row(nic: &Nic, active: bool, sender: &ComponentSender<Overview>) -> adw::ActionRow {
    let what = words::what(nic);
    let row = adw::ActionRow::builder()
        .title(words::source(&nic.source))
        .subtitle(&what)
        .use_markup(false)
        .subtitle_selectable(true)
        .build();
    let mac = nic.mac.map(|mac| mac.to_string()).unwrap_or_default();
    let change = gtk::Button::builder().label(gettext("Change…")).valign(gtk::Align::Center).build();
    change.set_tooltip_text(Some(&gettext_f("Change the network of {what}", &[("what", &mac)])));
    let (input, nic) = (sender.input_sender().clone(), nic.mac);
    change.connect_clicked(move |_| input.emit(OverviewMsg::Edited(Edit::Nic(NicEdit::Change(nic)))));
    row.add_suffix(&change);
    if let Some(address) = nic.filter(|_| active) {
        let renew =
            buttons::flat("view-refresh-symbolic", &gettext_f("Renew the address of {what}", &[("what", &mac)]));
        let input = sender.input_sender().clone();
        renew.connect_clicked(move |_| input.emit(OverviewMsg::Edited(Edit::Nic(NicEdit::Renew(address)))));
        row.add_suffix(&renew);
    }
    if let Some(address) = nic {
        let remove = buttons::flat("user-trash-symbolic", &gettext_f("Remove {what}", &[("what", &mac)]));
        let input = sender.input_sender().clone();
        remove.connect_clicked(move |_| input.emit(OverviewMsg::Edited(Edit::Nic(NicEdit::Remove(address)))));
        row.add_suffix(&remove);
    }
    row
}
