//! From the click on "Finish" to QEMU's process, beside virt-install and beside libvirt's bare calls.
//!
//! Not part of a normal run, as other load spoils it:
//! `cargo test --release --test bench_import -- --ignored --nocapture`
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

#[path = "bench/timing.rs"]
mod timing;

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use lectern_model::{id::DomainId, xml::Document};
use lectern_services::plan::{
    self,
    make::{Import, import},
};
use lectern_test_kit::{libvirt::PrivateLibvirt, plans};
use timing::{measure, median};

/// How often each is measured; they take turns, so that noise meets all.
const ROUNDS: u32 = 5;
/// What the median of ours may be of virt-install's: a tenth (goal 9).
const GOAL: f64 = 0.1;
const DISK: &str = "/var/lib/libvirt/images/disk.qcow2";

fn xml(name: &str, uuid: &str) -> String {
    format!(
        "<domain type='qemu'><name>{name}</name><uuid>{uuid}</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='q35'>hvm</type></os><devices><disk type='file' device='disk'>\
         <driver name='qemu' type='qcow2'/><source file='{DISK}'/><target dev='vda' bus='virtio'/></disk>\
         <serial type='pty'/><console type='pty'/></devices></domain>"
    )
}

fn ours(libvirt: &PrivateLibvirt, round: u32) -> Duration {
    let journals = tempfile::tempdir().expect("a folder");
    let (name, uuid) = (format!("ours{round}"), format!("0d1f5a3c-6b0e-4c55-9a6e-{round:012x}"));
    let id = DomainId::parse(&uuid).expect("a UUID");
    let host = libvirt.host_uri();
    let xml = Document::parse(&xml(&name, &uuid)).expect("XML");
    let wish = Import {
        host,
        id,
        name: name.clone(),
        xml,
        disks: Vec::new(),
        mend: None,
        pool: None,
        network: None,
        start: true,
        more: Vec::new(),
        place: Default::default(),
    };
    let mut job = None;
    let took = measure(libvirt, &name, || job = Some(plan::start(import(wish), journals.path())));
    assert_eq!(job.map(|job| plans::outcome(&job)), Some(plan::Outcome::Done));
    took
}

fn bare(libvirt: &PrivateLibvirt, round: u32) -> Duration {
    let (name, uuid) = (format!("bare{round}"), format!("1d1f5a3c-6b0e-4c55-9a6e-{round:012x}"));
    let (uri, xml) = (libvirt.uri().to_owned(), xml(&name, &uuid));
    measure(libvirt, &name, move || {
        std::thread::spawn(move || {
            let connect = virt::connect::Connect::open(Some(&uri)).expect("a connection");
            connect.define_domain_xml(&xml).expect("a machine").create().expect("a start");
        });
    })
}

fn virt_install(libvirt: &PrivateLibvirt, round: u32) -> Duration {
    let name = format!("peer{round}");
    let mut command = Command::new("virt-install");
    command.args([
        "--connect",
        libvirt.uri(),
        "--name",
        &name,
        "--memory",
        "64",
        "--vcpus",
        "1",
        "--virt-type",
        "qemu",
    ]);
    command.args([
        "--import",
        "--disk",
        &format!("path={DISK}"),
        "--osinfo",
        "detect=on,require=off",
        "--network",
        "none",
    ]);
    command.args(["--graphics", "none", "--noautoconsole", "--check", "all=off"]);
    let mut child = None;
    let took = measure(libvirt, &name, || child = command.stdout(Stdio::null()).spawn().ok());
    assert!(child.is_some_and(|mut child| child.wait().is_ok()), "virt-install runs");
    took
}

#[test]
#[ignore = "a benchmark: run it alone, in release mode"]
fn from_finish_to_qemu() {
    if Command::new("virt-install").arg("--version").stdout(Stdio::null()).status().is_err() {
        return lectern_test_kit::skipped("virt-install is not installed");
    }
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    libvirt.sh(&format!("qemu-img create -q -f qcow2 {DISK} 1G && virsh -q pool-refresh default"));
    let (mut we, mut they, mut least) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        we.push(ours(&libvirt, round));
        they.push(virt_install(&libvirt, round));
        least.push(bare(&libvirt, round));
    }
    let (we, they, least) = (median(we), median(they), median(least));
    println!("Finish to QEMU: {we:.0} ms; virt-install --import {they:.0} ms; bare define and create {least:.0} ms");
    println!("{:.2} of virt-install (goal {GOAL}), {:.2} of the bare calls", we / they, we / least);
}
