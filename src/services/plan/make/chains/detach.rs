//! The plan that makes machines stand alone: each overlay becomes a whole image of its own.

use lectern_model::{
    id::DomainId,
    storage::{ImageFormat, machine::Machine, new_volume::NewVolume},
};

use super::{
    ChainError,
    replace::{Replacing, xml_of},
};
use crate::{
    disk::{convert::Convert, inventory, volumes},
    host::Host,
    plan::{
        Plan, Purpose, Step,
        make::lab::reset::refuse,
        steps::{CopyFile, CopyVolume},
    },
};

/// Copies what the machines see on their disks into images that lie on nothing, and points the machines at these. The
/// overlays are deleted in the end, or kept.
///
/// # Errors
/// What speaks against it.
pub async fn detach(host: &Host, machines: &[DomainId], keep: bool) -> Result<Plan, ChainError> {
    let stock = inventory::take(host).await?;
    let all: Vec<&Machine> = stock.machines.iter().filter(|machine| machines.contains(&machine.id)).collect();
    refuse(&all)?;
    let mut replacing = Replacing::new(&stock);
    for machine in all {
        let xml = xml_of(host, machine.id).await?;
        let slots = replacing.slots(&xml, |_| true);
        if slots.is_empty() {
            return Err(ChainError::NoOverlay(machine.name.clone()));
        }
        for (_, slot) in &slots {
            let (from, pool) = (slot.volume.path.clone(), slot.pool.clone());
            let step: Step = if volumes::copies_here(host, slot.volume).await {
                let convert = Convert::new(&from, slot.volume.format, &slot.path, ImageFormat::Qcow2);
                CopyFile { convert, pool, grow: None }.into()
            } else {
                let new = NewVolume::thin(&slot.file, ImageFormat::Qcow2, slot.volume.capacity);
                CopyVolume { from_pool: pool.clone(), pool, new, from, grow: None }.into()
            };
            replacing.new.push(step);
        }
        replacing.point(machine, &xml, &slots, None)?;
    }
    Ok(replacing.plan(host.uri(), Purpose::Detach, keep))
}
