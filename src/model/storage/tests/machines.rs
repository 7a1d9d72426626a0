//! What belongs to a machine, and what goes with it.

use std::collections::BTreeSet;

use crate::{
    id::DomainId,
    storage::{
        content::Content,
        dependency::{Builder, Deletion, Leaving},
        machine::{Machine, MachineFile, Place, Role, StateFolders},
        removal::{self, Decision, OnHost, Why},
    },
    xml::Document,
};

const DOMAIN: &str = "<domain type='kvm'><name>win</name><os><type>hvm</type><kernel>/b/vmlinuz</kernel>\
    <loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader>\
    <nvram template='/usr/share/OVMF/OVMF_VARS.fd'>/var/lib/libvirt/qemu/nvram/win_VARS.fd</nvram></os><devices>\
    <disk type='file' device='disk'><source file='/i/win.snap'/><target dev='vda'/></disk>\
    <disk type='file' device='cdrom'><source file='/iso/seed.iso'/><target dev='sda'/><readonly/></disk>\
    <disk type='file' device='cdrom'><source file='/iso/win.iso'/><target dev='sdb'/><readonly/></disk>\
    <disk type='file' device='cdrom'><target dev='sdc'/><readonly/></disk>\
    <disk type='file' device='disk'><source file='/i/shared'/><target dev='vdb'/><shareable/></disk>\
    <disk type='volume' device='disk'><source pool='default' volume='data'/><target dev='vdc'/></disk>\
    <disk type='network' device='disk'><source protocol='rbd' name='pool/img'/><target dev='vdd'/></disk>\
    <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm></devices></domain>";

const SNAPSHOT: &str = "<domainsnapshot><name>before</name><memory snapshot='external' file='/i/win.mem'/>\
    <disks><disk name='vda' snapshot='external'><source file='/i/win.snap'/></disk></disks>\
    <domain><name>win</name><devices><disk type='file' device='disk'><source file='/i/win.qcow2'/><target dev='vda'/></disk>\
    </devices></domain></domainsnapshot>";

fn machine() -> Machine {
    Machine {
        id: DomainId::parse("6695eb01-f6a4-8304-79aa-97f2502e193f").unwrap(),
        name: "win".into(),
        config: Document::parse(DOMAIN).unwrap(),
        live: None,
        snapshots: vec![Document::parse(SNAPSHOT).unwrap()],
        has_saved_memory: true,
    }
}

fn find<'f>(files: &'f [MachineFile], path: &str) -> &'f MachineFile {
    files.iter().find(|file| file.place.path() == Some(path)).unwrap_or_else(|| panic!("{path} is not among {files:?}"))
}

#[test]
fn every_file_of_a_machine_is_found() {
    let mut builder = Builder::default();
    builder.image("/i/win.snap", Some("/i/win.qcow2")).image("/i/win.qcow2", Some("/i/base.img"));
    let files = removal::files(&machine(), &StateFolders::system(), &builder.build());
    for (path, role) in [
        ("/i/win.snap", Role::Disk),
        ("/i/win.qcow2", Role::SnapshotOverlay),
        ("/i/win.mem", Role::SnapshotMemory),
        ("/i/base.img", Role::Base),
        ("/b/vmlinuz", Role::Kernel),
        ("/iso/win.iso", Role::Cdrom),
        ("/var/lib/libvirt/qemu/nvram/win_VARS.fd", Role::Nvram),
        ("/var/lib/libvirt/swtpm/6695eb01-f6a4-8304-79aa-97f2502e193f", Role::TpmState),
        ("/var/lib/libvirt/qemu/save/win.save", Role::SavedMemory),
    ] {
        assert_eq!(find(&files, path).role, role, "{path}");
    }
    assert_eq!(files.len(), 13, "an empty drive and the firmware's code are nobody's: {files:#?}");
    assert_eq!(find(&files, "/i/win.snap").target.as_deref(), Some("vda"));
    assert_eq!(machine().volumes().collect::<Vec<_>>(), [("default".to_owned(), "data".to_owned())]);
}

fn there() -> OnHost {
    OnHost { exists: Some(true), permitted: Some(true), ..OnHost::default() }
}

fn decided(file: &MachineFile, on_host: &OnHost) -> Decision {
    removal::decide(file, on_host, &Deletion::Free)
}

#[test]
fn each_file_has_its_default_and_its_reason() {
    let files = machine().files(&StateFolders::system());
    for (path, goes, locked, why) in [
        ("/i/win.snap", true, false, None),
        ("/i/win.qcow2", true, false, None),
        ("/i/win.mem", true, false, None),
        ("/iso/win.iso", false, false, Some(Why::Medium)),
        ("/b/vmlinuz", false, false, Some(Why::BootFile)),
        ("/i/shared", false, false, Some(Why::Shareable)),
        ("/var/lib/libvirt/qemu/nvram/win_VARS.fd", true, true, Some(Why::WithMachine)),
    ] {
        assert_eq!(decided(find(&files, path), &there()), Decision { goes, locked, why }, "{path}");
    }
    let network = files.iter().find(|file| matches!(file.place, Place::Network { .. })).unwrap();
    assert_eq!(decided(network, &there()).why, Some(Why::Elsewhere));
}

#[test]
fn a_seed_goes_with_its_machine() {
    let files = machine().files(&StateFolders::system());
    let seed = Content::Disc { label: "cidata".into() };
    let file = find(&files, "/iso/seed.iso").clone().seen(Some(&seed));
    assert_eq!(decided(&file, &there()), Decision { goes: true, locked: false, why: None });
    let other = find(&files, "/iso/win.iso").clone().seen(Some(&Content::Disc { label: "WIN".into() }));
    assert_eq!(other.role, Role::Cdrom);
}

#[test]
fn what_cannot_go_is_locked() {
    let disk = MachineFile::new(Role::Disk, Place::Path("/i/a".into()));
    for (on_host, why) in [
        (OnHost { exists: Some(false), ..there() }, Why::NotThere),
        (OnHost { is_device: true, ..there() }, Why::Device),
        (OnHost { permitted: Some(false), ..there() }, Why::NotPermitted),
        (
            OnHost { pool: Some(super::super::pool::PoolKind::Iscsi), ..there() },
            Why::FixedPool(super::super::pool::PoolKind::Iscsi),
        ),
    ] {
        assert_eq!(decided(&disk, &on_host), Decision { goes: false, locked: true, why: Some(why) });
    }
}

#[test]
fn what_others_need_is_off_and_locked_whatever_it_is() {
    let machine = machine();
    let other = DomainId::from_bytes([9; 16]);
    let mut builder = Builder::default();
    for file in machine.files(&StateFolders::system()) {
        if let Some(path) = file.place.path() {
            builder.used(path, machine.id, &machine.name, &file).used(path, other, "other", &file);
        }
    }
    let map = builder.build();
    let leaving = Leaving { machines: BTreeSet::from([machine.id]), files: BTreeSet::new() };
    for file in machine.files(&StateFolders::system()) {
        let Some(path) = file.place.path() else { continue };
        let decision = removal::decide(&file, &there(), &map.deletion(path, &leaving));
        assert!(!decision.goes && decision.locked && matches!(decision.why, Some(Why::Needed(_))), "{path}");
    }
}
