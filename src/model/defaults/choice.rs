//! Which hardware is right: the system's drivers against what the host has.

use super::spec::{CpuChoice, DiskBus, FirmwareChoice, MachineSpec, NetworkModel};
use super::{HostCapabilities, Shortfall};
use crate::{
    capabilities::{Capabilities, VirtType},
    guest_os::{Family, GuestDevice, GuestOs},
};

/// The machine type to ask the host's capabilities for: `q35`, where the host has it and the system knows it, `virt` on
/// ARM and RISC-V, else the host's default. `None` where the host tells no machine types.
///
/// A system that has drivers for network cards of before virtio 1.0 only gets no Q35, as behind PCI Express they would
/// be of 1.0 (virt-manager: `supports_chipset_q35`).
#[must_use]
pub fn machine_type<'c>(os: &GuestOs, host: &'c Capabilities, arch: &str, virt_type: VirtType) -> Option<&'c str> {
    let machines = host.guest(arch)?.machines(virt_type);
    let named = |name: &str| machines.iter().find(|machine| machine.name == name);
    let old_virtio = os.has(GuestDevice::VirtioNet09) && !os.has(GuestDevice::VirtioNet10);
    let wants_q35 = is_x86(arch) && os.takes(GuestDevice::Q35) && !old_virtio;
    let best = if wants_q35 { named("q35") } else { None };
    let fallback = if is_x86(arch) { named("pc") } else { named("virt") };
    best.or(fallback).or_else(|| machines.first()).map(|machine| machine.name.as_str())
}

/// The choices for one machine on one host, and what could not be had.
pub(super) struct Chosen<'s> {
    pub(super) spec: &'s MachineSpec,
    pub(super) host: &'s HostCapabilities,
    pub(super) firmware: Firmware,
    pub(super) cpu: CpuChoice,
    pub(super) shortfalls: Vec<Shortfall>,
}

/// The firmware to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Firmware {
    /// Whatever the machine type has: BIOS on a PC.
    Own,
    /// UEFI; whether with Secure Boot, where that is a question.
    Uefi(Option<bool>),
}

impl<'s> Chosen<'s> {
    pub(super) fn new(spec: &'s MachineSpec, host: &'s HostCapabilities) -> Self {
        let mut shortfalls = Vec::new();
        let firmware = firmware(spec, host, &mut shortfalls);
        let cpu = cpu(spec, host, &mut shortfalls);
        Self { spec, host, firmware, cpu, shortfalls }
    }

    pub(super) fn is_x86(&self) -> bool {
        is_x86(&self.host.domain.arch)
    }

    /// Whether the machine has PCI Express.
    pub(super) fn is_pcie(&self) -> bool {
        let machine = self.host.domain.machine.as_deref().unwrap_or_default();
        machine == "q35" || machine.starts_with("pc-q35-") || machine == "virt" || machine.starts_with("virt-")
    }

    /// Whether QEMU is at least that new, as far as the machine type tells.
    pub(super) fn is_at_least(&self, version: (u32, u32)) -> bool {
        self.host.domain.machine_version().is_none_or(|told| told >= version)
    }

    /// The buses for a hard disk, the best first.
    pub(super) fn disk_buses(&self) -> impl Iterator<Item = DiskBus> {
        let has_driver = self.spec.os.has(GuestDevice::VirtioBlock) || !self.is_x86();
        has_driver.then_some(DiskBus::Virtio).into_iter().chain(self.ata())
    }

    /// The buses for a CD drive, the best first.
    pub(super) fn cdrom_buses(&self) -> impl Iterator<Item = DiskBus> {
        self.ata()
    }

    /// ATA as the machine type has it, then what else any system may know.
    fn ata(&self) -> impl Iterator<Item = DiskBus> {
        let (first, second) =
            if self.is_pcie() { (DiskBus::Sata, DiskBus::Ide) } else { (DiskBus::Ide, DiskBus::Sata) };
        let all = [first, second, DiskBus::Usb, DiskBus::Scsi, DiskBus::Virtio];
        all.into_iter().filter(|bus| self.is_x86() || !matches!(bus, DiskBus::Sata | DiskBus::Ide))
    }

    /// The network card: the paravirtual one where the system has a driver, else one that it has a driver for, else
    /// the one that most systems have.
    pub(super) fn network_model(&self) -> NetworkModel {
        let os = &self.spec.os;
        if os.has(GuestDevice::VirtioNet10) || os.has(GuestDevice::VirtioNet09) || !self.is_x86() {
            return NetworkModel::Virtio;
        }
        let usual = if self.is_pcie() { NetworkModel::E1000e } else { NetworkModel::E1000 };
        let known = [
            (GuestDevice::E1000e, NetworkModel::E1000e),
            (GuestDevice::E1000, NetworkModel::E1000),
            (GuestDevice::Rtl8139, NetworkModel::Rtl8139),
        ];
        let fits = |model: NetworkModel| model != NetworkModel::E1000e || self.is_pcie();
        known.into_iter().find(|(d, m)| os.has(*d) && fits(*m)).map_or(usual, |(_, model)| model)
    }

    /// The kind of screen that the host can serve: VNC, which all parts of Lectern can show.
    pub(super) fn graphics(&self) -> Option<&'static str> {
        self.host.domain.graphics.first_of(&["vnc", "spice"]).filter(|_| self.spec.screen)
    }

    /// The video card: the paravirtual one where the system has a driver, else one that needs none.
    pub(super) fn video(&self) -> Option<&'static str> {
        let has_driver = self.spec.os.has(GuestDevice::VirtioGpu) || !self.is_x86();
        let plain = ["vga", "bochs", "cirrus", "virtio"];
        let video = &self.host.domain.video;
        video.first_of(&["virtio"]).filter(|_| has_driver).or_else(|| video.first_of(&plain))
    }

    /// The emulated TPM's model, for a machine with UEFI, which is one for systems that may want a TPM too.
    pub(super) fn tpm(&self) -> Option<&'static str> {
        let possible = matches!(self.firmware, Firmware::Uefi(_)) && self.host.domain.tpm_backends.has("emulator");
        self.host.domain.tpm_models.first_of(&["tpm-crb", "tpm-tis"]).filter(|_| possible)
    }

    pub(super) fn is_windows(&self) -> bool {
        self.spec.os.family == Family::Windows
    }
}

fn is_x86(arch: &str) -> bool {
    matches!(arch, "x86_64" | "i686")
}

/// Architectures whose firmware for machines is UEFI.
fn is_uefi_only(arch: &str) -> bool {
    matches!(arch, "aarch64" | "riscv64" | "loongarch64")
}

fn firmware(spec: &MachineSpec, host: &HostCapabilities, shortfalls: &mut Vec<Shortfall>) -> Firmware {
    let arch = &host.domain.arch;
    let needed = spec.os.requires_uefi(arch);
    // A kernel that is given needs no firmware to find it.
    let usual = is_uefi_only(arch) && spec.kernel.is_none();
    let secure = match spec.firmware {
        FirmwareChoice::Automatic if needed => Some(spec.os.family == Family::Windows),
        FirmwareChoice::Automatic if usual => None,
        FirmwareChoice::Automatic | FirmwareChoice::Bios => return Firmware::Own,
        FirmwareChoice::Uefi => Some(false),
        FirmwareChoice::UefiSecureBoot => Some(true),
    };
    if !host.domain.firmware.has("efi") {
        shortfalls.push(Shortfall::Uefi);
        return Firmware::Own;
    }
    if secure == Some(true) && !host.domain.secure_loader.has("yes") {
        shortfalls.push(Shortfall::SecureBoot);
        return Firmware::Uefi(None);
    }
    Firmware::Uefi(secure.filter(|_| is_x86(arch)))
}

/// The CPU, or the next best that the host does not deny.
fn cpu(spec: &MachineSpec, host: &HostCapabilities, shortfalls: &mut Vec<Shortfall>) -> CpuChoice {
    if spec.virt_type == VirtType::Test {
        return CpuChoice::Unset;
    }
    let cpu = &host.domain.cpu;
    let has_model = cpu.host_model.as_ref().is_none_or(|model| model.supported);
    let possible = match &spec.cpu {
        CpuChoice::HostPassthrough => cpu.host_passthrough != Some(false),
        CpuChoice::HostModel => has_model,
        CpuChoice::Maximum => cpu.maximum == Some(true),
        CpuChoice::Named(name) => {
            let told = cpu.models.iter().find(|model| model.name == *name);
            told.map_or(cpu.models.is_empty(), |model| model.usable != Some(false))
        }
        CpuChoice::Unset => true,
    };
    if possible {
        return spec.cpu.clone();
    }
    // The maximum is a wish, not a promise: what lacks it is an old libvirt.
    if spec.cpu != CpuChoice::Maximum {
        shortfalls.push(Shortfall::Cpu(spec.cpu.clone()));
    }
    match spec.virt_type {
        VirtType::Kvm if has_model => CpuChoice::HostModel,
        VirtType::Qemu if cpu.maximum == Some(true) => CpuChoice::Maximum,
        _ => CpuChoice::Unset,
    }
}
