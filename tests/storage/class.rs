//! A class on one base, and other ways in which files need each other.

use std::{collections::BTreeSet, fs};

use lectern_model::storage::{
    dependency::{Deletion, Holder, Leaving},
    machine::Role,
    removal::Why,
};
use lectern_services::disk::{belongings, inventory};
use lectern_test_kit::witness::answer;

use super::{Place, domain};

fn machines(holders: &[Holder]) -> Vec<&str> {
    let name = |holder: &'_ Holder| matches!(holder, Holder::Machine { .. });
    let holders = holders.iter().filter(|holder| name(holder));
    holders
        .filter_map(|holder| if let Holder::Machine { user, .. } = holder { Some(user.name.as_str()) } else { None })
        .collect()
}

/// virt-manager's hole: the last overlay is nobody's, and the base's disk is offered for deletion with its machine.
pub(crate) fn a_base_of_many_with_an_orphan_last_is_locked(place: &mut Place) {
    place.sh("qemu-img create -q -f qcow2 a/.cent7.img 64M && cd a && for n in $(seq -w 1 30); do \
              qemu-img create -q -f qcow2 -F qcow2 -b .cent7.img node$n.qcow2; done");
    let mut machines_of = vec![("template".to_owned(), place.path("a/.cent7.img"))];
    machines_of.extend((1..30).map(|n| (format!("node{n:02}"), place.path(&format!("a/node{n:02}.qcow2")))));
    place.define(&machines_of);
    let stock = answer(inventory::take(&place.host)).unwrap();
    let base = place.path("a/.cent7.img");
    assert!(stock.volumes.iter().any(|volume| volume.name == ".cent7.img"), "a hidden file is a volume");
    let template = stock.machines.iter().find(|machine| machine.name == "template").unwrap().id;
    let leaving = Leaving { machines: BTreeSet::from([template]), files: BTreeSet::from([base.clone()]) };
    let Deletion::Locked(holders) = stock.map.deletion(&base, &leaving) else { panic!("the base of a class is free") };
    assert_eq!((machines(&holders).len(), holders.len()), (29, 30));
    assert!(holders.contains(&Holder::Image { path: place.path("a/node30.qcow2") }));
    assert_eq!(stock.map.spoilt_by_start(template).len(), 1);
    let files = answer(belongings::of(&place.host, &stock, template)).unwrap();
    let disk = files.iter().find(|one| one.file.role == Role::Disk).unwrap();
    assert!(disk.decision.locked && !disk.decision.goes, "{disk:?}");
    assert!(matches!(&disk.decision.why, Some(Why::Needed(holders)) if holders.len() == 30));
    let node = stock.machines.iter().find(|machine| machine.name == "node07").unwrap().id;
    let files = answer(belongings::of(&place.host, &stock, node)).unwrap();
    let goes: Vec<_> = files.iter().map(|one| (one.file.role, one.decision.goes, one.decision.locked)).collect();
    assert_eq!(goes, [(Role::Disk, true, false), (Role::Base, false, true)]);
    assert!(files[0].on_host.size.is_some_and(|size| size.0 > 0));
}

pub(crate) fn overlays_outside_of_pools_and_chains_through_two_are_seen(place: &mut Place) {
    place.sh("for n in 2 3 4; do qemu-img create -q -f qcow2 a/base$n.qcow2 64M; done && \
              qemu-img create -q -f qcow2 -F qcow2 -b ../a/base2.qcow2 out/used.qcow2 && \
              qemu-img create -q -f qcow2 -F qcow2 -b ../a/base3.qcow2 out/orphan.qcow2 && \
              qemu-img create -q -f qcow2 -F qcow2 -b ../a/base4.qcow2 b/mid4.qcow2 && \
              qemu-img create -q -f qcow2 -F qcow2 -b mid4.qcow2 b/top4.qcow2 && ln -s b link");
    let machines_of = [("outside", "out/used.qcow2"), ("two-pools", "link/top4.qcow2")];
    place.define(&machines_of.map(|(name, disk)| (name.to_owned(), place.path(disk))));
    let stock = answer(inventory::take(&place.host)).unwrap();
    let holders = |base: &str| stock.map.holders(&place.path(base));
    assert_eq!(machines(&holders("a/base2.qcow2")), ["outside"]);
    assert_eq!(holders("a/base3.qcow2"), [Holder::Image { path: place.path("out/orphan.qcow2") }]);
    let through = holders("a/base4.qcow2");
    assert!(
        matches!(through.as_slice(), [Holder::Machine { user, through }]
        if user.name == "two-pools" && *through == [place.path("b/mid4.qcow2"), place.path("b/top4.qcow2")]),
        "{through:?}"
    );
    assert!(stock.map.blind_spots().is_empty(), "{:?}", stock.map.blind_spots());
    place.libvirt.virsh(&["pool-destroy", "b"]);
    let stock = answer(inventory::take(&place.host)).unwrap();
    assert_eq!(machines(&stock.map.holders(&place.path("a/base4.qcow2"))), ["two-pools"], "without its pool as well");
    assert!(stock.map.blind_spots().is_empty(), "its folder can be read: {:?}", stock.map.blind_spots());
    place.libvirt.virsh(&["pool-start", "b"]);
}

/// A disc with this label, as far as anybody looks.
fn disc(label: &str) -> Vec<u8> {
    let mut bytes = vec![0; 0x1_0000];
    bytes[0x8000..0x8006].copy_from_slice(b"\x01CD001");
    bytes[0x8028..0x8048].fill(b' ');
    bytes[0x8028..0x8028 + label.len()].copy_from_slice(label.as_bytes());
    bytes
}

pub(crate) fn what_belongs_to_a_machine_is_found(place: &mut Place) {
    fs::write(place.path("a/seed.iso"), disc("cidata")).unwrap();
    fs::write(place.path("out/system.iso"), disc("Debian")).unwrap();
    place.sh("qemu-img create -q -f qcow2 a/own.qcow2 16M");
    let drive = |disc: &str, name: &str| {
        format!(
            "<disk type='file' device='cdrom'><source file='{disc}'/><target dev='{name}' bus='ide'/><readonly/></disk>"
        )
    };
    let drives = drive(&place.path("a/seed.iso"), "hda") + &drive(&place.path("out/system.iso"), "hdb");
    place.libvirt.define("own", &domain("own", &place.path("a/own.qcow2"), &drives));
    place.libvirt.virsh(&["snapshot-create-as", "own", "before", "--disk-only", "--diskspec", "vda,snapshot=external"]);
    let stock = answer(inventory::take(&place.host)).unwrap();
    let machine = stock.machines.iter().find(|machine| machine.name == "own").unwrap();
    assert_eq!(answer(place.host.snapshots(machine.id)).unwrap().iter().filter(|s| s.is_current).count(), 1);
    let files = answer(belongings::of(&place.host, &stock, machine.id)).unwrap();
    let found: Vec<_> = files
        .iter()
        .map(|one| {
            (one.path.as_deref().unwrap_or_default().rsplit('/').next().unwrap(), one.file.role, one.decision.goes)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("own.before", Role::Disk, true),
            ("seed.iso", Role::CloudInitSeed, true),
            ("system.iso", Role::Cdrom, false),
            ("own.qcow2", Role::SnapshotOverlay, true),
        ]
    );
}
