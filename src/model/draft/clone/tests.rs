//! Tests of a clone's draft, on real XML and through the rules that it feeds.

use super::*;
use crate::clone::{clone, disks, questions};
use crate::draft::{Bound, Severity, stops};
use crate::names::NameProblem;
use crate::template::Why;
use crate::xml::Document;

const XML: &str = "<domain type='kvm'><name>web</name><uuid>3f0c2b5e-8a41-4a58-9d8e-6a0f4b7e1c01</uuid><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/i/web.qcow2'/><target dev='vda'/></disk><disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/i/data'/><target dev='vdb'/></disk><disk type='file' device='cdrom'><source file='/iso'/><target dev='sda'/><readonly/></disk><interface type='user'/><hostdev mode='subsystem' type='usb'/></devices></domain>";

fn source() -> Document {
    Document::parse(XML).unwrap()
}

fn pool() -> PoolFacts {
    PoolFacts {
        name: "default".into(),
        active: true,
        writable: Some(true),
        available: Bytes(1 << 40),
        folder: Some("/i".into()),
        volumes: ["web.qcow2", "data"].map(String::from).into(),
    }
}

fn facts() -> CloneFacts {
    let image = |gib| ImageFacts { missing: false, size: Bytes::from_gib(gib), allocated: Bytes::from_gib(1) };
    CloneFacts {
        source: "web".into(),
        shut_off: true,
        copy: Some(Verdict::Yes),
        link: Some(Verdict::Yes),
        disks: disks(&source()),
        images: [(0, image(20)), (1, image(50))].into(),
        questions: questions(&source(), &Request::new(Identity::new("x", id()))).unwrap(),
        names: ["web", "web-2"].map(String::from).into(),
        pools: vec![pool()],
        vcpus: 2,
        memory: crate::units::KiB::from_mib(1024),
        projects: Vec::new(),
        ..CloneFacts::default()
    }
}

fn id() -> DomainId {
    DomainId::from_bytes([9; 16])
}

fn made(draft: &CloneDraft) -> String {
    let macs = vec![MacAddress::from_random([1, 2, 3])];
    let place = |file: &str| DiskSource::File(format!("/i/{file}"));
    let request = draft.request(&facts(), id(), macs, None, place);
    clone(&source(), &request).unwrap().document.to_string()
}

#[test]
fn a_suggestion_has_no_problem_and_makes_a_clone() {
    let draft = suggest(&facts(), false);
    assert_eq!((&*draft.name, draft.kind, draft.pool.as_deref()), ("web-3", Kind::Full, Some("default")));
    assert_eq!(problems(&draft, &facts()), []);
    let xml = made(&draft);
    for part in ["<name>web-3</name>", "file='/i/web-3.qcow2'", "file='/i/web-3-vdb.img'", "file='/iso'"] {
        assert!(xml.contains(part), "{part} is not in {xml}");
    }
    assert!(!xml.contains("hostdev"));
    assert_eq!(draft.cost(&facts()), (Bytes::from_gib(2), Bytes::from_gib(70)));
    let hidden = CloneFacts { source: ".cent7".into(), names: ["cent7-9".into(), "cent7".into()].into(), ..facts() };
    assert_eq!(suggest(&hidden, true).name, "cent7-2");
    let counted = CloneFacts { source: "foo-9".into(), names: ["foo-9".into()].into(), ..facts() };
    assert_eq!(suggest(&counted, false).name, "foo-10");
}

#[test]
fn a_linked_clone_is_qcow2_and_costs_nothing_yet() {
    let linked = CloneDraft { size: Some(Bytes::from_gib(100)), ..suggest(&facts(), true) };
    assert_eq!(problems(&linked, &facts()), []);
    let xml = made(&linked);
    assert!(xml.contains("file='/i/web-3-vdb.qcow2'") && !xml.contains("type='raw'"), "{xml}");
    assert_eq!(linked.cost(&facts()), (Bytes(0), Bytes::from_gib(150)));
}

#[test]
fn what_is_wrong_is_said_beside_its_field() {
    let good = suggest(&facts(), false);
    let with = |disk, treatment| CloneDraft { disks: [(disk, treatment)].into(), ..good.clone() };
    let named = |name: &str| CloneDraft { name: name.into(), ..good.clone() };
    let usb = Path::root().child("devices").child("hostdev");
    let full = CloneFacts { pools: vec![PoolFacts { available: Bytes(1 << 30), ..pool() }], ..facts() };
    let tight = CloneFacts { pools: vec![PoolFacts { available: Bytes(3 << 30), ..pool() }], ..facts() };
    let closed = CloneFacts { pools: vec![PoolFacts { active: false, ..pool() }], ..facts() };
    let mut gone = facts();
    gone.images.insert(1, ImageFacts { missing: true, ..ImageFacts::default() });
    let refused = CloneFacts { copy: Some(Verdict::No(vec![Why::Sealed])), ..facts() };
    for (draft, facts, problem, field, stop) in [
        (good.clone(), CloneFacts { shut_off: false, ..facts() }, Problem::Running, Field::Source, true),
        (good.clone(), refused, Problem::Refused(vec![Why::Sealed]), Field::Kind, true),
        (named("a/b"), facts(), Problem::Name(NameProblem::Slash), Field::Name, true),
        (CloneDraft { title: "a\nb".into(), ..good.clone() }, facts(), Problem::TitleLines, Field::Title, true),
        (with(0, Treatment::Share), facts(), Problem::RiskyShare(0), Field::Disk(0), false),
        (with(2, Treatment::Link), facts(), Problem::Impossible(2), Field::Disk(2), true),
        (good.clone(), gone, Problem::Missing(1), Field::Disk(1), true),
        (
            CloneDraft { size: Some(Bytes(1)), ..good.clone() },
            facts(),
            Problem::Smaller(Bytes::from_gib(20)),
            Field::Size,
            true,
        ),
        (CloneDraft { pool: None, ..good.clone() }, facts(), Problem::NoPool, Field::Pool, true),
        (good.clone(), closed, Problem::PoolClosed, Field::Pool, true),
        (good.clone(), full, Problem::DiskFull(Bytes::from_gib(2)), Field::Pool, true),
        (good.clone(), tight, Problem::DiskMayFill(Bytes::from_gib(70)), Field::Pool, false),
        (
            CloneDraft { answers: [(usb.clone(), Answer::Keep)].into(), ..good.clone() },
            facts(),
            Problem::KeptInBoth(usb),
            Field::Questions,
            false,
        ),
    ] {
        assert_eq!(problems(&draft, &facts), std::slice::from_ref(&problem));
        assert_eq!((problem.field(), problem.severity() == Severity::Error), (field, stop));
        assert_eq!(stops(&[problem]), stop);
    }
    let exists = Problem::FileExists { disk: 0, file: "web.qcow2".into() };
    assert_eq!(problems(&named("web"), &facts()), [Problem::Name(NameProblem::InUse), exists]);
    let none = CloneDraft { disks: [(0, Treatment::LeaveOut), (1, Treatment::LeaveOut)].into(), ..good };
    assert_eq!(problems(&none, &facts()), [Problem::Diskless]);
}

#[test]
fn a_clone_counts_in_its_project() {
    use crate::project::{Amount, Limit, Project, Quota, Resource, Standing, Why};
    let quota = Quota { gigabytes: Limit::of(75), ..Quota::UNLIMITED };
    let used = Amount { disk: Bytes::from_gib(10), ..Amount::default() };
    let projects = vec![Standing { project: Project { quota, ..Project::new("class") }, used }];
    let facts = CloneFacts { projects, ..facts() };
    let draft = CloneDraft { project: Some("class".into()), ..suggest(&facts, false) };
    let asked = draft.asked(&facts);
    assert_eq!((asked.instances, asked.vcpus, asked.volumes, asked.disk), (1, 2, 2, Bytes::from_gib(70)));
    let found = problems(&draft, &facts);
    let [Problem::Project(refusal)] = found.as_slice() else { panic!("{found:?}") };
    assert!(matches!(&refusal.why, Why::Quota(all) if all[0].resource == Resource::Gigabytes && all[0].needed == 80));
}

#[test]
fn a_clone_gets_the_sizes_and_disks_of_a_flavor() {
    use crate::flavor::{Access, Flavor};
    let flavor = Flavor { ephemeral: 1, swap: 64, ..Flavor::new("f", "f", 3, 512, 100) };
    let mut draft = suggest(&facts(), true);
    draft.choose_flavor(Some(flavor.clone()), &facts());
    assert_eq!((problems(&draft, &facts()), draft.size), (vec![], Some(Bytes::from_gib(100))));
    let asked = draft.asked(&facts());
    assert_eq!((asked.vcpus, asked.ram.mib(), asked.volumes), (3, 512, 4));
    assert_eq!(asked.disk, Bytes(Bytes::from_gib(151).0 + Bytes::from_mib(64).0));
    // What the source has of an earlier flavor becomes the clone's.
    let has = crate::resize::FlavorDisk { target: "vdb".into(), path: None };
    let before = CloneFacts {
        flavor_disks: crate::resize::FlavorDisks { ephemeral: Some(has), ..Default::default() },
        ..facts()
    };
    assert_eq!(draft.given(&before), [(crate::resize::SWAP, Bytes::from_mib(64))]);
    let mut taken = facts();
    taken.pools[0].volumes.insert("web-3-swap.img".into());
    assert_eq!(problems(&draft, &taken), [Problem::FlavorFileExists("web-3-swap.img".into())]);
    draft.choose_flavor(Some(Flavor { access: Access::Projects(["class".into()].into()), ..flavor }), &facts());
    assert_eq!(problems(&draft, &facts()), [Problem::FlavorNotForProject("f".into())]);
    draft.choose_flavor(None, &facts());
    assert_eq!((draft.size, draft.asked(&facts()).vcpus), (None, 2));
}
