//! Changes, revisions, files and claims.

use proptest::prelude::*;
use uuid::Uuid;

use super::{file::Existing, revision::Reading, *};
use crate::{
    flavor::Access,
    id::DomainId,
    project::{Amount, Limit, Quota, Resource, Why},
    units::{Bytes, KiB},
};

fn with(edits: &[Edit]) -> Catalog {
    edits.iter().fold(Catalog::default(), |catalog, edit| edit.apply(&catalog).unwrap())
}

fn lines(edit: &Edit, before: &Catalog) -> Vec<String> {
    edit.openstack(before).iter().map(ToString::to_string).collect()
}

fn class(instances: u64) -> Project {
    Project { quota: Quota { instances: Limit::of(instances), ..Quota::default() }, ..Project::new("class") }
}

#[test]
fn a_host_begins_with_default_and_the_first_flavors() {
    let catalog = Catalog::default();
    assert!(catalog.project(DEFAULT).unwrap().quota.is_unlimited());
    assert_eq!(catalog.flavor_named("m1.tiny").unwrap().id, "1");
    assert_eq!(catalog.project_of(Some("gone")).unwrap().name, DEFAULT);
}

#[test]
fn what_somebody_else_changed_is_not_overwritten() {
    let catalog = with(&[Edit::AddProject(class(2))]);
    let change = Edit::ChangeProject { old: class(2), new: class(3) };
    let after = change.apply(&catalog).unwrap();
    assert_eq!(after.project("class"), Some(&class(3)));
    let subject = || Subject::Project("class".into());
    assert_eq!(change.apply(&after), Err(EditError::ChangedElsewhere(subject())));
    assert_eq!(change.apply(&Catalog::default()), Err(EditError::Gone(subject())));
    assert_eq!(Edit::RemoveProject(class(2)).apply(&after), Err(EditError::ChangedElsewhere(subject())));
    assert_eq!(Edit::RemoveProject(class(3)).apply(&after), Ok(Catalog::default()));
    let tiny = catalog.flavors[0].clone();
    let slow = Edit::ChangeFlavor { old: Flavor { ram: 1, ..tiny.clone() }, new: tiny.clone() };
    assert_eq!(slow.apply(&catalog), Err(EditError::ChangedElsewhere(Subject::Flavor("m1.tiny".into()))));
    assert_eq!(Edit::RemoveFlavor(tiny).apply(&catalog).unwrap().flavors.len(), 5);
}

#[test]
fn a_projects_name_goes_with_it_in_the_flavors() {
    let private = Flavor { access: Access::Projects(["class".into()].into()), ..Flavor::new("9", "p", 1, 1, 0) };
    let catalog = with(&[Edit::AddProject(class(2)), Edit::AddFlavor(private.clone())]);
    let renamed = Edit::ChangeProject { old: class(2), new: Project { name: "b".into(), ..class(2) } };
    assert_eq!(renamed.loses_name(), Some("class"));
    assert!(renamed.apply(&catalog).unwrap().flavor("9").unwrap().is_for("b"));
    let removed = Edit::RemoveProject(class(2)).apply(&catalog).unwrap();
    assert_eq!(removed.flavor("9").unwrap().access, Access::Projects([].into()));
    let default = Project::default_project();
    assert!(matches!(Edit::RemoveProject(default.clone()).apply(&catalog), Err(EditError::Project { .. })));
    let lost = Edit::ChangeProject { new: Project { name: "x".into(), ..default.clone() }, old: default };
    assert!(matches!(lost.apply(&catalog), Err(EditError::Project { .. })));
    assert!(matches!(Edit::AddFlavor(private).apply(&Catalog::default()), Err(EditError::Flavor { .. })));
}

#[test]
fn each_change_has_its_openstack_lines() {
    let catalog = with(&[Edit::AddProject(class(2))]);
    let project = Project { description: "周 一".into(), enabled: false, ..class(2) };
    assert_eq!(
        lines(&Edit::AddProject(project), &Catalog::default()),
        ["openstack project create --description '周 一' --disable class", "openstack quota set --instances 2 class"]
    );
    let raised = Project { enabled: false, quota: Quota::UNLIMITED, ..class(2) };
    assert_eq!(
        lines(&Edit::ChangeProject { old: class(2), new: raised }, &catalog),
        [
            "openstack project set --disable class",
            "openstack quota set --instances -1 --cores -1 --ram -1 --volumes -1 --gigabytes -1 class"
        ]
    );
    assert_eq!(lines(&Edit::RemoveProject(class(2)), &catalog), ["openstack project delete class"]);
    let flavor = Flavor {
        ephemeral: 1,
        swap: 512,
        access: Access::Projects(["class".into()].into()),
        ..Flavor::new("9", "-big", 4, 4096, 40)
    };
    let create =
        "openstack flavor create --id 9 --vcpus 4 --ram 4096 --disk 40 --ephemeral 1 --swap 512 --private -- -big";
    let set = "openstack flavor set --project class -- -big";
    assert_eq!(lines(&Edit::AddFlavor(flavor.clone()), &catalog), [create, set]);
    let other = Flavor { description: "d".into(), access: Access::Projects([].into()), ..flavor.clone() };
    assert_eq!(
        lines(&Edit::ChangeFlavor { old: flavor.clone(), new: other }, &catalog),
        ["openstack flavor set --description d -- -big", "openstack flavor unset --project class -- -big"]
    );
    let larger = Flavor { vcpus: 8, access: Access::Everyone, ..flavor.clone() };
    let changed = lines(&Edit::ChangeFlavor { old: flavor.clone(), new: larger }, &catalog);
    assert_eq!(changed[0], "openstack flavor delete -- -big");
    assert_eq!(changed.len(), 2);
    assert!(lines(&Edit::ChangeFlavor { old: flavor.clone(), new: flavor }, &catalog).is_empty());
}

#[test]
fn an_export_is_imported_elsewhere() {
    let catalog = with(&[Edit::AddProject(class(2)), Edit::AddFlavor(Flavor::new("9", "own", 1, 1, 0))]);
    let text = file::export(&catalog);
    assert!(text.contains("\"kind\": \"lectern-catalog\"") && text.contains("\"instances\": 2"), "{text}");
    let content = file::import(&text).unwrap();
    let import = |existing| Edit::Import { content: content.clone(), existing };
    let there = import(Existing::Keep).apply(&Catalog::default()).unwrap();
    assert_eq!((&there.projects, &there.flavors), (&catalog.projects, &catalog.flavors));
    let shown = lines(&import(Existing::Keep), &Catalog::default());
    assert!(shown.iter().any(|line| line.starts_with("openstack project create")), "{shown:?}");
    let other = with(&[Edit::AddProject(class(7))]);
    assert_eq!(import(Existing::Keep).apply(&other).unwrap().project("class"), Some(&class(7)));
    assert_eq!(import(Existing::Replace).apply(&other).unwrap().project("class"), Some(&class(2)));
}

#[test]
fn a_file_of_others_is_refused_with_the_reason() {
    use file::FileError as E;
    for text in
        ["", "{}", "[]", "{\"kind\":\"x\",\"version\":1}", "{\"kind\":\"lectern-catalog\",\"version\":1,\"flavors\":3}"]
    {
        assert!(matches!(file::import(text), Err(E::NotOurs(_))), "{text}");
    }
    assert_eq!(file::import("{\"kind\":\"lectern-catalog\",\"version\":2,\"flavors\":3}"), Err(E::Newer(2)));
    assert_eq!(file::import(&" ".repeat(file::MAX_BYTES + 1)), Err(E::TooLong));
}

#[test]
fn a_revision_is_whole_newer_empty_or_damaged() {
    let bytes = revision::write(&Catalog::default());
    assert_eq!(revision::read(&bytes), Reading::Whole(Box::default()));
    let padded: Vec<u8> = bytes.iter().copied().chain([0; 300]).collect();
    assert_eq!(revision::read(&padded), Reading::Whole(Box::default()), "a pool may round its size up");
    assert_eq!(revision::read(&[]), Reading::Empty);
    assert_eq!(revision::read(&[0; 512]), Reading::Empty);
    assert_eq!(revision::read(b"text"), Reading::Damaged);
    // printf x | sha256sum
    let newer = b"lectern-catalog 2 1 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\nx";
    assert_eq!(revision::read(newer), Reading::Newer(2));
}

fn member(number: u8) -> Member {
    Member { machine: DomainId::from_bytes([number; 16]), amount: Amount::machine(1, KiB(1024), &[Bytes(1)]) }
}

fn claim(number: u8) -> Claim {
    Claim { id: Uuid::from_bytes([number; 16]), project: "class".into(), members: vec![member(number)], at: 1000 }
}

fn defined(number: u8, vcpus: u32) -> MachineUse {
    MachineUse {
        id: DomainId::from_bytes([number; 16]),
        name: String::new(),
        project: Some("class".into()),
        flavor: None,
        vcpus,
        memory: KiB(1024),
        disks: Vec::new(),
        template: false,
    }
}

#[test]
fn of_two_claims_to_the_last_place_the_second_is_refused() {
    let mut catalog = with(&[Edit::AddProject(class(1))]);
    assert_eq!(catalog.admits(&claim(1), &[], 1000), Ok(()));
    catalog.put_claim(claim(1), 1000);
    assert_eq!(catalog.admits(&claim(1), &[], 1000), Ok(()), "its own claim is not in its way");
    let refused = catalog.admits(&claim(2), &[], 1000).unwrap_err();
    assert!(matches!(&refused.why, Why::Quota(all) if all[0].resource == Resource::Instances && all[0].used == 1));
    // Defined: it counts once, with the claim and without.
    assert!(catalog.admits(&claim(2), &[defined(1, 1)], 1000).is_err());
    assert!(catalog.take_claim(claim(1).id) && !catalog.take_claim(claim(1).id));
    assert!(catalog.admits(&claim(2), &[defined(1, 1)], 1000).is_err());
    assert_eq!(catalog.admits(&claim(2), &[], 1000), Ok(()));
}

#[test]
fn an_old_claim_is_in_nobodys_way() {
    let mut catalog = with(&[Edit::AddProject(class(1))]);
    catalog.put_claim(claim(1), 1000);
    assert!(catalog.admits(&claim(2), &[], 1000 + claim::LIFETIME - 1).is_err());
    assert!(catalog.admits(&claim(2), &[], 1000 + claim::LIFETIME).is_ok());
    catalog.put_claim(claim(2), 1000 + claim::LIFETIME);
    assert_eq!(catalog.claims.len(), 1);
}

#[test]
fn growth_counts_only_by_what_it_adds() {
    let quota = Quota { vcpus: Limit::of(4), ..Quota::UNLIMITED };
    let catalog = with(&[Edit::AddProject(Project { quota, ..class(1) })]);
    let grown = |vcpus| Claim {
        members: vec![Member { amount: Amount::machine(vcpus, KiB(1024), &[]), ..member(1) }],
        ..claim(1)
    };
    let machines = [defined(1, 2), defined(2, 1)];
    assert_eq!(catalog.admits(&grown(3), &machines, 0), Ok(()));
    let Why::Quota(excesses) = catalog.admits(&grown(4), &machines, 0).unwrap_err().why else { panic!("no quota") };
    assert_eq!((excesses[0].asked, excesses[0].used, excesses[0].needed, excesses[0].allowed), (2, 3, 5, 4));
    let gone = Claim { project: "gone".into(), ..claim(1) };
    assert_eq!(catalog.admits(&gone, &[], 0).unwrap_err().why, Why::Gone);
}

proptest! {
    #[test]
    fn a_changed_revision_is_never_taken_for_whole(at in 0_usize..2000, flip in 1_u8..) {
        let mut bytes = revision::write(&Catalog::default());
        let at = at % bytes.len();
        bytes[at] ^= flip;
        prop_assert_eq!(revision::read(&bytes), Reading::Damaged);
    }

    #[test]
    fn a_cut_revision_is_never_taken_for_whole(length in 1_usize..2000) {
        let bytes = revision::write(&Catalog::default());
        let length = length.min(bytes.len() - 1);
        let mut zeroed = bytes.clone();
        zeroed[length..].fill(0);
        prop_assert_eq!(revision::read(&bytes[..length]), Reading::Damaged);
        prop_assert_eq!(revision::read(&zeroed), Reading::Damaged);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        drop(revision::read(&bytes));
    }

    #[test]
    fn history_is_short_and_the_newest_is_in_it(count in 1_u8..100) {
        let mut catalog = Catalog::default();
        (0..count).for_each(|n| catalog.note(Uuid::from_bytes([n; 16])));
        prop_assert!(catalog.history.len() <= 32);
        prop_assert_eq!(catalog.history.last(), Some(&Uuid::from_bytes([count - 1; 16])));
    }
}
