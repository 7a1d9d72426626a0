//! What a user chooses of a new machine; all that is left open is chosen by the rules of [`super`].

use crate::{capabilities::VirtType, guest_os::GuestOs, id::DomainId, mac::MacAddress, units::KiB, xml::Element};

/// Memory for a system of which nothing is told.
pub const DEFAULT_MEMORY: KiB = KiB::from_mib(2048);
/// Virtual CPUs for a system of which nothing is told.
pub const DEFAULT_VCPUS: u32 = 2;

/// A machine to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineSpec {
    /// Its name: see [`crate::names::check`].
    pub name: String,
    /// Its identifier; libvirt makes one up otherwise.
    pub uuid: Option<DomainId>,
    /// A short text for people.
    pub title: Option<String>,
    /// A longer text for people.
    pub description: Option<String>,
    /// The system that it will run.
    pub os: GuestOs,
    /// Its memory.
    pub memory: KiB,
    /// Its virtual CPUs, at least one.
    pub vcpus: u32,
    /// How it is run.
    pub virt_type: VirtType,
    /// Its CPU.
    pub cpu: CpuChoice,
    /// Its firmware.
    pub firmware: FirmwareChoice,
    /// Its hard disks, in the guest's order.
    pub disks: Vec<DiskSpec>,
    /// Its CD drives, each with the image or device in it.
    pub cdroms: Vec<CdromSpec>,
    /// Its network cards.
    pub networks: Vec<NetworkSpec>,
    /// What it tries to start from, in this order; a disk where nothing is said.
    pub boot: Vec<BootDevice>,
    /// A kernel to start without boot loader.
    pub kernel: Option<DirectKernel>,
    /// Whether it has a screen, with what belongs to it. A serial console it has always.
    pub screen: bool,
    /// More children of `<metadata>`, each in a namespace of its own. The system's identifier is there by itself.
    pub metadata: Vec<Element>,
}

impl MachineSpec {
    /// A machine without disk or network, with memory and CPUs as its system recommends, and the CPU that a host can
    /// most likely give.
    #[must_use]
    pub fn new(name: &str, os: GuestOs, arch: &str, virt_type: VirtType) -> Self {
        let wanted = os.recommended(arch);
        Self {
            name: name.to_owned(),
            uuid: None,
            title: None,
            description: None,
            memory: wanted.memory.map_or(DEFAULT_MEMORY, crate::units::Bytes::kib),
            vcpus: wanted.cpus.unwrap_or(DEFAULT_VCPUS).max(1),
            os,
            virt_type,
            cpu: CpuChoice::usual(virt_type),
            firmware: FirmwareChoice::Automatic,
            disks: Vec::new(),
            cdroms: Vec::new(),
            networks: Vec::new(),
            boot: Vec::new(),
            kernel: None,
            screen: true,
            metadata: Vec::new(),
        }
    }
}

/// Which CPU a machine sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CpuChoice {
    /// The host's own.
    HostPassthrough,
    /// A named model with features, as near to the host's as libvirt knows.
    HostModel,
    /// All that the way to run can give: what emulation should have, as its default is a CPU of 2003.
    Maximum,
    /// A model of libvirt's.
    Named(String),
    /// Whatever QEMU gives unasked.
    Unset,
}

impl CpuChoice {
    /// What is right until a probe of the host says otherwise.
    #[must_use]
    pub const fn usual(virt_type: VirtType) -> Self {
        match virt_type {
            VirtType::Kvm => Self::HostPassthrough,
            VirtType::Qemu => Self::Maximum,
            VirtType::Test => Self::Unset,
        }
    }
}

/// Which firmware a machine starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirmwareChoice {
    /// What its system wants: BIOS on a PC, unless the system starts from UEFI only.
    Automatic,
    /// BIOS.
    Bios,
    /// UEFI that starts anything.
    Uefi,
    /// UEFI that starts what Microsoft or a distribution has signed.
    UefiSecureBoot,
}

/// Where a disk's content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskSource {
    /// A file on the host.
    File(String),
    /// A block device of the host.
    Block(String),
    /// A volume of a pool, which libvirt finds when the machine starts.
    Volume {
        /// The pool's name.
        pool: String,
        /// The volume's name.
        volume: String,
    },
}

/// A hard disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskSpec {
    /// Where its content is.
    pub source: DiskSource,
    /// Its format.
    pub format: ImageFormat,
    /// How it is connected; the best for the system otherwise.
    pub bus: Option<DiskBus>,
    /// Whether the guest may not write.
    pub readonly: bool,
    /// Whether space that the guest frees goes back to the host. Not for an image that was allocated on purpose.
    pub thin: bool,
}

impl DiskSpec {
    /// A disk to read and write, which takes only the space that it needs.
    #[must_use]
    pub const fn new(source: DiskSource, format: ImageFormat) -> Self {
        Self { source, format, bus: None, readonly: false, thin: true }
    }
}

/// How an image is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageFormat {
    /// QEMU's own.
    Qcow2,
    /// The bare content.
    Raw,
    /// Another, in QEMU's word: `vmdk`, `vdi`, `vhdx`.
    Other(String),
}

impl ImageFormat {
    /// QEMU's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Qcow2 => "qcow2",
            Self::Raw => "raw",
            Self::Other(word) => word,
        }
    }

    /// From QEMU's word.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "qcow2" => Self::Qcow2,
            "raw" => Self::Raw,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// How a disk is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DiskBus {
    /// A paravirtual disk: `vda`.
    Virtio,
    /// Serial ATA: `sda`.
    Sata,
    /// Parallel ATA, of old machine types only: `hda`.
    Ide,
    /// SCSI: `sda`.
    Scsi,
    /// USB: `sda`.
    Usb,
}

impl DiskBus {
    /// libvirt's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Virtio => "virtio",
            Self::Sata => "sata",
            Self::Ide => "ide",
            Self::Scsi => "scsi",
            Self::Usb => "usb",
        }
    }

    /// Whether a hard disk on it can be read-only: ATA knows no such disks, and libvirt refuses them (tried with 11.3).
    #[must_use]
    pub const fn takes_readonly(self) -> bool {
        !matches!(self, Self::Sata | Self::Ide)
    }
}

/// A CD drive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CdromSpec {
    /// What is in it.
    pub source: Option<DiskSource>,
    /// How it is connected; the best for the system otherwise.
    pub bus: Option<DiskBus>,
}

/// A network card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkSpec {
    /// What it is connected to.
    pub source: NetworkSource,
    /// Its address; libvirt makes one up otherwise.
    pub mac: Option<MacAddress>,
    /// Which card it is; the best for the system otherwise.
    pub model: Option<NetworkModel>,
}

/// What a network card is connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkSource {
    /// A virtual network of libvirt's, by its name.
    Network(String),
    /// A bridge of the host, by its name.
    Bridge(String),
    /// A card of the host, by its name, shared by macvtap.
    Direct(String),
    /// QEMU itself, which needs no rights on the host and lets nobody in.
    User,
}

/// A kind of network card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NetworkModel {
    /// Paravirtual.
    Virtio,
    /// Intel's 82574L, for PCI Express.
    E1000e,
    /// Intel's 82540EM.
    E1000,
    /// Realtek's 8139.
    Rtl8139,
}

impl NetworkModel {
    /// libvirt's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Virtio => "virtio",
            Self::E1000e => "e1000e",
            Self::E1000 => "e1000",
            Self::Rtl8139 => "rtl8139",
        }
    }
}

/// What a machine may start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BootDevice {
    /// The first hard disk.
    Disk,
    /// The first CD drive.
    Cdrom,
    /// The network.
    Network,
}

impl BootDevice {
    /// libvirt's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disk => "hd",
            Self::Cdrom => "cdrom",
            Self::Network => "network",
        }
    }
}

/// A Linux kernel that the machine starts without boot loader. The files are the host's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectKernel {
    /// The kernel's file.
    pub kernel: String,
    /// The initial RAM disk's file.
    pub initrd: Option<String>,
    /// The kernel's arguments.
    pub arguments: String,
}
