//! All devices but disks: network, consoles, screen, and what a guest works better with.

use super::choice::Chosen;
use super::spec::{NetworkSource, NetworkSpec};
use crate::{capabilities::VirtType, guest_os::GuestDevice, xml::Element};

/// The channel on which QEMU's guest agent listens (libvirt.org/formatdomain.html, "Channel").
const AGENT: &str = "org.qemu.guest_agent.0";
/// The channel on which a Spice agent listens, which QEMU's own end of the clipboard speaks with too.
const CLIPBOARD: &str = "com.redhat.spice.0";
/// PCI Express ports: as many devices can be added while the machine runs (virt-manager's number).
const ROOT_PORTS: usize = 14;

/// All of them, in the order in which libvirt writes them.
pub(super) fn elements(chosen: &Chosen<'_>) -> Vec<Element> {
    let networks = chosen.spec.networks.iter().map(|spec| network(chosen, spec));
    let screen = screen(chosen);
    let rest = [clipboard(chosen), tpm(chosen)];
    controllers(chosen)
        .into_iter()
        .chain(networks)
        .chain(console(chosen))
        .chain(agent(chosen))
        .chain(rest.into_iter().flatten())
        .chain(screen)
        .chain([rng(chosen), balloon(chosen)].into_iter().flatten())
        .collect()
}

fn device(name: &str, attributes: &[(&str, &str)]) -> Element {
    attributes.iter().fold(Element::new(name), |element, (name, value)| element.attribute(name, value))
}

/// USB 3 where the system knows it, else what libvirt gives the machine type; spare ports for what is added later.
fn controllers(chosen: &Chosen<'_>) -> Vec<Element> {
    if chosen.spec.virt_type == VirtType::Test {
        return Vec::new();
    }
    let usb = device("controller", &[("type", "usb"), ("model", "qemu-xhci"), ("ports", "15")]);
    let has_usb3 = chosen.spec.os.takes(GuestDevice::Xhci) || !chosen.is_x86();
    let pci = |model: &str| device("controller", &[("type", "pci"), ("model", model)]);
    let ports = (0..ROOT_PORTS).map(|_| pci("pcie-root-port"));
    let tree = chosen.is_pcie().then(|| std::iter::once(pci("pcie-root")).chain(ports));
    has_usb3.then_some(usb).into_iter().chain(tree.into_iter().flatten()).collect()
}

fn network(chosen: &Chosen<'_>, spec: &NetworkSpec) -> Element {
    let (kind, source) = match &spec.source {
        NetworkSource::Network(name) => ("network", Some(device("source", &[("network", name)]))),
        NetworkSource::Bridge(name) => ("bridge", Some(device("source", &[("bridge", name)]))),
        NetworkSource::Direct(name) => ("direct", Some(device("source", &[("dev", name), ("mode", "bridge")]))),
        NetworkSource::User => ("user", None),
    };
    let mac = spec.mac.map(|mac| device("mac", &[("address", &mac.to_string())]));
    let model = spec.model.unwrap_or_else(|| chosen.network_model());
    let parts = mac.into_iter().chain(source).chain([device("model", &[("type", model.as_str())])]);
    parts.fold(device("interface", &[("type", kind)]), Element::child)
}

/// Always: `virsh console` and Lectern's serial page are how this machine can be reached when all else fails. libvirt
/// wants the first serial port named a second time as a console.
fn console(chosen: &Chosen<'_>) -> Vec<Element> {
    let with = |name: &str, target: &[(&str, &str)]| device(name, &[("type", "pty")]).child(device("target", target));
    match chosen.host.domain.arch.as_str() {
        "s390x" => vec![with("console", &[("type", "sclp")])],
        _ => vec![with("serial", &[("port", "0")]), with("console", &[("type", "serial"), ("port", "0")])],
    }
}

fn channel(kind: &str, name: &str) -> Element {
    device("channel", &[("type", kind)]).child(device("target", &[("type", "virtio"), ("name", name)]))
}

fn agent(chosen: &Chosen<'_>) -> Option<Element> {
    let wanted = chosen.spec.os.takes(GuestDevice::VirtioSerial) && chosen.host.domain.channels.may_have("unix");
    wanted.then(|| channel("unix", AGENT))
}

/// The clipboard of a VNC screen. libvirt 11.3 does not tell whether QEMU has it; QEMU has since 6.1.
fn clipboard(chosen: &Chosen<'_>) -> Option<Element> {
    let possible = chosen.spec.virt_type != VirtType::Test && chosen.is_at_least((6, 1));
    let wanted = chosen.graphics() == Some("vnc") && chosen.spec.os.takes(GuestDevice::VirtioSerial);
    (possible && wanted).then(|| {
        let clipboard = device("clipboard", &[("copypaste", "yes")]);
        channel("qemu-vdagent", CLIPBOARD).child(Element::new("source").child(clipboard))
    })
}

/// The screen, its card, and a pointer that is where the mouse is. It listens to this computer only.
fn screen(chosen: &Chosen<'_>) -> Vec<Element> {
    let Some(graphics) = chosen.graphics() else { return Vec::new() };
    let input = |kind: &str| device("input", &[("type", kind), ("bus", "usb")]);
    // A PC has a keyboard anyhow.
    let keyboard = (!chosen.is_x86()).then(|| input("keyboard"));
    let served = [("type", graphics), ("port", "-1"), ("autoport", "yes"), ("listen", "127.0.0.1")];
    let video = chosen.video().map(|model| Element::new("video").child(device("model", &[("type", model)])));
    std::iter::once(input("tablet")).chain(keyboard).chain([device("graphics", &served)]).chain(video).collect()
}

fn tpm(chosen: &Chosen<'_>) -> Option<Element> {
    let backend = device("backend", &[("type", "emulator"), ("version", "2.0")]);
    chosen.tpm().map(|model| device("tpm", &[("model", model)]).child(backend))
}

fn rng(chosen: &Chosen<'_>) -> Option<Element> {
    let domain = &chosen.host.domain;
    let possible = domain.rng_models.may_have("virtio") && domain.rng_backends.may_have("random");
    (possible && chosen.spec.os.takes(GuestDevice::VirtioRng)).then(|| {
        let backend = device("backend", &[("model", "random")]).text("/dev/urandom");
        device("rng", &[("model", "virtio")]).child(backend)
    })
}

/// A balloon that gives the guest's free pages back by itself, which QEMU can since 5.1.
fn balloon(chosen: &Chosen<'_>) -> Option<Element> {
    let balloon = device("memballoon", &[("model", "virtio")]);
    let reports = chosen.spec.virt_type != VirtType::Test && chosen.is_at_least((5, 1));
    chosen
        .spec
        .os
        .takes(GuestDevice::VirtioBalloon)
        .then(|| if reports { balloon.attribute("freePageReporting", "on") } else { balloon })
}
