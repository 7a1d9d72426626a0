//! More hardware for a machine, and a machine from a file: both ask their project, before and when they are made.

use std::collections::BTreeMap;

use lectern_model::{
    catalog::Edit,
    draft::{
        stops,
        xml::{Fresh, XmlDraft, XmlFacts, XmlProblem},
    },
    id::DomainId,
    metadata::{self, Machine},
    project::{Limit, Project, Quota, Refusal, Resource, Why},
    units::Bytes,
    xml::{Document, EditError},
};
use lectern_services::{
    catalog::CatalogError,
    disk::volumes,
    host::{Host, PlaceError},
    making,
    plan::{self, Outcome, Plan, Purpose},
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans::{self, Trial},
    witness::{Witness, answer},
};

use super::{IMAGES, NODE, change, class, id, node, two};

/// `node-9` in project class with so many virtual CPUs.
fn with_vcpus(count: u32) -> impl FnOnce(&Document) -> Result<Document, EditError> + Send + 'static {
    move |document| {
        let document = metadata::write(document, &Machine { project: Some("class".into()), ..Machine::default() });
        let document = document.expect("notes of ours");
        let vcpu = document.root().child("vcpu").expect("it has some");
        let mut edit = document.edit();
        edit.set_text(vcpu, &count.to_string())?;
        edit.finish()
    }
}

fn edit(host: &Host, vcpus: u32) -> Result<Plan, PlaceError> {
    answer(host.plan_edit(id(), with_vcpus(vcpus)))
}

/// Asked, used and allowed of the one resource that is refused.
fn shown(refusal: &Refusal) -> Option<(Resource, u64, u64, u64)> {
    match &refusal.why {
        Why::Quota(excesses) if excesses.len() == 1 => {
            Some((excesses[0].resource, excesses[0].asked, excesses[0].used, excesses[0].allowed))
        }
        _ => None,
    }
}

fn set(host: &Host, new: Project) {
    let old = answer(host.catalog()).expect("a catalogue").catalog.project("class").expect("it").clone();
    change(host, Edit::ChangeProject { old, new });
}

#[test]
fn more_hardware_asks_the_project_before_and_when_it_is_made() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    node(&mut libvirt);
    let host = Witness::connect(libvirt.uri()).host;
    set(&host, class(Quota { vcpus: Limit::of(2), ..Quota::UNLIMITED }));
    let journals = tempfile::tempdir().expect("a folder");
    plans::must(&edit(&host, 1).expect("one fits"), journals.path());
    let Err(PlaceError::Catalog(CatalogError::Refused(refusal))) = edit(&host, 3) else { panic!("refused before") };
    assert_eq!(shown(&refusal), Some((Resource::Vcpus, 2, 1, 2)), "what it has already is used, and not asked again");
    // Two look at the same time, and both see room.
    let (first, second) = (edit(&host, 2).expect("it fits"), other(&host).expect("it fits too"));
    assert_eq!(first.steps().len(), 4, "looked at, claimed, changed, settled");
    plans::must(&first, journals.path());
    let ended = plans::outcome(&plan::start(second.clone(), journals.path()));
    let refusal = ended.refusal().unwrap_or_else(|| panic!("{ended:?}")).clone();
    assert_eq!(shown(&refusal), Some((Resource::Vcpus, 1, 2, 2)));
    assert!(!libvirt.virsh(&["list", "--all", "--name"]).contains("second"), "the newest undid itself");
    answer(host.raise_quota(refusal)).expect("raised");
    plans::must(&second, journals.path());
    // Less, and nothing at all, is nobody's to refuse: not of a project that is over its quota, nor of a disabled one.
    set(&host, Project { enabled: false, ..class(Quota { vcpus: Limit::of(0), ..Quota::UNLIMITED }) });
    let less = edit(&host, 1).expect("less");
    assert_eq!(less.steps().len(), 1);
    plans::must(&less, journals.path());
    assert!(matches!(
        edit(&host, 2),
        Err(PlaceError::Catalog(CatalogError::Refused(Refusal { why: Why::Disabled, .. })))
    ));
    assert!(answer(host.catalog()).expect("a catalogue").catalog.claims.is_empty(), "no claim is left");
}

#[test]
fn a_volume_that_grows_asks_the_projects_of_its_machines() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    node(&mut libvirt);
    let host = Witness::connect(libvirt.uri()).host;
    let journals = tempfile::tempdir().expect("a folder");
    plans::must(&edit(&host, 1).expect("one fits"), journals.path());
    set(&host, class(Quota { gigabytes: Limit::of(1), ..Quota::UNLIMITED }));
    let grow = |to| {
        let stock = answer(volumes::take(&host)).expect("volumes");
        let pool = stock.inventory.pools.iter().find(|pool| pool.name == "default").expect("the pool").id;
        let seen = stock.find(pool, "node-9.qcow2").expect("its disk");
        let plan = plan::storage::grow(host.uri(), &seen, &stock.inventory.machines, to);
        answer(host.plan_grow(plan))
    };
    plans::must(&grow(Bytes::from_mib(64)).expect("it fits"), journals.path());
    let Err(PlaceError::Catalog(CatalogError::Refused(refusal))) = grow(Bytes::from_gib(3)) else { panic!("refused") };
    assert_eq!(shown(&refusal), Some((Resource::Gigabytes, 3, 1, 1)));
    answer(host.raise_quota(refusal)).expect("raised");
    let plan = grow(Bytes::from_gib(3)).expect("it fits now");
    assert_eq!(plan.steps().len(), 4, "looked at, claimed, grown, released");
    plans::must(&plan, journals.path());
    assert!(libvirt.virsh(&["vol-info", "--pool", "default", "node-9.qcow2"]).contains("3.00 GiB"));
    assert!(answer(host.catalog()).expect("a catalogue").catalog.claims.is_empty(), "no claim is left");
}

const OTHER: &str = "9d6cb2f1-11d5-4f42-8d3c-5c55c0e7a001";

/// What a file of this machine becomes on the host, as the dialog has it.
fn file(host: &Host, name: &str, disk: &str) -> (XmlDraft, XmlFacts) {
    let xml = format!(
        "<domain type='qemu'><name>{name}</name><uuid>{OTHER}</uuid><metadata>\
         <lectern:machine xmlns:lectern='urn:lectern:machine:1' version='1'><lectern:project>class</lectern:project>\
         </lectern:machine></metadata><memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices><controller type='usb' model='none'/>{disk}\
         </devices></domain>"
    );
    let mut draft = XmlDraft::default();
    draft.take(xml, &XmlFacts::default());
    let files = answer(making::named_files(host, draft.disks()));
    let projects = answer(host.places()).0;
    (draft, XmlFacts { machines: BTreeMap::new(), missing: files.missing, sizes: files.sizes, projects })
}

fn plan_file(host: &Host, name: &str, disk: &str) -> Option<Plan> {
    let (draft, facts) = file(host, name, disk);
    if stops(&draft.problems(&facts)) {
        return None;
    }
    let fresh = Fresh { uuid: DomainId::parse(OTHER).expect("a UUID"), macs: Vec::new() };
    let outcome = draft.outcome(&fresh).expect("a machine");
    let (project, asked) = (draft.counts_in(&facts), draft.asked(&facts));
    Some(making::plan_define(host.uri(), name, &outcome, (&facts.projects, &project, asked)))
}

fn other(host: &Host) -> Option<Plan> {
    plan_file(host, "second", "")
}

fn disk(path: &str) -> String {
    format!(
        "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{path}'/>\
         <target dev='vda' bus='virtio'/></disk>"
    )
}

#[test]
fn a_machine_from_a_file_asks_the_project_that_it_notes() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    node(&mut libvirt);
    libvirt.sh(&format!("qemu-img create -q -f qcow2 {IMAGES}/second.qcow2 3G && virsh -q pool-refresh default"));
    let host = Witness::connect(libvirt.uri()).host;
    set(&host, class(Quota { gigabytes: Limit::of(2), ..Quota::UNLIMITED }));
    let disk = disk(&format!("{IMAGES}/second.qcow2"));
    let (draft, facts) = file(&host, "second", &disk);
    let problems = draft.problems(&facts);
    let [XmlProblem::Project(refusal)] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(shown(refusal), Some((Resource::Gigabytes, 3, 0, 2)), "by the size that the guest will see");
    answer(host.raise_quota(refusal.clone())).expect("raised");
    let journals = tempfile::tempdir().expect("a folder");
    plans::must(&plan_file(&host, "second", &disk).expect("it fits now"), journals.path());
    let usage = answer(host.usage()).expect("a usage");
    assert_eq!(usage.projects["class"].amount.get(Resource::Gigabytes), 3);
    assert!(libvirt.virsh(&["dumpxml", NODE]).contains("node-9"), "the other one is untouched");
}

#[test]
fn a_machine_from_a_file_in_a_project_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let host = Witness::connect(libvirt.uri()).host;
        other(&host).expect("it fits")
    };
    let set_up = |libvirt: &mut PrivateLibvirt| {
        node(libvirt);
        libvirt.script(&format!("virsh -q -c '{}' undefine second 2>/dev/null || true\n", libvirt.uri()));
    };
    Trial { libvirt: &mut first, set_up: &set_up, make: &make }.run(&mut second);
}

#[test]
fn the_plan_of_a_file_says_what_it_is() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let host = Witness::connect(libvirt.uri()).host;
    let plan = other(&host).expect("default takes it");
    assert_eq!((plan.purpose(), plan.summary().len()), (&Purpose::FromXml("second".into()), 1));
    let journals = tempfile::tempdir().expect("a folder");
    let ended = plans::outcome(&plan::start(plan, journals.path()));
    assert_eq!(ended, Outcome::Done, "a project that is not there is default");
}
