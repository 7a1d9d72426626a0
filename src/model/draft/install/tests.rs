//! The rules about the draft.

use std::collections::BTreeSet;

use super::*;
use crate::{
    draft::{
        Bound, Severity, import,
        machine::{DiskFacts, DiskInfo, DiskUser, NetworkFacts, PoolFacts, UserRole},
        stops,
    },
    tree::{self, AnswerFault, Distribution, Note, Nothing, PlaceError, Tree, Unreached, course_answers},
};

const ADDRESS: &str = "ftp://192.168.1.254/CentOS";
const DISK: &str = "/var/lib/libvirt/images/cent7.img";

fn tree() -> Tree {
    struct Course;
    impl tree::Lookup for Course {
        type Error = ();
        fn text(&mut self, path: &str) -> Result<Option<String>, ()> {
            let info = "[general]\nfamily = CentOS\nname = CentOS-7\nversion = 7\narch = x86_64\n[images-x86_64]\n\
                        kernel = images/pxeboot/vmlinuz\ninitrd = images/pxeboot/initrd.img\n";
            Ok((path == ".treeinfo").then(|| info.to_owned()))
        }
        fn has(&mut self, path: &str) -> Result<bool, ()> {
            Ok(path.starts_with("images/pxeboot/"))
        }
        fn names(&mut self, _path: &str) -> Result<Option<Vec<String>>, ()> {
            Ok(None)
        }
    }
    match tree::detect(&mut Course, "x86_64", "CentOS") {
        Ok(Finding::Tree(tree)) => *tree,
        other => panic!("{other:?}"),
    }
}

fn facts() -> InstallFacts {
    let pool = PoolFacts {
        name: "default".into(),
        active: true,
        writable: None,
        available: Bytes::from_gib(100),
        folder: Some("/var/lib/libvirt/images".into()),
        volumes: BTreeSet::from(["cent7.img".to_owned(), "old.qcow2".to_owned()]),
    };
    let host = Facts { pools: vec![pool], ..Facts::default() };
    let sight = Some(Sight::Found(Finding::Tree(Box::new(tree()))));
    InstallFacts { host, disc: None, sight }
}

fn draft() -> InstallDraft {
    let wishes = Wishes { pool: "default".into(), ..Wishes::default() };
    let mut draft = InstallDraft { location: ADDRESS.into(), ..InstallDraft::new(&wishes, &facts().host) };
    draft.machine.network = NetworkChoice::UserMode;
    draft.suggest_name(&facts());
    draft
}

#[test]
fn a_good_draft_goes_through_all_pages() {
    let (draft, facts) = (draft(), facts());
    assert_eq!(problems(&draft, &facts), []);
    assert_eq!(draft.machine.name, "centos7");
    let mut page = Page::ALL[0];
    for next in &Page::ALL[1..] {
        page = next_page(&draft, &facts, page).unwrap();
        assert_eq!(page, *next);
    }
    assert_eq!(next_page(&draft, &facts, page), None);
}

#[test]
fn the_courses_disk_is_small_and_taken() {
    let mut facts = facts();
    let mut draft = draft();
    draft.disk = DiskChoice::Existing(Some(Source::File(DISK.into())));
    draft.suggest_name(&facts);
    assert_eq!(draft.machine.name, "cent7");
    let looking = Problem::Storage(Field::Existing, import::Problem::Looking);
    assert_eq!(problems(&draft, &facts), [looking]);
    let disk = DiskInfo::new(ImageFormat::Qcow2, Bytes::from_gib(2), Bytes(200_000));
    facts.host.disk = Some(DiskFacts { path: DISK.into(), found: Ok(disk.clone()) });
    facts.host.recommended.storage = Some(Bytes::from_gib(20));
    let said = problems(&draft, &facts);
    assert_eq!(said, [Problem::SmallDisk(Field::Existing, Bytes::from_gib(20))]);
    assert!(!stops(&said), "it is warned of, not refused");
    let user = DiskUser { machine: "other".into(), role: UserRole::Writes, active: false };
    facts.host.disk = Some(DiskFacts { path: DISK.into(), found: Ok(DiskInfo { users: vec![user], ..disk }) });
    assert!(stops(&problems(&draft, &facts)), "another machine's disk is not installed on");
}

#[test]
fn what_is_no_tree_stops_the_first_page() {
    let (draft, facts) = (draft(), facts());
    let nothing = Nothing::Missing { near: vec!["centos7".into()], alike: 1 };
    for (sight, expected) in [
        (None, Problem::NotLooked),
        (Some(Sight::Looking), Problem::Looking),
        (Some(Sight::Failed), Problem::Failed),
        (Some(Sight::Found(Finding::Nothing(nothing.clone()))), Problem::Nothing(nothing)),
    ] {
        let facts = InstallFacts { sight, ..facts.clone() };
        assert_eq!(problems(&draft, &facts), [expected]);
        assert_eq!(next_page(&draft, &facts, Page::Location), None);
    }
    let typed = |location: &str| InstallDraft { location: location.into(), ..draft.clone() };
    assert_eq!(problems(&typed("nfs://a/b"), &facts), [Problem::Place(PlaceError::Nfs)]);
    assert_eq!(problems(&typed(""), &facts), [Problem::Place(PlaceError::Empty)]);
}

#[test]
fn what_is_odd_or_out_of_reach_is_said_and_goes_on() {
    let mut draft = draft();
    draft.machine.network = NetworkChoice::Network("class".into());
    let odd = Tree { notes: vec![Note::DotFilesMissing], ..tree() };
    let facts = InstallFacts { sight: Some(Sight::Found(Finding::Tree(Box::new(odd)))), ..facts() };
    let network = |isolated, address: &str| NetworkFacts {
        name: "class".into(),
        active: true,
        isolated,
        addresses: vec![address.parse().unwrap()],
    };
    let with = |network| {
        let host = Facts { networks: vec![network], ..facts.host.clone() };
        InstallFacts { host, ..facts.clone() }
    };
    assert_eq!(problems(&draft, &with(network(false, "192.168.4.254/24"))), [Problem::Odd(Note::DotFilesMissing)]);
    let own = problems(&draft, &with(network(true, "192.168.1.254/24")));
    assert_eq!(own[1], Problem::Unreached(Unreached::HostFirewall));
    let facts = with(network(true, "192.168.4.254/24"));
    let said = problems(&draft, &facts);
    assert_eq!(said, [Problem::Odd(Note::DotFilesMissing), Problem::Unreached(Unreached::Isolated)]);
    assert!(said.iter().all(|problem| problem.severity() == Severity::Warning));
}

#[test]
fn arguments_and_answers_are_what_the_installer_takes() {
    let facts = facts();
    let telling = |arguments: &str| InstallDraft { arguments: arguments.into(), ..draft() };
    assert_eq!(problems(&telling("net.ifnames=0"), &facts), []);
    assert_eq!(problems(&telling("中文"), &facts), [Problem::ArgumentsForeign]);
    assert_eq!(problems(&telling(&"x".repeat(2000)), &facts), [Problem::ArgumentsTooLong]);
    let answered = InstallDraft { answers: Some("text\n".into()), ..draft() };
    assert_eq!(problems(&answered, &facts), []);
    let of = |tree| InstallFacts { sight: Some(Sight::Found(Finding::Tree(Box::new(tree)))), ..facts.clone() };
    let live = Tree { distribution: Distribution::Ubuntu, kernel: "casper/vmlinuz".into(), version: None, ..tree() };
    assert_eq!(problems(&answered, &of(live.clone())), [Problem::Answers(AnswerFault::NoCloudConfig)]);
    let course = course_answers(AnswerKind::Autoinstall, "node1");
    assert_eq!(problems(&InstallDraft { answers: Some(course), ..draft() }, &of(live)), []);
    let mageia = Tree { distribution: Distribution::Mageia, ..tree() };
    assert_eq!(problems(&answered, &of(mageia)), [Problem::NoAnswers]);
}

#[test]
fn a_password_that_the_installer_needs_is_said() {
    let with = |location: &str| InstallDraft { location: location.into(), ..draft() };
    assert_eq!(problems(&with("ftp://tom@192.168.1.254/CentOS"), &facts()), []);
    let said = problems(&with("ftp://tom:geheim@192.168.1.254/CentOS"), &facts());
    assert_eq!(said, [Problem::PasswordOnDisc]);
    assert_eq!(said[0].severity(), Severity::Warning);
}

#[test]
fn a_new_disk_needs_a_pool_a_size_and_room() {
    let (facts, mut draft) = (facts(), draft());
    draft.new.size = Bytes(0);
    assert_eq!(problems(&draft, &facts), [Problem::NoSize]);
    let has = Bytes::from_gib(100);
    draft.new.size = Bytes::from_gib(200);
    let full = |problem| Problem::Storage(Field::Pool, problem);
    let may_take = draft.new.size;
    assert_eq!(problems(&draft, &facts), [full(import::Problem::MayRunFull { may_take, has })]);
    draft.new.whole = true;
    assert_eq!(problems(&draft, &facts), [full(import::Problem::NoRoom { needs: may_take, has })]);
    draft.new = NewDisk { size: Bytes::from_gib(2), whole: false, ..draft.new };
    draft.machine.name = "old".into();
    assert_eq!(problems(&draft, &facts), [full(import::Problem::FileTaken("old.qcow2".into()))]);
    draft.new.format = ImageFormat::Raw;
    assert_eq!(problems(&draft, &facts), []);
    draft.new.pool = String::new();
    assert_eq!(problems(&draft, &facts), [full(import::Problem::NoPool)]);
    draft.disk = DiskChoice::None;
    assert_eq!(problems(&draft, &facts), [Problem::Diskless]);
}

#[test]
fn a_disc_is_looked_at_and_its_installer_told_nothing() {
    let mut facts = facts();
    facts.host.pools[0].volumes.insert("virtio-win-0.1.271.iso".into());
    assert_eq!(facts.driver_discs(), ["/var/lib/libvirt/images/virtio-win-0.1.271.iso"]);
    let path = "/isos/Win11.iso";
    let disc = Some(Source::File(path.into()));
    let draft = InstallDraft { origin: Origin::Disc, location: String::new(), disc, ..draft() };
    let looking = Problem::Storage(Field::Disc, import::Problem::Looking);
    assert_eq!(problems(&draft, &facts), [looking]);
    let info = DiskInfo::new(ImageFormat::Raw, Bytes::from_gib(5), Bytes::from_gib(5));
    let with = |optical| {
        let disc = Some(DiskFacts { path: path.into(), found: Ok(DiskInfo { optical, ..info.clone() }) });
        InstallFacts { disc, ..facts.clone() }
    };
    assert_eq!(problems(&draft, &with(false)), [Problem::NoDisc]);
    assert_eq!(problems(&draft, &with(true)), []);
    assert_eq!(next_page(&draft, &with(true), Page::Location), Some(Page::System));
    assert_eq!(pages(&draft), [Page::Location, Page::System, Page::Storage, Page::Network, Page::Review]);
}

#[test]
fn a_boot_server_needs_a_network() {
    let mut draft = InstallDraft { origin: Origin::Network, ..draft() };
    assert_eq!(problems(&draft, &facts()), []);
    draft.machine.network = NetworkChoice::Unplugged;
    assert_eq!(problems(&draft, &facts()), [Problem::NoBootServer]);
}
