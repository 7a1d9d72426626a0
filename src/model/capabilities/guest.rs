//! Which machines a host can run: architectures, machine types, and with or without hardware's help.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{flag, number, text_of};
use crate::xml::Node;

/// How a machine is run: the `type` of `<domain>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum VirtType {
    /// On the host's own CPU.
    Kvm,
    /// By QEMU's emulation, slowly, everywhere.
    Qemu,
    /// Pretended by libvirt's test driver.
    Test,
}

impl VirtType {
    /// libvirt's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kvm => "kvm",
            Self::Qemu => "qemu",
            Self::Test => "test",
        }
    }

    /// From libvirt's word; `None` for hypervisors that Lectern makes no machines for.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Kvm, Self::Qemu, Self::Test].into_iter().find(|t| t.as_str() == text)
    }
}

impl fmt::Display for VirtType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One `<guest>`: what a host can run of one architecture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestSupport {
    /// `hvm` for full machines, `exe` for containers.
    pub os_type: String,
    /// The architecture: `x86_64`.
    pub arch: String,
    /// Its word in bits.
    pub word_size: Option<u32>,
    /// The program that runs it.
    pub emulator: Option<String>,
    /// The machine types.
    pub machines: Vec<MachineType>,
    /// The ways to run it.
    pub domains: Vec<DomainSupport>,
    /// What can be switched: `acpi`, `apic`, `pae`.
    pub features: BTreeSet<String>,
}

/// One way to run machines of an architecture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainSupport {
    /// libvirt's word for the way: `kvm`, `qemu`, `test`, `lxc`.
    pub virt_type: String,
    /// The program, where it is another than the architecture's.
    pub emulator: Option<String>,
    /// The machine types, where they are others than the architecture's.
    pub machines: Vec<MachineType>,
}

/// One machine type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineType {
    /// Its name: `q35`, `pc-q35-10.0`.
    pub name: String,
    /// What a name without version stands for.
    pub canonical: Option<String>,
    /// The most virtual CPUs it takes.
    pub max_vcpus: Option<u32>,
    /// Whether QEMU will drop it.
    pub deprecated: bool,
}

impl GuestSupport {
    /// What is told of one way to run it.
    #[must_use]
    pub fn domain(&self, virt_type: VirtType) -> Option<&DomainSupport> {
        self.domains.iter().find(|domain| domain.virt_type == virt_type.as_str())
    }

    /// The machine types for one way to run it; the first is the host's default.
    #[must_use]
    pub fn machines(&self, virt_type: VirtType) -> &[MachineType] {
        match self.domain(virt_type) {
            Some(domain) if !domain.machines.is_empty() => &domain.machines,
            _ => &self.machines,
        }
    }
}

/// Reads a `<guest>`; none where it lacks what names it.
pub(super) fn guest(node: Node<'_>) -> Option<GuestSupport> {
    let arch = node.child("arch")?;
    let features = node.child("features");
    Some(GuestSupport {
        os_type: text_of(node, "os_type")?,
        arch: arch.attribute("name")?.into_owned(),
        word_size: text_of(arch, "wordsize").and_then(|bits| bits.parse().ok()),
        emulator: text_of(arch, "emulator"),
        machines: arch.children_named("machine").map(machine).collect(),
        domains: arch.children_named("domain").filter_map(domain).collect(),
        features: features.into_iter().flat_map(Node::children).map(|feature| feature.name().to_owned()).collect(),
    })
}

fn domain(node: Node<'_>) -> Option<DomainSupport> {
    Some(DomainSupport {
        virt_type: node.attribute("type")?.into_owned(),
        emulator: text_of(node, "emulator"),
        machines: node.children_named("machine").map(machine).collect(),
    })
}

fn machine(node: Node<'_>) -> MachineType {
    MachineType {
        name: node.text().trim().to_owned(),
        canonical: node.attribute("canonical").map(std::borrow::Cow::into_owned),
        max_vcpus: number(node, "maxCpus"),
        deprecated: flag(node, "deprecated").unwrap_or(false),
    }
}
