//! The form of a network: to make one, to copy one, to change one. Problems are said beside their fields as they come.

mod fields;
mod rows;

use std::{cell::Cell, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::draft::{
    Bound,
    network::{Facts, Family, NetworkDraft, Problem, problems},
    stops,
};
use lectern_services::plan::networks::random;

use self::{
    fields::{Fields, Line},
    rows::Rows,
};
use super::words;
use crate::i18n::{gettext, gettext_f};

/// What the form is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A new network.
    New,
    /// Many new networks, in a dialog of their own.
    Many,
    /// One of this text, in a dialog of its own.
    File(String),
    /// A copy of the network of this name.
    Copy(String),
    /// Another configuration of the network of this name.
    Edit(String),
}

struct Form {
    dialog: adw::Dialog,
    done: gtk::Button,
    rows: Rows,
    fields: Fields,
    facts: Facts,
    /// What the form began with; what it does not show stays so.
    base: NetworkDraft,
    /// Whether the rows are being filled in, and need no looking at each.
    filling: Cell<bool>,
}

/// Shows the form of `draft`; `then` is called with what the user made of it.
pub(crate) fn show(
    purpose: &Purpose,
    draft: &NetworkDraft,
    facts: Facts,
    parent: &impl IsA<gtk::Widget>,
    then: impl Fn(NetworkDraft) + 'static,
) {
    let dialog = adw::Dialog::builder().title(title(purpose)).content_width(560).content_height(720).build();
    let verb = if matches!(purpose, Purpose::Edit(_)) { gettext("_Apply") } else { gettext("_Create") };
    let done = gtk::Button::builder().label(verb).use_underline(true).build();
    done.add_css_class("suggested-action");
    let mut fields = Fields::default();
    let rows = Rows::new(purpose, &mut fields);
    let form = Rc::new(Form { dialog, done, rows, fields, facts, base: draft.clone(), filling: Cell::new(false) });
    form.fill(draft);
    form.listen();
    let weak = Rc::downgrade(&form);
    form.done.connect_clicked(move |_| {
        if let Some(form) = weak.upgrade() {
            then(form.draft());
            form.dialog.force_close();
        }
    });
    form.dialog.set_child(Some(&form.content(purpose)));
    form.dialog.set_default_widget(Some(&form.done));
    // The dialog holds the form as long as it is open.
    let held = Cell::new(Some(Rc::clone(&form)));
    form.dialog.connect_closed(move |_| drop(held.take()));
    form.dialog.present(Some(parent));
    form.rows.name.grab_focus();
}

fn title(purpose: &Purpose) -> String {
    match purpose {
        Purpose::New | Purpose::Many | Purpose::File(_) => gettext("New Virtual Network"),
        Purpose::Copy(name) => gettext_f("Copy of {name}", &[("name", name)]),
        Purpose::Edit(name) => gettext_f("Edit {name}", &[("name", name)]),
    }
}

impl Form {
    fn content(&self, purpose: &Purpose) -> adw::ToolbarView {
        let header = adw::HeaderBar::builder().show_start_title_buttons(false).show_end_title_buttons(false).build();
        let cancel = gtk::Button::builder().label(gettext("_Cancel")).use_underline(true).build();
        let dialog = self.dialog.downgrade();
        cancel.connect_clicked(move |_| {
            if let Some(dialog) = dialog.upgrade() {
                dialog.close();
            }
        });
        header.pack_start(&cancel);
        header.pack_end(&self.done);
        let view = adw::ToolbarView::new();
        view.add_top_bar(&header);
        if matches!(purpose, Purpose::Edit(_)) {
            let text =
                gettext("The DHCP range changes at once while the network runs; everything else when it starts next.");
            view.add_top_bar(&adw::Banner::builder().title(text).revealed(true).build());
        }
        view.set_content(Some(&self.rows.page));
        view
    }

    /// Looks at the draft whenever something in it changes.
    fn listen(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        self.rows.connect_changed(move || {
            if let Some(form) = weak.upgrade().filter(|form| !form.filling.get()) {
                form.check();
            }
        });
    }

    fn draft(&self) -> NetworkDraft {
        self.rows.draft(&self.base)
    }

    fn fill(self: &Rc<Self>, draft: &NetworkDraft) {
        self.filling.set(true);
        self.rows.fill(draft);
        self.filling.set(false);
        self.check();
    }

    fn check(self: &Rc<Self>) {
        let draft = self.draft();
        self.rows.show_for(&draft);
        let found = problems(&draft, &self.facts);
        let lines: Vec<Line> = found.iter().map(|problem| self.line(problem)).collect();
        self.fields.show(&lines);
        self.done.set_sensitive(!stops(&found));
    }

    fn line(self: &Rc<Self>, problem: &Problem) -> Line {
        let offer = words::offer(problem).or_else(|| self.known(problem).map(|name| use_name(&name)));
        let weak = Rc::downgrade(self);
        let own = problem.clone();
        let act: Rc<dyn Fn()> = Rc::new(move || {
            if let Some(form) = weak.upgrade() {
                form.mend(&own);
            }
        });
        Line {
            field: problem.field(),
            severity: problem.severity(),
            text: words::problem(problem),
            offer: offer.map(|label| (label, act)),
        }
    }

    /// The host's first bridge or device, where one is to be named.
    fn known(&self, problem: &Problem) -> Option<String> {
        match problem {
            Problem::NoBridge => self.facts.bridges.first().cloned(),
            Problem::NoDevice => self.facts.devices.first().cloned(),
            _ => None,
        }
    }

    fn mend(self: &Rc<Self>, problem: &Problem) {
        let mut draft = self.draft();
        match problem {
            Problem::OfNetwork(family, _) | Problem::OfHost { family, .. } | Problem::NoAddress(family) => {
                draft.move_to_free(*family, &self.facts, random());
            }
            Problem::Common => draft.move_to_free(Family::V4, &self.facts, random()),
            Problem::NoBridge => draft.bridge = self.known(problem).unwrap_or_default(),
            Problem::NoDevice => draft.device = self.known(problem).unwrap_or_default(),
            _ => draft.take_free_bridge(&self.facts),
        }
        self.fill(&draft);
    }
}

fn use_name(name: &str) -> String {
    gettext_f("Use {name}", &[("name", name)])
}
