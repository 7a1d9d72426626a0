//! Quotas and usage: the sums, the limits, and what they refuse.

use proptest::prelude::*;

use super::*;
use crate::{
    id::DomainId,
    units::{Bytes, KiB},
    xml::Document,
};

fn machine(number: u8, project: Option<&str>, disks: &[(&str, u64)]) -> MachineUse {
    let disk = |(path, gib): &(&str, u64)| DiskUse {
        target: "vda".into(),
        key: (*path).to_owned(),
        size: Some(Bytes::from_gib(*gib)),
        real: Some(Bytes::from_mib(1)),
    };
    MachineUse {
        id: DomainId::from_bytes([number; 16]),
        name: format!("m{number}"),
        project: project.map(str::to_owned),
        flavor: None,
        vcpus: 2,
        memory: KiB::from_mib(2048),
        disks: disks.iter().map(disk).collect(),
        template: false,
    }
}

#[test]
fn a_new_project_has_openstacks_quota_and_default_has_none() {
    let quota = Project::new("class").quota;
    let limits: Vec<i64> = Resource::ALL.into_iter().map(|resource| quota.get(resource).into()).collect();
    assert_eq!(limits, [10, 20, 51_200, 10, 1_000]);
    assert!(Project::default_project().quota.is_unlimited());
}

#[test]
fn limits_are_written_as_openstack_writes_them() {
    let text = serde_json::to_string(&Quota { ram: Limit::UNLIMITED, ..Quota::default() }).unwrap();
    assert_eq!(text, r#"{"instances":10,"vcpus":20,"ram":-1,"volumes":10,"gigabytes":1000}"#);
    assert_eq!(serde_json::from_str::<Quota>(r#"{"instances":2,"ram":-1}"#).unwrap().instances, Limit::of(2));
    assert!(serde_json::from_str::<Quota>(r#"{"instances":-2}"#).is_err());
    assert!(serde_json::from_str::<Quota>(r#"{"instances":2147483648}"#).is_err());
}

#[test]
fn a_refusal_says_asked_used_allowed_and_what_would_do() {
    let project = Project { quota: Quota { instances: Limit::of(2), ..Quota::default() }, ..Project::new("a") };
    let one = Amount::machine(1, KiB::from_mib(512), &[Bytes::from_gib(1)]);
    let used = one.times(2);
    assert_eq!(check(&project, &one, &one), Ok(()));
    let refusal = check(&project, &used, &one).unwrap_err();
    let excess = Excess { resource: Resource::Instances, asked: 1, used: 2, needed: 3, allowed: 2 };
    assert_eq!(refusal.why, Why::Quota(vec![excess]));
    let raised = Project { quota: refusal.remedy(&project.quota).unwrap(), ..project.clone() };
    assert_eq!(check(&raised, &used, &one), Ok(()));
    assert_eq!(raised.quota, Quota { instances: Limit::of(3), ..project.quota });
    let disabled = Project { enabled: false, ..raised };
    assert_eq!(check(&disabled, &used, &one).unwrap_err().why, Why::Disabled);
    assert_eq!(check(&disabled, &used, &one).unwrap_err().remedy(&project.quota), None);
}

#[test]
fn what_is_not_asked_for_is_not_refused() {
    let over = Amount { instances: 9, ..Amount::default() };
    let quota = Quota { instances: Limit::of(2), ..Quota::default() };
    assert!(quota.excesses(&over, &Amount { vcpus: 1, ..Amount::default() }).is_empty());
}

#[test]
fn machines_count_where_they_are_noted_and_else_in_default() {
    let machines = [
        machine(1, Some("a"), &[("/i/1", 10), ("/i/shared", 5)]),
        machine(2, Some("a"), &[("/i/2", 10), ("/i/shared", 5)]),
        machine(3, None, &[("/i/3", 1)]),
        machine(4, Some("gone"), &[]),
    ];
    let all = usage(&machines, ["a", "empty"]);
    assert_eq!(all.keys().collect::<Vec<_>>(), ["a", "default", "empty"]);
    let a = &all["a"];
    assert_eq!((a.amount.instances, a.amount.vcpus, a.amount.ram), (2, 4, KiB::from_mib(4096)));
    assert_eq!((a.amount.volumes, a.amount.disk), (3, Bytes::from_gib(25)), "a shared file counts once");
    assert_eq!(a.real, Bytes::from_mib(3));
    assert_eq!(all["default"].machines.len(), 2);
    assert_eq!(all["empty"], ProjectUse::default());
}

#[test]
fn a_domains_volumes_are_the_disks_that_it_writes_to() {
    let xml = "<domain><name>n</name><metadata><l:machine xmlns:l='urn:lectern:machine:1' version='1'>\
        <l:project>a</l:project><l:template version='1'><l:base target='vdb' path='/i/b' size='1' modified='1' locked='yes'/>\
        </l:template></l:machine></metadata><memory unit='GiB'>2</memory><vcpu current='1'>4</vcpu><devices>\
        <disk type='file' device='disk'><source file='/i//a'/><target dev='vda'/></disk>\
        <disk type='file' device='disk'><source file='/i/b'/><target dev='vdb'/><readonly/></disk>\
        <disk type='file' device='disk'><source file='/i/c'/><target dev='vdc'/><readonly/></disk>\
        <disk type='volume'><source pool='p' volume='v'/><target dev='vdd'/></disk>\
        <disk type='file' device='cdrom'><source file='/i/d.iso'/><target dev='sda'/></disk>\
        <disk type='file' device='disk'><target dev='vde'/></disk></devices></domain>";
    let machine = MachineUse::read(DomainId::from_bytes([1; 16]), "n", &Document::parse(xml).unwrap());
    let keys: Vec<&str> = machine.disks.iter().map(|disk| disk.key.as_str()).collect();
    assert_eq!(keys, ["/i/a", "/i/b", "p:v"]);
    assert_eq!((machine.vcpus, machine.memory, machine.template), (4, KiB::from_mib(2048), true));
    assert_eq!(machine.project.as_deref(), Some("a"));
}

#[test]
fn names_are_judged_as_keystone_judges_them() {
    let of = |name: &str, was| problems(&Project::new(name), was, ["Class", "default"]);
    assert_eq!(of("", None), [ProjectProblem::NoName]);
    assert_eq!(of("  ", None), [ProjectProblem::NoName]);
    assert_eq!(of(" a", None), [ProjectProblem::EdgeSpace]);
    assert_eq!(of(&"班".repeat(65), None), [ProjectProblem::NameTooLong(64)]);
    assert_eq!(of(&"班".repeat(64), None), []);
    assert_eq!(of("a\nb", None), [ProjectProblem::BadCharacter('\n')]);
    assert_eq!(of("class", None), [ProjectProblem::NameTaken("Class".into())]);
    assert_eq!(of("new", Some(DEFAULT)), [ProjectProblem::DefaultStays]);
    assert_eq!(of("班级 1", Some("old")), []);
}

fn amounts() -> impl Strategy<Value = Amount> {
    (0_u64..20, 0_u64..64, 0_u64..1 << 24, 0_u64..20, 0_u64..1 << 40).prop_map(
        |(instances, vcpus, ram, volumes, disk)| Amount { instances, vcpus, ram: KiB(ram), volumes, disk: Bytes(disk) },
    )
}

fn quotas() -> impl Strategy<Value = Quota> {
    prop::array::uniform5(prop::option::of(0_u64..5000)).prop_map(|all| {
        let limit = |most: Option<u64>| most.map_or(Limit::UNLIMITED, Limit::of);
        Resource::ALL.into_iter().zip(all).fold(Quota::default(), |quota, (r, most)| quota.with(r, limit(most)))
    })
}

proptest! {
    #[test]
    fn to_raise_is_enough_and_no_more(quota in quotas(), used in amounts(), asked in amounts()) {
        let excesses = quota.excesses(&used, &asked);
        let raised = quota.raised(&excesses);
        prop_assert!(raised.excesses(&used, &asked).is_empty());
        for excess in excesses {
            prop_assert_eq!(raised.get(excess.resource).most(), Some(excess.needed));
            let less = raised.with(excess.resource, Limit::of(excess.needed - 1));
            prop_assert!(!less.excesses(&used, &asked).is_empty());
        }
    }

    #[test]
    fn a_quota_reads_back(quota in quotas()) {
        let text = serde_json::to_string(&quota).unwrap();
        prop_assert_eq!(serde_json::from_str::<Quota>(&text).unwrap(), quota);
    }

    #[test]
    fn nothing_is_counted_twice_or_lost(marks in prop::collection::vec(prop::option::of("[abc]"), 0..12)) {
        let machines: Vec<MachineUse> = (0_u8..).zip(&marks).map(|(n, mark)| {
            machine(n, mark.as_deref(), &[(&format!("/i/{n}"), 1)])
        }).collect();
        let all = usage(&machines, ["a", "b"]);
        let sum = all.values().fold(Amount::default(), |sum, one| sum.plus(&one.amount));
        let each = machines.iter().fold(Amount::default(), |sum, one| sum.plus(&one.amount()));
        prop_assert_eq!(sum, each);
    }
}
