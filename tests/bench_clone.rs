//! A hundred linked clones, beside the course's loop, virt-clone and libvirt's bare calls; a full clone beside qemu-img; and
//! thirty addresses kept in a network that runs.
//!
//! Not part of a normal run, as other load spoils it:
//! `cargo test --release --test bench_clone -- --ignored --nocapture --test-threads 1`
//! With `LECTERN_CLONES=5` it is a short run that shows that it works; then nothing is asserted.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use std::{
    env,
    fmt::Write as _,
    net::{IpAddr, Ipv4Addr},
    thread,
    time::{Duration, Instant},
};

use lectern_model::{
    draft::{
        clone::{CloneDraft, Kind},
        lab::{LabDraft, NameSource},
    },
    mac::MacAddress,
    network::DhcpHost,
    xml::Document,
};
use lectern_services::plan::{
    self, Outcome,
    make::{clone, lab},
    networks,
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans,
    witness::{Witness, answer},
};
use virt::{connect::Connect, storage_vol::StorageVol};

/// How many clones, if `LECTERN_CLONES` says nothing else, and of how many virt-clone makes as long as a person waits.
const CLONES: usize = 100;
const FEW: usize = 5;
/// What ours may be of libvirt's bare calls with parallel volumes.
const GOAL: f64 = 1.5;
/// What a full clone may be of `qemu-img convert`.
const COPY: f64 = 1.4;
/// How much faster than the course's loop ours is to be.
const FASTER: f64 = 5.0;
/// What is copied in a full clone.
const COPIED_MIB: usize = 2048;
const IMAGES: &str = "/var/lib/libvirt/images";

fn count() -> usize {
    env::var("LECTERN_CLONES").ok().and_then(|text| text.parse().ok()).unwrap_or(CLONES)
}

/// Whether the goals are asked for: not of a short run.
fn is_whole() -> bool {
    count() >= CLONES
}

fn must(holds: bool, what: &str) {
    println!("{}: {what}", if holds { "met" } else { "MISSED" });
    assert!(holds || !is_whole(), "{what}");
}

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
        names: NameSource::Pattern { pattern: "cent7_node{N}".into(), count: count().to_string() },
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
    let count = count();
    writeln!(
        script,
        "for n in $(seq {count}); do\n\
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
    let few = FEW.min(count());
    let begin = Instant::now();
    libvirt.script(&format!(
        "for n in $(seq {few}); do virt-clone -q --connect '{uri}' -o cent7 -n cent7_node$n \
         -f {IMAGES}/cent7_node$n.qcow2; done"
    ));
    begin.elapsed() * u32::try_from(count() / few).expect("small")
}

fn bare(libvirt: &PrivateLibvirt) -> Duration {
    let connect = Connect::open(Some(libvirt.uri())).expect("a connection");
    let pool = connect.lookup_storage_pool_by_name("default").expect("the pool");
    let begin = Instant::now();
    thread::scope(|scope| {
        for lane in 0..4 {
            let pool = &pool;
            scope.spawn(move || {
                for n in (0..count()).filter(|n| n % 4 == lane) {
                    StorageVol::create_xml(pool, &volume(n), 0).expect("a volume");
                }
            });
        }
    });
    for n in 0..count() {
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
    let count = count();
    println!("{count} linked clones: ours {ours:.2?}, bare {bare:.2?}, the homework's loop {homework:.2?}");
    println!("virt-clone, full copies of an empty disk, from {FEW}: {virt_clone:.2?}");
    let (slower, faster) = (ours.as_secs_f64() / bare.as_secs_f64(), homework.as_secs_f64() / ours.as_secs_f64());
    must(slower <= GOAL, &format!("{slower:.2} of libvirt's bare calls, at most {GOAL}"));
    must(faster >= FASTER, &format!("{faster:.1} times as fast as the homework's loop, at least {FASTER}"));
}

/// Writes through to the disk, as what is measured must not be the writing back of what came before.
fn settled(libvirt: &mut PrivateLibvirt) {
    libvirt.sh("sync");
}

fn full(libvirt: &PrivateLibvirt) -> Duration {
    let witness = Witness::connect(libvirt.uri());
    let source = answer(clone::look(&witness.host, witness.id("cent7"))).expect("a source");
    let plan = clone::clone(&source, &CloneDraft { kind: Kind::Full, ..source.suggest() }).expect("a plan").plan;
    let journals = tempfile::tempdir().expect("a folder");
    let begin = Instant::now();
    assert_eq!(plans::outcome(&plan::start(plan.clone(), journals.path())), Outcome::Done);
    begin.elapsed()
}

#[test]
#[ignore = "a benchmark"]
fn a_full_clone() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    template(&mut libvirt);
    let mib = if is_whole() { COPIED_MIB } else { 64 };
    // Every other MiB is there, so that what is sparse stays so.
    libvirt.script(&format!(
        "qemu-img resize -q {IMAGES}/.cent7.img {total}M\nfor at in $(seq 0 2 {last}); do echo \"write -q -P 7 ${{at}}M 1M\"; done |\
         qemu-io {IMAGES}/.cent7.img >/dev/null\nvirsh -q -c '{uri}' pool-refresh default",
        total = 2 * mib,
        last = 2 * mib - 2,
        uri = libvirt.uri().to_owned(),
    ));
    let copy = format!("qemu-img convert -O qcow2 {IMAGES}/.cent7.img {IMAGES}/copy.qcow2");
    settled(&mut libvirt);
    // The first reads the source into memory, for both.
    libvirt.sh(&format!("{copy} && rm {IMAGES}/copy.qcow2"));
    settled(&mut libvirt);
    let begin = Instant::now();
    libvirt.sh(&copy);
    let convert = begin.elapsed();
    libvirt.sh(&format!("rm {IMAGES}/copy.qcow2"));
    settled(&mut libvirt);
    let ours = full(&libvirt);
    println!("a full clone of {mib} MiB: ours {ours:.2?}, qemu-img convert {convert:.2?}");
    let slower = ours.as_secs_f64() / convert.as_secs_f64();
    must(slower <= COPY, &format!("{slower:.2} of qemu-img convert, at most {COPY}"));
}

#[test]
#[ignore = "a benchmark"]
fn thirty_addresses_are_kept_in_a_network_that_runs() {
    let Some(libvirt) = PrivateLibvirt::with(&["--network"]) else { return };
    let witness = Witness::connect(libvirt.uri());
    let known = answer(witness.host.networks()).expect("the networks");
    let network = known.iter().find(|network| network.name == "default").expect("the network");
    let mut spec = network.spec.clone().expect("its XML");
    let subnet = spec.subnets.first_mut().expect("its addresses");
    let IpAddr::V4(first) = subnet.ranges[0].start else { return };
    for n in 0..30_u8 {
        let mac = MacAddress::from_random([8, 8, n]);
        let ip = Ipv4Addr::from(u32::from(first) + 10 + u32::from(n));
        let name = Some(format!("node{n}"));
        subnet.hosts.push(DhcpHost { mac: Some(mac), duid: None, name, ip: Some(IpAddr::V4(ip)) });
    }
    let new = spec.apply(&Document::parse(&network.xml).expect("XML")).expect("XML");
    let plan = networks::change(witness.host.uri(), network, &new).expect("a plan").expect("a change");
    let journals = tempfile::tempdir().expect("a folder");
    let begin = Instant::now();
    let job = plan::start(plan.clone(), journals.path());
    assert_eq!(plans::outcome(&job), Outcome::Done);
    println!("30 addresses kept: {:.2?}", begin.elapsed());
    let begin = Instant::now();
    plans::must_undo(plan, job.made(), journals.path());
    println!("and undone: {:.2?}", begin.elapsed());
    let begin = Instant::now();
    for n in 0..30_u8 {
        let (mac, ip) = (MacAddress::from_random([8, 8, n]), Ipv4Addr::from(u32::from(first) + 10 + u32::from(n)));
        let xml = format!("<host mac='{mac}' name='node{n}' ip='{ip}'/>");
        libvirt.virsh(&["net-update", "default", "add", "ip-dhcp-host", &xml, "--live", "--config"]);
    }
    println!("by virsh, one after the other: {:.2?}", begin.elapsed());
}
