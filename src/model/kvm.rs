//! Machines that KVM does not run although it is offered: how to tell, and how to emulate them instead.

use crate::{
    capabilities::VirtType,
    domain::{DomainState, StateReason},
    xml::{Document, Edit, EditError, Element, Node, Place},
};

/// Whether a machine's state looks like a KVM that does not work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KvmTrouble {
    /// Nothing speaks for it.
    #[default]
    None,
    /// QEMU was gone right at the start, for which there are other reasons too: likely only on a host whose probe failed.
    Possible,
    /// QEMU stopped it by itself, which on a running machine hardly anything else does.
    Likely,
}

/// What `state` says of KVM. libvirt 11.3 was seen to tell a KVM that gave up ("KVM internal error") as paused with the
/// reason "unknown", and a QEMU that aborted at once as shut off with the reason "failed".
#[must_use]
pub const fn trouble(virt_type: Option<VirtType>, state: DomainState, reason: StateReason) -> KvmTrouble {
    if !matches!(virt_type, Some(VirtType::Kvm)) {
        return KvmTrouble::None;
    }
    match (state, reason) {
        (DomainState::Paused, StateReason::Unexplained | StateReason::InternalError) => KvmTrouble::Likely,
        (DomainState::ShutOff, StateReason::Failed | StateReason::GuestCrashed) => KvmTrouble::Possible,
        _ => KvmTrouble::None,
    }
}

/// The same machine without KVM: `type='qemu'`, all that emulation has as its CPU (its default is one of 2003, on which
/// new systems do not start), and without what QEMU refuses to emulate.
///
/// # Errors
/// As for [`Edit::finish`].
pub fn emulated(domain: &Document) -> Result<Document, EditError> {
    let root = domain.root();
    let mut edit = domain.edit();
    edit.set_attribute(root, "type", VirtType::Qemu.as_str())?;
    match root.child("cpu") {
        Some(cpu) => plain_cpu(&mut edit, cpu)?,
        None => add_cpu(&mut edit, root)?,
    }
    let features = root.child("features").into_iter().flat_map(Node::children);
    // Hyper-V's and KVM's own features, and the interrupt controller inside KVM.
    for feature in features.filter(|node| ["hyperv", "kvm", "ioapic"].contains(&node.name())) {
        edit.remove(feature)?;
    }
    let timers = root.child("clock").into_iter().flat_map(|clock| clock.children_named("timer"));
    let is_of_kvm = |timer: &Node<'_>| matches!(timer.attribute("name").as_deref(), Some("kvmclock" | "hypervclock"));
    for timer in timers.filter(is_of_kvm) {
        edit.remove(timer)?;
    }
    edit.finish()
}

/// The topology and the NUMA cells stay; the model with its features was meant for the host's own CPU.
fn plain_cpu<'d>(edit: &mut Edit<'d>, cpu: Node<'d>) -> Result<(), EditError> {
    edit.set_attribute(cpu, "mode", "maximum")?;
    for name in ["match", "check", "migratable"] {
        if cpu.attribute(name).is_some() {
            edit.remove_attribute(cpu, name)?;
        }
    }
    for child in cpu.children().filter(|node| ["model", "vendor", "feature", "cache"].contains(&node.name())) {
        edit.remove(child)?;
    }
    Ok(())
}

fn add_cpu<'d>(edit: &mut Edit<'d>, root: Node<'d>) -> Result<(), EditError> {
    let cpu = Element::new("cpu").attribute("mode", "maximum");
    let after = ["features", "os"].into_iter().find_map(|name| root.child(name));
    edit.insert(after.map_or(Place::LastIn(root), Place::After), &cpu)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(xml: &str) -> String {
        emulated(&Document::parse(xml).unwrap()).unwrap().to_string()
    }

    #[test]
    fn the_hosts_cpu_becomes_all_that_emulation_has() {
        let old = "<domain type='kvm'>\n  <os><type>hvm</type></os>\n  <features>\n    <acpi/>\n    <hyperv mode='custom'>\n      <relaxed state='on'/>\n    </hyperv>\n  </features>\n  <cpu mode='host-passthrough' check='none' migratable='on'>\n    <topology sockets='1' dies='1' cores='2' threads='1'/>\n    <feature policy='disable' name='vmx'/>\n  </cpu>\n  <clock offset='utc'>\n    <timer name='rtc' tickpolicy='catchup'/>\n    <timer name='kvmclock' present='yes'/>\n  </clock>\n</domain>\n";
        let new = "<domain type='qemu'>\n  <os><type>hvm</type></os>\n  <features>\n    <acpi/>\n  </features>\n  <cpu mode='maximum'>\n    <topology sockets='1' dies='1' cores='2' threads='1'/>\n  </cpu>\n  <clock offset='utc'>\n    <timer name='rtc' tickpolicy='catchup'/>\n  </clock>\n</domain>\n";
        assert_eq!(made(old), new);
    }

    #[test]
    fn a_machine_without_a_cpu_gets_one() {
        let old = "<domain type='kvm'>\n  <os><type>hvm</type></os>\n  <devices/>\n</domain>";
        let new = "<domain type='qemu'>\n  <os><type>hvm</type></os>\n  <cpu mode='maximum'/>\n  <devices/>\n</domain>";
        assert_eq!(made(old), new);
        assert_eq!(made(new), new, "done twice");
    }

    #[test]
    fn a_named_model_goes_with_its_features() {
        let old = "<domain type='kvm'><cpu mode='custom' match='exact' check='full'><model fallback='forbid'>EPYC</model><vendor>AMD</vendor><feature policy='require' name='x2apic'/></cpu></domain>";
        assert_eq!(made(old), "<domain type='qemu'><cpu mode='maximum'></cpu></domain>");
    }

    #[test]
    fn only_a_kvm_machine_that_qemu_stopped_is_suspect() {
        use DomainState::{Paused, Running, ShutOff};
        let kvm = Some(VirtType::Kvm);
        for (virt_type, state, reason, expected) in [
            (kvm, Paused, StateReason::from_raw(3, 0), KvmTrouble::Likely),
            (kvm, Paused, StateReason::from_raw(3, 1), KvmTrouble::None),
            (kvm, Paused, StateReason::from_raw(3, 5), KvmTrouble::None),
            (kvm, ShutOff, StateReason::from_raw(5, 6), KvmTrouble::Possible),
            (kvm, ShutOff, StateReason::from_raw(5, 1), KvmTrouble::None),
            (kvm, Running, StateReason::from_raw(1, 1), KvmTrouble::None),
            (Some(VirtType::Qemu), Paused, StateReason::from_raw(3, 0), KvmTrouble::None),
            (None, Paused, StateReason::from_raw(3, 0), KvmTrouble::None),
        ] {
            assert_eq!(trouble(virt_type, state, reason), expected, "{virt_type:?} {state:?} {reason:?}");
        }
    }
}
