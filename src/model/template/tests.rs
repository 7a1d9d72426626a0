//! Tests of what may be done to a template.

use super::*;
use crate::storage::dependency::{BlindSpot, Builder};
use crate::storage::machine::{MachineFile, Place, Role};

const ALL: [Deed; 13] = [
    Deed::Start,
    Deed::Edit,
    Deed::ChangeDisk,
    Deed::Snapshot,
    Deed::Delete,
    Deed::Undefine,
    Deed::Rename,
    Deed::Clone,
    Deed::Link,
    Deed::Reseal,
    Deed::Unlock,
    Deed::Migrate,
    Deed::Export,
];

fn base() -> Base {
    Base { target: "vda".into(), path: "/i/b".into(), size: Bytes(10), modified: 5, locked: true }
}

fn standing(sealed: bool, machines: &[&str]) -> Standing {
    let mark = sealed.then(|| TemplateMark { version: 1, line: None, bases: vec![base()] });
    let machines = machines.iter().map(|name| (*name).to_owned()).collect();
    let dependents = Dependents { machines, images: Vec::new(), complete: true };
    Standing { mark, dependents, bases: vec![("/i/b".into(), BaseState::Unchanged)] }
}

#[test]
fn a_plain_machine_may_everything() {
    for deed in ALL {
        assert_eq!(standing(false, &[]).may(deed), Verdict::Yes, "{deed:?}");
    }
}

#[test]
fn a_base_with_dependents_is_not_harmed_by_any_deed_sealed_or_not() {
    for sealed in [false, true] {
        let base = standing(sealed, &["node1"]);
        for deed in [
            Deed::Start,
            Deed::Edit,
            Deed::ChangeDisk,
            Deed::Snapshot,
            Deed::Delete,
            Deed::Undefine,
            Deed::Migrate,
            Deed::Unlock,
        ] {
            let Verdict::No(why) = base.may(deed) else { panic!("{deed:?} may be done, sealed: {sealed}") };
            assert!(why.contains(&Why::Dependents(vec!["node1".into()])));
        }
        assert_eq!(base.may(Deed::Rename), Verdict::Yes);
        assert_eq!(base.may(Deed::Link), Verdict::Yes);
        assert_eq!(base.may(Deed::Clone), Verdict::Yes);
    }
    let loose = Dependents { images: vec!["/i/a".into()], complete: true, ..Dependents::default() };
    assert!(matches!(Standing { dependents: loose, ..standing(false, &[]) }.may(Deed::Undefine), Verdict::Ask(_)));
}

#[test]
fn an_unused_template_is_unlocked_first() {
    let lone = standing(true, &[]);
    assert_eq!(lone.may(Deed::Start), Verdict::No(vec![Why::Sealed]));
    assert_eq!(lone.may(Deed::Delete), Verdict::Ask(vec![Why::Sealed]));
    assert_eq!(lone.may(Deed::Unlock), Verdict::Yes);
    let half_seen = Standing { dependents: Dependents { complete: false, ..Dependents::default() }, ..lone };
    assert_eq!(half_seen.may(Deed::Unlock), Verdict::Ask(vec![Why::NotAllSeen]));
}

#[test]
fn dependents_come_from_the_whole_map() {
    let id = |n| DomainId::from_bytes([n; 16]);
    let file = |path: &str| MachineFile::new(Role::Disk, Place::Path(path.to_owned()));
    let mut builder = Builder::default();
    builder
        .image("/i/base", None)
        .image("/i/a", Some("/i/base"))
        .image("/i/b", Some("/i/a"))
        .image("/i/c", Some("/i/base"));
    builder.used("/i/base", id(1), "cent7", &file("/i/base")).used("/i/b", id(2), "node1", &file("/i/b"));
    let found = Dependents::of(&builder.clone().build(), id(1), &["/i/base".to_owned()]);
    let expected = Dependents { machines: vec!["node1".into()], images: vec!["/i/c".into()], complete: true };
    assert_eq!(found, expected);
    let leaving = Leaving { machines: [id(2)].into(), files: ["/i/b".to_owned()].into() };
    let left = Dependents::staying(&builder.clone().build(), id(1), &["/i/base".to_owned()], &leaving);
    assert_eq!((left.machines.len(), left.images), (0, vec!["/i/a".to_owned(), "/i/c".into()]));
    builder.blind(BlindSpot::InactivePool("p".into()));
    assert!(!Dependents::of(&builder.build(), id(1), &[]).complete);
}

#[test]
fn a_changed_base_is_noticed() {
    let now = |size, modified| Some(BaseNow { size: Bytes(size), modified });
    assert_eq!(compare(&base(), now(10, Some(5))), BaseState::Unchanged);
    assert_eq!(compare(&base(), now(10, None)), BaseState::Unchanged);
    assert_eq!(compare(&base(), None), BaseState::Missing);
    let BaseState::Changed(change) = compare(&base(), now(11, Some(6))) else { panic!("not noticed") };
    assert_eq!((change.size, change.modified), (Some((Bytes(10), Bytes(11))), Some((5, 6))));
    let changed = Standing { bases: vec![("/i/b".into(), BaseState::Changed(change.clone()))], ..standing(true, &[]) };
    assert_eq!(changed.may(Deed::Link), Verdict::Ask(vec![Why::BaseChanged(change)]));
    let gone = Standing { bases: vec![("/i/b".into(), BaseState::Missing)], ..standing(true, &[]) };
    assert_eq!(gone.may(Deed::Link), Verdict::No(vec![Why::BaseMissing("/i/b".into())]));
}
