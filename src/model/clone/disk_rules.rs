//! Giving the clone its disks.

use super::change::Reason;
use super::disks;
use super::question::{Answer, Subject};
use super::request::{DiskChoice, DiskSource};
use super::work::Work;
use super::{CloneError, derive};
use crate::resize::{EPHEMERAL, SWAP};
use crate::xml::{Element, Node};

/// What names an image in `<source>`, by the disk's type.
const PLACES: [&str; 4] = ["file", "dev", "pool", "volume"];

pub(super) fn apply(work: &mut Work<'_>) -> Result<(), CloneError> {
    let sealed = disks::sealed(work.source);
    for (view, node) in disks::disks(work.source).iter().zip(disks::nodes(work.source)) {
        let choice = work.request.disks.get(&view.index).cloned();
        let choice = match (choice, view.default) {
            (Some(choice), _) => choice,
            (None, disks::Treatment::Share) => DiskChoice::Share,
            (None, disks::Treatment::LeaveOut) => DiskChoice::LeaveOut,
            (None, _) => return Err(CloneError::UndecidedDisk { index: view.index, target: view.target.clone() }),
        };
        match choice {
            DiskChoice::LeaveOut => work.remove(node, Reason::Disk),
            DiskChoice::Share => shared(work, node),
            DiskChoice::Copy { to, format } => own(work, node, &to, format.as_deref(), sealed.contains(&view.target)),
            DiskChoice::Link { to } => own(work, node, &to, Some("qcow2"), sealed.contains(&view.target)),
        }
    }
    Ok(())
}

/// The questions alone, for disks that are not decided yet.
pub(super) fn ask(work: &mut Work<'_>) {
    for (view, node) in disks::disks(work.source).iter().zip(disks::nodes(work.source)) {
        let treatment = work.request.disks.get(&view.index).map_or(view.default, DiskChoice::treatment);
        match treatment {
            disks::Treatment::LeaveOut => work.remove(node, Reason::Disk),
            disks::Treatment::Share => {}
            disks::Treatment::Copy | disks::Treatment::Link => numbers(work, node),
        }
    }
}

/// A chain with indexes is what libvirt found when it started the machine; it finds it again.
fn shared<'d>(work: &mut Work<'d>, disk: Node<'d>) {
    for source in disk.children_named("source") {
        work.no_attribute(source, "index", Reason::Runtime);
    }
    let live = work.root().attribute("id").is_some();
    let found = |node: &Node<'_>| live || node.attribute("index").is_some();
    disk.children_named("backingStore").filter(found).for_each(|chain| work.remove(chain, Reason::Runtime));
    disk.children_named("mirror").for_each(|mirror| work.remove(mirror, Reason::Runtime));
}

fn own<'d>(work: &mut Work<'d>, disk: Node<'d>, to: &DiskSource, format: Option<&str>, sealed: bool) {
    source(work, disk, to);
    if let Some(format) = format {
        driver(work, disk, format);
    }
    // The copy is one image, and an overlay's own header says what it lies on, with the format.
    disk.children_named("backingStore").for_each(|chain| work.remove(chain, Reason::Disk));
    disk.children_named("mirror").for_each(|mirror| work.remove(mirror, Reason::Runtime));
    if sealed {
        disk.children_named("readonly").for_each(|lock| work.remove(lock, Reason::Metadata));
    }
    numbers(work, disk);
}

fn source<'d>(work: &mut Work<'d>, disk: Node<'d>, to: &DiskSource) {
    let (kind, values) = match to {
        DiskSource::File(path) => ("file", vec![("file", path)]),
        DiskSource::Block(path) => ("block", vec![("dev", path)]),
        DiskSource::Volume { pool, volume } => ("volume", vec![("pool", pool), ("volume", volume)]),
    };
    work.attribute(disk, "type", kind, Reason::Disk);
    let mut all = disk.children_named("source");
    let Some(node) = all.next() else {
        let element = values.into_iter().fold(Element::new("source"), |e, (name, value)| e.attribute(name, value));
        work.insert_first(disk, element, Reason::Disk);
        return;
    };
    for name in PLACES.iter().filter(|name| values.iter().all(|(kept, _)| kept != *name)) {
        work.no_attribute(node, name, Reason::Disk);
    }
    for (name, value) in values {
        work.attribute(node, name, value, Reason::Disk);
    }
    work.no_attribute(node, "mode", Reason::Disk);
    work.no_attribute(node, "index", Reason::Runtime);
    work.no_attribute(node, "fdgroup", Reason::Runtime);
    node.children_named("dataStore").for_each(|data| work.remove(data, Reason::Disk));
    all.for_each(|other| work.remove(other, Reason::Disk));
}

fn driver<'d>(work: &mut Work<'d>, disk: Node<'d>, format: &str) {
    if let Some(node) = disk.child("driver") {
        work.attribute(node, "type", format, Reason::Disk);
    } else {
        let element = Element::new("driver").attribute("name", "qemu").attribute("type", format);
        work.insert_first(disk, element, Reason::Disk);
    }
}

fn numbers<'d>(work: &mut Work<'d>, disk: Node<'d>) {
    let target = disks::attribute_of(disk, "target", "dev").unwrap_or_default();
    for name in ["serial", "wwn"] {
        for node in disk.children_named(name).filter(|node| !node.text().trim().is_empty()) {
            number(work, node, &target);
        }
    }
}

fn number<'d>(work: &mut Work<'d>, node: Node<'d>, target: &str) {
    let old = node.text().trim().to_owned();
    // By these a flavor's disks are known again, in each of its machines.
    if [EPHEMERAL, SWAP].contains(&old.as_str()) {
        return;
    }
    let others = [Answer::Keep, Answer::LeaveOut, Answer::To(old.clone())];
    let new = match work.ask(node, Subject::DiskSerial { target: target.to_owned() }, Answer::Renew, &others) {
        Answer::Keep => return,
        Answer::LeaveOut => return work.remove(node, Reason::Serial),
        Answer::To(new) => new,
        // Two disks may have one target's name in a damaged file, not one old number.
        Answer::Renew if node.name() == "wwn" => derive::wwn(work.identity().uuid, &format!("{target} {old}")),
        Answer::Renew => derive::serial(work.identity().uuid, &format!("{target} {old}")),
    };
    work.text(node, &new, Reason::Serial);
}
