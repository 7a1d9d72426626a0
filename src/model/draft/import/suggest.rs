//! What the draft begins with, and what follows from the disk.

use super::{Facts, ImportDraft, MachineDraft, Source, Usage, Wishes};

impl ImportDraft {
    /// An empty draft with what the user and the host suggest.
    #[must_use]
    pub fn new(wishes: &Wishes, facts: &Facts) -> Self {
        Self {
            source: None,
            usage: Usage::default(),
            overlay_size: None,
            pool: wishes.place(facts),
            mend_access: false,
            machine: MachineDraft::new(wishes, facts),
        }
    }

    /// Takes another disk; what was said of the one before is forgotten.
    pub fn choose_source(&mut self, source: Option<Source>, facts: &Facts) {
        if self.source == source {
            return;
        }
        self.overlay_size = None;
        self.mend_access = false;
        if let Some(path) = source.as_ref().map(Source::path) {
            self.machine.suggest_name(path, facts);
        }
        self.source = source;
    }

    /// Keeps to the flavor's root disk where the disk, or what is done with it, is another now. Only an overlay can have
    /// another size than the image.
    pub fn fit_flavor(&mut self, facts: &Facts) {
        let Some(flavor) = &self.machine.flavor else { return };
        if let Some(disk) = facts.usable_disk().filter(|_| self.usage == Usage::Overlay) {
            let root = flavor.root_on(disk.virtual_size);
            self.overlay_size = (root != disk.virtual_size).then_some(root);
        }
    }

    /// Once the disk is known: a file that others need is not written to unless the user says so, and another
    /// hypervisor's is converted.
    pub fn suggest_usage(&mut self, facts: &Facts) {
        let Some(disk) = facts.usable_disk() else { return };
        if !disk.users.is_empty() || disk.writable == Some(false) {
            self.usage = Usage::Overlay;
        } else if disk.format.is_foreign() {
            self.usage = Usage::Copy;
        }
    }
}
