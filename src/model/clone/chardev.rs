//! Serial ports, consoles, channels and their like: where on the host they end.

use std::collections::HashMap;

use super::change::Reason;
use super::question::{Answer, Subject};
use super::work::Work;
use crate::xml::Node;

/// Answers by kind, place, and whether that is shared: libvirt's `<console>` repeats the first `<serial>`, and follows it.
type Answered = HashMap<(String, String, bool), Answer>;

pub(super) fn apply(work: &mut Work<'_>) {
    let mut answered = Answered::new();
    for name in ["serial", "console", "parallel", "channel", "redirdev", "smartcard"] {
        for node in work.devices(name) {
            line(work, node, node, &mut answered);
        }
    }
    for rng in work.devices("rng") {
        for backend in rng.children_named("backend").filter(|b| b.attribute("model").as_deref() == Some("egd")) {
            line(work, rng, backend, &mut answered);
        }
    }
}

/// One device; `end` has the `type` and `<source>` of the host's end, which is the device itself except for an RNG.
fn line<'d>(work: &mut Work<'d>, device: Node<'d>, end: Node<'d>, answered: &mut Answered) {
    for log in end.children_named("log") {
        rename(work, log, "file", false);
    }
    work.no_attribute(device, "tty", Reason::Runtime);
    match end.attribute("type").as_deref() {
        Some("pty") => pty(work, end),
        Some("file") => end.children_named("source").for_each(|source| rename(work, source, "path", false)),
        Some("unix") if is_libvirts_own(end) => {
            end.children_named("source").for_each(|source| work.no_attribute(source, "path", Reason::OwnPath));
        }
        Some("unix" | "dev" | "pipe") => elsewhere(work, device, end, "path", answered),
        Some("nmdm") => elsewhere(work, device, end, "master", answered),
        Some("tcp" | "udp") => elsewhere(work, device, end, "service", answered),
        _ => {}
    }
}

/// The terminal of the running machine.
fn pty<'d>(work: &mut Work<'d>, end: Node<'d>) {
    for source in end.children_named("source").filter(|source| source.attribute("path").is_some()) {
        if source.children().next().is_none() && source.attributes().count() == 1 {
            work.remove(source, Reason::Runtime);
        } else {
            work.no_attribute(source, "path", Reason::Runtime);
        }
    }
}

/// virt-manager's rule: libvirt's own path of an agent's channel ends in the channel's name.
fn is_libvirts_own(end: Node<'_>) -> bool {
    let name = end.child("target").and_then(|target| target.attribute("name")).filter(|name| !name.is_empty());
    let path = end.child("source").and_then(|source| source.attribute("path"));
    matches!((name, path), (Some(name), Some(path)) if path.contains(&*name))
}

fn rename<'d>(work: &mut Work<'d>, node: Node<'d>, attribute: &str, socket: bool) {
    let Some(old) = node.attribute(attribute).filter(|old| !old.is_empty() && !old.starts_with("/dev/")) else {
        return;
    };
    let new = if socket { work.socket(&old) } else { work.path(&old) };
    work.attribute(node, attribute, &new, Reason::SharedPath);
}

/// A line that ends at something that only one machine can have, or that it connects to.
fn elsewhere<'d>(work: &mut Work<'d>, device: Node<'d>, end: Node<'d>, attribute: &str, answered: &mut Answered) {
    let sources = || end.children_named("source").filter(|s| s.attribute(attribute).is_some_and(|v| !v.is_empty()));
    let is_bound = |source: &Node<'_>| source.attribute("mode").as_deref() == Some("bind");
    let Some(source) = sources().find(is_bound).or_else(|| sources().next()) else { return };
    let kind = end.attribute("type").unwrap_or_default().into_owned();
    let at = source.attribute(attribute).unwrap_or_default().into_owned();
    let listens = matches!(kind.as_str(), "tcp" | "udp" | "unix");
    let shared = listens && !is_bound(&source);
    let key = (kind.clone(), at.clone(), shared);
    let repeated = answered.get(&key).filter(|_| device.name() == "console").cloned();
    let answer = repeated.unwrap_or_else(|| {
        let (default, others) = answers(device.name(), &kind, shared, &at);
        let subject = Subject::CharacterDevice { device: device.name().to_owned(), kind: kind.clone(), at };
        work.ask(device, subject, default, &others)
    });
    answered.insert(key, answer.clone());
    let reason = match kind.as_str() {
        "tcp" | "udp" => Reason::SharedPort,
        "dev" | "nmdm" => Reason::HostDevice,
        _ => Reason::SharedPath,
    };
    match answer {
        Answer::Keep => {}
        Answer::LeaveOut => work.remove(device, reason),
        Answer::To(new) => work.attribute(source, attribute, &new, reason),
        Answer::Renew if kind == "unix" => rename(work, source, attribute, true),
        Answer::Renew => to_pty(work, end, reason),
    }
}

/// What is connected to is shared unless somebody says otherwise. What is listened at gets a new path where it has one;
/// a port or device has no rule for a new one, so a line of the guest's stays, as a pty that Lectern shows.
fn answers(device: &str, kind: &str, shared: bool, at: &str) -> (Answer, Vec<Answer>) {
    let to = Answer::To(at.to_owned());
    let can_be_pty = matches!(device, "serial" | "console" | "parallel" | "channel") && kind != "nmdm";
    match (shared, kind) {
        (true, _) => (Answer::Keep, vec![to, Answer::LeaveOut]),
        (false, "unix") => (Answer::Renew, vec![to, Answer::LeaveOut, Answer::Keep]),
        (false, _) if can_be_pty => (Answer::Renew, vec![to, Answer::LeaveOut, Answer::Keep]),
        (false, _) => (Answer::LeaveOut, vec![to, Answer::Keep]),
    }
}

fn to_pty<'d>(work: &mut Work<'d>, end: Node<'d>, reason: Reason) {
    work.attribute(end, "type", "pty", reason);
    for name in ["source", "protocol", "reconnect"] {
        end.children_named(name).for_each(|child| work.remove(child, reason));
    }
}
