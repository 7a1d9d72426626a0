//! How consoles look and behave; an open one follows at once.

use relm4::{
    adw,
    adw::prelude::*,
    gtk::{self, pango},
};

use super::rows;
use crate::{
    buttons,
    i18n::gettext,
    machine::scheme::{self, Scheme},
    settings::Settings,
};

/// The setting with the font's description; empty is the system's.
const FONT: &str = "console-font";
/// What the font button shows where none was chosen.
const SYSTEM_FONT: &str = "Monospace 11";

pub(super) fn groups(settings: &Settings) -> [adw::PreferencesGroup; 2] {
    let schemes: Vec<_> = Scheme::ALL.into_iter().map(|scheme| (scheme.value(), scheme::name(scheme))).collect();
    let colours = rows::texts(settings, "console-scheme", &gettext("Colors"), &schemes);
    let look = rows::group(&gettext("Text"), &[&font(settings), &colours]);
    let scrollback =
        rows::spin(settings, "console-scrollback", &gettext("Scrollback"), 10_000, (100.0, 1_000_000.0, 100.0));
    scrollback.set_subtitle(&gettext("Lines that a console keeps"));
    let bell = rows::switch(settings, "console-bell", &gettext("Bell"), false);
    bell.set_subtitle(&gettext("Sound when the guest rings it"));
    [look, rows::group(&gettext("Behavior"), &[&scrollback, &bell])]
}

fn font(settings: &Settings) -> adw::ActionRow {
    let dialog = gtk::FontDialog::builder().title(gettext("Font of Consoles")).filter(&monospaced()).build();
    let button = gtk::FontDialogButton::builder().dialog(&dialog).valign(gtk::Align::Center).build();
    button.set_font_desc(&chosen_font(settings));
    let (kept, shown) = (settings.clone(), button.clone());
    let reset = buttons::flat("edit-undo-symbolic", &gettext("The System's Font"));
    reset.connect_clicked(move |_| {
        shown.set_font_desc(&pango::FontDescription::from_string(SYSTEM_FONT));
        kept.keep(FONT, "");
    });
    let kept = settings.clone();
    button.connect_font_desc_notify(move |button| {
        if let Some(font) = button.font_desc() {
            kept.keep(FONT, font.to_str().as_str());
        }
    });
    let row = adw::ActionRow::builder().title(gettext("Font")).activatable_widget(&button).build();
    row.add_suffix(&button);
    row.add_suffix(&reset);
    row
}

fn chosen_font(settings: &Settings) -> pango::FontDescription {
    let chosen = settings.text(FONT, "");
    pango::FontDescription::from_string(if chosen.is_empty() { SYSTEM_FONT } else { &chosen })
}

/// A terminal has a grid: other fonts would be torn apart.
fn monospaced() -> gtk::CustomFilter {
    gtk::CustomFilter::new(|item| {
        let family = item.downcast_ref::<pango::FontFamily>().cloned();
        let face = item.downcast_ref::<pango::FontFace>().map(pango::prelude::FontFaceExt::family);
        family.or(face).is_some_and(|family| family.is_monospace())
    })
}
