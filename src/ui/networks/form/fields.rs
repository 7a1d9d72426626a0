//! The rows of the form, each with a place under it where its problems are said.

use std::rc::Rc;

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::draft::{Severity, network::Field};

/// What is said under a field.
pub(super) struct Line {
    pub(super) field: Field,
    pub(super) severity: Severity,
    pub(super) text: String,
    /// A button that mends it: what it is called, and what it does.
    pub(super) offer: Option<(String, Rc<dyn Fn()>)>,
}

/// The fields with their rows.
#[derive(Default)]
pub(super) struct Fields(Vec<(Field, gtk::Widget, adw::PreferencesRow)>);

impl Fields {
    /// Notes a row, and gives the one for its problems, to be put under it.
    pub(super) fn add(&mut self, field: Field, row: &impl IsA<gtk::Widget>) -> adw::PreferencesRow {
        let note = adw::PreferencesRow::builder().activatable(false).focusable(false).visible(false).build();
        self.0.push((field, row.clone().upcast(), note.clone()));
        note
    }

    /// Says `lines`, and nothing beside the other fields.
    pub(super) fn show(&self, lines: &[Line]) {
        for (field, row, note) in &self.0 {
            let own: Vec<&Line> = lines.iter().filter(|line| line.field == *field).collect();
            let worst = own.iter().map(|line| line.severity).max();
            for (class, severity) in [("error", Severity::Error), ("warning", Severity::Warning)] {
                if worst == Some(severity) {
                    row.add_css_class(class);
                } else {
                    row.remove_css_class(class);
                }
            }
            let words: Vec<_> = own.iter().map(|line| line.text.as_str()).collect();
            // The same words stay as they are, so that a button under the pointer stays too.
            if note.title() != words.join(" ") || own.is_empty() {
                note.set_title(&words.join(" "));
                note.set_child(Some(&said(&own)));
                let invalid = if worst == Some(Severity::Error) {
                    gtk::AccessibleInvalidState::True
                } else {
                    gtk::AccessibleInvalidState::False
                };
                row.update_state(&[gtk::accessible::State::Invalid(invalid)]);
            }
            note.set_visible(!own.is_empty() && row.is_visible());
        }
    }
}

fn said(lines: &[&Line]) -> gtk::Box {
    let all = gtk::Box::builder().orientation(gtk::Orientation::Vertical).spacing(6).build();
    all.set_margin_start(12);
    all.set_margin_end(12);
    all.set_margin_top(9);
    all.set_margin_bottom(9);
    for line in lines {
        let (icon, class) = match line.severity {
            Severity::Error => ("dialog-error-symbolic", "error"),
            Severity::Warning => ("dialog-warning-symbolic", "warning"),
        };
        let icon = gtk::Image::builder().icon_name(icon).valign(gtk::Align::Start).build();
        icon.add_css_class(class);
        let label = gtk::Label::builder().label(&line.text).wrap(true).xalign(0.0).hexpand(true).build();
        label.set_wrap_mode(gtk::pango::WrapMode::WordChar);
        label.add_css_class("caption");
        let row = gtk::Box::builder().spacing(9).build();
        row.append(&icon);
        row.append(&label);
        if let Some((title, act)) = &line.offer {
            let button = gtk::Button::builder().label(title).valign(gtk::Align::Center).build();
            let act = Rc::clone(act);
            button.connect_clicked(move |_| act());
            row.append(&button);
        }
        all.append(&row);
    }
    all
}
