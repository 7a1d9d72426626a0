//! Installations that nobody watches: the plan is whole or nothing, and goes on when the program that began it is gone.

#![expect(clippy::expect_used, clippy::panic, reason = "tests may panic")]

#[path = "install/http.rs"]
#[expect(dead_code, reason = "the ways to go wrong are another test's")]
mod http;

use std::{env, fs, path::Path, process::Command, time::Duration};

use http::{Files, Manner};
use lectern_model::{
    capabilities::VirtType,
    domain::DomainState,
    draft::{
        install::NewDisk,
        machine::{Facts, MachineDraft, NetworkChoice, Wishes},
    },
    guest_os::GuestOs,
    storage::ImageFormat,
    tree::{Answer, AnswerKind, Finding, Place, Telling, arguments},
    units::{Bytes, KiB},
};
use lectern_services::{
    host::Host,
    install::{self, Copying, Limits, disc, disc::Disc},
    making::{InstallDisk, InstallFrom, InstallWish, plan_install},
    plan::{Plan, journal},
};
use lectern_test_kit::{
    guest,
    libvirt::PrivateLibvirt,
    plans::{self, Trial},
    process, wait,
    witness::{Witness, answer},
};

/// The child of the trial: see `lectern_test_kit::plans::child`.
#[test]
#[ignore = "run by the tests of this file"]
fn killed_child() {
    plans::child();
}

const IMAGES: &str = "/var/lib/libvirt/images";
/// An emulated installer on a busy computer.
const LONG: Duration = Duration::from_mins(4);

fn wish(hard: InstallDisk, disc: Disc) -> InstallWish {
    let machine = MachineDraft {
        name: "new".into(),
        memory: KiB::from_mib(512),
        vcpus: 1,
        way: VirtType::Qemu,
        network: NetworkChoice::Unplugged,
        ..MachineDraft::new(&Wishes::default(), &Facts::default())
    };
    let from = InstallFrom::Boot { disc, pool: "default".into(), medium: None };
    InstallWish { machine, os: GuestOs::unknown(), disk: hard, from }
}

fn new_disk() -> InstallDisk {
    let size = Bytes::from_gib(2);
    InstallDisk::New(NewDisk { pool: "default".into(), format: ImageFormat::Qcow2, size, whole: false })
}

/// A disc that starts nothing: the plan does not look into it.
fn blank(folder: &Path) -> Disc {
    let path = folder.join("boot.iso");
    fs::write(&path, vec![7; 3 << 20]).expect("a file");
    Disc { path, length: Bytes(3 << 20), memory: Bytes(0) }
}

fn planned(libvirt: &PrivateLibvirt, hard: InstallDisk, disc: &Disc) -> Plan {
    let witness = Witness::connect(libvirt.uri());
    answer(plan_install(&witness.host, wish(hard, disc.clone()))).expect("a plan").plan
}

/// A disk with something to start.
fn used_disk(libvirt: &mut PrivateLibvirt) {
    libvirt.script(&format!(
        "test -e {IMAGES}/old.qcow2 || {{ qemu-img create -q -f qcow2 {IMAGES}/old.qcow2 64M && \
         qemu-io -f qcow2 -c 'write -q -P 0xeb 0 1' -c 'write -q -P 0x55 510 1' -c 'write -q -P 0xaa 511 1' \
         {IMAGES}/old.qcow2; }}\nchown libvirt-qemu:libvirt-qemu {IMAGES}/old.qcow2\nvirsh -q -c '{}' pool-refresh default\n",
        libvirt.uri()
    ));
}

fn two() -> Option<(PrivateLibvirt, PrivateLibvirt)> {
    Some((PrivateLibvirt::with(&["--pool"])?, PrivateLibvirt::with(&["--pool"])?))
}

#[test]
fn an_installation_on_a_used_disk_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let disc = blank(folder.path());
    let make = |libvirt: &PrivateLibvirt| {
        let used = InstallDisk::Existing {
            path: format!("{IMAGES}/old.qcow2"),
            format: ImageFormat::Qcow2,
            size: Bytes::from_mib(64),
        };
        let plan = planned(libvirt, used, &disc);
        assert_eq!(plan.summary().len(), 4, "{:?}", plan.texts());
        plan
    };
    Trial { libvirt: &mut first, set_up: &used_disk, make: &make }.run(&mut second);
}

#[test]
fn an_installation_on_a_new_disk_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let disc = blank(folder.path());
    let make = |libvirt: &PrivateLibvirt| planned(libvirt, new_disk(), &disc);
    Trial { libvirt: &mut first, set_up: &|_| (), make: &make }.run(&mut second);
}

/// The whole way, as the window goes it: look, fetch, make the disc, make the plan.
async fn whole_way(host: &Host, text: &str) -> Plan {
    let place = Place::parse(text).expect("a place");
    let limits = Limits::default();
    let found = install::detect(place.clone(), "x86_64".into(), limits, Copying::new()).await.expect("an answer");
    let Finding::Tree(tree) = found else { panic!("no tree: {found:?}") };
    let fetched = install::fetch(place.clone(), *tree.clone(), limits, Copying::new()).await.expect("its files");
    // The window's test has a kickstart in the RAM disk; these answers lie on the disc itself, as Ubuntu's do.
    let text = "#cloud-config\nautoinstall:\n  identity:\n    hostname: fromdisc\n";
    let answers = Answer { kind: AnswerKind::Autoinstall, text: text.into() };
    let address = place.for_guest();
    let telling = Telling { address: address.as_deref(), serial: true, answer: Some(answers.kind), more: "quiet" };
    let disc = disc::make(&fetched, arguments(&tree, &telling), Some(answers)).await.expect("a disc");
    let plan = plan_install(host, wish(new_disk(), disc)).await.expect("a plan").plan;
    // This program is to be killed: the folder is its own.
    std::mem::forget(fetched);
    plan
}

/// Begins an installation, and then waits for its end, which it never sees.
#[test]
#[ignore = "run by the tests of this file"]
fn begins_an_installation() {
    let var = |name: &str| env::var(name).expect("set by the test");
    let witness = Witness::connect(&var("LECTERN_HOST"));
    let plan = answer(whole_way(&witness.host, &var("LECTERN_TREE")));
    plans::must(&plan, Path::new(&var("LECTERN_JOURNALS")));
    wait::forever();
}

/// A server of the tree whose installer is a script.
fn tree() -> http::Server {
    let folder = tempfile::tempdir().expect("a folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest/make-installer");
    let made = Command::new(script).arg(guest::folder()).arg(folder.path()).status().expect("a script");
    assert!(made.success());
    let file = |path: &str| (path.to_owned(), (fs::read(folder.path().join(path)).expect("a file"), Manner::Whole));
    let paths = [".treeinfo", "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img"];
    http::Server::start(paths.map(file).into_iter().collect::<Files>(), true)
}

#[test]
fn a_machine_restarts_into_what_was_installed_when_nobody_is_there() {
    let Some(libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let (server, folder) = (tree(), tempfile::tempdir().expect("a folder"));
    let journals = folder.path().join("journals");
    fs::create_dir(&journals).expect("a folder");
    let mut command = process::tied(&env::current_exe().expect("this test").to_string_lossy());
    command.args(["--exact", "begins_an_installation", "--ignored", "--nocapture"]);
    command.env("LECTERN_HOST", libvirt.uri()).env("LECTERN_TREE", server.url(""));
    command.env("LECTERN_JOURNALS", &journals).env("XDG_CACHE_HOME", folder.path().join("cache"));
    let mut child = process::Process::start(&mut command);
    let mut witness = Witness::connect(libvirt.uri());
    witness.sees("new", DomainState::Running, LONG);
    let mut console = witness.console("new", false).expect("its console opens");
    let told = console.expect("installer: writes fromdisc", LONG);
    assert!(told.contains("installer: answers on /dev/sr"), "{told}");
    assert!(told.contains("quiet console=tty0 console=ttyS0 inst.text inst.repo=http://"), "{told}");
    child.child().kill().expect("it can be killed");
    child.child().wait().expect("it ends");
    assert!(journal::unfinished(&journals).expect("a folder").is_empty(), "the plan was done");
    console.expect("installer: restarts", LONG);
    console.expect("fromdisc login:", LONG);
    console.send("root\r");
    console.expect("]# ", wait::BOOT);
    console.send("grep -c root=LABEL=root /proc/cmdline; uname -n\r");
    let said = console.expect("]# ", wait::BOOT);
    assert!(said.contains("\n1\r") && said.contains("fromdisc"), "it runs from its disk: {said}");
    // And once more, from off.
    console.send("poweroff\r");
    witness.sees("new", DomainState::ShutOff, wait::BOOT);
    libvirt.virsh(&["start", "new"]);
    witness.sees("new", DomainState::Running, wait::SOON);
    let mut console = witness.console("new", true).expect("its console opens");
    console.expect("fromdisc login:", LONG);
}
