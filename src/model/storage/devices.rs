//! The files that a domain's XML names.

use serde::{Deserialize, Serialize};

use super::path::normal;
use crate::xml::Node;

/// What a file is to its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// A hard disk.
    Disk,
    /// The file above or under a disk that a snapshot made or keeps.
    SnapshotOverlay,
    /// The memory that an external snapshot keeps.
    SnapshotMemory,
    /// A disc that cloud-init takes its data from.
    CloudInitSeed,
    /// The disc in a CD drive.
    Cdrom,
    /// The disc in a floppy drive.
    Floppy,
    /// A kernel that is booted directly.
    Kernel,
    /// Its initial RAM disk.
    Initrd,
    /// Its device tree.
    DeviceTree,
    /// The firmware's variables.
    Nvram,
    /// The state of an emulated TPM.
    TpmState,
    /// Memory that was saved.
    SavedMemory,
    /// The memory of an emulated NVDIMM.
    Nvdimm,
    /// An image under one of its disks, which no part of its XML names.
    Base,
}

/// Where a machine's file is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Place {
    /// A path on the host.
    Path(String),
    /// A volume by the names of pool and volume (`<disk type='volume'>`).
    Volume {
        /// The pool's name.
        pool: String,
        /// The volume's.
        volume: String,
    },
    /// On the network, in libvirt's words: `rbd`, and the name there.
    Network {
        /// The protocol.
        protocol: String,
        /// The name.
        name: String,
    },
}

impl Place {
    /// The path, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Path(path) => Some(path),
            _ => None,
        }
    }
}

/// One file of a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineFile {
    /// What it is to the machine.
    pub role: Role,
    /// Where it is.
    pub place: Place,
    /// The guest's name of the disk: `vda`; or the snapshot's name.
    pub target: Option<String>,
    /// Whether the machine only reads it.
    pub read_only: bool,
    /// Whether it is meant for several machines at once.
    pub shareable: bool,
    /// The images under it, as far as the XML names them: the live XML of a running machine does.
    pub bases: Vec<String>,
}

impl MachineFile {
    /// A file without more to say.
    pub(crate) const fn new(role: Role, place: Place) -> Self {
        Self { role, place, target: None, read_only: false, shareable: false, bases: Vec::new() }
    }
}

/// All files that a `<domain>` names, in its order.
pub(super) fn of_domain(domain: Node<'_>) -> Vec<MachineFile> {
    let mut files = domain.child("os").map(boot_files).unwrap_or_default();
    for device in domain.child("devices").into_iter().flat_map(Node::children) {
        match device.name() {
            "disk" => disk(device, &mut files),
            "tpm" => files.extend(tpm(device)),
            "memory" => files.extend(nvdimm(device)),
            _ => {}
        }
    }
    files
}

fn path(text: &str) -> Option<Place> {
    let text = text.trim();
    text.starts_with('/').then(|| Place::Path(normal(text)))
}

fn boot_files(os: Node<'_>) -> Vec<MachineFile> {
    let named = |name: &str, role| Some(MachineFile::new(role, path(&os.child(name)?.text())?));
    let mut files: Vec<_> = [("kernel", Role::Kernel), ("initrd", Role::Initrd), ("dtb", Role::DeviceTree)]
        .into_iter()
        .filter_map(|(name, role)| named(name, role))
        .collect();
    files.extend(nvram(os));
    files
}

/// `<nvram>` holds its path as text, or has a `<source>` as a disk has; `<varstore>` of newer versions has an attribute.
fn nvram(os: Node<'_>) -> Option<MachineFile> {
    let by_text = |node: Node<'_>| path(&node.text()).or_else(|| node.child("source").and_then(source));
    let place = os.child("nvram").and_then(by_text).or_else(|| path(&os.child("varstore")?.attribute("path")?))?;
    Some(MachineFile::new(Role::Nvram, place))
}

/// Where a `<source>` points to.
pub(super) fn source(node: Node<'_>) -> Option<Place> {
    let attribute = |name: &str| node.attribute(name).map(std::borrow::Cow::into_owned);
    if let Some(text) = attribute("file").or_else(|| attribute("dev")).or_else(|| attribute("dir")) {
        return path(&text);
    }
    if let (Some(pool), Some(volume)) = (attribute("pool"), attribute("volume")) {
        return Some(Place::Volume { pool, volume });
    }
    let protocol = attribute("protocol")?;
    Some(Place::Network { protocol, name: attribute("name").unwrap_or_default() })
}

fn disk(node: Node<'_>, files: &mut Vec<MachineFile>) {
    let role = match node.attribute("device").as_deref() {
        Some("cdrom") => Role::Cdrom,
        Some("floppy") => Role::Floppy,
        _ => Role::Disk,
    };
    let target = node.child("target").and_then(|target| target.attribute("dev")).map(std::borrow::Cow::into_owned);
    let file = |place| MachineFile {
        target: target.clone(),
        read_only: node.child("readonly").is_some(),
        shareable: node.child("shareable").is_some(),
        bases: Vec::new(),
        ..MachineFile::new(role, place)
    };
    let Some(top) = node.child("source") else { return };
    if let Some(place) = source(top) {
        files.push(MachineFile { bases: bases(node), ..file(place) });
    }
    // A second file that holds the data of a qcow2 image, and the copy that a block job writes.
    let data = top.child("dataStore").and_then(|data| data.child("source")).and_then(source);
    let mirror = node.child("mirror").and_then(|mirror| mirror.child("source")).and_then(source);
    files.extend(data.into_iter().chain(mirror).map(file));
}

/// `<backingStore>` holds another one. Where one is not a file of this host, the list ends.
fn bases(disk: Node<'_>) -> Vec<String> {
    let mut paths = Vec::new();
    let mut next = disk.child("backingStore");
    while let Some(store) = next {
        let Some(Place::Path(path)) = store.child("source").and_then(source) else { break };
        paths.push(path);
        next = store.child("backingStore");
    }
    paths
}

/// Only where the XML names a place of its own (libvirt 10.10); [`super::machine`] knows the usual one.
fn tpm(node: Node<'_>) -> Option<MachineFile> {
    let place = node.child("backend")?.child("source")?.attribute("path")?;
    Some(MachineFile::new(Role::TpmState, path(&place)?))
}

fn nvdimm(node: Node<'_>) -> Option<MachineFile> {
    let place = path(&node.child("source")?.child("path")?.text())?;
    let file = MachineFile::new(Role::Nvdimm, place);
    Some(MachineFile { shareable: node.attribute("access").as_deref() == Some("shared"), ..file })
}
