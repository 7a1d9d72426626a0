//! The preferences: how the program looks, what it reads, what it asks, and what a new machine gets.

mod confirmations;
mod consoles;
mod general;
mod look;
mod new_machines;
mod rows;

use relm4::{adw, adw::prelude::*, gtk};

pub(crate) use self::{
    confirmations::asks,
    general::{PACE_KEYS, pace},
    look::{apply as apply_look, present_at},
    new_machines::wishes,
};
use crate::{i18n::gettext, settings::Settings};

/// Shows the dialog over `parent`; every change is kept, and used, at once.
pub(crate) fn show(settings: &Settings, parent: &impl IsA<gtk::Widget>) {
    let dialog = adw::PreferencesDialog::builder().title(gettext("Preferences")).content_width(760).build();
    dialog.add(&page(&gettext("General"), "preferences-system-symbolic", &general::groups(settings)));
    dialog.add(&page(&gettext("New Machines"), "list-add-symbolic", &new_machines::groups(settings)));
    dialog.add(&page(&gettext("Confirmations"), "dialog-question-symbolic", &confirmations::groups(settings)));
    dialog.add(&page(&gettext("Consoles"), "utilities-terminal-symbolic", &consoles::groups(settings)));
    dialog.present(Some(parent));
}

fn page(title: &str, icon: &str, groups: &[adw::PreferencesGroup]) -> adw::PreferencesPage {
    let page = adw::PreferencesPage::builder().title(title).icon_name(icon).build();
    for group in groups {
        page.add(group);
    }
    page
}
