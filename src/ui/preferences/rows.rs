//! Rows that keep what the user chooses in one setting each.

use relm4::{adw, adw::prelude::*, gtk};

use crate::settings::Settings;

/// A choice among texts: each value of the setting `key` beside the name that it is shown by.
pub(super) fn texts(
    settings: &Settings,
    key: &'static str,
    title: &str,
    choices: &[(&'static str, String)],
) -> adw::ComboRow {
    let first = choices.first().map_or("", |(value, _)| value);
    let now = settings.text(key, first);
    let selected = choices.iter().position(|(value, _)| *value == now).unwrap_or(0);
    let names: Vec<&str> = choices.iter().map(|(_, name)| name.as_str()).collect();
    let row = combo(title, &names, selected);
    let (settings, values) = (settings.clone(), choices.iter().map(|(value, _)| *value).collect::<Vec<_>>());
    row.connect_selected_notify(move |row| keep_selected(row, &values, |value| settings.keep(key, *value)));
    row
}

/// A choice among whole numbers; a number that is kept but not among them is offered too.
pub(super) fn numbers(settings: &Settings, key: &'static str, title: &str, mut choices: Choices) -> adw::ComboRow {
    let now = settings.number(key, choices.default);
    if !choices.values.contains(&now) {
        choices.values.push(now);
    }
    let selected = choices.values.iter().position(|value| *value == now).unwrap_or(0);
    let names: Vec<String> = choices.values.iter().map(|value| (choices.name)(*value)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let row = combo(title, &names, selected);
    let settings = settings.clone();
    row.connect_selected_notify(move |row| keep_selected(row, &choices.values, |value| settings.keep(key, *value)));
    row
}

/// The numbers that [`numbers`] offers.
pub(super) struct Choices {
    /// What holds where nothing was chosen.
    pub(super) default: i32,
    /// The numbers.
    pub(super) values: Vec<i32>,
    /// How a number is shown.
    pub(super) name: fn(i32) -> String,
}

/// A number between two others, a `step` at a time.
pub(super) fn spin(
    settings: &Settings,
    key: &'static str,
    title: &str,
    default: i32,
    (least, most, step): (f64, f64, f64),
) -> adw::SpinRow {
    let now = f64::from(settings.number(key, default));
    // AdwSpinRow of libadwaita 1.7 hides itself and its field from screen readers unless it is a group.
    let row = adw::SpinRow::builder()
        .title(title)
        .adjustment(&gtk::Adjustment::new(now, least, most, step, step * 10.0, 0.0))
        .accessible_role(gtk::AccessibleRole::Group)
        .build();
    let settings = settings.clone();
    row.connect_value_notify(move |row| settings.keep(key, whole(row.value())));
    row
}

/// A switch.
pub(super) fn switch(settings: &Settings, key: &'static str, title: &str, default: bool) -> adw::SwitchRow {
    let row = adw::SwitchRow::builder().title(title).active(settings.flag(key, default)).build();
    let settings = settings.clone();
    row.connect_active_notify(move |row| settings.keep(key, row.is_active()));
    row
}

/// A field for a name.
pub(super) fn entry(settings: &Settings, key: &'static str, title: &str, default: &str) -> adw::EntryRow {
    let row = adw::EntryRow::builder().title(title).text(settings.text(key, default)).build();
    let settings = settings.clone();
    row.connect_changed(move |row| settings.keep(key, row.text().trim()));
    row
}

/// A group of rows.
pub(super) fn group(title: &str, rows: &[&dyn AsRef<gtk::Widget>]) -> adw::PreferencesGroup {
    let group = adw::PreferencesGroup::builder().title(title).build();
    for row in rows {
        group.add((*row).as_ref());
    }
    group
}

fn combo(title: &str, names: &[&str], selected: usize) -> adw::ComboRow {
    let selected = u32::try_from(selected).unwrap_or(0);
    adw::ComboRow::builder().title(title).model(&gtk::StringList::new(names)).selected(selected).build()
}

fn keep_selected<T>(row: &adw::ComboRow, values: &[T], keep: impl FnOnce(&T)) {
    if let Some(value) = usize::try_from(row.selected()).ok().and_then(|nth| values.get(nth)) {
        keep(value);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the row keeps it between two small numbers")]
const fn whole(value: f64) -> i32 {
    value as i32
}
