//! Clones on a real libvirt: a copy and an overlay of a machine, whole or not at all, and their shell lines.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use lectern_model::{
    clone::{Reason, Treatment},
    domain::{DomainAction, DomainState},
    draft::clone::{CloneDraft, Kind, Problem},
    template::{Verdict, Why},
    units::Bytes,
    xml::Document,
};
use lectern_services::plan::{
    self, Outcome, Plan, StepFailure,
    make::{
        clone::{self, CloneSource, Refused},
        template::{self, TemplateError},
    },
};
use lectern_services::{
    catalog::CatalogError,
    host::{HostError, PlaceError},
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans::{self, Trial},
    wait,
    witness::{Witness, answer},
};

/// The child of these tests: see `lectern_test_kit::plans::child`.
#[test]
#[ignore = "run by the tests of this file"]
fn killed_child() {
    plans::child();
}

const IMAGES: &str = "/var/lib/libvirt/images";

/// A machine `node-9` with a disk with data, a second raw one, and a network card, all with values that must be one's own.
fn source(libvirt: &mut PrivateLibvirt) {
    let script = format!(
        "v() {{ virsh -q -c '{}' \"$@\"; }}\nv dominfo node-9 >/dev/null 2>&1 && exit 0\n\
         qemu-img create -q -f qcow2 {IMAGES}/node-9.qcow2 32M\n\
         qemu-io -c 'write -P 7 0 4M' {IMAGES}/node-9.qcow2 >/dev/null\n\
         qemu-img create -q -f raw {IMAGES}/data.img 8M\n\
         chown libvirt-qemu {IMAGES}/node-9.qcow2 {IMAGES}/data.img\nv pool-refresh default\n\
         v define /dev/stdin <<'EOF'\n\
         <domain type='qemu'><name>node-9</name><uuid>4dea22b3-1d52-48f3-b90f-4a2d8eb0a1f3</uuid>\
         <title>base of class 3</title><memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices>\
         <controller type='usb' model='none'/><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>\
         <source file='{IMAGES}/node-9.qcow2'/><target dev='vda' bus='virtio'/><serial>S1</serial></disk>\
         <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{IMAGES}/data.img'/>\
         <target dev='vdb' bus='virtio'/></disk>\
         <interface type='user'><mac address='52:54:00:12:34:56'/><model type='virtio'/></interface>\
         <serial type='pty'/></devices></domain>\nEOF\n",
        libvirt.uri(),
    );
    libvirt.script(&script);
}

fn look(libvirt: &PrivateLibvirt) -> CloneSource {
    let witness = Witness::connect(libvirt.uri());
    answer(clone::look(&witness.host, witness.id("node-9"))).expect("a source")
}

fn linked(source: &CloneSource) -> CloneDraft {
    CloneDraft { kind: Kind::Linked, size: Some(Bytes::from_mib(64)), ..source.suggest() }
}

#[test]
fn a_linked_clone_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let source = look(libvirt);
        let draft = CloneDraft { start: true, ..linked(&source) };
        clone::clone(&source, &draft).expect("a plan").plan
    };
    Trial { libvirt: &mut first, set_up: &source, make: &make }.run(&mut second);
}

#[test]
fn a_full_clone_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let source = look(libvirt);
        clone::clone(&source, &source.suggest()).expect("a plan").plan
    };
    Trial { libvirt: &mut first, set_up: &source, make: &make }.run(&mut second);
}

fn two() -> Option<(PrivateLibvirt, PrivateLibvirt)> {
    Some((PrivateLibvirt::with(&["--pool"])?, PrivateLibvirt::with(&["--pool"])?))
}

#[test]
fn a_linked_clone_has_its_own_identity_and_keeps_nothing_else_of_it() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    source(&mut libvirt);
    let folder = tempfile::tempdir().expect("a folder");
    let found = look(&libvirt);
    let draft = linked(&found);
    assert_eq!(draft.name, "node-10");
    let made = clone::clone(&found, &draft).expect("a plan");
    run(&made.plan, &folder);
    let xml = libvirt.virsh(&["dumpxml", "--inactive", "node-10"]);
    assert!(xml.contains(&format!("{IMAGES}/node-10.qcow2")) && xml.contains(&format!("{IMAGES}/node-10-vdb.qcow2")));
    for inherited in ["52:54:00:12:34:56", "<uuid>4dea22b3-1d52-48f3-b90f-4a2d8eb0a1f3", "<title>", "<serial>S1<"] {
        assert!(!xml.contains(inherited), "{inherited} is the source's: {xml}");
    }
    assert!(xml.contains("lectern:origin template=\"4dea22b3"), "{xml}");
    let info = libvirt.sh(&format!("for i in node-10 node-10-vdb; do qemu-img info {IMAGES}/$i.qcow2; done"));
    assert!(info.contains("virtual size: 64 MiB") && info.contains("virtual size: 8 MiB"), "{info}");
    assert!(info.contains("backing file format: qcow2") && info.contains("backing file format: raw"), "{info}");
    let reasons: Vec<Reason> = made.clone.changes.iter().map(|change| change.reason).collect();
    for reason in [Reason::Name, Reason::Uuid, Reason::Disk, Reason::Mac, Reason::Title, Reason::Serial] {
        assert!(reasons.contains(&reason), "{reason:?} is not among {reasons:?}");
    }
    // The clone of a machine with clones is offered as a link, and the next number is free.
    let again = look(&libvirt);
    assert!(again.is_template);
    assert_eq!((again.suggest().name.as_str(), again.suggest().kind), ("node-11", Kind::Linked));
}

fn run(plan: &Plan, folder: &tempfile::TempDir) {
    plans::must(plan, folder.path());
}

#[test]
fn a_running_source_is_refused_before_and_at_the_last_moment() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    source(&mut libvirt);
    let folder = tempfile::tempdir().expect("a folder");
    let found = look(&libvirt);
    let plan = clone::clone(&found, &linked(&found)).expect("a plan").plan;
    libvirt.virsh(&["start", "node-9"]);
    let before = libvirt.photograph();
    let ended = plans::outcome(&plan::start(plan, folder.path()));
    let Outcome::Undone { why: Some(why), left } = ended else { panic!("{ended:?}") };
    assert_eq!((why.why, left.len()), (StepFailure::Running("node-9".into()), 0));
    assert_eq!(libvirt.photograph(), before);
    let running = look(&libvirt);
    let refused = clone::clone(&running, &linked(&running)).expect_err("it runs");
    assert!(matches!(&refused, Refused::Problems(all) if all.contains(&Problem::Running)), "{refused:?}");
    let mut witness = Witness::connect(libvirt.uri());
    witness.act("node-9", DomainAction::ForceOff).expect("it can");
    witness.sees("node-9", DomainState::ShutOff, wait::SOON);
}

#[test]
fn what_cannot_be_made_is_said_before() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    source(&mut libvirt);
    let found = look(&libvirt);
    let says = |draft: &CloneDraft| match clone::clone(&found, draft) {
        Err(Refused::Problems(all)) => all,
        other => panic!("{other:?}"),
    };
    let small = CloneDraft { size: Some(Bytes::from_mib(16)), ..linked(&found) };
    assert!(says(&small).contains(&Problem::Smaller(Bytes::from_mib(32))));
    let taken = CloneDraft { name: "node-9".into(), ..linked(&found) };
    assert!(says(&taken).iter().any(|problem| matches!(problem, Problem::Name(_))));
    let mut risky = linked(&found);
    risky.disks.insert(1, Treatment::Share);
    assert!(clone::clone(&found, &risky).is_ok(), "sharing is a warning");
    libvirt.sh(&format!("rm {IMAGES}/data.img; virsh -q pool-refresh default || true"));
    let gone = look(&libvirt);
    let refused = clone::clone(&gone, &linked(&gone)).expect_err("the base is gone");
    assert!(matches!(&refused, Refused::Problems(all) if all.contains(&Problem::Missing(1))), "{refused:?}");
    assert!(!matches!(gone.facts.link, Some(Verdict::No(ref why)) if why.contains(&Why::Sealed)));
}

#[test]
fn a_template_is_locked_and_unlocked_whole_or_not_at_all() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let witness = Witness::connect(libvirt.uri());
        answer(template::lock(&witness.host, witness.id("node-9"))).expect("a plan")
    };
    // The mark holds the time of the file: both libvirts have the same one.
    let set_up = |libvirt: &mut PrivateLibvirt| {
        source(libvirt);
        libvirt.sh(&format!(
            "touch -d @1700000000 {IMAGES}/node-9.qcow2 {IMAGES}/data.img; virsh -q pool-refresh default"
        ));
    };
    Trial { libvirt: &mut first, set_up: &set_up, make: &make }.run(&mut second);
    let locked = |libvirt: &mut PrivateLibvirt| {
        set_up(libvirt);
        let witness = Witness::connect(libvirt.uri());
        // It is, but for the first time.
        if let Ok(plan) = answer(template::lock(&witness.host, witness.id("node-9"))) {
            plans::must(&plan, tempfile::tempdir().expect("a folder").path());
        }
    };
    let make = |libvirt: &PrivateLibvirt| {
        let witness = Witness::connect(libvirt.uri());
        answer(template::unlock(&witness.host, witness.id("node-9"))).expect("a plan")
    };
    Trial { libvirt: &mut first, set_up: &locked, make: &make }.run(&mut second);
}

#[test]
fn a_template_is_not_started_and_unlocked_only_when_nobody_needs_it() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    source(&mut libvirt);
    let folder = tempfile::tempdir().expect("a folder");
    let before = libvirt.virsh(&["dumpxml", "--inactive", "node-9"]);
    let witness = Witness::connect(libvirt.uri());
    let id = witness.id("node-9");
    run(&answer(template::lock(&witness.host, id)).expect("a plan"), &folder);
    assert!(matches!(answer(template::lock(&witness.host, id)), Err(TemplateError::Nothing)));
    let locked = libvirt.virsh(&["dumpxml", "--inactive", "node-9"]);
    assert_eq!(locked.matches("<readonly/>").count(), 2, "{locked}");
    let refused = |result: Result<(), HostError>| match result {
        Err(HostError::Guarded(guarded)) => guarded.why,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(witness.act("node-9", DomainAction::Start)), [Why::Sealed]);
    assert_eq!(refused(answer(witness.host.set_autostart(id, true))), [Why::Sealed]);
    let edit = answer(witness.host.plan_edit(id, |xml| Ok(xml.clone())));
    assert!(matches!(&edit, Err(PlaceError::Catalog(CatalogError::Host(HostError::Guarded(_))))), "{edit:?}");
    // Even with plain virsh its disks are not written to.
    let hash = libvirt.sh(&format!("sha256sum {IMAGES}/node-9.qcow2"));
    libvirt.virsh(&["start", "node-9"]);
    libvirt.virsh(&["destroy", "node-9"]);
    assert_eq!(libvirt.sh(&format!("sha256sum {IMAGES}/node-9.qcow2")), hash);
    let found = look(&libvirt);
    let draft = found.suggest();
    assert_eq!(draft.kind, Kind::Linked);
    run(&clone::clone(&found, &draft).expect("a plan").plan, &folder);
    let clone = libvirt.virsh(&["dumpxml", "--inactive", "node-10"]);
    assert!(!clone.contains("<readonly/>") && !clone.contains("lectern:template"), "{clone}");
    libvirt.virsh(&["start", "node-10"]);
    let Err(TemplateError::Needed(why)) = answer(template::unlock(&witness.host, id)) else { panic!("it is needed") };
    assert!(why.contains(&Why::Dependents(vec!["node-10".into()])), "{why:?}");
    libvirt.sh(&format!("touch {IMAGES}/node-9.qcow2"));
    let changed = look(&libvirt);
    let Some(Verdict::Ask(why)) = changed.facts.link else { panic!("{:?}", changed.facts.link) };
    assert!(matches!(why.as_slice(), [Why::BaseChanged(_)]), "{why:?}");
    libvirt.virsh(&["destroy", "node-10"]);
    libvirt.virsh(&["undefine", "node-10"]);
    libvirt.sh(&format!("rm {IMAGES}/node-10.qcow2 {IMAGES}/node-10-vdb.qcow2; virsh -q pool-refresh default"));
    run(&answer(template::unlock(&witness.host, id)).expect("a plan"), &folder);
    assert_eq!(libvirt.virsh(&["dumpxml", "--inactive", "node-9"]), before);
    assert_eq!(witness.act("node-9", DomainAction::Start), Ok(()));
}

#[test]
fn a_machine_that_others_lie_on_is_guarded_without_a_seal() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    source(&mut libvirt);
    let folder = tempfile::tempdir().expect("a folder");
    let witness = Witness::connect(libvirt.uri());
    let id = witness.id("node-9");
    let edit = |xml: &Document| xml.edit().set_text(xml.root().child("memory").expect("memory"), "65536")?.finish();
    let before = answer(witness.host.plan_edit(id, edit)).expect("nobody lies on it");
    // As a student makes one by hand, behind libvirt's back.
    let overlay = format!("{IMAGES}/mine.qcow2");
    libvirt.sh(&format!("qemu-img create -q -f qcow2 -F qcow2 -b {IMAGES}/node-9.qcow2 {overlay}"));
    let loose = vec![Why::LooseImages(vec![overlay.clone()])];
    let refused = |error: HostError| match error {
        HostError::Guarded(guarded) => (guarded.name, guarded.why),
        other => panic!("{other:?}"),
    };
    let named = ("node-9".to_owned(), loose);
    assert_eq!(refused(witness.act("node-9", DomainAction::Start).expect_err("it would spoil it")), named);
    let ended = plans::outcome(&plan::start(before, folder.path()));
    let Outcome::Undone { why: Some(why), .. } = ended else { panic!("{ended:?}") };
    let StepFailure::Host(why) = why.why else { panic!("{why:?}") };
    assert_eq!(refused(why), named);
    // A machine on it counts by its name, and then not even the definition goes.
    let uri = libvirt.uri().to_owned();
    libvirt.sh(&format!(
        "virsh -c '{uri}' dumpxml node-9 | sed -e 's|<uuid>.*||' -e 's|<mac .*||' -e 's|<name>.*|<name>mine</name>|' \
         -e '/data.img/,/target/s|vdb|vdc|' -e 's|node-9.qcow2|mine.qcow2|' >/tmp/mine.xml && virsh -q -c '{uri}' define /tmp/mine.xml"
    ));
    let Err(HostError::Guarded(kept)) = answer(witness.host.plan_undefine(vec![id])) else { panic!("it is needed") };
    assert_eq!(kept.why, [Why::Dependents(vec!["mine".into()])]);
    assert_eq!(Witness::connect(libvirt.uri()).act("mine", DomainAction::Start), Ok(()));
}
