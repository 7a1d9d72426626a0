//! Projects enforced on a real libvirt: the race for the last place, moves, flavors put on machines, disabled projects.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

#[path = "projects/hardware.rs"]
mod hardware;

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Stdio},
};

use lectern_model::{
    catalog::{Edit, Member},
    domain::DomainAction,
    flavor::Flavor,
    id::DomainId,
    project::{Amount, Limit, Project, Quota, Resource, Why},
    units::{Bytes, KiB},
};
use lectern_services::{
    catalog::CatalogError,
    host::{Host, HostError, PlaceError},
    plan::{self, Outcome, Plan, Purpose, StepFailure, make, steps::Define},
};
use lectern_test_kit::{
    guest::Machine,
    libvirt::PrivateLibvirt,
    plans::{self, Trial},
    process, wait,
    witness::{Witness, answer},
};

const IMAGES: &str = "/var/lib/libvirt/images";
const NODE: &str = "4dea22b3-1d52-48f3-b90f-4a2d8eb0a1f3";
/// How often the last place is raced for.
const ROUNDS: u32 = 50;

/// The child of these tests: see `lectern_test_kit::plans::child`.
#[test]
#[ignore = "run by the tests of this file"]
fn killed_child() {
    plans::child();
}

fn class(quota: Quota) -> Project {
    Project { quota, ..Project::new("class") }
}

fn change(host: &Host, edit: Edit) {
    answer(host.change_catalog(edit)).expect("a change");
}

/// A flavor with everything.
fn big() -> Flavor {
    Flavor { ephemeral: 1, swap: 16, ..Flavor::new("big", "big", 2, 64, 1) }
}

/// The plan of a machine without disks in the project.
fn machine(libvirt: &str, name: &str, uuid: &str, host: &Host) -> Plan {
    let id = DomainId::parse(uuid).expect("a UUID");
    let xml = format!(
        "<domain type='qemu'><name>{name}</name><uuid>{uuid}</uuid><metadata>\
         <lectern:machine xmlns:lectern='urn:lectern:machine:1' version='1'><lectern:project>class</lectern:project>\
         </lectern:machine></metadata><memory unit='MiB'>16</memory><os><type arch='x86_64' machine='pc'>hvm</type></os></domain>"
    );
    let catalog = answer(host.catalog()).expect("a catalogue").catalog;
    let member = Member { machine: id, amount: Amount::machine(1, KiB::from_mib(16), &[]) };
    let define = Define { id, name: name.to_owned(), xml };
    let steps = make::within(&catalog.standings(&[]), "class", &[member], vec![define.into()]);
    let enforced = catalog.project("class").is_some_and(Project::is_enforced);
    assert_eq!(steps.len(), if enforced { 4 } else { 3 }, "looked at where it may refuse, claimed, defined, settled");
    let uri = lectern_model::uri::HostUri::parse(libvirt).expect("a URI");
    Plan::new(Purpose::FromXml(name.to_owned()), uri, steps)
}

#[test]
fn a_limit_that_is_set_after_a_plan_was_made_holds() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let host = Witness::connect(libvirt.uri()).host;
    change(&host, Edit::AddProject(class(Quota::UNLIMITED)));
    let plan = machine(libvirt.uri(), "late", NODE, &host);
    assert_eq!(plan.summary().len(), 1, "bookkeeping of a project without limits is nobody's to read");
    let old = class(Quota::UNLIMITED);
    let new = class(Quota { vcpus: Limit::of(0), ..Quota::UNLIMITED });
    change(&host, Edit::ChangeProject { old, new });
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = plans::outcome(&plan::start(plan, folder.path()));
    let Outcome::Undone { why: Some(why), left } = &outcome else { panic!("{outcome:?}") };
    assert!(matches!(&why.why, StepFailure::Refused(refusal) if refusal.project == "class"), "{why:?}");
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(libvirt.virsh(&["list", "--all", "--name"]).trim(), "");
    assert!(answer(host.catalog()).expect("a catalogue").catalog.claims.is_empty(), "no claim is left");
}

#[test]
fn two_users_race_for_the_last_place_and_exactly_one_wins() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let host = Witness::connect(libvirt.uri()).host;
    change(&host, Edit::AddProject(class(Quota { instances: Limit::of(1), ..Quota::UNLIMITED })));
    let mut racers = [racer(libvirt.uri(), "a"), racer(libvirt.uri(), "b")];
    let mut wins = [0, 0];
    for round in 0..ROUNDS {
        for (child, _) in &mut racers {
            writeln!(child.stdin.as_mut().expect("a pipe"), "{round}").expect("a racer listens");
        }
        let answers: Vec<String> = racers.iter_mut().map(|(_, lines)| told(lines)).collect();
        let won: Vec<usize> = (0..2).filter(|at| answers[*at] == "won").collect();
        assert_eq!(won.len(), 1, "round {round}: {answers:?}");
        wins[won[0]] += 1;
        let there = libvirt.virsh(&["list", "--all", "--name"]);
        let there: Vec<&str> = there.split_whitespace().collect();
        assert_eq!(there.len(), 1, "round {round}: {there:?}");
        libvirt.virsh(&["undefine", there[0]]);
    }
    println!("wins: {wins:?}");
    assert!(answer(host.catalog()).expect("a catalogue").catalog.claims.is_empty(), "no claim is left");
}

type Lines = std::io::Lines<BufReader<ChildStdout>>;

fn racer(uri: &str, name: &str) -> (Child, Lines) {
    let mut command = process::tied(&env::current_exe().expect("this test").to_string_lossy());
    command.args(["--exact", "a_racer", "--ignored", "--nocapture"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.env("LECTERN_TEST_HOST", uri).env("LECTERN_TEST_NAME", name).spawn().expect("a child");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    (child, lines)
}

/// What a racer says of its round, among what its test program prints.
fn told(lines: &mut Lines) -> String {
    loop {
        let line = lines.next().expect("a racer ended").expect("text");
        if let Some(said) = line.strip_prefix("race: ") {
            return said.to_owned();
        }
    }
}

#[test]
#[ignore = "started by the test above, as another user's program"]
fn a_racer() {
    let Ok(uri) = env::var("LECTERN_TEST_HOST") else { return };
    let name = env::var("LECTERN_TEST_NAME").expect("a name");
    let host = Witness::connect(&uri).host;
    let journals = tempfile::tempdir().expect("a folder");
    for line in std::io::stdin().lines() {
        let round: u32 = line.expect("text").trim().parse().expect("a number");
        let first = name.as_bytes()[0];
        let plan = machine(&uri, &name, &format!("0d1f5a3c-6b0e-4c55-9a{first:02x}-{round:012x}"), &host);
        match plans::outcome(&plan::start(plan, journals.path())) {
            Outcome::Done => println!("\nrace: won"),
            Outcome::Undone { why: Some(why), left } if left.is_empty() => {
                println!(
                    "\nrace: {}",
                    if matches!(why.why, StepFailure::Refused(_)) { "lost".into() } else { why.to_string() }
                );
            }
            other => println!("\nrace: {other:?}"),
        }
    }
}

#[test]
fn a_third_machine_is_refused_and_let_in_by_raise() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let host = Witness::connect(libvirt.uri()).host;
    change(&host, Edit::AddProject(class(Quota { instances: Limit::of(2), ..Quota::default() })));
    let journals = tempfile::tempdir().expect("a folder");
    let plan = |n: u32| machine(libvirt.uri(), &format!("m{n}"), &format!("0d1f5a3c-6b0e-4c55-9a6e-{n:012x}"), &host);
    plans::must(&plan(1), journals.path());
    plans::must(&plan(2), journals.path());
    let third = plan(3);
    let ended = plans::outcome(&plan::start(third.clone(), journals.path()));
    let Outcome::Undone { why: Some(why), .. } = ended else { panic!("{ended:?}") };
    let StepFailure::Refused(refusal) = why.why else { panic!("{why:?}") };
    let Why::Quota(excesses) = &refusal.why else { panic!("{refusal:?}") };
    let shown = (excesses[0].resource, excesses[0].asked, excesses[0].used, excesses[0].allowed);
    assert_eq!(shown, (Resource::Instances, 1, 2, 2));
    let changed = answer(host.raise_quota(refusal)).expect("raised");
    assert_eq!(changed.openstack[0].to_string(), "openstack quota set --instances 3 class");
    plans::must(&third, journals.path());
    let usage = answer(host.usage()).expect("a usage");
    assert_eq!(usage.projects["class"].amount.instances, 3, "machines that are off count");
}

/// A machine `node-9` with a disk of 32 MiB, as it was made, and nothing else.
fn node(libvirt: &mut PrivateLibvirt) {
    let script = format!(
        "v() {{ virsh -q -c '{}' \"$@\"; }}\nv destroy node-9 2>/dev/null || true\nv undefine node-9 2>/dev/null || true\n\
         rm -f {IMAGES}/*\nqemu-img create -q -f qcow2 {IMAGES}/node-9.qcow2 32M\n\
         chown libvirt-qemu {IMAGES}/node-9.qcow2\nv pool-refresh default\nv define /dev/stdin <<'EOF'\n\
         <domain type='qemu'><name>node-9</name><uuid>{NODE}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices>\
         <controller type='usb' model='none'/><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>\
         <source file='{IMAGES}/node-9.qcow2'/><target dev='vda' bus='virtio'/></disk></devices></domain>\nEOF\n",
        libvirt.uri(),
    );
    libvirt.script(&script);
    let host = Witness::connect(libvirt.uri()).host;
    let catalog = answer(host.catalog()).expect("a catalogue").catalog;
    if catalog.project("class").is_none() {
        change(&host, Edit::AddProject(class(Quota::default())));
        change(&host, Edit::AddFlavor(big()));
    }
}

fn id() -> DomainId {
    DomainId::parse(NODE).expect("a UUID")
}

fn two() -> Option<(PrivateLibvirt, PrivateLibvirt)> {
    Some((PrivateLibvirt::with(&["--pool"])?, PrivateLibvirt::with(&["--pool"])?))
}

fn plan_move(libvirt: &PrivateLibvirt) -> Plan {
    let host = Witness::connect(libvirt.uri()).host;
    answer(host.plan_move(vec![id()], "class".into())).expect("a plan")
}

#[test]
fn a_move_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    Trial { libvirt: &mut first, set_up: &node, make: &plan_move }.run(&mut second);
}

#[test]
fn a_machine_moves_while_it_runs_and_back() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    node(&mut libvirt);
    libvirt.virsh(&["start", "node-9"]);
    let journals = tempfile::tempdir().expect("a folder");
    let host = Witness::connect(libvirt.uri()).host;
    let plan = plan_move(&libvirt);
    let made = plans::must(&plan, journals.path());
    let note = "<lectern:project>class</lectern:project>";
    assert!(libvirt.virsh(&["dumpxml", "node-9"]).contains(note), "the running one is told too");
    assert!(libvirt.virsh(&["dumpxml", "--inactive", "node-9"]).contains(note));
    assert!(matches!(answer(host.plan_move(vec![id()], "class".into())), Err(PlaceError::Nothing)));
    let usage = answer(host.usage()).expect("a usage");
    assert_eq!((usage.projects["class"].amount.volumes, usage.projects["class"].amount.disk), (1, Bytes::from_mib(32)));
    plans::must_undo(plan, made, journals.path());
    assert!(!libvirt.virsh(&["dumpxml", "node-9"]).contains("lectern:project"));
    let old = answer(host.catalog()).expect("a catalogue").catalog.project("class").expect("it").clone();
    let new = Project { quota: Quota { gigabytes: Limit::of(0), ..old.quota }, ..old.clone() };
    change(&host, Edit::ChangeProject { old, new });
    let refused = answer(host.plan_move(vec![id()], "class".into()));
    assert!(matches!(&refused, Err(PlaceError::Catalog(CatalogError::Refused(_)))), "{refused:?}");
}

fn plan_resize(libvirt: &PrivateLibvirt) -> Plan {
    let host = Witness::connect(libvirt.uri()).host;
    answer(host.plan_resize(id(), "big".into())).expect("a plan")
}

#[test]
fn a_resize_is_whole_or_says_how_far_it_came() {
    let Some((mut first, mut second)) = two() else { return };
    Trial { libvirt: &mut first, set_up: &node, make: &plan_resize }.run(&mut second);
}

#[test]
fn a_disabled_project_starts_nothing() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    node(&mut libvirt);
    let journals = tempfile::tempdir().expect("a folder");
    plans::must(&plan_move(&libvirt), journals.path());
    let witness = Witness::connect(libvirt.uri());
    let old = answer(witness.host.catalog()).expect("a catalogue").catalog.project("class").expect("it").clone();
    let new = Project { enabled: false, ..old.clone() };
    change(&witness.host, Edit::ChangeProject { old: old.clone(), new: new.clone() });
    assert_eq!(witness.act("node-9", DomainAction::Start), Err(HostError::Disabled("class".into())));
    let start = plan::steps::Start { id: id(), name: "node-9".into() };
    let plan = Plan::new(Purpose::Edit("node-9".into()), libvirt.host_uri(), vec![start.into()]);
    let ended = plans::outcome(&plan::start(plan, journals.path()));
    assert!(
        matches!(&ended, Outcome::Undone { why: Some(why), .. }
        if why.why == StepFailure::Host(HostError::Disabled("class".into()))),
        "{ended:?}"
    );
    change(&witness.host, Edit::ChangeProject { old: new, new: old });
    assert_eq!(witness.act("node-9", DomainAction::Start), Ok(()));
}

#[test]
fn a_flavors_disks_are_seen_inside_the_guest() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    libvirt.define_guest(Machine { name: "tiny", network: false });
    libvirt.virsh(&["pool-refresh", "default"]);
    let host = Witness::connect(libvirt.uri()).host;
    change(&host, Edit::AddFlavor(Flavor { ram: 160, ..big() }));
    let witness = Witness::connect(libvirt.uri());
    let plan = answer(host.plan_resize(witness.id("tiny"), "big".into())).expect("a plan");
    let journals = tempfile::tempdir().expect("a folder");
    plans::must(&plan, journals.path());
    witness.act("tiny", DomainAction::Start).expect("it starts");
    let mut console = witness.console("tiny", false).expect("its console opens");
    console.expect("login:", wait::BOOT);
    console.send("root\r");
    console.expect("]# ", wait::SOON);
    console.send("swapon /dev/vdc; cat /proc/swaps /proc/partitions; nproc\r");
    let seen = console.expect("]# ", wait::SOON);
    println!("{seen}");
    assert!(seen.contains("/dev/vdc") && seen.contains("partition"), "swapped to: {seen}");
    let has = |size: &str, disk: &str| {
        seen.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().ends_with(&[size, disk]))
    };
    assert!(has("1048576", "vda") && has("1048576", "vdb") && has("16384", "vdc"), "{seen}");
    assert!(seen.lines().any(|line| line.trim() == "2"), "two CPUs: {seen}");
    let xml = libvirt.virsh(&["dumpxml", "--inactive", "tiny"]);
    assert!(xml.contains("<lectern:flavor>big</lectern:flavor>"), "{xml}");
}
