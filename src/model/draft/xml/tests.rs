//! A machine from a file: its identity, its project, and what is wrong.

use super::*;
use crate::{diff::Side, draft::stops};

const UUID: &str = "6695eb01-f6a4-8304-79aa-97f2502e193f";

fn xml(name: &str) -> String {
    format!(
        "<domain type='kvm'>\n  <!-- kept -->\n  <name>{name}</name>\n  <uuid>{UUID}</uuid>\n  <devices>\n    \
         <disk type='file' device='disk'><source file='/a.img'/><target dev='vda'/></disk>\n    \
         <interface type='network'>\n      <mac address='52:54:00:00:00:01'/>\n    </interface>\n  </devices>\n\
         </domain>\n"
    )
}

fn fresh() -> Fresh {
    let macs = (0..4).map(|n| MacAddress::from_random([1, 2, n])).collect();
    Fresh { uuid: DomainId::from_bytes([7; 16]), macs }
}

fn here(name: &str) -> XmlFacts {
    let machines = BTreeMap::from([(DomainId::parse(UUID).unwrap(), name.to_owned())]);
    XmlFacts { machines, ..XmlFacts::default() }
}

fn taken(text: &str, facts: &XmlFacts) -> XmlDraft {
    let mut draft = XmlDraft::default();
    draft.take(text.to_owned(), facts);
    draft
}

#[test]
fn a_new_machine_keeps_what_its_file_says() {
    let draft = taken(&xml("node1"), &XmlFacts::default());
    assert!(!draft.renew && draft.problems(&XmlFacts::default()).is_empty());
    let outcome = draft.outcome(&fresh()).unwrap();
    assert_eq!(outcome.document.as_str(), xml("node1"));
    assert_eq!(outcome.uuid.to_string(), UUID);
    assert_eq!(draft.disks(), ["/a.img"]);
}

#[test]
fn one_that_is_here_already_gets_another_identity() {
    let facts = here("node1");
    let mut draft = taken(&xml("node1"), &facts);
    assert!(draft.renew);
    assert_eq!((draft.name.as_str(), draft.problems(&facts)), ("node1-2", vec![]));
    let outcome = draft.outcome(&fresh()).unwrap();
    assert_eq!(outcome.uuid, fresh().uuid);
    let new: Vec<_> = outcome.diff.iter().filter(|line| matches!(line.side, Side::New(_))).collect();
    assert_eq!(new.len(), 3, "{new:?}");
    assert!(outcome.document.as_str().contains("<!-- kept -->"));
    draft.renew = false;
    assert_eq!(draft.problems(&facts), [XmlProblem::UuidInUse("node1".into())]);
    draft.name = "node1".into();
    assert!(draft.problems(&facts).contains(&XmlProblem::Name(NameProblem::InUse)));
}

#[test]
fn what_is_no_machine_is_refused_with_its_reason() {
    let none = XmlFacts::default();
    assert_eq!(XmlDraft::default().problems(&none), [XmlProblem::NoFile]);
    assert_eq!(taken("<network/>", &none).problems(&none), [XmlProblem::NotADomain("network".into())]);
    let broken = taken("<domain>\n<name>a</nam>\n</domain>", &none).problems(&none);
    let [XmlProblem::NotXml(error)] = broken.as_slice() else { panic!("{broken:?}") };
    assert_eq!(error.position.line, 2);
    assert!(stops(&broken));
}

#[test]
fn missing_files_are_worth_reading_and_no_more() {
    let facts = XmlFacts { missing: vec!["/a.img".into()], ..XmlFacts::default() };
    let problems = taken(&xml("a"), &facts).problems(&facts);
    assert_eq!(problems, [XmlProblem::FileMissing("/a.img".into())]);
    assert!(!stops(&problems));
}

#[test]
fn the_project_of_the_file_or_another_counts_it() {
    use crate::project::{Limit, Project, Quota, Why};
    let quota = Quota { gigabytes: Limit::of(1), ..Quota::UNLIMITED };
    let standing = |project| Standing { project, used: Amount::default() };
    let projects = [Project::default_project(), Project { quota, ..Project::new("class") }].map(standing);
    let sizes = BTreeMap::from([("/a.img".to_owned(), Bytes::from_gib(2))]);
    let facts = XmlFacts { projects: projects.to_vec(), sizes, ..XmlFacts::default() };
    let mut draft = taken(&xml("node1"), &facts);
    assert_eq!((draft.counts_in(&facts).as_str(), draft.problems(&facts)), (DEFAULT, vec![]));
    draft.project = Some("class".into());
    let found = draft.problems(&facts);
    let [XmlProblem::Project(refusal)] = found.as_slice() else { panic!("{found:?}") };
    let Why::Quota(excesses) = &refusal.why else { panic!("{refusal:?}") };
    assert_eq!((excesses[0].asked, excesses[0].used, excesses[0].allowed), (2, 0, 1));
    let text = draft.outcome(&fresh()).unwrap().document.to_string();
    assert!(text.contains("<lectern:project>class</lectern:project>") && text.contains("<!-- kept -->"), "{text}");
    let again = taken(&text, &facts);
    assert_eq!(again.counts_in(&facts), "class");
    let back = XmlDraft { project: Some(DEFAULT.into()), ..again };
    assert!(!back.outcome(&fresh()).unwrap().document.to_string().contains("lectern:project"));
}
