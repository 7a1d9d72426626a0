//! A hundred linked clones, beside the course's loop, virt-clone and libvirt's bare calls.
//!
//! Not part of a normal run, as other load spoils it:
//! `cargo test --release --test bench_clone -- --ignored --nocapture`
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use std::{
    fmt::Write as _,
    thread,
    time::{Duration, Instant},
};

use lectern_model::draft::lab::{LabDraft, NameSource};
use lectern_services::plan::{self, Outcome, make::lab};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans,
    witness::{Witness, answer},
};
use virt::{connect::Connect, storage_vol::StorageVol};

/// How many clones, and of how many virt-clone makes as long as a person waits.
const CLONES: usize = 100;
const FEW: usize = 5;
/// What ours may be of libvirt's bare calls with parallel volumes.
const GOAL: f64 = 1.5;
/// How much faster than the course's loop ours is to be.
const FASTER: f64 = 5.0;
const IMAGES: &str = "/var/lib/libvirt/images";

fn template(libvirt: &mut PrivateLibvirt) {
    let uri = libvirt.uri().to_owned();
    libvirt.script(&format!(
        "qemu-img create -q -f qcow2 {IMAGES}/.cent7.img 2G\nvirsh -q -c '{uri}' pool-refresh default\n\
         virsh -q -c '{uri}' define /dev/stdin <<'EOF'\n{}\nEOF\n",
        xml("cent7", &format!("{IMAGES}/.cent7.img"))
    ));
}

fn xml(name: &str, disk: &str) -> String {
    format!(
        "<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices><disk type='file' device='disk'>\
         <driver name='qemu' type='qcow2'/><source file='{disk}'/><target dev='vda' bus='virtio'/></disk>\
         <interface type='user'><model type='virtio'/></interface><serial type='pty'/></devices></domain>"
    )
}

fn clear(libvirt: &mut PrivateLibvirt) {
    let uri = libvirt.uri().to_owned();
    libvirt.script(&format!(
        "for m in $(virsh -q -c '{uri}' list --all --name); do [ $m = cent7 ] || virsh -q -c '{uri}' undefine $m; done\n\
         rm -f {IMAGES}/*node*\nvirsh -q -c '{uri}' pool-refresh default\n"
    ));
}

fn ours(libvirt: &PrivateLibvirt) -> Duration {
    let witness = Witness::connect(libvirt.uri());
    let stock = answer(lab::look(&witness.host)).expect("a stock");
    let source = answer(stock.source(witness.id("cent7"), None)).expect("a source");
    let draft = LabDraft {
        template: Some(witness.id("cent7")),
        name: "bench".into(),
        names: NameSource::Pattern { pattern: "cent7_node{N}".into(), count: CLONES.to_string() },
        pool: Some("default".into()),
        ..LabDraft::default()
    };
    let journals = tempfile::tempdir().expect("a folder");
    let begin = Instant::now();
    let plan = lab::lab(&source, &draft).expect("a plan");
    assert_eq!(plans::outcome(&plan::start(plan, journals.path())), Outcome::Done);
    begin.elapsed()
}

/// The course's homework, with `-F`, and without its fault of matching names by parts.
fn homework(libvirt: &mut PrivateLibvirt) -> Duration {
    let uri = libvirt.uri().to_owned();
    let mut script = String::new();
    writeln!(script, "cat >/tmp/.node.xml <<'EOF'\n{}\nEOF", xml("node", &format!("{IMAGES}/node"))).expect("a string");
    writeln!(
        script,
        "for n in $(seq {CLONES}); do\n\
         [ -z \"$(virsh -c '{uri}' list --all | grep -w cent7_node$n)\" ] || continue\n\
         qemu-img create -f qcow2 -F qcow2 -b {IMAGES}/.cent7.img {IMAGES}/cent7_node$n 100G >/dev/null\n\
         cp /tmp/.node.xml /tmp/node.xml\nsed -i \"s/node/cent7_node$n/g\" /tmp/node.xml\n\
         virsh -c '{uri}' define /tmp/node.xml >/dev/null\ndone"
    )
    .expect("a string");
    let begin = Instant::now();
    libvirt.script(&script);
    begin.elapsed()
}

fn virt_clone(libvirt: &mut PrivateLibvirt) -> Duration {
    let uri = libvirt.uri().to_owned();
    let begin = Instant::now();
    libvirt.script(&format!(
        "for n in $(seq {FEW}); do virt-clone -q --connect '{uri}' -o cent7 -n cent7_node$n \
         -f {IMAGES}/cent7_node$n.qcow2; done"
    ));
    begin.elapsed() * u32::try_from(CLONES / FEW).expect("small")
}

fn bare(libvirt: &PrivateLibvirt) -> Duration {
    let connect = Connect::open(Some(libvirt.uri())).expect("a connection");
    let pool = connect.lookup_storage_pool_by_name("default").expect("the pool");
    let begin = Instant::now();
    thread::scope(|scope| {
        for lane in 0..4 {
            let pool = &pool;
            scope.spawn(move || {
                for n in (0..CLONES).filter(|n| n % 4 == lane) {
                    StorageVol::create_xml(pool, &volume(n), 0).expect("a volume");
                }
            });
        }
    });
    for n in 0..CLONES {
        let xml = xml(&format!("cent7_node{n}"), &format!("{IMAGES}/cent7_node{n}.qcow2"));
        connect.define_domain_xml(&xml).expect("a machine");
    }
    begin.elapsed()
}

fn volume(n: usize) -> String {
    format!(
        "<volume><name>cent7_node{n}.qcow2</name><capacity unit='GiB'>2</capacity><target><format type='qcow2'/></target>\
         <backingStore><path>{IMAGES}/.cent7.img</path><format type='qcow2'/></backingStore></volume>"
    )
}

#[test]
#[ignore = "a benchmark"]
fn a_hundred_linked_clones() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    template(&mut libvirt);
    let bare = bare(&libvirt);
    clear(&mut libvirt);
    let ours = ours(&libvirt);
    clear(&mut libvirt);
    let homework = homework(&mut libvirt);
    clear(&mut libvirt);
    let virt_clone = virt_clone(&mut libvirt);
    println!("{CLONES} linked clones: ours {ours:.2?}, bare {bare:.2?}, the homework's loop {homework:.2?}");
    println!("virt-clone, full copies of an empty disk, from {FEW}: {virt_clone:.2?}");
    let (slower, faster) = (ours.as_secs_f64() / bare.as_secs_f64(), homework.as_secs_f64() / ours.as_secs_f64());
    println!("{slower:.2} of bare (at most {GOAL}), {faster:.1} times as fast as the loop (at least {FASTER})");
    assert!(slower <= GOAL, "{slower:.2} of libvirt's bare calls");
    assert!(faster >= FASTER, "{faster:.1} times as fast as the homework's loop");
}
