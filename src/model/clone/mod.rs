//! A machine's XML and a new identity in, the clone's XML out: pure, and every difference is listed with its reason.
//!
//! The rules are virt-manager's (virtinst/cloner.py), and further ones for all that it leaves alone: whatever two
//! machines cannot both have is renewed, removed, or asked about. What no rule names stays byte for byte.
//!
//! ```
//! # use lectern_model::clone::{Identity, Request, clone};
//! # use lectern_model::{id::DomainId, xml::Document};
//! let source = Document::parse("<domain type='qemu'><name>cent7</name><title>Base</title></domain>")?;
//! let uuid = DomainId::parse("6695eb01-f6a4-4304-b9aa-97f2502e193f").ok_or("uuid")?;
//! let clone = clone(&source, &Request::new(Identity::new("node1", uuid)))?;
//! assert_eq!(
//!     clone.document.to_string(),
//!     "<domain type='qemu'><name>node1</name><uuid>6695eb01-f6a4-4304-b9aa-97f2502e193f</uuid></domain>"
//! );
//! assert_eq!(clone.changes.len(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod change;
mod chardev;
mod derive;
mod devices;
mod disk_rules;
mod disks;
mod error;
mod graphics;
mod guest;
mod nics;
mod ops;
mod outfit;
mod question;
mod request;
mod runtime;
mod top;
mod work;

pub use change::{Change, Part, Reason};
pub use disks::{DiskReason, DiskView, Treatment, disks};
pub use error::CloneError;
pub use question::{Answer, Question, Subject};
pub use request::{DiskChoice, DiskSource, Identity, Request};

use crate::units::KiB;
use crate::xml::{Document, Node};
use work::Work;

#[cfg(test)]
mod tests;

/// What Lectern's own SMBIOS OEM strings begin with: they tell one guest who it is, so a clone does not inherit them.
pub const OEM_PREFIX: &str = "lectern:";

/// A clone that is not defined yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloned {
    /// The clone's XML, ready for `virDomainDefineXML`.
    pub document: Document,
    /// Every difference from the source, in the order of the source's text.
    pub changes: Vec<Change>,
    /// What could be answered otherwise, and how it was.
    pub questions: Vec<Question>,
    /// Files besides the disks that the clone has of its own.
    pub companions: Vec<Companion>,
}

/// A file besides the disks that goes with a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// What it is.
    pub kind: CompanionKind,
    /// The source's; none where libvirt chooses the place (below its state folder, by UUID).
    pub from: Option<String>,
    /// The clone's; none where libvirt chooses the place.
    pub to: Option<String>,
}

/// What a [`Companion`] is, and what happens if nobody copies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompanionKind {
    /// UEFI variables. Without a copy libvirt makes them from the firmware's template at the first start.
    Nvram,
    /// Firmware that the machine writes to: needed.
    Firmware,
    /// The state of an emulated TPM. Without a copy the TPM is empty, and disks sealed to it do not open.
    Tpm,
    /// A file-backed memory module. Without a copy QEMU makes an empty one.
    Memory,
    /// A crash store (pstore). Without a copy QEMU makes an empty one.
    CrashStore,
}

/// How many network cards of `source` need an address of their own: [`Identity::macs`] takes as many.
pub fn nic_count(source: &Document) -> usize {
    devices_of(source.root()).filter(|node| node.name() == "interface").count()
}

/// The memory and virtual CPUs of `source`, where it says so.
#[must_use]
pub fn size(source: &Document) -> (Option<KiB>, Option<u32>) {
    outfit::sizes(source.root())
}

/// What can be asked about a clone of `source`, for a page that asks before anything is known of the clone.
///
/// `request` is asked for its answers and disks only: a question about something that is left out does not come up.
///
/// # Errors
/// If `source` is not a domain.
pub fn questions(source: &Document, request: &Request) -> Result<Vec<Question>, CloneError> {
    is_domain(source)?;
    let mut work = Work::new(source, request);
    rules(&mut work);
    disk_rules::ask(&mut work);
    Ok(work.into_questions())
}

/// Makes the clone's XML.
///
/// The source may be live XML: what belongs to the running machine only is left out. Fetch it with
/// `VIR_DOMAIN_XML_SECURE`, or passwords are lost.
///
/// # Errors
/// If the source is not a domain, the identity is not a new one, a disk is not decided, or XML cannot hold a value.
pub fn clone(source: &Document, request: &Request) -> Result<Cloned, CloneError> {
    is_domain(source)?;
    request.check(source)?;
    let mut work = Work::new(source, request);
    // Of two changes of one thing the first is made: what the caller wants goes before the rules.
    outfit::apply(&mut work)?;
    rules(&mut work);
    disk_rules::apply(&mut work)?;
    work.finish()
}

fn rules(work: &mut Work<'_>) {
    top::apply(work);
    guest::apply(work);
    nics::apply(work);
    chardev::apply(work);
    graphics::apply(work);
    devices::apply(work);
    runtime::apply(work);
}

fn is_domain(source: &Document) -> Result<(), CloneError> {
    let root = source.root();
    if root.is(None, "domain") { Ok(()) } else { Err(CloneError::NotADomain(root.name().to_owned())) }
}

/// The children of `<devices>`, of every one there is.
fn devices_of(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    root.children_named("devices").flat_map(Node::children).filter(|node| node.namespace().is_none())
}
