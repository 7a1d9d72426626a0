//! The first-boot service that sealing puts into a template's disk, and what a class is told through it beside SMBIOS.
//!
//! Names and addresses come as OEM strings ([`crate::identity_strings`]), which every user of the guest can read. What is
//! longer, or secret, stands in a small raw disk that all machines of a lab share and none can write to: the *seed*.

use std::net::Ipv4Addr;

use crate::clone::{DiskSource, OEM_PREFIX};
use crate::identity_files::{GuestFile, HostEntry};
use crate::pattern::is_host_name;
use crate::xml::{Document, EditError, Element, Node, Place};

#[cfg(test)]
mod tests;

/// The service's version, which is noted on the template that has it.
pub const VERSION: u32 = 1;
/// What a seed begins with.
pub const MAGIC: &str = "lectern-seed";
/// The serial number by which a machine's seed is known.
pub const SERIAL: &str = "lectern-seed";
/// Where the script is in the guest.
pub const SCRIPT: &str = "/usr/local/sbin/lectern-first-boot";
/// The unit that runs it, and the link that has systemd do so.
pub const UNIT: &str = "/etc/systemd/system/lectern-first-boot.service";
/// See [`UNIT`].
pub const LINK: &str = "/etc/systemd/system/sysinit.target.wants/lectern-first-boot.service";
/// A disk's smallest part.
const SECTOR: usize = 512;

/// The service's files.
#[must_use]
pub fn files() -> [GuestFile; 2] {
    let file = |path: &str, mode, text: &str| GuestFile { path: path.to_owned(), mode, text: text.to_owned() };
    [file(SCRIPT, 0o755, include_str!("first-boot.sh")), file(UNIT, 0o644, include_str!("lectern-first-boot.service"))]
}

/// What all machines of a lab are told.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Seed {
    /// The lines of `/etc/hosts`.
    pub hosts: Vec<HostEntry>,
    /// Root's password as crypt(5) keeps it.
    pub root: Option<String>,
    /// Public keys with which root logs in.
    pub keys: Vec<String>,
}

/// Nobody reads a password's hash in a log.
impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seed").field("hosts", &self.hosts.len()).finish_non_exhaustive()
    }
}

impl Seed {
    /// Whether there is nothing to tell.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.hosts.is_empty() && self.root.is_none() && self.keys.is_empty()
    }

    /// The bytes of the disk: lines, and zeros up to a whole sector. What would be no line of its own is left out.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let line = |key: &str, value: &str| format!("{OEM_PREFIX}{key}={value}\n");
        let hosts = self.hosts.iter().filter(|host| is_host_name(&host.host_name));
        let hosts = hosts.map(|host| line("host", &host_line(host.address, &host.host_name)));
        let clean = |text: &&String| !text.chars().any(char::is_control);
        let root = self.root.iter().filter(clean).map(|hash| line("root", hash));
        let keys = self.keys.iter().filter(clean).map(|key| line("key", key));
        let text: String = std::iter::once(format!("{MAGIC}\n")).chain(hosts).chain(root).chain(keys).collect();
        let mut bytes = text.into_bytes();
        bytes.resize(bytes.len().next_multiple_of(SECTOR), 0);
        bytes
    }
}

fn host_line(address: Ipv4Addr, name: &str) -> String {
    format!("{address}  {name}")
}

/// The machine's XML with the seed at `path`, as a disk that it cannot write to, on its first disk's bus; as a CD where that
/// bus has no such disks.
///
/// # Errors
/// If the path is no text of XML's.
pub fn with_seed(document: &Document, source: &DiskSource) -> Result<Document, EditError> {
    let Some(devices) = document.root().child("devices") else { return Ok(document.clone()) };
    let disks: Vec<Node<'_>> = devices.children_named("disk").collect();
    let bus = disks.first().and_then(|disk| disk.child("target")?.attribute("bus")).map(std::borrow::Cow::into_owned);
    let bus = bus.unwrap_or_else(|| "virtio".to_owned());
    let (device, prefix) = match bus.as_str() {
        "virtio" => ("disk", "vd"),
        "scsi" => ("disk", "sd"),
        "ide" => ("cdrom", "hd"),
        _ => ("cdrom", "sd"),
    };
    let taken = |dev: &String| disks.iter().any(|disk| target(*disk) == *dev);
    let Some(free) = ('a'..='z').map(|letter| format!("{prefix}{letter}")).find(|dev| !taken(dev)) else {
        return Ok(document.clone());
    };
    let (kind, place) = match source {
        DiskSource::Volume { pool, volume } => {
            ("volume", Element::new("source").attribute("pool", pool).attribute("volume", volume))
        }
        DiskSource::Block(path) => ("block", Element::new("source").attribute("dev", path)),
        DiskSource::File(path) => ("file", Element::new("source").attribute("file", path)),
    };
    let element = Element::new("disk")
        .attribute("type", kind)
        .attribute("device", device)
        .child(Element::new("driver").attribute("name", "qemu").attribute("type", "raw"))
        .child(place)
        .child(Element::new("target").attribute("dev", &free).attribute("bus", &bus))
        .child(Element::new("readonly"))
        .child(Element::new("serial").text(SERIAL));
    let mut edit = document.edit();
    match disks.last() {
        Some(last) => edit.insert(Place::After(*last), &element)?,
        None => edit.insert(Place::LastIn(devices), &element)?,
    };
    edit.finish()
}

fn target(disk: Node<'_>) -> String {
    disk.child("target").and_then(|node| node.attribute("dev")).unwrap_or_default().into_owned()
}

/// The path or volume of a machine's seed, where it has one.
#[must_use]
pub fn seed_of(document: &Document) -> Option<DiskSource> {
    let views = crate::clone::disks(document);
    let devices = document.root().children_named("devices").flat_map(Node::children);
    let nodes = devices.filter(|node| node.is(None, "disk"));
    let is_seed = |node: &Node<'_>| node.child("serial").is_some_and(|serial| serial.text().trim() == SERIAL);
    nodes.zip(views).find(|(node, _)| is_seed(node))?.1.source
}
