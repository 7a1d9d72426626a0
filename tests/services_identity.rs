//! Machines' XML that comes back to a real libvirt: as the machine it was, and as another.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use std::time::Duration;

use lectern_model::{
    id::DomainId,
    identity::{Identity, Reason, identify},
    mac::MacAddress,
    xml::Document,
};
use lectern_test_kit::libvirt::PrivateLibvirt;

/// What starting QEMU may take.
const QEMU: Duration = Duration::from_secs(30);
const NEW_UUID: &str = "6695eb01-f6a4-4304-b9aa-97f2502e193f";

/// A machine with all that live XML adds to: two disks in a chain, network, channels, screen, UEFI, vsock.
const XML: &str = "<domain type='qemu'><name>handed-out</name><genid/><memory unit='MiB'>64</memory>\
    <os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>\
    <devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>\
    <source file='/var/lib/libvirt/images/top'/><target dev='vda' bus='virtio'/></disk>\
    <interface type='network'><source network='default'/><model type='virtio'/></interface>\
    <serial type='pty'/><console type='pty'/>\
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>\
    <graphics type='vnc' autoport='yes' listen='127.0.0.1'/><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>\
    </devices></domain>";

fn document(xml: &str) -> Document {
    Document::parse(xml).expect("libvirt's XML")
}

fn without_cpu(domain: &Document) -> Document {
    let cpu = domain.root().child("cpu").expect("libvirt gives each machine a CPU");
    domain.edit().remove(cpu).and_then(|edit| edit.finish()).expect("the rest")
}

#[test]
fn live_xml_defines_the_machine_that_it_was_taken_of_and_another() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--network"]) else { return };
    libvirt.sh(
        "mkdir -p /var/lib/libvirt/images && cd /var/lib/libvirt/images && qemu-img create -q -f qcow2 base 1G && \
         qemu-img create -q -f qcow2 -F qcow2 -b base top && chmod 666 base top",
    );
    libvirt.define("handed-out", XML);
    let inactive = document(&libvirt.virsh(&["dumpxml", "--inactive", "handed-out"]));
    libvirt.virsh(&["start", "handed-out"]);
    libvirt.wait_state("handed-out", "running", QEMU);
    let live = document(&libvirt.virsh(&["dumpxml", "handed-out"]));
    libvirt.virsh(&["destroy", "handed-out"]);
    libvirt.virsh(&["undefine", "--keep-nvram", "handed-out"]);

    let same = identify(&live, &Identity::default()).expect("the same");
    assert!(same.differences.iter().all(|d| d.reason == Reason::Runtime) && same.differences.len() > 8);
    libvirt.define("same", same.document.as_str());
    let again = document(&libvirt.virsh(&["dumpxml", "--inactive", "handed-out"]));
    // Of its CPU, live XML says what the guest got, not what was asked for.
    let (inactive, again) = (without_cpu(&inactive), without_cpu(&again));
    assert!(again.same_as(&inactive), "before:\n{inactive}\nafter:\n{again}");

    let identity = Identity {
        name: Some("mine".into()),
        uuid: DomainId::parse(NEW_UUID),
        macs: Some(vec![MacAddress::from_random([1, 2, 3])]),
    };
    let other = identify(&live, &identity).expect("another");
    libvirt.define("other", other.document.as_str());
    let defined = document(&libvirt.virsh(&["dumpxml", "--inactive", "mine"]));
    let text = |document: &Document, name: &str| document.root().child(name).map(|node| node.text().into_owned());
    assert_eq!(text(&defined, "uuid").as_deref(), Some(NEW_UUID));
    assert_ne!(text(&defined, "genid"), text(&inactive, "genid"));
    assert!(defined.to_string().contains("/mine_VARS"), "{defined}");
    libvirt.virsh(&["start", "mine"]);
    libvirt.wait_state("mine", "running", QEMU);
}
