//! The plan that gives a machine the size of a flavor.

use lectern_model::{
    catalog::Member,
    flavor::Flavor,
    id::DomainId,
    project::{DiskUse, MachineUse},
    resize::{self, AddedDisk, EPHEMERAL, FlavorDisk, ResizeError, SWAP},
    storage::{ImageFormat, new_volume::NewVolume},
    units::Bytes,
    uri::HostUri,
    xml::Document,
};
use uuid::Uuid;

use super::project::claimed;
use crate::plan::{
    Plan, Purpose, Step,
    steps::{CreateSwap, CreateVolume, GrowDisk, MustBeOff, Phase, Quota, Redefine},
};

/// A machine that is to have a flavor's size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resized {
    /// What it uses now.
    pub now: MachineUse,
    /// Its inactive XML, with its passwords.
    pub xml: String,
    /// The project that it counts in.
    pub project: String,
    /// The pool and the folder in which new disks are made.
    pub pool: (String, String),
}

/// The steps: it is off, its new disks, its new hardware; last of all its disks grow, as that is for good.
///
/// The root disk grows to the flavor's, and never shrinks. A second disk or one for swapping that an earlier flavor gave
/// is kept where this one has none or a smaller one, and grows otherwise.
///
/// # Errors
/// Why it cannot have that size.
pub fn resize(host: &HostUri, machine: &Resized, flavor: &Flavor) -> Result<Plan, ResizeError> {
    let Resized { now, xml, project, pool } = machine;
    let old = Document::parse(xml).map_err(lectern_model::xml::EditError::from)?;
    let there = resize::disks(&old);
    let mut work = Work { now: now.clone(), pool, steps: Vec::new(), finals: Vec::new(), added: Vec::new() };
    work.grow(there.root.as_ref(), flavor.root(), None);
    match &there.ephemeral {
        Some(disk) => work.grow(Some(disk), flavor.ephemeral_size(), None),
        None => work.add(flavor, EPHEMERAL),
    }
    match &there.swap {
        Some(disk) => work.grow(Some(disk), flavor.swap_size(), Some(Uuid::from_bytes(*now.id.as_bytes()))),
        None => work.add(flavor, SWAP),
    }
    let new = resize::resize(&old, flavor, &work.added)?;
    let (id, name) = (now.id, now.name.clone());
    let amount = MachineUse { vcpus: flavor.vcpus, memory: flavor.memory(), ..work.now }.amount();
    let mut steps: Vec<Step> = vec![MustBeOff { id, name: name.clone() }.into()];
    steps.extend(work.steps);
    steps.push(Redefine { id, name: name.clone(), old: xml.clone(), new: new.to_string() }.into());
    let mut steps = claimed(project, &[Member { machine: id, amount }], steps);
    if !work.finals.is_empty() {
        steps.extend(work.finals);
        release_last(&mut steps);
    }
    Ok(Plan::new(Purpose::Resize { machine: name, flavor: flavor.name.clone() }, host.clone(), steps))
}

/// The place stays claimed until the disks have grown.
fn release_last(steps: &mut Vec<Step>) {
    let settle = |step: &Step| matches!(step, Step::Quota(quota) if quota.phase == Phase::Settle);
    if let Some(at) = steps.iter().position(settle)
        && let Step::Quota(quota) = steps.remove(at)
    {
        steps.push(Quota { phase: Phase::Release, ..quota }.into());
    }
}

struct Work<'r> {
    now: MachineUse,
    pool: &'r (String, String),
    steps: Vec<Step>,
    finals: Vec<Step>,
    added: Vec<AddedDisk>,
}

impl Work<'_> {
    fn grow(&mut self, disk: Option<&FlavorDisk>, wanted: Option<Bytes>, swap: Option<Uuid>) {
        let Some((disk, path)) = disk.and_then(|disk| Some((disk, disk.path.clone()?))) else { return };
        let known = self.now.disks.iter_mut().find(|known| known.target == disk.target);
        let Some(known) = known else { return };
        if let Some(size) = resize::grown(known.size.unwrap_or_default(), wanted) {
            known.size = Some(size);
            self.finals.push(GrowDisk { path, size, swap }.into());
        }
    }

    fn add(&mut self, flavor: &Flavor, serial: &'static str) {
        let Some(new) = new_disk(flavor, serial, self.now.id, &self.now.name, self.pool) else { return };
        self.now.disks.push(DiskUse {
            target: String::new(),
            key: new.disk.path.clone(),
            size: Some(new.size),
            real: None,
        });
        self.steps.push(new.step);
        self.added.push(new.disk);
    }
}

/// A disk that a flavor gives a machine.
pub(crate) struct FlavorVolume {
    /// What makes it.
    pub(crate) step: Step,
    /// What the machine's XML says of it.
    pub(crate) disk: AddedDisk,
    size: Bytes,
}

/// The second disk ([`EPHEMERAL`]) or the one for swapping ([`SWAP`]) of a machine with this identifier and name, in a
/// pool with this name and folder; none where the flavor has none.
pub(crate) fn new_disk(
    flavor: &Flavor,
    serial: &'static str,
    id: DomainId,
    name: &str,
    (pool, folder): &(String, String),
) -> Option<FlavorVolume> {
    let swaps = serial == SWAP;
    let size = if swaps { flavor.swap_size() } else { flavor.ephemeral_size() }?;
    let (file, format) = (resize::file_name(serial, name), if swaps { ImageFormat::Raw } else { ImageFormat::Qcow2 });
    let path = format!("{}/{file}", folder.trim_end_matches('/'));
    let (pool, new) = (pool.clone(), NewVolume::thin(&file, format, size));
    // The guest finds its swap disk by the machine's own identifier, so that it stays the same.
    let uuid = Uuid::from_bytes(*id.as_bytes());
    let step = if swaps { CreateSwap { pool, new, uuid }.into() } else { CreateVolume { pool, new }.into() };
    Some(FlavorVolume { step, disk: AddedDisk { path, format, serial }, size })
}
