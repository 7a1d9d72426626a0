//! What the files of a machine are, and why they go or stay, in a user's words.

use lectern_model::storage::{
    dependency::{BlindSpot, Holder},
    machine::Role,
    removal::Why,
};

use crate::i18n::{gettext, gettext_f, ngettext_f};

/// How many names a reason holds; the others are counted.
const NAMED: usize = 3;

/// What a file is to its machine.
pub(super) fn role(role: Role) -> String {
    match role {
        Role::Disk => gettext("Disk"),
        Role::SnapshotOverlay => gettext("Disk of a snapshot"),
        Role::SnapshotMemory => gettext("Memory of a snapshot"),
        Role::CloudInitSeed => gettext("Cloud-init disc"),
        Role::Cdrom => gettext("Disc in the CD drive"),
        Role::Floppy => gettext("Floppy"),
        Role::Kernel => gettext("Kernel"),
        Role::Initrd => gettext("Initial RAM disk"),
        Role::DeviceTree => gettext("Device tree"),
        Role::Nvram => gettext("Firmware settings"),
        Role::TpmState => gettext("State of the TPM"),
        Role::SavedMemory => gettext("Saved memory"),
        Role::Nvdimm => gettext("Persistent memory"),
        Role::Base => gettext("Base of a disk"),
    }
}

/// Why a file goes or stays.
pub(super) fn why(why: &Why) -> String {
    match why {
        Why::Needed(holders) => needed(holders),
        Why::WithMachine => gettext("removed by libvirt together with the machine"),
        Why::NotThere => gettext("not there any more"),
        Why::Elsewhere => gettext("on the network, where it stays"),
        Why::FixedPool(_) => gettext("in a pool whose volumes cannot be deleted here"),
        Why::Device => gettext("a device of the host"),
        Why::NotPermitted => gettext("may not be deleted by you"),
        Why::ReadOnly => gettext("only read by the machine"),
        Why::Shareable => gettext("meant to be shared"),
        Why::Medium => gettext("a medium is seldom one machine's own"),
        Why::BootFile => gettext("a kernel may serve other machines"),
        Why::Base => gettext("may be kept for other overlays"),
    }
}

fn needed(holders: &[Holder]) -> String {
    let mut names: Vec<&str> = holders.iter().map(name).collect();
    names.dedup();
    let rest = names.len().saturating_sub(NAMED);
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if rest == 0 {
        return gettext_f("needed by {names}", &[("names", &shown)]);
    }
    ngettext_f("needed by {names} and {n} more", "needed by {names} and {n} more", rest, &[("names", &shown)])
}

fn name(holder: &Holder) -> &str {
    match holder {
        Holder::Machine { user, .. } => &user.name,
        Holder::Image { path } => path.rsplit('/').next().unwrap_or(path),
    }
}

/// What could not be looked into.
pub(crate) fn blind(spot: &BlindSpot) -> String {
    match spot {
        BlindSpot::InactivePool(name) => gettext_f("the storage pool {name}, which is not started", &[("name", name)]),
        BlindSpot::Pool(name) => gettext_f("the storage pool {name}", &[("name", name)]),
        BlindSpot::Image(path) | BlindSpot::Folder(path) => path.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_of_holders_is_cut() {
        let holders: Vec<_> = (0..30).map(|n| Holder::Image { path: format!("/i/node{n}.qcow2") }).collect();
        assert_eq!(needed(&holders), "needed by node0.qcow2, node1.qcow2, node2.qcow2 and 27 more");
        assert_eq!(needed(&holders[..1]), "needed by node0.qcow2");
    }
}
