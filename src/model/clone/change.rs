//! One difference between a machine's XML and its clone's, and why it is there.

use crate::xml::Path;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The element in the source. For an element that is added, the one that it is added to.
    pub place: Path,
    /// Which part of the element.
    pub part: Part,
    /// What is there now, as a value (for an element: as written); none if it is added.
    pub old: Option<String>,
    /// What the clone has instead; none if it is taken out.
    pub new: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// A part of an element.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The element as a whole.
    Element,
    /// Its text.
    Text,
    /// The attribute of this name.
    Attribute(String),
}

/// Why a clone differs from its source. The course's homework does the first four with `sed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The clone's own name.
    Name,
    /// The clone's own UUID (and the copies of it that libvirt wants equal).
    Uuid,
    /// A disk of its own.
    Disk,
    /// A network card's own address.
    Mac,
    /// A title names one machine (virt-manager takes it out too).
    Title,
    /// Belongs to the running machine, not to its description.
    Runtime,
    /// libvirt makes this path for each machine.
    OwnPath,
    /// Two machines cannot write one file, or listen at one socket.
    SharedPath,
    /// Two machines cannot listen at one port.
    SharedPort,
    /// Two machines cannot use one device of the host at a time.
    HostDevice,
    /// A file of the firmware that the machine writes to.
    Nvram,
    /// Two machines with one vsock address do not both start.
    Vsock,
    /// A clone must not share the source's TPM state.
    Tpm,
    /// Two machines would share memory.
    SharedMemory,
    /// A guest learns from a new generation ID that it was cloned.
    GenerationId,
    /// A serial number, or a world-wide name, is given once.
    Serial,
    /// A fixed security label lets one machine read the other's disks.
    SecurityLabel,
    /// Names one port of a virtual switch.
    SwitchPort,
    /// An address of the guest's.
    GuestAddress,
    /// QEMU arguments that name a file, socket or port.
    CommandLine,
    /// Two machines cannot hold one lease.
    Lease,
    /// A folder that only one machine may have.
    Filesystem,
    /// The clone's own memory and CPUs.
    Size,
    /// The clone's own network.
    Network,
    /// What Lectern noted on the source: a template's lock, a lab, a student are not inherited.
    Metadata,
}
