//! Labs on a real libvirt: many machines from one template, whole or not at all, and their shell lines.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use lectern_model::{
    draft::lab::{Addresses, Gateway, LabDraft, LabNetwork, NameSource, Problem, Start},
    id::DomainId,
    mac::MacAddress,
    metadata::Student,
    units::Bytes,
};
use lectern_services::plan::{
    self, Outcome, Plan, StepFailure, journal,
    make::lab::{self, Lab, LabError, LabSource, Refused},
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans,
    witness::{Witness, answer},
};

#[path = "labs/cloud.rs"]
mod cloud;
#[path = "labs/first_boot.rs"]
mod first_boot;
#[path = "labs/flavors.rs"]
mod flavors;
#[path = "labs/guest.rs"]
mod guest;
#[path = "labs/offline.rs"]
mod offline;
#[path = "labs/trials.rs"]
mod trials;

/// The child of these tests: see `lectern_test_kit::plans::child`.
#[test]
#[ignore = "run by the tests of this file"]
fn killed_child() {
    plans::child();
}

const IMAGES: &str = "/var/lib/libvirt/images";

/// A template `cent7` of 2 GiB on the course's network, which gives addresses.
fn template(libvirt: &mut PrivateLibvirt) {
    let script = format!(
        "v() {{ virsh -q -c '{}' \"$@\"; }}\nv dominfo cent7 >/dev/null 2>&1 && exit 0\n\
         qemu-img create -q -f qcow2 {IMAGES}/.cent7.img 2G\n\
         qemu-io -c 'write -P 7 0 4M' {IMAGES}/.cent7.img >/dev/null\n\
         touch -d @1700000000 {IMAGES}/.cent7.img\nv pool-refresh default\n\
         v net-define /dev/stdin <<'EOF'\n\
         <network><name>vbr</name><uuid>0d1f5a3c-6b0e-4c55-9a6e-3f1a2b4c5d6e</uuid><forward mode='nat'/>\
         <bridge name='vbr'/><mac address='52:54:00:11:22:33'/><ip address='192.168.1.254' netmask='255.255.255.0'>\
         <dhcp><range start='192.168.1.100' end='192.168.1.200'/></dhcp></ip></network>\nEOF\n\
         v net-start vbr\n\
         v define /dev/stdin <<'EOF'\n\
         <domain type='qemu'><name>cent7</name><uuid>4dea22b3-1d52-48f3-b90f-4a2d8eb0a1f3</uuid>\
         <memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices>\
         <controller type='usb' model='none'/><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>\
         <source file='{IMAGES}/.cent7.img'/><target dev='vda' bus='virtio'/></disk>\
         <interface type='network'><mac address='52:54:00:12:34:56'/><source network='vbr'/><model type='virtio'/>\
         </interface><serial type='pty'/></devices></domain>\nEOF\n",
        libvirt.uri(),
    );
    libvirt.script(&script);
}

fn look(libvirt: &PrivateLibvirt) -> LabSource {
    let witness = Witness::connect(libvirt.uri());
    let stock = answer(lab::look(&witness.host)).expect("a stock");
    answer(stock.source(witness.id("cent7"), None)).expect("a source")
}

fn draft(source: &LabSource, pattern: &str, count: &str) -> LabDraft {
    LabDraft {
        template: Some(source.template.id),
        name: "monday".into(),
        names: NameSource::Pattern { pattern: pattern.into(), count: count.into() },
        network: LabNetwork::One { network: "vbr".into(), addresses: Addresses::Fixed { first: String::new() } },
        overlay: Some(Bytes::from_gib(100)),
        pool: Some("default".into()),
        ..LabDraft::default()
    }
}

fn plan(source: &LabSource, draft: &LabDraft) -> Plan {
    lab::lab(source, draft).expect("a plan")
}

#[test]
fn the_machines_of_a_roster_are_named_addressed_and_told_who_they_are() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    template(&mut libvirt);
    let source = look(&libvirt);
    let student = |number: &str, name: &str| Student { number: number.into(), name: name.into() };
    let students = vec![student("2026001", "李雷"), student("2026002", "韩梅梅")];
    let names = NameSource::Roster { students, pattern: "cent7_node{N}".into() };
    let plan = plan(&source, &LabDraft { names, ..draft(&source, "", "") });
    let lines: Vec<String> = plan.commands().iter().map(ToString::to_string).collect();
    let create = format!("qemu-img create -q -f qcow2 -F qcow2 -b {IMAGES}/.cent7.img {IMAGES}/cent7_node1.qcow2 100G");
    assert!(lines.contains(&create), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("dumpxml") && line.contains("| sed -e") && line.contains("define")));
    let folder = tempfile::tempdir().expect("a folder");
    plans::must(&plan, folder.path());
    let xml = libvirt.virsh(&["dumpxml", "--inactive", "cent7_node2"]);
    for part in [
        "<title>韩梅梅</title>",
        "lectern:lab id=",
        "name=\"monday\"",
        "lectern:student number=\"2026002\"",
        "lectern:origin template=\"4dea22b3",
        "lectern:guest hostname=\"cent7-node2\"",
        "address=\"192.168.1.2/24\"",
        "<entry>lectern:hostname=cent7-node2</entry>",
        "<smbios mode='sysinfo'/>",
    ] {
        assert!(xml.contains(part), "{part} is not in {xml}");
    }
    assert!(!xml.contains("lectern:nic="), "DHCP gives the address: {xml}");
    let network = libvirt.virsh(&["net-dumpxml", "vbr"]);
    assert!(network.contains("name='cent7-node2' ip='192.168.1.2'"), "{network}");
    let info = libvirt.sh(&format!("qemu-img info {IMAGES}/cent7_node2.qcow2"));
    assert!(info.contains("virtual size: 100 GiB") && info.contains("backing file format: qcow2"), "{info}");
    // The next lab goes around what is there.
    let again = look(&libvirt);
    let Err(Refused::Problems(all)) = lab::lab(&again, &draft(&again, "x{1..2}", "")) else {
        panic!("its name is taken")
    };
    assert!(all.iter().any(|problem| matches!(problem, Problem::LabName(_))), "{all:?}");
    let next = LabDraft { name: "tuesday".into(), ..draft(&again, "cent7_node{N}", "1") };
    plans::must(&lab::lab(&again, &next).expect("a plan"), folder.path());
    assert!(libvirt.virsh(&["net-dumpxml", "vbr"]).contains("name='cent7-node3' ip='192.168.1.3'"));
}

#[test]
fn each_machine_may_have_a_network_and_all_of_it_goes_again() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    template(&mut libvirt);
    let (source, folder) = (look(&libvirt), tempfile::tempdir().expect("a folder"));
    let before = libvirt.photograph();
    let network = LabNetwork::Each { pattern: "192.168.{100..199}.0/24".into(), gateway: Gateway::Last };
    let plan =
        plan(&source, &LabDraft { network, start: Start::All, ..draft(&source, "a_rather_long_name{1..2}", "") });
    let made = plans::must(&plan, folder.path());
    let network = libvirt.virsh(&["net-dumpxml", "a_rather_long_name2"]);
    assert!(network.contains("<ip address='192.168.101.254'") && network.contains("ip='192.168.101.1'"), "{network}");
    assert!(libvirt.virsh(&["dumpxml", "a_rather_long_name2"]).contains("network='a_rather_long_name2'"));
    plans::must_undo(plan, made, folder.path());
    assert_eq!(libvirt.photograph(), before);
}

/// A lab `monday` of so many machines, as new: each plan that takes its disks or machines begins with it.
fn lab(libvirt: &mut PrivateLibvirt, count: u8) {
    let uri = libvirt.uri().to_owned();
    libvirt.script(&format!(
        "v() {{ virsh -q -c '{uri}' \"$@\"; }}\n\
         for m in node1 node2 node3; do v destroy $m; v undefine $m; done >/dev/null 2>&1 || true\n\
         rm -f {IMAGES}/node*.qcow2; v net-destroy vbr >/dev/null 2>&1 || true\n\
         v net-undefine vbr >/dev/null 2>&1 || true; v undefine cent7 >/dev/null 2>&1 || true\n\
         rm -f {IMAGES}/.cent7.img; v pool-refresh default"
    ));
    template(libvirt);
    let mut source = look(libvirt);
    source.facts.macs = (1..=count).map(|n| MacAddress::from_random([9, 9, n])).collect();
    let made = plan(&source, &draft(&source, "node{N}", &count.to_string()));
    plans::must(&made, tempfile::tempdir().expect("a folder").path());
    // What a plan makes up is the same in each libvirt.
    libvirt.script(&format!(
        "v() {{ virsh -q -c '{uri}' \"$@\"; }}\n\
         for n in $(seq {count}); do v dumpxml --inactive node$n | sed -e \"s|<uuid>.*|<uuid>4dea22b3-1d52-48f3-b90f-4a2d8eb0b00$n</uuid>|\" \\\n\
         -e 's|<lectern:lab id=\"[^\"]*\"|<lectern:lab id=\"4dea22b3-1d52-48f3-b90f-4a2d8eb0b000\"|' >/tmp/node$n.xml\n\
         v undefine node$n; v define /tmp/node$n.xml; done"
    ));
    libvirt.sh(&format!("qemu-io -c 'write -P 9 0 1M' {IMAGES}/node1.qcow2 >/dev/null"));
}

fn of_lab(libvirt: &PrivateLibvirt) -> (Witness, Lab) {
    let witness = Witness::connect(libvirt.uri());
    let mut labs = answer(lab::labs(&witness.host)).expect("the labs");
    assert_eq!(labs.len(), 1);
    (witness, labs.remove(0))
}

fn ids(lab: &Lab) -> Vec<DomainId> {
    lab.members.iter().map(|member| member.id).collect()
}

#[test]
fn a_lab_is_deleted_with_all_that_is_its() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    template(&mut libvirt);
    let before = libvirt.photograph();
    lab(&mut libvirt, 3);
    let folder = tempfile::tempdir().expect("a folder");
    libvirt.virsh(&["start", "node2"]);
    let (witness, found) = of_lab(&libvirt);
    assert_eq!(
        found.members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>(),
        ["node1", "node2", "node3"]
    );
    assert_eq!(found.members[1].address().map(|ip| ip.to_string()).as_deref(), Some("192.168.1.2"));
    plans::must(&answer(lab::delete(&witness.host, "monday", &ids(&found))).expect("a plan"), folder.path());
    assert_eq!(libvirt.photograph(), before);
}

#[test]
fn a_reset_keeps_who_a_machine_is_and_nothing_of_what_was_written() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    lab(&mut libvirt, 3);
    let folder = tempfile::tempdir().expect("a folder");
    let before = libvirt.virsh(&["dumpxml", "--inactive", "node1"]);
    let (witness, found) = of_lab(&libvirt);
    libvirt.virsh(&["start", "node3"]);
    let refused = answer(lab::reset(&witness.host, "monday", &ids(&found), false));
    assert_eq!(refused, Err(LabError::Running(vec!["node3".into()])));
    let first = &ids(&found)[..1];
    plans::must(&answer(lab::reset(&witness.host, "monday", first, true)).expect("a plan"), folder.path());
    let after = libvirt.virsh(&["dumpxml", "--inactive", "node1"]);
    assert_eq!(after, before.replace("node1.qcow2", "node1-2.qcow2"));
    let kept =
        libvirt.sh(&format!("ls {IMAGES}/node1.qcow2; qemu-img map {IMAGES}/node1-2.qcow2 | grep -c node1-2 || true"));
    assert!(kept.contains("node1.qcow2") && kept.trim_end().ends_with('0'), "{kept}");
    // Thirty starts are one plan; what is started stays so.
    let off = found.members[..2].iter().map(|member| (member.id, member.name.clone())).collect();
    plans::must(&lab::start(witness.host.uri(), "monday", off), folder.path());
    assert_eq!(libvirt.virsh(&["list", "--name"]).split_whitespace().count(), 3);
}

/// A lab of thirty that is stopped in its middle, one way or the other.
fn thirty(libvirt: &mut PrivateLibvirt) -> (String, Plan) {
    template(libvirt);
    let source = look(libvirt);
    (libvirt.photograph(), plan(&source, &draft(&source, "node{01..30}", "")))
}

#[test]
fn a_cancel_at_the_tenth_leaves_nothing() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let (before, plan) = thirty(&mut libvirt);
    let folder = tempfile::tempdir().expect("a folder");
    let job = plan::start(plan, folder.path());
    plans::until_part(&job, 10);
    job.cancel();
    let ended = plans::outcome(&job);
    let Outcome::Undone { why: Some(why), left } = ended else { panic!("{ended:?}") };
    assert_eq!((why.why, left.len()), (StepFailure::Cancelled, 0));
    assert_eq!(libvirt.photograph(), before);
}

#[test]
fn a_kill_at_the_tenth_is_undone_or_finished() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let (before, plan) = thirty(&mut libvirt);
    let folder = tempfile::tempdir().expect("a folder");
    for finish in [false, true] {
        plans::killed_within(&plan, folder.path(), 10);
        let left = journal::unfinished(folder.path()).expect("a folder").pop().expect("a journal");
        let ended = plans::outcome(&plan::resume(left, finish));
        if finish {
            assert_eq!(ended, Outcome::Done);
            assert_eq!(libvirt.virsh(&["list", "--all", "--name"]).split_whitespace().count(), 31);
        } else {
            assert_eq!(ended, Outcome::Undone { why: None, left: Vec::new() });
            assert_eq!(libvirt.photograph(), before);
        }
    }
}

#[test]
fn a_disk_that_is_full_at_the_twentieth_is_as_it_was() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    template(&mut libvirt);
    let folder = format!("{IMAGES}/small");
    libvirt.sh(&format!(
        "mkdir {folder} && mount -t tmpfs -o size=8M small {folder} && virsh -q pool-define-as small dir --target {folder} && virsh -q pool-start small"
    ));
    let source = look(&libvirt);
    let plan = plan(&source, &LabDraft { pool: Some("small".into()), ..draft(&source, "node{01..30}", "") });
    // Meanwhile somebody else fills it up to the twentieth.
    libvirt.sh(&format!("head -c 4300K /dev/zero >{folder}/other"));
    let before = libvirt.photograph();
    let journals = tempfile::tempdir().expect("a folder");
    let ended = plans::outcome(&plan::start(plan, journals.path()));
    let Outcome::Undone { why: Some(why), left } = ended else { panic!("{ended:?}") };
    assert!(matches!(why.why, StepFailure::NoSpace(_)), "{why:?}");
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(libvirt.photograph(), before);
    // What is known before is said before.
    let again = look(&libvirt);
    let full = LabDraft { pool: Some("small".into()), ..draft(&again, "node{01..30}", "") };
    assert!(matches!(lab::lab(&again, &full), Err(Refused::Problems(all)) if all.contains(&Problem::DiskFull)));
}

#[test]
fn what_is_somebody_elses_is_not_touched() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let (_, plan) = thirty(&mut libvirt);
    libvirt.sh(&format!("echo mine >{IMAGES}/node07.qcow2"));
    let before = libvirt.photograph();
    let folder = tempfile::tempdir().expect("a folder");
    let ended = plans::outcome(&plan::start(plan, folder.path()));
    let Outcome::Undone { why: Some(why), .. } = ended else { panic!("{ended:?}") };
    assert_eq!(why.why, StepFailure::FileTaken("node07.qcow2".into()));
    assert_eq!(libvirt.photograph(), before);
}

#[test]
fn a_template_that_runs_makes_nothing() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let (_, plan) = thirty(&mut libvirt);
    libvirt.virsh(&["start", "cent7"]);
    let folder = tempfile::tempdir().expect("a folder");
    let ended = plans::outcome(&plan::start(plan, folder.path()));
    assert!(
        matches!(&ended, Outcome::Undone { why: Some(why), .. } if why.why == StepFailure::Running("cent7".into()))
    );
    let running = look(&libvirt);
    assert_eq!(lab::lab(&running, &draft(&running, "n{1..2}", "")), Err(Refused::Running));
    libvirt.virsh(&["destroy", "cent7"]);
}
