//! Pools that are no folders, as far as this computer's kernel has them.

use lectern_model::{
    storage::{ImageFormat, kinds::MADE, new_pool::NewPool, new_volume::NewVolume, pool::PoolKind},
    units::Bytes,
};
use lectern_services::plan::{self, Outcome, storage};
use lectern_test_kit::{libvirt::PrivateLibvirt, plans, witness::answer};

use super::{done, host, pool, seen};

fn new(kind: PoolKind, source: &str) -> NewPool {
    let remote = matches!(kind, PoolKind::Netfs | PoolKind::Iscsi | PoolKind::Rbd);
    NewPool {
        id: storage::new_id(),
        name: format!("p-{}", kind.name()),
        kind,
        target: kind.has_files().then(|| format!("/var/lib/libvirt/{}", kind.name())),
        hosts: if remote { vec![("127.0.0.1".into(), None)] } else { Vec::new() },
        source: Some(source.to_owned()).filter(|_| kind != PoolKind::Dir),
        login: None,
    }
}

/// Nodes of loop devices, of which a namespace has none.
const LOOPS: &str = "mkdir -p /run/loops && mount -t tmpfs loops /run/loops && cd /run/loops && mknod loop-control c 10 237 \
    && for n in 0 1 2 3 4 5 6 7; do mknod loop$n b 7 $n; done && for f in *; do ln -s /run/loops/$f /dev/$f; done";

/// A disk of 64 MiB, prepared by a command on its file; none where the kernel has no loop device for us.
fn device(libvirt: &mut PrivateLibvirt, name: &str, prepare: &str) -> Option<String> {
    let file = format!("/var/lib/libvirt/{name}.img");
    libvirt.sh(&format!("truncate -s 64M {file} && {prepare} {file}"));
    let found = libvirt.sh(&format!("losetup -f --show {file} 2>/dev/null || true")).trim().to_owned();
    if found.is_empty() {
        lectern_test_kit::skipped("no loop device can be had here");
        return None;
    }
    Some(found)
}

#[test]
fn a_file_system_is_mounted_and_filled() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.sh(LOOPS);
    let Some(disk) = device(&mut libvirt, "fs", "mkfs.ext4 -q") else { return };
    let journals = tempfile::tempdir().unwrap();
    let uri = libvirt.host_uri();
    let plan = storage::make_pool(&uri, &new(PoolKind::Fs, &disk), true, true).unwrap();
    let made = plans::must(&plan, journals.path());
    // The device goes with its last user.
    libvirt.sh(&format!("losetup -d {disk}"));
    assert!(libvirt.sh("grep /var/lib/libvirt/fs /proc/mounts").contains("ext4"));
    let found = pool(&libvirt, "p-fs");
    assert!(found.state.is_active() && found.autostart && found.capacity < Bytes::from_mib(64), "{found:?}");
    let volume = NewVolume::thin("d.qcow2", ImageFormat::Qcow2, Bytes::from_mib(512));
    done(&storage::make_volume(&uri, "p-fs", volume));
    assert_eq!(seen(&libvirt, "p-fs", "d.qcow2").volume.capacity, Bytes::from_mib(512));
    libvirt.virsh(&["vol-delete", "d.qcow2", "--pool", "p-fs"]);
    plans::must_undo(plan, made, journals.path());
    assert!(!libvirt.sh("cat /proc/mounts").contains("/var/lib/libvirt/fs "));
}

#[test]
fn a_disk_of_partitions_is_a_pool() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    if libvirt.sh("command -v parted || true").is_empty() {
        return lectern_test_kit::skipped("parted is not installed");
    }
    libvirt.sh(LOOPS);
    let Some(disk) = device(&mut libvirt, "disk", "echo label: gpt | sfdisk -q") else { return };
    let journals = tempfile::tempdir().unwrap();
    let plan = storage::make_pool(&libvirt.host_uri(), &new(PoolKind::Disk, &disk), false, true).unwrap();
    let made = plans::must(&plan, journals.path());
    let found = pool(&libvirt, "p-disk");
    assert!(found.state.is_active() && found.available > Bytes::from_mib(60), "{found:?}");
    plans::must_undo(plan, made, journals.path());
    libvirt.sh(&format!("losetup -d {disk}"));
}

/// What starts only where the kernel and other computers have it is defined all the same, and leaves nothing where it fails.
#[test]
fn what_is_offered_is_taken_and_a_start_that_fails_leaves_nothing() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let uri = libvirt.host_uri();
    let offered = answer(host(&libvirt).pool_kinds()).unwrap();
    println!("offered: {offered:?}");
    for kind in MADE.into_iter().filter(|kind| offered.contains(kind) && *kind != PoolKind::Dir) {
        done(&storage::make_pool(&uri, &new(kind, "/dev/nothing"), true, false).unwrap());
        let made = pool(&libvirt, &format!("p-{}", kind.name()));
        assert!(made.kind == kind && made.autostart && !made.state.is_active(), "{made:?}");
        done(&storage::delete_pool(&uri, &made, &super::definition(&libvirt, &made)));
        let journals = tempfile::tempdir().unwrap();
        let started = storage::make_pool(&uri, &new(kind, "/dev/nothing"), true, true).unwrap();
        let ended = plans::outcome(&plan::start(started, journals.path()));
        println!("{kind:?}: {ended:?}");
        if kind == PoolKind::Zfs {
            // libvirt asks zfs at the first look into it only.
            libvirt.virsh(&["pool-destroy", "p-zfs"]);
            libvirt.virsh(&["pool-undefine", "p-zfs"]);
            continue;
        }
        assert!(matches!(&ended, Outcome::Undone { why: Some(_), left } if left.is_empty()), "{kind:?}: {ended:?}");
        assert_eq!(libvirt.virsh(&["pool-list", "--all", "--name"]).trim(), "", "{kind:?}");
    }
}
