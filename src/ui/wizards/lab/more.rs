//! The rows under “More”: sizes, overlay, pool, project, what is started, names in use.

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::{
    draft::lab::{Field, LabDraft, LabFacts, Size, Start},
    flavor::Flavor,
    pattern::Taken,
    units::{Bytes, KiB},
};

use super::{LabMsg, choice::Choice};
use crate::{
    flavors,
    i18n::{gettext, gettext_f},
    wizards::frame::{Fields, Quietly},
};

/// The largest overlay that can be asked for, in GiB.
const MOST_DISK: f64 = 65_536.0;
/// The most memory that can be asked for, in MiB.
const MOST_MEMORY: f64 = 16_777_216.0;
/// The most virtual CPUs that can be asked for.
const MOST_VCPUS: f64 = 1_024.0;

/// What may be started, in the order of the list.
const STARTS: [Start; 3] = [Start::None, Start::Fitting, Start::All];
/// What may be done about names in use, in the order of the list.
const TAKEN: [Taken; 3] = [Taken::NextFree, Taken::Skip, Taken::Refuse];

/// The rows.
pub(super) struct MoreRows {
    more: adw::ExpanderRow,
    size: Choice,
    memory: adw::SpinRow,
    vcpus: adw::SpinRow,
    overlay: adw::SpinRow,
    pool: Choice,
    project: Choice,
    start: Choice,
    taken: Choice,
    quietly: Quietly,
}

impl MoreRows {
    /// The rows, added to `page` and to `fields`.
    pub(super) fn new(page: &adw::PreferencesPage, input: &Sender<LabMsg>, fields: &mut Fields<Field>) -> Self {
        let choice = |title: &str, make: fn(usize) -> Option<LabMsg>| {
            let input = input.clone();
            Choice::new(title, move |nth| make(nth).into_iter().for_each(|message| drop(input.send(message))))
        };
        let rows = Self {
            more: adw::ExpanderRow::builder().title(gettext("More")).build(),
            size: choice(&gettext("Size of the Machines"), |nth| Some(LabMsg::Size(nth))),
            memory: spin(&gettext("Memory in MiB"), (16.0, MOST_MEMORY, 256.0), 0),
            vcpus: spin(&gettext("Virtual CPUs"), (1.0, MOST_VCPUS, 1.0), 0),
            overlay: spin(&gettext("Size of Each Overlay"), (0.0, MOST_DISK, 1.0), 1),
            pool: choice(&gettext("Storage Pool"), |nth| Some(LabMsg::Pool(nth))),
            project: choice(&gettext("Project"), |nth| Some(LabMsg::Project(nth))),
            start: choice(&gettext("Start When Made"), |nth| STARTS.get(nth).copied().map(LabMsg::Start)),
            taken: choice(&gettext("Names in Use"), |nth| TAKEN.get(nth).copied().map(LabMsg::Taken)),
            quietly: Quietly::default(),
        };
        rows.more.set_subtitle(&gettext("Sizes, storage, project, start"));
        rows.lay_out(page, fields);
        rows.listen(input);
        rows
    }

    fn lay_out(&self, page: &adw::PreferencesPage, fields: &mut Fields<Field>) {
        let group = adw::PreferencesGroup::new();
        group.add(&self.more);
        let rows: [&gtk::Widget; 8] = [
            self.start.row().upcast_ref(),
            self.size.row().upcast_ref(),
            self.memory.upcast_ref(),
            self.vcpus.upcast_ref(),
            self.overlay.upcast_ref(),
            self.pool.row().upcast_ref(),
            self.project.row().upcast_ref(),
            self.taken.row().upcast_ref(),
        ];
        for row in rows {
            self.more.add_row(row);
        }
        for (field, row) in [
            (Field::Start, self.start.row().upcast_ref::<gtk::Widget>()),
            (Field::Size, self.size.row().upcast_ref()),
            (Field::Overlay, self.overlay.upcast_ref()),
            (Field::Pool, self.pool.row().upcast_ref()),
            (Field::Project, self.project.row().upcast_ref()),
        ] {
            fields.note(field, row, &group);
        }
        page.add(&group);
    }

    fn listen(&self, input: &Sender<LabMsg>) {
        let number = |row: &adw::SpinRow, make: fn(f64) -> LabMsg| {
            let input = input.clone();
            self.quietly.connect_number(row, move |value| drop(input.send(make(value))));
        };
        number(&self.memory, |mib| LabMsg::Memory(KiB::from_mib(whole(mib))));
        number(&self.vcpus, |count| LabMsg::Vcpus(u32::try_from(whole(count)).unwrap_or(1)));
        number(&self.overlay, |gib| LabMsg::Overlay(bytes(gib)));
    }

    /// Offers what the host has.
    pub(super) fn fill(&self, draft: &LabDraft, facts: &LabFacts, flavors: &[Flavor]) {
        let pools: Vec<String> = facts.pools.iter().map(|pool| pool.name.clone()).collect();
        self.pool.fill(&pools, pools.iter().position(|pool| Some(pool) == draft.pool.as_ref()));
        let projects: Vec<String> = facts.projects.iter().map(|known| known.project.name.clone()).collect();
        self.project.row().set_visible(projects.len() > 1);
        self.project.fill(&projects, projects.iter().position(|project| *project == draft.counts_in()));
        let mut sizes = vec![gettext("As the template")];
        sizes.extend(flavors.iter().map(flavor));
        sizes.push(gettext("Other"));
        self.size.fill(&sizes, Some(0));
        self.start.fill(&[gettext("None"), gettext("As many as fit now"), gettext("All")], Some(0));
        let taken = [gettext("Take the next free ones"), gettext("Make fewer machines"), gettext("Make none")];
        self.taken.fill(&taken, Some(0));
    }

    /// Shows the draft.
    pub(super) fn show(&self, draft: &LabDraft, facts: &LabFacts, flavors: &[Flavor]) {
        let size = match &draft.size {
            Size::AsTemplate => 0,
            Size::Flavor(flavor) => flavors.iter().position(|known| known == flavor).map_or(0, |nth| nth + 1),
            Size::Own { .. } => flavors.len() + 1,
        };
        self.size.show(Some(size));
        let own = matches!(draft.size, Size::Own { .. });
        self.memory.set_visible(own);
        self.vcpus.set_visible(own);
        if let Size::Own { memory, vcpus } = draft.size {
            self.quietly.set_number(&self.memory, mib(memory), 0.5);
            self.quietly.set_number(&self.vcpus, f64::from(vcpus), 0.5);
        }
        let base = facts.template.as_ref().and_then(|t| t.disks.first()).map(|disk| disk.size).unwrap_or_default();
        self.quietly.set_number(&self.overlay, gib(draft.overlay.unwrap_or(base)), 0.05);
        self.overlay.set_subtitle(&gettext_f("GiB, at least its base's {size}", &[("size", &base.to_string())]));
        self.pool.show(facts.pools.iter().position(|pool| Some(&pool.name) == draft.pool.as_ref()));
        self.start.show(STARTS.iter().position(|start| *start == draft.start));
        self.taken.show(TAKEN.iter().position(|taken| *taken == draft.taken));
    }

    /// Opens the rows, as something in them is wrong.
    pub(super) fn expand(&self) {
        self.more.set_expanded(true);
    }
}

fn flavor(flavor: &Flavor) -> String {
    gettext_f("{name}: {sizes}", &[("name", &flavor.name), ("sizes", &flavors::sizes(flavor))])
}

fn spin(title: &str, (least, most, step): (f64, f64, f64), digits: u32) -> adw::SpinRow {
    adw::SpinRow::builder()
        .title(title)
        .adjustment(&gtk::Adjustment::new(least, least, most, step, step * 10.0, 0.0))
        .digits(digits)
        .accessible_role(gtk::AccessibleRole::Group)
        .build()
}

#[expect(clippy::cast_precision_loss, reason = "a size to be read, with one digit")]
fn gib(size: Bytes) -> f64 {
    // Rounded up, so that the figure shown is never below the base's.
    (size.0 as f64 / f64::from(1 << 30) * 10.0).ceil() / 10.0
}

#[expect(clippy::cast_precision_loss, reason = "a size to be read, in whole MiB")]
fn mib(memory: KiB) -> f64 {
    (memory.0 / 1024) as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the row keeps it between 0 and 65536 GiB")]
fn bytes(gib: f64) -> Bytes {
    Bytes((gib * f64::from(1 << 30)).round() as u64)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the rows keep it between 1 and 16 TiB")]
fn whole(value: f64) -> u64 {
    value.round() as u64
}
