//! What live XML says of the running machine. Most of it libvirt would drop itself, at the cost of a difference that
//! nobody understands; some it would believe.

use super::work::Work;
use super::{IdentityError, Reason, devices};
use crate::xml::Node;

type Done = Result<(), IdentityError>;

/// Names that libvirt gives to an interface's end on the host (libvirt: `VIR_NET_GENERATED_*_PREFIX`).
const GENERATED: [&str; 3] = ["vnet", "macvtap", "macvlan"];

pub(super) fn apply<'d>(work: &mut Work<'d>, root: Node<'d>) -> Done {
    let is_live = root.attribute("id").is_some();
    work.remove_attribute(root, "id", Reason::Runtime)?;
    for label in root.children_named("seclabel") {
        seclabel(work, label)?;
    }
    if is_live {
        partition(work, root)?;
        cpu(work, root)?;
    }
    for device in devices(root) {
        alias(work, device)?;
        match device.name() {
            "disk" => disk(work, device, is_live)?,
            "interface" => interface(work, device)?,
            "serial" | "console" | "parallel" => terminal(work, device)?,
            "channel" => channel(work, device)?,
            "graphics" => graphics(work, device)?,
            "vsock" => vsock(work, device)?,
            _ => {}
        }
    }
    Ok(())
}

/// Whether libvirt chose this name for an interface's end on the host.
pub(super) fn is_generated(name: &str) -> bool {
    GENERATED.iter().any(|prefix| {
        name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// A label that libvirt made at the start: dynamic, with no base of the user's.
fn seclabel<'d>(work: &mut Work<'d>, node: Node<'d>) -> Done {
    let dynamic = node.attribute("type").is_none_or(|kind| kind == "dynamic");
    let made = node.child("label").is_some() || node.child("imagelabel").is_some();
    if !dynamic || !made {
        return Ok(());
    }
    if node.child("baselabel").is_none() {
        return work.remove(node, Reason::Runtime);
    }
    for name in ["label", "imagelabel"] {
        for child in node.children_named(name) {
            work.remove(child, Reason::Runtime)?;
        }
    }
    Ok(())
}

/// The resource partition that every running machine is shown in.
fn partition<'d>(work: &mut Work<'d>, root: Node<'d>) -> Done {
    for node in root.children_named("resource") {
        let is_usual = node.child("partition").is_some_and(|partition| partition.text() == "/machine");
        if is_usual && node.children().count() == 1 {
            work.remove(node, Reason::Runtime)?;
        }
    }
    Ok(())
}

/// Live XML lists each feature of the CPU that the guest got, whatever was asked for, and has libvirt refuse to start
/// where one is missing. What was asked for is lost; the machine may at least start on another host.
fn cpu<'d>(work: &mut Work<'d>, root: Node<'d>) -> Done {
    for node in root.children_named("cpu") {
        if node.attribute("check").as_deref() == Some("full") {
            work.set_attribute(node, "check", "partial", Reason::Runtime)?;
        }
    }
    Ok(())
}

/// A user's own alias begins with `ua-` and belongs to the machine (libvirt.org/formatdomain.html, "Devices").
fn alias<'d>(work: &mut Work<'d>, device: Node<'d>) -> Done {
    for alias in device.children_named("alias") {
        if alias.attribute("name").is_none_or(|name| !name.starts_with("ua-")) {
            work.remove(alias, Reason::Runtime)?;
        }
    }
    Ok(())
}

/// The chain of images is found at each start; a recorded one would be believed even where it is no longer true. One
/// without numbers in an XML that is not live is a user's.
fn disk<'d>(work: &mut Work<'d>, device: Node<'d>, is_live: bool) -> Done {
    for source in device.children_named("source") {
        work.remove_attribute(source, "index", Reason::Runtime)?;
    }
    for chain in device.children_named("backingStore") {
        if is_live || chain.attribute("index").is_some() {
            work.remove(chain, Reason::Runtime)?;
        }
    }
    for mirror in device.children_named("mirror") {
        work.remove(mirror, Reason::Runtime)?;
    }
    Ok(())
}

fn interface<'d>(work: &mut Work<'d>, device: Node<'d>) -> Done {
    let of_network = device.attribute("type").as_deref() == Some("network");
    for source in device.children_named("source") {
        work.remove_attribute(source, "portid", Reason::Runtime)?;
        if of_network {
            work.remove_attribute(source, "bridge", Reason::Runtime)?;
        }
    }
    for target in device.children_named("target") {
        let is_users = target.attribute("managed").as_deref() == Some("no");
        if !is_users && target.attribute("dev").is_some_and(|name| is_generated(&name)) {
            host_end(work, target, Reason::Runtime)?;
        }
    }
    Ok(())
}

/// Takes the name of an interface's end on the host out, with its element if that says nothing else.
pub(super) fn host_end<'d>(work: &mut Work<'d>, target: Node<'d>, reason: Reason) -> Done {
    if target.attributes().count() == 1 && target.children().count() == 0 {
        work.remove(target, reason)
    } else {
        work.remove_attribute(target, "dev", reason)
    }
}

/// Pseudo-terminals have another number at each start.
fn terminal<'d>(work: &mut Work<'d>, device: Node<'d>) -> Done {
    work.remove_attribute(device, "tty", Reason::Runtime)?;
    if device.attribute("type").as_deref() != Some("pty") {
        return Ok(());
    }
    for source in device.children_named("source") {
        if source.attribute("path").is_some_and(|path| path.starts_with("/dev/pts/")) {
            work.remove(source, Reason::Runtime)?;
        }
    }
    Ok(())
}

/// libvirt puts a channel's socket into a folder of its own, with the machine's number or name in the path and the
/// channel's name at its end. Another path is a user's.
fn channel<'d>(work: &mut Work<'d>, device: Node<'d>) -> Done {
    let target = device.child("target");
    if let Some(target) = target {
        work.remove_attribute(target, "state", Reason::Runtime)?;
    }
    let Some(name) = target.and_then(|target| target.attribute("name")) else { return Ok(()) };
    if device.attribute("type").as_deref() != Some("unix") {
        return Ok(());
    }
    for source in device.children_named("source") {
        let own = |path: &str| path.contains("/channel/") && path.ends_with(&format!("/{name}"));
        if source.attribute("path").is_some_and(|path| own(&path)) {
            work.remove(source, Reason::Runtime)?;
        }
    }
    Ok(())
}

/// Ports that libvirt chose, and sockets in the running machine's folder.
fn graphics<'d>(work: &mut Work<'d>, device: Node<'d>) -> Done {
    if device.attribute("autoport").as_deref() == Some("yes") {
        for name in ["port", "tlsPort"] {
            if device.attribute(name).is_some() {
                work.set_attribute(device, name, "-1", Reason::Runtime)?;
            }
        }
    }
    for node in std::iter::once(device).chain(device.children_named("listen")) {
        if node.attribute("socket").is_some_and(|path| path.contains("/domain-")) {
            work.remove_attribute(node, "socket", Reason::Runtime)?;
        }
    }
    Ok(())
}

/// An address that libvirt chose.
fn vsock<'d>(work: &mut Work<'d>, device: Node<'d>) -> Done {
    for cid in device.children_named("cid") {
        if cid.attribute("auto").as_deref() == Some("yes") {
            work.remove_attribute(cid, "address", Reason::Runtime)?;
        }
    }
    Ok(())
}
