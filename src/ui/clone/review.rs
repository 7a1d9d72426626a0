//! What the clone will differ in, each difference with its reason, and the commands that make it.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    clone::{Change, Part},
    draft::clone::{CloneDraft, CloneFacts},
};
use lectern_services::plan::make::clone::ClonePlan;

use super::words;
use crate::{
    buttons,
    i18n::{gettext, ngettext_f},
    wizards::place,
};

/// The lower part of the dialog.
pub(super) struct Review {
    group: adw::PreferencesGroup,
    quota: adw::ActionRow,
    changes: adw::ExpanderRow,
    commands: adw::ExpanderRow,
    rows: Vec<adw::ActionRow>,
    lines: gtk::ListBoxRow,
    text: gtk::Label,
    copy: Option<gtk::Button>,
}

impl Review {
    pub(super) fn new(page: &adw::PreferencesPage) -> Self {
        let group = adw::PreferencesGroup::builder().title(gettext("Review")).build();
        let quota = adw::ActionRow::builder().use_markup(false).css_classes(["property"]).build();
        let changes = adw::ExpanderRow::builder().title(gettext("Differences in the XML")).build();
        let commands = adw::ExpanderRow::builder().title(gettext("Commands")).build();
        let text = gtk::Label::builder()
            .selectable(true)
            .wrap(true)
            .wrap_mode(gtk::pango::WrapMode::WordChar)
            .xalign(0.0)
            .margin_top(9)
            .margin_bottom(9)
            .margin_start(12)
            .margin_end(12)
            .css_classes(["monospace"])
            .build();
        let lines = gtk::ListBoxRow::builder().activatable(false).child(&text).build();
        commands.add_row(&lines);
        group.add(&quota);
        group.add(&changes);
        group.add(&commands);
        page.add(&group);
        Self { group, quota, changes, commands, rows: Vec::new(), lines, text, copy: None }
    }

    /// Shows what would be made; nothing as long as something is wrong.
    pub(super) fn show(&mut self, ready: Option<&ClonePlan>, draft: &CloneDraft, facts: &CloneFacts) {
        self.group.set_visible(ready.is_some());
        let Some(ready) = ready else { return };
        let quota = place::cost(&facts.projects, draft.counts_in(), &draft.asked(facts));
        self.quota.set_visible(quota.is_some());
        if let Some(quota) = quota {
            self.quota.set_title(&quota.what);
            self.quota.set_subtitle(&quota.much);
        }
        for row in self.rows.drain(..) {
            self.changes.remove(&row);
        }
        for change in &ready.clone.changes {
            let row = row(change);
            self.changes.add_row(&row);
            self.rows.push(row);
        }
        let lacks = words::lacks(&ready.clone.companions);
        self.group.set_description(Some(lacks.as_str()).filter(|text| !text.is_empty()));
        let count = ready.clone.changes.len();
        self.changes.set_subtitle(&ngettext_f(
            "{n} difference from the source",
            "{n} differences from the source",
            count,
            &[],
        ));
        let commands: Vec<String> = ready.plan.commands().iter().map(ToString::to_string).collect();
        let commands = commands.join("\n");
        self.text.set_label(&commands);
        self.lines.update_property(&[gtk::accessible::Property::Label(&gettext("Commands"))]);
        if let Some(old) = self.copy.take() {
            self.commands.remove(&old);
        }
        let copy = buttons::copy(&commands, &gettext("Copy All"));
        self.commands.add_suffix(&copy);
        self.copy = Some(copy);
    }
}

fn row(change: &Change) -> adw::ActionRow {
    let values = match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{} → {}", short(old), short(new)),
        (Some(old), None) => format!("− {}", short(old)),
        (None, new) => format!("+ {}", short(new.as_deref().unwrap_or_default())),
    };
    let place = match &change.part {
        Part::Attribute(name) => format!("{}/@{name}", change.place),
        Part::Element | Part::Text => change.place.to_string(),
    };
    let row = adw::ActionRow::builder().title(&values).subtitle(words::reason(change.reason)).use_markup(false).build();
    row.set_tooltip_text(Some(&place));
    row.set_title_lines(3);
    row
}

/// An element on one line, cut where it is long.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 120 { line } else { line.chars().take(119).chain(['…']).collect() }
}
