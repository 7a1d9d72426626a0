//! The list of readiness checks: one row each, with its outcome in words, and its cure.

use std::collections::HashMap;

use relm4::{adw, adw::prelude::*, gtk};

use lectern_services::readiness::{Check, CheckId, Cure, Mend, Outcome};

use super::words;
use crate::{
    buttons,
    i18n::{gettext, gettext_f, ngettext_f},
};

/// What a row's button asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Mend this.
    Mend(Mend),
    /// Emulate this host's machines from now on.
    UseEmulation,
}

/// The rows, and how many checks are still to come.
pub(super) struct Readiness {
    group: adw::PreferencesGroup,
    rows: HashMap<CheckId, CheckRow>,
    found: HashMap<CheckId, Outcome>,
}

struct CheckRow {
    row: adw::ActionRow,
    spinner: adw::Spinner,
    icon: gtk::Image,
    word: gtk::Label,
    cure: Option<gtk::Widget>,
}

impl Readiness {
    /// A list in which nothing is known yet.
    pub(super) fn new() -> Self {
        let group = adw::PreferencesGroup::builder().title(gettext("Readiness")).build();
        let rows: HashMap<CheckId, CheckRow> = CheckId::ALL.into_iter().map(|id| (id, CheckRow::new(id))).collect();
        for id in CheckId::ALL {
            if let Some(row) = rows.get(&id) {
                group.add(&row.row);
            }
        }
        Self { group, rows, found: HashMap::new() }
    }

    /// The widget.
    pub(super) const fn widget(&self) -> &adw::PreferencesGroup {
        &self.group
    }

    /// All is asked anew: what was found stays readable until its successor comes.
    pub(super) fn begin(&mut self) {
        self.found.clear();
        self.rows.values().for_each(|row| row.wait(true));
        self.sum_up();
    }

    /// A check has ended.
    pub(super) fn show(&mut self, check: &Check, asked: impl Fn(Asked) + 'static) {
        self.found.insert(check.id, check.outcome);
        if let Some(row) = self.rows.get_mut(&check.id) {
            row.show(check, asked);
        }
        self.sum_up();
    }

    /// Whether checks are still to come.
    pub(super) fn is_running(&self) -> bool {
        self.found.len() < CheckId::ALL.len()
    }

    /// Nothing more comes, whatever is missing.
    pub(super) fn end(&mut self) {
        self.rows.values().for_each(|row| row.wait(false));
        for id in CheckId::ALL {
            self.found.entry(id).or_insert(Outcome::Unknown(lectern_services::readiness::Unknown::Refused));
        }
        self.sum_up();
    }

    /// How it stands, in one line.
    fn sum_up(&self) {
        let count = |outcome| self.found.values().filter(|found| **found == outcome).count();
        let text = if self.is_running() {
            let args = [("done", self.found.len().to_string()), ("all", CheckId::ALL.len().to_string())];
            let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
            gettext_f("Checking: {done} of {all}", &args)
        } else {
            match (count(Outcome::Bad), count(Outcome::Warning)) {
                (0, 0) => gettext("This host is ready."),
                (0, n) => ngettext_f("Ready; {n} thing could be better.", "Ready; {n} things could be better.", n, &[]),
                (n, _) => ngettext_f("{n} problem", "{n} problems", n, &[]),
            }
        };
        self.group.set_description(Some(&text));
    }
}

impl CheckRow {
    fn new(id: CheckId) -> Self {
        let spinner = adw::Spinner::new();
        spinner.set_tooltip_text(Some(&gettext("Checking")));
        let icon = gtk::Image::builder().visible(false).accessible_role(gtk::AccessibleRole::Presentation).build();
        let word = gtk::Label::builder().valign(gtk::Align::Center).xalign(1.0).build();
        word.add_css_class("dimmed");
        word.add_css_class("caption");
        let row = adw::ActionRow::builder()
            .title(words::title(id))
            .use_markup(false)
            .subtitle_lines(0)
            .subtitle_selectable(true)
            .build();
        row.add_prefix(&icon);
        row.add_prefix(&spinner);
        row.add_suffix(&word);
        Self { row, spinner, icon, word, cure: None }
    }

    fn wait(&self, waiting: bool) {
        self.spinner.set_visible(waiting);
        self.icon.set_visible(!waiting && !self.word.label().is_empty());
        if let Some(cure) = &self.cure {
            cure.set_sensitive(!waiting);
        }
    }

    fn show(&mut self, check: &Check, asked: impl Fn(Asked) + 'static) {
        let (icon, classes) = words::icon(check.outcome);
        self.icon.set_icon_name(Some(icon));
        self.icon.set_css_classes(classes);
        self.word.set_label(&words::outcome(check.outcome));
        if let Some(cure) = self.cure.take() {
            self.row.remove(&cure);
        }
        let mut text = words::sentence(check);
        if let Some(Cure::Command(line)) = &check.cure {
            text = format!("{text}\n{line}");
        }
        self.row.set_subtitle(&text);
        if let Some(cure) = check.cure.as_ref().map(|cure| button(check.id, cure, asked)) {
            self.row.add_suffix(&cure);
            self.cure = Some(cure);
        }
        self.wait(false);
    }
}

/// What helps, as a button: named for what it does, so that a screen reader tells it from the others.
fn button(id: CheckId, cure: &Cure, asked: impl Fn(Asked) + 'static) -> gtk::Widget {
    let (label, what) = match cure {
        Cure::Command(line) => {
            let line = line.to_string();
            let button = buttons::copy(&line, &gettext_f("Copy {text}", &[("text", &line)]));
            return button.upcast();
        }
        Cure::Mend(mend) => (gettext("Mend"), Asked::Mend(*mend)),
        Cure::UseEmulation => (gettext("Emulate"), Asked::UseEmulation),
    };
    let button = gtk::Button::builder().label(label).valign(gtk::Align::Center).build();
    let name = match what {
        Asked::Mend(Mend::Network) => gettext("Make the virtual network ready"),
        Asked::Mend(Mend::Pool) => gettext("Make the storage pool ready"),
        Asked::UseEmulation => gettext("Use emulation as this host's default"),
    };
    debug_assert!(matches!(id, CheckId::Network | CheckId::Pool | CheckId::KvmBoots));
    // The text on it would be its name otherwise, and that is the same for all.
    button.reset_relation(gtk::AccessibleRelation::LabelledBy);
    button.update_property(&[gtk::accessible::Property::Label(&name)]);
    button.set_tooltip_text(Some(&name));
    button.connect_clicked(move |_| asked(what));
    button.upcast()
}
