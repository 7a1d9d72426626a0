//! Firmware files, security labels, and arguments passed to QEMU as they are.

use super::change::Reason;
use super::question::{Answer, Subject};
use super::work::Work;
use super::{Companion, CompanionKind, derive};
use crate::xml::Node;

/// The namespaces in which libvirt's drivers take a `<commandline>`.
const COMMAND_LINES: [&str; 3] = [
    "http://libvirt.org/schemas/domain/qemu/1.0",
    "http://libvirt.org/schemas/domain/bhyve/1.0",
    "http://libvirt.org/schemas/domain/xen/1.0",
];

/// What an argument that names a file, socket or port of the host has in it.
const HOST_WORDS: [&str; 7] = ["/", "hostfwd", "guestfwd", "file=", "filename", "port=", "socket"];

pub(super) fn apply(work: &mut Work<'_>) {
    let root = work.root();
    for os in root.children_named("os") {
        os.children_named("nvram").for_each(|node| nvram(work, node));
        os.children_named("varstore").for_each(|node| variables_at(work, node, "path"));
        os.children_named("loader").for_each(|node| loader(work, os, node));
    }
    root.children_named("seclabel").for_each(|node| security_label(work, node));
    for node in root.children() {
        if node.name() == "commandline" && node.namespace().is_some_and(|uri| COMMAND_LINES.contains(&uri)) {
            command_line(work, node);
        }
    }
}

/// libvirt chooses a place by the machine's name where there is none.
fn nvram<'d>(work: &mut Work<'d>, node: Node<'d>) {
    let path = node.text().trim().to_owned();
    match node.child("source") {
        Some(source) if source.attribute("file").is_some() => variables_at(work, source, "file"),
        Some(_) => {
            let answer = work.ask(node, Subject::Nvram, Answer::LeaveOut, &[Answer::Keep]);
            if answer == Answer::LeaveOut {
                work.remove(node, Reason::Nvram);
            }
        }
        None if path.is_empty() => {}
        None => {
            let new = variables(work, &path);
            work.text(node, &new, Reason::Nvram);
        }
    }
}

fn variables_at<'d>(work: &mut Work<'d>, node: Node<'d>, attribute: &str) {
    let Some(path) = node.attribute(attribute).filter(|path| !path.is_empty()) else { return };
    let new = variables(work, &path);
    work.attribute(node, attribute, &new, Reason::Nvram);
}

fn variables(work: &mut Work<'_>, path: &str) -> String {
    let file = derive::nvram_name(derive::split(path).1, &work.identity().name);
    let new = work.path_named(path, &file);
    companion(work, CompanionKind::Nvram, path, &new);
    new
}

pub(super) fn companion(work: &mut Work<'_>, kind: CompanionKind, from: &str, to: &str) {
    work.companions.push(Companion { kind, from: Some(from.to_owned()), to: Some(to.to_owned()) });
}

/// A firmware in one file with its variables is written to; all others are shared by the whole host.
fn loader<'d>(work: &mut Work<'d>, os: Node<'d>, node: Node<'d>) {
    let is = |name: &str, value: &str| node.attribute(name).is_some_and(|v| v == value);
    let path = node.text().trim().to_owned();
    if !is("readonly", "no") || is("stateless", "yes") || os.child("nvram").is_some() || path.is_empty() {
        return;
    }
    let new = work.path(&path);
    companion(work, CompanionKind::Firmware, &path, &new);
    work.text(node, &new, Reason::Nvram);
}

/// A label that libvirt chose is the running machine's; one that somebody fixed tells machines apart, except for the
/// user and group of DAC, which machines usually share.
fn security_label<'d>(work: &mut Work<'d>, node: Node<'d>) {
    if node.attribute("type").as_deref() != Some("static") {
        return generated_label(work, node);
    }
    let model = node.attribute("model").unwrap_or_default().into_owned();
    let label = node.child("label").map(|child| child.text().trim().to_owned()).unwrap_or_default();
    let (default, other) =
        if model == "dac" { (Answer::Keep, Answer::LeaveOut) } else { (Answer::LeaveOut, Answer::Keep) };
    let subject = Subject::SecurityLabel { model, label };
    if work.ask(node, subject, default, &[other]) == Answer::LeaveOut {
        work.remove(node, Reason::SecurityLabel);
    }
}

/// With a base of the user's, the element says more than what libvirt made of it.
fn generated_label<'d>(work: &mut Work<'d>, node: Node<'d>) {
    let made = || ["label", "imagelabel"].into_iter().flat_map(|name| node.children_named(name));
    if made().next().is_some() && node.child("baselabel").is_none() {
        return work.remove(node, Reason::Runtime);
    }
    made().for_each(|child| work.remove(child, Reason::Runtime));
}

fn command_line<'d>(work: &mut Work<'d>, node: Node<'d>) {
    let arguments = node.children().filter(|child| child.name() == "arg");
    let values = arguments.filter_map(|argument| argument.attribute("value"));
    let names_host = values.into_iter().any(|value| HOST_WORDS.iter().any(|word| value.contains(word)));
    let (default, other) = if names_host { (Answer::LeaveOut, Answer::Keep) } else { (Answer::Keep, Answer::LeaveOut) };
    if work.ask(node, Subject::CommandLine { names_host }, default, &[other]) == Answer::LeaveOut {
        work.remove(node, Reason::CommandLine);
    }
}
