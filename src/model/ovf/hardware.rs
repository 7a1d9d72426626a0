//! The hardware of an appliance: numbers of CPUs and cards, memory, and which disk is where.

use super::{Appliance, attribute, factor, text};
use crate::{defaults::NetworkModel, units::Bytes, xml::Node};

/// `CIM_ResourceAllocationSettingData.ResourceType`.
const PROCESSOR: &str = "3";
const MEMORY: &str = "4";
const SCSI: &str = "6";
const ETHERNET: &str = "10";
const DISK: &str = "17";

/// Reads it into `appliance`, and gives the identifiers of the disks in the order of their places.
pub(super) fn read(system: Node<'_>, appliance: &mut Appliance) -> Vec<String> {
    let Some(section) = system.children().find(|node| node.name() == "VirtualHardwareSection") else {
        return Vec::new();
    };
    let mut disks: Vec<(String, u32, String)> = Vec::new();
    for item in section.children().filter(|node| matches!(node.name(), "Item" | "StorageItem" | "EthernetPortItem")) {
        match text(item, "ResourceType").as_deref() {
            Some(PROCESSOR) => appliance.vcpus = number(item),
            Some(MEMORY) => appliance.memory = memory(item),
            Some(SCSI) => appliance.paravirtual |= subtype(item).is_some_and(|kind| kind.contains("virtio")),
            Some(ETHERNET) => appliance.cards.push(card(item)),
            Some(DISK) => disks.extend(place(item)),
            _ => {}
        }
    }
    appliance.uefi = section.descendants().any(is_uefi);
    disks.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    disks.into_iter().map(|(_, _, disk)| disk).collect()
}

fn number(item: Node<'_>) -> Option<u32> {
    text(item, "VirtualQuantity")?.parse().ok().filter(|number| *number > 0)
}

/// Without a unit it is MiB: that is what programs wrote that left it out.
fn memory(item: Node<'_>) -> Option<crate::units::KiB> {
    let unit = text(item, "AllocationUnits").map_or(1 << 20, |unit| factor(&unit));
    let bytes = u64::from(number(item)?).checked_mul(unit)?;
    Some(Bytes(bytes).kib()).filter(|memory| memory.0 > 0)
}

fn subtype(item: Node<'_>) -> Option<String> {
    text(item, "ResourceSubType").map(|kind| kind.to_ascii_lowercase())
}

/// The nearest that QEMU has; VMXNET3 has drivers in Linux alone, as virtio has.
fn card(item: Node<'_>) -> Option<NetworkModel> {
    match subtype(item)?.as_str() {
        "e1000e" => Some(NetworkModel::E1000e),
        "e1000" | "82540em" | "82543gc" | "82545em" => Some(NetworkModel::E1000),
        "virtio" | "vmxnet3" => Some(NetworkModel::Virtio),
        _ => None,
    }
}

/// Controller, place on it, and the disk: `ovf:/disk/vmdisk1`, or `/disk/vmdisk1` in old descriptions.
fn place(item: Node<'_>) -> Option<(String, u32, String)> {
    let resource = text(item, "HostResource")?;
    let disk = resource.rsplit_once("/disk/")?.1.to_owned();
    let parent = text(item, "Parent").unwrap_or_default();
    let at = text(item, "AddressOnParent").and_then(|at| at.parse().ok()).unwrap_or_default();
    Some((parent, at, disk))
}

/// `VMware`'s `<vmw:Config vmw:key="firmware" vmw:value="efi"/>`, and `VirtualBox`'s `<Firmware type="EFI"/>`.
fn is_uefi(node: Node<'_>) -> bool {
    let is = |name, value: &str| attribute(node, name).is_some_and(|found| found.eq_ignore_ascii_case(value));
    match node.name() {
        "Config" => is("key", "firmware") && is("value", "efi"),
        "Firmware" => is("type", "EFI"),
        _ => false,
    }
}
