//! What a host can do, as libvirt tells it: its processors and the machines it can run.
//!
//! Read from the two documents of libvirt.org/formatcaps.html ([`Capabilities`]) and libvirt.org/formatdomaincaps.html
//! ([`DomainCapabilities`]). Both differ from one version to the next, so whatever is missing is "not told", which is
//! not the same as "no".

use std::collections::BTreeSet;

use crate::{
    units::KiB,
    xml::{Document, Node, XmlError},
};

mod domain;
mod guest;
mod offer;
#[cfg(test)]
mod tests;

pub use domain::{CpuModel, CpuModes, DomainCapabilities, HostModel};
pub use guest::{DomainSupport, GuestSupport, MachineType, VirtType};
pub use offer::Offer;

/// A text is not what libvirt answers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CapabilitiesError {
    /// It is not well-formed.
    #[error("not XML: {0}")]
    NotXml(#[from] XmlError),
    /// It is another document.
    #[error("the root is <{0}>")]
    WrongRoot(String),
}

/// What `virConnectGetCapabilities` answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The computer itself.
    pub host: HostComputer,
    /// What it can run, one an architecture and kind of system.
    pub guests: Vec<GuestSupport>,
}

/// The computer that a libvirt runs on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostComputer {
    /// The architecture in libvirt's word: `x86_64`.
    pub arch: Option<String>,
    /// The CPU model of libvirt's that is nearest: `Skylake-Server`.
    pub cpu_model: Option<String>,
    /// The CPU's maker: `Intel`.
    pub cpu_vendor: Option<String>,
    /// How its CPUs are built; of one NUMA cell, where it has several.
    pub topology: Option<Topology>,
    /// Its NUMA cells; a computer without NUMA has one.
    pub cells: Vec<NumaCell>,
    /// The security drivers in force: `apparmor`, `selinux`, `dac`. libvirt's `none` is left out.
    pub security: BTreeSet<String>,
}

/// How CPUs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topology {
    /// Sockets.
    pub sockets: u32,
    /// Dies in a socket.
    pub dies: u32,
    /// Cores in a die.
    pub cores: u32,
    /// Threads in a core.
    pub threads: u32,
}

/// One NUMA cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumaCell {
    /// Its number.
    pub id: u32,
    /// Its memory.
    pub memory: KiB,
    /// How many logical CPUs it has.
    pub cpus: usize,
}

impl Capabilities {
    /// Reads the answer of `virConnectGetCapabilities`.
    ///
    /// # Errors
    /// If it is not well-formed, or its root is not `<capabilities>`.
    pub fn parse(xml: &str) -> Result<Self, CapabilitiesError> {
        let document = document(xml, "capabilities")?;
        let root = document.root();
        Ok(Self {
            host: root.child("host").map(host).unwrap_or_default(),
            guests: root.children_named("guest").filter_map(guest::guest).collect(),
        })
    }

    /// What is told of full virtual machines of an architecture.
    #[must_use]
    pub fn guest(&self, arch: &str) -> Option<&GuestSupport> {
        self.guests.iter().find(|guest| guest.arch == arch && guest.os_type == "hvm")
    }

    /// Whether machines of this architecture can be run in this way. For KVM it means that libvirt takes it for usable,
    /// not that a guest boots.
    #[must_use]
    pub fn runs(&self, arch: &str, virt_type: VirtType) -> bool {
        self.guest(arch).is_some_and(|guest| guest.domain(virt_type).is_some())
    }

    /// The ways to run machines of this architecture, the quickest first.
    #[must_use]
    pub fn virt_types(&self, arch: &str) -> Vec<VirtType> {
        [VirtType::Kvm, VirtType::Qemu, VirtType::Test].into_iter().filter(|t| self.runs(arch, *t)).collect()
    }
}

/// Reads a document whose root must have this name.
fn document(xml: &str, name: &str) -> Result<Document, CapabilitiesError> {
    let document = Document::parse(xml)?;
    match document.root().name() {
        root if root == name => Ok(document),
        root => Err(CapabilitiesError::WrongRoot(root.to_owned())),
    }
}

fn host(node: Node<'_>) -> HostComputer {
    let cpu = node.child("cpu");
    let cells = node.child("topology").and_then(|topology| topology.child("cells"));
    HostComputer {
        arch: cpu.and_then(|cpu| text_of(cpu, "arch")),
        cpu_model: cpu.and_then(|cpu| text_of(cpu, "model")),
        cpu_vendor: cpu.and_then(|cpu| text_of(cpu, "vendor")),
        topology: cpu.and_then(|cpu| cpu.child("topology")).and_then(topology),
        cells: cells.into_iter().flat_map(|cells| cells.children_named("cell")).filter_map(cell).collect(),
        security: node
            .children_named("secmodel")
            .filter_map(|model| text_of(model, "model"))
            .filter(|model| model != "none")
            .collect(),
    }
}

/// Old versions tell no dies: there is one.
fn topology(node: Node<'_>) -> Option<Topology> {
    Some(Topology {
        sockets: number(node, "sockets")?,
        dies: number(node, "dies").unwrap_or(1),
        cores: number(node, "cores")?,
        threads: number(node, "threads")?,
    })
}

fn cell(node: Node<'_>) -> Option<NumaCell> {
    let memory = node.child("memory").and_then(|memory| memory.text().trim().parse().ok()).map(KiB);
    let cpus = node.child("cpus").map(|cpus| cpus.children_named("cpu").count());
    Some(NumaCell { id: number(node, "id")?, memory: memory.unwrap_or_default(), cpus: cpus.unwrap_or_default() })
}

/// The text of a child element; none where it is empty.
fn text_of(node: Node<'_>, name: &str) -> Option<String> {
    let text = node.child(name)?.text();
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// An attribute that is a number.
fn number(node: Node<'_>, name: &str) -> Option<u32> {
    node.attribute(name)?.trim().parse().ok()
}

/// An attribute that is `yes` or `no`.
fn flag(node: Node<'_>, name: &str) -> Option<bool> {
    match node.attribute(name)?.as_ref() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}
