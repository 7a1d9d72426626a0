//! What the draft begins with, and what follows from what was chosen: never against what the user typed.

use super::{Chosen, Facts, MachineDraft, NetworkChoice, Recommended};
use crate::{
    capabilities::VirtType,
    defaults::{DEFAULT_MEMORY, DEFAULT_VCPUS},
    flavor::Flavor,
    names::{self, NameKind},
    units::KiB,
};

/// The name of a machine whose disk's file gives none.
const NAMELESS: &str = "machine";
/// The least that a machine is suggested on a small host.
const LEAST: KiB = KiB::from_mib(256);

/// What the user's preferences say of new machines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Memory; `None` is what the guest system recommends.
    pub memory: Option<KiB>,
    /// Virtual CPUs; `None` is what the guest system recommends.
    pub vcpus: Option<u32>,
    /// The virtual network by its name.
    pub network: String,
    /// The storage pool by its name.
    pub pool: String,
    /// Whether a new machine is started.
    pub start: bool,
}

impl MachineDraft {
    /// An empty draft with what the user and the host suggest.
    #[must_use]
    pub fn new(wishes: &Wishes, facts: &Facts) -> Self {
        let mut draft = Self {
            os: None,
            name: String::new(),
            memory: DEFAULT_MEMORY,
            vcpus: DEFAULT_VCPUS,
            way: facts.ways.first().copied().unwrap_or(VirtType::Kvm),
            network: network(wishes, facts),
            model: None,
            mac: String::new(),
            start: wishes.start,
            project: None,
            flavor: None,
            chosen: Chosen::default(),
        };
        draft.suggest_hardware(wishes, facts);
        draft
    }

    /// Suggests anew, now that the host is known; what the user chose meanwhile stays.
    pub fn begin(&mut self, wishes: &Wishes, facts: &Facts) {
        let before = std::mem::replace(self, Self::new(wishes, facts));
        self.os = before.os;
        self.chosen = before.chosen;
        (self.project, self.flavor) = (before.project, before.flavor);
        self.name = before.name;
        if before.chosen.memory {
            self.memory = before.memory;
        }
        if before.chosen.vcpus {
            self.vcpus = before.vcpus;
        }
    }

    /// Takes the sizes of a flavor; without one what it gave stays, and can be changed.
    pub fn choose_flavor(&mut self, flavor: Option<Flavor>) {
        if let Some(flavor) = &flavor {
            (self.memory, self.vcpus) = (flavor.memory(), flavor.vcpus);
            (self.chosen.memory, self.chosen.vcpus) = (true, true);
        }
        self.flavor = flavor;
    }

    /// A free name made of a file's, unless the user chose one.
    pub fn suggest_name(&mut self, file: &str, facts: &Facts) {
        if self.chosen.name {
            return;
        }
        let name = Some(names::from_file(file)).filter(|name| !name.is_empty());
        let name = name.as_deref().unwrap_or(NAMELESS);
        self.name = names::free_name(name, NameKind::Domain, |taken| facts.names.contains(taken));
    }

    /// Memory and CPUs that the guest system runs well with, on this host.
    pub fn suggest_hardware(&mut self, wishes: &Wishes, facts: &Facts) {
        let Recommended { memory, vcpus, .. } = facts.recommended;
        if !self.chosen.memory {
            self.memory = fitting(wishes.memory.or(memory).unwrap_or(DEFAULT_MEMORY), facts);
        }
        if !self.chosen.vcpus {
            let wanted = wishes.vcpus.or(vcpus).unwrap_or(DEFAULT_VCPUS);
            self.vcpus = if facts.host.cpus == 0 { wanted } else { wanted.clamp(1, facts.host.cpus) };
        }
    }
}

/// At most half of the host's memory, so that the host and a second machine have some left.
fn fitting(wanted: KiB, facts: &Facts) -> KiB {
    let host = facts.host.memory;
    if host.0 == 0 {
        return wanted;
    }
    let half = KiB::from_mib(host.mib() / 2);
    let most = if half < LEAST { host } else { half };
    wanted.min(most)
}

impl Wishes {
    /// The pool for a new file: the one that the user named, else the first that takes files.
    #[must_use]
    pub fn place(&self, facts: &Facts) -> Option<String> {
        let named = facts.pools.iter().find(|pool| pool.name == self.pool);
        let active = || facts.pools.iter().find(|pool| pool.active && pool.writable != Some(false));
        named.or_else(active).map(|pool| pool.name.clone())
    }
}

/// The network that the user named, else the first that runs, else what needs none.
fn network(wishes: &Wishes, facts: &Facts) -> NetworkChoice {
    let named = facts.networks.iter().find(|network| network.name == wishes.network);
    let active = || facts.networks.iter().find(|network| network.active);
    match named.or_else(active) {
        Some(network) => NetworkChoice::Network(network.name.clone()),
        None if facts.host.is_session => NetworkChoice::UserMode,
        None => NetworkChoice::Unplugged,
    }
}
