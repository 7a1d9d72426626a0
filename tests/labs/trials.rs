//! Each plan of labs: failures and kills at each step, and its shell lines in a second libvirt.

use std::fs;

use lectern_model::{
    draft::lab::{Addresses, LabDraft, LabNetwork},
    mac::MacAddress,
};
use lectern_services::plan::{Purpose, make::lab};
use lectern_test_kit::{libvirt::PrivateLibvirt, plans::Trial, witness::answer};

use super::{IMAGES, draft, ids, lab as with_lab, look, of_lab, plan, template};

fn two() -> Option<(PrivateLibvirt, PrivateLibvirt)> {
    Some((PrivateLibvirt::with(&["--pool"])?, PrivateLibvirt::with(&["--pool"])?))
}

#[test]
fn a_lab_is_whole_or_nothing_and_its_script_makes_the_same() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let mut source = look(libvirt);
        // Those that are kept in the network are to be the same each time.
        source.facts.macs = (1..=3).map(|n| MacAddress::from_random([9, 9, n])).collect();
        plan(&source, &draft(&source, "cent7_node{N}", "3"))
    };
    Trial { libvirt: &mut first, set_up: &template, make: &make }.run(&mut second);
}

#[test]
fn a_reset_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let (witness, found) = of_lab(libvirt);
        answer(lab::reset(&witness.host, "monday", &ids(&found), false)).expect("a plan")
    };
    Trial { libvirt: &mut first, set_up: &|libvirt| with_lab(libvirt, 2), make: &make }.run(&mut second);
}

/// A lab of one machine: made the first time, and after that only what a plan has taken away.
fn small(libvirt: &mut PrivateLibvirt) {
    let kept = libvirt.folder().join("node1.xml");
    if !kept.exists() {
        with_lab(libvirt, 1);
        return fs::write(kept, libvirt.virsh(&["dumpxml", "--inactive", "node1"])).expect("a file");
    }
    let (uri, kept, images) = (libvirt.uri().to_owned(), kept.display(), IMAGES);
    let host = format!("<host mac=\"{}\" name=\"node1\" ip=\"192.168.1.1\"/>", MacAddress::from_random([9, 9, 1]));
    libvirt.script(&format!(
        "v() {{ virsh -q -c '{uri}' \"$@\"; }}\ncd {images}\n\
         test -e node1.qcow2 || {{ qemu-img create -q -f qcow2 -F qcow2 -b {images}/.cent7.img node1.qcow2 100G\n\
         qemu-io -c 'write -q -P 9 0 1M' node1.qcow2; v pool-refresh default; }}\n\
         v dominfo node1 >/dev/null 2>&1 || v define {kept}\n\
         v net-dumpxml vbr | grep -q 192.168.1.1\\' || v net-update vbr add ip-dhcp-host '{host}' --live --config\n"
    ));
}

#[test]
fn a_lab_is_started_as_its_lines_do_it() {
    let Some((mut first, mut second)) = two() else { return };
    let start = |libvirt: &PrivateLibvirt| {
        let (witness, found) = of_lab(libvirt);
        let machines = found.members.iter().map(|member| (member.id, member.name.clone())).collect();
        lab::start(witness.host.uri(), "monday", machines)
    };
    Trial { libvirt: &mut first, set_up: &small, make: &start }.run(&mut second);
}

#[test]
fn a_lab_is_deleted_as_its_lines_do_it() {
    let Some((mut first, mut second)) = two() else { return };
    let delete = |libvirt: &PrivateLibvirt| {
        let (witness, found) = of_lab(libvirt);
        answer(lab::delete(&witness.host, "monday", &ids(&found))).expect("a plan")
    };
    Trial { libvirt: &mut first, set_up: &small, make: &delete }.run(&mut second);
}

#[test]
fn a_lab_grows_by_whole_machines_and_as_its_lines_do_it() {
    let Some((mut first, mut second)) = two() else { return };
    let grow = |libvirt: &PrivateLibvirt| {
        let (witness, found) = of_lab(libvirt);
        let stock = answer(lab::look(&witness.host)).expect("a stock");
        let mut source = answer(stock.source(witness.id("cent7"), Some(found.mark.clone()))).expect("a source");
        source.facts.macs = vec![MacAddress::from_random([9, 9, 9])];
        // Kept addresses are the new lab's trial: each is half a second of libvirt's.
        let network = LabNetwork::One { network: "vbr".into(), addresses: Addresses::Any };
        let plan = plan(&source, &LabDraft { network, ..draft(&source, "node{N}", "1") });
        assert!(matches!(plan.purpose(), Purpose::GrowLab { count: 1, .. }), "{:?}", plan.purpose());
        plan
    };
    Trial { libvirt: &mut first, set_up: &small, make: &grow }.run(&mut second);
}
