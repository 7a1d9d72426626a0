//! What the last page says of a machine, whatever its disk.

use lectern_model::{
    defaults::Shortfall,
    draft::machine::{Facts, MachineDraft},
    flavor::Flavor,
    units::{Bytes, KiB},
};

use super::{network as networks, system};
use crate::{
    i18n::{gettext, gettext_f, ngettext_f},
    wizards::frame::Cost,
};

/// Whether it is started.
pub(crate) fn start(draft: &MachineDraft) -> String {
    if draft.start { gettext("It is started at once.") } else { gettext("It stays off.") }
}

/// CPUs, memory, and how it is run.
pub(crate) fn hardware(draft: &MachineDraft) -> String {
    let n = usize::try_from(draft.vcpus).unwrap_or(usize::MAX);
    let memory = draft.memory.to_string();
    let hardware =
        ngettext_f("{n} virtual CPU, {memory} memory", "{n} virtual CPUs, {memory} memory", n, &[("memory", &memory)]);
    format!("{hardware} · {}", system::way_name(draft.way))
}

/// What the host lacks, what the machine has instead, and what helps.
pub(crate) fn shortfall(lack: &Shortfall) -> String {
    match lack {
        Shortfall::Uefi => gettext(
            "UEFI firmware: the machine gets a BIOS, and a system that needs UEFI does not start. The package ovmf (edk2-ovmf on Fedora) brings it.",
        ),
        Shortfall::SecureBoot => gettext("UEFI firmware with Secure Boot: the machine gets one without it."),
        Shortfall::Tpm => {
            gettext("An emulated TPM: Windows 11 does not install itself without one. The package swtpm brings it.")
        }
        Shortfall::Cpu(_) => gettext("The CPU model that was asked for: the machine gets what QEMU gives by itself."),
        Shortfall::Screen => gettext("A screen that can be shown: the machine has its serial console only."),
    }
}

/// The flavor that it is made with.
pub(crate) fn flavor(draft: &MachineDraft) -> String {
    draft.flavor.as_ref().map_or_else(|| gettext("None, a size of its own"), |flavor| flavor.name.clone())
}

/// Its own disk, and those that its flavor gives it.
pub(crate) fn with_flavors_disks(own: String, flavor: Option<&Flavor>) -> String {
    let said = |size: Option<Bytes>, words: fn(&str) -> String| size.map(|size| words(&size.to_string()));
    let more = [
        said(flavor.and_then(Flavor::ephemeral_size), |size| {
            gettext_f("an ephemeral disk of {size}, empty", &[("size", size)])
        }),
        said(flavor.and_then(Flavor::swap_size), |size| {
            gettext_f("a swap disk of {size}, formatted", &[("size", size)])
        }),
    ];
    std::iter::once(own).chain(more.into_iter().flatten()).collect::<Vec<_>>().join("\n")
}

/// What it is plugged into.
pub(crate) fn network(draft: &MachineDraft, facts: &Facts) -> String {
    networks::name(&draft.network, facts)
}

/// What its memory costs the host.
pub(crate) fn memory(wanted: KiB, facts: &Facts) -> Cost {
    let host = &facts.host;
    let args = [("size", wanted.to_string()), ("all", host.memory.to_string())];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    let much = match host.free {
        Some(free) => {
            let free = free.to_string();
            gettext_f("{size} of {all}, {free} free now", &[args[0], args[1], ("free", &free)])
        }
        None => gettext_f("{size} of {all}", &args),
    };
    Cost { what: gettext("Memory"), much, fits: Some(wanted <= host.free.unwrap_or(host.memory)) }
}

/// What its disk costs a pool.
pub(crate) fn room(takes: &str, free: &str, fits: bool) -> Cost {
    let much = gettext_f("{size}; {free} free", &[("size", takes), ("free", free)]);
    Cost { what: gettext("Disk"), much, fits: Some(fits) }
}
