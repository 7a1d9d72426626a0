//! Which of a machine's files are deleted with it: by default, never, and why.
//!
//! The defaults are virt-manager's (virtManager/delete.py), with who needs a file asked of the whole map, and with the
//! files that it forgets: overlays and memory of snapshots, firmware variables, TPM states, saved memory, seeds.

use serde::{Deserialize, Serialize};

use super::{
    DependencyMap,
    content::Content,
    dependency::{Deletion, Holder},
    machine::{Machine, MachineFile, Place, Role, StateFolders},
    pool::PoolKind,
};
use crate::units::Bytes;

/// What a file is on its host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnHost {
    /// Whether it is there; `None` where nobody can tell.
    pub exists: Option<bool>,
    /// What it takes on the host's disk.
    pub size: Option<Bytes>,
    /// The kind of the pool that it is a volume of.
    pub pool: Option<PoolKind>,
    /// Whether it is a block device outside of pools.
    pub is_device: bool,
    /// Whether it can be deleted from here, by this user or through libvirt; `None` where only trying tells.
    pub permitted: Option<bool>,
    /// What is in it, where it could be looked into.
    pub content: Option<Content>,
}

/// Whether a file goes with its machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether it goes, unless the user says otherwise.
    pub goes: bool,
    /// Whether the user cannot say otherwise.
    pub locked: bool,
    /// The reason; `None` for an ordinary disk that goes.
    pub why: Option<Why>,
}

/// Why a file goes or stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// Others need it: locked.
    Needed(Vec<Holder>),
    /// libvirt removes it when it forgets the machine: locked.
    WithMachine,
    /// It is not there: locked.
    NotThere,
    /// It is on the network: locked.
    Elsewhere,
    /// libvirt only lists the volumes of such a pool: locked.
    FixedPool(PoolKind),
    /// A block device outside of pools: locked.
    Device,
    /// Neither this user nor libvirt may delete it: locked.
    NotPermitted,
    /// The machine only reads it.
    ReadOnly,
    /// It is meant to be shared.
    Shareable,
    /// A disc or floppy: a medium is seldom one machine's own.
    Medium,
    /// A kernel or what belongs to it.
    BootFile,
    /// The image under one of its disks; it may be kept for other overlays.
    Base,
}

/// All files of a machine, with the images under its disks; `contents` tells a cloud-init disc from another.
#[must_use]
pub fn files(machine: &Machine, folders: &StateFolders, map: &DependencyMap) -> Vec<MachineFile> {
    let mut files = machine.files(folders);
    let named = |path: &str, files: &[MachineFile]| files.iter().any(|file| file.place.path() == Some(path));
    let tops: Vec<MachineFile> = files.iter().filter(|file| file.place.path().is_some()).cloned().collect();
    for top in tops {
        for base in top.place.path().map(|path| map.bases(path)).unwrap_or_default() {
            if !named(&base, &files) {
                files.push(MachineFile {
                    target: top.target.clone(),
                    ..MachineFile::new(Role::Base, Place::Path(base))
                });
            }
        }
    }
    files
}

impl MachineFile {
    /// The file with what its content says of its role: a seed for cloud-init belongs to one machine, other discs
    /// seldom do.
    #[must_use]
    pub fn seen(self, content: Option<&Content>) -> Self {
        let is_drive = matches!(self.role, Role::Cdrom | Role::Disk);
        let role = if is_drive && content.is_some_and(Content::is_seed) { Role::CloudInitSeed } else { self.role };
        Self { role, ..self }
    }
}

/// Whether `file` goes with its machine; `deletion` is the map's answer with the machine and what else goes leaving.
#[must_use]
pub fn decide(file: &MachineFile, on_host: &OnHost, deletion: &Deletion) -> Decision {
    if let Some(why) = never(file, on_host, deletion) {
        return Decision { goes: false, locked: true, why: Some(why) };
    }
    if matches!(file.role, Role::Nvram | Role::TpmState | Role::SavedMemory) {
        return Decision { goes: true, locked: true, why: Some(Why::WithMachine) };
    }
    let why = seldom(file);
    Decision { goes: why.is_none(), locked: false, why }
}

fn never(file: &MachineFile, on_host: &OnHost, deletion: &Deletion) -> Option<Why> {
    if let Deletion::Locked(holders) = deletion {
        return Some(Why::Needed(holders.clone()));
    }
    if matches!(file.place, Place::Network { .. }) && on_host.pool.is_none() {
        return Some(Why::Elsewhere);
    }
    if on_host.exists == Some(false) {
        return Some(Why::NotThere);
    }
    match on_host.pool {
        Some(kind) if !kind.can_delete_volumes() => Some(Why::FixedPool(kind)),
        None if on_host.is_device => Some(Why::Device),
        _ if on_host.permitted == Some(false) => Some(Why::NotPermitted),
        _ => None,
    }
}

fn seldom(file: &MachineFile) -> Option<Why> {
    match file.role {
        // A seed is always read only, and of its machine alone.
        Role::CloudInitSeed => None,
        Role::Cdrom | Role::Floppy => Some(Why::Medium),
        Role::Kernel | Role::Initrd | Role::DeviceTree => Some(Why::BootFile),
        Role::Base => Some(Why::Base),
        _ if file.shareable => Some(Why::Shareable),
        _ if file.read_only => Some(Why::ReadOnly),
        _ => None,
    }
}
