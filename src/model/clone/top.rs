//! Name, UUID, title, notes, and the numbers by which firmware and guest know the machine.

use super::change::Reason;
use super::question::{Answer, Subject};
use super::work::Work;
use super::{OEM_PREFIX, derive};
use crate::metadata;
use crate::xml::{Element, Node};

pub(super) fn apply(work: &mut Work<'_>) {
    let root = work.root();
    work.no_attribute(root, "id", Reason::Runtime);
    name(work);
    uuid(work);
    title(work);
    notes(work);
    generation_id(work);
    for sysinfo in root.children_named("sysinfo") {
        smbios(work, sysinfo);
        firmware_config(work, sysinfo);
    }
}

fn name(work: &mut Work<'_>) {
    let (root, name) = (work.root(), &work.identity().name);
    for node in root.children_named("name") {
        work.text(node, name, Reason::Name);
    }
    if root.child("name").is_none() {
        work.insert_first(root, Element::new("name").text(name), Reason::Name);
    }
}

fn uuid(work: &mut Work<'_>) {
    let (root, uuid) = (work.root(), work.identity().uuid.to_string());
    for node in root.children_named("uuid") {
        work.text(node, &uuid, Reason::Uuid);
    }
    if root.child("uuid").is_none() {
        add(work, &["name"], Element::new("uuid").text(&uuid), Reason::Uuid);
    }
}

/// Adds a child of the root after the first of these that is there, else before all.
fn add(work: &mut Work<'_>, after: &[&str], element: Element, reason: Reason) {
    let root = work.root();
    match after.iter().find_map(|name| root.child(name)) {
        Some(node) => work.insert_after(node, element, reason),
        None => work.insert_first(root, element, reason),
    }
}

fn title(work: &mut Work<'_>) {
    let root = work.root();
    let mut old = root.children_named("title");
    match (&work.identity().title, old.next()) {
        (Some(title), Some(node)) => work.text(node, title, Reason::Title),
        (Some(title), None) => add(work, &["uuid", "name"], Element::new("title").text(title), Reason::Title),
        (None, Some(node)) => work.remove(node, Reason::Title),
        (None, None) => {}
    }
    old.for_each(|node| work.remove(node, Reason::Title));
}

/// Other programs' metadata stays as it is; ours, of whatever version, is the source's own story.
fn notes(work: &mut Work<'_>) {
    let root = work.root();
    let mut ours = root.children_named("metadata").flat_map(Node::children).filter(|node| metadata::is_ours(*node));
    let new = work.identity().metadata.as_ref().map(metadata::Machine::to_element);
    match (new, ours.next()) {
        (Some(new), Some(node)) => work.replace(node, new, Reason::Metadata),
        (Some(new), None) => first_note(work, new),
        (None, Some(node)) => work.remove(node, Reason::Metadata),
        (None, None) => {}
    }
    ours.for_each(|node| work.remove(node, Reason::Metadata));
}

fn first_note(work: &mut Work<'_>, new: Element) {
    if let Some(parent) = work.root().child("metadata") {
        work.insert_last(parent, new, Reason::Metadata);
    } else {
        let element = Element::new("metadata").child(new);
        add(work, &["description", "uuid", "name"], element, Reason::Metadata);
    }
}

/// An empty one is filled by libvirt when it defines the machine.
fn generation_id(work: &mut Work<'_>) {
    let new = derive::uuid(work.identity().uuid, "genid");
    for node in work.root().children_named("genid") {
        if !node.text().trim().is_empty() {
            work.text(node, &new, Reason::GenerationId);
        }
    }
}

fn smbios<'d>(work: &mut Work<'d>, sysinfo: Node<'d>) {
    for block in sysinfo.children().filter(|node| node.namespace().is_none()) {
        for (index, entry) in block.children_named("entry").enumerate() {
            match (block.name(), entry.attribute("name").as_deref()) {
                // libvirt refuses a machine whose two UUIDs differ.
                ("system", Some("uuid")) => {
                    let uuid = work.identity().uuid.to_string();
                    work.text(entry, &uuid, Reason::Uuid);
                }
                ("system" | "baseBoard" | "chassis", Some("serial" | "asset")) => {
                    machine_serial(work, entry, &format!("{}{index}", block.name()));
                }
                ("oemStrings", _) if is_identity(&entry.text()) => work.remove(entry, Reason::Metadata),
                _ => {}
            }
        }
    }
}

/// What tells a guest who it is: Lectern's own strings, and the host name as systemd's credentials carry it.
fn is_identity(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(OEM_PREFIX) || text.starts_with("io.systemd.credential:system.hostname=")
}

fn machine_serial<'d>(work: &mut Work<'d>, entry: Node<'d>, tag: &str) {
    let value = entry.text().trim().to_owned();
    if value.is_empty() {
        return;
    }
    let subject = Subject::MachineSerial { value: value.clone() };
    let others = [Answer::Keep, Answer::LeaveOut, Answer::To(value.clone())];
    match work.ask(entry, subject, Answer::Renew, &others) {
        Answer::Keep => {}
        Answer::LeaveOut => work.remove(entry, Reason::Serial),
        Answer::To(text) => work.text(entry, &text, Reason::Serial),
        Answer::Renew => {
            let new = seed(&value, work.identity().name.as_str())
                .unwrap_or_else(|| derive::serial(work.identity().uuid, tag));
            work.text(entry, &new, Reason::Serial);
        }
    }
}

/// cloud-init's `NoCloud` reads the host name (`h`) and the instance (`i`) from the serial number; other words stay.
fn seed(value: &str, name: &str) -> Option<String> {
    let (source, words) = value.split_once(';')?;
    if !source.starts_with("ds=nocloud") {
        return None;
    }
    let renew = |word: &str| match word.split_once('=') {
        Some((key @ ("h" | "i" | "local-hostname" | "instance-id"), _)) => {
            format!("{key}={}", crate::pattern::host_name(name))
        }
        _ => word.to_owned(),
    };
    let words: Vec<_> = words.split(';').map(renew).collect();
    Some(format!("{source};{}", words.join(";")))
}

/// QEMU's `fw_cfg` blobs of Lectern's.
fn firmware_config<'d>(work: &mut Work<'d>, sysinfo: Node<'d>) {
    let ours = |entry: &Node<'_>| entry.attribute("name").is_some_and(|name| name.starts_with("opt/lectern/"));
    for entry in sysinfo.children_named("entry").filter(ours) {
        work.remove(entry, Reason::Metadata);
    }
}
