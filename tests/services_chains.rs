//! What machines' disks lie on, on a real libvirt: broken chains are found and mended, overlays made to stand alone; whole or
//! not at all, and as their shell lines do it.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use lectern_model::{
    storage::Fault,
    template::{Trouble, tree::Kind},
};
use lectern_services::{
    disk::soundness::{self, Headers},
    plan::{
        self, Outcome, Plan, StepFailure,
        make::{
            chains::{self, ChainError, Mode, NewBase},
            versions,
        },
    },
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans::{self, Trial},
    witness::{Witness, answer},
};

/// The child of these tests: see `lectern_test_kit::plans::child`.
#[test]
#[ignore = "run by the tests of this file"]
fn killed_child() {
    plans::child();
}

const IMAGES: &str = "/var/lib/libvirt/images";

fn two() -> Option<(PrivateLibvirt, PrivateLibvirt)> {
    Some((PrivateLibvirt::with(&["--pool"])?, PrivateLibvirt::with(&["--pool"])?))
}

/// In `folder`, bases `a` and `b` that differ in their third MiB, and a machine `node` on an overlay of `a`.
fn node(libvirt: &mut PrivateLibvirt, folder: &str, pool: &str) {
    libvirt.script(&format!(
        "v() {{ virsh -q -c '{uri}' \"$@\"; }}\nmkdir -p {folder}\nrm -f {folder}/*\n\
         v pool-info {pool} >/dev/null 2>&1 || {{ v pool-define-as {pool} dir --target {folder}; v pool-start {pool}; }}\n\
         for i in a b; do qemu-img create -q -f qcow2 {folder}/$i.img 4M; qemu-io -c 'write -q -P 7 0 1M' {folder}/$i.img; done\n\
         qemu-io -c 'write -q -P 5 2M 1M' {folder}/b.img\n\
         qemu-img create -q -f qcow2 -F qcow2 -b {folder}/a.img {folder}/node.qcow2\n\
         qemu-io -c 'write -q -P 9 1M 64K' {folder}/node.qcow2\nchown libvirt-qemu {folder}/*; v pool-refresh {pool}\n\
         v define /dev/stdin <<'EOF'\n\
         <domain type='qemu'><name>node</name><uuid>4dea22b3-1d52-48f3-b90f-4a2d8eb0a1f4</uuid>\
         <metadata><l:machine xmlns:l='urn:lectern:machine:1' version='1'>\
         <l:origin template='4dea22b3-1d52-48f3-b90f-4a2d8eb0a1f3' name='gone'/></l:machine></metadata>\
         <memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices><controller type='usb' model='none'/>\
         <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{folder}/node.qcow2'/>\
         <target dev='vda' bus='virtio'/></disk></devices></domain>\nEOF\n",
        uri = libvirt.uri()
    ));
}

fn in_images(libvirt: &mut PrivateLibvirt) {
    node(libvirt, IMAGES, "default");
}

/// A folder that both this program and the daemon see.
fn shared(libvirt: &PrivateLibvirt) -> String {
    libvirt.folder().join("shared/contents").display().to_string()
}

fn change(libvirt: &PrivateLibvirt, base: &str, mode: Mode) -> Result<Plan, ChainError> {
    let witness = Witness::connect(libvirt.uri());
    let wish = NewBase { target: "vda".into(), base: base.into(), mode, keep: false };
    answer(chains::change_base(&witness.host, witness.id("node"), &wish))
}

fn troubles(libvirt: &PrivateLibvirt) -> Vec<Trouble> {
    let witness = Witness::connect(libvirt.uri());
    let (mut all, headers) = answer(soundness::look(&witness.host, Headers::default())).expect("a look");
    // What is known is not read again, and tells the same.
    assert_eq!(answer(soundness::look(&witness.host, headers)).expect("a second look").0, all);
    all.remove(&witness.id("node")).unwrap_or_default()
}

#[test]
fn what_only_the_daemon_sees_is_not_called_gone() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    node(&mut libvirt, "/srv/hidden", "hidden");
    let lost =
        |all: &[Trouble]| all.iter().any(|one| matches!(one, Trouble::Chain { fault: Fault::Missing { .. }, .. }));
    libvirt.virsh(&["pool-destroy", "hidden"]);
    libvirt.virsh(&["pool-undefine", "hidden"]);
    assert!(!lost(&troubles(&libvirt)), "a disk outside of the pools, which this program does not see");
    libvirt.sh("rm /srv/hidden/node.qcow2");
    assert!(lost(&troubles(&libvirt)), "and now nobody does");
    libvirt.sh("rm -r /srv/hidden");
    assert!(lost(&troubles(&libvirt)), "nor its folder");
}

#[test]
fn a_disk_is_told_where_its_base_is_now_or_not_at_all() {
    let Some((mut first, mut second)) = two() else { return };
    let moved = |libvirt: &mut PrivateLibvirt| {
        in_images(libvirt);
        libvirt.sh(&format!(
            "mv {IMAGES}/a.img {IMAGES}/c.img; virsh -q -c '{}' pool-refresh default",
            libvirt.uri().to_owned()
        ));
    };
    let make = |libvirt: &PrivateLibvirt| change(libvirt, &format!("{IMAGES}/c.img"), Mode::NameOnly).expect("a plan");
    moved(&mut first);
    let found = troubles(&first);
    let [Trouble::Chain { fault: Fault::Missing { path, .. }, .. }] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(path, &format!("{IMAGES}/a.img"));
    Trial { libvirt: &mut first, set_up: &moved, make: &make }.run(&mut second);
    moved(&mut first);
    plans::must(&make(&first), tempfile::tempdir().expect("a folder").path());
    assert_eq!(troubles(&first), []);
}

#[test]
fn an_overlay_stands_alone_with_all_that_was_seen_in_it() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let witness = Witness::connect(libvirt.uri());
        answer(chains::detach(&witness.host, &[witness.id("node")], false)).expect("a plan")
    };
    Trial { libvirt: &mut first, set_up: &in_images, make: &make }.run(&mut second);
    let seen = |libvirt: &mut PrivateLibvirt, file: &str| {
        libvirt.sh(&format!("qemu-img convert -O raw {IMAGES}/{file} /tmp/seen && sha256sum </tmp/seen"))
    };
    in_images(&mut first);
    let before = seen(&mut first, "node.qcow2");
    plans::must(&make(&first), tempfile::tempdir().expect("a folder").path());
    first.sh(&format!("rm {IMAGES}/a.img {IMAGES}/b.img"));
    assert_eq!(seen(&mut first, "node-2.qcow2"), before);
    let xml = first.virsh(&["dumpxml", "--inactive", "node"]);
    assert!(xml.contains("node-2.qcow2") && !xml.contains("origin"), "{xml}");
}

#[test]
fn a_disk_lies_on_another_base_and_its_guest_sees_the_same() {
    let Some((mut first, mut second)) = two() else { return };
    let set_up = |libvirt: &mut PrivateLibvirt| {
        let folder = shared(libvirt);
        node(libvirt, &folder, "own");
    };
    let make =
        |libvirt: &PrivateLibvirt| change(libvirt, &format!("{}/b.img", shared(libvirt)), Mode::Safe).expect("a plan");
    Trial { libvirt: &mut first, set_up: &set_up, make: &make }.run(&mut second);
    set_up(&mut first);
    let folder = shared(&first);
    let seen = |libvirt: &mut PrivateLibvirt, file: &str| {
        libvirt.sh(&format!("qemu-img convert -O raw {folder}/{file} /tmp/seen && sha256sum </tmp/seen"))
    };
    let before = seen(&mut first, "node.qcow2");
    plans::must(&make(&first), tempfile::tempdir().expect("a folder").path());
    assert_eq!(seen(&mut first, "node-2.qcow2"), before);
    let info = first.sh(&format!("qemu-img info {folder}/node-2.qcow2"));
    assert!(info.contains(&format!("backing file: {folder}/b.img")), "{info}");
}

#[test]
fn what_does_not_say_its_bases_format_is_found_and_told() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    in_images(&mut libvirt);
    assert_eq!(troubles(&libvirt), []);
    // As `qemu-img create -b` without `-F` made them until QEMU 6.1.
    libvirt.script(&format!(
        "python3 - <<'EOF'\nimport struct\nf=open('{IMAGES}/node.qcow2','r+b'); h=bytearray(f.read(65536))\n\
         at=struct.unpack('>I',h[100:104])[0]; h[at:at+4]=struct.pack('>I',0x12345678); f.seek(0); f.write(h)\nEOF\nqemu-img info {IMAGES}/node.qcow2"
    ));
    let found = troubles(&libvirt);
    assert!(matches!(&found[..], [Trouble::Chain { fault: Fault::FormatNotGiven { .. }, .. }]), "{found:?}");
    let base = format!("{IMAGES}/a.img");
    let plan = change(&libvirt, &base, Mode::NameOnly).expect("a plan");
    assert!(!plan.can_be_undone(), "qemu-img makes no such image any more");
    plans::must(&plan, tempfile::tempdir().expect("a folder").path());
    assert_eq!(troubles(&libvirt), []);
    let info = libvirt.sh(&format!("qemu-img info {IMAGES}/node.qcow2; qemu-img check -q {IMAGES}/node.qcow2"));
    assert!(info.contains("backing file format: qcow2"), "{info}");
    assert_eq!(change(&libvirt, &base, Mode::NameOnly), Err(ChainError::Same));
}

#[test]
fn what_cannot_be_is_said_before() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    in_images(&mut libvirt);
    let own = format!("{IMAGES}/node.qcow2");
    assert_eq!(change(&libvirt, &own, Mode::NameOnly), Err(ChainError::Loop(own)));
    let none = format!("{IMAGES}/none.img");
    assert_eq!(change(&libvirt, &none, Mode::Safe), Err(ChainError::NoBase(none)));
    let b = format!("{IMAGES}/b.img");
    // The namespaces' folder is not this program's.
    assert!(matches!(change(&libvirt, &b, Mode::Safe), Err(ChainError::NotHere(_))));
    let plan = change(&libvirt, &b, Mode::NameOnly).expect("a plan");
    libvirt.virsh(&["start", "node"]);
    assert_eq!(change(&libvirt, &b, Mode::NameOnly), Err(ChainError::Running(vec!["node".into()])));
    let journals = tempfile::tempdir().expect("a folder");
    let ended = plans::outcome(&plan::start(plan, journals.path()));
    let Outcome::Undone { why: Some(why), .. } = ended else { panic!("{ended:?}") };
    assert_eq!(why.why, StepFailure::Running("node".into()));
}

/// Two versions of a template, `t1` on `a` and `t2` on `b`, beside the machine `node`.
fn versions_of(libvirt: &mut PrivateLibvirt) {
    in_images(libvirt);
    let template = |n: u8, disk: &str, line: &str| {
        format!(
            "v define /dev/stdin <<'EOF'\n\
             <domain type='qemu'><name>t{n}</name><uuid>4dea22b3-1d52-48f3-b90f-4a2d8eb0a1f{n}</uuid>\
             <metadata><l:machine xmlns:l='urn:lectern:machine:1' version='1'>\
             <l:template version='{n}'{line}/></l:machine></metadata>\
             <memory unit='MiB'>32</memory><vcpu>1</vcpu>\
             <os><type arch='x86_64' machine='pc'>hvm</type></os><devices><controller type='usb' model='none'/>\
             <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{IMAGES}/{disk}.img'/>\
             <target dev='vda' bus='virtio'/><readonly/></disk></devices></domain>\nEOF\n"
        )
    };
    let (first, second) = (template(1, "a", ""), template(2, "b", " line='4dea22b3-1d52-48f3-b90f-4a2d8eb0a1f1'"));
    libvirt.script(&format!("v() {{ virsh -q -c '{}' \"$@\"; }}\n{first}{second}", libvirt.uri().to_owned()));
}

#[test]
fn a_machine_moves_to_another_version_and_keeps_who_it_is() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let witness = Witness::connect(libvirt.uri());
        answer(versions::move_to(&witness.host, &[witness.id("node")], witness.id("t2"), false)).expect("a plan")
    };
    Trial { libvirt: &mut first, set_up: &versions_of, make: &make }.run(&mut second);
    versions_of(&mut first);
    let before = first.virsh(&["dumpxml", "--inactive", "node"]);
    plans::must(&make(&first), tempfile::tempdir().expect("a folder").path());
    let after = first.virsh(&["dumpxml", "--inactive", "node"]);
    assert!(after.contains("4dea22b3-1d52-48f3-b90f-4a2d8eb0a1f2") && after.contains("t2"), "{after}");
    let other =
        |xml: &str| xml.lines().filter(|line| !line.contains("origin") && !line.contains("node")).collect::<String>();
    assert_eq!(other(&after), other(&before));
    let info = first.sh(&format!("qemu-img info {IMAGES}/node-2.qcow2; ls {IMAGES}"));
    assert!(info.contains(&format!("backing file: {IMAGES}/b.img")) && !info.contains("node.qcow2"), "{info}");
    let witness = Witness::connect(first.uri());
    let tree = answer(versions::tree_of(&witness.host, witness.id("t2"))).expect("a tree");
    assert_eq!(
        tree.children.iter().map(|child| child.kind.clone()).collect::<Vec<_>>(),
        [Kind::Machine(witness.id("node"), "node".into())]
    );
}
