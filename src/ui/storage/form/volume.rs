//! The form of a new volume, and of a copy of one.

use std::{cell::Cell, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    draft::{
        Bound, stops,
        volume::{self, Facts, Field, VolumeDraft, problems},
    },
    storage::{ImageFormat, new_volume::NewVolume, pool::PoolKind},
};

use super::Frame;
use crate::{
    i18n::gettext,
    storage::words,
    wizards::frame::{Fields, Line},
};

/// What the form begins with.
pub(in crate::storage) struct Wish {
    /// The dialog's title, and the button's.
    pub(in crate::storage) titles: (String, String),
    /// What is filled in.
    pub(in crate::storage) draft: VolumeDraft,
    /// The formats to choose from.
    pub(in crate::storage) formats: Vec<ImageFormat>,
    /// Whether it is a copy, whose size is its source's.
    pub(in crate::storage) is_copy: bool,
    /// What is drawn above.
    pub(in crate::storage) drawing: Option<gtk::Widget>,
    /// What is said above.
    pub(in crate::storage) text: Option<String>,
}

struct Form {
    frame: Frame,
    formats: Vec<ImageFormat>,
    facts: Facts,
    name: adw::EntryRow,
    format: adw::ComboRow,
    size: adw::EntryRow,
    allocate: adw::SwitchRow,
    fields: Fields<Field>,
    is_copy: bool,
    /// Whether the name is being changed by the format.
    renaming: Cell<bool>,
    /// Whether the user has given the name.
    was_named: Cell<bool>,
}

/// Shows the form of a new volume in a pool of this kind.
pub(in crate::storage) fn show_new(
    kind: PoolKind,
    facts: Facts,
    parent: &impl IsA<gtk::Widget>,
    then: impl Fn(NewVolume) + 'static,
) {
    let wish = Wish {
        titles: (gettext("New Volume"), gettext("_Create")),
        draft: VolumeDraft::suggested(kind, &facts.names),
        formats: volume::formats(kind).to_vec(),
        is_copy: false,
        drawing: None,
        text: None,
    };
    show(&wish, facts, parent, then);
}

/// Shows the form; `then` is called with the volume that the user means.
pub(in crate::storage) fn show(
    wish: &Wish,
    facts: Facts,
    parent: &impl IsA<gtk::Widget>,
    then: impl Fn(NewVolume) + 'static,
) {
    let page = adw::PreferencesPage::new();
    if wish.drawing.is_some() || wish.text.is_some() {
        let above = adw::PreferencesGroup::builder().build();
        above.set_description(wish.text.as_deref());
        if let Some(drawing) = &wish.drawing {
            above.add(drawing);
        }
        page.add(&above);
    }
    let form = Rc::new(Form::new(wish, facts, &page));
    form.fill(&wish.draft);
    form.listen();
    form.check();
    let weak = Rc::downgrade(&form);
    form.frame.done.connect_clicked(move |_| {
        let Some(form) = weak.upgrade() else { return };
        if let Some(new) = form.draft().volume() {
            then(new);
            form.frame.dialog.force_close();
        }
    });
    form.frame.present(&page, parent, Rc::clone(&form));
    form.name.grab_focus();
}

impl Form {
    fn new(wish: &Wish, facts: Facts, page: &adw::PreferencesPage) -> Self {
        let frame = Frame::new(&wish.titles.0, &wish.titles.1);
        let mut fields = Fields::new();
        let main = adw::PreferencesGroup::new();
        let name = adw::EntryRow::builder().title(gettext("Name")).activates_default(true).build();
        fields.add(Field::Name, &name, &main);
        let names: Vec<String> = wish.formats.iter().map(|format| words::format(*format)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let format = adw::ComboRow::builder()
            .title(gettext("Format"))
            .model(&gtk::StringList::new(&names))
            .subtitle_lines(3)
            .use_markup(false)
            .build();
        fields.add(Field::Format, &format, &main);
        let size = adw::EntryRow::builder().title(gettext("Size")).activates_default(true).build();
        size.set_visible(!wish.is_copy);
        fields.add(Field::Size, &size, &main);
        let allocate = adw::SwitchRow::builder()
            .title(gettext("Set All Space Aside Now"))
            .subtitle(gettext("The pool cannot run full later; making it takes longer."))
            .build();
        main.add(&allocate);
        page.add(&main);
        let (is_copy, formats) = (wish.is_copy, wish.formats.clone());
        let (renaming, was_named) = (Cell::new(false), Cell::new(false));
        Self { frame, formats, facts, name, format, size, allocate, fields, is_copy, renaming, was_named }
    }

    fn fill(&self, draft: &VolumeDraft) {
        self.name.set_text(&draft.name);
        let nth = self.formats.iter().position(|format| *format == draft.format).unwrap_or(0);
        self.format.set_selected(u32::try_from(nth).unwrap_or(0));
        self.size.set_text(&draft.size);
        self.allocate.set_active(draft.allocate);
    }

    fn listen(self: &Rc<Self>) {
        for row in [&self.name, &self.size] {
            let (weak, is_name) = (Rc::downgrade(self), row == &self.name);
            row.connect_changed(move |_| {
                if let Some(form) = weak.upgrade() {
                    form.was_named.set(form.was_named.get() || (is_name && !form.renaming.get()));
                    form.check();
                }
            });
        }
        let weak = Rc::downgrade(self);
        self.format.connect_selected_notify(move |_| {
            if let Some(form) = weak.upgrade() {
                form.rename();
                form.check();
            }
        });
        let weak = Rc::downgrade(self);
        self.allocate.connect_active_notify(move |_| {
            if let Some(form) = weak.upgrade() {
                form.check();
            }
        });
    }

    /// A name that the user has not given follows the format.
    fn rename(&self) {
        let has_ending = ImageFormat::promised_by(&self.name.text()).is_some();
        if self.was_named.get() || !(has_ending || self.is_copy) {
            return;
        }
        let wanted = volume::renamed(&self.name.text(), self.draft().format);
        let taken = |name: &str| self.facts.names.iter().any(|known| known == name);
        self.renaming.set(true);
        self.name.set_text(&lectern_model::names::free_file_name(&wanted, taken));
        self.renaming.set(false);
    }

    fn draft(&self) -> VolumeDraft {
        let nth = usize::try_from(self.format.selected()).unwrap_or(0);
        VolumeDraft {
            name: self.name.text().into(),
            format: self.formats.get(nth).copied().unwrap_or(ImageFormat::Raw),
            size: self.size.text().into(),
            allocate: self.allocate.is_active(),
        }
    }

    fn check(&self) {
        let draft = self.draft();
        self.format.set_subtitle(&words::about(draft.format));
        let is_own = !self.is_copy && self.facts.base.is_none();
        self.allocate.set_visible(is_own && volume::can_be_allocated(draft.format));
        let found = problems(&draft, &self.facts);
        let lines: Vec<(Field, Line)> = found
            .iter()
            .map(|problem| (self.place(problem), Line::new(problem.severity(), words::volume_problem(problem))))
            .collect();
        self.fields.show(&lines);
        self.frame.done.set_sensitive(!stops(&found));
    }

    /// A copy has no field for its size.
    fn place(&self, problem: &volume::Problem) -> Field {
        match problem.field() {
            Field::Size if self.is_copy => Field::Format,
            field => field,
        }
    }
}
