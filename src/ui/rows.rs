//! Rows and groups of rows that pages make anew when what they show changes.

use relm4::{adw, adw::prelude::*, gtk};

/// A group whose rows are replaced as a whole.
pub(crate) struct Group {
    /// The group itself.
    pub(crate) group: adw::PreferencesGroup,
    rows: Vec<gtk::Widget>,
}

impl Group {
    /// An empty group.
    pub(crate) fn new(title: &str) -> Self {
        Self { group: adw::PreferencesGroup::builder().title(title).build(), rows: Vec::new() }
    }

    /// Shows these rows in the place of those before.
    pub(crate) fn replace(&mut self, rows: Vec<gtk::Widget>) {
        for row in self.rows.drain(..) {
            self.group.remove(&row);
        }
        for row in &rows {
            self.group.add(row);
        }
        self.rows = rows;
    }
}

/// A row with a title and what is said under it, both as they are.
pub(crate) fn plain(title: &str, subtitle: &str) -> adw::ActionRow {
    adw::ActionRow::builder().title(title).subtitle(subtitle).use_markup(false).build()
}

/// A row that tells one thing, which can be copied.
pub(crate) fn property(title: &str, value: &str) -> gtk::Widget {
    let row =
        adw::ActionRow::builder().title(title).subtitle(value).use_markup(false).subtitle_selectable(true).build();
    row.add_css_class("property");
    row.upcast()
}
