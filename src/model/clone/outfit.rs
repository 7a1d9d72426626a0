//! Another size and another network for the clone, where the caller wants them.

use super::CloneError;
use super::change::Reason;
use super::work::Work;
use crate::units::KiB;
use crate::xml::{Element, Node};

pub(super) fn apply(work: &mut Work<'_>) -> Result<(), CloneError> {
    if let Some(network) = &work.request.network {
        plug(work, network);
    }
    match work.request.size {
        Some((memory, vcpus)) => size(work, memory.0, vcpus),
        None => Ok(()),
    }
}

/// What a machine has: its memory and virtual CPUs, where its XML says so.
pub(super) fn sizes(root: Node<'_>) -> (Option<KiB>, Option<u32>) {
    let vcpus = root.child("vcpu").and_then(number).and_then(|vcpus| u32::try_from(vcpus).ok());
    (root.child("memory").and_then(kib).map(KiB), vcpus)
}

/// Sizes that are the source's already, in whatever unit, are left as they are written.
fn size(work: &mut Work<'_>, memory: u64, vcpus: u32) -> Result<(), CloneError> {
    let root = work.root();
    let cpu = root.child("cpu");
    let (old_memory, old_vcpus) = (root.child("memory").and_then(kib), root.child("vcpu").and_then(|n| number(n)));
    if (old_memory, old_vcpus) == (Some(memory), Some(u64::from(vcpus))) {
        return Ok(());
    }
    if cpu.is_some_and(|cpu| cpu.child("numa").is_some()) {
        return Err(CloneError::Numa);
    }
    for node in ["memory", "currentMemory"].iter().flat_map(|name| root.children_named(name)) {
        if kib(node) != Some(memory) {
            work.attribute(node, "unit", "KiB", Reason::Size);
            work.text(node, &memory.to_string(), Reason::Size);
        }
    }
    for node in root.children_named("vcpu").filter(|node| number(*node) != Some(u64::from(vcpus))) {
        work.text(node, &vcpus.to_string(), Reason::Size);
        work.no_attribute(node, "current", Reason::Size);
        // libvirt refuses a topology or a list of CPUs that does not add up to the number.
        let lists = [cpu.and_then(|cpu| cpu.child("topology")), root.child("vcpus")];
        lists.into_iter().flatten().for_each(|list| work.remove(list, Reason::Size));
    }
    Ok(())
}

fn number(node: Node<'_>) -> Option<u64> {
    node.text().trim().parse().ok()
}

/// libvirt's units of memory (libvirt.org/formatdomain.html, "Memory Allocation"); KiB where none is written.
fn kib(node: Node<'_>) -> Option<u64> {
    let amount = number(node)?;
    match node.attribute("unit").as_deref() {
        None | Some("KiB" | "k") => Some(amount),
        Some("MiB" | "M") => amount.checked_mul(1 << 10),
        Some("GiB" | "G") => amount.checked_mul(1 << 20),
        Some("TiB" | "T") => amount.checked_mul(1 << 30),
        Some(_) => None,
    }
}

/// Plugs the first network card into a virtual network; what belonged to its old place goes.
fn plug(work: &mut Work<'_>, network: &str) {
    let Some(card) = work.devices("interface").first().copied() else { return };
    let kind = card.attribute("type").unwrap_or_default();
    let there = card.child("source").is_some_and(|source| source.attribute("network").as_deref() == Some(network));
    if kind == "network" && there {
        return;
    }
    work.attribute(card, "type", "network", Reason::Network);
    work.no_attribute(card, "managed", Reason::Network);
    let element = Element::new("source").attribute("network", network);
    let mut sources = card.children_named("source");
    match (sources.next(), card.child("mac")) {
        (Some(old), _) => work.replace(old, element, Reason::Network),
        (None, Some(mac)) => work.insert_after(mac, element, Reason::Network),
        (None, None) => work.insert_first(card, element, Reason::Network),
    }
    sources.for_each(|other| work.remove(other, Reason::Network));
    for name in ["virtualport", "backend", "portForward", "ip", "route", "vlan"] {
        card.children_named(name).for_each(|node| work.remove(node, Reason::Network));
    }
    // A device of the host had a driver of the host's.
    if matches!(&*kind, "hostdev" | "vdpa" | "vhostuser") {
        card.children_named("driver").for_each(|node| work.remove(node, Reason::Network));
    }
}
