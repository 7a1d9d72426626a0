//! From the click on "Install" to QEMU's process, and from the address to it, beside `virt-install --location`.
//!
//! Not part of a normal run, as other load spoils it:
//! `cargo test --release --test bench_install -- --ignored --nocapture`
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

#[path = "install/http.rs"]
#[expect(dead_code, reason = "the ways to go wrong are another test's")]
mod http;
#[path = "bench/timing.rs"]
mod timing;

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use http::{Files, Manner, Server};
use lectern_model::{
    capabilities::VirtType,
    draft::{
        install::NewDisk,
        machine::{Facts, MachineDraft, NetworkChoice, Wishes},
    },
    guest_os::GuestOs,
    storage::ImageFormat,
    tree::{Finding, Place},
    units::{Bytes, KiB},
};
use lectern_services::{
    host::Host,
    install::{self, Copying, Limits, disc},
    making::{InstallDisk, InstallFrom, InstallWish, plan_install},
    plan::{self, Plan},
};
use lectern_test_kit::{
    guest,
    libvirt::PrivateLibvirt,
    plans,
    witness::{Witness, answer},
};
use timing::{measure, median};

/// How often each is measured; they take turns, so that noise meets all.
const ROUNDS: u32 = 5;

fn tree() -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest/make-installer");
    assert!(Command::new(script).arg(guest::folder()).arg(folder.path()).status().expect("a script").success());
    let file = |path: &str| (path.to_owned(), (fs::read(folder.path().join(path)).expect("a file"), Manner::Whole));
    let paths = [".treeinfo", "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img"];
    Server::start(paths.map(file).into_iter().collect::<Files>(), true)
}

/// All that the wizard does before its last click.
async fn planned(host: &Host, name: &str, url: &str) -> Plan {
    let place = Place::parse(url).expect("a place");
    let found = install::detect(place.clone(), "x86_64".into(), Limits::default(), Copying::new()).await;
    let Ok(Finding::Tree(tree)) = found else { panic!("no tree: {found:?}") };
    let files = install::fetch(place, *tree, Limits::default(), Copying::new()).await.expect("its files");
    let boot = disc::make(&files, "console=ttyS0".into(), None).await.expect("a disc");
    let machine = MachineDraft {
        name: name.into(),
        memory: KiB::from_mib(512),
        vcpus: 1,
        way: VirtType::Qemu,
        network: NetworkChoice::Unplugged,
        ..MachineDraft::new(&Wishes::default(), &Facts::default())
    };
    let size = Bytes::from_gib(2);
    let disk = InstallDisk::New(NewDisk { pool: "default".into(), format: ImageFormat::Qcow2, size, whole: false });
    let from = InstallFrom::Boot { disc: boot, pool: "default".into(), medium: None };
    let plan =
        plan_install(host, InstallWish { machine, os: GuestOs::unknown(), disk, from }).await.expect("a plan").plan;
    // The plan copies from its folder; the test's own goes at its end.
    std::mem::forget(files);
    plan
}

/// Of ours: all of it, and from the last click on.
fn ours(libvirt: &PrivateLibvirt, round: u32, url: &str) -> (Duration, Duration) {
    let (journals, name) = (tempfile::tempdir().expect("a folder"), format!("ours{round}"));
    let witness = Witness::connect(libvirt.uri());
    let start = Instant::now();
    let plan = answer(planned(&witness.host, &name, url));
    let before = start.elapsed();
    let mut job = None;
    let click = measure(libvirt, &name, || job = Some(plan::start(plan, journals.path())));
    assert_eq!(job.map(|job| plans::outcome(&job)), Some(plan::Outcome::Done));
    (before + click, click)
}

fn virt_install(libvirt: &PrivateLibvirt, round: u32, url: &str) -> Duration {
    let name = format!("peer{round}");
    // It must not take this computer's /var/lib/libvirt for the daemon's: then it hands kernel and RAM disk to libvirt.
    let mut command = Command::new("bwrap");
    command.args(["--dev-bind", "/", "/", "--tmpfs", "/var/lib/libvirt", "--", "virt-install"]);
    command.args(["--connect", libvirt.uri(), "--name", &name, "--memory", "512", "--vcpus", "1"]);
    command.args(["--virt-type", "qemu", "--location", url, "--disk", "pool=default,size=2,format=qcow2"]);
    command.args(["--osinfo", "detect=on,require=off", "--network", "none", "--extra-args", "console=ttyS0"]);
    command.args(["--graphics", "none", "--noautoconsole", "--check", "all=off"]);
    let mut child = None;
    let took = measure(libvirt, &name, || child = command.stdout(Stdio::null()).spawn().ok());
    assert!(child.is_some_and(|mut child| child.wait().is_ok()), "virt-install runs");
    took
}

/// A file from a server, by the plainest request that there is.
fn got(url: &str, file: &str) -> Vec<u8> {
    let (server, path) = url.trim_start_matches("http://").split_once('/').unwrap_or((url, ""));
    let mut stream = TcpStream::connect(server.trim_start_matches("http://")).expect("the server");
    write!(stream, "GET /{path}{file} HTTP/1.0\r\nHost: {server}\r\nConnection: close\r\n\r\n").expect("it asks");
    stream.shutdown(Shutdown::Write).expect("it has asked");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let body = answer.windows(4).position(|piece| piece == b"\r\n\r\n").expect("a head") + 4;
    assert!(answer.starts_with(b"HTTP/1.1 200") || answer.starts_with(b"HTTP/1.0 200"), "{file}");
    answer.split_off(body)
}

/// The least: the two files by the shortest way, and libvirt's calls.
fn bare(libvirt: &PrivateLibvirt, round: u32, url: &str) -> Duration {
    let (name, folder) = (format!("bare{round}"), tempfile::tempdir().expect("a folder"));
    let start = Instant::now();
    for file in ["images/pxeboot/vmlinuz", "images/pxeboot/initrd.img"] {
        fs::write(folder.path().join("file"), got(url, file)).expect("a file");
    }
    let fetched = start.elapsed();
    let xml = format!(
        "<domain type='qemu'><name>{name}</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='q35'>hvm</type></os><devices><serial type='pty'/></devices></domain>"
    );
    let uri = libvirt.uri().to_owned();
    fetched
        + measure(libvirt, &name, move || {
            let connect = virt::connect::Connect::open(Some(&uri)).expect("a connection");
            connect.define_domain_xml(&xml).expect("a machine").create().expect("a start");
        })
}

#[test]
#[ignore = "a benchmark: run it alone, in release mode"]
fn from_the_address_to_qemu() {
    if Command::new("virt-install").arg("--version").stdout(Stdio::null()).status().is_err() {
        return lectern_test_kit::skipped("virt-install is not installed");
    }
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    // Distributions' packages make it; virt-install has its files brought there.
    libvirt.sh("mkdir -p /var/lib/libvirt/boot");
    let server = tree();
    let url = server.url("");
    let (mut all, mut clicks, mut they, mut least) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (whole, click) = ours(&libvirt, round, &url);
        all.push(whole);
        clicks.push(click);
        they.push(virt_install(&libvirt, round, url.trim_end_matches('/')));
        least.push(bare(&libvirt, round, &url));
    }
    let (all, click, they, least) = (median(all), median(clicks), median(they), median(least));
    println!("address to QEMU: {all:.0} ms, of which the last click {click:.0} ms");
    println!("virt-install --location {they:.0} ms; fetch, define and create {least:.0} ms");
    println!("{:.2} of virt-install, {:.2} of the bare calls", all / they, all / least);
}
