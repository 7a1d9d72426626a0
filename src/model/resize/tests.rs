//! Flavors put on machines.

use super::*;

const DOMAIN: &str = "<domain type='qemu'>\n  <name>n</name>\n  <memory unit='KiB'>1024</memory>\n  \
<currentMemory unit='KiB'>512</currentMemory>\n  <vcpu placement='static' current='1'>2</vcpu>\n  <cpu mode='host-model'>\n    \
<topology sockets='2' cores='1' threads='1'/>\n  </cpu>\n  <devices>\n    <disk type='file' device='cdrom'>\n      \
<target dev='sda' bus='sata'/>\n    </disk>\n    <disk type='file' device='disk'>\n      <source file='/i/n.qcow2'/>\n      \
<target dev='vda' bus='virtio'/>\n    </disk>\n    <controller type='usb'/>\n  </devices>\n</domain>\n";

fn flavor() -> Flavor {
    Flavor { ephemeral: 1, swap: 64, ..Flavor::new("9", "big", 4, 2048, 10) }
}

fn added(serial: &'static str) -> AddedDisk {
    AddedDisk { path: format!("/i/n-{serial}.img"), format: ImageFormat::Raw, serial }
}

#[test]
fn cpus_memory_and_disks_become_the_flavors() {
    let old = Document::parse(DOMAIN).unwrap();
    let new = resize(&old, &flavor(), &[added(EPHEMERAL), added(SWAP)]).unwrap();
    let text = new.as_str();
    assert!(text.contains("<memory unit='KiB'>2097152</memory>"), "{text}");
    assert!(text.contains("<currentMemory unit='KiB'>2097152</currentMemory>"), "{text}");
    assert!(text.contains("<vcpu placement='static'>4</vcpu>") && !text.contains("topology"), "{text}");
    assert!(text.contains("dev='vdb'") && text.contains("dev='vdc'"), "{text}");
    assert_eq!(metadata::read(&new).machine().flavor.as_deref(), Some("big"));
    let found = disks(&new);
    assert_eq!(found.root.unwrap().path.as_deref(), Some("/i/n.qcow2"));
    assert_eq!(found.ephemeral.unwrap().target, "vdb");
    assert_eq!(found.swap.unwrap().path.as_deref(), Some("/i/n-lectern-swap.img"));
    // A second time nothing differs.
    assert_eq!(resize(&new, &flavor(), &[]).unwrap().as_str(), text);
}

#[test]
fn what_is_locked_or_set_by_hand_is_left() {
    let sealed = DOMAIN.replace(
        "<memory",
        "<metadata><l:machine xmlns:l='urn:lectern:machine:1' version='1'><l:template version='1'/></l:machine></metadata><memory",
    );
    let refused = |xml: &str| resize(&Document::parse(xml).unwrap(), &flavor(), &[]).unwrap_err();
    assert_eq!(refused(&sealed), ResizeError::Sealed);
    assert_eq!(refused(&DOMAIN.replace("<topology", "<numa/><topology")), ResizeError::Numa);
    assert_eq!(grown(Bytes(2), Some(Bytes(1))), None);
    assert_eq!(grown(Bytes(2), Some(Bytes(3))), Some(Bytes(3)));
    assert_eq!(grown(Bytes(2), None), None);
}
