//! The form of a flavor, with the fields and the order of OpenStack's own. Problems are said beside their fields as they
//! come.

use std::{cell::Cell, collections::BTreeSet, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk, gtk::glib};

use lectern_model::{
    catalog::{Catalog, Edit},
    draft::{
        Bound,
        flavor::{Field, FlavorDraft, Problem, problems},
        stops,
    },
    flavor::{Flavor, FlavorProblem, Number},
};

use super::words;
use crate::{
    catalog::same::Same,
    forms::Frame,
    i18n::{gettext, gettext_f},
    wizards::frame::{Fields, Line},
};

/// What the form is for.
pub(super) enum Purpose {
    /// A new flavor.
    New,
    /// One like this.
    Copy(Flavor),
    /// Another size of this.
    Edit(Flavor),
}

struct Form {
    frame: Frame,
    name: adw::EntryRow,
    id: adw::EntryRow,
    numbers: [adw::EntryRow; 5],
    description: adw::EntryRow,
    everyone: adw::SwitchRow,
    projects: Vec<(String, adw::SwitchRow)>,
    fields: Fields<Field>,
    same: Same,
    catalog: Catalog,
    old: Option<Flavor>,
    /// The identifier that is made up, where one is: the same as long as the form is open.
    made_up: String,
    filling: Cell<bool>,
    /// Whether the user has given a name: a field that is still empty is no mistake.
    named: Cell<bool>,
}

/// Shows the form; `then` is called with the change that the user means.
pub(super) fn show(
    purpose: &Purpose,
    draft: &FlavorDraft,
    catalog: Catalog,
    parent: &impl IsA<gtk::Widget>,
    then: impl Fn(Edit) + 'static,
) {
    let page = adw::PreferencesPage::new();
    let form = Rc::new(Form::new(purpose, catalog, &page));
    form.fill(draft);
    form.listen();
    form.check();
    let weak = Rc::downgrade(&form);
    form.frame.done.connect_clicked(move |_| {
        let Some(form) = weak.upgrade() else { return };
        if let Some(edit) = form.edit() {
            then(edit);
        }
        form.frame.dialog.force_close();
    });
    form.frame.present(&page, parent, Rc::clone(&form));
    form.frame.dialog.set_focus(Some(&form.name));
}

fn frame(purpose: &Purpose) -> Frame {
    let (title, verb) = match purpose {
        Purpose::New => (gettext("New Flavor"), gettext("_Create")),
        Purpose::Copy(flavor) => (gettext_f("Copy of {name}", &[("name", &flavor.name)]), gettext("_Create")),
        Purpose::Edit(flavor) => (gettext_f("Edit {name}", &[("name", &flavor.name)]), gettext("_Apply")),
    };
    let frame = Frame::new(&title, &verb);
    frame.dialog.set_content_height(720);
    frame
}

impl Form {
    fn new(purpose: &Purpose, catalog: Catalog, page: &adw::PreferencesPage) -> Self {
        let mut fields = Fields::new();
        let old = if let Purpose::Edit(flavor) = purpose { Some(flavor.clone()) } else { None };
        let main = adw::PreferencesGroup::new();
        let name = entry(Field::Name, &main, &mut fields);
        let id = entry(Field::Id, &main, &mut fields);
        id.set_sensitive(old.is_none());
        let sizes = adw::PreferencesGroup::new();
        sizes.set_description(Some(&gettext("A root disk of 0 GiB has the size of its image. A second (ephemeral) disk is empty; one for swapping is formatted for it. 0 means none.")));
        let numbers = Number::ALL.map(|number| entry(Field::Number(number), &sizes, &mut fields));
        let more = adw::PreferencesGroup::new();
        let description = entry(Field::Description, &more, &mut fields);
        let access = adw::PreferencesGroup::builder().title(gettext("Who May Use It")).build();
        let everyone = adw::SwitchRow::builder().title(words::field(Field::Access)).build();
        fields.add(Field::Access, &everyone, &access);
        let projects = catalog.projects.iter().map(|project| (project.name.clone(), switch(&project.name, &access)));
        let projects = projects.collect();
        let same = Same::new();
        for group in [&main, &sizes, &more, &access, &same.group] {
            page.add(group);
        }
        let made_up = glib::uuid_string_random().into();
        let (frame, filling, named) = (frame(purpose), Cell::new(false), Cell::new(false));
        Self {
            frame,
            name,
            id,
            numbers,
            description,
            everyone,
            projects,
            fields,
            same,
            catalog,
            old,
            made_up,
            filling,
            named,
        }
    }

    fn fill(&self, draft: &FlavorDraft) {
        self.filling.set(true);
        self.name.set_text(&draft.name);
        self.id.set_text(&draft.id);
        for (row, text) in self.numbers.iter().zip(&draft.numbers) {
            row.set_text(text);
        }
        self.description.set_text(&draft.description);
        self.everyone.set_active(draft.everyone);
        for (name, row) in &self.projects {
            row.set_active(draft.projects.contains(name));
        }
        self.filling.set(false);
    }

    fn listen(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        self.name.connect_changed(move |_| {
            if let Some(form) = weak.upgrade() {
                form.named.set(!form.filling.get());
            }
        });
        let weak = Rc::downgrade(self);
        let look = move || {
            if let Some(form) = weak.upgrade().filter(|form| !form.filling.get()) {
                form.check();
            }
        };
        for row in [&self.name, &self.id, &self.description].into_iter().chain(&self.numbers) {
            let look = look.clone();
            row.connect_changed(move |_| look());
        }
        for row in std::iter::once(&self.everyone).chain(self.projects.iter().map(|(_, row)| row)) {
            let look = look.clone();
            row.connect_active_notify(move |_| look());
        }
    }

    fn draft(&self) -> FlavorDraft {
        let chosen = self.projects.iter().filter(|(_, row)| row.is_active()).map(|(name, _)| name.clone());
        FlavorDraft {
            name: self.name.text().into(),
            id: self.id.text().into(),
            numbers: self.numbers.each_ref().map(|row| row.text().into()),
            description: self.description.text().into(),
            everyone: self.everyone.is_active(),
            projects: chosen.collect::<BTreeSet<String>>(),
        }
    }

    /// The change; nothing where all is as it was.
    fn edit(&self) -> Option<Edit> {
        let new = self.draft().flavor(&self.made_up);
        match &self.old {
            None => Some(Edit::AddFlavor(new)),
            Some(old) if *old == new => None,
            Some(old) => Some(Edit::ChangeFlavor { old: old.clone(), new }),
        }
    }

    fn check(&self) {
        let draft = self.draft();
        for (_, row) in &self.projects {
            row.set_visible(!draft.everyone);
        }
        let found = problems(&draft, self.old.as_ref().map(|old| old.id.as_str()), &self.catalog);
        let lines: Vec<(Field, Line)> = found
            .iter()
            .filter(|problem| self.named.get() || **problem != Problem::Rule(FlavorProblem::NoName))
            .map(|problem| (problem.field(), Line::new(problem.severity(), words::problem(problem))))
            .collect();
        self.fields.show(&lines);
        let stopped = stops(&found);
        self.frame.done.set_sensitive(!stopped);
        let edit = self.edit().filter(|_| !stopped);
        self.same.show(&edit.map(|edit| edit.openstack(&self.catalog)).unwrap_or_default());
    }
}

fn entry(field: Field, group: &adw::PreferencesGroup, fields: &mut Fields<Field>) -> adw::EntryRow {
    let row = adw::EntryRow::builder().title(words::field(field)).activates_default(true).build();
    fields.add(field, &row, group);
    row
}

fn switch(project: &str, group: &adw::PreferencesGroup) -> adw::SwitchRow {
    let row = adw::SwitchRow::builder().title(project).use_markup(false).build();
    group.add(&row);
    row
}
