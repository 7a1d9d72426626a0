//! The other devices: what is passed through, shared by name, or kept in a file.

use super::change::Reason;
use super::guest::companion;
use super::question::{Answer, Subject};
use super::work::Work;
use super::{Companion, CompanionKind, derive};
use crate::xml::Node;

pub(super) fn apply(work: &mut Work<'_>) {
    each(work, "hostdev", host_device);
    each(work, "input", input);
    each(work, "shmem", shared_memory);
    each(work, "vsock", vsock);
    each(work, "tpm", tpm);
    each(work, "memory", memory);
    each(work, "filesystem", filesystem);
    each(work, "lease", lease);
    each(work, "pstore", crash_store);
    each(work, "audio", recording);
}

fn each<'d>(work: &mut Work<'d>, name: &'static str, rule: impl Fn(&mut Work<'d>, Node<'d>)) {
    for node in work.devices(name) {
        rule(work, node);
    }
}

fn attribute(node: Node<'_>, name: &str) -> String {
    node.attribute(name).unwrap_or_default().into_owned()
}

/// Asks about something that the clone goes without unless it is kept.
fn leave_out<'d>(work: &mut Work<'d>, node: Node<'d>, subject: Subject, reason: Reason) {
    if work.ask(node, subject, Answer::LeaveOut, &[Answer::Keep]) == Answer::LeaveOut {
        work.remove(node, reason);
    }
}

fn host_device<'d>(work: &mut Work<'d>, node: Node<'d>) {
    let kind = attribute(node, "type");
    leave_out(work, node, Subject::HostDevice { kind }, Reason::HostDevice);
}

/// A keyboard or tablet of the host.
fn input<'d>(work: &mut Work<'d>, node: Node<'d>) {
    let kind = attribute(node, "type");
    if matches!(kind.as_str(), "evdev" | "passthrough") {
        leave_out(work, node, Subject::HostDevice { kind }, Reason::HostDevice);
    }
}

/// The memory has a name on the host. One that a server hands out cannot be renamed here.
fn shared_memory<'d>(work: &mut Work<'d>, node: Node<'d>) {
    let name = attribute(node, "name");
    let server = node.child("server").is_some();
    let subject = Subject::SharedMemory { name: name.clone(), server };
    let (default, other) = if server { (Answer::LeaveOut, Answer::Renew) } else { (Answer::Renew, Answer::LeaveOut) };
    match work.ask(node, subject, default, &[other, Answer::Keep, Answer::To(name.clone())]) {
        Answer::Keep => {}
        Answer::LeaveOut => work.remove(node, Reason::SharedMemory),
        Answer::To(new) => work.attribute(node, "name", &new, Reason::SharedMemory),
        Answer::Renew => {
            let new = derive::file_name(&name, &work.old_name(), &work.identity().name);
            work.attribute(node, "name", &new, Reason::SharedMemory);
        }
    }
}

/// libvirt chooses an address at each start.
fn vsock<'d>(work: &mut Work<'d>, node: Node<'d>) {
    for cid in node.children_named("cid").filter(|cid| cid.attribute("address").is_some()) {
        let chosen = attribute(cid, "auto") == "yes";
        work.attribute(cid, "auto", "yes", Reason::Vsock);
        work.no_attribute(cid, "address", if chosen { Reason::Runtime } else { Reason::Vsock });
    }
}

fn tpm<'d>(work: &mut Work<'d>, node: Node<'d>) {
    for backend in node.children_named("backend") {
        let kind = attribute(backend, "type");
        let subject = Subject::Tpm { backend: kind.clone() };
        if kind != "emulator" {
            leave_out(work, node, subject, Reason::Tpm);
        } else if work.ask(node, subject, Answer::Renew, &[Answer::LeaveOut]) == Answer::LeaveOut {
            work.remove(node, Reason::Tpm);
        } else {
            tpm_state(work, backend);
        }
    }
}

/// The usual state lies in a folder named by the UUID; libvirt 10.10 and later take a path.
fn tpm_state<'d>(work: &mut Work<'d>, backend: Node<'d>) {
    let source = backend.children_named("source").find_map(|s| Some((s, s.attribute("path")?.into_owned())));
    let Some((source, old)) = source.filter(|(_, old)| !old.is_empty()) else {
        work.companions.push(Companion { kind: CompanionKind::Tpm, from: None, to: None });
        return;
    };
    let new = work.path(&old);
    companion(work, CompanionKind::Tpm, &old, &new);
    work.attribute(source, "path", &new, Reason::Tpm);
}

/// Modules with a file or device behind them: NVDIMM and virtio-pmem.
fn memory<'d>(work: &mut Work<'d>, node: Node<'d>) {
    if let Some(uuid) = node.child("uuid") {
        let new = derive::uuid(work.identity().uuid, &uuid.text());
        work.text(uuid, &new, Reason::Uuid);
    }
    for target in node.children_named("target").filter(|_| attribute(node, "model") == "virtio-mem") {
        target.children_named("current").for_each(|current| work.remove(current, Reason::Runtime));
    }
    let Some(place) = node.child("source").and_then(|s| s.child("path")) else { return };
    let path = place.text().trim().to_owned();
    let device = path.starts_with("/dev/") && !path.starts_with("/dev/shm/");
    let (default, other) = if device { (Answer::LeaveOut, Answer::Renew) } else { (Answer::Renew, Answer::LeaveOut) };
    let others: Vec<_> = if device { vec![] } else { vec![other] };
    let others = [others, vec![Answer::Keep, Answer::To(path.clone())]].concat();
    let subject = Subject::MemoryModule { path: path.clone() };
    match work.ask(node, subject, default, &others) {
        Answer::Keep => {}
        Answer::LeaveOut => work.remove(node, Reason::SharedPath),
        Answer::To(new) => work.text(place, &new, Reason::SharedPath),
        Answer::Renew => {
            let new = work.path(&path);
            companion(work, CompanionKind::Memory, &path, &new);
            work.text(place, &new, Reason::SharedPath);
        }
    }
}

/// Folders are shared on purpose, as virt-manager leaves them; not so an image, the socket of a virtiofs daemon, or the
/// root of a container.
fn filesystem<'d>(work: &mut Work<'d>, node: Node<'d>) {
    let Some(source) = node.child("source") else { return };
    let is_container = attribute(work.root(), "type") == "lxc";
    let is_root = node.child("target").is_some_and(|target| attribute(target, "dir") == "/");
    let place = match attribute(node, "type").as_str() {
        "file" => "file",
        "block" => "dev",
        _ if source.attribute("socket").is_some() => "socket",
        _ if is_container && is_root && source.attribute("dir").is_some() => "dir",
        _ => return,
    };
    let old = attribute(source, place);
    let others = [Answer::Keep, Answer::To(old.clone())];
    match work.ask(node, Subject::Filesystem { source: old }, Answer::LeaveOut, &others) {
        Answer::LeaveOut => work.remove(node, Reason::Filesystem),
        Answer::To(new) => work.attribute(source, place, &new, Reason::Filesystem),
        Answer::Keep | Answer::Renew => {}
    }
}

fn lease<'d>(work: &mut Work<'d>, node: Node<'d>) {
    let key = node.child("key").map(|key| key.text().trim().to_owned()).unwrap_or_default();
    leave_out(work, node, Subject::Lease { key }, Reason::Lease);
}

fn crash_store<'d>(work: &mut Work<'d>, node: Node<'d>) {
    let Some(path) = node.child("path") else { return };
    let old = path.text().trim().to_owned();
    if !old.is_empty() {
        let new = work.path(&old);
        companion(work, CompanionKind::CrashStore, &old, &new);
        work.text(path, &new, Reason::SharedPath);
    }
}

/// Sound that is written to a file.
fn recording<'d>(work: &mut Work<'d>, node: Node<'d>) {
    if attribute(node, "type") != "file" {
        return;
    }
    if let Some(path) = node.attribute("path").filter(|path| !path.is_empty()) {
        let new = work.path(&path);
        work.attribute(node, "path", &new, Reason::SharedPath);
    }
}
