//! A machine's XML and a flavor → the XML of the machine in that size, and the disks that this takes.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::{
    flavor::Flavor,
    metadata::{self, MetadataError},
    storage::{ImageFormat, normal},
    units::Bytes,
    xml::{Document, Edit, EditError, Element, Node, Place},
};

/// The serial number of a flavor's second disk: by it the disk is known again, and the guest has it as
/// `/dev/disk/by-id/virtio-lectern-ephemeral`.
pub const EPHEMERAL: &str = "lectern-ephemeral";
/// The serial number of a flavor's disk for swapping.
pub const SWAP: &str = "lectern-swap";

/// Why a machine does not get a flavor's size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResizeError {
    /// It is locked as a template.
    #[error("the machine is locked as a template")]
    Sealed,
    /// Its memory and CPUs are set for each NUMA cell by hand.
    #[error("the machine has NUMA cells of its own")]
    Numa,
    /// Its notes are not this program's to change.
    #[error(transparent)]
    Notes(#[from] MetadataError),
    /// Its XML cannot be changed.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// A disk of a machine, as far as a flavor is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlavorDisk {
    /// The guest's name for it.
    pub target: String,
    /// Its path; `None` where it has none.
    pub path: Option<String>,
}

/// The disks of a machine that a flavor speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlavorDisks {
    /// The first hard disk.
    pub root: Option<FlavorDisk>,
    /// The second disk that an earlier flavor gave it.
    pub ephemeral: Option<FlavorDisk>,
    /// The disk for swapping that an earlier flavor gave it.
    pub swap: Option<FlavorDisk>,
}

/// A disk that is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedDisk {
    /// Where it will be.
    pub path: String,
    /// Its format.
    pub format: ImageFormat,
    /// [`EPHEMERAL`] or [`SWAP`].
    pub serial: &'static str,
}

/// The disks that flavors speak of, found in a domain's XML.
#[must_use]
pub fn disks(document: &Document) -> FlavorDisks {
    let with = |serial: &str| {
        let own = |node: &Node<'_>| node.child("serial").is_some_and(|text| text.text().trim() == serial);
        hard_disks(document).find(own).map(disk)
    };
    FlavorDisks { root: hard_disks(document).next().map(disk), ephemeral: with(EPHEMERAL), swap: with(SWAP) }
}

/// The disks that a flavor gives a machine beside its own, each with its size: what it has of an earlier flavor stays.
#[must_use]
pub fn given(flavor: &Flavor, has_ephemeral: bool, has_swap: bool) -> Vec<(&'static str, Bytes)> {
    let ephemeral = flavor.ephemeral_size().filter(|_| !has_ephemeral).map(|size| (EPHEMERAL, size));
    let swap = flavor.swap_size().filter(|_| !has_swap).map(|size| (SWAP, size));
    ephemeral.into_iter().chain(swap).collect()
}

/// The name of the file of such a disk.
#[must_use]
pub fn file_name(serial: &str, machine: &str) -> String {
    if serial == SWAP { format!("{machine}-swap.img") } else { format!("{machine}-ephemeral.qcow2") }
}

fn hard_disks(document: &Document) -> impl Iterator<Item = Node<'_>> {
    let all = document.root().children_named("devices").flat_map(Node::children);
    all.filter(|node| node.is(None, "disk") && matches!(node.attribute("device").as_deref(), None | Some("disk")))
}

fn disk(node: Node<'_>) -> FlavorDisk {
    let source = node.child("source");
    let path = source.and_then(|source| source.attribute("file").or_else(|| source.attribute("dev")));
    FlavorDisk { target: target(node), path: path.map(|path| normal(&path)) }
}

fn target(node: Node<'_>) -> String {
    node.child("target").and_then(|node| node.attribute("dev")).unwrap_or_default().into_owned()
}

/// The machine with the flavor's CPUs and memory, with the disks that are added, and with the flavor noted.
///
/// # Errors
/// Why it does not get that size.
pub fn resize(document: &Document, flavor: &Flavor, added: &[AddedDisk]) -> Result<Document, ResizeError> {
    let mut notes = metadata::read(document).machine();
    if notes.template.is_some() {
        return Err(ResizeError::Sealed);
    }
    if document.root().child("cpu").is_some_and(|cpu| cpu.child("numa").is_some()) {
        return Err(ResizeError::Numa);
    }
    let mut next = sized(document, flavor)?;
    for disk in added {
        next = with_disk(&next, disk)?;
    }
    notes.flavor = Some(flavor.name.clone());
    Ok(metadata::write(&next, &notes)?)
}

fn sized(document: &Document, flavor: &Flavor) -> Result<Document, EditError> {
    let root = document.root();
    let mut edit = document.edit();
    let memory = flavor.memory().0.to_string();
    for name in ["memory", "currentMemory"] {
        if let Some(node) = root.child(name) {
            edit.replace(node, &Element::new(name).attribute("unit", "KiB").text(&memory))?;
        }
    }
    if let Some(node) = root.child("vcpu") {
        edit.set_text(node, &flavor.vcpus.to_string())?;
        drop_attribute(&mut edit, node, "current")?;
    }
    // Both say how many there are once more, and libvirt refuses what does not fit together.
    let topology = root.child("cpu").and_then(|cpu| cpu.child("topology"));
    for node in [root.child("vcpus"), topology].into_iter().flatten() {
        edit.remove(node)?;
    }
    edit.finish()
}

fn drop_attribute<'d>(edit: &mut Edit<'d>, node: Node<'d>, name: &str) -> Result<(), EditError> {
    if node.attribute(name).is_some() {
        edit.remove_attribute(node, name)?;
    }
    Ok(())
}

/// The machine with one more disk, after its others and on the bus of its first.
///
/// # Errors
/// If its XML cannot be changed.
pub fn with_disk(document: &Document, added: &AddedDisk) -> Result<Document, EditError> {
    let disks: Vec<Node<'_>> = document.root().children_named("devices").flat_map(Node::children).collect();
    let disks: Vec<Node<'_>> = disks.into_iter().filter(|node| node.is(None, "disk")).collect();
    let taken: BTreeSet<String> = disks.iter().map(|node| target(*node)).collect();
    let root = hard_disks(document).next();
    let bus = root.and_then(|node| node.child("target")?.attribute("bus")).unwrap_or("virtio".into()).into_owned();
    let element = Element::new("disk")
        .attribute("type", "file")
        .attribute("device", "disk")
        .child(Element::new("driver").attribute("name", "qemu").attribute("type", added.format.driver()))
        .child(Element::new("source").attribute("file", &added.path))
        .child(Element::new("target").attribute("dev", &free_target(&bus, &taken)).attribute("bus", &bus))
        .child(Element::new("serial").text(added.serial));
    let mut edit = document.edit();
    match (disks.last(), document.root().child("devices")) {
        (Some(last), _) => edit.insert(Place::After(*last), &element)?,
        (None, Some(devices)) => edit.insert(Place::LastIn(devices), &element)?,
        (None, None) => edit.insert(Place::LastIn(document.root()), &Element::new("devices").child(element))?,
    };
    edit.finish()
}

/// The first name of that bus which no disk has: `vdb`.
fn free_target(bus: &str, taken: &BTreeSet<String>) -> String {
    let prefix = match bus {
        "virtio" => "vd",
        "ide" => "hd",
        _ => "sd",
    };
    let all = ('a'..='z').map(|letter| format!("{prefix}{letter}"));
    all.into_iter().find(|name| !taken.contains(name)).unwrap_or_else(|| format!("{prefix}aa"))
}

/// How much a disk becomes: never less than it is.
#[must_use]
pub fn grown(now: Bytes, wanted: Option<Bytes>) -> Option<Bytes> {
    wanted.filter(|wanted| *wanted > now)
}
