//! The next version of a template: a copy that is edited and locked in its turn, and machines that move to it.

use lectern_model::{
    clone,
    draft::clone::{CloneDraft, Kind},
    id::DomainId,
    metadata::{self, MetadataError, NextVersion, Origin},
    storage::{ImageFormat, machine::Machine, new_volume::NewVolume},
    template::tree::{self, Node},
    xml::Document,
};

use super::{
    chains::{
        ChainError,
        replace::{Replacing, xml_of},
    },
    clone::{CloneError, Refused, look_in},
    lab::reset::{refuse, volume},
};
use crate::{
    disk::inventory::{self, Inventory},
    host::{Host, HostError, StorageError},
    plan::{Plan, Purpose, Step, steps::CreateOverlays},
};

/// Why no copy is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// The template could not be looked at.
    #[error(transparent)]
    Look(#[from] CloneError),
    /// It is no template.
    #[error("it is no template")]
    NoTemplate,
    /// The copy cannot be made.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Notes are not this program's to change.
    #[error(transparent)]
    Notes(#[from] MetadataError),
}

/// A copy to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Its name; empty for one made of the template's.
    pub name: String,
    /// Whether it is an overlay on the template, which must then stay.
    pub linked: bool,
}

/// The plan that copies a template. The copy is no template: it is started and edited like any machine, and has the next
/// version's number when it is locked.
///
/// # Errors
/// Why it cannot be.
pub async fn new_version(host: &Host, id: DomainId, wish: &Wish) -> Result<Plan, VersionError> {
    let stock = inventory::take(host).await.map_err(CloneError::from)?;
    let source = look_in(host, &stock, id, 1).await?;
    let Some(mark) = source.standing.mark.clone() else { return Err(VersionError::NoTemplate) };
    let next = next(&stock, mark.line.unwrap_or(id));
    let name = if wish.name.trim().is_empty() { name(&source.facts.source, next.version) } else { wish.name.clone() };
    let kind = if wish.linked { Kind::Linked } else { Kind::Full };
    let draft = CloneDraft { name: name.clone(), kind, ..source.suggest() };
    let made = super::clone::clone(&source, &draft)?;
    let service = metadata::read(&source.xml).machine().service;
    let mut steps = made.plan.steps().to_vec();
    for step in &mut steps {
        if let Step::Define(define) = step {
            let xml = Document::parse(&define.xml).map_err(MetadataError::from)?;
            let mut notes = metadata::read(&xml).machine();
            (notes.next, notes.service) = (Some(next), service);
            define.xml = metadata::write(&xml, &notes)?.to_string();
        }
    }
    let purpose = Purpose::NewVersion { from: source.facts.source.clone(), to: name };
    Ok(Plan::new(purpose, host.uri().clone(), steps))
}

/// The number after all that there are, those that are being edited too.
fn next(stock: &Inventory, line: DomainId) -> NextVersion {
    let notes = stock.machines.iter().map(|machine| (machine.id, metadata::read(&machine.config).machine()));
    let numbers = notes.filter_map(|(id, notes)| match (notes.template, notes.next) {
        (Some(mark), _) if mark.line.unwrap_or(id) == line => Some(mark.version),
        (_, Some(next)) if next.line == line => Some(next.version),
        _ => None,
    });
    NextVersion { line, version: numbers.max().unwrap_or(1).saturating_add(1) }
}

/// `cent7` becomes `cent7-v2`, and `cent7-v2` becomes `cent7-v3`.
fn name(template: &str, version: u32) -> String {
    let stem = template.rsplit_once("-v").filter(|(_, end)| end.parse::<u32>().is_ok()).map(|(stem, _)| stem);
    format!("{}-v{version}", stem.unwrap_or(template))
}

/// Gives machines fresh overlays on the disks of a template, which may be another version of theirs: whatever was written in
/// them is gone, and they keep name, UUID, addresses and all else. The old overlays are deleted in the end, or kept.
///
/// # Errors
/// What speaks against it.
pub async fn move_to(host: &Host, machines: &[DomainId], template: DomainId, keep: bool) -> Result<Plan, ChainError> {
    let stock = inventory::take(host).await?;
    let all: Vec<&Machine> = stock.machines.iter().filter(|machine| machines.contains(&machine.id)).collect();
    refuse(&all)?;
    let base = stock.machines.iter().find(|machine| machine.id == template).ok_or(HostError::Gone)?;
    let bases = disks(&stock, base);
    let origin = Origin { template, name: base.name.clone() };
    let mut replacing = Replacing::new(&stock);
    let mut new: Vec<(String, NewVolume)> = Vec::new();
    for machine in all {
        let xml = xml_of(host, machine.id).await?;
        let slots = replacing.slots(&xml, |_| true);
        if slots.is_empty() {
            return Err(ChainError::NoOverlay(machine.name.clone()));
        }
        for (_, slot) in &slots {
            let found = bases.iter().find(|(target, ..)| *target == slot.target);
            let (_, path, format, size) = found.ok_or_else(|| ChainError::NoDisk(slot.target.clone()))?;
            let capacity = slot.volume.capacity.max(*size);
            new.push((slot.pool.clone(), NewVolume::overlay(&slot.file, capacity, path, *format)));
        }
        replacing.point(machine, &xml, &slots, Some(origin.clone()))?;
    }
    replacing.new.extend(overlays(&stock, &new));
    let purpose = |machines| Purpose::MoveToTemplate { machines, template: base.name.clone() };
    Ok(replacing.plan(host.uri(), purpose, keep))
}

/// One step for each pool.
fn overlays(stock: &Inventory, new: &[(String, NewVolume)]) -> Vec<Step> {
    let mut pools: Vec<String> = new.iter().map(|(pool, _)| pool.clone()).collect();
    pools.sort();
    pools.dedup();
    let step = |pool: String| {
        let known = stock.pools.iter().find(|known| known.name == pool);
        let folder = known.filter(|pool| pool.kind.has_files()).and_then(|pool| pool.target.clone());
        let new = new.iter().filter(|(place, _)| *place == pool).map(|(_, new)| new.clone()).collect();
        CreateOverlays { pool, folder, new }.into()
    };
    pools.into_iter().map(step).collect()
}

type Disk = (String, String, ImageFormat, lectern_model::units::Bytes);

/// A template's disks that others can lie on.
fn disks(stock: &Inventory, machine: &Machine) -> Vec<Disk> {
    let views = clone::disks(&machine.config).into_iter().filter(|view| view.device == "disk");
    let disk = |view: clone::DiskView| {
        let own = volume(stock, &view)?;
        let format = view.format.as_deref().map_or(ImageFormat::Raw, ImageFormat::from_name);
        Some((view.target, own.path.clone(), format, own.capacity))
    };
    views.filter_map(disk).collect()
}

/// Who lies on a machine's disks.
///
/// # Errors
/// [`HostError::Gone`] if it is not there; else as the host gives it.
pub async fn tree_of(host: &Host, id: DomainId) -> Result<Node, StorageError> {
    let stock = inventory::take(host).await?;
    let machine = stock.machines.iter().find(|machine| machine.id == id).ok_or(HostError::Gone)?;
    let own = |id: DomainId| -> Vec<String> {
        let found = stock.machines.iter().find(|machine| machine.id == id);
        found.map(|machine| disks(&stock, machine).into_iter().map(|(_, path, ..)| path).collect()).unwrap_or_default()
    };
    Ok(tree::tree(&stock.map, (id, machine.name.clone()), &own))
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn the_next_name_counts_on() {
        assert_eq!(name("cent7", 2), "cent7-v2");
        assert_eq!(name("cent7-v2", 3), "cent7-v3");
        assert_eq!(name("dev-vm", 2), "dev-vm-v2");
    }
}
