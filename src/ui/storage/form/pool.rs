//! The form of a new storage pool: the kinds that the host offers, and the fields that each needs.

use std::rc::Rc;

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    draft::{
        Bound,
        pool::{Field, PoolDraft, problems},
        stops,
    },
    storage::{Pool, pool::PoolKind},
};

use super::Frame;
use crate::{
    i18n::gettext,
    storage::words,
    wizards::frame::{Fields, Line},
};

/// The fields besides the name, in their order.
const FIELDS: [Field; 5] = [Field::Host, Field::Source, Field::Target, Field::User, Field::Secret];

struct Form {
    frame: Frame,
    kinds: Vec<PoolKind>,
    pools: Vec<Pool>,
    name: adw::EntryRow,
    kind: adw::ComboRow,
    rows: Vec<(Field, adw::EntryRow)>,
    autostart: adw::SwitchRow,
    start: adw::SwitchRow,
    fields: Fields<Field>,
}

/// Shows the form; `then` is called with what the user made of it.
pub(in crate::storage) fn show(
    draft: &PoolDraft,
    kinds: &[PoolKind],
    pools: Vec<Pool>,
    parent: &impl IsA<gtk::Widget>,
    then: impl Fn(PoolDraft) + 'static,
) {
    let page = adw::PreferencesPage::new();
    let form = Rc::new(Form::new(kinds, pools, &page));
    form.name.set_text(&draft.name);
    for (field, row) in &form.rows {
        if *field == Field::Target {
            row.set_text(&draft.target);
        }
    }
    form.autostart.set_active(draft.autostart);
    form.start.set_active(draft.start);
    form.listen();
    form.check();
    let weak = Rc::downgrade(&form);
    form.frame.done.connect_clicked(move |_| {
        if let Some(form) = weak.upgrade() {
            then(form.draft());
            form.frame.dialog.force_close();
        }
    });
    form.frame.present(&page, parent, Rc::clone(&form));
    form.name.grab_focus();
}

impl Form {
    fn new(kinds: &[PoolKind], pools: Vec<Pool>, page: &adw::PreferencesPage) -> Self {
        let frame = Frame::new(&gettext("New Storage Pool"), &gettext("_Create"));
        let mut fields = Fields::new();
        let main = adw::PreferencesGroup::new();
        let name = adw::EntryRow::builder().title(gettext("Name")).activates_default(true).build();
        fields.add(Field::Name, &name, &main);
        let names: Vec<String> = kinds.iter().map(|kind| words::kind(*kind)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let kind = adw::ComboRow::builder()
            .title(gettext("Kind"))
            .model(&gtk::StringList::new(&names))
            .subtitle_lines(3)
            .use_markup(false)
            .build();
        main.add(&kind);
        let rows = FIELDS.map(|field| {
            let row = adw::EntryRow::builder().activates_default(true).build();
            fields.add(field, &row, &main);
            (field, row)
        });
        page.add(&main);
        let autostart = adw::SwitchRow::builder().title(gettext("Start With the Host")).build();
        let start = adw::SwitchRow::builder().title(gettext("Start Now")).build();
        let more = adw::PreferencesGroup::new();
        more.add(&autostart);
        more.add(&start);
        page.add(&more);
        Self { frame, kinds: kinds.to_vec(), pools, name, kind, rows: rows.into(), autostart, start, fields }
    }

    fn listen(self: &Rc<Self>) {
        for row in std::iter::once(&self.name).chain(self.rows.iter().map(|(_, row)| row)) {
            let weak = Rc::downgrade(self);
            row.connect_changed(move |_| {
                if let Some(form) = weak.upgrade() {
                    form.check();
                }
            });
        }
        let weak = Rc::downgrade(self);
        self.kind.connect_selected_notify(move |_| {
            if let Some(form) = weak.upgrade() {
                form.check();
            }
        });
    }

    fn draft(&self) -> PoolDraft {
        let text = |field: Field| {
            let row = self.rows.iter().find(|(known, _)| *known == field);
            row.map(|(_, row)| row.text().into()).unwrap_or_default()
        };
        let nth = usize::try_from(self.kind.selected()).unwrap_or(0);
        PoolDraft {
            name: self.name.text().into(),
            kind: self.kinds.get(nth).copied().unwrap_or(PoolKind::Dir),
            target: text(Field::Target),
            host: text(Field::Host),
            source: text(Field::Source),
            user: text(Field::User),
            secret: text(Field::Secret),
            autostart: self.autostart.is_active(),
            start: self.start.is_active(),
        }
    }

    fn check(&self) {
        let draft = self.draft();
        self.kind.set_subtitle(&words::sketch(draft.kind));
        for (field, row) in &self.rows {
            row.set_title(&words::pool_field(*field, draft.kind));
            row.set_visible(draft.has(*field));
        }
        let found = problems(&draft, &self.pools);
        let lines: Vec<(Field, Line)> = found
            .iter()
            .map(|problem| (problem.field(), Line::new(problem.severity(), words::pool_problem(problem))))
            .collect();
        self.fields.show(&lines);
        self.frame.done.set_sensitive(!stops(&found));
    }
}
