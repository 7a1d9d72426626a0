//! The plan that deletes machines with the files that the user chose.

use std::collections::BTreeSet;

use lectern_model::{
    id::DomainId,
    storage::{
        dependency::Leaving,
        machine::{Machine, Role},
    },
    template::Deed,
};

use crate::{
    disk::inventory::Inventory,
    host::{Host, HostError},
    plan::{
        Plan, Purpose, Step,
        steps::{DeleteImage, Discard, ForceOff},
    },
};

/// What goes: machines, and files that go with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// The machines, in the order in which they are shown.
    pub machines: Vec<DomainId>,
    /// The paths of the files.
    pub files: BTreeSet<String>,
}

/// Force off what is on, delete the files (those on others first), and undefine the machines last: as long as anything
/// is left, they are in the list. One plan for all, so that what only they need can go.
///
/// # Errors
/// [`HostError::Gone`] if a machine is not there any more; else as libvirt gives it.
pub async fn delete(host: &Host, stock: &Inventory, removal: &Removal) -> Result<Plan, HostError> {
    let all: BTreeSet<DomainId> = removal.machines.iter().copied().collect();
    let (mut offs, mut discards, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for &id in &removal.machines {
        let machine = stock.machines.iter().find(|machine| machine.id == id).ok_or(HostError::Gone)?;
        let (name, xml) = (machine.name.clone(), host.inactive_xml(id).await?);
        offs.extend(machine.live.is_some().then(|| ForceOff { id, name: name.clone() }.into()));
        discards.push(Discard::of(id, name.clone(), &xml, needs_nvram(stock, machine, &all)).into());
        names.push(name);
    }
    let delete = |path: String| {
        let in_pool = stock.volume_at(&path).is_some();
        DeleteImage { path, in_pool, machines: all.clone(), together: removal.files.clone() }.into()
    };
    let files = above_first(stock, &removal.files).into_iter().map(delete);
    let steps: Vec<Step> = offs.into_iter().chain(files).chain(discards).collect();
    let plan = Plan::new(Purpose::Delete(names), host.uri().clone(), steps);
    Ok(plan.guarded(Deed::Delete, removal.machines.iter().copied()))
}

/// Whether a machine that stays has the same file of firmware variables.
fn needs_nvram(stock: &Inventory, machine: &Machine, going: &BTreeSet<DomainId>) -> bool {
    let leaving = Leaving { machines: going.clone(), ..Leaving::default() };
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
