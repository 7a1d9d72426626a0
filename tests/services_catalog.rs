//! Projects and flavors on a real libvirt: kept, shared, raced for, damaged, and without space.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use std::{env, time::Duration};

use lectern_model::{
    capability::{Ability, Obstacle},
    catalog::{Edit, EditError},
    flavor::Flavor,
    project::{DEFAULT, Limit, Project, Quota},
};
use lectern_services::{
    catalog::{CatalogError, Damage, Kept},
    host::{Host, Interest},
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    member, process, wait,
    witness::{Witness, answer},
};

const FOLDER: &str = "/var/lib/libvirt/lectern";

fn read(host: &Host) -> Kept {
    answer(host.catalog()).expect("a catalogue")
}

fn change(host: &Host, edit: Edit) -> Kept {
    answer(host.change_catalog(edit)).expect("a change").kept
}

fn class(instances: u64) -> Project {
    Project { quota: Quota { instances: Limit::of(instances), ..Quota::default() }, ..Project::new("class") }
}

#[test]
fn a_first_change_makes_the_place_and_everybody_sees_it() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let (one, mut other) = (Witness::connect(libvirt.uri()), Witness::connect(libvirt.uri()));
    let first = read(&one.host);
    assert_eq!((first.revision, first.capability.flavors), (0, Ability::Full));
    assert!(!libvirt.virsh(&["pool-list", "--all", "--name"]).contains("lectern"), "to look makes nothing");
    let _looks = other.host.watch(Interest::Catalog);
    other.until("the first catalogue", wait::SOON, |w| w.catalog.clone());
    let done = answer(one.host.change_catalog(Edit::AddFlavor(Flavor::new("9", "own", 1, 64, 0)))).expect("a change");
    assert_eq!(done.kept.revision, 1);
    assert_eq!(done.openstack[0].to_string(), "openstack flavor create --id 9 --vcpus 1 --ram 64 --disk 0 own");
    assert!(done.here[0].to_string().contains("vol-create --pool lectern-catalog"), "{:?}", done.here);
    // The event of libvirt, and no reconcile: that takes 30 seconds.
    let seen = |w: &Witness| w.catalog.as_ref().filter(|kept| kept.catalog.flavor("9").is_some()).map(|_| ());
    other.until("the other's flavor", Duration::from_secs(5), seen);
    assert_eq!(read(&other.host).catalog, done.kept.catalog);
    change(&other.host, Edit::AddProject(class(2)));
    assert_eq!(read(&one.host).catalog.project("class"), Some(&class(2)));
    // Nothing of it is an image of anybody.
    let pools = answer(one.host.storage_picture(true)).expect("pools");
    assert!(pools.iter().all(|pool| !pool.pool.name.contains("lectern")), "{pools:?}");
    // A restart of the daemon loses nothing.
    libvirt.must("stop");
    libvirt.must("start");
    let again = Witness::connect(libvirt.uri());
    assert_eq!(read(&again.host).catalog.project("class"), Some(&class(2)));
}

#[test]
fn what_somebody_else_changed_is_said() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let (one, other) = (Witness::connect(libvirt.uri()), Witness::connect(libvirt.uri()));
    change(&one.host, Edit::AddProject(class(2)));
    change(&other.host, Edit::ChangeProject { old: class(2), new: class(3) });
    let late = answer(one.host.change_catalog(Edit::ChangeProject { old: class(2), new: class(9) }));
    assert!(matches!(late, Err(CatalogError::Edit(EditError::ChangedElsewhere(_)))), "{late:?}");
    assert_eq!(read(&one.host).catalog.project("class"), Some(&class(3)));
    assert_eq!(read(&one.host).revision, 2, "a refusal takes no number");
}

#[test]
fn changes_of_many_at_once_are_all_there() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let mut children: Vec<_> = ["a", "b", "c"].into_iter().map(|name| writer(libvirt.uri(), name)).collect();
    for child in &mut children {
        assert!(child.wait().expect("a child").success(), "a writer failed");
    }
    let kept = read(&Witness::connect(libvirt.uri()).host);
    for name in ["a", "b", "c"] {
        for number in 0..WRITES {
            assert!(kept.catalog.project(&format!("{name}{number}")).is_some(), "{name}{number} was lost");
        }
    }
    let volumes = libvirt.sh(&format!("ls {FOLDER}"));
    assert!(volumes.lines().count() <= 10, "old revisions go:\n{volumes}");
}

/// How many changes each writer makes.
const WRITES: u32 = 20;

/// This test program again, as another user's would be.
fn writer(uri: &str, name: &str) -> std::process::Child {
    let mut command = process::tied(&env::current_exe().expect("this test").to_string_lossy());
    command.args(["--exact", "a_writer", "--ignored", "--nocapture"]);
    command.env("LECTERN_TEST_HOST", uri).env("LECTERN_TEST_NAME", name).spawn().expect("a child")
}

#[test]
#[ignore = "started by the test above, as another program"]
fn a_writer() {
    let Ok(uri) = env::var("LECTERN_TEST_HOST") else { return };
    let name = env::var("LECTERN_TEST_NAME").expect("a name");
    let host = Witness::connect(&uri).host;
    for number in 0..WRITES {
        change(&host, Edit::AddProject(Project::new(&format!("{name}{number}"))));
    }
}

#[test]
fn a_damaged_revision_is_told_and_left() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let host = Witness::connect(libvirt.uri()).host;
    change(&host, Edit::AddProject(class(2)));
    change(&host, Edit::ChangeProject { old: class(2), new: class(3) });
    let newest = format!("{FOLDER}/lectern-catalog-00000002");
    libvirt.sh(&format!("printf x | dd of={newest} bs=1 seek=150 conv=notrunc status=none"));
    let sum = libvirt.sh(&format!("sha256sum {newest}"));
    let kept = read(&host);
    assert_eq!((kept.revision, kept.catalog.project("class")), (1, Some(&class(2))));
    assert_eq!(kept.aside.len(), 1);
    assert_eq!((kept.aside[0].name.as_str(), kept.aside[0].damage), ("lectern-catalog-00000002", Damage::Damaged));
    let next = change(&host, Edit::ChangeProject { old: class(2), new: class(4) });
    assert_eq!((next.revision, next.catalog.project("class"), next.aside.len()), (3, Some(&class(4)), 1));
    for number in 5..25 {
        change(&host, Edit::ChangeProject { old: class(number - 1), new: class(number) });
    }
    assert_eq!(libvirt.sh(&format!("sha256sum {newest}")), sum, "it stays as it is");
}

#[test]
fn an_empty_revision_of_a_killed_writer_stops_nobody() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let host = Witness::connect(libvirt.uri()).host;
    change(&host, Edit::AddProject(class(2)));
    libvirt.virsh(&["vol-create-as", "lectern-catalog", "lectern-catalog-00000002", "32KiB", "--format", "raw"]);
    assert_eq!(read(&host).revision, 1);
    let next = change(&host, Edit::ChangeProject { old: class(2), new: class(3) });
    assert_eq!((next.revision, next.aside.len()), (3, 0));
}

#[test]
fn a_newer_version_is_never_followed() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let host = Witness::connect(libvirt.uri()).host;
    change(&host, Edit::AddProject(class(2)));
    libvirt.sh(&format!(
        "cd {FOLDER} && printf 'lectern-catalog 7 1 %s\\nx' $(printf x | sha256sum | cut -d' ' -f1) >lectern-catalog-00000002 \
         && virsh -q pool-refresh lectern-catalog"
    ));
    let kept = read(&host);
    assert_eq!(kept.capability.projects, Ability::ReadOnly(Obstacle::NewerVersion));
    assert_eq!((kept.revision, kept.aside[0].damage), (1, Damage::Newer(7)));
    let refused = answer(host.change_catalog(Edit::RemoveProject(class(2))));
    assert!(matches!(refused, Err(CatalogError::Unable(Obstacle::NewerVersion))), "{refused:?}");
    assert_eq!(libvirt.sh(&format!("ls {FOLDER} | wc -l")).trim(), "2");
}

#[test]
fn a_full_disk_loses_nothing() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.sh(&format!("mkdir -p {FOLDER} && mount -t tmpfs -o size=128k tmpfs {FOLDER}"));
    let host = Witness::connect(libvirt.uri()).host;
    change(&host, Edit::AddProject(class(2)));
    libvirt.sh(&format!("head -c 1M /dev/zero >{FOLDER}/filler || true"));
    let full = answer(host.change_catalog(Edit::ChangeProject { old: class(2), new: class(3) }));
    assert!(matches!(full, Err(CatalogError::NoSpace)), "{full:?}");
    assert_eq!(read(&host).catalog.project("class"), Some(&class(2)));
    libvirt.sh(&format!("rm {FOLDER}/filler"));
    assert_eq!(
        change(&host, Edit::ChangeProject { old: class(2), new: class(3) }).catalog.project("class"),
        Some(&class(3))
    );
}

#[test]
fn a_plain_member_of_the_group_keeps_it_too() {
    let Some(mut libvirt) = PrivateLibvirt::with(&member::GROUP) else { return };
    let said = libvirt.as_member("as_a_member", env!("CARGO_BIN_EXE_lectern"));
    assert!(said.contains("a member changed it"), "{said}");
    assert_eq!(read(&Witness::connect(libvirt.uri()).host).catalog.project("class"), Some(&class(2)));
}

#[test]
#[ignore = "started by the test above, as another user"]
fn as_a_member() {
    let host = Witness::connect("qemu:///system").host;
    change(&host, Edit::AddProject(class(2)));
    println!("a member changed it");
}

#[test]
fn where_nothing_can_be_kept_it_is_said() {
    let host = Witness::connect("test:///default").host;
    let kept = read(&host);
    assert_eq!(kept.capability.projects, Ability::ReadOnly(Obstacle::Driver));
    assert!(kept.catalog.project(DEFAULT).is_some());
    let refused = answer(host.change_catalog(Edit::AddProject(class(1))));
    assert!(matches!(refused, Err(CatalogError::Unable(Obstacle::Driver))), "{refused:?}");
    let usage = answer(host.usage()).expect("a usage");
    assert_eq!(usage.projects[DEFAULT].amount.instances, 1);
}
