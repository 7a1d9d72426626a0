//! Plans that work on files of this computer: whole or nothing, on a full disk too, and never on a file of others.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use std::{
    collections::BTreeSet,
    fs,
    sync::mpsc::{Receiver, Sender, channel},
    time::{Duration, Instant},
};

use lectern_model::{
    storage::{ImageFormat, new_volume::NewVolume},
    units::Bytes,
};
use lectern_services::{
    disk::{convert::Convert, inventory, remove},
    host::StorageError,
    plan::{
        self, Injection, JobEvent, Outcome, Plan, Point, Purpose, StepError, StepFailure,
        make::{self, Removal},
        steps::{CopyFile, CopyVolume},
    },
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans, process, wait,
    witness::{Witness, answer},
};

/// A path that is the same inside and outside of the private libvirt.
fn shared(libvirt: &PrivateLibvirt, name: &str) -> String {
    libvirt.folder().join("shared").join(name).to_string_lossy().into_owned()
}

/// A pool `shared` in a folder that both see, and an image beside it.
fn set_up(libvirt: &mut PrivateLibvirt) {
    let (pool, from) = (shared(libvirt, "pool"), shared(libvirt, "from.img"));
    let uri = libvirt.uri().to_owned();
    libvirt.script(&format!(
        "mkdir -p {pool}\n\
         virsh -q -c '{uri}' 'pool-define-as shared dir --target {pool}; pool-start shared'\n\
         qemu-img create -q -f raw {from} 8M\nqemu-io -f raw -c 'write -P 7 0 4M' {from} >/dev/null\n"
    ));
}

fn copy(libvirt: &PrivateLibvirt) -> CopyFile {
    let (from, to) = (shared(libvirt, "from.img"), shared(libvirt, "pool/to.qcow2"));
    let convert = Convert::new(&from, ImageFormat::Raw, &to, ImageFormat::Qcow2);
    CopyFile { convert, pool: "shared".into(), grow: None }
}

fn plan_of(libvirt: &PrivateLibvirt, steps: Vec<plan::Step>) -> Plan {
    Plan::new(Purpose::Import("to".into()), libvirt.host_uri(), steps)
}

#[test]
fn a_copy_that_others_replaced_stays() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let journals = tempfile::tempdir().expect("a folder");
    set_up(&mut libvirt);
    let plan = plan_of(&libvirt, vec![copy(&libvirt).into()]);
    let made = plans::must(&plan, journals.path());
    let to = shared(&libvirt, "pool/to.qcow2");
    libvirt.sh(&format!("cp {to} {to}.new && mv {to}.new {to}"));
    let ended = plans::outcome(&plan::undo(plan, made, journals.path()));
    let Outcome::Undone { left, .. } = &ended else { panic!("{ended:?}") };
    assert_eq!(left.first().map(|left| &left.why.why), Some(&StepFailure::Doubtful(to.clone())), "{ended:?}");
    assert!(fs::exists(&to).expect("a folder"));
}

#[test]
fn a_full_disk_leaves_nothing() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let journals = tempfile::tempdir().expect("a folder");
    let small = libvirt.folder().join("small");
    fs::create_dir(&small).expect("a folder");
    // Seen inside too: the private libvirt's mounts follow the ones outside only at its start.
    let full = Small::mount(&small);
    let Some(_full) = full else { return };
    let (pool, uri) = (small.to_string_lossy().into_owned(), libvirt.uri().to_owned());
    libvirt.script(&format!(
        "mountpoint -q {pool} || mount -t tmpfs -o size=4m,mode=755 tmpfs {pool}\n\
         virsh -q -c '{uri}' 'pool-define-as small dir --target {pool}; pool-start small'\n\
         qemu-img create -q -f raw /var/lib/libvirt/images/from.img 16M\n\
         qemu-io -f raw -c 'write -P 7 0 16M' /var/lib/libvirt/images/from.img >/dev/null\n\
         virsh -q -c '{uri}' pool-refresh default\n"
    ));
    let ended = |step: plan::Step| plans::outcome(&plan::start(plan_of(&libvirt, vec![step]), journals.path()));
    let new = NewVolume::thin("to.qcow2", ImageFormat::Qcow2, Bytes::from_mib(16));
    let from = "/var/lib/libvirt/images/from.img".to_owned();
    let by_daemon =
        ended(CopyVolume { pool: "small".into(), new, from, from_pool: "default".into(), grow: None }.into());
    let Outcome::Undone { why: Some(_), left } = &by_daemon else { panic!("{by_daemon:?}") };
    assert!(left.is_empty(), "{by_daemon:?}");
    let outside = libvirt.folder().join("from.img");
    fs::write(&outside, vec![7; 16 << 20]).expect("a file");
    let (from, to) = (outside.to_string_lossy(), format!("{pool}/to.qcow2"));
    let convert = Convert::new(&from, ImageFormat::Raw, &to, ImageFormat::Qcow2);
    let here = ended(CopyFile { convert, pool: "small".into(), grow: None }.into());
    let Outcome::Undone { why: Some(why), left } = &here else { panic!("{here:?}") };
    assert_eq!((&why.why, left.len()), (&StepFailure::Storage(StorageError::NoSpace), 0), "{here:?}");
    assert_eq!(fs::read_dir(&small).expect("a folder").count(), 0, "something is left outside");
    assert_eq!(libvirt.sh(&format!("ls -A {pool}")), "", "something is left inside");
}

/// A file system of 4 MiB, which goes with the test.
struct Small(String);

impl Small {
    fn mount(at: &std::path::Path) -> Option<Self> {
        let at = at.to_string_lossy().into_owned();
        let mut command = process::tied("mount");
        let mounted = command.args(["-t", "tmpfs", "-o", "size=4m,mode=755", "tmpfs", &at]).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(at));
        }
        println!("skipped: a small file system cannot be mounted");
        None
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = process::tied("umount").args(["-l", &self.0]).status();
    }
}

#[test]
fn a_file_of_another_namespace_is_not_deleted() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let witness = Witness::connect(libvirt.uri());
    // Inside, /var/lib/libvirt is the private one: the daemon sees no such file.
    let own = tempfile::Builder::new().prefix("own").tempdir_in("/var/lib/libvirt");
    let Ok(own) = own else { return println!("skipped: no folder of libvirt here") };
    let path = own.path().join("own.img");
    fs::write(&path, b"precious").expect("a file");
    let gone = answer(remove::delete(&witness.host, &path.to_string_lossy()));
    assert_ne!(gone, Ok(true));
    assert_eq!(fs::read(&path).expect("it is there"), b"precious");
}

#[test]
fn machines_that_go_together_take_what_only_they_need() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let journals = tempfile::tempdir().expect("a folder");
    let images = "/var/lib/libvirt/images";
    libvirt.sh(&format!(
        "cd {images} && qemu-img create -q -f qcow2 base.qcow2 8M && for n in a b; do \
         qemu-img create -q -f qcow2 -F qcow2 -b base.qcow2 $n.qcow2; done"
    ));
    for name in ["a", "b"] {
        let xml = format!(
            "<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory>\
             <os><type arch='x86_64' machine='pc'>hvm</type></os><devices><disk type='file' device='disk'>\
             <driver name='qemu' type='qcow2'/><source file='{images}/{name}.qcow2'/><target dev='vda'/></disk>\
             </devices></domain>"
        );
        libvirt.define(name, &xml);
    }
    let witness = Witness::connect(libvirt.uri());
    let stock = answer(inventory::take(&witness.host)).expect("an inventory");
    let files: BTreeSet<String> = ["a", "b", "base"].map(|name| format!("{images}/{name}.qcow2")).into();
    let both = Removal { machines: vec![witness.id("a"), witness.id("b")], files: files.clone() };
    let one = Removal { machines: vec![witness.id("a")], files };
    let refused = answer(make::delete(&witness.host, &stock, &one)).expect("a plan");
    let ended = plans::outcome(&plan::start(refused, journals.path()));
    let Outcome::Undone { why: Some(why), .. } = &ended else { panic!("{ended:?}") };
    assert!(matches!(why.why, StepFailure::Needed { .. }), "{ended:?}");
    plans::must(&answer(make::delete(&witness.host, &stock, &both)).expect("a plan"), journals.path());
    assert_eq!(libvirt.sh(&format!("ls {images}")), "");
    assert_eq!(libvirt.virsh(&["list", "--all", "--name"]).trim(), "");
}

/// Says that a step has begun, and waits until it may go on.
struct Halt(Sender<()>, Receiver<()>);

impl Injection for Halt {
    fn at(&mut self, point: Point) -> Result<(), StepError> {
        if point == Point::Begun(0) {
            self.0.send(()).expect("the test");
            self.1.recv().expect("the test");
        }
        Ok(())
    }
}

#[test]
fn a_copy_by_a_daemon_that_freezes_ends() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let journals = tempfile::tempdir().expect("a folder");
    let from = "/var/lib/libvirt/images/from.img";
    libvirt
        .sh(&format!("qemu-img create -q -f raw {from} 64M && qemu-io -f raw -c 'write -P 7 0 64M' {from} >/dev/null"));
    let new = NewVolume::thin("to.qcow2", ImageFormat::Qcow2, Bytes::from_mib(64));
    let step = CopyVolume { pool: "default".into(), new, from: from.into(), from_pool: "default".into(), grow: None };
    libvirt.virsh(&["pool-refresh", "default"]);
    let ((begun, has_begun), (go, may_go)) = (channel(), channel());
    let plan = plan_of(&libvirt, vec![step.into()]);
    let job = plan::start_with(plan, journals.path(), Box::new(Halt(begun, may_go)));
    has_begun.recv_timeout(Duration::from_secs(30)).expect("it begins");
    // The copy itself is halted first, so that two calls wait on the daemon: for its end, and for how far it is.
    // Once there is something to look at.
    let halt = "for n in $(seq 2000); do [ -e /var/lib/libvirt/images/to.qcow2 ] && p=$(pgrep -x qemu-img) && \
                kill -STOP $p && exit 0; sleep 0.005; done; exit 1";
    go.send(()).expect("the job");
    libvirt.sh(halt);
    let events = job.events();
    wait::until("a look at how far it is", wait::SOON, || {
        matches!(events.try_recv(), Ok(JobEvent::Bytes(..))).then_some(())
    });
    libvirt.must("freeze");
    let frozen = Instant::now();
    let ended = plans::outcome(&job);
    println!("ended after {:?}", frozen.elapsed());
    assert!(matches!(ended, Outcome::Interrupted { .. }), "{ended:?}");
    libvirt.must("thaw");
    libvirt.sh("kill -CONT $(pgrep -x qemu-img)");
}
