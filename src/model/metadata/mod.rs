//! What Lectern notes in a domain's `<metadata>`: project, flavor, lab, student, template.
//!
//! The schema stands in ARCHITECTURE.md under "Fixed names". The host is the truth: no other place has these notes.

mod bare;
mod notes;
mod write;

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

pub use bare::bare;
pub use notes::Notes;
pub use write::{MetadataError, write};

use crate::id::DomainId;
use crate::identity_files::{Addressing, Nic};
use crate::mac::MacAddress;
use crate::units::Bytes;
use crate::xml::{Document, Namespace, Node};

/// The namespace of our element; `virDomainSetMetadata` is given it as `uri`.
pub const URI: &str = "urn:lectern:machine:1";
/// The prefix that is written; `virDomainSetMetadata` is given it as `key`.
pub const PREFIX: &str = "lectern";
/// The version of the schema that this program reads and writes.
pub const VERSION: &str = "1";
/// What the namespaces of all versions begin with.
const FAMILY: &str = "urn:lectern:machine:";

/// The namespace, to build elements with.
#[must_use]
pub fn namespace() -> Namespace {
    Namespace::new(PREFIX, URI)
}

/// All that Lectern notes on one machine; whatever is not noted is left out of the XML.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The project that it counts in, by its name.
    pub project: Option<String>,
    /// The flavor that it was made or resized with, by its name.
    pub flavor: Option<String>,
    /// The lab that it is a member of.
    pub lab: Option<LabMark>,
    /// Whose it is.
    pub student: Option<Student>,
    /// The template that its overlays lie on.
    pub origin: Option<Origin>,
    /// Its name and addresses inside the guest, kept so that a reset gives them again.
    pub guest: Option<GuestIdentity>,
    /// The version of the first-boot service in its disk ([`crate::first_boot`]).
    pub service: Option<u32>,
    /// Which version of a template it is being made.
    pub next: Option<NextVersion>,
    /// That it is a template itself.
    pub template: Option<TemplateMark>,
}

/// Membership in a lab.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LabMark {
    /// The lab's UUID: its members have the same.
    pub id: DomainId,
    /// The lab's name.
    pub name: String,
}

/// One student.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Student {
    /// 学号: the school's number; empty if not known.
    pub number: String,
    /// 姓名: the name; empty if not known.
    pub name: String,
}

/// Where a linked clone comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The template's UUID.
    pub template: DomainId,
    /// The template's name when the clone was made, for when the template is gone.
    pub name: String,
}

/// What the guest was told of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestIdentity {
    /// Its host name.
    pub host_name: String,
    /// Its network cards.
    pub nics: Vec<Nic>,
}

/// A template's copy that is being edited, to be locked as the next version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NextVersion {
    /// The UUID of the first version.
    pub line: DomainId,
    /// The number that it will have.
    pub version: u32,
}

/// The mark of a template: sealed, not to be started or changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateMark {
    /// Which version of the lesson's template it is, from 1; new versions count on.
    pub version: u32,
    /// The UUID of the first version; none for that itself.
    pub line: Option<DomainId>,
    /// Its disks as they were when it was sealed.
    pub bases: Vec<Base>,
}

/// A template's disk as it was when it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The guest's name for it: `vda`.
    pub target: String,
    /// Its path on the host.
    pub path: String,
    /// The file's length.
    pub size: Bytes,
    /// When it was last written to, in nanoseconds since 1970.
    pub modified: i128,
    /// Whether sealing put `<readonly/>` on it, so that unlocking takes it off again.
    pub locked: bool,
}

/// What was found of ours in a domain's metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// Notes of the version that this program knows.
    Known(Box<Machine>),
    /// Notes of another version: to be shown, and never rewritten.
    Unknown {
        /// The version as written.
        version: String,
        /// The element as written.
        source: String,
    },
}

impl Found {
    /// The notes, empty where there are none or only unknown ones.
    #[must_use]
    pub fn machine(self) -> Machine {
        match self {
            Self::Known(machine) => *machine,
            Self::Nothing | Self::Unknown { .. } => Machine::default(),
        }
    }
}

/// Whether an element of `<metadata>` is ours, of whatever version.
pub fn is_ours(node: Node<'_>) -> bool {
    node.namespace().is_some_and(|uri| uri.starts_with(FAMILY))
}

/// Reads the notes in a domain's XML.
pub fn read(document: &Document) -> Found {
    element_of(document).map_or(Found::Nothing, read_element)
}

/// Reads our element alone, as `virDomainGetMetadata` gives it.
///
/// # Errors
/// If it is not XML, or not ours.
pub fn parse(xml: &str) -> Result<Found, MetadataError> {
    let document = Document::parse(xml)?;
    if is_ours(document.root()) { Ok(read_element(document.root())) } else { Err(MetadataError::NotOurs) }
}

fn element_of(document: &Document) -> Option<Node<'_>> {
    document.root().children_named("metadata").flat_map(Node::children).find(|node| is_ours(*node))
}

/// Whether this program may rewrite the element.
fn is_known(node: Node<'_>) -> bool {
    node.is(Some(URI), "machine") && node.attribute("version").as_deref() == Some(VERSION)
}

fn read_element(node: Node<'_>) -> Found {
    if !is_known(node) {
        let version = node.attribute("version").filter(|_| node.namespace() == Some(URI));
        let family = || node.namespace().and_then(|uri| uri.strip_prefix(FAMILY)).unwrap_or_default().into();
        return Found::Unknown {
            version: version.unwrap_or_else(family).into_owned(),
            source: node.source().to_owned(),
        };
    }
    Found::Known(Box::new(Machine {
        project: text(node, "project"),
        flavor: text(node, "flavor"),
        lab: node.child_in(URI, "lab").and_then(lab),
        student: node.child_in(URI, "student").map(student),
        origin: node.child_in(URI, "origin").and_then(origin),
        guest: node.child_in(URI, "guest").map(guest),
        service: node.child_in(URI, "service").and_then(|node| get(node, "version").parse().ok()),
        next: node.child_in(URI, "next").and_then(next),
        template: node.child_in(URI, "template").map(template),
    }))
}

fn text(node: Node<'_>, name: &str) -> Option<String> {
    let text = node.child_in(URI, name)?.text().trim().to_owned();
    (!text.is_empty()).then_some(text)
}

fn get(node: Node<'_>, name: &str) -> String {
    node.attribute(name).unwrap_or_default().into_owned()
}

fn lab(node: Node<'_>) -> Option<LabMark> {
    Some(LabMark { id: DomainId::parse(&node.attribute("id")?)?, name: get(node, "name") })
}

fn student(node: Node<'_>) -> Student {
    Student { number: get(node, "number"), name: get(node, "name") }
}

fn origin(node: Node<'_>) -> Option<Origin> {
    Some(Origin { template: DomainId::parse(&node.attribute("template")?)?, name: get(node, "name") })
}

fn guest(node: Node<'_>) -> GuestIdentity {
    let nics = node.children().filter(|child| child.is(Some(URI), "nic")).map(nic).collect();
    GuestIdentity { host_name: get(node, "hostname"), nics }
}

fn nic(node: Node<'_>) -> Nic {
    let ip = |name| get(node, name).parse::<Ipv4Addr>().ok();
    let addressing = match get(node, "address").parse::<Ipv4Net>() {
        Ok(address) => Addressing::Static {
            address,
            gateway: ip("gateway"),
            dns: get(node, "dns").split_whitespace().filter_map(|text| text.parse().ok()).collect(),
        },
        Err(_) => Addressing::Dhcp,
    };
    Nic { device: get(node, "device"), mac: MacAddress::parse(&get(node, "mac")).ok(), addressing }
}

fn template(node: Node<'_>) -> TemplateMark {
    let bases = node.children().filter(|child| child.is(Some(URI), "base")).map(base).collect();
    let line = DomainId::parse(&get(node, "line"));
    TemplateMark { version: get(node, "version").parse().unwrap_or(1), line, bases }
}

fn next(node: Node<'_>) -> Option<NextVersion> {
    Some(NextVersion { line: DomainId::parse(&get(node, "line"))?, version: get(node, "version").parse().ok()? })
}

fn base(node: Node<'_>) -> Base {
    Base {
        target: get(node, "target"),
        path: get(node, "path"),
        size: Bytes(get(node, "size").parse().unwrap_or_default()),
        modified: get(node, "modified").parse().unwrap_or_default(),
        locked: get(node, "locked") == "yes",
    }
}
