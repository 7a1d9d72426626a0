//! Whose machine an XML describes: the one that it was, or another; and what of it belongs to a running machine only.
//!
//! For a file that comes from elsewhere. The rules are of two kinds:
//! - What live XML (`virsh dumpxml` of a running machine) says of the running machine is taken out, always: its number,
//!   aliases, `vnet3`, `/dev/pts/4`, ports and paths that libvirt gave, generated security labels.
//! - What two machines cannot both have is renewed where the identity is: name, UUID and its copy in SMBIOS, Ethernet
//!   addresses, the file of UEFI's variables, the generation ID, a vsock address.
//!
//! Disks are left as they are. For a copy of a machine of this host see the module `clone`, which asks about more.

use crate::{
    id::DomainId,
    mac::MacAddress,
    xml::{Document, EditError, Node, Path},
};

mod names;
mod runtime;
#[cfg(test)]
mod tests;
mod work;

use work::Work;

/// What a machine shall be called and known by. The default keeps everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Another name.
    pub name: Option<String>,
    /// Another UUID, by which libvirt knows it; and with it all else that two machines cannot both have.
    pub uuid: Option<DomainId>,
    /// Other addresses, one an interface in the order of the text; none keeps them.
    pub macs: Option<Vec<MacAddress>>,
}

/// What a machine's XML says of its identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Current {
    /// Its name.
    pub name: Option<String>,
    /// Its UUID.
    pub uuid: Option<DomainId>,
    /// Its interfaces' addresses in their order; none where libvirt shall make one up.
    pub macs: Vec<Option<MacAddress>>,
    /// Whether it was taken of a running machine.
    pub is_live: bool,
}

/// An XML with its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified {
    /// The XML; only the bytes of the differences are others.
    pub document: Document,
    /// How it differs from what it was, in the order of the text.
    pub differences: Vec<Difference>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The element in the old XML; for one that is added, its parent.
    pub place: Path,
    /// Which part of it.
    pub part: Part,
    /// What was there: a value, or for an element its source. None if it is added.
    pub old: Option<String>,
    /// What is there now. None if it is taken out.
    pub new: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// A part of an element.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The element itself.
    Element,
    /// Its text.
    Text,
    /// Its attribute of this name.
    Attribute(&'static str),
}

/// Why there is a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The new name.
    Name,
    /// The new UUID.
    Uuid,
    /// An interface's new address.
    Mac,
    /// It belongs to a running machine; libvirt gives another at each start.
    Runtime,
    /// The name of an interface's end on the host: two machines cannot both have it.
    HostInterface,
    /// The file of UEFI's variables, to which each machine writes.
    Nvram,
    /// A guest learns by another generation ID that it is not the machine that it was.
    GenerationId,
    /// Two running machines cannot share a vsock address.
    Vsock,
}

/// Why an XML cannot be given an identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// It describes something else.
    #[error("not a machine's XML: the root is <{0}>")]
    NotADomain(String),
    /// There are more interfaces than addresses.
    #[error("{needed} Ethernet addresses are needed, {given} are given")]
    TooFewMacs {
        /// How many interfaces there are.
        needed: usize,
        /// How many addresses were given.
        given: usize,
    },
    /// XML cannot hold what was given.
    #[error(transparent)]
    Xml(#[from] EditError),
}

/// Reads a machine's identity.
///
/// # Errors
/// [`IdentityError::NotADomain`].
pub fn current(document: &Document) -> Result<Current, IdentityError> {
    let root = domain(document)?;
    let text = |name: &str| root.child(name).map(|node| node.text().trim().to_owned()).filter(|text| !text.is_empty());
    let mac = |node: Node<'_>| MacAddress::parse(&node.child("mac")?.attribute("address")?).ok();
    Ok(Current {
        name: text("name"),
        uuid: text("uuid").and_then(|uuid| DomainId::parse(&uuid)),
        macs: interfaces(root).map(mac).collect(),
        is_live: root.attribute("id").is_some(),
    })
}

/// Gives a machine's XML an identity, and takes out what belongs to a running machine only.
///
/// # Errors
/// See [`IdentityError`].
pub fn identify(document: &Document, identity: &Identity) -> Result<Identified, IdentityError> {
    let root = domain(document)?;
    let mut work = Work::new(document);
    runtime::apply(&mut work, root)?;
    names::apply(&mut work, root, identity)?;
    work.finish()
}

fn domain(document: &Document) -> Result<Node<'_>, IdentityError> {
    let root = document.root();
    if root.is(None, "domain") { Ok(root) } else { Err(IdentityError::NotADomain(root.name().to_owned())) }
}

/// The children of `<devices>`.
fn devices(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    root.children_named("devices").flat_map(Node::children)
}

fn interfaces(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    devices(root).filter(|device| device.is(None, "interface"))
}
