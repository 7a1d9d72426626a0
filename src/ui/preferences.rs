//! The preferences: language, appearance, consoles.

use relm4::{adw, adw::prelude::*, gtk};

use crate::{i18n::gettext, settings::Settings};

/// The languages that the program speaks, each by its own name; the first means the system's.
const LANGUAGES: [(&str, &str); 3] = [("", ""), ("en", "English"), ("zh_CN", "简体中文")];

/// The values of the setting `appearance`.
const APPEARANCES: [(&str, adw::ColorScheme); 3] = [
    ("default", adw::ColorScheme::Default),
    ("light", adw::ColorScheme::ForceLight),
    ("dark", adw::ColorScheme::ForceDark),
];

/// Shows the dialog over `parent`; every change is kept at once.
pub(crate) fn show(settings: &Settings, parent: &impl IsA<gtk::Widget>) {
    let dialog = adw::PreferencesDialog::builder().title(gettext("Preferences")).build();
    let page = adw::PreferencesPage::new();
    page.add(&general(settings));
    page.add(&consoles(settings));
    dialog.add(&page);
    dialog.present(Some(parent));
}

/// Makes the program look as the user chose.
pub(crate) fn apply_appearance(settings: &Settings) {
    let chosen = settings.text("appearance", "default");
    let scheme = APPEARANCES.iter().find(|(name, _)| *name == chosen).map_or(adw::ColorScheme::Default, |(_, s)| *s);
    adw::StyleManager::default().set_color_scheme(scheme);
}

fn general(settings: &Settings) -> adw::PreferencesGroup {
    let group = adw::PreferencesGroup::builder().title(gettext("General")).build();
    let system = gettext("As the system");
    let names: Vec<&str> =
        LANGUAGES.iter().map(|(code, name)| if code.is_empty() { system.as_str() } else { name }).collect();
    let language =
        choice(&gettext("Language"), &names, position(&LANGUAGES.map(|(code, _)| code), settings, "language"));
    language.set_subtitle(&gettext("Used from the next start on"));
    keep_choice(&language, settings, "language", &LANGUAGES.map(|(code, _)| code));
    group.add(&language);
    let names = [gettext("As the system"), gettext("Light"), gettext("Dark")];
    let values = APPEARANCES.map(|(name, _)| name);
    let appearance = choice(
        &gettext("Appearance"),
        &names.each_ref().map(String::as_str),
        position(&values, settings, "appearance"),
    );
    keep_choice(&appearance, settings, "appearance", &values);
    let settings = settings.clone();
    appearance.connect_selected_notify(move |_| apply_appearance(&settings));
    group.add(&appearance);
    group
}

fn consoles(settings: &Settings) -> adw::PreferencesGroup {
    let group = adw::PreferencesGroup::builder().title(gettext("Consoles")).build();
    let lines = f64::from(settings.number("console-scrollback", 10_000));
    // AdwSpinRow of libadwaita 1.7 hides itself and its field from screen readers unless it is a group.
    let scrollback = adw::SpinRow::builder()
        .title(gettext("Scrollback"))
        .subtitle(gettext("Lines that a console keeps"))
        .adjustment(&gtk::Adjustment::new(lines, 100.0, 1_000_000.0, 100.0, 1000.0, 0.0))
        .accessible_role(gtk::AccessibleRole::Group)
        .build();
    let settings = settings.clone();
    scrollback.connect_value_notify(move |row| settings.keep("console-scrollback", whole(row.value())));
    group.add(&scrollback);
    group
}

#[expect(clippy::cast_possible_truncation, reason = "the row keeps it between 100 and 1 000 000")]
const fn whole(value: f64) -> i32 {
    value as i32
}

fn choice(title: &str, names: &[&str], selected: u32) -> adw::ComboRow {
    adw::ComboRow::builder().title(title).model(&gtk::StringList::new(names)).selected(selected).build()
}

fn position(values: &[&str], settings: &Settings, key: &str) -> u32 {
    let now = settings.text(key, values.first().copied().unwrap_or_default());
    values.iter().position(|value| *value == now).and_then(|nth| u32::try_from(nth).ok()).unwrap_or(0)
}

fn keep_choice(row: &adw::ComboRow, settings: &Settings, key: &'static str, values: &[&'static str]) {
    let (settings, values) = (settings.clone(), values.to_vec());
    row.connect_selected_notify(move |row| {
        if let Some(value) = usize::try_from(row.selected()).ok().and_then(|nth| values.get(nth)) {
            settings.keep(key, *value);
        }
    });
}
