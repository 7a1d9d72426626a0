//! The fields of the dialog, each with what is wrong beside it.

use std::{cell::Cell, rc::Rc};

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::{
    clone::{DiskView, Treatment},
    draft::{
        Bound, Severity,
        clone::{CloneDraft, CloneFacts, Field, Kind, Problem},
    },
    units::Bytes,
};
use lectern_services::plan::make::clone::CloneSource;

use super::{CloneMsg, words};
use crate::{
    chain,
    i18n::{gettext, gettext_f},
    wizards::{frame::Fields, place::PlaceRows},
};

/// Bytes of a GiB.
const GIB: f64 = 1_073_741_824.0;
/// The largest overlay that can be chosen, in GiB.
const LARGEST: f64 = 65_536.0;

/// The upper part of the dialog.
pub(super) struct Form {
    input: Sender<CloneMsg>,
    name: adw::EntryRow,
    name_said: gtk::Label,
    linked: gtk::CheckButton,
    full: gtk::CheckButton,
    kind_said: gtk::Label,
    drawing: gtk::Box,
    size: adw::SpinRow,
    place: PlaceRows,
    /// Project and flavor, with what is wrong with them.
    fields: Fields<Field>,
    start: adw::SwitchRow,
    more: adw::ExpanderRow,
    disks: Vec<(usize, adw::ComboRow)>,
    /// Whether the fields are being filled, which is no choice of the user's.
    filling: Rc<Cell<bool>>,
}

impl Form {
    pub(super) fn new(page: &adw::PreferencesPage, input: &Sender<CloneMsg>) -> Self {
        let mut form = Self {
            input: input.clone(),
            place: place_rows(input),
            fields: Fields::new(),
            name: adw::EntryRow::builder().title(gettext("Name")).build(),
            name_said: said(),
            linked: gtk::CheckButton::builder().valign(gtk::Align::Center).build(),
            full: gtk::CheckButton::builder().valign(gtk::Align::Center).build(),
            kind_said: said(),
            drawing: gtk::Box::builder().margin_top(12).build(),
            size: size_row(),
            start: adw::SwitchRow::builder().title(gettext("Start it afterwards")).build(),
            more: adw::ExpanderRow::builder().title(gettext("More")).build(),
            disks: Vec::new(),
            filling: Rc::new(Cell::new(false)),
        };
        form.lay_out(page);
        form.listen();
        form
    }

    fn lay_out(&mut self, page: &adw::PreferencesPage) {
        let named = adw::PreferencesGroup::new();
        named.add(&self.name);
        named.add(&self.name_said);
        page.add(&named);
        self.full.set_group(Some(&self.linked));
        let kinds = adw::PreferencesGroup::builder().title(gettext("Its Disks")).build();
        for (check, title, subtitle) in [
            (
                &self.linked,
                gettext("Linked clone"),
                gettext(
                    "Made at once and small: it stores only what differs from the template, which must stay as it is.",
                ),
            ),
            (&self.full, gettext("Full clone"), gettext("Copies all data: takes time and room, and needs nobody.")),
        ] {
            let row = adw::ActionRow::builder().title(&title).subtitle(subtitle).activatable_widget(check).build();
            check.update_property(&[gtk::accessible::Property::Label(&title)]);
            row.add_prefix(check);
            kinds.add(&row);
        }
        kinds.add(&self.size);
        kinds.add(&self.drawing);
        kinds.add(&self.kind_said);
        page.add(&kinds);
        let place = adw::PreferencesGroup::builder().title(gettext("Project and Size")).build();
        self.fields.add(Field::Project, &self.place.project, &place);
        self.fields.add(Field::Flavor, &self.place.flavor, &place);
        page.add(&place);
        let rest = adw::PreferencesGroup::new();
        rest.add(&self.start);
        rest.add(&self.more);
        page.add(&rest);
    }

    fn listen(&self) {
        let (send, input) = (self.quietly(), self.input.clone());
        self.name.connect_changed(move |row| send(&input, CloneMsg::Name(row.text().into())));
        let (send, input) = (self.quietly(), self.input.clone());
        self.linked.connect_toggled(move |check| {
            send(&input, CloneMsg::Kind(if check.is_active() { Kind::Linked } else { Kind::Full }));
        });
        let (send, input) = (self.quietly(), self.input.clone());
        self.size.connect_value_notify(move |row| send(&input, CloneMsg::Size(bytes(row.value()))));
        let (send, input) = (self.quietly(), self.input.clone());
        self.start.connect_active_notify(move |row| send(&input, CloneMsg::Start(row.is_active())));
    }

    /// Sends what the user chose, and nothing while the fields are filled.
    fn quietly(&self) -> impl Fn(&Sender<CloneMsg>, CloneMsg) + 'static {
        let filling = Rc::clone(&self.filling);
        move |input, message| {
            if !filling.get() {
                // The dialog is gone only while it closes.
                let _ = input.send(message);
            }
        }
    }

    /// Puts in what the draft begins with.
    pub(super) fn fill(&mut self, source: &CloneSource, draft: &CloneDraft) {
        self.filling.set(true);
        self.name.set_text(&draft.name);
        self.linked.set_active(draft.kind == Kind::Linked);
        self.full.set_active(draft.kind == Kind::Full);
        let first = source.facts.disks.iter().find(|disk| disk.possible.contains(&Treatment::Link));
        let base = first.and_then(|disk| source.images.get(&disk.index)).map_or(Bytes(0), |image| image.size);
        let least = (gib(base) * 100.0).ceil() / 100.0;
        self.size.set_adjustment(Some(&gtk::Adjustment::new(least, least, LARGEST.max(least), 1.0, 10.0, 0.0)));
        self.more(source, draft);
        self.filling.set(false);
        self.name.grab_focus();
    }

    fn more(&mut self, source: &CloneSource, draft: &CloneDraft) {
        let pools: Vec<String> = source.facts.pools.iter().map(|pool| pool.name.clone()).collect();
        let chosen = pools.iter().position(|pool| Some(pool) == draft.pool.as_ref());
        let row = combo(&gettext("Storage pool for new disks"), &pools, chosen);
        let (send, input) = (self.quietly(), self.input.clone());
        row.connect_selected_notify(move |row| {
            if let Some(pool) = pools.get(row.selected() as usize) {
                send(&input, CloneMsg::Pool(pool.clone()));
            }
        });
        self.more.add_row(&row);
        for disk in &source.facts.disks {
            let row = self.disk(disk, draft);
            self.more.add_row(&row);
            self.disks.push((disk.index, row));
        }
    }

    fn disk(&self, disk: &DiskView, draft: &CloneDraft) -> adw::ComboRow {
        let (index, possible) = (disk.index, disk.possible.clone());
        let names: Vec<String> = possible.iter().map(|treatment| words::treatment(*treatment)).collect();
        let chosen = possible.iter().position(|treatment| *treatment == draft.treatment(disk));
        let row = combo(&gettext_f("Disk {name}", &[("name", &disk.target)]), &names, chosen);
        let (send, input) = (self.quietly(), self.input.clone());
        row.connect_selected_notify(move |row| {
            if let Some(treatment) = possible.get(row.selected() as usize) {
                send(&input, CloneMsg::Disk(index, *treatment));
            }
        });
        row
    }

    /// The first new overlay and what it will stand on; their own bases are drawn where they are kept.
    fn draw(&self, draft: &CloneDraft, facts: &CloneFacts) {
        while let Some(child) = self.drawing.first_child() {
            self.drawing.remove(&child);
        }
        let linked = facts.disks.iter().find(|disk| draft.treatment(disk) == Treatment::Link);
        let images = linked.and_then(|disk| Some([draft.file_name(disk, facts)?, disk.source.as_ref()?.label()]));
        self.drawing.set_visible(images.is_some());
        if let Some(images) = images {
            self.drawing.append(&chain::drawing(&images, false));
        }
    }

    /// A flavor may have set it.
    fn show_size(&self, draft: &CloneDraft) {
        if let Some(size) = draft.size.filter(|size| (gib(*size) - self.size.value()).abs() > 0.005) {
            self.filling.set(true);
            self.size.set_value(gib(size));
            self.filling.set(false);
        }
    }

    /// Says what is wrong beside each field, and shows only fields that mean something.
    pub(super) fn show(&self, draft: &CloneDraft, facts: &CloneFacts, found: &[Problem], refused: Option<&str>) {
        let links = facts.disks.iter().any(|disk| draft.treatment(disk) == Treatment::Link);
        self.size.set_visible(links);
        self.show_size(draft);
        self.place.show(&facts.projects, &facts.flavors, draft.counts_in(), draft.flavor.as_ref());
        let placed = found.iter().filter(|problem| matches!(problem.field(), Field::Project | Field::Flavor));
        let placed: Vec<_> = placed.map(|problem| (problem.field(), words::line(problem, &self.input))).collect();
        self.fields.show(&placed);
        self.draw(draft, facts);
        let name = all(found, |field| matches!(field, Field::Name | Field::Title));
        tell(&self.name_said, &name);
        set_class(&self.name, "error", !name.is_empty());
        let kind = |field| matches!(field, Field::Source | Field::Kind | Field::Size | Field::Pool | Field::Questions);
        let rest = all(found, kind).into_iter().chain(refused.map(str::to_owned));
        tell(&self.kind_said, &rest.collect::<Vec<_>>());
        self.filling.set(true);
        for (index, row) in &self.disks {
            let Some(disk) = facts.disks.iter().find(|disk| disk.index == *index) else { continue };
            let chosen = disk.possible.iter().position(|treatment| *treatment == draft.treatment(disk));
            row.set_selected(chosen.and_then(|at| u32::try_from(at).ok()).unwrap_or_default());
            let wrong = all(found, |field| field == Field::Disk(*index));
            set_class(row, "error", !wrong.is_empty());
            let said = wrong.into_iter().chain([words::disk_reason(&disk.reason)]);
            row.set_subtitle(&said.collect::<Vec<_>>().join("\n"));
        }
        self.filling.set(false);
        let wrong = found.iter().any(|p| matches!(p.field(), Field::Disk(_)) && p.severity() == Severity::Error);
        // A name in use is mostly a file's name in use as well.
        if wrong && name.is_empty() {
            self.more.set_expanded(true);
        }
    }
}

fn place_rows(input: &Sender<CloneMsg>) -> PlaceRows {
    let (project, flavor) = (input.clone(), input.clone());
    PlaceRows::new(
        move |name| drop(project.send(CloneMsg::Project(name))),
        move |chosen| drop(flavor.send(CloneMsg::Flavor(chosen))),
    )
}

fn all(found: &[Problem], of: impl Fn(Field) -> bool) -> Vec<String> {
    found.iter().filter(|problem| of(problem.field())).map(words::problem).collect()
}

fn tell(label: &gtk::Label, said: &[String]) {
    label.set_label(&said.join("\n"));
    label.set_visible(!said.is_empty());
}

fn set_class(widget: &impl IsA<gtk::Widget>, class: &str, on: bool) {
    if on { widget.add_css_class(class) } else { widget.remove_css_class(class) }
}

fn said() -> gtk::Label {
    gtk::Label::builder()
        .wrap(true)
        .xalign(0.0)
        .visible(false)
        .margin_top(6)
        .margin_start(12)
        .margin_end(12)
        .css_classes(["warning"])
        .build()
}

fn size_row() -> adw::SpinRow {
    let row = adw::SpinRow::with_range(0.0, LARGEST, 1.0);
    row.set_digits(2);
    row.set_title(&gettext("Size of the overlay"));
    row.set_subtitle(&gettext("In GiB, at least as large as the template's disk"));
    row
}

fn combo(title: &str, names: &[String], chosen: Option<usize>) -> adw::ComboRow {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let row = adw::ComboRow::builder().title(title).use_markup(false).model(&gtk::StringList::new(&names)).build();
    row.set_selected(chosen.and_then(|at| u32::try_from(at).ok()).unwrap_or(gtk::INVALID_LIST_POSITION));
    row
}

#[expect(clippy::cast_precision_loss, reason = "sizes of disks, far below 2^53 KiB")]
fn gib(size: Bytes) -> f64 {
    size.0 as f64 / GIB
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 65536 GiB")]
fn bytes(gib: f64) -> Bytes {
    // Whole sectors.
    Bytes((gib * GIB / 512.0).ceil() as u64 * 512)
}
