//! What changes of volumes do, and what they refuse: copies in all formats, snapshots, machines that are on.

use std::path::Path;

use lectern_model::{
    draft::volume::CONVERTED,
    storage::{ImageFormat, kinds::MADE, new_pool::NewPool, new_volume::NewVolume, pool::PoolKind, pool::PoolState},
    units::Bytes,
};
use lectern_services::{
    disk::{snapshots, volumes},
    host::{Interest, StorageError},
    plan::{
        self, JobEvent, Outcome, StepFailure,
        storage::{self, Way},
    },
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans, wait,
    witness::{Witness, answer},
};

use super::{done, host, lab, pool, refused, seen, stock};

/// Whether two images hold the same, in the words of qemu-img.
fn assert_same(libvirt: &mut PrivateLibvirt, folder: &Path, one: &str, other: (&str, ImageFormat)) {
    let (folder, format) = (folder.display(), other.1.driver());
    libvirt.sh(&format!("qemu-img compare -F {format} {folder}/{one} {folder}/{}", other.0));
}

fn with_data(libvirt: &mut PrivateLibvirt, folder: &Path, name: &str) {
    let path = folder.join(name).display().to_string();
    libvirt.sh(&format!(
        "qemu-img create -q -f qcow2 {path} 24M && qemu-io -c 'write -P 7 1M 3M' -c 'write -P 9 20M 1M' {path} >/dev/null"
    ));
    libvirt.virsh(&["pool-refresh", "lab"]);
}

#[test]
fn copies_in_every_format_hold_the_same() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let folder = lab(&mut libvirt);
    with_data(&mut libvirt, &folder, "d.qcow2");
    let (uri, witness) = (libvirt.host_uri(), host(&libvirt));
    let source = seen(&libvirt, "lab", "d.qcow2");
    assert!(answer(volumes::copies_here(&witness, &source.volume)));
    for format in CONVERTED {
        let name = format!("here.{}", format.driver());
        let new = NewVolume::thin(&name, format, source.volume.capacity);
        done(&storage::copy(&uri, &source, new, Way::Here));
        assert_same(&mut libvirt, &folder, "d.qcow2", (&name, format));
        let copy = seen(&libvirt, "lab", &name);
        assert_eq!(copy.volume.format, format, "libvirt knows nothing of VHDX, the page does");
        assert!(copy.volume.capacity >= source.volume.capacity);
        if format == ImageFormat::Vhdx {
            assert!(!stock(&libvirt).libvirt_knows(&copy.volume.path));
            continue;
        }
        let name = format!("daemon.{}", format.driver());
        let new = NewVolume::thin(&name, format, source.volume.capacity);
        let plan = storage::copy(&uri, &source, new, Way::Daemon);
        assert!(plan.commands()[0].to_string().contains("vol-create-from"));
        done(&plan);
        assert_same(&mut libvirt, &folder, "d.qcow2", (&name, format));
    }
}

#[test]
fn a_base_is_not_touched() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let folder = lab(&mut libvirt);
    with_data(&mut libvirt, &folder, "base.qcow2");
    let path = folder.display();
    libvirt.sh(&format!("cd {path} && qemu-img create -q -f qcow2 -F qcow2 -b base.qcow2 overlay.qcow2"));
    let uri = libvirt.host_uri();
    let base = seen(&libvirt, "lab", "base.qcow2");
    assert_eq!(base.above, [format!("{path}/overlay.qcow2")]);
    for plan in [
        storage::delete(&uri, &base),
        storage::wipe(&uri, &base),
        storage::grow(&uri, &base, &[], Bytes::from_mib(48)),
        storage::make_snapshot(&uri, &base, "one"),
        storage::apply_snapshot(&uri, &base, "one"),
        storage::remove_snapshot(&uri, &base, "one"),
    ] {
        let why = refused(&plan);
        assert!(matches!(&why, StepFailure::Needed { by, .. } if by.contains("overlay.qcow2")), "{plan:?}: {why:?}");
    }
    // The overlay itself may go, and then the base.
    done(&storage::delete(&uri, &seen(&libvirt, "lab", "overlay.qcow2")));
    done(&storage::delete(&uri, &seen(&libvirt, "lab", "base.qcow2")));
    assert_eq!(libvirt.virsh(&["vol-list", "lab"]).trim(), "");
}

#[test]
fn snapshots_inside_an_image() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let folder = lab(&mut libvirt);
    with_data(&mut libvirt, &folder, "d.qcow2");
    let (uri, path) = (libvirt.host_uri(), folder.join("d.qcow2").display().to_string());
    let disk = seen(&libvirt, "lab", "d.qcow2");
    let make = storage::make_snapshot(&uri, &disk, "课前");
    assert_eq!(make.commands()[0].to_string(), format!("qemu-img snapshot -c '课前' {path}"));
    done(&make);
    assert_eq!(refused(&make), StepFailure::SnapshotTaken("课前".into()));
    libvirt.sh(&format!("cp {path} {path}.then && qemu-io -c 'write -P 1 1M 3M' {path} >/dev/null"));
    done(&storage::apply_snapshot(&uri, &disk, "课前"));
    libvirt.sh(&format!("qemu-img compare {path} {path}.then"));
    assert_eq!(answer(snapshots::list(&path)).unwrap().len(), 1);
    // Undone, a snapshot is gone; what is gone cannot be applied.
    let other = storage::make_snapshot(&uri, &disk, "other");
    let journals = tempfile::tempdir().unwrap();
    let left = plans::must(&other, journals.path());
    plans::must_undo(other, left, journals.path());
    done(&storage::remove_snapshot(&uri, &disk, "课前"));
    assert_eq!(answer(snapshots::list(&path)).unwrap(), []);
    assert_eq!(refused(&storage::apply_snapshot(&uri, &disk, "课前")), StepFailure::NoSnapshot("课前".into()));
}

fn machine(name: &str, disk: &str) -> String {
    format!(
        "<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory><os><type arch='x86_64'>hvm</type></os>\
         <devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{disk}'/>\
         <target dev='vda' bus='virtio'/></disk><controller type='usb' model='none'/></devices></domain>"
    )
}

#[test]
fn a_machine_that_is_on_grows_its_disk_itself() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let folder = lab(&mut libvirt);
    with_data(&mut libvirt, &folder, "d.qcow2");
    let path = folder.join("d.qcow2").display().to_string();
    libvirt.sh(&format!("chown libvirt-qemu {path}"));
    libvirt.define("node1", &machine("node1", &path));
    let uri = libvirt.host_uri();
    let off = seen(&libvirt, "lab", "d.qcow2");
    assert_eq!(off.users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["node1"]);
    libvirt.virsh(&["start", "node1"]);
    // What was planned while it was off is refused while it is on.
    let late = storage::grow(&uri, &off, &[], Bytes::from_mib(32));
    assert_eq!(refused(&late), StepFailure::Running("node1".into()));
    assert_eq!(refused(&storage::make_snapshot(&uri, &off, "one")), StepFailure::Running("node1".into()));
    let to = folder.join("got.img").display().to_string();
    assert_eq!(refused(&storage::download(&uri, &off, &to, false)), StepFailure::Running("node1".into()));
    assert!(matches!(refused(&storage::delete(&uri, &off)), StepFailure::Needed { by, .. } if by == "node1"));
    let stock = stock(&libvirt);
    let on = stock.find(pool(&libvirt, "lab").id, "d.qcow2").unwrap();
    assert_eq!(on.running.len(), 1);
    let plan = storage::grow(&uri, &on, &stock.inventory.machines, Bytes::from_mib(40));
    assert!(plan.commands()[0].to_string().contains("blockresize --domain node1 --path vda --size 41943040B"));
    done(&plan);
    assert!(libvirt.virsh(&["domblkinfo", "node1", "vda"]).contains("41943040"));
    libvirt.virsh(&["destroy", "node1"]);
    assert_eq!(seen(&libvirt, "lab", "d.qcow2").volume.capacity, Bytes::from_mib(40));
}

#[test]
fn what_is_cancelled_leaves_nothing() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let folder = lab(&mut libvirt);
    let big = libvirt.folder().join("big.img");
    // Random, so that nothing of it is a hole.
    libvirt.sh(&format!("head -c 400M /dev/urandom > {}", big.display()));
    let length = Bytes(std::fs::metadata(&big).unwrap().len());
    let uri = libvirt.host_uri();
    let cancelled = Outcome::Undone { why: Some(plan::StepError::touched(StepFailure::Cancelled)), left: Vec::new() };
    let upload = storage::upload(&uri, "lab", "big.img", &big.display().to_string(), length);
    assert_eq!(cancel_on_the_way(upload.clone()), cancelled);
    assert_eq!(libvirt.virsh(&["vol-list", "lab"]).trim(), "");
    done(&upload);
    libvirt.sh(&format!("cmp {} {}/big.img", big.display(), folder.display()));
    let to = libvirt.folder().join("got.img");
    let download = storage::download(&uri, &seen(&libvirt, "lab", "big.img"), &to.display().to_string(), false);
    assert_eq!(cancel_on_the_way(download.clone()), cancelled);
    let names = libvirt.sh(&format!("ls -A {}", libvirt.folder().display()));
    assert!(!names.contains("got.img"), "{names}");
    done(&download);
    libvirt.sh(&format!("cmp {} {}", big.display(), to.display()));
    assert_eq!(refused(&download), StepFailure::FileTaken(to.display().to_string()));
}

fn cancel_on_the_way(plan: plan::Plan) -> Outcome {
    let journals = tempfile::tempdir().unwrap();
    let job = plan::start(plan, journals.path());
    let events = job.events();
    wait::until("the end", wait::SOON, || match events.try_recv() {
        Ok(JobEvent::Bytes(..)) => {
            job.cancel();
            None
        }
        Ok(JobEvent::Ended(outcome)) => Some(outcome),
        _ => None,
    })
}

#[test]
fn pools_are_followed_live() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let mut witness = Witness::connect(libvirt.uri());
    let _watch = witness.host.watch(Interest::Storage);
    lab(&mut libvirt);
    let is = |witness: &Witness, state: PoolState| {
        witness.pools.iter().any(|pool| pool.name == "lab" && pool.state == state).then_some(())
    };
    witness.until("the pool", wait::SOON, |w| is(w, PoolState::Running));
    libvirt.virsh(&["pool-destroy", "lab"]);
    witness.until("its stop", wait::SOON, |w| is(w, PoolState::Inactive));
    libvirt.virsh(&["pool-undefine", "lab"]);
    witness.until("its end", wait::SOON, |w| w.pools.is_empty().then_some(()));
    let kinds = answer(witness.host.pool_kinds()).unwrap();
    assert_eq!(kinds.first(), Some(&PoolKind::Dir));
    // What this host does not offer it does not take either.
    for kind in MADE.into_iter().filter(|kind| !kinds.contains(kind)) {
        let new = NewPool { kind, source: Some("x".into()), hosts: vec![("h".into(), None)], ..plain() };
        let plan = storage::make_pool(&libvirt.host_uri(), &new, false, false).unwrap();
        assert!(matches!(refused(&plan), StepFailure::Host(_)), "{kind:?} is taken");
    }
    // A folder that is another pool's.
    lab(&mut libvirt);
    let target = Some(libvirt.folder().join("lab").display().to_string());
    let twice = NewPool { target, ..plain() };
    assert!(matches!(
        refused(&storage::make_pool(&libvirt.host_uri(), &twice, false, true).unwrap()),
        StepFailure::Host(_)
    ));
    let taken = NewPool { name: "lab".into(), target: Some("/var/lib/libvirt/x".into()), ..plain() };
    let taken = storage::make_pool(&libvirt.host_uri(), &taken, false, true).unwrap();
    assert_eq!(refused(&taken), StepFailure::PoolNameTaken("lab".into()));
}

fn plain() -> NewPool {
    NewPool {
        id: storage::new_id(),
        name: "made".into(),
        kind: PoolKind::Dir,
        target: None,
        hosts: Vec::new(),
        source: None,
        login: None,
    }
}

/// libvirt's own parser, in the driver that takes every kind.
#[test]
fn the_xml_of_every_kind_is_taken() {
    let witness = Witness::connect("test:///default");
    let uri = lectern_model::uri::HostUri::parse("test:///default").unwrap();
    let folder = tempfile::tempdir().unwrap();
    for kind in MADE {
        let remote = matches!(kind, PoolKind::Netfs | PoolKind::Iscsi | PoolKind::Rbd);
        let new = NewPool {
            id: storage::new_id(),
            name: format!("p-{}", kind.name()),
            kind,
            target: kind.has_files().then(|| format!("/srv/{}", kind.name())),
            hosts: if remote { vec![("nas.lab".into(), Some(6789))] } else { Vec::new() },
            source: Some(format!("/dev/{}", kind.name())).filter(|_| kind != PoolKind::Dir),
            login: Some(("libvirt".into(), "2ec115d7-3a88-3ceb-bc12-0ac909a6fd87".into())),
        };
        let plan = storage::make_pool(&uri, &new, false, false).unwrap();
        let file = folder.path().join("pool.xml");
        std::fs::write(&file, new.to_xml().unwrap().to_string()).unwrap();
        let checked = std::process::Command::new("virt-xml-validate").arg(&file).arg("storagepool").output().unwrap();
        assert!(checked.status.success(), "{kind:?}: {}", String::from_utf8_lossy(&checked.stderr));
        // A connection of the test driver has a host of its own.
        plans::must(&plan, folder.path());
    }
    assert!(matches!(answer(witness.host.pool_definition(storage::new_id())), Err(StorageError::NoPool)));
}
