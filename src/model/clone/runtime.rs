//! What live XML says of the running machine: the rules of [`crate::identity`], which were tried with libvirt.

use super::change::Reason;
use super::work::Work;

pub(super) fn apply(work: &mut Work<'_>) {
    if work.root().attribute("id").is_some() {
        live(work);
    }
    for device in super::devices_of(work.root()).collect::<Vec<_>>() {
        for alias in device.children_named("alias") {
            // A user's own alias is part of the description (libvirt.org/formatdomain.html, "Device names").
            if alias.attribute("name").is_none_or(|name| !name.starts_with("ua-")) {
                work.remove(alias, Reason::Runtime);
            }
        }
        if device.name() == "channel" {
            for target in device.children_named("target") {
                work.no_attribute(target, "state", Reason::Runtime);
            }
        }
    }
}

/// The partition that every running machine is shown in, and the CPU's features that the guest got: with `full`, libvirt
/// refuses to start where one is missing.
fn live(work: &mut Work<'_>) {
    let root = work.root();
    for node in root.children_named("resource") {
        let is_usual = node.child("partition").is_some_and(|partition| partition.text() == "/machine");
        if is_usual && node.children().count() == 1 {
            work.remove(node, Reason::Runtime);
        }
    }
    for cpu in root.children_named("cpu").filter(|cpu| cpu.attribute("check").as_deref() == Some("full")) {
        work.attribute(cpu, "check", "partial", Reason::Runtime);
    }
}
