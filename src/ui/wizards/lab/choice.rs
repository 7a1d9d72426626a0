//! A row that offers some of a list, and is silent while it is filled.

use std::{cell::Cell, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk};

/// The row.
pub(super) struct Choice {
    row: adw::ComboRow,
    quiet: Rc<Cell<bool>>,
}

impl Choice {
    /// One with nothing to choose yet; `chosen` is called with the place of what the user chooses.
    pub(super) fn new(title: &str, chosen: impl Fn(usize) + 'static) -> Self {
        let row = adw::ComboRow::builder().title(title).use_markup(false).build();
        let quiet = Rc::new(Cell::new(false));
        let silent = Rc::clone(&quiet);
        row.connect_selected_notify(move |row| {
            if !silent.get() && row.selected() != gtk::INVALID_LIST_POSITION {
                chosen(row.selected() as usize);
            }
        });
        Self { row, quiet }
    }

    /// The widget.
    pub(super) const fn row(&self) -> &adw::ComboRow {
        &self.row
    }

    /// Offers these, of which one is chosen.
    pub(super) fn fill(&self, names: &[String], chosen: Option<usize>) {
        self.quiet.set(true);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.row.set_model(Some(&gtk::StringList::new(&names)));
        self.row.set_selected(position(chosen));
        self.quiet.set(false);
    }

    /// Shows what is chosen.
    pub(super) fn show(&self, chosen: Option<usize>) {
        self.quiet.set(true);
        self.row.set_selected(position(chosen));
        self.quiet.set(false);
    }
}

fn position(place: Option<usize>) -> u32 {
    place.and_then(|place| u32::try_from(place).ok()).unwrap_or(gtk::INVALID_LIST_POSITION)
}
