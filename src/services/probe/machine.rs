//! The probe machine's XML: as little as a machine can have.

use lectern_model::{
    defaults::CpuChoice,
    xml::{EditError, Element, Namespace},
};
use uuid::Uuid;

use super::{Candidate, NAMESPACE, written};

/// The XML of a machine of this name with the disk at `path`; `candidate` under KVM, none under emulation.
///
/// # Errors
/// If the path holds a character that XML cannot.
pub(super) fn xml(name: &str, id: Uuid, path: &str, candidate: Option<Candidate>) -> Result<String, EditError> {
    let namespace = Namespace::new("lectern", NAMESPACE);
    let text = |name: &str, text: &str| Element::new(name).text(text);
    let domain = Element::new("domain")
        .attribute("type", if candidate.is_some() { "kvm" } else { "qemu" })
        .child(text("name", name))
        .child(text("uuid", &id.to_string()))
        .child(Element::new("metadata").child(Element::in_namespace(&namespace, "probe")))
        .child(text("memory", "32").attribute("unit", "MiB"))
        .child(text("vcpu", "1"))
        .child(Element::new("os").child(text("type", "hvm").attribute("arch", "x86_64").attribute("machine", "q35")))
        .child(Element::new("features").child(Element::new("acpi")).child(Element::new("apic")));
    let domain = match cpu(candidate) {
        Some(cpu) => domain.child(cpu),
        None => domain,
    };
    let domain = domain
        .child(text("on_poweroff", "destroy"))
        .child(text("on_reboot", "restart"))
        .child(text("on_crash", "destroy"))
        .child(devices(path));
    written("<domain/>", &domain)
}

fn cpu(candidate: Option<Candidate>) -> Option<Element> {
    let mode = |mode: &str| Some(Element::new("cpu").attribute("mode", mode));
    match candidate.map(CpuChoice::from) {
        Some(CpuChoice::HostPassthrough) => mode("host-passthrough"),
        Some(CpuChoice::HostModel) => mode("host-model"),
        // Under emulation the default has neither BMI2 nor CX16, and the guest then leaves them out.
        _ => None,
    }
}

fn devices(path: &str) -> Element {
    let none = |name: &str| Element::new(name).attribute("model", "none");
    let disk = Element::new("disk")
        .attribute("type", "file")
        .attribute("device", "disk")
        .child(Element::new("driver").attribute("name", "qemu").attribute("type", "raw"))
        .child(Element::new("source").attribute("file", path))
        .child(Element::new("target").attribute("dev", "sda").attribute("bus", "sata"));
    Element::new("devices")
        .child(disk)
        .child(none("controller").attribute("type", "usb"))
        .child(none("memballoon"))
        // How the guest says that something is wrong.
        .child(Element::new("panic").attribute("model", "isa"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_candidate_is_its_own_cpu() {
        let of = |candidate| xml("lectern-probe-1", Uuid::nil(), "/a&b", candidate).unwrap();
        assert!(of(Some(Candidate::HostPassthrough)).contains("<cpu mode='host-passthrough'/>"));
        assert!(of(Some(Candidate::HostModel)).contains("<cpu mode='host-model'/>"));
        let plain = of(Some(Candidate::Default));
        assert!(plain.contains("<domain type='kvm'>") && !plain.contains("<cpu "));
        assert!(of(None).contains("<domain type='qemu'>") && of(None).contains("file='/a&amp;b'"));
    }
}
