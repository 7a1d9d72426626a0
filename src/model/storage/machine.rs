//! Every file that belongs to a machine: what its XML names, its snapshots keep, and libvirt stores for it.

use super::devices;
pub use super::devices::{MachineFile, Place, Role};
use crate::{
    id::DomainId,
    xml::{Document, Node},
};

/// Where the QEMU driver keeps what it stores for machines (`qemu_conf.c`, `virQEMUDriverConfigNew`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateFolders {
    /// Saved memory.
    pub save: String,
    /// States of emulated TPMs.
    pub tpm: String,
}

impl StateFolders {
    /// Those of the system's daemon.
    #[must_use]
    pub fn system() -> Self {
        Self { save: "/var/lib/libvirt/qemu/save".into(), tpm: "/var/lib/libvirt/swtpm".into() }
    }

    /// Those of a user's session daemon; `config` is the user's folder of settings (`~/.config`).
    #[must_use]
    pub fn session(config: &str) -> Self {
        let config = config.trim_end_matches('/');
        Self { save: format!("{config}/libvirt/qemu/save"), tpm: format!("{config}/libvirt/qemu/swtpm") }
    }
}

/// A machine as libvirt tells of it.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its key.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// The XML that it will start with; of a transient machine, its only one.
    pub config: Document,
    /// The XML that it runs with now, if it does.
    pub live: Option<Document>,
    /// Its snapshots' XML.
    pub snapshots: Vec<Document>,
    /// Whether its memory is saved.
    pub has_saved_memory: bool,
}

impl Machine {
    /// All files that belong to it, each once, the most telling role first. Images under its disks which no XML of its
    /// names are not among them: [`super::removal::files`] adds these.
    #[must_use]
    pub fn files(&self, folders: &StateFolders) -> Vec<MachineFile> {
        let mut files = devices::of_domain(self.config.root());
        files.extend(self.live.iter().flat_map(|live| devices::of_domain(live.root())));
        files.extend(self.snapshots.iter().flat_map(of_snapshot));
        files.extend(self.stored(folders));
        merge(files)
    }

    fn stored(&self, folders: &StateFolders) -> Vec<MachineFile> {
        let mut files = Vec::new();
        if has_emulated_tpm(self.config.root()) {
            let place = Place::Path(format!("{}/{}", folders.tpm, self.id));
            files.push(MachineFile::new(Role::TpmState, place));
        }
        if self.has_saved_memory {
            let place = Place::Path(format!("{}/{}.save", folders.save, self.name));
            files.push(MachineFile::new(Role::SavedMemory, place));
        }
        files
    }

    /// The name of the pool and the volume of each disk that is given so: their paths are to be looked up.
    pub fn volumes(&self) -> impl Iterator<Item = (String, String)> {
        let files = devices::of_domain(self.config.root());
        files.into_iter().filter_map(|file| match file.place {
            Place::Volume { pool, volume } => Some((pool, volume)),
            _ => None,
        })
    }
}

/// Whether it has an emulated TPM whose state is where libvirt puts it.
fn has_emulated_tpm(domain: Node<'_>) -> bool {
    let Some(devices) = domain.child("devices") else { return false };
    devices.children_named("tpm").filter_map(|tpm| tpm.child("backend")).any(|backend| {
        let own = backend.child("source").is_some_and(|source| source.attribute("path").is_some());
        backend.attribute("type").as_deref() == Some("emulator") && !own
    })
}

/// The files that a `<domainsnapshot>` keeps: the overlays that it made, the memory, and the disks as they were then,
/// which are the bases of those overlays.
fn of_snapshot(snapshot: &Document) -> Vec<MachineFile> {
    let root = snapshot.root();
    let name = root.child("name").map(|name| name.text().trim().to_owned());
    let mut files = Vec::new();
    if let Some(place) = root.child("memory").and_then(|memory| memory.attribute("file")) {
        files.push(MachineFile::new(Role::SnapshotMemory, Place::Path(super::path::normal(&place))));
    }
    let disks = root.child("disks").into_iter().flat_map(|disks| disks.children_named("disk"));
    let overlays = disks.filter_map(|disk| devices::source(disk.child("source")?));
    files.extend(overlays.map(|place| MachineFile::new(Role::SnapshotOverlay, place)));
    let then = root.child("domain").map(devices::of_domain).unwrap_or_default();
    files.extend(then.into_iter().filter(|file| file.role == Role::Disk).map(|file| MachineFile {
        // It is one of the machine's own images, though not the one it writes to now.
        role: Role::SnapshotOverlay,
        ..file
    }));
    for file in &mut files {
        file.target.clone_from(&name);
    }
    files
}

/// Each place once: the first says what it is, and it is read-only only if all say so.
fn merge(files: Vec<MachineFile>) -> Vec<MachineFile> {
    let mut merged: Vec<MachineFile> = Vec::new();
    for file in files {
        let Some(known) = merged.iter_mut().find(|known| known.place == file.place) else {
            merged.push(file);
            continue;
        };
        known.read_only &= file.read_only;
        known.shareable |= file.shareable;
        if known.bases.len() < file.bases.len() {
            known.bases = file.bases;
        }
    }
    merged
}
