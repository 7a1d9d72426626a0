//! Plans on a real libvirt: failures and kills at every step leave nothing, and the shell lines do the same.

use lectern_model::{
    id::DomainId,
    storage::{ImageFormat, new_volume::NewVolume},
    units::Bytes,
};
use lectern_services::{
    disk::inventory,
    host::HostError,
    plan::{
        self, Outcome, Plan, Purpose, StepFailure,
        make::{self, Removal},
        steps::{CopyVolume, CreateVolume, Define, Start},
    },
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans::{self, Trial},
    witness::{Witness, answer},
};

#[path = "plan/wizards.rs"]
mod wizards;

/// The child of these tests: see `lectern_test_kit::plans::child`.
#[test]
#[ignore = "run by the tests of this file"]
fn killed_child() {
    plans::child();
}

fn two() -> Option<(PrivateLibvirt, PrivateLibvirt)> {
    Some((PrivateLibvirt::with(&["--pool"])?, PrivateLibvirt::with(&["--pool"])?))
}

const ID: &str = "0d1f5a3c-6b0e-4c55-9a6e-3f1a2b4c5d6e";

fn machine(disk: &str) -> String {
    format!(
        "<domain type='qemu'>\n  <name>new</name>\n  <uuid>{ID}</uuid>\n  <memory unit='MiB'>32</memory>\n  <vcpu>1</vcpu>\n  \
         <os><type arch='x86_64' machine='pc'>hvm</type></os>\n  <devices>\n    <controller type='usb' model='none'/>\n    \
         <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{disk}'/>\
         <target dev='vda' bus='virtio'/></disk>\n    <graphics type='vnc'/>\n  </devices>\n</domain>\n"
    )
}

fn volume(name: &str, base: Option<&str>) -> CreateVolume {
    let size = Bytes::from_mib(64);
    let new = match base {
        Some(path) => NewVolume::overlay(name, size, path, ImageFormat::Qcow2),
        None => NewVolume::thin(name, ImageFormat::Qcow2, size),
    };
    CreateVolume { pool: "default".into(), new }
}

const IMAGES: &str = "/var/lib/libvirt/images";

#[test]
fn making_a_machine_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let id = DomainId::parse(ID).unwrap();
    let overlay = format!("{IMAGES}/over.qcow2");
    let make = |libvirt: &PrivateLibvirt| {
        let steps = vec![
            volume("base.qcow2", None).into(),
            volume("over.qcow2", Some(&format!("{IMAGES}/base.qcow2"))).into(),
            Define { id, name: "new".into(), xml: machine(&overlay) }.into(),
            Start { id, name: "new".into() }.into(),
        ];
        Plan::new(Purpose::Import("new".into()), libvirt.host_uri(), steps)
    };
    Trial { libvirt: &mut first, set_up: &|_| (), make: &make }.run(&mut second);
}

fn snapshotted(libvirt: &mut PrivateLibvirt) {
    let script = format!(
        "v() {{ virsh -q -c '{}' \"$@\"; }}\nv dominfo new >/dev/null 2>&1 && exit 0\n\
         test -e {IMAGES}/new.qcow2 || v vol-create-as default new.qcow2 64M --format qcow2\n\
         v define /dev/stdin <<'EOF'\n{}EOF\nv autostart new\n\
         printf '<domainsnapshot><name>s1</name><state>shutoff</state><creationTime>1700000000</creationTime>\
         <memory snapshot=\"no\"/><disks><disk name=\"vda\" snapshot=\"internal\"/></disks>%s</domainsnapshot>' \
         \"$(v dumpxml --inactive new)\" >{IMAGES}/../snapshot.xml\n\
         v snapshot-create new {IMAGES}/../snapshot.xml --redefine --current\n",
        libvirt.uri(),
        machine(&format!("{IMAGES}/new.qcow2")),
    );
    libvirt.script(&script);
}

#[test]
fn undefining_keeps_all_that_is_needed_to_have_it_back() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let witness = Witness::connect(libvirt.uri());
        answer(witness.host.plan_undefine(vec![witness.id("new")])).expect("a plan")
    };
    Trial { libvirt: &mut first, set_up: &snapshotted, make: &make }.run(&mut second);
}

#[test]
fn deleting_ends_where_it_said() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let witness = Witness::connect(libvirt.uri());
        let stock = answer(inventory::take(&witness.host)).expect("an inventory");
        let files = [format!("{IMAGES}/new.qcow2")].into();
        let removal = Removal { machines: vec![witness.id("new")], files };
        answer(make::delete(&witness.host, &stock, &removal)).expect("a plan")
    };
    Trial { libvirt: &mut first, set_up: &snapshotted, make: &make }.run(&mut second);
}

#[test]
fn a_base_that_got_an_overlay_meanwhile_is_not_deleted() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    snapshotted(&mut libvirt);
    let witness = Witness::connect(libvirt.uri());
    let stock = answer(inventory::take(&witness.host)).expect("an inventory");
    let files = [format!("{IMAGES}/new.qcow2")].into();
    let removal = Removal { machines: vec![witness.id("new")], files };
    let plan = answer(make::delete(&witness.host, &stock, &removal)).expect("a plan");
    libvirt.sh(&format!("cd {IMAGES} && qemu-img create -q -f qcow2 -F qcow2 -b new.qcow2 late.qcow2"));
    let before = libvirt.photograph();
    let ended = plans::outcome(&plan::start(plan, folder.path()));
    let Outcome::Undone { why: Some(why), .. } = ended else { panic!("{ended:?}") };
    assert!(matches!(why.why, StepFailure::Host(HostError::Guarded(_))), "{why:?}");
    assert_eq!(libvirt.photograph(), before);
}

#[test]
fn an_image_is_copied_by_the_daemon_and_by_this_program() {
    let Some((mut first, mut second)) = two() else { return };
    let set_up = |libvirt: &mut PrivateLibvirt| {
        libvirt.sh(&format!(
            "test -e {IMAGES}/from.qcow2 || {{ qemu-img create -q -f qcow2 {IMAGES}/from.qcow2 32M && \
             qemu-io -c 'write -P 7 0 8M' {IMAGES}/from.qcow2 >/dev/null && chown libvirt-qemu {IMAGES}/from.qcow2; }}; \
             virsh -q pool-refresh default"
        ));
    };
    let make = |libvirt: &PrivateLibvirt| {
        let step = CopyVolume {
            pool: "default".into(),
            new: NewVolume::thin("to.qcow2", ImageFormat::Qcow2, Bytes::from_mib(32)),
            from: format!("{IMAGES}/from.qcow2"),
            from_pool: "default".into(),
            grow: Some(Bytes::from_mib(48)),
        };
        Plan::new(Purpose::Import("to".into()), libvirt.host_uri(), vec![step.into()])
    };
    Trial { libvirt: &mut first, set_up: &set_up, make: &make }.run(&mut second);
}

#[test]
fn what_others_have_is_never_touched() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    libvirt.script(&format!("virsh -q -c '{}' vol-create-as default mine.qcow2 1M --format qcow2", libvirt.uri()));
    libvirt.define_empty("new");
    let before = libvirt.photograph();
    let id = DomainId::parse(ID).unwrap();
    let taken = [
        vec![volume("fresh.qcow2", None).into(), volume("mine.qcow2", None).into()],
        vec![volume("fresh.qcow2", None).into(), Define { id, name: "new".into(), xml: machine("/x") }.into()],
    ];
    for steps in taken {
        let plan = Plan::new(Purpose::Import("new".into()), libvirt.host_uri(), steps);
        let ended = plans::outcome(&plan::start(plan, folder.path()));
        assert!(matches!(ended, Outcome::Undone { why: Some(_), ref left } if left.is_empty()));
        assert_eq!(libvirt.photograph(), before);
    }
}

#[test]
fn no_password_reaches_the_disk_or_the_commands() {
    let id = DomainId::parse(ID).unwrap();
    let xml = machine("/x").replace("type='vnc'", "type='vnc' passwd='secret'");
    let step = Define { id, name: "new".into(), xml }.into();
    let plan = Plan::new(Purpose::FromXml("new".into()), lectern_model::uri::HostUri::system(), vec![step]);
    assert!(plan.commands().iter().all(|line| !line.to_string().contains("secret")));
}
