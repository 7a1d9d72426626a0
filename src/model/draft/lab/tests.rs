//! Tests of a lab's draft: the course's batch, a roster, networks, and bad input of every kind.

use std::{collections::BTreeSet, net::Ipv4Addr};

use proptest::prelude::*;

use super::*;
use crate::draft::import::{HostFacts, PoolFacts};
use crate::draft::stops;
use crate::mac::MacAddress;
use crate::metadata::Student;
use crate::names::NameProblem;
use crate::pattern::{CountProblem, PatternProblem};
use crate::subnet::{AddressProblem, SubnetProblem};
use crate::template::Verdict;

fn id() -> DomainId {
    DomainId::from_bytes([7; 16])
}

fn facts() -> LabFacts {
    let disk = TemplateDisk { target: "vda".into(), path: "/i/.cent7.img".into(), size: Bytes::from_gib(2) };
    let template = TemplateFacts {
        id: id(),
        name: "cent7".into(),
        link: Verdict::Yes,
        memory: KiB::from_mib(2048),
        vcpus: 2,
        disks: vec![disk],
        nics: 1,
        has_flavor_disks: (false, false),
        has_service: false,
        offline: Some(OfflineLack::NoTool),
        format: None,
    };
    let ip = |text: &str| text.parse().unwrap();
    LabFacts {
        host: HostFacts {
            memory: KiB::from_mib(65536),
            free: Some(KiB::from_mib(10240)),
            cpus: 8,
            ..HostFacts::default()
        },
        template: Some(template),
        names: ["cent7", "cent7_node10", "cent7_node2"].map(String::from).into(),
        used_macs: BTreeSet::new(),
        macs: (0..=255).map(|n| MacAddress::from_random([1, 2, n])).collect(),
        networks: vec![LabNetworkFacts {
            name: "vbr".into(),
            active: true,
            subnet: "192.168.1.0/24".parse().ok(),
            gateway: Some(ip("192.168.1.254")),
            dhcp: Some((ip("192.168.1.100"), ip("192.168.1.200"))),
            serves: true,
            in_use: BTreeSet::from([ip("192.168.1.3")]),
        }],
        routes: vec!["192.168.100.0/24".parse().unwrap()],
        pools: vec![PoolFacts {
            name: "default".into(),
            active: true,
            writable: Some(true),
            available: Bytes(1 << 42),
            folder: Some("/var/lib/libvirt/images".into()),
            volumes: BTreeSet::new(),
        }],
        ..LabFacts::default()
    }
}

fn draft(pattern: &str, count: &str) -> LabDraft {
    LabDraft {
        template: Some(id()),
        name: "monday".into(),
        names: NameSource::Pattern { pattern: pattern.into(), count: count.into() },
        overlay: Some(Bytes::from_gib(100)),
        pool: Some("default".into()),
        ..LabDraft::default()
    }
}

fn fixed(first: &str) -> LabNetwork {
    LabNetwork::One { network: "vbr".into(), addresses: Addresses::Fixed { first: first.into() } }
}

fn student(number: &str, name: &str) -> Student {
    Student { number: number.into(), name: name.into() }
}

#[test]
fn the_courses_batch_is_as_its_script_makes_it_but_for_the_fault() {
    let draft = LabDraft { network: fixed(""), ..draft("cent7_node{N}", "3") };
    assert_eq!(problems(&draft, &facts()), []);
    let Preview { rows, skipped } = preview(&draft, &facts());
    assert_eq!(skipped, ["cent7_node2"]);
    let shown: Vec<_> = rows
        .iter()
        .map(|row| {
            (&*row.name, &*row.host_name, &*row.disks[0], row.macs[0].to_string(), row.address.unwrap().to_string())
        })
        .collect();
    let mac = |n: u8| format!("52:54:00:01:02:{n:02x}");
    let disk = |n: u8| format!("/var/lib/libvirt/images/cent7_node{n}.qcow2");
    assert_eq!(
        shown,
        [
            ("cent7_node1", "cent7-node1", &*disk(1), mac(0), "192.168.1.1/24".to_owned()),
            ("cent7_node3", "cent7-node3", &*disk(3), mac(1), "192.168.1.2/24".to_owned()),
            ("cent7_node4", "cent7-node4", &*disk(4), mac(2), "192.168.1.4/24".to_owned()),
        ]
    );
    let fit = fit(&LabDraft { start: Start::Fitting, ..draft }, &facts());
    assert_eq!((fit.machines, fit.vcpus, fit.memory, fit.starting), (3, 6, KiB::from_mib(6144), 3));
    assert_eq!((fit.virtual_disk, fit.allocated_disk), (Bytes::from_gib(300), Bytes(3 * 196 * 1024)));
}

#[test]
fn a_range_that_leaves_no_address_out_is_taken_from() {
    let mut all = facts();
    all.networks[0].dhcp = "192.168.1.1".parse().ok().zip("192.168.1.253".parse().ok());
    let rows = preview(&LabDraft { network: fixed(""), ..draft("n{1..3}", "") }, &all).rows;
    let addresses: Vec<_> = rows.iter().map(|row| row.address.unwrap().addr().to_string()).collect();
    assert_eq!(addresses, ["192.168.1.1", "192.168.1.2", "192.168.1.4"]);
}

#[test]
fn a_roster_gives_each_student_a_machine() {
    let students = vec![student("2026001", "李雷"), student("2026002", "韩梅梅")];
    let names = NameSource::Roster { students: students.clone(), pattern: "cent7_node{1..30}".into() };
    let rows = preview(&LabDraft { names, ..draft("", "") }, &facts()).rows;
    assert_eq!(rows.iter().map(|row| &*row.name).collect::<Vec<_>>(), ["cent7_node1", "cent7_node3"]);
    assert_eq!(rows[1].student.as_ref(), students.get(1));
    let names = NameSource::Roster { students, pattern: "os-{id}".into() };
    let by_number = LabDraft { names, ..draft("", "") };
    assert_eq!(preview(&by_number, &facts()).rows[0].name, "os-2026001");
    assert_eq!(problems(&by_number, &facts()), []);
    let twins = NameSource::Roster {
        students: vec![student("1", "a"), student("1", "b"), student("", "c")],
        pattern: "n{id}".into(),
    };
    let rows = preview(&LabDraft { names: twins, ..draft("", "") }, &facts()).rows;
    assert_eq!(rows[0].clashes[0], Clash::EqualName);
    assert_eq!(rows[2].clashes, [Clash::NoNumber]);
}

#[test]
fn each_student_may_have_a_network() {
    let network = LabNetwork::Each { pattern: "192.168.{100..199}.0/24".into(), gateway: Gateway::Last };
    let each = LabDraft { network, ..draft("n{1..2}", "") };
    let rows = preview(&each, &facts()).rows;
    let shown = |row: &Row| {
        (row.subnet.unwrap().to_string(), row.gateway.unwrap().to_string(), row.address.unwrap().to_string())
    };
    assert_eq!(shown(&rows[0]), ("192.168.101.0/24".into(), "192.168.101.254".into(), "192.168.101.1/24".into()));
    assert_eq!(shown(&rows[1]).0, "192.168.102.0/24");
    let few = LabDraft {
        network: LabNetwork::Each { pattern: "192.168.{100..101}.0/24".into(), gateway: Gateway::First },
        ..each
    };
    assert_eq!(problems(&few, &facts()), [Problem::Subnet(SubnetProblem::TooFew { wanted: 2, free: 1 })]);
}

#[test]
fn a_cell_gets_what_was_written_and_back_what_it_had() {
    let mut with = LabDraft { network: fixed("192.168.1.1"), ..draft("n{1..3}", "") };
    let before = preview(&with, &facts()).rows;
    with.write(0, Cell::Student, "2026001 李雷");
    with.write(0, Cell::Mac, "52:54:00:aa:bb:cc");
    with.write(1, Cell::Mac, "52-54-00-AA-BB-CC");
    with.write(1, Cell::Address, " 192.168.1.9/24 ");
    with.write(2, Cell::Mac, "x");
    let rows = preview(&with, &facts()).rows;
    assert_eq!(rows[0].student, Some(student("2026001", "李雷")));
    assert_eq!(rows[1].address.unwrap().to_string(), "192.168.1.9/24");
    let clashes: Vec<_> = rows.iter().map(|row| row.clashes.clone()).collect();
    assert_eq!(clashes, [vec![Clash::EqualMac], vec![Clash::EqualMac], vec![Clash::NotAMac("x".into())]]);
    let mut used = facts();
    used.used_macs.insert(MacAddress::parse("52:54:00:aa:bb:cc").unwrap());
    assert!(preview(&with, &used).rows[0].clashes.contains(&Clash::MacInUse));
    for (row, cell) in [(0, Cell::Student), (0, Cell::Mac), (1, Cell::Mac), (1, Cell::Address), (2, Cell::Mac)] {
        with.write(row, cell, "");
    }
    assert!(with.edits.is_empty());
    assert_eq!(preview(&with, &facts()).rows, before);
}

#[test]
fn what_the_user_writes_into_a_row_is_checked() {
    let mut with = LabDraft { network: fixed("192.168.1.1"), ..draft("n{1..7}", "") };
    let edit = |name: Option<&str>, address: Option<&str>| RowEdit {
        name: name.map(Into::into),
        address: address.map(Into::into),
        ..RowEdit::default()
    };
    with.edits = [
        (0, edit(Some("cent7"), Some("192.168.2.1"))),
        (1, edit(Some("n_3"), Some("192.168.1.254"))),
        (2, edit(Some("n.3"), Some("192.168.1.9"))),
        (3, edit(None, Some("192.168.1.9"))),
        (4, edit(Some("a/b"), Some("x"))),
        (5, edit(None, Some("192.168.1.3"))),
    ]
    .into();
    let rows = preview(&with, &facts()).rows;
    let clashes: Vec<_> = rows.iter().map(|row| row.clashes.clone()).collect();
    let ip: Ipv4Addr = "192.168.1.9".parse().unwrap();
    let host = || Clash::EqualHostName("n-3".into());
    assert_eq!(
        clashes,
        [
            vec![Clash::Address(AddressProblem::Outside), Clash::Name(NameProblem::InUse)],
            vec![Clash::Address(AddressProblem::Gateway), host()],
            vec![Clash::EqualAddress(ip), host()],
            vec![Clash::EqualAddress(ip)],
            vec![Clash::NotAnAddress("x".into()), Clash::Name(NameProblem::Slash)],
            vec![Clash::Address(AddressProblem::InUse)],
            vec![],
        ]
    );
    assert_eq!(problems(&with, &facts()), [Problem::Clashes((0..6).collect())]);
    assert_eq!(rows[6].address.unwrap().to_string(), "192.168.1.1/24");
}

#[test]
fn bad_input_is_said_beside_its_field() {
    use crate::draft::Bound;
    let count = |text: &str| draft("n{N}", text);
    let good = draft("n{1..2}", "");
    let own = |memory, vcpus| LabDraft { size: Size::Own { memory: KiB::from_mib(memory), vcpus }, ..good.clone() };
    for (bad, problem, field) in [
        (count(""), Problem::Count(CountProblem::Empty), Field::Count),
        (count("abc"), Problem::Count(CountProblem::NotANumber), Field::Count),
        (count("0"), Problem::Count(CountProblem::Zero), Field::Count),
        (count("-3"), Problem::Count(CountProblem::Negative), Field::Count),
        (count("10000"), Problem::Count(CountProblem::TooMany), Field::Count),
        (draft("", "3"), Problem::Pattern(PatternProblem::Empty), Field::Pattern),
        (draft("n", "3"), Problem::Pattern(PatternProblem::NoNumber), Field::Pattern),
        (LabDraft { template: None, ..good.clone() }, Problem::NoTemplate, Field::Template),
        (LabDraft { name: String::new(), ..good.clone() }, Problem::LabName(NameProblem::Empty), Field::Name),
        (
            LabDraft { names: NameSource::Roster { students: vec![], pattern: "n{N}".into() }, ..good.clone() },
            Problem::NoStudents,
            Field::Roster,
        ),
        (LabDraft { network: fixed("x"), ..good.clone() }, Problem::NotAnAddress("x".into()), Field::Addresses),
        (
            LabDraft { network: fixed("10.0.0.1"), ..good.clone() },
            Problem::Address(AddressProblem::Outside),
            Field::Addresses,
        ),
        (
            LabDraft { network: LabNetwork::One { network: "no".into(), addresses: Addresses::Any }, ..good.clone() },
            Problem::NoNetwork,
            Field::Network,
        ),
        (
            LabDraft { overlay: Some(Bytes::from_gib(1)), ..good.clone() },
            Problem::OverlaySmaller(Bytes::from_gib(2)),
            Field::Overlay,
        ),
        (LabDraft { pool: None, ..good.clone() }, Problem::NoPool, Field::Pool),
        (own(0, 1), Problem::NoSize, Field::Size),
        (own(1 << 20, 1), Problem::TooMuchMemory(KiB::from_mib(1 << 20)), Field::Size),
    ] {
        let found = problems(&bad, &facts());
        assert!(found.contains(&problem), "{problem:?} is not in {found:?}");
        assert_eq!(problem.field(), field);
        assert!(stops(&found));
    }
    let large = LabDraft { start: Start::All, ..draft("n{1..40}", "") };
    let found = problems(&large, &facts());
    assert!(
        found.contains(&Problem::MemoryOfAll(KiB::from_mib(81920)))
            && found.contains(&Problem::MemoryNow(KiB::from_mib(81920)))
    );
    assert!(!stops(&found), "a class larger than the host is warned of: not all run at once");
    let class = crate::project::Project::new("class");
    let used = crate::project::Amount { instances: 9, ..Default::default() };
    let projects = vec![crate::project::Standing { project: class, used }];
    let placed = LabDraft { project: Some("class".into()), ..good.clone() };
    let found = problems(&placed, &LabFacts { projects, ..facts() });
    assert!(matches!(found.as_slice(), [Problem::Place(refusal)] if refusal.project == "class"), "{found:?}");
    let access = crate::flavor::Access::Projects(["class".to_owned()].into());
    let flavor = crate::flavor::Flavor { access, swap: 64, ..crate::flavor::Flavor::new("f", "f", 1, 64, 0) };
    let sized = LabDraft { size: Size::Flavor(flavor), ..good.clone() };
    assert_eq!(problems(&sized, &facts()), [Problem::FlavorNotForProject("f".into())]);
    assert_eq!((each(&sized, &facts()).volumes, each(&good, &facts()).volumes), (2, 1), "its swap disk counts");
    let mut swap = facts();
    swap.pools[0].volumes.insert("n1-swap.img".into());
    assert!(problems(&sized, &swap).contains(&Problem::Clashes(vec![0])), "its swap disk's file is there");
    let mut full = facts();
    full.pools[0].available = Bytes(1000);
    full.pools[0].volumes.insert("n2.qcow2".into());
    assert_eq!(problems(&good, &full), [Problem::Clashes(vec![1]), Problem::DiskFull]);
    assert_eq!(problems(&good, &LabFacts { macs: vec![], ..facts() }), [Problem::NoMacs]);
}

#[test]
fn each_way_is_taken_where_it_can_tell_all_that_is_wanted() {
    let plain = LabDraft { network: fixed(""), ..draft("n{1..3}", "") };
    assert_eq!(way(&plain, &facts()), Way::Dhcp);
    let with = |change: fn(&mut GuestWish), facts: &LabFacts| {
        let mut draft = plain.clone();
        change(&mut draft.guest);
        let untold =
            problems(&draft, facts).into_iter().filter(|p| matches!(p, Problem::Untold(_))).collect::<Vec<_>>();
        (way(&draft, facts), untold)
    };
    let untold = |what| vec![Problem::Untold(what)];
    let lack = OfflineLack::NoTool;
    assert_eq!(with(|w| w.hosts = true, &facts()), (Way::Firmware, untold(Untold::NoWay(lack))));
    assert_eq!(with(|w| w.way = WayChoice::Offline, &facts()).1[0], Problem::Untold(Untold::Offline(lack)));
    assert_eq!(with(|w| w.way = WayChoice::CloudInit, &facts()), (Way::CloudInit, vec![]));
    let mut sealed = facts();
    sealed.template.as_mut().unwrap().has_service = true;
    assert_eq!(with(|w| w.hosts = true, &sealed), (Way::Service, vec![]));
    let mut here = facts();
    here.template.as_mut().unwrap().offline = None;
    assert_eq!(with(|_| (), &here).0, Way::Dhcp, "writing takes long, and DHCP tells it all");
    assert_eq!(with(|w| w.fixed = true, &here), (Way::Offline, untold(Untold::NoFormat)));
    here.template.as_mut().unwrap().format = format_of("http://centos.org/centos/7.0");
    assert_eq!(with(|w| w.fixed = true, &here), (Way::Offline, vec![]));
    assert_eq!(with(|w| (w.fixed, w.device) = (true, "a b".into()), &here).1, untold(Untold::Device));
    here.networks[0].serves = false;
    assert_eq!(with(|_| (), &here).0, Way::Offline, "nobody else gives the addresses");
    assert_eq!(with(|w| w.key = "ssh".into(), &sealed).1, untold(Untold::Key));
    assert_eq!(with(|w| w.password = "a\nb".into(), &sealed).1, untold(Untold::Password));
    let any = LabDraft { network: LabNetwork::AsTemplate, ..plain };
    let hosts = LabDraft { guest: GuestWish { hosts: true, ..GuestWish::default() }, ..any };
    assert!(problems(&hosts, &sealed).contains(&Problem::Untold(Untold::NoAddresses)));
    assert_eq!(format_of("http://ubuntu.com/ubuntu/24.04"), Some(crate::identity_files::Format::Netplan));
    assert_eq!(format_of("http://microsoft.com/win/11"), None);
}

#[test]
fn a_row_becomes_a_machine() {
    let xml = "<domain type='kvm'><name>cent7</name><uuid>3f0c2b5e-8a41-4a58-9d8e-6a0f4b7e1c01</uuid><memory unit='GiB'>2</memory><currentMemory unit='GiB'>2</currentMemory><vcpu current='1'>2</vcpu><cpu><topology sockets='1' cores='2' threads='1'/></cpu><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/i/.cent7.img'/><target dev='vda'/></disk><interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/><virtualport type='openvswitch'/></interface></devices></domain>";
    let source = crate::xml::Document::parse(xml).unwrap();
    let names = NameSource::Roster { students: vec![student("1", "李雷"), student("2", "")], pattern: "n{N}".into() };
    let size = Size::Flavor(crate::flavor::Flavor::new("big", "big", 3, 4, 0));
    let draft = LabDraft { names, size, network: fixed(""), project: Some("p".into()), ..draft("", "") };
    let rows = preview(&draft, &facts()).rows;
    let member = Member {
        uuid: DomainId::from_bytes([0x40; 16]),
        lab: DomainId::from_bytes([5; 16]),
        guest: None,
        strings: Vec::new(),
    };
    let place = |path: &str| crate::clone::DiskSource::File(path.to_owned());
    let made = make(&source, &rows[0], &draft, &facts(), &member, place).unwrap().document;
    for part in [
        "<name>n1</name>",
        "<title>李雷</title>",
        "<memory unit='KiB'>4096</memory><currentMemory unit='KiB'>4096</currentMemory><vcpu>3</vcpu><cpu></cpu>",
        "<source file='/var/lib/libvirt/images/n1.qcow2'/>",
        "<interface type='network'><mac address='52:54:00:01:02:00'/><source network='vbr'/></interface>",
    ] {
        assert!(made.as_str().contains(part), "{part} is not in {made}");
    }
    assert_eq!(crate::metadata::read(&made).machine(), notes(&rows[0], &draft, &facts(), &member));
    let second = make(&source, &rows[1], &draft, &facts(), &member, place).unwrap().document;
    assert!(second.as_str().contains("<title>2</title>"));
    let numa = crate::xml::Document::parse(&xml.replace("<topology", "<numa/><topology")).unwrap();
    assert_eq!(make(&numa, &rows[0], &draft, &facts(), &member, place), Err(crate::clone::CloneError::Numa));
    let plain = LabDraft { size: Size::AsTemplate, network: LabNetwork::AsTemplate, ..draft };
    let rows = preview(&plain, &facts()).rows;
    let made = make(&numa, &rows[0], &plain, &facts(), &member, place).unwrap().document;
    assert!(made.as_str().contains("<memory unit='GiB'>2</memory>") && made.as_str().contains("bridge='br0'"));
}

#[test]
fn what_is_suggested_follows_the_template_until_somebody_writes() {
    let mut facts = facts();
    let mut draft = LabDraft { template: Some(id()), ..LabDraft::default() };
    let first = draft.suggest(&Suggestion::default(), &facts, Some("vbr"));
    assert_eq!((draft.name.as_str(), draft.pool.as_deref()), ("cent7", Some("default")));
    assert_eq!(draft.names, NameSource::Pattern { pattern: "cent7_node{N}".into(), count: String::new() });
    assert_eq!(draft.network, fixed(""));
    facts.template.as_mut().unwrap().name = ".deb13".into();
    facts.labs.insert("deb13".into());
    draft.names = NameSource::Pattern { pattern: "mine{N}".into(), count: "3".into() };
    draft.suggest(&first, &facts, None);
    assert_eq!(draft.name, "deb13-2");
    assert_eq!(draft.names, NameSource::Pattern { pattern: "mine{N}".into(), count: "3".into() });
}

proptest! {
    #[test]
    fn what_has_no_problem_has_no_equals(pattern in "[a-z_]{0,3}(\\{[0-9N]{1,3}(\\.\\.[0-9]{1,3})?\\})?", count in "[0-9a]{0,3}", first in "192\\.168\\.1\\.[0-9]{1,3}|") {
        let draft = LabDraft { network: fixed(&first), ..draft(&pattern, &count) };
        let found = problems(&draft, &facts());
        let rows = preview(&draft, &facts()).rows;
        if !stops(&found) {
            prop_assert!(!rows.is_empty());
            let unlike = |values: Vec<String>| values.iter().collect::<BTreeSet<_>>().len() == values.len();
            prop_assert!(unlike(rows.iter().map(|row| row.host_name.clone()).collect()));
            prop_assert!(unlike(rows.iter().map(|row| row.address.unwrap().to_string()).collect()));
            prop_assert!(unlike(rows.iter().flat_map(|row| row.macs.clone()).map(|mac| mac.to_string()).collect()));
        }
    }
}
