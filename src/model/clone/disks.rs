//! A machine's disks, what can become of each in a clone, and what does by default.

use std::collections::{BTreeMap, HashSet};

use super::request::{DiskChoice, DiskSource};
use super::{CloneError, devices_of};
use crate::metadata::{Found, read};
use crate::xml::{Document, Node};

/// What can become of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Treatment {
    /// A copy of all data.
    Copy,
    /// An overlay on the source's disk.
    Link,
    /// The same disk. Two machines that write to one destroy it, unless both know (`<shareable/>`).
    Share,
    /// The clone has no such disk.
    LeaveOut,
}

/// Why a disk is treated so by default: virt-manager's rules (virtinst/cloner.py), except that it never shares what is
/// written to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DiskReason {
    /// An empty drive: nothing to copy.
    Empty,
    /// Nobody writes to it.
    ReadOnly,
    /// It is marked as shared by several machines.
    Shareable,
    /// Its changes are thrown away at shutdown, and its backing file is shared.
    Transient,
    /// The machine's own data.
    Own,
    /// The disk of a template, which lies ready as a base.
    TemplateBase,
    /// A network disk (`rbd`, `iscsi`, …), which cannot be copied from here.
    Network(String),
    /// A device of the host, passed through (`nvme`, `lun`, `vhostuser`, …).
    PassedThrough(String),
}

/// One disk of a machine that is to be cloned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskView {
    /// Its place among the disks, from 0.
    pub index: usize,
    /// The guest's name for it: `vda`.
    pub target: String,
    /// `disk`, `cdrom`, `floppy` or `lun`.
    pub device: String,
    /// The image; none for an empty drive, and for what is neither file, device nor volume.
    pub source: Option<DiskSource>,
    /// The image's format, if the XML names it.
    pub format: Option<String>,
    /// Whether the machine only reads it.
    pub read_only: bool,
    /// What happens to it if nobody chooses. For a copy or a link somebody has to say where.
    pub default: Treatment,
    /// Why.
    pub reason: DiskReason,
    /// What can be chosen, the default first.
    pub possible: Vec<Treatment>,
}

impl DiskView {
    /// Whether sharing it lets two machines write to one disk.
    #[must_use]
    pub fn sharing_is_risky(&self) -> bool {
        !matches!(self.reason, DiskReason::Empty | DiskReason::ReadOnly | DiskReason::Shareable | DiskReason::Transient)
    }
}

/// The disks of a domain, in their order.
pub fn disks(source: &Document) -> Vec<DiskView> {
    let sealed = sealed(source);
    nodes(source).enumerate().map(|(index, node)| view(index, node, &sealed)).collect()
}

pub(super) fn nodes(source: &Document) -> impl Iterator<Item = Node<'_>> {
    devices_of(source.root()).filter(|node| node.name() == "disk")
}

/// The targets of the disks that a template's mark names.
pub(super) fn sealed(source: &Document) -> HashSet<String> {
    match read(source) {
        Found::Known(machine) => machine.template.into_iter().flat_map(|t| t.bases).map(|base| base.target).collect(),
        _ => HashSet::new(),
    }
}

fn view(index: usize, node: Node<'_>, sealed: &HashSet<String>) -> DiskView {
    let target = attribute_of(node, "target", "dev").unwrap_or_default();
    let device = node.attribute("device").map_or_else(|| "disk".to_owned(), std::borrow::Cow::into_owned);
    let reason = reason(node, &device, sealed.contains(&target));
    let possible = possible(node, &device, &reason);
    DiskView {
        index,
        target,
        device,
        source: source_of(node),
        format: attribute_of(node, "driver", "type"),
        read_only: node.child("readonly").is_some(),
        default: possible.first().copied().unwrap_or(Treatment::LeaveOut),
        reason,
        possible,
    }
}

pub(super) fn attribute_of(node: Node<'_>, child: &str, attribute: &str) -> Option<String> {
    node.child(child)?.attribute(attribute).map(std::borrow::Cow::into_owned)
}

fn kind(node: Node<'_>) -> String {
    node.attribute("type").unwrap_or_default().into_owned()
}

pub(super) fn source_of(disk: Node<'_>) -> Option<DiskSource> {
    let get = |name| attribute_of(disk, "source", name).filter(|value| !value.is_empty());
    match kind(disk).as_str() {
        "block" => get("dev").map(DiskSource::Block),
        "volume" => Some(DiskSource::Volume { pool: get("pool")?, volume: get("volume")? }),
        "file" | "" => get("file").map(DiskSource::File),
        _ => None,
    }
}

fn reason(node: Node<'_>, device: &str, sealed: bool) -> DiskReason {
    let kind = kind(node);
    let known = matches!(kind.as_str(), "" | "file" | "block" | "volume");
    let shares_backing = |t: Node<'_>| t.attribute("shareBacking").as_deref() == Some("yes");
    if known && source_of(node).is_none() {
        DiskReason::Empty
    } else if sealed {
        DiskReason::TemplateBase
    } else if node.child("readonly").is_some() {
        DiskReason::ReadOnly
    } else if node.child("shareable").is_some() {
        DiskReason::Shareable
    } else if node.child("transient").is_some_and(shares_backing) {
        DiskReason::Transient
    } else if kind == "network" {
        DiskReason::Network(attribute_of(node, "source", "protocol").unwrap_or_default())
    } else if device == "lun" {
        DiskReason::PassedThrough(device.to_owned())
    } else if known {
        DiskReason::Own
    } else {
        DiskReason::PassedThrough(kind)
    }
}

fn possible(node: Node<'_>, device: &str, reason: &DiskReason) -> Vec<Treatment> {
    use Treatment::{Copy, LeaveOut, Link, Share};
    let copy = source_of(node).map(|_| Copy);
    let link = can_link(node, device).then_some(Link);
    let all = match reason {
        DiskReason::Empty | DiskReason::Transient => vec![Some(Share), Some(LeaveOut)],
        DiskReason::ReadOnly | DiskReason::Shareable => vec![Some(Share), copy, link, Some(LeaveOut)],
        DiskReason::Own => vec![copy, link, Some(LeaveOut), Some(Share)],
        DiskReason::TemplateBase => vec![link, copy, Some(LeaveOut)],
        DiskReason::Network(_) | DiskReason::PassedThrough(_) => vec![Some(LeaveOut), Some(Share)],
    };
    all.into_iter().flatten().collect()
}

/// QEMU opens a base below an overlay by its path and format alone: no secrets of an encrypted one, no slice of a file.
fn can_link(node: Node<'_>, device: &str) -> bool {
    let plain = |source: Node<'_>| source.child("encryption").is_none() && source.child("slices").is_none();
    let format = attribute_of(node, "driver", "type");
    device == "disk"
        && source_of(node).is_some()
        && node.child("source").is_some_and(plain)
        && node.child("encryption").is_none()
        && format.is_none_or(|format| matches!(format.as_str(), "raw" | "qcow2" | "qcow" | "qed" | "vmdk" | "vdi"))
}

/// Refuses choices that are not possible, and new disks that are not new.
pub(super) fn check(source: &Document, choices: &BTreeMap<usize, DiskChoice>) -> Result<(), CloneError> {
    let views = disks(source);
    if let Some(index) = choices.keys().find(|index| **index >= views.len()) {
        return Err(CloneError::NoDisk(*index));
    }
    let used = views.iter().filter_map(|view| view.source.as_ref()).map(DiskSource::label);
    let mut taken: HashSet<String> = used.chain(backing_files(source)).collect();
    for DiskView { index, target, default, possible, .. } in views {
        let Some(choice) = choices.get(&index) else {
            if matches!(default, Treatment::Copy | Treatment::Link) {
                return Err(CloneError::UndecidedDisk { index, target });
            }
            continue;
        };
        if !possible.contains(&choice.treatment()) {
            return Err(CloneError::ImpossibleDisk { index, target });
        }
        if let Some(label) = choice.target().map(DiskSource::label).filter(|label| !taken.insert(label.clone())) {
            return Err(CloneError::TakenDisk(label));
        }
    }
    Ok(())
}

fn backing_files(source: &Document) -> impl Iterator<Item = String> {
    let chains = nodes(source).flat_map(Node::descendants).filter(|node| node.is(None, "source"));
    chains.filter_map(|node| node.attribute("file").or_else(|| node.attribute("dev"))).map(std::borrow::Cow::into_owned)
}
