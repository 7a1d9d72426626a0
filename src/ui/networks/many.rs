//! The dialog that makes many networks at once: names from a pattern, and free ranges shown before anything is made.

use std::{cell::RefCell, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    draft::network::{
        Facts,
        many::{MOST, ManyDraft, ManyProblem},
    },
    network::NetworkSpec,
    subnet::SubnetProblem,
};

use super::words;
use crate::i18n::{gettext, gettext_f, ngettext_f};

struct Form {
    dialog: adw::Dialog,
    done: gtk::Button,
    names: adw::EntryRow,
    mode: adw::ComboRow,
    ranges: adw::EntryRow,
    autostart: adw::SwitchRow,
    start: adw::SwitchRow,
    list: adw::ExpanderRow,
    rows: RefCell<Vec<adw::ActionRow>>,
    said: gtk::Label,
    facts: Facts,
}

/// Shows the dialog; `then` is called with what the user made of it.
pub(super) fn show(facts: Facts, parent: &impl IsA<gtk::Widget>, then: impl Fn(&ManyDraft, &[NetworkSpec]) + 'static) {
    let form = Rc::new(Form::new(facts));
    form.lay_out();
    form.fill(&ManyDraft::default());
    form.listen();
    let own = Rc::downgrade(&form);
    form.done.connect_clicked(move |_| {
        let Some(form) = own.upgrade() else { return };
        let draft = form.draft();
        if let Ok(specs) = draft.specs(&form.facts) {
            then(&draft, &specs);
            form.dialog.force_close();
        }
    });
    // The dialog holds the form as long as it is open.
    let held = RefCell::new(Some(Rc::clone(&form)));
    form.dialog.connect_closed(move |_| drop(held.take()));
    form.dialog.present(Some(parent));
    form.names.grab_focus();
}

impl Form {
    fn new(facts: Facts) -> Self {
        let done = gtk::Button::builder().label(gettext("_Create")).use_underline(true).build();
        done.add_css_class("suggested-action");
        let modes: Vec<String> = ManyDraft::MODES.iter().map(|mode| words::mode(*mode)).collect();
        let modes: Vec<&str> = modes.iter().map(String::as_str).collect();
        Self {
            dialog: adw::Dialog::builder()
                .title(gettext("Several Virtual Networks"))
                .content_width(560)
                .content_height(680)
                .build(),
            done,
            names: adw::EntryRow::builder().title(gettext("Names")).activates_default(true).build(),
            mode: adw::ComboRow::builder()
                .title(gettext("Mode"))
                .model(&gtk::StringList::new(&modes))
                .subtitle_lines(3)
                .use_markup(false)
                .build(),
            ranges: adw::EntryRow::builder()
                .title(gettext("IPv4 Ranges, If Not Any Free Ones"))
                .activates_default(true)
                .build(),
            autostart: adw::SwitchRow::builder().title(gettext("Start With the Host")).build(),
            start: adw::SwitchRow::builder().title(gettext("Start Now")).build(),
            list: adw::ExpanderRow::builder().title(gettext("What Will Be Made")).build(),
            rows: RefCell::default(),
            said: gtk::Label::builder()
                .wrap(true)
                .xalign(0.0)
                .visible(false)
                .margin_top(6)
                .margin_start(12)
                .margin_end(12)
                .css_classes(["error"])
                .build(),
            facts,
        }
    }

    fn lay_out(&self) {
        let page = adw::PreferencesPage::new();
        let main = adw::PreferencesGroup::builder()
            .description(gettext("A number in braces counts: student{1..30}, 10.1.{N}.0/24"))
            .build();
        main.add(&self.names);
        main.add(&self.mode);
        main.add(&self.ranges);
        main.add(&self.said);
        let rest = adw::PreferencesGroup::new();
        rest.add(&self.list);
        rest.add(&self.autostart);
        rest.add(&self.start);
        page.add(&main);
        page.add(&rest);
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
        view.set_content(Some(&page));
        self.dialog.set_child(Some(&view));
        self.dialog.set_default_widget(Some(&self.done));
    }

    fn fill(&self, draft: &ManyDraft) {
        self.names.set_text(&draft.names);
        self.ranges.set_text(&draft.ranges);
        self.autostart.set_active(draft.autostart);
        self.start.set_active(draft.start);
        self.look();
    }

    fn listen(self: &Rc<Self>) {
        let look = {
            let weak = Rc::downgrade(self);
            move || {
                if let Some(form) = weak.upgrade() {
                    form.look();
                }
            }
        };
        for row in [&self.names, &self.ranges] {
            let look = look.clone();
            row.connect_changed(move |_| look());
        }
        self.mode.connect_selected_notify(move |_| look());
    }

    fn draft(&self) -> ManyDraft {
        let mode = ManyDraft::MODES.get(self.mode.selected() as usize).copied().unwrap_or_default();
        ManyDraft {
            names: self.names.text().into(),
            mode,
            ranges: self.ranges.text().into(),
            autostart: self.autostart.is_active(),
            start: self.start.is_active(),
        }
    }

    /// Says what would be made, or why nothing can.
    fn look(&self) {
        let draft = self.draft();
        self.mode.set_subtitle(&words::sketch(draft.mode));
        let specs = draft.specs(&self.facts);
        for row in self.rows.take() {
            self.list.remove(&row);
        }
        let problem = specs.as_ref().err().map(words_of);
        self.said.set_label(problem.as_deref().unwrap_or_default());
        self.said.set_visible(problem.is_some());
        self.done.set_sensitive(problem.is_none());
        let specs = specs.unwrap_or_default();
        self.list.set_sensitive(!specs.is_empty());
        self.list.set_subtitle(&ngettext_f("{n} network", "{n} networks", specs.len(), &[]));
        let rows: Vec<adw::ActionRow> = specs.iter().map(row).collect();
        for row in &rows {
            self.list.add_row(row);
        }
        self.rows.replace(rows);
    }
}

fn row(spec: &NetworkSpec) -> adw::ActionRow {
    let range = spec.subnets.first().map(words::range);
    let parts: Vec<String> = [spec.bridge.clone(), range].into_iter().flatten().collect();
    adw::ActionRow::builder().title(&spec.name).subtitle(parts.join(" · ")).use_markup(false).build()
}

fn words_of(problem: &ManyProblem) -> String {
    match problem {
        ManyProblem::Names(_) => gettext("These are no names: write one number in braces, as in student{1..30}."),
        ManyProblem::TooMany(_) => gettext_f("At most {n} networks at once.", &[("n", &MOST.to_string())]),
        ManyProblem::Ranges(SubnetProblem::TooFew { free, .. }) => {
            gettext_f("Only {n} of these ranges are free.", &[("n", &free.to_string())])
        }
        ManyProblem::Ranges(_) => gettext("These are no ranges: write one number in braces, as in 10.1.{N}.0/24."),
        ManyProblem::NoneFree => gettext("The host has no free range left."),
    }
}
