//! The plans that lock a machine as a template, and unlock it.

use lectern_model::{
    clone::DiskSource,
    first_boot,
    id::DomainId,
    metadata::{self, Base, Found, Machine, MetadataError, TemplateMark},
    template::{Deed, Verdict, Why},
    xml::{Document, EditError, Element, Node, Place},
};

use super::clone::{CloneError, CloneSource, look};
use crate::{
    host::Host,
    plan::{
        Plan, Purpose, Step,
        steps::{Customize, MustBeOff, Redefine, SealTemplate},
    },
};

/// Why a machine is not locked or unlocked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It could not be looked at.
    #[error(transparent)]
    Look(#[from] CloneError),
    /// It is on, or its memory is saved.
    #[error("the machine is not shut off")]
    Running,
    /// It starts with its host.
    #[error("the machine starts with its host")]
    Autostart,
    /// It is as it should become.
    #[error("there is nothing to do")]
    Nothing,
    /// It has no disk whose image a started pool knows, so nobody could notice that it was changed.
    #[error("no disk of it is in a storage pool")]
    NoDisk,
    /// Something speaks against it.
    #[error("it may not be unlocked")]
    Needed(Vec<Why>),
    /// Its notes are not this program's to change.
    #[error(transparent)]
    Notes(#[from] MetadataError),
}

impl From<EditError> for TemplateError {
    fn from(error: EditError) -> Self {
        Self::Notes(error.into())
    }
}

/// Marks a machine that is off as a template, with the length and time of its disks, and makes them read-only where its
/// bus can do that, so that nobody who starts it harms the overlays on them.
///
/// # Errors
/// Why it cannot be one.
pub async fn lock(host: &Host, id: DomainId) -> Result<Plan, TemplateError> {
    lock_with(host, id, false).await
}

/// The same, with the first-boot service put into its disk first, where [`super::service::lack`] knows nothing against it.
///
/// # Errors
/// As [`lock`].
pub async fn lock_with(host: &Host, id: DomainId, service: bool) -> Result<Plan, TemplateError> {
    let source = look(host, id).await?;
    if !source.facts.shut_off {
        return Err(TemplateError::Running);
    }
    if source.standing.mark.is_some() {
        return Err(TemplateError::Nothing);
    }
    if host.details(id).await.map_err(CloneError::from)?.autostart {
        return Err(TemplateError::Autostart);
    }
    let bases = bases(&source);
    if bases.is_empty() {
        return Err(TemplateError::NoDisk);
    }
    let sealed = set_read_only(&source.xml, &bases, true)?;
    let written = if service { super::service::step(&source, &bases) } else { None };
    let mut notes = notes(&source.xml);
    let next = notes.next.take();
    let (version, line) = next.map_or((1, None), |next| (next.version, Some(next.line)));
    notes.template = Some(TemplateMark { version, line, bases });
    if written.is_some() {
        notes.service = Some(first_boot::VERSION);
    }
    let new = metadata::write(&sealed, &notes)?;
    let purpose = Purpose::Lock(source.facts.source.clone());
    Ok(match written {
        Some(written) => sealed_with(&source, written, &new, purpose),
        None => plan(&source, &new, purpose),
    })
}

/// Takes the mark off, and lets the disks be written to again.
///
/// # Errors
/// [`TemplateError::Needed`] as long as a machine or an image lies on its disks.
pub async fn unlock(host: &Host, id: DomainId) -> Result<Plan, TemplateError> {
    let source = look(host, id).await?;
    let Some(mark) = &source.standing.mark else { return Err(TemplateError::Nothing) };
    if let Verdict::No(why) = source.standing.may(Deed::Unlock) {
        return Err(TemplateError::Needed(why));
    }
    if !source.facts.shut_off {
        return Err(TemplateError::Running);
    }
    let open = set_read_only(&source.xml, &mark.bases, false)?;
    let new = metadata::write(&open, &Machine { template: None, ..notes(&source.xml) })?;
    Ok(plan(&source, &new, Purpose::Unlock(source.facts.source.clone())).guarded(Deed::Unlock, [id]))
}

/// The service is written first, as that changes the disk's length and time, which are noted.
fn sealed_with(source: &CloneSource, written: Customize, new: &Document, purpose: Purpose) -> Plan {
    let (id, name) = (source.id, source.facts.source.clone());
    let redefine = Redefine { id, name: name.clone(), old: source.xml.to_string(), new: new.to_string() };
    let steps: Vec<Step> = vec![MustBeOff { id, name }.into(), written.into(), SealTemplate { redefine }.into()];
    Plan::new(purpose, source.host.clone(), steps)
}

fn plan(source: &CloneSource, new: &Document, purpose: Purpose) -> Plan {
    let (id, name) = (source.id, source.facts.source.clone());
    let steps: Vec<Step> = vec![
        MustBeOff { id, name: name.clone() }.into(),
        Redefine { id, name, old: source.xml.to_string(), new: new.to_string() }.into(),
    ];
    Plan::new(purpose, source.host.clone(), steps)
}

/// Notes of a version that is not known are refused when they are written.
fn notes(xml: &Document) -> Machine {
    match metadata::read(xml) {
        Found::Known(machine) => *machine,
        Found::Nothing | Found::Unknown { .. } => Machine::default(),
    }
}

/// The disks that the machine would write to, in pools that tell their length and time.
fn bases(source: &CloneSource) -> Vec<Base> {
    let written = source.facts.disks.iter().filter(|disk| disk.device == "disk" && !disk.read_only);
    let one = |disk: &lectern_model::clone::DiskView| {
        let image = source.images.get(&disk.index)?;
        let locked =
            matches!(disk.source, Some(DiskSource::File(_) | DiskSource::Block(_) | DiskSource::Volume { .. }))
                && takes_read_only(&source.xml, &disk.target);
        let (size, modified) = (image.length?, image.modified?);
        Some(Base { target: disk.target.clone(), path: image.path.clone(), size, modified, locked })
    };
    written.filter_map(one).collect()
}

/// Whether QEMU takes a read-only disk there: its IDE and SATA disks are always written to, and libvirt refuses to define
/// them so (`qemuValidateDomainDeviceDefDiskFrontend`).
fn takes_read_only(xml: &Document, target: &str) -> bool {
    let disk = disks(xml).find(|disk| has_target(*disk, target));
    let bus = disk.and_then(|disk| disk.child("target")?.attribute("bus"));
    bus.is_some_and(|bus| !matches!(bus.as_ref(), "ide" | "sata"))
}

fn disks(xml: &Document) -> impl Iterator<Item = Node<'_>> {
    let devices = xml.root().children_named("devices").flat_map(Node::children);
    devices.filter(|node| node.is(None, "disk"))
}

fn has_target(disk: Node<'_>, target: &str) -> bool {
    disk.child("target").and_then(|node| node.attribute("dev")).as_deref() == Some(target)
}

fn set_read_only(xml: &Document, bases: &[Base], on: bool) -> Result<Document, EditError> {
    let mut edit = xml.edit();
    for disk in disks(xml) {
        if !bases.iter().any(|base| base.locked && has_target(disk, &base.target)) {
            continue;
        }
        match (disk.child("readonly"), on) {
            (None, true) => drop(edit.insert(Place::LastIn(disk), &Element::new("readonly"))?),
            (Some(mark), false) => drop(edit.remove(mark)?),
            _ => {}
        }
    }
    edit.finish()
}
