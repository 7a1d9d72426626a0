//! Tests of the clone rules: each rule alone, whole machines, and properties of arbitrary ones.

mod disks;
mod machines;
mod oracle;
mod property;
mod rules;

use super::*;
use crate::id::DomainId;
use crate::mac::MacAddress;
use crate::xml::Path;

pub(super) const OLD_UUID: &str = "3f0c2b5e-8a41-4a58-9d8e-6a0f4b7e1c01";

/// The `n`th clone: any two differ in all that must be unique.
pub(super) fn identity(n: u8) -> Identity {
    let uuid = DomainId::from_bytes([0xc1, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, n]);
    let macs = (0..64).map(|nic| MacAddress::from_random([0xfe, n, nic])).collect();
    Identity::new(&format!("clone{n}"), uuid).with_macs(macs)
}

/// A request that decides every disk: new ones by the clone's number, or by default.
pub(super) fn request(source: &Document, n: u8) -> Request {
    disks(source).iter().fold(Request::new(identity(n)), |request, view| {
        let to = DiskSource::File(format!("/clones/{n}/{}.img", view.index));
        match view.default {
            Treatment::Copy => request.disk(view.index, DiskChoice::Copy { to, format: None }),
            Treatment::Link => request.disk(view.index, DiskChoice::Link { to }),
            Treatment::Share | Treatment::LeaveOut => request,
        }
    })
}

pub(super) fn parse(text: &str) -> Document {
    Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The clone of a machine with these elements.
pub(super) fn cloned(inside: &str) -> Cloned {
    let source = parse(&machine(inside));
    clone(&source, &request(&source, 1)).unwrap()
}

pub(super) fn machine(inside: &str) -> String {
    format!("<domain type='kvm'><name>web01</name><uuid>{OLD_UUID}</uuid>{inside}</domain>")
}

/// What the clone of a machine with these elements has in their place.
pub(super) fn after(inside: &str) -> String {
    inside_of(&cloned(inside).document)
}

pub(super) fn inside_of(document: &Document) -> String {
    let text = document.as_str();
    let start = text.find("</uuid>").unwrap() + 7;
    text[start..text.len() - "</domain>".len()].to_owned()
}

/// What the clone of a machine with these devices has in their place.
pub(super) fn devices(inside: &str) -> String {
    let all = after(&format!("<devices>{inside}</devices>"));
    all.strip_prefix("<devices>").and_then(|all| all.strip_suffix("</devices>")).unwrap_or(&all).to_owned()
}

/// The same with an answer to the question at this place below `<devices>`.
pub(super) fn answered(inside: &str, place: Path, answer: &Answer) -> String {
    let source = parse(&machine(&format!("<devices>{inside}</devices>")));
    let request = request(&source, 1).answer(place, answer.clone());
    let cloned = clone(&source, &request).unwrap();
    assert!(cloned.questions.iter().any(|q| q.answer == *answer), "{:?}", cloned.questions);
    let all = inside_of(&cloned.document);
    all["<devices>".len()..all.len() - "</devices>".len()].to_owned()
}

pub(super) fn device(name: &str) -> Path {
    Path::root().child("devices").child(name)
}
