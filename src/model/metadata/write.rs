//! Writing what Lectern notes, without touching what it does not know.

use super::{
    Base, GuestIdentity, Machine, PREFIX, TemplateMark, URI, VERSION, element_of, is_known, namespace, read_element,
};
use crate::identity_files::{Addressing, Nic};
use crate::xml::{Document, EditError, Element, Node, Place, XmlError};

/// The notes in the order in which they are written.
const NAMES: [&str; 9] = ["project", "flavor", "lab", "student", "origin", "guest", "service", "next", "template"];

/// Why notes are not read or written. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// The machine has notes of a version that this program does not know.
    #[error("the notes are of version {0}, which this program does not know")]
    UnknownVersion(String),
    /// The element is not Lectern's.
    #[error("this is not Lectern's element")]
    NotOurs,
    /// It is not XML.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// A note cannot be written into XML.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// Makes the notes in a domain's XML equal to `machine`; notes that do not differ, and elements of ours that this
/// program does not know, keep their bytes. Without any note, our element goes.
///
/// # Errors
/// If the notes that are there are of an unknown version, or a text cannot be written into XML.
pub fn write(document: &Document, machine: &Machine) -> Result<Document, MetadataError> {
    match element_of(document) {
        None => add(document, machine),
        Some(node) if !is_known(node) => {
            let super::Found::Unknown { version, .. } = read_element(node) else { return Err(MetadataError::NotOurs) };
            Err(MetadataError::UnknownVersion(version))
        }
        Some(node) => change(document, node, machine),
    }
}

fn add(document: &Document, machine: &Machine) -> Result<Document, MetadataError> {
    if *machine == Machine::default() {
        return Ok(document.clone());
    }
    let (root, element) = (document.root(), machine.to_element());
    let mut edit = document.edit();
    if let Some(parent) = root.child("metadata") {
        edit.insert(Place::LastIn(parent), &element)?;
    } else {
        let before = ["description", "title", "genid", "uuid", "name"].iter().find_map(|name| root.child(name));
        let place = before.map_or(Place::FirstIn(root), Place::After);
        edit.insert(place, &Element::new("metadata").child(element))?;
    }
    Ok(edit.finish()?)
}

fn change(document: &Document, node: Node<'_>, machine: &Machine) -> Result<Document, MetadataError> {
    let old = read_element(node).machine();
    let is_note = |child: &Node<'_>| child.namespace() == Some(URI) && NAMES.contains(&child.name());
    if *machine == Machine::default() && node.children().all(|child| is_note(&child)) {
        return Ok(document.edit().remove(node)?.finish()?);
    }
    let mut next = document.clone();
    for name in NAMES {
        if old.note(name) != machine.note(name) {
            next = change_one(&next, name, machine.note(name))?;
        }
    }
    Ok(next)
}

/// One note at a time, so that no two changes of one edit meet.
fn change_one(document: &Document, name: &str, note: Option<Element>) -> Result<Document, MetadataError> {
    let Some(ours) = element_of(document) else { return Err(MetadataError::NotOurs) };
    let mut edit = document.edit();
    match (ours.child_in(URI, name), note) {
        (Some(old), Some(note)) => edit.replace(old, &note)?,
        (Some(old), None) => edit.remove(old)?,
        (None, Some(note)) => edit.insert(Place::LastIn(ours), &note)?,
        (None, None) => &mut edit,
    };
    Ok(edit.finish()?)
}

fn ours(name: &str) -> Element {
    Element::in_namespace(&namespace(), name)
}

impl Machine {
    /// Our element, as `virDomainSetMetadata` takes it in its text form and `<metadata>` holds it.
    #[must_use]
    pub fn to_element(&self) -> Element {
        let empty = ours("machine").attribute("version", VERSION);
        NAMES.iter().filter_map(|name| self.note(name)).fold(empty, Element::child)
    }

    /// The element's text for `virDomainSetMetadata` (key [`super::PREFIX`], uri [`super::URI`]); none where nothing is
    /// noted, which removes it.
    ///
    /// # Errors
    /// If a text cannot be written into XML.
    pub fn to_xml(&self) -> Result<Option<String>, MetadataError> {
        if *self == Self::default() {
            return Ok(None);
        }
        let blank = Document::parse(&format!("<{PREFIX}/>"))?;
        Ok(Some(blank.edit().replace(blank.root(), &self.to_element())?.finish()?.to_string()))
    }

    fn note(&self, name: &str) -> Option<Element> {
        let text = |text: &Option<String>| text.as_ref().map(|text| ours(name).text(text));
        match name {
            "project" => text(&self.project),
            "flavor" => text(&self.flavor),
            "lab" => {
                let with = |lab: &super::LabMark| attributes(name, &[("id", &lab.id.to_string()), ("name", &lab.name)]);
                self.lab.as_ref().map(with)
            }
            "student" => self.student.as_ref().map(|s| attributes(name, &[("number", &s.number), ("name", &s.name)])),
            "origin" => self
                .origin
                .as_ref()
                .map(|o| attributes(name, &[("template", &o.template.to_string()), ("name", &o.name)])),
            "guest" => self.guest.as_ref().map(guest),
            "service" => self.service.map(|version| attributes(name, &[("version", &version.to_string())])),
            "next" => self.next.map(|next| {
                attributes(name, &[("line", &next.line.to_string()), ("version", &next.version.to_string())])
            }),
            "template" => self.template.as_ref().map(template),
            _ => None,
        }
    }
}

/// An element with those attributes that are not empty.
fn attributes(name: &str, all: &[(&str, &str)]) -> Element {
    all.iter().filter(|(_, value)| !value.is_empty()).fold(ours(name), |e, (name, value)| e.attribute(name, value))
}

fn guest(guest: &GuestIdentity) -> Element {
    guest.nics.iter().map(nic).fold(attributes("guest", &[("hostname", &guest.host_name)]), Element::child)
}

fn nic(nic: &Nic) -> Element {
    let mac = nic.mac.map(|mac| mac.to_string()).unwrap_or_default();
    let (address, gateway, dns) = match &nic.addressing {
        Addressing::Dhcp => Default::default(),
        Addressing::Static { address, gateway, dns } => {
            let dns: Vec<_> = dns.iter().map(ToString::to_string).collect();
            (address.to_string(), gateway.map(|ip| ip.to_string()).unwrap_or_default(), dns.join(" "))
        }
    };
    let all = [("device", &*nic.device), ("mac", &mac), ("address", &address), ("gateway", &gateway), ("dns", &dns)];
    attributes("nic", &all)
}

fn template(mark: &TemplateMark) -> Element {
    let line = mark.line.map(|line| line.to_string()).unwrap_or_default();
    let empty = attributes("template", &[("version", &mark.version.to_string()), ("line", &line)]);
    mark.bases.iter().map(base).fold(empty, Element::child)
}

fn base(base: &Base) -> Element {
    let (size, modified) = (base.size.0.to_string(), base.modified.to_string());
    let locked = if base.locked { "yes" } else { "" };
    let all =
        [("target", &*base.target), ("path", &base.path), ("size", &size), ("modified", &modified), ("locked", locked)];
    attributes("base", &all)
}

#[cfg(test)]
mod tests {
    use super::super::{Found, LabMark, NextVersion, Origin, Student, parse, read};
    use super::*;
    use crate::id::DomainId;
    use crate::units::Bytes;
    use proptest::prelude::*;

    fn full() -> Machine {
        let id = |n| DomainId::from_bytes([n; 16]);
        let nic = |addressing| Nic { device: "eth0".into(), mac: "52:54:00:00:00:01".parse_mac(), addressing };
        Machine {
            project: Some("班级 1".into()),
            flavor: Some("m1.small".into()),
            service: Some(1),
            lab: Some(LabMark { id: id(1), name: "周一 <lab>".into() }),
            student: Some(Student { number: "2026001".into(), name: "李 雷".into() }),
            origin: Some(Origin { template: id(2), name: "cent7".into() }),
            guest: Some(GuestIdentity {
                host_name: "node1".into(),
                nics: vec![
                    nic(Addressing::Dhcp),
                    nic(Addressing::Static {
                        address: "192.168.4.1/24".parse().unwrap(),
                        gateway: "192.168.4.254".parse().ok(),
                        dns: vec!["192.168.4.254".parse().unwrap(), "1.1.1.1".parse().unwrap()],
                    }),
                ],
            }),
            next: Some(NextVersion { line: id(3), version: 4 }),
            template: Some(TemplateMark {
                version: 2,
                line: Some(id(3)),
                bases: vec![Base {
                    target: "vda".into(),
                    path: "/i/.cent7 & co.img".into(),
                    size: Bytes::from_gib(2),
                    modified: 1_700_000_000_123_456_789,
                    locked: true,
                }],
            }),
        }
    }

    trait ParseMac {
        fn parse_mac(&self) -> Option<crate::mac::MacAddress>;
    }
    impl ParseMac for str {
        fn parse_mac(&self) -> Option<crate::mac::MacAddress> {
            crate::mac::MacAddress::parse(self).ok()
        }
    }

    const DOMAIN: &str = "<domain>\n  <name>a</name>\n  <uuid>x</uuid>\n  <memory>1</memory>\n</domain>\n";

    #[test]
    fn what_is_written_is_read() {
        let document = Document::parse(DOMAIN).unwrap();
        let written = write(&document, &full()).unwrap();
        assert_eq!(read(&written), Found::Known(Box::new(full())));
        assert_eq!(parse(&full().to_xml().unwrap().unwrap()), Ok(Found::Known(Box::new(full()))));
        let back = write(&written, &Machine::default()).unwrap();
        assert_eq!(read(&back), Found::Nothing);
        assert_eq!(Machine::default().to_xml(), Ok(None));
    }

    #[test]
    fn a_change_keeps_what_does_not_differ() {
        let xml = "<domain><metadata><o:o xmlns:o='urn:o'/>\n<l:machine xmlns:l='urn:lectern:machine:1' version='1'><!-- mine --><l:project >a</l:project><l:later x='1'/></l:machine></metadata></domain>";
        let document = Document::parse(xml).unwrap();
        let mut machine = read(&document).machine();
        assert_eq!(write(&document, &machine).unwrap().as_str(), xml);
        machine.flavor = Some("big".into());
        let next = write(&document, &machine).unwrap();
        for kept in ["<!-- mine -->", "<l:project >a</l:project>", "<l:later x='1'/>", "<o:o xmlns:o='urn:o'/>\n"] {
            assert!(next.as_str().contains(kept), "{next}");
        }
        assert_eq!(read(&next).machine(), machine);
        // What is not known holds the element.
        let emptied = write(&next, &Machine::default()).unwrap();
        assert!(emptied.as_str().contains("<l:later x='1'/>") && !emptied.as_str().contains("big"));
    }

    #[test]
    fn unknown_versions_are_shown_and_not_written() {
        for (element, version) in [
            ("<l:machine xmlns:l='urn:lectern:machine:1' version='2'/>", "2"),
            ("<machine xmlns='urn:lectern:machine:7'><x/></machine>", "7"),
            ("<l:other xmlns:l='urn:lectern:machine:1'/>", "1"),
        ] {
            let document = Document::parse(&format!("<domain><metadata>{element}</metadata></domain>")).unwrap();
            let found = Found::Unknown { version: version.into(), source: element.into() };
            assert_eq!(read(&document), found);
            assert_eq!(write(&document, &full()), Err(MetadataError::UnknownVersion(version.into())));
        }
    }

    #[test]
    fn it_lands_after_what_libvirt_writes_before_it() {
        let document = Document::parse(DOMAIN).unwrap();
        let written = write(&document, &Machine { project: Some("p".into()), ..Machine::default() }).unwrap();
        let expected = "<domain>\n  <name>a</name>\n  <uuid>x</uuid>\n  <metadata>\n    <lectern:machine xmlns:lectern='urn:lectern:machine:1' version='1'>\n      <lectern:project>p</lectern:project>\n    </lectern:machine>\n  </metadata>\n  <memory>1</memory>\n</domain>\n";
        assert_eq!(written.as_str(), expected);
    }

    proptest! {
        #[test]
        fn any_text_survives_or_is_refused(project in "\\PC{0,9}", name in any::<String>()) {
            let student = Some(Student { number: String::new(), name: name.clone() });
            let machine = Machine { project: Some(project.clone()), student, ..Machine::default() };
            if let Ok(written) = write(&Document::parse(DOMAIN).unwrap(), &machine) {
                let read = read(&written).machine();
                prop_assert_eq!(read.student.unwrap_or_default().name, name);
                prop_assert_eq!(read.project.unwrap_or_default(), project.trim());
            }
        }
    }
}
