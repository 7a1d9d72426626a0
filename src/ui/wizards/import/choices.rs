//! What the user chose, taken into the draft; a field that shows what the draft has is no choice.

use lectern_model::{
    draft::import::Recommended,
    guest_os::GuestOs,
    units::{Bytes, KiB},
};

use super::ImportWizard;

impl ImportWizard {
    pub(super) fn resize(&mut self, size: Bytes) {
        let base = self.facts.usable_disk().map(|disk| disk.virtual_size);
        // The row is rounded: what it shows of the base's own size is the base's own size.
        let same = base.is_some_and(|base| size.0.abs_diff(base.0) < (1 << 30) / 8 && size >= base);
        self.draft.overlay_size = (!same).then_some(size);
    }

    pub(super) fn put_into(&mut self, nth: u32) {
        let pool = usize::try_from(nth).ok().and_then(|nth| self.facts.pools.get(nth));
        if let Some(pool) = pool {
            self.draft.pool = Some(pool.name.clone());
        }
    }

    pub(super) fn rename(&mut self, name: String) {
        if name != self.draft.name {
            self.draft.name = name;
            self.draft.chosen.name = true;
        }
    }

    pub(super) fn remember(&mut self, memory: KiB) {
        if memory.mib() != self.draft.memory.mib() {
            self.draft.memory = memory;
            self.draft.chosen.memory = true;
        }
    }

    pub(super) fn count(&mut self, vcpus: u32) {
        if vcpus != self.draft.vcpus {
            self.draft.vcpus = vcpus;
            self.draft.chosen.vcpus = true;
        }
    }

    pub(super) fn systems_known(&mut self, systems: Vec<GuestOs>) {
        self.systems = systems;
        let chosen = self.draft.os.clone();
        self.system.show_systems(&self.systems, chosen.as_deref());
    }

    /// The first of the list is unknown.
    pub(super) fn choose_system(&mut self, nth: u32) {
        let nth = usize::try_from(nth).ok().and_then(|nth| nth.checked_sub(1));
        let system = nth.and_then(|nth| self.systems.get(nth));
        let wanted = |system: &GuestOs| {
            let (least, good) = (system.minimum(&self.arch), system.recommended(&self.arch));
            Recommended {
                least_memory: least.memory.map(Bytes::kib),
                memory: good.memory.map(Bytes::kib),
                vcpus: good.cpus,
            }
        };
        let os = system.and_then(|system| system.id.clone());
        if os == self.draft.os {
            return;
        }
        self.facts.recommended = system.map(wanted).unwrap_or_default();
        self.draft.os = os;
        self.draft.suggest_hardware(&self.wishes, &self.facts);
    }

    pub(super) fn system_chosen(&self) -> GuestOs {
        let known = self.systems.iter().find(|system| self.draft.os.is_some() && system.id == self.draft.os);
        known.cloned().unwrap_or_else(GuestOs::unknown)
    }
}
