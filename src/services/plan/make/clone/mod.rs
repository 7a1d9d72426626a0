//! The plan that makes a machine from another: full copies of its disks, or overlays on them.

mod look;

use lectern_model::{
    catalog::Member,
    clone::{self, Cloned, DiskSource, DiskView, Treatment},
    draft::{
        self,
        clone::{CloneDraft, Problem, problems},
    },
    metadata::{Machine, Origin},
    resize,
    storage::{ImageFormat, new_volume::NewVolume},
};

pub use self::look::{CloneError, CloneSource, DiskImage, look};
pub(super) use self::look::{look_in, random_id};
use super::{new_disk as flavor_volume, within};
use crate::plan::{
    Plan, Purpose, Step,
    steps::{CopyVolume, CreateVolume, Define, MustBeOff, Start},
};

/// A clone that is not made yet.
#[derive(Clone, Debug)]
pub struct ClonePlan {
    /// What makes it.
    pub plan: Plan,
    /// Its XML, with every difference from the source and its reason.
    pub clone: Cloned,
}

/// Why no plan is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The draft cannot be made as it is; a running source is among these.
    #[error("the draft has problems")]
    Problems(Vec<Problem>),
    /// The rules about the XML refuse it.
    #[error(transparent)]
    Clone(#[from] clone::CloneError),
    /// A copy is made of a volume, and no pool that is started has this image.
    #[error("{0} is in no storage pool")]
    OutsidePools(String),
}

/// The steps of a clone: the source is off, its disks, the machine, its start.
///
/// It is pure, so that it can be shown while a draft is written: `source` has the new machine's identifier and addresses,
/// which stay the same.
///
/// # Errors
/// If something in the draft stops it.
pub fn clone(source: &CloneSource, draft: &CloneDraft) -> Result<ClonePlan, Refused> {
    let facts = &source.facts;
    let found = problems(draft, facts);
    if draft::stops(&found) {
        return Err(Refused::Problems(found));
    }
    let place = |file: &str| source.place(draft, file);
    let request = draft.request(facts, source.new_id, source.macs.clone(), source.notes(draft), place);
    let clone = clone::clone(&source.xml, &request)?;
    let mut steps: Vec<Step> = vec![MustBeOff { id: source.id, name: facts.source.clone() }.into()];
    let mut first = true;
    for disk in &facts.disks {
        let Some(file) = draft.file_name(disk, facts) else { continue };
        let is_first = std::mem::take(&mut first);
        steps.push(new_disk(source, draft, disk, &file, is_first)?);
    }
    let clone = add_given(source, draft, clone, &mut steps)?;
    let (id, name, xml) = (source.new_id, draft.name.clone(), clone.document.to_string());
    steps.push(Define { id, name: name.clone(), xml }.into());
    steps.extend(draft.start.then(|| Start { id, name: name.clone() }.into()));
    let member = Member { machine: source.new_id, amount: draft.asked(facts) };
    let steps = within(&facts.projects, draft.counts_in(), &[member], steps);
    let plan = Plan::new(Purpose::Clone { from: facts.source.clone(), to: name }, source.host.clone(), steps);
    Ok(ClonePlan { plan, clone })
}

/// The clone with the disks that its flavor gives it, and what makes them.
fn add_given(
    source: &CloneSource,
    draft: &CloneDraft,
    clone: Cloned,
    steps: &mut Vec<Step>,
) -> Result<Cloned, Refused> {
    let Some(flavor) = &draft.flavor else { return Ok(clone) };
    let pool = source.facts.pools.iter().find(|pool| Some(&pool.name) == draft.pool.as_ref());
    let Some(place) = pool.and_then(|pool| Some((pool.name.clone(), pool.folder.clone()?))) else { return Ok(clone) };
    let mut document = clone.document;
    for (serial, _) in draft.given(&source.facts) {
        let Some(new) = flavor_volume(flavor, serial, source.new_id, &draft.name, &place) else { continue };
        document = resize::with_disk(&document, &new.disk).map_err(clone::CloneError::from)?;
        steps.push(new.step);
    }
    Ok(Cloned { document, ..clone })
}

fn new_disk(
    source: &CloneSource,
    draft: &CloneDraft,
    disk: &DiskView,
    file: &str,
    is_first: bool,
) -> Result<Step, Refused> {
    let pool = draft.pool.clone().unwrap_or_default();
    let outside = || Refused::OutsidePools(disk.source.as_ref().map(DiskSource::label).unwrap_or_default());
    let image = source.images.get(&disk.index).ok_or_else(outside)?;
    // QEMU opens the source's disk as its XML says, and as raw where it says nothing; an overlay must do the same.
    let format = disk.format.as_deref().map_or(ImageFormat::Raw, ImageFormat::from_name);
    let size = draft.first_size(disk, image.size).filter(|_| is_first);
    if draft.treatment(disk) == Treatment::Link {
        let capacity = size.unwrap_or_default().max(image.size);
        return Ok(CreateVolume { pool, new: NewVolume::overlay(file, capacity, &image.path, format) }.into());
    }
    let from_pool = image.pool.clone().ok_or_else(outside)?;
    let new = NewVolume::thin(file, format, image.size);
    Ok(CopyVolume { pool, new, from: image.path.clone(), from_pool, grow: size }.into())
}

impl CloneSource {
    /// The image of a new file in the draft's pool.
    fn place(&self, draft: &CloneDraft, file: &str) -> DiskSource {
        let pool = self.facts.pools.iter().find(|pool| Some(&pool.name) == draft.pool.as_ref());
        match pool.and_then(|pool| pool.folder.as_ref()) {
            Some(folder) => DiskSource::File(format!("{}/{file}", folder.trim_end_matches('/'))),
            None => DiskSource::Volume { pool: draft.pool.clone().unwrap_or_default(), volume: file.to_owned() },
        }
    }

    /// What is noted on the clone: the template that its overlays lie on.
    fn notes(&self, draft: &CloneDraft) -> Option<Machine> {
        let links = self.facts.disks.iter().any(|disk| draft.treatment(disk) == Treatment::Link);
        let origin = links.then(|| Origin { template: self.id, name: self.facts.source.clone() });
        let flavor = draft.flavor.as_ref().map(|flavor| flavor.name.clone());
        let service = lectern_model::metadata::read(&self.xml).machine().service;
        let notes = Machine { project: draft.project.clone(), flavor, origin, service, ..Machine::default() };
        (notes != Machine::default()).then_some(notes)
    }
}
