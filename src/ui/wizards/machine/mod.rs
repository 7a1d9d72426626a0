//! The pages about the machine itself, which the wizards share: name, guest system, memory, CPUs, network.
//!
//! A wizard keeps a [`MachineDraft`] and [`Facts`], passes each [`MachineMsg`] to [`MachinePages::act`], and shows the
//! draft with [`MachinePages::show`].

mod network;
pub(crate) mod review;
mod system;
pub(crate) mod words;

use std::rc::Rc;

use relm4::gtk::glib;

use lectern_model::{
    capabilities::VirtType,
    defaults::NetworkModel,
    draft::machine::{Facts, Field, MachineDraft, NetworkChoice, Recommended, Wishes},
    flavor::Flavor,
    guest_os::{Date, GuestOs},
    project::Standing,
    units::{Bytes, KiB},
};
use lectern_services::{host::Host, making::Surroundings, osinfo::Osinfo, probe::Verdict};

pub(crate) use self::{network::NetworkPage, system::SystemPage};
use super::frame::Fields;
use crate::{i18n::gettext, preferences, settings::Settings};

/// What the user chose on these pages.
#[derive(Clone, Debug)]
pub(crate) enum MachineMsg {
    /// The machine's name.
    Name(String),
    /// The guest system, by its place in the list; the first is unknown.
    System(u32),
    /// The memory.
    Memory(KiB),
    /// The virtual CPUs.
    Vcpus(u32),
    /// The project; `None` is the one of what has no other.
    Project(Option<String>),
    /// The flavor; `None` is a size of its own.
    Flavor(Option<Flavor>),
    /// How it is run.
    Way(VirtType),
    /// The network.
    Network(NetworkChoice),
    /// The network card.
    Model(Option<NetworkModel>),
    /// The card's address.
    Mac(String),
    /// Whether it is started.
    Start(bool),
}

/// Tells a wizard what was chosen.
pub(crate) type Tell = Rc<dyn Fn(MachineMsg)>;

/// The pages, and what they know.
pub(crate) struct MachinePages {
    /// Name, guest system and hardware.
    pub(crate) system: SystemPage,
    /// Network, card and start.
    pub(crate) network: NetworkPage,
    /// What the user's preferences say of new machines.
    pub(crate) wishes: Wishes,
    /// The host's architecture.
    pub(crate) arch: String,
    /// Whether the user wants this host's machines emulated.
    emulate: bool,
    systems: Vec<GuestOs>,
    flavors: Vec<Flavor>,
    tell: Tell,
}

impl MachinePages {
    /// The pages for machines of `host`, with their fields added to `fields`.
    pub(crate) fn new<F: Copy + PartialEq>(
        host: &Host,
        settings: &Settings,
        fields: &mut Fields<F>,
        of: fn(Field) -> F,
        tell: impl Fn(MachineMsg) + 'static,
    ) -> Self {
        let tell: Tell = Rc::new(tell);
        Self {
            system: SystemPage::new(&tell, fields, of),
            network: NetworkPage::new(&tell, fields, of),
            wishes: preferences::wishes(settings),
            arch: String::new(),
            emulate: settings.host(host.uri()).emulate,
            systems: Vec::new(),
            flavors: Vec::new(),
            tell,
        }
    }

    /// Takes what was chosen; a field that shows what the draft has is no choice.
    pub(crate) fn act(&self, message: MachineMsg, draft: &mut MachineDraft, facts: &mut Facts) {
        match message {
            MachineMsg::Name(name) => rename(draft, name),
            MachineMsg::System(nth) => self.choose(nth, draft, facts),
            MachineMsg::Memory(memory) => remember(draft, memory),
            MachineMsg::Vcpus(vcpus) => count(draft, vcpus),
            MachineMsg::Project(project) => draft.project = project,
            MachineMsg::Flavor(flavor) => draft.choose_flavor(flavor),
            MachineMsg::Way(way) => draft.way = way,
            MachineMsg::Network(network) => draft.network = network,
            MachineMsg::Model(model) => draft.model = model,
            MachineMsg::Mac(mac) => draft.mac = mac,
            MachineMsg::Start(start) => draft.start = start,
        }
    }

    /// Takes what the host told into `facts`; the first time the draft begins with it, unless it was `kept`. Whether
    /// this was the first time.
    pub(crate) fn told(&mut self, told: Surroundings, draft: &mut MachineDraft, facts: &mut Facts, kept: bool) -> bool {
        let first = facts.ways.is_empty();
        self.arch = told.arch;
        (facts.host, facts.networks, facts.pools) = (told.host, told.networks, told.facts);
        (facts.ways, facts.projects) = (told.ways, told.projects);
        self.flavors = told.flavors;
        if first && !kept {
            draft.begin(&self.wishes, facts);
        }
        if first {
            self.network.show_networks(facts, &draft.network, &self.tell);
            self.system.show_ways(facts, draft.way, &self.tell);
        }
        first
    }

    /// Projects or flavors are others now.
    pub(crate) fn places(&mut self, projects: Vec<Standing>, flavors: Vec<Flavor>, facts: &mut Facts) {
        (facts.projects, self.flavors) = (projects, flavors);
    }

    /// That libvirt offers KVM does not mean that a guest boots with it: a small one is tried, once for each kernel and
    /// QEMU, unless the user said before that this host is to emulate. `None` where nothing needs to be asked.
    pub(crate) fn kvm_question(
        &self,
        host: &Host,
        draft: &MachineDraft,
        facts: &Facts,
    ) -> Option<impl Future<Output = bool> + Send + use<>> {
        let is_asked = draft.way == VirtType::Kvm && facts.ways.contains(&VirtType::Qemu);
        let (host, emulate) = (host.clone(), self.emulate);
        is_asked.then_some(async move {
            emulate || host.probe(false).await.is_ok_and(|report| report.verdict == Verdict::Broken)
        })
    }

    /// Emulation is chosen where KVM boots nothing; KVM can still be chosen.
    pub(crate) fn probed(&self, broken: bool, draft: &MachineDraft, facts: &Facts) {
        if broken && draft.way == VirtType::Kvm {
            self.system.prefer(facts, VirtType::Qemu);
        }
    }

    /// Lists all guest systems.
    pub(crate) fn systems_known(&mut self, systems: Vec<GuestOs>, draft: &MachineDraft) {
        self.systems = systems;
        self.system.show_systems(&self.systems, draft.os.as_deref());
    }

    /// Chooses the guest system with this identifier, as if the user had; it may not be known.
    pub(crate) fn choose_system(&self, id: Option<&str>, draft: &mut MachineDraft, facts: &mut Facts) {
        let place = self.systems.iter().position(|system| id.is_some() && system.id.as_deref() == id);
        self.choose(place.and_then(|nth| u32::try_from(nth + 1).ok()).unwrap_or(0), draft, facts);
        self.system.select_system(&self.systems, draft.os.as_deref());
    }

    /// The first of the list is unknown.
    fn choose(&self, nth: u32, draft: &mut MachineDraft, facts: &mut Facts) {
        let nth = usize::try_from(nth).ok().and_then(|nth| nth.checked_sub(1));
        let system = nth.and_then(|nth| self.systems.get(nth));
        let os = system.and_then(|system| system.id.clone());
        if os == draft.os {
            return;
        }
        facts.recommended = system.map(|system| self.wanted(system)).unwrap_or_default();
        draft.os = os;
        draft.suggest_hardware(&self.wishes, facts);
    }

    fn wanted(&self, system: &GuestOs) -> Recommended {
        let (least, good) = (system.minimum(&self.arch), system.recommended(&self.arch));
        Recommended {
            least_memory: least.memory.map(Bytes::kib),
            memory: good.memory.map(Bytes::kib),
            vcpus: good.cpus,
            storage: good.storage,
        }
    }

    /// The guest system that the draft names.
    pub(crate) fn system_chosen(&self, draft: &MachineDraft) -> GuestOs {
        let known = self.systems.iter().find(|system| draft.os.is_some() && system.id == draft.os);
        known.cloned().unwrap_or_else(GuestOs::unknown)
    }

    /// What it is called.
    pub(crate) fn system_name(&self, draft: &MachineDraft) -> String {
        let system = self.system_chosen(draft);
        if system.is_known() { system.name } else { gettext("Unknown") }
    }

    /// Shows the draft.
    pub(crate) fn show(&self, draft: &MachineDraft, facts: &Facts) {
        self.system.show(draft, facts, &self.flavors);
        self.network.show(draft);
    }
}

fn rename(draft: &mut MachineDraft, name: String) {
    if name != draft.name {
        draft.name = name;
        draft.chosen.name = true;
    }
}

fn remember(draft: &mut MachineDraft, memory: KiB) {
    if memory.mib() != draft.memory.mib() {
        draft.memory = memory;
        draft.chosen.memory = true;
    }
}

const fn count(draft: &mut MachineDraft, vcpus: u32) {
    if vcpus != draft.vcpus {
        draft.vcpus = vcpus;
        draft.chosen.vcpus = true;
    }
}

/// All guest systems that are known, the likeliest first; without the database every system is unknown.
pub(crate) async fn systems() -> Vec<GuestOs> {
    let today = glib::DateTime::now_local().ok().and_then(|now| Date::parse(&now.format("%Y-%m-%d").ok()?));
    match (Osinfo::load().await, today) {
        (Ok(osinfo), Some(today)) => osinfo.search("", today).into_iter().cloned().collect(),
        (Ok(osinfo), None) => osinfo.all().to_vec(),
        (Err(error), _) => {
            tracing::info!(%error, "guest systems are unknown");
            Vec::new()
        }
    }
}
