//! An appliance in the Open Virtualization Format: the disks and the hardware of one machine (DMTF DSP0243 1.1 and 2.1).
//!
//! What `VMware`, `VirtualBox` and others write is read, not what could be written: one virtual system, and of a collection the
//! first.

mod hardware;
pub mod manifest;
#[cfg(test)]
mod tests;

use percent_encoding::percent_decode_str;

use crate::{
    defaults::NetworkModel,
    units::{Bytes, KiB},
    xml::{Document, Node},
};

/// The longest description that is read: real ones have some ten kilobytes.
pub const LONGEST: u64 = 4 << 20;

/// What an appliance is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appliance {
    /// The machine's name.
    pub name: String,
    /// The guest system, in the words of whoever wrote it: `CentOS 7 (64-bit)`, `centos7_64Guest`.
    pub systems: Vec<String>,
    /// Its virtual CPUs.
    pub vcpus: Option<u32>,
    /// Its memory.
    pub memory: Option<KiB>,
    /// Its disks, in the order of their places.
    pub disks: Vec<Disk>,
    /// Its network cards; `None` for one that has no equal here.
    pub cards: Vec<Option<NetworkModel>>,
    /// Whether its disks are on a paravirtual bus.
    pub paravirtual: bool,
    /// Whether it starts with UEFI.
    pub uefi: bool,
}

/// One of its disks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// The file beside the description, or in the archive.
    pub file: String,
    /// Whether that is packed with gzip.
    pub gzip: bool,
    /// How large a guest sees it, as the description says.
    pub capacity: Bytes,
}

impl Disk {
    /// The names that the file may have: the description has an address, in which a blank is `%20`; not all who write one
    /// keep to that.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let decoded = percent_decode_str(&self.file).decode_utf8_lossy().into_owned();
        if decoded == self.file { vec![decoded] } else { vec![self.file.clone(), decoded] }
    }
}

/// Why a text describes no appliance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OvfError {
    /// It is not well-formed, or something else.
    #[error("not an OVF description: {0}")]
    NotOvf(String),
    /// It has no disk that a file is named for.
    #[error("the appliance has no disk")]
    NoDisk,
}

impl Appliance {
    /// Reads a description.
    ///
    /// # Errors
    /// [`OvfError`].
    pub fn parse(text: &str) -> Result<Self, OvfError> {
        let document = Document::parse(text.trim_start_matches('\u{feff}'));
        let document = document.map_err(|error| OvfError::NotOvf(error.to_string()))?;
        let root = document.root();
        if root.name() != "Envelope" {
            return Err(OvfError::NotOvf(format!("root is <{}>", root.name())));
        }
        let system = root.descendants().find(|node| node.name() == "VirtualSystem");
        let system = system.ok_or_else(|| OvfError::NotOvf("no VirtualSystem".into()))?;
        let mut appliance = Self { name: name(system), systems: systems(system), ..Self::default() };
        let wanted = hardware::read(system, &mut appliance);
        appliance.disks = disks(root, &wanted);
        if appliance.disks.is_empty() { Err(OvfError::NoDisk) } else { Ok(appliance) }
    }
}

/// The attribute of that name in any namespace: some write `ovf:href`, some `href`.
fn attribute(node: Node<'_>, name: &str) -> Option<String> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value().into_owned())
}

/// The text of the child of that name in any namespace.
fn text(node: Node<'_>, name: &str) -> Option<String> {
    let child = node.children().find(|child| child.name() == name)?;
    Some(child.text().trim().to_owned()).filter(|text| !text.is_empty())
}

fn name(system: Node<'_>) -> String {
    text(system, "Name").or_else(|| attribute(system, "id")).unwrap_or_default()
}

/// `VirtualBox` writes an element of its own, `VMware` an attribute of its own; the description is for people.
fn systems(system: Node<'_>) -> Vec<String> {
    let Some(section) = system.children().find(|node| node.name() == "OperatingSystemSection") else {
        return Vec::new();
    };
    let all = [attribute(section, "osType"), text(section, "OSType"), text(section, "Description")];
    all.into_iter().flatten().collect()
}

/// The disks that the hardware names, in its order; all of them where it names none.
fn disks(root: Node<'_>, wanted: &[String]) -> Vec<Disk> {
    let section = |name: &'static str| root.children().find(move |node| node.name() == name);
    let files: Vec<_> = section("References").into_iter().flat_map(Node::children).collect();
    let described: Vec<_> = section("DiskSection").into_iter().flat_map(Node::children).collect();
    let disks = described.iter().filter(|node| node.name() == "Disk").filter_map(|node| {
        let file = attribute(*node, "fileRef")?;
        let file = files.iter().find(|node| attribute(**node, "id").as_ref() == Some(&file))?;
        let capacity = capacity(&attribute(*node, "capacity")?, attribute(*node, "capacityAllocationUnits").as_deref());
        let gzip = attribute(*file, "compression").as_deref() == Some("gzip");
        Some((attribute(*node, "diskId")?, Disk { file: attribute(*file, "href")?, gzip, capacity }))
    });
    let known: Vec<(String, Disk)> = disks.collect();
    let of = |id: &String| known.iter().find(|(known, _)| known == id).map(|(_, disk)| disk.clone());
    let named: Vec<Disk> = wanted.iter().filter_map(of).collect();
    if named.is_empty() { known.into_iter().map(|(_, disk)| disk).collect() } else { named }
}

/// A number in units: `20` and `byte * 2^30`. Nothing said is bytes.
fn capacity(number: &str, units: Option<&str>) -> Bytes {
    let number: u64 = number.trim().parse().unwrap_or_default();
    Bytes(number.saturating_mul(factor(units.unwrap_or_default())))
}

/// What a programmatic unit stands for (DSP0004, annex C), as far as it is about bytes; old descriptions say `MegaBytes`.
fn factor(units: &str) -> u64 {
    let units: String = units.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    if let Some((_, power)) = units.split_once("*2^") {
        return power.parse().ok().and_then(|power: u32| 1_u64.checked_shl(power)).unwrap_or(1);
    }
    match units.as_str() {
        "kilobytes" | "kilobyte" | "kbytes" | "kb" | "byte*1024" => 1 << 10,
        "megabytes" | "megabyte" | "mbytes" | "mb" => 1 << 20,
        "gigabytes" | "gigabyte" | "gbytes" | "gb" => 1 << 30,
        _ => 1,
    }
}
