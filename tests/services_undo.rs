//! What others do between a plan and its undo, on a real libvirt: nothing of theirs is overwritten or deleted.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use lectern_model::{
    id::DomainId,
    mac::MacAddress,
    network::{DhcpHost, NetworkSpec},
    storage::{ImageFormat, new_volume::NewVolume},
    units::Bytes,
    xml::{Document, Path},
};
use lectern_services::plan::{
    self, Outcome, Plan, Point, Purpose, StepFailure, journal, networks,
    steps::{CreateVolume, Define, Redefine, Start, Undefine},
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans, wait,
    witness::{Witness, answer},
};
use tempfile::TempDir;

const ID: &str = "0d1f5a3c-6b0e-4c55-9a6e-3f1a2b4c5d6e";
const IMAGES: &str = "/var/lib/libvirt/images";

/// The child of these tests: see `lectern_test_kit::plans::child`.
#[test]
#[ignore = "run by the tests of this file"]
fn killed_child() {
    plans::child();
}

fn journals() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn machine(disk: &str, graphics: &str) -> String {
    format!(
        "<domain type='qemu'><name>new</name><uuid>{ID}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices><controller type='usb' model='none'/>\
         <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{disk}'/>\
         <target dev='vda' bus='virtio'/></disk>{graphics}</devices></domain>"
    )
}

fn id() -> DomainId {
    DomainId::parse(ID).expect("a UUID")
}

fn volume(name: &str) -> CreateVolume {
    CreateVolume { pool: "default".into(), new: NewVolume::thin(name, ImageFormat::Qcow2, Bytes::from_mib(16)) }
}

/// Another administrator makes a volume like ours.
fn foreign(libvirt: &PrivateLibvirt, name: &str) {
    libvirt.virsh(&["vol-create-as", "default", name, "16M", "--format", "qcow2"]);
}

fn one(libvirt: &PrivateLibvirt, steps: Vec<plan::Step>) -> Plan {
    Plan::new(Purpose::Edit("new".into()), libvirt.host_uri(), steps)
}

/// What a job left, with the reason.
fn left(outcome: &Outcome) -> Option<StepFailure> {
    match outcome {
        Outcome::Undone { left, .. } => left.first().map(|left| left.why.why.clone()),
        Outcome::Refused { why } | Outcome::Interrupted { why } => Some(why.why.clone()),
        _ => None,
    }
}

/// Runs `plan` in a process that is killed at `point`, and gives what it left.
fn cut_off(plan: &Plan, folder: &TempDir, point: Point) -> journal::Unfinished {
    plans::killed(plan, folder.path(), point);
    unfinished(folder).expect("a journal")
}

fn unfinished(folder: &TempDir) -> Option<journal::Unfinished> {
    journal::unfinished(folder.path()).expect("a folder").pop()
}

fn config(libvirt: &PrivateLibvirt) -> String {
    libvirt.virsh(&["dumpxml", "--inactive", "--security-info", "new"])
}

#[test]
fn a_volume_of_others_is_not_taken_for_ours() {
    let Some(libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let folder = journals();
    let plan = one(&libvirt, vec![volume("v.qcow2").into()]);
    // Others put one of the same name and size in its place.
    let made = plans::must(&plan, folder.path());
    libvirt.virsh(&["vol-delete", "--pool", "default", "v.qcow2"]);
    foreign(&libvirt, "v.qcow2");
    let ended = plans::outcome(&plan::undo(plan.clone(), made, folder.path()));
    assert_eq!(left(&ended), Some(StepFailure::Doubtful("v.qcow2".into())), "{ended:?}");
    libvirt.virsh(&["vol-info", "--pool", "default", "v.qcow2"]);
    unfinished(&folder).expect("what is left is asked about").forget().expect("it goes");
    // The program is killed before it makes its own, and others make theirs.
    for finish in [true, false] {
        libvirt.virsh(&["vol-delete", "--pool", "default", "v.qcow2"]);
        let cut = cut_off(&plan, &folder, Point::Begun(0));
        foreign(&libvirt, "v.qcow2");
        let ended = plans::outcome(&plan::resume(cut, finish));
        let why = match &ended {
            Outcome::Undone { why: Some(why), left } if left.is_empty() => Some(why.why.clone()),
            other => left(other),
        };
        let expected = if finish { StepFailure::FileTaken } else { StepFailure::Doubtful };
        assert_eq!(why, Some(expected("v.qcow2".into())), "{ended:?}");
        libvirt.virsh(&["vol-info", "--pool", "default", "v.qcow2"]);
    }
}

#[test]
fn the_disk_of_a_machine_that_has_run_is_still_known() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let folder = journals();
    let disk = format!("{IMAGES}/v.qcow2");
    let define = Define { id: id(), name: "new".into(), xml: machine(&disk, "") };
    let start = Start { id: id(), name: "new".into() };
    let plan = one(&libvirt, vec![volume("v.qcow2").into(), define.into(), start.into()]);
    let made = plans::must(&plan, folder.path());
    libvirt.virsh(&["destroy", "new"]);
    libvirt.sh(&format!("qemu-io -c 'write 0 1M' {disk} >/dev/null"));
    plans::must_undo(plan, made, folder.path());
    assert_eq!(libvirt.sh(&format!("ls {IMAGES}")).trim(), "");
}

#[test]
fn a_machine_that_others_changed_is_not_changed_back() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let folder = journals();
    libvirt.define("new", &machine("/no/disk", "<graphics type='vnc' passwd='old'/>"));
    let old = config(&libvirt);
    let edit = |old: &str, mib: u64| {
        let document = Document::parse(old).expect("XML");
        let mut edit = document.edit();
        for name in ["memory", "currentMemory"] {
            let node = document.find(&Path::root().child(name)).expect("a memory");
            edit.set_text(node, &(mib * 1024).to_string()).expect("a number");
        }
        edit.finish().expect("XML").to_string()
    };
    let step = Redefine { id: id(), name: "new".into(), new: edit(&old, 48), old: old.clone() };
    let plan = one(&libvirt, vec![step.into()]);
    let made = plans::must(&plan, folder.path());
    // Only the password differs; it is not in the journal, but known while the program runs.
    libvirt.define("new", &config(&libvirt).replace("passwd='old'", "passwd='new'"));
    let theirs = config(&libvirt);
    assert!(theirs.contains("passwd='new'"), "{theirs}");
    let ended = plans::outcome(&plan::undo(plan.clone(), made.clone(), folder.path()));
    assert_eq!(left(&ended), Some(StepFailure::ChangedMeanwhile("new".into())), "{ended:?}");
    assert!(matches!(ended, Outcome::Refused { .. }) && unfinished(&folder).is_none(), "nothing is half done");
    assert_eq!(config(&libvirt), theirs);
    libvirt.define("new", &theirs.replace("passwd='new'", "passwd='old'"));
    plans::must_undo(plan.clone(), made, folder.path());
    assert_eq!(config(&libvirt), old);
    // After a kill as well, with the password as it is.
    let cut = cut_off(&plan, &folder, Point::Applied(0));
    libvirt.define("new", &edit(&config(&libvirt), 64));
    let theirs = config(&libvirt);
    let ended = plans::outcome(&plan::resume(cut, false));
    assert_eq!(left(&ended), Some(StepFailure::ChangedMeanwhile("new".into())), "{ended:?}");
    assert_eq!(config(&libvirt), theirs);
}

#[test]
fn a_machine_that_came_back_otherwise_stays() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let folder = journals();
    libvirt.define("new", &machine("/no/disk", ""));
    let witness = Witness::connect(libvirt.uri());
    let plan = answer(witness.host.plan_undefine(vec![id()])).expect("a plan");
    let made = plans::must(&plan, folder.path());
    libvirt.define("new", &machine("/another/disk", ""));
    let theirs = config(&libvirt);
    let ended = plans::outcome(&plan::undo(plan, made, folder.path()));
    assert_eq!(left(&ended), Some(StepFailure::ChangedMeanwhile("new".into())), "{ended:?}");
    assert_eq!(config(&libvirt), theirs);
}

#[test]
fn several_machines_are_undefined_and_had_back_together() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let folder = journals();
    for name in ["one", "two"] {
        libvirt.define_empty(name);
    }
    let mut witness = Witness::connect(libvirt.uri());
    witness.until("both", wait::SOON, |w| w.named("one").and(w.named("two")).map(|_| ()));
    let both = vec![witness.id("one"), witness.id("two")];
    let plan = answer(witness.host.plan_undefine(both)).expect("a plan");
    assert_eq!(plan.purpose(), &Purpose::Undefine(vec!["one".into(), "two".into()]));
    let made = plans::must(&plan, folder.path());
    assert_eq!(libvirt.virsh(&["list", "--all", "--name"]).trim(), "");
    let ended = plans::outcome(&plan::undo(plan, made, folder.path()));
    assert!(matches!(&ended, Outcome::Undone { left, .. } if left.is_empty()), "{ended:?}");
    assert_eq!(libvirt.virsh(&["list", "--all", "--name"]).lines().filter(|name| !name.is_empty()).count(), 2);
}

#[test]
fn a_network_that_others_changed_is_not_changed_back() {
    let Some(libvirt) = PrivateLibvirt::with(&["--network"]) else { return };
    let folder = journals();
    let witness = Witness::connect(libvirt.uri());
    let host = |last: u8| DhcpHost {
        mac: Some(MacAddress::from_random([0, 0, last])),
        name: None,
        ip: format!("192.168.122.{last}").parse().ok(),
        duid: None,
    };
    let network = || answer(witness.host.networks()).expect("networks").remove(0);
    let dump = |flags: &[&str]| libvirt.virsh(&[&["net-dumpxml", "default"], flags].concat());
    let before = network();
    let change = |change: &dyn Fn(&mut NetworkSpec)| {
        let mut spec = before.spec.clone().expect("readable");
        change(&mut spec);
        let document = spec.apply(&Document::parse(&before.xml).expect("XML")).expect("XML");
        networks::change(&libvirt.host_uri(), &before, &document).expect("XML").expect("a change")
    };
    let live = change(&|spec| spec.subnets[0].hosts.push(host(20)));
    let later = change(&|spec| spec.mtu = Some(1400));
    for plan in [live, later] {
        let made = plans::must(&plan, folder.path());
        let mine = network().xml;
        libvirt.virsh(&[
            "net-update",
            "default",
            "add-last",
            "ip-dhcp-host",
            "<host mac='52:54:00:00:00:30' ip='192.168.122.48'/>",
            "--live",
            "--config",
        ]);
        let theirs = (dump(&[]), dump(&["--inactive"]));
        let ended = plans::outcome(&plan::undo(plan.clone(), made.clone(), folder.path()));
        assert_eq!(left(&ended), Some(StepFailure::ChangedMeanwhile("default".into())), "{ended:?}");
        assert_eq!((dump(&[]), dump(&["--inactive"])), theirs);
        libvirt.virsh(&[
            "net-update",
            "default",
            "delete",
            "ip-dhcp-host",
            "<host mac='52:54:00:00:00:30' ip='192.168.122.48'/>",
            "--live",
            "--config",
        ]);
        assert!(Document::parse(&network().xml).expect("XML").same_as(&Document::parse(&mine).expect("XML")));
        plans::must_undo(plan, made, folder.path());
        assert_eq!(network().spec, before.spec);
    }
}

#[test]
fn an_address_that_leads_to_another_host_is_refused() {
    let uuid = |digit: char| format!("host_uuid = \"c7a5fdbd-edaf-9455-926a-d65c16db189{digit}\"");
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool", "--libvirtd-conf", &uuid('a')]) else { return };
    let folder = journals();
    let plan = one(&libvirt, vec![volume("a.qcow2").into(), volume("b.qcow2").into()]);
    plans::killed(&plan, folder.path(), Point::Done(0));
    let uri = libvirt.uri().to_owned();
    let virsh = |line: &str| format!("virsh -q -c '{uri}' {line}");
    let conf = "/etc/libvirt/libvirtd.conf";
    libvirt.script(&virsh("pool-destroy default"));
    libvirt.must("stop");
    libvirt.sh(&format!("sed -i 's/db189a/db189b/' {conf} && mv /etc/libvirt/storage /etc/libvirt/away"));
    libvirt.must("start");
    libvirt.script(&virsh(&format!("'pool-define-as default dir --target {IMAGES}; pool-start default'")));
    for finish in [true, false] {
        let ended = plans::outcome(&plan::resume(unfinished(&folder).expect("the journal stays"), finish));
        assert!(matches!(left(&ended), Some(StepFailure::OtherHost(_))), "{ended:?}");
        assert_eq!(libvirt.sh(&format!("ls {IMAGES}")).trim(), "a.qcow2");
    }
    libvirt.script(&virsh("pool-destroy default"));
    libvirt.must("stop");
    libvirt.sh(&format!("sed -i 's/db189b/db189a/' {conf}"));
    libvirt.sh("rm -r /etc/libvirt/storage && mv /etc/libvirt/away /etc/libvirt/storage");
    libvirt.must("start");
    libvirt.script(&virsh("pool-info default | grep -q running || virsh -q pool-start default"));
    let ended = plans::outcome(&plan::resume(unfinished(&folder).expect("the journal stays"), false));
    assert_eq!(ended, Outcome::Undone { why: None, left: Vec::new() });
    assert_eq!(libvirt.sh(&format!("ls {IMAGES}")).trim(), "");
}

#[test]
fn a_password_that_was_not_kept_is_not_left_out() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let folder = journals();
    let xml = machine("/no/disk", "<graphics type='vnc' passwd='secret'/>");
    let define = one(&libvirt, vec![Define { id: id(), name: "new".into(), xml: xml.clone() }.into()]);
    let cut = cut_off(&define, &folder, Point::Begun(0));
    assert!(!cut.can_be_finished() && cut.can_be_undone());
    let ended = plans::outcome(&plan::resume(cut, true));
    assert_eq!(left(&ended), Some(StepFailure::SecretLost("new".into())), "{ended:?}");
    assert_eq!(libvirt.virsh(&["list", "--all", "--name"]).trim(), "", "nothing was defined without it");
    let ended = plans::outcome(&plan::resume(unfinished(&folder).expect("the journal stays"), false));
    assert_eq!(ended, Outcome::Undone { why: None, left: Vec::new() });
    // What is had back from a journal is closed, not open.
    libvirt.define("new", &xml);
    let witness = Witness::connect(libvirt.uri());
    let undefine = answer(witness.host.plan_undefine(vec![id()])).expect("a plan");
    let cut = cut_off(&undefine, &folder, Point::Applied(0));
    assert_eq!(cut.comes_back_closed(), Some("new"));
    let ended = plans::outcome(&plan::resume(cut, false));
    assert_eq!(ended, Outcome::Undone { why: None, left: Vec::new() });
    assert!(config(&libvirt).contains("passwd=''"), "{}", config(&libvirt));
}

#[test]
fn saved_memory_is_not_lost_by_undefining() {
    let Some(libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let folder = journals();
    libvirt.define("new", &machine("/no/disk", "").replace("<disk", "<!--").replace("</disk>", "-->"));
    let witness = Witness::connect(libvirt.uri());
    let before: Plan = answer(witness.host.plan_undefine(vec![id()])).expect("a plan");
    assert!(matches!(before.steps(), [plan::Step::Undefine(Undefine { .. })]));
    libvirt.virsh(&["start", "new"]);
    libvirt.virsh(&["managedsave", "new"]);
    let ended = plans::outcome(&plan::start(before, folder.path()));
    let Outcome::Undone { why: Some(why), left } = &ended else { panic!("{ended:?}") };
    assert_eq!((&why.why, left.len()), (&StepFailure::SavedMemory("new".into()), 0));
    assert!(libvirt.virsh(&["dominfo", "new"]).contains("Managed save:   yes"));
}
