//! The words for storage: kinds, formats, states, and what is wrong with a draft.

use lectern_model::{
    draft::{pool, volume},
    names::NameProblem,
    storage::{
        ImageFormat, Pool,
        dependency::{Deletion, Holder},
        pool::{PoolKind, PoolState},
    },
};
use lectern_services::disk::volumes::Seen;

use crate::i18n::{gettext, gettext_f, ngettext_f};

/// How many names a list holds; the others are counted.
const NAMED: usize = 4;

/// A kind's name.
pub(super) fn kind(kind: PoolKind) -> String {
    match kind {
        PoolKind::Dir => gettext("Folder"),
        PoolKind::Fs => gettext("File system on a device"),
        PoolKind::Netfs => gettext("Folder of another computer (NFS)"),
        PoolKind::Logical => gettext("LVM volume group"),
        PoolKind::Disk => gettext("Whole disk"),
        PoolKind::Iscsi => gettext("iSCSI target"),
        PoolKind::Zfs => gettext("ZFS pool"),
        PoolKind::Rbd => gettext("Ceph (RBD)"),
        PoolKind::IscsiDirect => gettext("iSCSI target, by QEMU itself"),
        PoolKind::Scsi => gettext("SCSI adapter"),
        PoolKind::Mpath => gettext("Multipath devices"),
        PoolKind::Gluster => gettext("Gluster"),
        PoolKind::Other => gettext("Other"),
    }
}

/// What a kind is, in one plain sentence.
pub(super) fn sketch(kind: PoolKind) -> String {
    match kind {
        PoolKind::Dir => gettext("Each volume is a file in a folder of the host. Right for most."),
        PoolKind::Fs => gettext("libvirt mounts a device that has a file system already, and keeps files there."),
        PoolKind::Netfs => gettext("libvirt mounts a folder that another computer shares; several hosts can use it."),
        PoolKind::Logical => gettext("Each volume is a logical volume of a volume group that is there already."),
        PoolKind::Disk => gettext("Each volume is a partition of a disk that has a partition table already."),
        PoolKind::Iscsi => gettext("The volumes are what a storage server gives out; they cannot be made here."),
        PoolKind::Zfs => gettext("Each volume is a ZFS volume in a pool that is there already."),
        PoolKind::Rbd => gettext("Each volume is an image in a pool of a Ceph cluster."),
        _ => String::new(),
    }
}

/// How a pool stands, in a word.
pub(super) fn state(state: PoolState) -> String {
    match state {
        PoolState::Inactive => gettext("Stopped"),
        PoolState::Building => gettext("Being made"),
        PoolState::Running => gettext("Active"),
        PoolState::Degraded => gettext("Active, parts are missing"),
        PoolState::Inaccessible => gettext("Out of reach"),
    }
}

/// All that the list says of a pool under its name.
pub(super) fn summary(pool: &Pool) -> String {
    let mut parts = vec![state(pool.state), kind(pool.kind)];
    parts.extend(pool.target.clone());
    if pool.state.is_active() {
        parts.push(capacity(pool));
    }
    if pool.autostart {
        parts.push(gettext("autostart"));
    }
    parts.join(" · ")
}

/// How full a pool is.
pub(super) fn capacity(pool: &Pool) -> String {
    gettext_f("{free} free of {all}", &[("free", &pool.available.to_string()), ("all", &pool.capacity.to_string())])
}

/// A format's name.
pub(super) fn format(format: ImageFormat) -> String {
    match format {
        ImageFormat::Vhd => "vhd".to_owned(),
        ImageFormat::Iso => "iso".to_owned(),
        ImageFormat::Other => gettext("unknown"),
        other => other.driver().to_owned(),
    }
}

/// A format in one plain sentence.
pub(super) fn about(format: ImageFormat) -> String {
    match format {
        ImageFormat::Qcow2 => gettext("Grows with what is written; can have overlays and snapshots. Right for most."),
        ImageFormat::Raw => gettext("The bytes as the guest sees them: fast and plain, without snapshots."),
        ImageFormat::Vdi => gettext("VirtualBox's format; to take a disk there."),
        ImageFormat::Vmdk => gettext("VMware's format; to take a disk there."),
        ImageFormat::Vhd => gettext("Virtual PC's and older Hyper-V's format; to take a disk there."),
        ImageFormat::Vhdx => gettext("Hyper-V's format; to take a disk there."),
        _ => String::new(),
    }
}

/// All that the list says of a volume under its name.
pub(super) fn volume(seen: &Seen) -> String {
    let volume = &seen.volume;
    let sizes = gettext_f(
        "{size}, takes {allocated}",
        &[("size", &volume.capacity.to_string()), ("allocated", &volume.allocation.to_string())],
    );
    let base = volume.backing.as_ref().and_then(|backing| backing.path());
    let base = base.map(|base| gettext_f("on {base}", &[("base", lectern_model::storage::name_of(base))]));
    let used = (!seen.users.is_empty()).then(|| gettext_f("used by {names}", &[("names", &users(seen))]));
    let above = (!seen.above.is_empty())
        .then(|| ngettext_f("{n} image stands on it", "{n} images stand on it", seen.above.len(), &[]));
    let parts = [Some(format(volume.format)), Some(sizes), base, used, above];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The machines that name a volume.
pub(super) fn users(seen: &Seen) -> String {
    let mut names: Vec<&str> = seen.users.iter().map(|user| user.name.as_str()).collect();
    names.dedup();
    listed(&names)
}

/// Names, of which a long list is cut.
pub(super) fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        rest => ngettext_f("{names} and {n} more", "{names} and {n} more", rest, &[("names", &shown)]),
    }
}

/// Who needs a volume, where somebody does.
pub(super) fn needed(deletion: &Deletion) -> Option<String> {
    let Deletion::Locked(holders) = deletion else { return None };
    let mut names: Vec<&str> = holders
        .iter()
        .map(|holder| match holder {
            Holder::Machine { user, .. } => user.name.as_str(),
            Holder::Image { path } => lectern_model::storage::name_of(path),
        })
        .collect();
    names.dedup();
    Some(gettext_f("Needed by {names}", &[("names", &listed(&names))]))
}

/// What a problem of a pool says beside its field.
pub(super) fn pool_problem(problem: &pool::Problem) -> String {
    match problem {
        pool::Problem::Name(problem) => name(*problem),
        pool::Problem::NoFolder => gettext("A whole path that begins with a slash: /srv/images"),
        pool::Problem::SystemFolder => {
            gettext("This is a folder of the system. Take one below it that is for images alone.")
        }
        pool::Problem::FolderOf(name) => gettext_f("The pool {name} has this folder already.", &[("name", name)]),
        pool::Problem::FolderWithin(name) => {
            gettext_f("This lies in the folder of the pool {name}, which shows it as a volume.", &[("name", name)])
        }
        pool::Problem::NoHost => gettext("The name or address of a computer: nas.lab or 192.168.1.9"),
        pool::Problem::NoSource(kind) => no_source(*kind),
        pool::Problem::NotATarget => gettext("A target is called like iqn.2026-01.org.example:disks"),
        pool::Problem::NoSecret => gettext("This user needs a secret of libvirt with its key."),
        pool::Problem::NotASecret => gettext("The UUID of a secret, as “virsh secret-list” shows it."),
        pool::Problem::NoUser => gettext("This secret needs the user whose key it holds."),
    }
}

fn no_source(kind: PoolKind) -> String {
    match kind {
        PoolKind::Fs => gettext("The path of a device with a file system: /dev/sdb1"),
        PoolKind::Disk => gettext("The path of a whole disk: /dev/sdb"),
        PoolKind::Netfs => gettext("The folder as the other computer names it: /srv/images"),
        PoolKind::Logical => gettext("The name of a volume group, as “vgs” shows it."),
        PoolKind::Zfs => gettext("The name of a ZFS pool, as “zpool list” shows it."),
        PoolKind::Rbd => gettext("The name of a pool of the cluster, as “ceph osd pool ls” shows it."),
        _ => gettext("A target is called like iqn.2026-01.org.example:disks"),
    }
}

/// A field's title.
pub(super) fn pool_field(field: pool::Field, kind: PoolKind) -> String {
    match (field, kind) {
        (pool::Field::Name, _) => gettext("Name"),
        (pool::Field::Target, PoolKind::Dir) => gettext("Folder"),
        (pool::Field::Target, _) => gettext("Folder to Mount It On"),
        (pool::Field::Host, PoolKind::Rbd) => gettext("Monitors, With Commas Between"),
        (pool::Field::Host, _) => gettext("Computer"),
        (pool::Field::Source, PoolKind::Fs | PoolKind::Disk) => gettext("Device"),
        (pool::Field::Source, PoolKind::Netfs) => gettext("Shared Folder"),
        (pool::Field::Source, PoolKind::Logical) => gettext("Volume Group"),
        (pool::Field::Source, PoolKind::Iscsi) => gettext("Target (IQN)"),
        (pool::Field::Source, PoolKind::Zfs) => gettext("ZFS Pool"),
        (pool::Field::Source, _) => gettext("Ceph Pool"),
        (pool::Field::User, _) => gettext("User, if Any"),
        (pool::Field::Secret, _) => gettext("UUID of the Secret, if Any"),
    }
}

/// What a problem of a volume says beside its field.
pub(super) fn volume_problem(problem: &volume::Problem) -> String {
    match problem {
        volume::Problem::Name(problem) => name(*problem),
        volume::Problem::OtherEnding(promised) => gettext_f(
            "The name ends like that of a {format} image, which it will not be.",
            &[("format", &format(*promised))],
        ),
        volume::Problem::NoSize => gettext("A size with its unit: 20 GiB, 512 MiB"),
        volume::Problem::TooSmall => gettext("A disk has at least 1 MiB."),
        volume::Problem::BelowBase(base) => gettext_f(
            "An overlay is at least as large as its base, {size}: the guest would miss the end of its disk.",
            &[("size", &base.to_string())],
        ),
        volume::Problem::NoSpace(free) => {
            gettext_f("The pool has no space for that: {free} are free.", &[("free", &free.to_string())])
        }
        volume::Problem::MayFill(free) => gettext_f(
            "Only {free} are free. When guests have written more than that, they are paused.",
            &[("free", &free.to_string())],
        ),
    }
}

/// Why a volume is not given another size.
pub(super) fn no_resize(why: volume::NoResize) -> String {
    match why {
        volume::NoResize::NoSize => gettext("A size with its unit: 20 GiB, 512 MiB"),
        volume::NoResize::Smaller => gettext(
            "A disk is not made smaller here: what the guest has behind the new end would be lost. Shrink in the guest first, then copy it to a smaller disk.",
        ),
        volume::NoResize::Same => gettext("It has this size already."),
    }
}

/// Why a name cannot be given.
pub(super) fn name(problem: NameProblem) -> String {
    match problem {
        NameProblem::Empty => gettext("A name is needed."),
        NameProblem::InUse => gettext("This name is taken."),
        NameProblem::TooLong { .. } => gettext("The name is too long for a file."),
        NameProblem::EdgeSpace => gettext("The name begins or ends with a space."),
        _ => gettext("The name has a character that no file can have."),
    }
}
