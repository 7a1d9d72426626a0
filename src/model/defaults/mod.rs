//! The hardware of a new machine: what its user chose, what its system knows, and what its host has, made into XML.
//!
//! The base is what virt-manager does (virtinst: `guest.py`, `set_defaults`). What differs: VNC with a clipboard instead
//! of Spice, a serial port always, Q35 and SATA for a system that nothing is known of, space that comes back to the
//! host, and a balloon that gives pages back by itself.
//!
//! How to get there:
//! 1. [`machine_type`] says which machine type to ask the host for, from [`Capabilities`] and the system.
//! 2. The host's answer to that question, [`DomainCapabilities`], makes [`HostCapabilities`] with the first.
//! 3. [`new_machine`] makes the XML, and says what the host lacks for it.

use crate::{
    capabilities::{Capabilities, DomainCapabilities},
    guest_os::Family,
    xml::{Document, EditError, Element},
};

mod choice;
mod devices;
mod spec;
mod storage;
mod system;
#[cfg(test)]
mod tests;

pub use choice::machine_type;
pub use spec::{
    BootDevice, CdromSpec, CpuChoice, DEFAULT_MEMORY, DEFAULT_VCPUS, DirectKernel, DiskBus, DiskSource, DiskSpec,
    FirmwareChoice, ImageFormat, MachineSpec, NetworkModel, NetworkSource, NetworkSpec,
};
pub use system::{LIBOSINFO, noted_os};

/// What a host says of itself, and of machines of one architecture, machine type and way to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostCapabilities {
    /// Of itself.
    pub host: Capabilities,
    /// Of such machines.
    pub domain: DomainCapabilities,
}

/// A new machine's XML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMachine {
    /// What to define.
    pub document: Document,
    /// What the host lacks; the machine does without, or has the next best.
    pub shortfalls: Vec<Shortfall>,
}

/// Something that the host lacks for a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shortfall {
    /// UEFI, which the system needs or the user chose: it has the machine type's own firmware.
    Uefi,
    /// Firmware that guards itself: Secure Boot may be off.
    SecureBoot,
    /// An emulated TPM, without which Windows 11 does not install itself.
    Tpm,
    /// This CPU: it has the host's model or what QEMU gives unasked.
    Cpu(CpuChoice),
    /// A kind of screen that can be shown: it has the serial console only.
    Screen,
}

/// Makes the XML of a new machine.
///
/// # Errors
/// If a text holds a character that XML cannot.
pub fn new_machine(spec: &MachineSpec, host: &HostCapabilities) -> Result<NewMachine, EditError> {
    let mut chosen = choice::Chosen::new(spec, host);
    if spec.screen && chosen.graphics().is_none() {
        chosen.shortfalls.push(Shortfall::Screen);
    }
    if spec.os.requires_uefi(&host.domain.arch) && spec.os.family == Family::Windows && chosen.tpm().is_none() {
        chosen.shortfalls.push(Shortfall::Tpm);
    }
    let devices = storage::elements(&chosen).into_iter().chain(devices::elements(&chosen));
    let devices = devices.fold(Element::new("devices"), Element::child);
    let domain = Element::new("domain").attribute("type", spec.virt_type.as_str());
    let domain = system::elements(&chosen).into_iter().chain([devices]).fold(domain, Element::child);
    Ok(NewMachine { document: document(&domain)?, shortfalls: chosen.shortfalls })
}

/// A document of one element, indented as libvirt's.
fn document(root: &Element) -> Result<Document, EditError> {
    let stub = Document::parse("<domain/>\n")?;
    stub.edit().replace(stub.root(), root)?.finish()
}
