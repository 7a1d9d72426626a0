//! The form of a project, with the fields and the order of OpenStack's own. Problems are said beside their fields as they
//! come.

use std::{cell::Cell, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    catalog::{Catalog, Edit},
    draft::{
        Bound,
        project::{Field, Problem, ProjectDraft, problems},
        stops,
    },
    project::{Amount, Project, ProjectProblem, Resource},
};

use super::words;
use crate::{
    catalog::same::Same,
    forms::Frame,
    i18n::{gettext, gettext_f},
    wizards::frame::{Fields, Line},
};

/// What the form must know.
pub(super) struct Facts {
    /// All projects.
    pub(super) catalog: Catalog,
    /// What the one that is changed uses.
    pub(super) used: Amount,
    /// How many machines it has.
    pub(super) machines: usize,
}

struct Form {
    frame: Frame,
    name: adw::EntryRow,
    description: adw::EntryRow,
    enabled: adw::SwitchRow,
    limits: [Limit; 5],
    fields: Fields<Field>,
    same: Same,
    facts: Facts,
    old: Option<Project>,
    /// Whether the user has given a name: a field that is still empty is no mistake.
    named: Cell<bool>,
}

/// A limit's row: a number, or nothing, which is said to be no limit.
struct Limit {
    row: adw::EntryRow,
    unlimited: gtk::Label,
}

/// Shows the form of a project that is there, or of a new one; `then` is called with the change that the user means.
pub(super) fn show(old: Option<Project>, facts: Facts, parent: &impl IsA<gtk::Widget>, then: impl Fn(Edit) + 'static) {
    let draft = ProjectDraft::of(&old.clone().unwrap_or_else(|| Project::new("")));
    let page = adw::PreferencesPage::new();
    let form = Rc::new(Form::new(old, facts, &page));
    form.fill(&draft);
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

fn frame(old: Option<&Project>) -> Frame {
    let frame = match old {
        None => Frame::new(&gettext("New Project"), &gettext("_Create")),
        Some(old) => Frame::new(&gettext_f("Edit {name}", &[("name", &old.name)]), &gettext("_Apply")),
    };
    frame.dialog.set_content_height(720);
    frame
}

impl Form {
    fn new(old: Option<Project>, facts: Facts, page: &adw::PreferencesPage) -> Self {
        let mut fields = Fields::new();
        let main = adw::PreferencesGroup::new();
        let name = entry(&gettext("Name"));
        fields.add(Field::Name, &name, &main);
        let description = entry(&gettext("Description"));
        main.add(&description);
        let enabled = adw::SwitchRow::builder()
            .title(gettext("Enabled"))
            .subtitle(gettext("Its machines may be started, and new ones made"))
            .build();
        fields.add(Field::Enabled, &enabled, &main);
        let quota = adw::PreferencesGroup::builder().title(gettext("Quota")).build();
        quota.set_description(Some(&gettext(
            "A field with nothing in it has no limit. Machines that are off count too.",
        )));
        let limits = Resource::ALL.map(|resource| {
            let limit = Limit::new(resource, &facts.used);
            fields.add(Field::Limit(resource), &limit.row, &quota);
            limit
        });
        let same = Same::new();
        for group in [&main, &quota, &same.group] {
            page.add(group);
        }
        let (frame, named) = (frame(old.as_ref()), Cell::new(false));
        Self { frame, name, description, enabled, limits, fields, same, facts, old, named }
    }

    fn fill(&self, draft: &ProjectDraft) {
        self.name.set_text(&draft.name);
        self.description.set_text(&draft.description);
        self.enabled.set_active(draft.enabled);
        for (limit, text) in self.limits.iter().zip(&draft.limits) {
            limit.row.set_text(text);
        }
    }

    fn listen(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        self.name.connect_changed(move |_| {
            if let Some(form) = weak.upgrade() {
                form.named.set(true);
            }
        });
        let weak = Rc::downgrade(self);
        let look = move || {
            if let Some(form) = weak.upgrade() {
                form.check();
            }
        };
        for row in [&self.name, &self.description].into_iter().chain(self.limits.iter().map(|limit| &limit.row)) {
            let look = look.clone();
            row.connect_changed(move |_| look());
        }
        self.enabled.connect_active_notify(move |_| look());
    }

    fn draft(&self) -> ProjectDraft {
        ProjectDraft {
            name: self.name.text().into(),
            description: self.description.text().into(),
            enabled: self.enabled.is_active(),
            limits: self.limits.each_ref().map(|limit| limit.row.text().into()),
        }
    }

    /// The change; nothing where all is as it was.
    fn edit(&self) -> Option<Edit> {
        let new = self.draft().project();
        match &self.old {
            None => Some(Edit::AddProject(new)),
            Some(old) if *old == new => None,
            Some(old) => Some(Edit::ChangeProject { old: old.clone(), new }),
        }
    }

    fn problems(&self) -> Vec<Problem> {
        let was = self.old.as_ref().map(|old| old.name.as_str());
        let names = self.facts.catalog.projects.iter().map(|project| project.name.as_str());
        let others = names.filter(|name| Some(*name) != was);
        problems(&self.draft(), was, others, &self.facts.used, self.facts.machines)
    }

    fn check(&self) {
        for limit in &self.limits {
            limit.unlimited.set_visible(matches!(limit.row.text().trim(), "" | "-1"));
        }
        let found = self.problems();
        let said = |problem: &&Problem| self.named.get() || **problem != Problem::Rule(ProjectProblem::NoName);
        let line = |problem: &Problem| (problem.field(), Line::new(problem.severity(), words::problem(problem)));
        let lines: Vec<(Field, Line)> = found.iter().filter(said).map(line).collect();
        self.fields.show(&lines);
        let stopped = stops(&found);
        self.frame.done.set_sensitive(!stopped);
        let edit = self.edit().filter(|_| !stopped);
        self.same.show(&edit.map(|edit| edit.openstack(&self.facts.catalog)).unwrap_or_default());
    }
}

impl Limit {
    fn new(resource: Resource, used: &Amount) -> Self {
        let args = [("what", words::resource(resource)), ("used", used.get(resource).to_string())];
        let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
        let title =
            if used.get(resource) == 0 { words::resource(resource) } else { gettext_f("{what}, {used} used", &args) };
        let row = entry(&title);
        let unlimited = gtk::Label::builder().label(gettext("No limit")).css_classes(["dimmed"]).build();
        row.add_suffix(&unlimited);
        Self { row, unlimited }
    }
}

fn entry(title: &str) -> adw::EntryRow {
    adw::EntryRow::builder().title(title).activates_default(true).build()
}
