//! What a clone could have in more than one way.

use crate::xml::Path;

/// Something about a clone that has more than one sensible answer. Nobody has to answer: the default is safe, which
/// means that both machines may run at once and neither can harm the other's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The element in the source; it names the question in [`super::Request::answers`].
    pub place: Path,
    /// What it is about.
    pub subject: Subject,
    /// The safe answer.
    pub default: Answer,
    /// What else can be answered; [`Answer::To`] stands here with an example.
    pub others: Vec<Answer>,
    /// The answer that was taken.
    pub answer: Answer,
}

/// An answer to a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// As in the source.
    Keep,
    /// The clone gets its own, made by a rule.
    Renew,
    /// The clone goes without.
    LeaveOut,
    /// The clone gets this: a path, a port, a name.
    To(String),
}

/// What a [`Question`] is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// A device of the host that is passed through: PCI, USB, SCSI, mediated, or an input device.
    HostDevice {
        /// `pci`, `usb`, `scsi`, `mdev`, `evdev`, …
        kind: String,
    },
    /// A network card that only one machine can use: a virtual function, a vhost-user socket, a listening socket.
    ExclusiveNic {
        /// The `type` of the interface.
        kind: String,
    },
    /// A port of the host that user-mode networking (passt) forwards to the guest.
    PortForward {
        /// `tcp` or `udp`, and what is forwarded, as shown to a person: `tcp 2222`.
        ports: String,
    },
    /// An address of the guest that the host enforces or configures.
    GuestAddress {
        /// The address.
        address: String,
    },
    /// A port of a virtual switch (`interfaceid`) that libvirt cannot make anew.
    SwitchPort,
    /// A serial port, console or channel at a socket, port or device of the host.
    CharacterDevice {
        /// `serial`, `console`, `channel`, …
        device: String,
        /// `tcp`, `unix`, `dev`, …
        kind: String,
        /// The path or port.
        at: String,
    },
    /// A display at fixed ports.
    DisplayPort {
        /// The attributes and numbers: `port 5901, websocket 5701`.
        ports: String,
    },
    /// The source's TPM state is not copied by libvirt: the clone's TPM is empty unless it is.
    Tpm {
        /// `emulator`, `passthrough`, `external`.
        backend: String,
    },
    /// Memory that machines share by its name.
    SharedMemory {
        /// The name.
        name: String,
        /// Whether a server outside of libvirt hands it out.
        server: bool,
    },
    /// A memory module that is a file or device of the host.
    MemoryModule {
        /// The path.
        path: String,
    },
    /// A file system of the host that only one machine may have.
    Filesystem {
        /// The folder, image or socket.
        source: String,
    },
    /// A serial number or world-wide name of a disk, which the guest may know it by (`/dev/disk/by-id`).
    DiskSerial {
        /// The disk: `vda`.
        target: String,
    },
    /// A serial number or asset tag of the machine that the guest reads from SMBIOS.
    MachineSerial {
        /// The number.
        value: String,
    },
    /// A fixed security label.
    SecurityLabel {
        /// `selinux`, `apparmor`, `dac`.
        model: String,
        /// The label.
        label: String,
    },
    /// Arguments passed to QEMU as they are.
    CommandLine {
        /// Whether one of them names a file, socket or port.
        names_host: bool,
    },
    /// UEFI variables on a volume or device, which cannot be renamed like a file.
    Nvram,
    /// A lease of a lock manager.
    Lease {
        /// Its key.
        key: String,
    },
}
