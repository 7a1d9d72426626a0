//! What the draft begins with, and what follows from what was chosen: never against what the user typed.

use super::{Chosen, Facts, ImportDraft, NetworkChoice, Recommended, Source, Usage};
use crate::{
    capabilities::VirtType,
    defaults::{DEFAULT_MEMORY, DEFAULT_VCPUS},
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

impl ImportDraft {
    /// An empty draft with what the user and the host suggest.
    #[must_use]
    pub fn new(wishes: &Wishes, facts: &Facts) -> Self {
        let mut draft = Self {
            source: None,
            usage: Usage::default(),
            overlay_size: None,
            pool: pool(wishes, facts),
            mend_access: false,
            os: None,
            name: String::new(),
            memory: DEFAULT_MEMORY,
            vcpus: DEFAULT_VCPUS,
            way: facts.ways.first().copied().unwrap_or(VirtType::Kvm),
            network: network(wishes, facts),
            start: wishes.start,
            project: None,
            flavor: None,
            chosen: Chosen::default(),
        };
        draft.suggest_hardware(wishes, facts);
        draft
    }

    /// Takes another disk; what was said of the one before is forgotten.
    pub fn choose_source(&mut self, source: Option<Source>, facts: &Facts) {
        if self.source == source {
            return;
        }
        self.overlay_size = None;
        self.mend_access = false;
        if let Some(path) = source.as_ref().map(Source::path).filter(|_| !self.chosen.name) {
            let name = Some(names::from_file(path)).filter(|name| !name.is_empty());
            let name = name.as_deref().unwrap_or(NAMELESS);
            self.name = names::free_name(name, NameKind::Domain, |taken| facts.names.contains(taken));
        }
        self.source = source;
    }

    /// Once the disk is known: a file that others need is not written to unless the user says so.
    pub fn suggest_usage(&mut self, facts: &Facts) {
        if facts.usable_disk().is_some_and(|disk| !disk.users.is_empty() || disk.writable == Some(false)) {
            self.usage = Usage::Overlay;
        }
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

fn pool(wishes: &Wishes, facts: &Facts) -> Option<String> {
    let named = facts.pools.iter().find(|pool| pool.name == wishes.pool);
    let active = || facts.pools.iter().find(|pool| pool.active && pool.writable != Some(false));
    named.or_else(active).map(|pool| pool.name.clone())
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
