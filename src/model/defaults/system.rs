//! The parts of a machine that are no devices: names, memory, CPU, firmware, features, clock.

use super::choice::{Chosen, Firmware};
use super::spec::{BootDevice, CpuChoice, MachineSpec};
use crate::{
    capabilities::VirtType,
    xml::{Document, Element, Namespace, Path},
};

/// libosinfo's namespace in a domain's metadata: where virt-manager, Boxes and Cockpit look for the system.
pub const LIBOSINFO: &str = "http://libosinfo.org/xmlns/libvirt/domain/1.0";

/// The identifier of the system that is noted in a domain's metadata, by Lectern, virt-manager or others.
#[must_use]
pub fn noted_os(domain: &Document) -> Option<String> {
    let path = Path::root().child("metadata").child_in(LIBOSINFO, "libosinfo").child_in(LIBOSINFO, "os");
    domain.find(&path)?.attribute("id").map(std::borrow::Cow::into_owned)
}

/// `<name>text</name>`.
pub(super) fn text(name: &str, text: &str) -> Element {
    Element::new(name).text(text)
}

/// All elements before `<devices>`, in libvirt's order.
pub(super) fn elements(chosen: &Chosen<'_>) -> Vec<Element> {
    let spec = chosen.spec;
    let optional = |name: &str, value: Option<&str>| value.filter(|v| !v.is_empty()).map(|v| text(name, v));
    let memory = |name: &str| Element::new(name).attribute("unit", "KiB").text(&spec.memory.0.to_string());
    let uuid = spec.uuid.map(|uuid| uuid.to_string());
    [
        Some(text("name", &spec.name)),
        optional("uuid", uuid.as_deref()),
        optional("title", spec.title.as_deref()),
        optional("description", spec.description.as_deref()),
        metadata(spec),
        Some(memory("memory")),
        Some(memory("currentMemory")),
        Some(text("vcpu", &spec.vcpus.max(1).to_string())),
        Some(os(chosen)),
        features(chosen),
        cpu(chosen),
        Some(clock(chosen)),
        power(chosen),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn metadata(spec: &MachineSpec) -> Option<Element> {
    let libosinfo = Namespace::new("libosinfo", LIBOSINFO);
    let system = spec.os.id.as_deref().map(|id| {
        let os = Element::in_namespace(&libosinfo, "os").attribute("id", id);
        Element::in_namespace(&libosinfo, "libosinfo").child(os)
    });
    let all: Vec<Element> = system.into_iter().chain(spec.metadata.iter().cloned()).collect();
    (!all.is_empty()).then(|| all.into_iter().fold(Element::new("metadata"), Element::child))
}

fn os(chosen: &Chosen<'_>) -> Element {
    let (spec, domain) = (chosen.spec, &chosen.host.domain);
    let mut kind = Element::new("type");
    if !domain.arch.is_empty() {
        kind = kind.attribute("arch", &domain.arch);
    }
    if let Some(machine) = &domain.machine {
        kind = kind.attribute("machine", machine);
    }
    let uefi = matches!(chosen.firmware, Firmware::Uefi(_));
    let os = if uefi { Element::new("os").attribute("firmware", "efi") } else { Element::new("os") };
    let kernel = spec.kernel.iter().flat_map(|direct| {
        let initrd = direct.initrd.as_deref().map(|file| text("initrd", file));
        let arguments = Some(direct.arguments.as_str()).filter(|a| !a.is_empty()).map(|a| text("cmdline", a));
        [Some(text("kernel", &direct.kernel)), initrd, arguments].into_iter().flatten()
    });
    let order: &[BootDevice] = if spec.boot.is_empty() { &[BootDevice::Disk] } else { &spec.boot };
    let boot = order.iter().map(|device| Element::new("boot").attribute("dev", device.as_str()));
    let parts = std::iter::once(kind.text("hvm")).chain(secure_boot(chosen.firmware)).chain(kernel).chain(boot);
    parts.fold(os, Element::child)
}

/// libvirt picks the firmware by these (libvirt.org/formatdomain.html, "firmware features").
fn secure_boot(firmware: Firmware) -> Option<Element> {
    let Firmware::Uefi(Some(on)) = firmware else { return None };
    let enabled = if on { "yes" } else { "no" };
    let feature = |name: &str| Element::new("feature").attribute("enabled", enabled).attribute("name", name);
    Some(Element::new("firmware").child(feature("enrolled-keys")).child(feature("secure-boot")))
}

/// ACPI, without which no guest hears a request to shut down, and what makes Windows quicker under KVM.
fn features(chosen: &Chosen<'_>) -> Option<Element> {
    let domain = &chosen.host.domain;
    let told = chosen.host.host.guest(&domain.arch).map(|guest| &guest.features);
    let possible = |name: &&str| told.is_none_or(|features| features.contains(*name));
    let plain: Vec<&str> = ["acpi", "apic"].into_iter().filter(possible).collect();
    let all: Vec<Element> = plain.into_iter().map(Element::new).chain(hyperv(chosen)).collect();
    (!all.is_empty()).then(|| all.into_iter().fold(Element::new("features"), Element::child))
}

/// virt-manager's list without what is only for a hypervisor in the guest.
fn hyperv(chosen: &Chosen<'_>) -> Option<Element> {
    if !chosen.is_windows() || chosen.spec.virt_type != VirtType::Kvm {
        return None;
    }
    let offer = &chosen.host.domain.hyperv;
    let needs = |name: &str| -> &[&str] {
        match name {
            "synic" | "tlbflush" | "ipi" => &["vpindex"],
            "stimer" => &["vpindex", "synic"],
            _ => &[],
        }
    };
    let on = |name: &&str| offer.has(name) && needs(name).iter().all(|other| offer.has(other));
    let one = |name: &str| {
        let element = Element::new(name).attribute("state", "on");
        // As Microsoft recommends for hosts with more guests than CPUs.
        if name == "spinlocks" { element.attribute("retries", "8191") } else { element }
    };
    let wanted =
        ["relaxed", "vapic", "spinlocks", "vpindex", "runtime", "synic", "stimer", "frequencies", "tlbflush", "ipi"];
    let all: Vec<Element> = wanted.into_iter().filter(on).map(one).collect();
    (!all.is_empty()).then(|| all.into_iter().fold(Element::new("hyperv"), Element::child))
}

/// One socket: Windows for desktops uses no more than two, whatever their number of cores.
fn cpu(chosen: &Chosen<'_>) -> Option<Element> {
    let vcpus = chosen.spec.vcpus.max(1);
    let topology = (vcpus > 1 && chosen.spec.virt_type != VirtType::Test).then(|| {
        let cores = vcpus.to_string();
        Element::new("topology").attribute("sockets", "1").attribute("cores", &cores).attribute("threads", "1")
    });
    let mode = |mode: &str| Some(Element::new("cpu").attribute("mode", mode));
    let cpu = match &chosen.cpu {
        CpuChoice::HostPassthrough => mode("host-passthrough").map(|cpu| cpu.attribute("check", "none")),
        CpuChoice::HostModel => mode("host-model"),
        CpuChoice::Maximum => mode("maximum"),
        CpuChoice::Named(name) => mode("custom").map(|cpu| {
            let model = Element::new("model").attribute("fallback", "forbid").text(name);
            cpu.attribute("match", "exact").child(model)
        }),
        CpuChoice::Unset => topology.is_some().then(|| Element::new("cpu")),
    };
    Some(topology.into_iter().fold(cpu?, Element::child))
}

/// As virt-manager: local time where the system takes the clock for that, and lost ticks made up for.
fn clock(chosen: &Chosen<'_>) -> Element {
    let local = chosen.is_windows() || chosen.spec.os.family == crate::guest_os::Family::Solaris;
    let clock = Element::new("clock").attribute("offset", if local { "localtime" } else { "utc" });
    if !chosen.is_x86() || chosen.spec.virt_type == VirtType::Test {
        return clock;
    }
    let timer =
        |name: &str, key: &str, value: &str| Element::new("timer").attribute("name", name).attribute(key, value);
    let windows = chosen.is_windows() && chosen.spec.virt_type == VirtType::Kvm;
    [timer("rtc", "tickpolicy", "catchup"), timer("pit", "tickpolicy", "delay"), timer("hpet", "present", "no")]
        .into_iter()
        .chain(windows.then(|| timer("hypervclock", "present", "yes")))
        .fold(clock, Element::child)
}

/// No sleep: a guest that puts itself to sleep looks broken, and a shut-down by ACPI may end so.
fn power(chosen: &Chosen<'_>) -> Option<Element> {
    let off = |name: &str| Element::new(name).attribute("enabled", "no");
    let has = chosen.is_x86() && chosen.spec.virt_type != VirtType::Test;
    has.then(|| Element::new("pm").child(off("suspend-to-mem")).child(off("suspend-to-disk")))
}
