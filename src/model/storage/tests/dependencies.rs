//! Who needs what, in the cases that a class meets.

use std::collections::BTreeSet;

use crate::{
    id::DomainId,
    storage::{
        DependencyMap,
        dependency::{BlindSpot, Builder, Deletion, Holder, Leaving},
        machine::{MachineFile, Place, Role},
    },
};

fn machine(number: u8) -> DomainId {
    DomainId::from_bytes([number; 16])
}

fn disk(path: &str) -> MachineFile {
    MachineFile::new(Role::Disk, Place::Path(path.into()))
}

fn uses(builder: &mut Builder, number: u8, path: &str) {
    builder.used(path, machine(number), &format!("node{number}"), &disk(path));
}

fn leaving(machines: &[u8], files: &[&str]) -> Leaving {
    Leaving {
        machines: machines.iter().map(|number| machine(*number)).collect(),
        files: files.iter().map(|file| (*file).to_owned()).collect(),
    }
}

/// A template, thirty overlays on its disk, of which the last is nobody's: virt-manager's hole.
fn class() -> DependencyMap {
    let mut builder = Builder::default();
    builder.image("/i/base.img", None);
    uses(&mut builder, 0, "/i/base.img");
    for number in 1..=30 {
        builder.image(&format!("/i/node{number:02}.qcow2"), Some("/i/base.img"));
        if number < 30 {
            uses(&mut builder, number, &format!("/i/node{number:02}.qcow2"));
        }
    }
    builder.build()
}

#[test]
fn a_template_with_an_orphan_listed_last_stays_locked() {
    let map = class();
    let Deletion::Locked(holders) = map.deletion("/i/base.img", &leaving(&[0], &["/i/base.img"])) else {
        panic!("the base of 29 machines is free");
    };
    let machines = holders.iter().filter(|holder| matches!(holder, Holder::Machine { .. })).count();
    assert_eq!((machines, holders.len()), (29, 30));
    assert!(holders.contains(&Holder::Image { path: "/i/node30.qcow2".into() }));
    assert!(map.deletion("/i/node30.qcow2", &Leaving::default()).is_free(), "an orphan may go");
    assert!(map.deletion("/i/node07.qcow2", &leaving(&[7], &[])).is_free());
}

#[test]
fn a_base_may_go_with_all_that_stands_on_it() {
    let map = class();
    let overlays: Vec<String> = (1..=30).map(|number| format!("/i/node{number:02}.qcow2")).collect();
    let files: Vec<&str> = overlays.iter().map(String::as_str).collect();
    let machines: Vec<u8> = (0..30).collect();
    assert!(map.deletion("/i/base.img", &leaving(&machines, &files)).is_free());
    assert!(!map.deletion("/i/base.img", &leaving(&machines, &files[1..])).is_free(), "a kept overlay needs it");
    assert!(!map.deletion("/i/base.img", &leaving(&machines[..29], &files)).is_free(), "a kept machine needs it");
}

#[test]
fn a_chain_is_seen_through() {
    let mut builder = Builder::default();
    builder.image("/p/top", Some("/i/mid")).image("/i/mid", Some("/i/base"));
    uses(&mut builder, 1, "/p/top");
    let map = builder.build();
    let holders = map.holders("/i/base");
    assert_eq!(holders.len(), 1);
    assert!(matches!(&holders[0], Holder::Machine { user, through }
        if user.machine == machine(1) && *through == ["/i/mid", "/p/top"]));
    assert_eq!(map.bases("/p/top"), ["/i/mid", "/i/base"]);
    assert_eq!(map.users("/p/top").len(), 1);
}

#[test]
fn starting_a_base_is_warned_of_and_starting_an_overlay_is_not() {
    let map = class();
    let spoilt = map.spoilt_by_start(machine(0));
    assert_eq!((spoilt.len(), spoilt[0].1.len()), (1, 30));
    assert!(map.spoilt_by_start(machine(3)).is_empty());
}

#[test]
fn a_link_is_the_file_that_it_points_to() {
    let mut builder = Builder::default();
    builder.same("/link/base", "/i/base").image("/i/top", Some("/link/base"));
    uses(&mut builder, 1, "/i/../i/top");
    let map = builder.build();
    assert_eq!(map.holders("/i/base"), map.holders("/link/base"));
    assert_eq!(map.holders("/i/base").len(), 1);
}

#[test]
fn what_a_live_domain_says_of_its_chain_counts() {
    let mut builder = Builder::default();
    let file = MachineFile { bases: vec!["/i/mid".into(), "/i/base".into()], ..disk("/i/top") };
    builder.used("/i/top", machine(1), "node1", &file);
    assert_eq!(builder.paths(), BTreeSet::from(["/i/top", "/i/mid", "/i/base"]));
    assert_eq!(builder.build().holders("/i/base").len(), 1);
}

#[test]
fn what_could_not_be_read_is_told() {
    let mut builder = Builder::default();
    builder.unread("/i/x", &crate::storage::chain::Unread::Denied);
    builder.unread("/i/y", &crate::storage::chain::Unread::Missing);
    assert_eq!(*builder.build().blind_spots(), BTreeSet::from([BlindSpot::Image("/i/x".into())]));
}
