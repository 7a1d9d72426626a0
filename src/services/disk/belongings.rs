//! What would go with a machine: every file that belongs to it, with its size, who else needs it, and a default.

use std::collections::BTreeSet;

use lectern_model::{
    id::DomainId,
    storage::{
        Content, Volume,
        content::HEAD,
        dependency::{Deletion, Leaving},
        machine::{MachineFile, Role},
        removal::{self, Decision, OnHost},
        volume::VolumeKind,
    },
    units::Bytes,
};

use super::{
    access::{self, FileKind, How},
    inventory::Inventory,
    remove,
};
use crate::{
    host::{Guarded, Host},
    libvirt::guard,
};

/// One file of a machine that may be deleted with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belonging {
    /// The file, and what it is to the machine.
    pub file: MachineFile,
    /// Its path; `None` for what is on the network.
    pub path: Option<String>,
    /// What it is on the host.
    pub on_host: OnHost,
    /// Whether it goes: by default, or never.
    pub decision: Decision,
}

/// Everything that belongs to the machine, its disks first as its XML has them, with the default for each where it goes
/// alone. `None` if the inventory does not hold the machine.
pub async fn of(host: &Host, stock: &Inventory, id: DomainId) -> Option<Vec<Belonging>> {
    let machine = stock.machines.iter().find(|machine| machine.id == id)?;
    let mut belongings = Vec::new();
    for file in removal::files(machine, &stock.folders, &stock.map) {
        let path = stock.path_of(&file.place);
        let on_host = on_host(host, stock, &file, path.as_deref()).await;
        let file = file.seen(on_host.content.as_ref());
        let decision = Decision { goes: false, locked: true, why: None };
        belongings.push(Belonging { file, path, on_host, decision });
    }
    defaults(stock, &mut [(id, belongings.as_mut_slice())]);
    Some(belongings)
}

/// What goes by default where these machines go together. First as if all files went, then with those that really do: an
/// overlay that stays keeps its base.
pub fn defaults(stock: &Inventory, all: &mut [(DomainId, &mut [Belonging])]) {
    let paths = |all: &[(DomainId, &mut [Belonging])], wanted: &dyn Fn(&Belonging) -> bool| -> BTreeSet<String> {
        let each = all.iter().flat_map(|(_, belongings)| belongings.iter());
        each.filter(|one| wanted(one)).filter_map(|one| one.path.clone()).collect()
    };
    let mut chosen = paths(all, &|_| true);
    loop {
        decide(stock, all, &chosen);
        let goes = paths(all, &|one| one.decision.goes);
        // Fewer go each time, so it ends.
        if goes.is_superset(&chosen) {
            return;
        }
        chosen = goes;
    }
}

/// Decides anew when the user has chosen other files: `chosen` are the paths of those that go with the machines. Locks
/// follow; what the user chose and may choose is not changed by it: `goes` is again the default.
pub fn decide(stock: &Inventory, all: &mut [(DomainId, &mut [Belonging])], chosen: &BTreeSet<String>) {
    let machines = all.iter().map(|(machine, _)| *machine).collect();
    let leaving = Leaving { machines, files: chosen.clone() };
    for one in all.iter_mut().flat_map(|(_, belongings)| belongings.iter_mut()) {
        let deletion = one.path.as_deref().map_or(Deletion::Free, |path| stock.map.deletion(path, &leaving));
        one.decision = removal::decide(&one.file, &one.on_host, &deletion);
    }
}

/// Why these machines are not deleted with these files, where somebody who stays lies on a disk of theirs.
#[must_use]
pub fn refused(stock: &Inventory, machines: &BTreeSet<DomainId>, files: &BTreeSet<String>) -> Option<Guarded> {
    let leaving = Leaving { machines: machines.clone(), files: files.clone() };
    let going = stock.machines.iter().filter(|machine| machines.contains(&machine.id));
    going.into_iter().find_map(|machine| {
        let files = machine.files(&stock.folders).into_iter();
        let files = files.filter_map(|file| stock.path_of(&file.place).map(|path| (file, path))).collect();
        guard::deletion_refused(&stock.map, machine, &guard::disks(machine, files), &leaving)
    })
}

async fn on_host(host: &Host, stock: &Inventory, file: &MachineFile, path: Option<&str>) -> OnHost {
    let Some(path) = path else { return OnHost::default() };
    if let Some(volume) = stock.volume_at(path) {
        return of_volume(host, stock, file, volume).await;
    }
    // Only libvirt reads these, and only root may; it removes them itself.
    if matches!(file.role, Role::SavedMemory | Role::TpmState) {
        return OnHost { exists: None, permitted: Some(true), ..OnHost::default() };
    }
    match access::look(host, path).await {
        Ok(look) => OnHost {
            exists: Some(true),
            size: look.allocated,
            pool: None,
            is_device: look.kind == FileKind::Device,
            permitted: Some(look.how != How::Direct || remove::is_permitted(host, path).await),
            content: look.content,
        },
        Err(lectern_model::storage::chain::Unread::Missing) => OnHost { exists: Some(false), ..OnHost::default() },
        Err(_) => OnHost::default(),
    }
}

async fn of_volume(host: &Host, stock: &Inventory, file: &MachineFile, volume: &Volume) -> OnHost {
    let pool = stock.pool_of(volume);
    OnHost {
        exists: Some(true),
        size: Some(volume.allocation).filter(|size| *size > Bytes(0)),
        pool: pool.map(|pool| pool.kind),
        is_device: volume.kind == VolumeKind::Block,
        permitted: Some(true),
        content: if file.role == Role::Cdrom { content(host, &volume.path).await } else { None },
    }
}

async fn content(host: &Host, path: &str) -> Option<Content> {
    let found = host.look_at(path.to_owned(), HEAD).await.ok()??;
    Some(Content::look(&found.head, None))
}
