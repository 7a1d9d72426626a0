//! The page with the machine itself: name, guest system, memory, CPUs, and how it is run.

use std::rc::Rc;

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    capabilities::VirtType,
    draft::machine::{Facts, Field, MachineDraft},
    flavor::Flavor,
    guest_os::GuestOs,
    units::KiB,
};

use super::{MachineMsg, Tell};
use crate::{
    i18n::gettext,
    wizards::{
        frame::{Fields, Quietly},
        place::PlaceRows,
    },
};

/// A step of the memory's row, in MiB.
const MEMORY_STEP: f64 = 256.0;
/// The most that the rows take; the host's own limits are said beside them.
const MOST_MEMORY: f64 = 16_777_216.0;
const MOST_CPUS: f64 = 4096.0;

/// The page.
pub(crate) struct SystemPage {
    page: adw::PreferencesPage,
    name: adw::EntryRow,
    quietly: Quietly,
    system: adw::ComboRow,
    memory: adw::SpinRow,
    vcpus: adw::SpinRow,
    way: adw::ComboRow,
    place: PlaceRows,
}

impl SystemPage {
    /// The page, with its fields added to `fields`.
    pub(super) fn new<F: Copy + PartialEq>(tell: &Tell, fields: &mut Fields<F>, of: fn(Field) -> F) -> Self {
        let name = adw::EntryRow::builder().title(gettext("Name")).activates_default(true).build();
        let system = adw::ComboRow::builder().title(gettext("Guest System")).enable_search(true).build();
        system.set_subtitle(&gettext("Decides which hardware it gets"));
        system.set_expression(Some(gtk::PropertyExpression::new(
            gtk::StringObject::static_type(),
            None::<gtk::Expression>,
            "string",
        )));
        system.set_search_match_mode(gtk::StringFilterMatchMode::Substring);
        let memory = spin(&gettext("Memory"), &gettext("MiB"), (MEMORY_STEP, MOST_MEMORY));
        let vcpus = spin(&gettext("Virtual CPUs"), "", (1.0, MOST_CPUS));
        let way = adw::ComboRow::builder().title(gettext("Run By")).build();
        let machine = adw::PreferencesGroup::builder().title(gettext("Machine")).build();
        fields.add(of(Field::Name), &name, &machine);
        machine.add(&system);
        let place = place_rows(tell);
        let group = adw::PreferencesGroup::builder().title(gettext("Project and Size")).build();
        fields.add(of(Field::Project), &place.project, &group);
        fields.add(of(Field::Flavor), &place.flavor, &group);
        let hardware = adw::PreferencesGroup::builder().title(gettext("Hardware")).build();
        fields.add(of(Field::Memory), &memory, &hardware);
        fields.add(of(Field::Vcpus), &vcpus, &hardware);
        fields.add(of(Field::Way), &way, &hardware);
        let page = adw::PreferencesPage::new();
        page.add(&machine);
        page.add(&group);
        page.add(&hardware);
        let this = Self { page, name, quietly: Quietly::default(), system, memory, vcpus, way, place };
        this.listen(tell);
        this.show_systems(&[], None);
        this
    }

    fn listen(&self, tell: &Tell) {
        let say = Rc::clone(tell);
        self.quietly.connect(&self.name, move |name| say(MachineMsg::Name(name)));
        let say = Rc::clone(tell);
        self.system.connect_selected_notify(move |row| say(MachineMsg::System(row.selected())));
        let say = Rc::clone(tell);
        self.quietly.connect_number(&self.memory, move |mib| {
            say(MachineMsg::Memory(KiB::from_mib(u64::from(whole(mib)))));
        });
        let say = Rc::clone(tell);
        self.quietly.connect_number(&self.vcpus, move |count| say(MachineMsg::Vcpus(whole(count))));
    }

    /// The widget.
    pub(crate) const fn widget(&self) -> &adw::PreferencesPage {
        &self.page
    }

    /// Lists the guest systems; the first stands for one that is unknown.
    pub(super) fn show_systems(&self, systems: &[GuestOs], chosen: Option<&str>) {
        let unknown = gettext("Unknown");
        let names: Vec<&str> =
            std::iter::once(unknown.as_str()).chain(systems.iter().map(|system| system.name.as_str())).collect();
        self.system.set_model(Some(&gtk::StringList::new(&names)));
        self.select_system(systems, chosen);
    }

    /// Selects a guest system of the list.
    pub(super) fn select_system(&self, systems: &[GuestOs], chosen: Option<&str>) {
        let place = systems.iter().position(|system| chosen.is_some() && system.id.as_deref() == chosen);
        self.system.set_selected(place.and_then(|nth| u32::try_from(nth + 1).ok()).unwrap_or(0));
    }

    /// Lists the ways to run a machine; one needs no choice.
    pub(super) fn show_ways(&self, facts: &Facts, chosen: VirtType, tell: &Tell) {
        let names: Vec<String> = facts.ways.iter().map(|way| way_name(*way)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.way.set_model(Some(&gtk::StringList::new(&names)));
        let place = facts.ways.iter().position(|way| *way == chosen).unwrap_or(0);
        self.way.set_selected(u32::try_from(place).unwrap_or(0));
        self.way.set_visible(facts.ways.len() > 1);
        let (ways, say) = (facts.ways.clone(), Rc::clone(tell));
        self.way.connect_selected_notify(move |row| {
            if let Some(way) = usize::try_from(row.selected()).ok().and_then(|nth| ways.get(nth)) {
                say(MachineMsg::Way(*way));
            }
        });
    }

    /// Chooses a way, and says why.
    pub(super) fn prefer(&self, facts: &Facts, way: VirtType) {
        let place = facts.ways.iter().position(|known| *known == way);
        if let Some(place) = place.and_then(|place| u32::try_from(place).ok()) {
            self.way.set_subtitle(&gettext("KVM boots no guest on this host"));
            self.way.set_selected(place);
        }
    }

    /// Shows the draft.
    pub(super) fn show(&self, draft: &MachineDraft, facts: &Facts, flavors: &[Flavor]) {
        self.place.show(&facts.projects, flavors, draft.counts_in(), draft.flavor.as_ref());
        let own = draft.flavor.is_none();
        self.memory.set_sensitive(own);
        self.vcpus.set_sensitive(own);
        self.quietly.set(&self.name, &draft.name);
        let mib = f64::from(u32::try_from(draft.memory.mib()).unwrap_or(u32::MAX));
        self.quietly.set_number(&self.memory, mib, 0.5);
        self.quietly.set_number(&self.vcpus, f64::from(draft.vcpus), 0.5);
    }
}

fn place_rows(tell: &Tell) -> PlaceRows {
    let (project, flavor) = (Rc::clone(tell), Rc::clone(tell));
    PlaceRows::new(move |name| project(MachineMsg::Project(name)), move |chosen| flavor(MachineMsg::Flavor(chosen)))
}

/// What a way to run is called.
pub(crate) fn way_name(way: VirtType) -> String {
    match way {
        VirtType::Kvm => gettext("KVM, on the host's own CPU"),
        VirtType::Qemu => gettext("Emulation, slow, works everywhere"),
        VirtType::Test => gettext("libvirt's test driver"),
    }
}

fn spin(title: &str, subtitle: &str, (step, most): (f64, f64)) -> adw::SpinRow {
    // AdwSpinRow of libadwaita 1.7 hides itself and its field from screen readers unless it is a group.
    adw::SpinRow::builder()
        .title(title)
        .subtitle(subtitle)
        .adjustment(&gtk::Adjustment::new(0.0, 0.0, most, step, step * 4.0, 0.0))
        .accessible_role(gtk::AccessibleRole::Group)
        .build()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the rows keep it between 0 and 2^24")]
fn whole(value: f64) -> u32 {
    value.round() as u32
}
