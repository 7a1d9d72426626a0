//! Name, UUID, addresses, and what goes with them.

use super::runtime::{host_end, is_generated};
use super::work::Work;
use super::{Identity, IdentityError, Reason, devices, interfaces};
use crate::{
    id::DomainId,
    mac::MacAddress,
    xml::{Element, Node, Place},
};

type Done = Result<(), IdentityError>;

pub(super) fn apply<'d>(work: &mut Work<'d>, root: Node<'d>, identity: &Identity) -> Done {
    if let Some(new) = &identity.name {
        name(work, root, new)?;
    }
    if let Some(new) = identity.uuid {
        uuid(work, root, new)?;
        unique(work, root)?;
    }
    match &identity.macs {
        Some(new) => macs(work, root, new),
        None => Ok(()),
    }
}

fn name<'d>(work: &mut Work<'d>, root: Node<'d>, new: &str) -> Done {
    let Some(node) = root.child("name") else {
        let element = Element::new("name").text(new);
        return work.insert(root, Place::FirstIn(root), &element, new.to_owned(), Reason::Name);
    };
    let old = node.text().trim().to_owned();
    work.set_text(node, new, Reason::Name)?;
    for os in root.children_named("os") {
        for nvram in os.children_named("nvram") {
            variables(work, nvram, &old, new)?;
        }
    }
    Ok(())
}

/// The file of UEFI's variables is called after the machine.
fn variables<'d>(work: &mut Work<'d>, nvram: Node<'d>, old: &str, new: &str) -> Done {
    for source in nvram.children_named("source") {
        if let Some(renamed) = source.attribute("file").and_then(|path| renamed(&path, old, new)) {
            work.set_attribute(source, "file", &renamed, Reason::Nvram)?;
        }
    }
    if nvram.children().next().is_some() {
        return Ok(());
    }
    match renamed(nvram.text().trim(), old, new) {
        Some(renamed) => work.set_text(nvram, &renamed, Reason::Nvram),
        None => Ok(()),
    }
}

/// `/…/OLD_VARS.fd` becomes `/…/NEW_VARS.fd`; a file that is not called after the machine gets `NEW_` before its name,
/// so that no two machines write to one. None where there is no path.
fn renamed(path: &str, old: &str, new: &str) -> Option<String> {
    let (folder, file) = path.rsplit_once('/')?;
    let rest = file.strip_prefix(old).filter(|rest| !old.is_empty() && rest.starts_with(['_', '.', '-']));
    Some(match rest {
        Some(rest) => format!("{folder}/{new}{rest}"),
        None => format!("{folder}/{new}_{file}"),
    })
}

/// libvirt refuses an SMBIOS UUID that is not the machine's.
fn uuid<'d>(work: &mut Work<'d>, root: Node<'d>, new: DomainId) -> Done {
    let new = new.to_string();
    if let Some(node) = root.child("uuid") {
        work.set_text(node, &new, Reason::Uuid)?;
    } else {
        let place = root.child("name").map_or(Place::FirstIn(root), Place::After);
        work.insert(root, place, &Element::new("uuid").text(&new), new.clone(), Reason::Uuid)?;
    }
    let systems = root.children_named("sysinfo").flat_map(|info| info.children_named("system"));
    for entry in systems.flat_map(|system| system.children_named("entry")) {
        if entry.attribute("name").as_deref() == Some("uuid") {
            work.set_text(entry, &new, Reason::Uuid)?;
        }
    }
    Ok(())
}

/// What else two machines cannot both have.
fn unique<'d>(work: &mut Work<'d>, root: Node<'d>) -> Done {
    for id in root.children_named("genid") {
        // An empty one lets libvirt make one up.
        if !id.text().trim().is_empty() {
            work.set_text(id, "", Reason::GenerationId)?;
        }
    }
    for device in interfaces(root) {
        for target in device.children_named("target") {
            let kept = |name: &str| !is_generated(name) || target.attribute("managed").as_deref() == Some("no");
            if target.attribute("dev").is_some_and(|name| kept(&name)) {
                host_end(work, target, Reason::HostInterface)?;
            }
        }
    }
    for cid in devices(root).filter(|device| device.is(None, "vsock")).flat_map(|d| d.children_named("cid")) {
        if cid.attribute("auto").as_deref() != Some("yes") {
            work.set_attribute(cid, "auto", "yes", Reason::Vsock)?;
            work.remove_attribute(cid, "address", Reason::Vsock)?;
        }
    }
    Ok(())
}

fn macs<'d>(work: &mut Work<'d>, root: Node<'d>, new: &[MacAddress]) -> Done {
    let needed = interfaces(root).count();
    if new.len() < needed {
        return Err(IdentityError::TooFewMacs { needed, given: new.len() });
    }
    for (device, mac) in interfaces(root).zip(new) {
        let mac = mac.to_string();
        if let Some(node) = device.child("mac") {
            work.set_attribute(node, "address", &mac, Reason::Mac)?;
        } else {
            let element = Element::new("mac").attribute("address", &mac);
            work.insert(device, Place::FirstIn(device), &element, mac, Reason::Mac)?;
        }
    }
    Ok(())
}
