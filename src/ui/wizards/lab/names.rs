//! The rows about the template and the machines' names: a pattern, or a roster of students.

use std::{cell::Cell, rc::Rc};

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::{
    draft::lab::{Field, LabDraft, NameSource, Preview},
    roster::Roster,
};

use super::{LabMsg, choice::Choice};
use crate::{
    i18n::{gettext, gettext_f, ngettext_f},
    wizards::frame::{Fields, Quietly},
};

/// The rows.
pub(super) struct NameRows {
    pub(super) template: Choice,
    name: adw::EntryRow,
    students: adw::SwitchRow,
    pattern: adw::EntryRow,
    count: adw::EntryRow,
    roster: adw::PreferencesRow,
    text: gtk::TextView,
    read: gtk::Label,
    machines: adw::PreferencesGroup,
    quietly: Quietly,
    /// Whether the roster's text is set by the program.
    filling: Rc<Cell<bool>>,
}

impl NameRows {
    /// The rows, added to `page` and to `fields`.
    pub(super) fn new(page: &adw::PreferencesPage, input: &Sender<LabMsg>, fields: &mut Fields<Field>) -> Self {
        let sender = input.clone();
        let template = Choice::new(&gettext("Template"), move |nth| drop(sender.send(LabMsg::Template(nth))));
        let (text, read) = (roster_text(), gtk::Label::builder().xalign(0.0).wrap(true).hexpand(true).build());
        let rows = Self {
            template,
            name: adw::EntryRow::builder().title(gettext("Name of the Lab")).activates_default(true).build(),
            students: adw::SwitchRow::builder().title(gettext("One for Each Student")).build(),
            pattern: adw::EntryRow::builder().title(gettext("Names of the Machines")).activates_default(true).build(),
            count: adw::EntryRow::builder().title(gettext("How Many")).activates_default(true).build(),
            roster: roster_row(&text, &read, input),
            text,
            read,
            machines: adw::PreferencesGroup::builder().title(gettext("Machines")).build(),
            quietly: Quietly::default(),
            filling: Rc::default(),
        };
        rows.students.set_subtitle(&gettext("By a roster, whose names become the machines' titles"));
        rows.lay_out(page, fields);
        rows.listen(input);
        rows
    }

    fn lay_out(&self, page: &adw::PreferencesPage, fields: &mut Fields<Field>) {
        let first = adw::PreferencesGroup::new();
        fields.add(Field::Template, self.template.row(), &first);
        fields.add(Field::Name, &self.name, &first);
        page.add(&first);
        self.machines.add(&self.students);
        fields.add(Field::Roster, &self.roster, &self.machines);
        fields.add(Field::Pattern, &self.pattern, &self.machines);
        fields.add(Field::Count, &self.count, &self.machines);
        page.add(&self.machines);
    }

    fn listen(&self, input: &Sender<LabMsg>) {
        let send = |make: fn(String) -> LabMsg| {
            let input = input.clone();
            move |text| drop(input.send(make(text)))
        };
        self.quietly.connect(&self.name, send(LabMsg::Name));
        self.quietly.connect(&self.pattern, send(LabMsg::Pattern));
        self.quietly.connect(&self.count, send(LabMsg::Count));
        let sender = input.clone();
        self.students.connect_active_notify(move |row| drop(sender.send(LabMsg::Students(row.is_active()))));
        let (sender, filling) = (input.clone(), Rc::clone(&self.filling));
        self.text.buffer().connect_changed(move |buffer| {
            if !filling.get() {
                let text = buffer.text(&buffer.start_iter(), &buffer.end_iter(), false);
                drop(sender.send(LabMsg::Roster(text.into())));
            }
        });
    }

    /// Whether the lab's name can be changed: not where machines are added to one.
    pub(super) fn fix_name(&self) {
        self.name.set_editable(false);
        self.name.set_sensitive(false);
    }

    /// Writes the roster.
    pub(super) fn fill_roster(&self, text: &str) {
        self.filling.set(true);
        self.text.buffer().set_text(text);
        self.filling.set(false);
    }

    /// Shows the draft.
    pub(super) fn show(&self, draft: &LabDraft, roster: &Roster, preview: &Preview) {
        self.quietly.set(&self.name, &draft.name);
        let (by_roster, pattern, count) = match &draft.names {
            NameSource::Pattern { pattern, count } => (false, pattern, count.as_str()),
            NameSource::Roster { pattern, .. } => (true, pattern, ""),
        };
        if self.students.is_active() != by_roster {
            self.students.set_active(by_roster);
        }
        self.quietly.set(&self.pattern, pattern);
        self.quietly.set(&self.count, count);
        self.count.set_visible(!by_roster);
        self.roster.set_visible(by_roster);
        self.read.set_label(&read(roster));
        self.machines.set_description(Some(&said(preview, by_roster)));
    }
}

/// What was understood of the roster.
fn read(roster: &Roster) -> String {
    if roster.rows.is_empty() {
        return gettext("One student a line: number and name, or a name alone. Or a table's CSV.");
    }
    let students = ngettext_f("{n} student", "{n} students", roster.rows.len(), &[]);
    let first = roster.rows.first().map(|row| format!("{} {}", row.student.number, row.student.name));
    gettext_f(
        "{students}, the first is {first}",
        &[("students", &students), ("first", first.unwrap_or_default().trim())],
    )
}

/// The first and the last name, and those that are passed over.
fn said(preview: &Preview, by_roster: bool) -> String {
    let (Some(first), Some(last)) = (preview.rows.first(), preview.rows.last()) else {
        return if by_roster {
            gettext("{N} stands for the next free number, {id} for the student's number")
        } else {
            gettext("{N} stands for the next free number; node{01..30} counts from 01 to 30")
        };
    };
    let args = [("first", first.name.as_str()), ("last", last.name.as_str())];
    let names = match preview.rows.len() {
        1 => first.name.clone(),
        n => ngettext_f("{n} machine: {first} to {last}", "{n} machines: {first} to {last}", n, &args),
    };
    if preview.skipped.is_empty() {
        return names;
    }
    let skipped = preview.skipped.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = if preview.skipped.len() > 5 { "…" } else { "" };
    let args = [("names", names.as_str()), ("skipped", &format!("{skipped}{more}"))];
    gettext_f("{names}. In use and passed over: {skipped}", &args)
}

fn roster_text() -> gtk::TextView {
    let text = gtk::TextView::builder()
        .accepts_tab(false)
        .monospace(true)
        .top_margin(9)
        .bottom_margin(9)
        .left_margin(9)
        .right_margin(9)
        .build();
    text.update_property(&[gtk::accessible::Property::Label(&gettext("Roster"))]);
    text
}

fn roster_row(text: &gtk::TextView, read: &gtk::Label, input: &Sender<LabMsg>) -> adw::PreferencesRow {
    let frame = gtk::ScrolledWindow::builder().child(text).min_content_height(120).max_content_height(240).build();
    frame.set_propagate_natural_height(true);
    frame.add_css_class("card");
    read.add_css_class("caption");
    let open = gtk::Button::builder().label(gettext("Open a File…")).valign(gtk::Align::Center).build();
    let input = input.clone();
    open.connect_clicked(move |_| drop(input.send(LabMsg::Browse)));
    let foot = gtk::Box::builder().spacing(12).build();
    foot.append(read);
    foot.append(&open);
    let content = gtk::Box::builder().orientation(gtk::Orientation::Vertical).spacing(9).build();
    for side in [gtk::Widget::set_margin_start, gtk::Widget::set_margin_end] {
        side(content.upcast_ref(), 12);
    }
    content.set_margin_top(9);
    content.set_margin_bottom(9);
    content.append(&frame);
    content.append(&foot);
    let row = adw::PreferencesRow::builder().title(gettext("Roster")).child(&content).activatable(false).build();
    row.set_focusable(false);
    row
}
