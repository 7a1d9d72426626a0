//! What a host can give to machines of one architecture, machine type and way to run.

use std::collections::BTreeMap;

use super::{CapabilitiesError, Offer, document, flag, number, text_of};
use crate::xml::Node;

/// What `virConnectGetDomainCapabilities` answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainCapabilities {
    /// The program that runs them.
    pub emulator: Option<String>,
    /// The way to run, in libvirt's word.
    pub virt_type: String,
    /// The machine type with its version.
    pub machine: Option<String>,
    /// The architecture.
    pub arch: String,
    /// The most virtual CPUs.
    pub max_vcpus: Option<u32>,
    /// The kinds of firmware that libvirt finds by itself: `bios`, `efi`.
    pub firmware: Offer,
    /// The firmware's files, where they are told.
    pub loaders: Vec<String>,
    /// Whether a loader can guard itself (`yes`), which Secure Boot needs.
    pub secure_loader: Offer,
    /// The CPU modes and models.
    pub cpu: CpuModes,
    /// Where memory can lie: `file`, `anonymous`, `memfd`.
    pub memory: Offer,
    /// Buses of disks: `virtio`, `sata`, `ide`, `scsi`, `usb`, `fdc`.
    pub disk_buses: Offer,
    /// Kinds of disks: `disk`, `cdrom`, `floppy`, `lun`.
    pub disk_devices: Offer,
    /// Kinds of graphics: `vnc`, `spice`.
    pub graphics: Offer,
    /// Models of video cards: `virtio`, `vga`, `qxl`.
    pub video: Offer,
    /// Kinds of channels: `unix`, `spicevmc`. libvirt 11.3 leaves `qemu-vdagent` out even where it works.
    pub channels: Offer,
    /// Models of random number generators.
    pub rng_models: Offer,
    /// Sources of random numbers: `random`, `builtin`.
    pub rng_backends: Offer,
    /// Models of TPMs: `tpm-crb`, `tpm-tis`.
    pub tpm_models: Offer,
    /// Sources of TPMs: `emulator`, `passthrough`.
    pub tpm_backends: Offer,
    /// Kinds of shared folders: `virtiofs`.
    pub filesystems: Offer,
    /// Backends of user networks: `default`, `passt`.
    pub interface_backends: Offer,
    /// What makes Windows quicker: `relaxed`, `vapic`.
    pub hyperv: Offer,
    /// What else it has or has not: `vmcoreinfo`, `genid`, `backup`.
    pub features: BTreeMap<String, bool>,
}

/// The ways to choose a CPU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CpuModes {
    /// Whether libvirt takes the host's own CPU for possible. It does not try it.
    pub host_passthrough: Option<bool>,
    /// Whether all that the way to run can do is possible as a CPU.
    pub maximum: Option<bool>,
    /// The host's CPU as a named model with features, where it is told.
    pub host_model: Option<HostModel>,
    /// The named models.
    pub models: Vec<CpuModel>,
}

/// The host's CPU in libvirt's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostModel {
    /// Whether it can be used.
    pub supported: bool,
    /// The nearest named model.
    pub model: Option<String>,
    /// Its maker.
    pub vendor: Option<String>,
}

/// A named CPU model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuModel {
    /// Its name.
    pub name: String,
    /// Whether this host can run it; `None` where it is not known.
    pub usable: Option<bool>,
    /// Whether QEMU will drop it.
    pub deprecated: bool,
    /// Its maker.
    pub vendor: Option<String>,
    /// The versioned model that it stands for.
    pub canonical: Option<String>,
    /// The features that the host lacks for it.
    pub blockers: Vec<String>,
}

impl DomainCapabilities {
    /// Reads the answer of `virConnectGetDomainCapabilities`.
    ///
    /// # Errors
    /// If it is not well-formed, or its root is not `<domainCapabilities>`.
    pub fn parse(xml: &str) -> Result<Self, CapabilitiesError> {
        let document = document(xml, "domainCapabilities")?;
        let root = document.root();
        let base = Self {
            emulator: text_of(root, "path"),
            virt_type: text_of(root, "domain").unwrap_or_default(),
            machine: text_of(root, "machine"),
            arch: text_of(root, "arch").unwrap_or_default(),
            max_vcpus: root.child("vcpu").and_then(|vcpu| number(vcpu, "max")),
            cpu: root.child("cpu").map(modes).unwrap_or_default(),
            memory: Offer::read(root.child("memoryBacking"), "sourceType"),
            ..Self::default()
        };
        Ok(base.with_firmware(root.child("os")).with_devices(root.child("devices")).with_features(root))
    }

    fn with_firmware(self, os: Option<Node<'_>>) -> Self {
        let loader = os.and_then(|os| os.child("loader"));
        let files = loader.into_iter().flat_map(|loader| loader.children_named("value"));
        Self {
            firmware: Offer::read(os, "firmware"),
            secure_loader: Offer::read(loader, "secure"),
            loaders: files.map(|file| file.text().trim().to_owned()).collect(),
            ..self
        }
    }

    fn with_devices(self, devices: Option<Node<'_>>) -> Self {
        let offer = |device: &str, name: &str| Offer::read(devices.and_then(|all| all.child(device)), name);
        Self {
            disk_buses: offer("disk", "bus"),
            disk_devices: offer("disk", "diskDevice"),
            graphics: offer("graphics", "type"),
            video: offer("video", "modelType"),
            channels: offer("channel", "type"),
            rng_models: offer("rng", "model"),
            rng_backends: offer("rng", "backendModel"),
            tpm_models: offer("tpm", "model"),
            tpm_backends: offer("tpm", "backendModel"),
            filesystems: offer("filesystem", "driverType"),
            interface_backends: offer("interface", "backendType"),
            ..self
        }
    }

    fn with_features(self, root: Node<'_>) -> Self {
        let features = root.child("features");
        let told = features.into_iter().flat_map(Node::children);
        Self {
            hyperv: Offer::read(features.and_then(|all| all.child("hyperv")), "features"),
            features: told.filter_map(|f| Some((f.name().to_owned(), flag(f, "supported")?))).collect(),
            ..self
        }
    }

    /// QEMU's version in the machine type's name (`pc-q35-10.0` is 10 and 0); distributions' own names have none.
    #[must_use]
    pub fn machine_version(&self) -> Option<(u32, u32)> {
        let (major, rest) = self.machine.as_deref()?.rsplit('-').next()?.split_once('.')?;
        Some((major.parse().ok()?, rest.split('.').next()?.parse().ok()?))
    }
}

fn modes(cpu: Node<'_>) -> CpuModes {
    let mode = |name: &str| cpu.children_named("mode").find(|mode| mode.attribute("name").as_deref() == Some(name));
    let supported = |name: &str| mode(name).and_then(|mode| flag(mode, "supported"));
    CpuModes {
        host_passthrough: supported("host-passthrough"),
        maximum: supported("maximum"),
        host_model: mode("host-model").map(|node| HostModel {
            supported: flag(node, "supported").unwrap_or(false),
            model: text_of(node, "model"),
            vendor: text_of(node, "vendor"),
        }),
        models: mode("custom").map(models).unwrap_or_default(),
    }
}

fn models(custom: Node<'_>) -> Vec<CpuModel> {
    let mut blockers: BTreeMap<String, Vec<String>> = custom
        .children_named("blockers")
        .filter_map(|list| {
            let features = list.children_named("feature").filter_map(|feature| feature.attribute("name"));
            Some((list.attribute("model")?.into_owned(), features.map(std::borrow::Cow::into_owned).collect()))
        })
        .collect();
    let model = |node: Node<'_>| {
        let name = node.text().trim().to_owned();
        CpuModel {
            usable: flag(node, "usable"),
            deprecated: flag(node, "deprecated").unwrap_or(false),
            vendor: node.attribute("vendor").map(std::borrow::Cow::into_owned),
            canonical: node.attribute("canonical").map(std::borrow::Cow::into_owned),
            blockers: blockers.remove(&name).unwrap_or_default(),
            name,
        }
    };
    custom.children_named("model").map(model).collect()
}
