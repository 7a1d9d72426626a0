//! Problems beside their fields: the row in the colour of an error, the words under it, and the keyboard at the first.

use std::rc::Rc;

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::draft::Severity;

use crate::i18n::gettext;

/// One thing that is said under a field.
#[derive(Clone)]
pub(crate) struct Line {
    /// Whether it stops the wizard.
    pub(crate) severity: Severity,
    /// What is wrong and what to do.
    pub(crate) text: String,
    /// What would mend it at once.
    pub(crate) offer: Option<Offer>,
}

/// A button that mends a problem.
#[derive(Clone)]
pub(crate) struct Offer {
    /// What it does.
    pub(crate) label: String,
    /// Does it.
    pub(crate) act: Rc<dyn Fn()>,
}

impl Line {
    /// Words without an offer.
    pub(crate) const fn new(severity: Severity, text: String) -> Self {
        Self { severity, text, offer: None }
    }
}

/// Shows a value in a field without its being taken for the user's.
///
/// A new text is two changes to GTK, the first to nothing. And a value that is told back, after the draft has gone on to
/// another, sets the draft back: the two would chase each other for ever.
#[derive(Clone, Default)]
pub(crate) struct Quietly(Rc<std::cell::Cell<bool>>);

impl Quietly {
    /// Sets the text, if it is another.
    pub(crate) fn set(&self, row: &adw::EntryRow, text: &str) {
        if row.text() != text {
            self.0.set(true);
            row.set_text(text);
            self.0.set(false);
        }
    }

    /// Sets the number, if it is another by more than `least`.
    pub(crate) fn set_number(&self, row: &adw::SpinRow, number: f64, least: f64) {
        if (row.value() - number).abs() > least {
            self.0.set(true);
            row.set_value(number);
            self.0.set(false);
        }
    }

    /// Calls `changed` with the number that the user chose.
    pub(crate) fn connect_number(&self, row: &adw::SpinRow, changed: impl Fn(f64) + 'static) {
        let quiet = Rc::clone(&self.0);
        row.connect_value_notify(move |row| {
            if !quiet.get() {
                changed(row.value());
            }
        });
    }

    /// Lists these in a row.
    pub(crate) fn list(&self, row: &adw::ComboRow, names: &[&str]) {
        self.0.set(true);
        row.set_model(Some(&gtk::StringList::new(names)));
        self.0.set(false);
    }

    /// Chooses the one at this place of a row's list.
    pub(crate) fn select(&self, row: &adw::ComboRow, nth: Option<usize>) {
        self.0.set(true);
        row.set_selected(nth.and_then(|nth| u32::try_from(nth).ok()).unwrap_or(0));
        self.0.set(false);
    }

    /// Calls `chosen` with the place of what the user chose of a row's list.
    pub(crate) fn connect_selected(&self, row: &adw::ComboRow, chosen: impl Fn(usize) + 'static) {
        let quiet = Rc::clone(&self.0);
        row.connect_selected_notify(move |row| {
            if let (false, Ok(nth)) = (quiet.get(), usize::try_from(row.selected())) {
                chosen(nth);
            }
        });
    }

    /// Chooses one of a group of radio buttons.
    pub(crate) fn choose(&self, radio: &gtk::CheckButton) {
        self.0.set(true);
        radio.set_active(true);
        self.0.set(false);
    }

    /// Calls `chosen` when the user switches the button to the other state, with that state.
    pub(crate) fn connect_choice(&self, radio: &gtk::CheckButton, chosen: impl Fn(bool) + 'static) {
        let quiet = Rc::clone(&self.0);
        radio.connect_toggled(move |radio| {
            if !quiet.get() {
                chosen(radio.is_active());
            }
        });
    }

    /// Calls `typed` with what the user typed.
    pub(crate) fn connect(&self, row: &adw::EntryRow, typed: impl Fn(String) + 'static) {
        let quiet = Rc::clone(&self.0);
        row.connect_changed(move |row| {
            if !quiet.get() {
                typed(row.text().into());
            }
        });
    }
}

/// The fields of a wizard, each with the place for its problems.
pub(crate) struct Fields<F>(Vec<Field<F>>);

struct Field<F> {
    of: F,
    row: gtk::Widget,
    note: Note,
}

impl<F: Copy + PartialEq> Fields<F> {
    /// None yet.
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds `row` to `group`, and under it the place where problems of `field` are said.
    pub(crate) fn add(&mut self, field: F, row: &impl IsA<gtk::Widget>, group: &adw::PreferencesGroup) {
        group.add(row);
        self.note(field, row, group);
    }

    /// Has problems of `field` said at the end of `group` as it is now, and the keyboard go to `row`.
    pub(crate) fn note(&mut self, field: F, row: &impl IsA<gtk::Widget>, group: &adw::PreferencesGroup) {
        let note = Note::new();
        group.add(&note.row);
        let row: gtk::Widget = row.clone().upcast();
        row.update_relation(&[gtk::accessible::Relation::ErrorMessage(&[note.words.upcast_ref()])]);
        self.0.push(Field { of: field, row, note });
    }

    /// Says `lines` beside their fields, and nothing beside the others.
    pub(crate) fn show(&self, lines: &[(F, Line)]) {
        for field in &self.0 {
            let own: Vec<&Line> = lines.iter().filter(|(of, _)| *of == field.of).map(|(_, line)| line).collect();
            field.show(&own);
        }
    }

    /// Gives the keyboard to a field, and says aloud what is wrong with it.
    pub(crate) fn focus(&self, field: F) {
        if let Some(field) = self.0.iter().find(|known| known.of == field) {
            field.row.grab_focus();
            let words = field.note.text();
            if !words.is_empty() {
                field.row.announce(&words, gtk::AccessibleAnnouncementPriority::High);
            }
        }
    }
}

impl<F> Field<F> {
    fn show(&self, lines: &[&Line]) {
        let worst = lines.iter().map(|line| line.severity).max();
        for (class, severity) in [("error", Severity::Error), ("warning", Severity::Warning)] {
            if worst == Some(severity) {
                self.row.add_css_class(class);
            } else {
                self.row.remove_css_class(class);
            }
        }
        let invalid = match worst {
            Some(Severity::Error) => gtk::AccessibleInvalidState::True,
            _ => gtk::AccessibleInvalidState::False,
        };
        self.row.update_state(&[gtk::accessible::State::Invalid(invalid)]);
        self.note.show(lines);
    }
}

/// The place under a field.
struct Note {
    row: adw::PreferencesRow,
    words: gtk::Box,
}

impl Note {
    fn new() -> Self {
        let words = gtk::Box::builder().orientation(gtk::Orientation::Vertical).spacing(6).build();
        for side in [gtk::Widget::set_margin_start, gtk::Widget::set_margin_end] {
            side(words.upcast_ref(), 12);
        }
        words.set_margin_top(9);
        words.set_margin_bottom(9);
        let row =
            adw::PreferencesRow::builder().child(&words).activatable(false).focusable(false).visible(false).build();
        Self { row, words }
    }

    /// Makes the words anew only where they are others: a button in them may have the keyboard.
    fn show(&self, lines: &[&Line]) {
        let all: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
        let all = all.join(" ");
        if self.row.title() == all {
            return;
        }
        while let Some(child) = self.words.first_child() {
            self.words.remove(&child);
        }
        for line in lines {
            self.words.append(&said(line));
        }
        self.row.set_title(&all);
        let row: &gtk::Widget = self.row.upcast_ref();
        row.update_property(&[gtk::accessible::Property::Label(&all)]);
        self.row.set_visible(!lines.is_empty());
    }

    fn text(&self) -> String {
        self.row.title().into()
    }
}

fn said(line: &Line) -> gtk::Box {
    let (icon, name, class) = match line.severity {
        Severity::Error => ("dialog-error-symbolic", gettext("Error"), "error"),
        Severity::Warning => ("dialog-warning-symbolic", gettext("Warning"), "warning"),
    };
    let icon = gtk::Image::builder().icon_name(icon).tooltip_text(name).valign(gtk::Align::Start).build();
    icon.add_css_class(class);
    let label = gtk::Label::builder().label(&line.text).wrap(true).xalign(0.0).hexpand(true).build();
    label.set_wrap_mode(gtk::pango::WrapMode::WordChar);
    label.add_css_class("caption");
    let row = gtk::Box::builder().spacing(9).build();
    row.append(&icon);
    row.append(&label);
    if let Some(offer) = line.offer.clone() {
        let button = gtk::Button::builder().label(&offer.label).valign(gtk::Align::Center).build();
        button.connect_clicked(move |_| (offer.act)());
        row.append(&button);
    }
    row
}
