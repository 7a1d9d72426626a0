//! The plan that makes the machines of a lab: their networks, overlays, definitions, starts, all or nothing.

mod look;
mod members;
mod network;
pub(super) mod reset;
mod seeds;
mod told;

use lectern_model::{
    clone::{self, DiskSource},
    draft::{
        self,
        lab::{LabDraft, Member, Problem, Row, Size, each, fit, given, make, preview, problems},
    },
    identity_files::{Addressing, Nic},
    metadata::GuestIdentity,
    resize,
    storage::{ImageFormat, name_of, new_volume::NewVolume},
    xml::{Document, EditError},
};

pub use self::{
    look::{LabSource, LabStock, TemplateChoice, look},
    members::{Lab, LabMember, labs, start},
    reset::{LabError, delete, reset},
};
use super::{new_disk, within};
use crate::{
    host::StorageError,
    plan::{
        Plan, Purpose, Step,
        steps::{CreateOverlays, Define, DefineMachines, MustBeOff, Start},
    },
};

/// Why no plan is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The draft cannot be made as it is.
    #[error("the draft has problems")]
    Problems(Vec<Problem>),
    /// The rules about the XML refuse it.
    #[error(transparent)]
    Clone(#[from] clone::CloneError),
    /// A network's XML cannot be made.
    #[error(transparent)]
    Network(#[from] EditError),
    /// What the guests are told cannot be written down here.
    #[error(transparent)]
    Seed(#[from] StorageError),
    /// The template is on, or its memory is saved: its disks change.
    #[error("the template is on")]
    Running,
}

/// The steps of a lab: the template is off, networks, overlays, machines, starts.
///
/// It is pure, so that it can be shown while a draft is written: `source` has the machines' identifiers and addresses,
/// which stay the same.
///
/// # Errors
/// If something in the draft stops it.
pub fn lab(source: &LabSource, draft: &LabDraft) -> Result<Plan, Refused> {
    let facts = &source.facts;
    let found = problems(draft, facts);
    if draft::stops(&found) {
        return Err(Refused::Problems(found));
    }
    if !source.template.facts.shut_off {
        return Err(Refused::Running);
    }
    let rows = preview(draft, facts).rows;
    let template = &source.template;
    let (from, xml) = (template.facts.source.clone(), template.xml.to_string());
    let mut steps: Vec<Step> = vec![MustBeOff { id: template.id, name: from.clone() }.into()];
    steps.extend(network::steps(source, draft, &rows)?);
    steps.push(overlays(source, draft, &rows).into());
    let mut machines = machines(source, draft, &rows)?;
    steps.extend(give(source, draft, &mut machines)?);
    steps.extend(told::tell(source, draft, &rows, &mut machines)?);
    let starting = usize::try_from(fit(draft, facts).starting).unwrap_or(usize::MAX);
    let starts: Vec<Step> = machines.iter().take(starting).map(started).collect();
    let (lab, count) = (draft.name.clone(), rows.len());
    steps.push(DefineMachines { from: (from, xml), machines }.into());
    steps.extend(starts);
    let purpose = if source.grows { Purpose::GrowLab { lab, count } } else { Purpose::MakeLab { lab, count } };
    let amount = each(draft, facts);
    let ids = source.ids.iter().take(rows.len());
    let members: Vec<_> = ids.map(|machine| lectern_model::catalog::Member { machine: *machine, amount }).collect();
    let steps = within(&facts.projects, draft.counts_in(), &members, steps);
    Ok(Plan::new(purpose, template.host.clone(), steps))
}

/// Adds the disks that the flavor gives each machine to its XML; the steps make them.
fn give(source: &LabSource, draft: &LabDraft, machines: &mut [Define]) -> Result<Vec<Step>, Refused> {
    let pool = source.facts.pools.iter().find(|pool| Some(&pool.name) == draft.pool.as_ref());
    let place = pool.and_then(|pool| Some((pool.name.clone(), pool.folder.clone()?)));
    let (Size::Flavor(flavor), Some(place)) = (&draft.size, place) else { return Ok(Vec::new()) };
    let (mut steps, given) = (Vec::new(), given(draft, &source.facts));
    for machine in machines {
        for (serial, _) in &given {
            let Some(new) = new_disk(flavor, serial, machine.id, &machine.name, &place) else { continue };
            let document = Document::parse(&machine.xml).map_err(EditError::from)?;
            machine.xml = resize::with_disk(&document, &new.disk)?.to_string();
            steps.push(new.step);
        }
    }
    Ok(steps)
}

fn started(machine: &Define) -> Step {
    Start { id: machine.id, name: machine.name.clone() }.into()
}

/// All overlays of all rows. QEMU opens the template's disk as its XML says, and as raw where it says nothing; an overlay
/// must do the same.
fn overlays(source: &LabSource, draft: &LabDraft, rows: &[Row]) -> CreateOverlays {
    let disks = source.facts.template.iter().flat_map(|template| &template.disks);
    let bases: Vec<_> = disks.map(|disk| (disk, format(source, &disk.target))).collect();
    let of_row = |row: &Row| {
        let paths = row.disks.iter().zip(&bases).enumerate();
        let one = paths.map(|(nth, (path, (disk, format)))| {
            let size = draft.overlay.filter(|_| nth == 0).unwrap_or_default().max(disk.size);
            NewVolume::overlay(name_of(path), size, &disk.path, *format)
        });
        one.collect::<Vec<_>>()
    };
    let pool = draft.pool.clone().unwrap_or_default();
    let folder = source.facts.pools.iter().find(|known| known.name == pool).and_then(|pool| pool.folder.clone());
    CreateOverlays { pool, folder, new: rows.iter().flat_map(of_row).collect() }
}

fn format(source: &LabSource, target: &str) -> ImageFormat {
    let disk = source.template.facts.disks.iter().find(|disk| disk.target == target);
    disk.and_then(|disk| disk.format.as_deref()).map_or(ImageFormat::Raw, ImageFormat::from_name)
}

fn machines(source: &LabSource, draft: &LabDraft, rows: &[Row]) -> Result<Vec<Define>, Refused> {
    let pool = draft.pool.clone().unwrap_or_default();
    let place = |path: &str| {
        if path.starts_with('/') {
            DiskSource::File(path.to_owned())
        } else {
            DiskSource::Volume { pool: pool.clone(), volume: path.to_owned() }
        }
    };
    let one = |(row, id): (&Row, &lectern_model::id::DomainId)| {
        let guest = guest(row);
        let strings = told::oem(source, draft, &guest);
        let member = Member { uuid: *id, lab: source.lab, guest: Some(guest), strings };
        let cloned = make(&source.template.xml, row, draft, &source.facts, &member, place)?;
        Ok(Define { id: *id, name: row.name.clone(), xml: cloned.document.to_string() })
    };
    rows.iter().zip(&source.ids).map(one).collect()
}

/// What the guest is told of itself: its name, and on its first card the address of its row.
fn guest(row: &Row) -> GuestIdentity {
    let addressing = |first: bool| match row.address.filter(|_| first) {
        Some(address) => Addressing::Static { address, gateway: row.gateway, dns: row.gateway.into_iter().collect() },
        None => Addressing::Dhcp,
    };
    let nic = |(nth, mac): (usize, &lectern_model::mac::MacAddress)| Nic {
        device: String::new(),
        mac: Some(*mac),
        addressing: addressing(nth == 0),
    };
    GuestIdentity { host_name: row.host_name.clone(), nics: row.macs.iter().enumerate().map(nic).collect() }
}
