//! The devices for which it matters whether a system has a driver.

use serde::{Deserialize, Serialize};

/// A device of the osinfo database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GuestDevice {
    /// A paravirtual network card of before virtio 1.0.
    VirtioNet09,
    /// A paravirtual network card of virtio 1.0, which stands for all of virtio 1.0.
    VirtioNet10,
    /// A paravirtual disk.
    VirtioBlock,
    /// A paravirtual SCSI controller.
    VirtioScsi,
    /// Paravirtual channels and consoles.
    VirtioSerial,
    /// A paravirtual source of random numbers.
    VirtioRng,
    /// The balloon, by which a guest gives memory back.
    VirtioBalloon,
    /// A paravirtual video card.
    VirtioGpu,
    /// Paravirtual keyboard and tablet.
    VirtioInput,
    /// Shared folders.
    VirtioFs,
    /// The chipset Q35, with PCI Express.
    Q35,
    /// USB 3 (QEMU's own controller or NEC's).
    Xhci,
    /// The USB tablet.
    UsbTablet,
    /// Intel's 82574L.
    E1000e,
    /// Intel's 82540EM.
    E1000,
    /// Realtek's 8139.
    Rtl8139,
    /// QXL, Spice's video card.
    Qxl,
}

/// osinfo's identifiers (libosinfo: `/usr/share/osinfo/device`, each file with its name).
const IDS: [(&str, GuestDevice); 23] = [
    ("http://pcisig.com/pci/1af4/1000", GuestDevice::VirtioNet09),
    ("http://pcisig.com/pci/1af4/1041", GuestDevice::VirtioNet10),
    ("http://pcisig.com/pci/1af4/1001", GuestDevice::VirtioBlock),
    ("http://pcisig.com/pci/1af4/1042", GuestDevice::VirtioBlock),
    ("http://pcisig.com/pci/1af4/1004", GuestDevice::VirtioScsi),
    ("http://pcisig.com/pci/1af4/1048", GuestDevice::VirtioScsi),
    ("http://pcisig.com/pci/1af4/1003", GuestDevice::VirtioSerial),
    ("http://pcisig.com/pci/1af4/1043", GuestDevice::VirtioSerial),
    ("http://pcisig.com/pci/1af4/1005", GuestDevice::VirtioRng),
    ("http://pcisig.com/pci/1af4/1044", GuestDevice::VirtioRng),
    ("http://pcisig.com/pci/1af4/1002", GuestDevice::VirtioBalloon),
    ("http://pcisig.com/pci/1af4/1045", GuestDevice::VirtioBalloon),
    ("http://pcisig.com/pci/1af4/1050", GuestDevice::VirtioGpu),
    ("http://pcisig.com/pci/1af4/1052", GuestDevice::VirtioInput),
    ("http://pcisig.com/pci/1af4/105a", GuestDevice::VirtioFs),
    ("http://qemu.org/chipset/x86/q35", GuestDevice::Q35),
    ("http://pcisig.com/pci/1b36/0004", GuestDevice::Xhci),
    ("http://pcisig.com/pci/1033/0194", GuestDevice::Xhci),
    ("http://usb.org/usb/80ee/0021", GuestDevice::UsbTablet),
    ("http://pcisig.com/pci/8086/10d3", GuestDevice::E1000e),
    ("http://pcisig.com/pci/8086/100e", GuestDevice::E1000),
    ("http://pcisig.com/pci/10ec/8139", GuestDevice::Rtl8139),
    ("http://pcisig.com/pci/1b36/0100", GuestDevice::Qxl),
];

impl GuestDevice {
    /// From osinfo's identifier; `None` for devices that change nothing here.
    #[must_use]
    pub fn from_osinfo(id: &str) -> Option<Self> {
        IDS.into_iter().find(|(known, _)| *known == id).map(|(_, device)| device)
    }

    /// Whether a system without a driver is no worse for the device, so that the unknown one may have it. Disks,
    /// network and screen are not such.
    #[must_use]
    pub const fn disturbs_nobody(self) -> bool {
        matches!(
            self,
            Self::Q35 | Self::Xhci | Self::UsbTablet | Self::VirtioSerial | Self::VirtioRng | Self::VirtioBalloon
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_generations_of_a_device_are_one() {
        let of = |id: &str| GuestDevice::from_osinfo(id);
        assert_eq!(of("http://pcisig.com/pci/1af4/1001"), of("http://pcisig.com/pci/1af4/1042"));
        assert_ne!(of("http://pcisig.com/pci/1af4/1000"), of("http://pcisig.com/pci/1af4/1041"));
        assert_eq!(of("http://pcisig.com/pci/ffff/0000"), None);
    }
}
