//! What the draft begins with, and what follows from the disk.

use super::{DiskInfo, Facts, ImportDraft, MachineDraft, Source, Usage, Wishes};
use crate::{
    draft::cloud::{CloudDraft, is_cloud_image},
    storage::ImageFormat,
};

impl ImportDraft {
    /// An empty draft with what the user and the host suggest.
    #[must_use]
    pub fn new(wishes: &Wishes, facts: &Facts) -> Self {
        Self {
            source: None,
            usage: Usage::default(),
            overlay_size: None,
            format: ImageFormat::Qcow2,
            whole: false,
            pool: wishes.place(facts),
            mend_access: false,
            cloud: None,
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
            if is_cloud_image(path) && self.cloud.is_none() {
                self.cloud = Some(CloudDraft::default());
            }
        }
        self.source = source;
    }

    /// Keeps to the flavor's root disk where the disk, or what is done with it, is another now. The file itself keeps its
    /// size, and a copy has the image's without a flavor.
    pub fn fit_flavor(&mut self, facts: &Facts) {
        let Some(flavor) = &self.machine.flavor else {
            self.overlay_size = self.overlay_size.filter(|_| self.usage == Usage::Overlay);
            return;
        };
        if let Some(disk) = facts.usable_disk().filter(|_| self.usage.makes_file()) {
            let root = flavor.root_on(disk.virtual_size);
            self.overlay_size = (root != disk.virtual_size).then_some(root);
        }
    }

    /// Once the disk is known: a file that others need is not written to unless the user says so, and another
    /// hypervisor's is converted.
    pub fn suggest_usage(&mut self, facts: &Facts) {
        let Some(disk) = facts.usable_disk() else { return };
        if disk.inside.is_some() {
            self.usage = Usage::Copy;
        } else if !disk.users.is_empty() || disk.writable == Some(false) {
            self.usage = Usage::Overlay;
        } else if disk.format.is_foreign() {
            self.usage = Usage::Copy;
        }
    }

    /// Takes the hardware of an appliance, where the user chose nothing else.
    pub fn suggest_appliance(&mut self, disk: &DiskInfo, facts: &Facts) {
        let Some(appliance) = &disk.appliance else { return };
        let machine = &mut self.machine;
        if !appliance.name.is_empty() {
            machine.suggest_name(&appliance.name, facts);
        }
        if let Some(memory) = appliance.memory.filter(|_| !machine.chosen.memory) {
            machine.memory = memory;
            machine.chosen.memory = true;
        }
        if let Some(vcpus) = appliance.vcpus.filter(|_| !machine.chosen.vcpus) {
            machine.vcpus = vcpus;
            machine.chosen.vcpus = true;
        }
        machine.model = machine.model.or(appliance.cards.first().copied().flatten());
    }
}
