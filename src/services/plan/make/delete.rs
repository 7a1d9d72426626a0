//! The plan that deletes a machine with the files that the user chose.

use std::collections::BTreeSet;

use lectern_model::{
    id::DomainId,
    storage::{
        dependency::Leaving,
        machine::{Machine, Role},
    },
};

use crate::{
    disk::inventory::Inventory,
    host::{Host, HostError},
    plan::{
        Plan, Purpose, Step,
        steps::{DeleteImage, Discard, ForceOff},
    },
};

/// Force it off if it is on, delete `files` (those on others first), and undefine it last: as long as anything is left,
/// the machine is in the list.
///
/// # Errors
/// [`HostError::Gone`] if the machine is not there any more; else as libvirt gives it.
pub async fn delete(host: &Host, stock: &Inventory, id: DomainId, files: &BTreeSet<String>) -> Result<Plan, HostError> {
    let machine = stock.machines.iter().find(|machine| machine.id == id).ok_or(HostError::Gone)?;
    let (name, xml) = (machine.name.clone(), host.inactive_xml(id).await?);
    let mut steps: Vec<Step> = Vec::new();
    if machine.live.is_some() {
        steps.push(ForceOff { id, name: name.clone() }.into());
    }
    for path in above_first(stock, files) {
        let in_pool = stock.volume_at(&path).is_some();
        steps.push(DeleteImage { path, in_pool, machine: id, together: files.clone() }.into());
    }
    let keep = needs_nvram(stock, machine, id);
    steps.push(Discard::of(id, name.clone(), &xml, keep).into());
    Ok(Plan::new(Purpose::Delete(vec![name]), host.uri().clone(), steps))
}

/// Whether another machine has the same file of firmware variables.
fn needs_nvram(stock: &Inventory, machine: &Machine, id: DomainId) -> bool {
    let leaving = Leaving { machines: BTreeSet::from([id]), ..Leaving::default() };
    let files = machine.files(&stock.folders);
    let mut paths = files.iter().filter(|file| file.role == Role::Nvram).filter_map(|file| file.place.path());
    paths.any(|path| !stock.map.deletion(path, &leaving).is_free())
}

/// Overlays before what they stand on, so that a failure in between leaves no overlay without its base.
fn above_first(stock: &Inventory, files: &BTreeSet<String>) -> Vec<String> {
    let mut ordered: Vec<String> = files.iter().cloned().collect();
    ordered.sort_by_key(|path| std::cmp::Reverse(stock.map.bases(path).len()));
    ordered
}
