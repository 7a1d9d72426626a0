//! Will it fit: memory, CPUs and disk of all machines together, beside what the host and the quota have.

use super::{LabDraft, LabFacts, Size, Start, preview};
use crate::project::Amount;
use crate::resize;
use crate::units::{Bytes, KiB};

/// What a new qcow2 overlay takes before anything is written to it: `qemu-img create` makes 196 KiB.
const EMPTY_OVERLAY: u64 = 196 * 1024;

/// What all machines of a lab take together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// How many.
    pub machines: u32,
    /// Memory while all run.
    pub memory: KiB,
    /// The host's memory.
    pub host_memory: KiB,
    /// Of the host's memory, what is free now.
    pub free_memory: Option<KiB>,
    /// Virtual CPUs while all run.
    pub vcpus: u64,
    /// The host's logical CPUs.
    pub host_cpus: u32,
    /// What all guests see of disks: the most that the overlays can grow to.
    pub virtual_disk: Bytes,
    /// What the overlays take at first.
    pub allocated_disk: Bytes,
    /// What is free in the pool.
    pub free_disk: Option<Bytes>,
    /// How many will be started.
    pub starting: u32,
}

/// What one machine gets: memory and virtual CPUs.
pub(super) fn size(draft: &LabDraft, facts: &LabFacts) -> (KiB, u32) {
    match &draft.size {
        Size::Flavor(flavor) => (flavor.memory(), flavor.vcpus),
        Size::Own { memory, vcpus } => (*memory, *vcpus),
        Size::AsTemplate => facts.template.as_ref().map_or((KiB(0), 0), |t| (t.memory, t.vcpus)),
    }
}

/// The disks that the flavor gives each machine beside its overlays.
#[must_use]
pub fn given(draft: &LabDraft, facts: &LabFacts) -> Vec<(&'static str, Bytes)> {
    let (Size::Flavor(flavor), Some(template)) = (&draft.size, &facts.template) else { return Vec::new() };
    let (ephemeral, swap) = template.has_flavor_disks;
    resize::given(flavor, ephemeral, swap)
}

/// What one machine uses of its project's quota.
#[must_use]
pub fn each(draft: &LabDraft, facts: &LabFacts) -> Amount {
    let (memory, vcpus) = size(draft, facts);
    let disks = facts.template.iter().flat_map(|template| &template.disks).enumerate();
    let own = disks.map(|(nth, disk)| draft.overlay.filter(|_| nth == 0).unwrap_or_default().max(disk.size));
    let sizes: Vec<Bytes> = own.chain(given(draft, facts).into_iter().map(|(_, size)| size)).collect();
    Amount::machine(vcpus, memory, &sizes)
}

/// What all machines use of their project's quota.
#[must_use]
pub fn asked(draft: &LabDraft, facts: &LabFacts) -> Amount {
    each(draft, facts).times(preview(draft, facts).rows.len() as u64)
}

/// Adds all up.
#[must_use]
pub fn fit(draft: &LabDraft, facts: &LabFacts) -> Fit {
    let count = preview(draft, facts).rows.len() as u64;
    let (memory, vcpus) = size(draft, facts);
    let disks = facts.template.as_ref().map(|t| t.disks.as_slice()).unwrap_or_default();
    let own = |(index, disk): (usize, &super::TemplateDisk)| match draft.overlay {
        Some(overlay) if index == 0 => overlay.0,
        _ => disk.size.0,
    };
    let given = given(draft, facts).into_iter().map(|(_, size)| size.0);
    let each = disks.iter().enumerate().map(own).chain(given).fold(0, u64::saturating_add);
    let pool = facts.pools.iter().find(|pool| Some(&pool.name) == draft.pool.as_ref());
    let mut fit = Fit {
        machines: u32::try_from(count).unwrap_or(u32::MAX),
        memory: KiB(memory.0.saturating_mul(count)),
        host_memory: facts.host.memory,
        free_memory: facts.host.free,
        vcpus: u64::from(vcpus).saturating_mul(count),
        host_cpus: facts.host.cpus,
        virtual_disk: Bytes(each.saturating_mul(count)),
        allocated_disk: Bytes(EMPTY_OVERLAY.saturating_mul(disks.len() as u64).saturating_mul(count)),
        free_disk: pool.map(|pool| pool.available),
        ..Fit::default()
    };
    fit.starting = starting(draft.start, &fit, memory);
    fit
}

fn starting(start: Start, fit: &Fit, memory: KiB) -> u32 {
    match start {
        Start::None => 0,
        Start::All => fit.machines,
        Start::Fitting => {
            let free = fit.free_memory.unwrap_or(fit.host_memory).0;
            let fitting = free.checked_div(memory.0).unwrap_or(0);
            u32::try_from(fitting).unwrap_or(u32::MAX).min(fit.machines)
        }
    }
}
