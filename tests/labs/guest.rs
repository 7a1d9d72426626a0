//! Labs of the tiny guest: each machine knows its name and answers at its address, and a reset takes what was written.

use lectern_model::{
    domain::{DomainAction, DomainState},
    draft::lab::{Addresses, GuestWish, LabDraft, LabNetwork, WayChoice},
    id::DomainId,
};
use lectern_services::plan::{
    Plan,
    make::{lab, template, versions},
};
use lectern_test_kit::{
    guest::Machine,
    libvirt::PrivateLibvirt,
    plans, wait,
    witness::{Terminal, Witness, answer},
};

use super::{IMAGES, LabSource, draft, ids, of_lab, plan};

/// The tiny guest, which knows its name from its firmware only, locked as a template; and a network without DHCP.
fn tiny(libvirt: &mut PrivateLibvirt) -> Witness {
    libvirt.define_guest(Machine { name: "tiny", network: true });
    libvirt.script(&format!(
        "v() {{ virsh -q -c '{}' \"$@\"; }}\nv pool-refresh default\n\
         v dumpxml --inactive tiny | sed /nocloud/d | v define /dev/stdin\n\
         v net-create /dev/stdin <<'EOF'\n\
         <network><name>still</name><ip address='192.168.7.254' netmask='255.255.255.0'/></network>\nEOF\n",
        libvirt.uri()
    ));
    let witness = Witness::connect(libvirt.uri());
    let plan = answer(template::lock(&witness.host, witness.id("tiny"))).expect("a plan");
    plans::must(&plan, tempfile::tempdir().expect("a folder").path());
    witness
}

/// The source has the folder with what the plan brings to the guests.
fn tiny_lab(witness: &Witness, name: &str, network: &str, pattern: &str) -> (Plan, LabSource) {
    let stock = answer(lab::look(&witness.host)).expect("a stock");
    let source = answer(stock.source(witness.id("tiny"), None)).expect("a source");
    let network = LabNetwork::One { network: network.into(), addresses: Addresses::Fixed { first: String::new() } };
    let guest = GuestWish { way: WayChoice::Service, hosts: true, ..GuestWish::default() };
    let draft = LabDraft { name: name.into(), network, overlay: None, guest, ..draft(&source, pattern, "") };
    (plan(&source, &draft), source)
}

/// Boots a machine, and sees that it knows its name and answers at its address.
fn boots(libvirt: &mut PrivateLibvirt, witness: &Witness, name: &str, host_name: &str, address: &str) -> Terminal {
    let ping = format!("busybox ping -c1 -W2 {address} >/dev/null && echo yes || true");
    wait::holds("an answer at its address", wait::BOOT, || libvirt.sh(&ping).contains("yes"));
    // Starts are staggered: its prompt may have come before anybody was there to see it.
    let mut console = witness.console(name, false).expect("its console opens");
    console.send("\r");
    console.expect(&format!("{host_name} login:"), wait::BOOT);
    console
}

#[test]
fn a_lab_of_thirty_lives_from_its_template_to_its_end() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool", "--network"]) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let witness = tiny(&mut libvirt);
    let before = libvirt.photograph();
    let (made, source) = tiny_lab(&witness, "monday", "still", "tiny_node{01..30}");
    plans::must(&made, folder.path());
    drop(source);
    assert!(libvirt.virsh(&["dumpxml", "tiny_node01"]).contains("lectern:nic="), "nobody else gives an address");
    let mut witness = Witness::connect(libvirt.uri());
    let (_, found) = of_lab(&libvirt);
    let three: Vec<_> = found.members[..3].iter().map(|member| (member.id, member.name.clone())).collect();
    let addresses: Vec<String> = found.members[..3]
        .iter()
        .filter_map(lectern_services::plan::make::lab::LabMember::address)
        .map(|ip| ip.to_string())
        .collect();
    plans::must(&lab::start(witness.host.uri(), "monday", three.clone()), folder.path());
    let mut consoles = Vec::new();
    for ((_, name), address) in three.iter().zip(&addresses) {
        consoles.push(boots(&mut libvirt, &witness, name, &name.replace('_', "-"), address));
    }
    let mut first = consoles.remove(0);
    first.send("root\r");
    first.expect("]# ", wait::SOON);
    first.send("grep -c tiny-node /etc/hosts\r");
    first.expect("\n30", wait::SOON);
    first.send("echo mine >/root/mine; sync; ls /root\r");
    first.expect("\nmine", wait::SOON);
    drop((first, consoles));
    let identity = libvirt.virsh(&["dumpxml", "--inactive", "tiny_node01"]);
    for (_, name) in &three {
        witness.act(name, DomainAction::ForceOff).expect("it can");
        witness.sees(name, DomainState::ShutOff, wait::SOON);
    }
    let reset = answer(lab::reset(&witness.host, "monday", &[three[0].0], false)).expect("a plan");
    plans::must(&reset, folder.path());
    let after = libvirt.virsh(&["dumpxml", "--inactive", "tiny_node01"]);
    assert_eq!(after, identity.replace("tiny_node01.qcow2", "tiny_node01-2.qcow2"));
    plans::must(&lab::start(witness.host.uri(), "monday", three[..1].to_vec()), folder.path());
    let mut fresh = boots(&mut libvirt, &witness, "tiny_node01", "tiny-node01", &addresses[0]);
    fresh.send("root\r");
    fresh.expect("]# ", wait::SOON);
    fresh.send("ls /root/mine\r");
    fresh.expect("No such file", wait::SOON);
    drop(fresh);
    witness.act("tiny_node01", DomainAction::ForceOff).expect("it can");
    witness.sees("tiny_node01", DomainState::ShutOff, wait::SOON);
    let next = second_version(&witness, folder.path());
    let moved = answer(versions::move_to(&witness.host, &ids(&found), next, false)).expect("a plan");
    plans::must(&moved, folder.path());
    let disk = libvirt.sh(&format!("qemu-img info {IMAGES}/tiny_node01.qcow2 | grep 'backing file:'"));
    assert!(disk.contains("tiny-v2"), "{disk}");
    plans::must(&lab::start(witness.host.uri(), "monday", three[..1].to_vec()), folder.path());
    drop(boots(&mut libvirt, &witness, "tiny_node01", "tiny-node01", &addresses[0]));
    plans::must(&answer(lab::delete(&witness.host, "monday", &ids(&found))).expect("a plan"), folder.path());
    libvirt.virsh(&["undefine", "tiny-v2"]);
    libvirt.sh(&format!("rm {IMAGES}/tiny-v2*; virsh -q -c '{}' pool-refresh default", libvirt.uri().to_owned()));
    assert_eq!(libvirt.photograph(), before);
}

/// Makes and locks the second version of the template.
fn second_version(witness: &Witness, journals: &std::path::Path) -> DomainId {
    let wish = versions::Wish { name: String::new(), linked: true };
    let copy = answer(versions::new_version(&witness.host, witness.id("tiny"), &wish)).expect("a plan");
    plans::must(&copy, journals);
    let id = copy.made_machine().expect("a machine");
    plans::must(&answer(template::lock(&witness.host, id)).expect("a plan"), journals);
    id
}
