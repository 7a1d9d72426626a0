//! What the steps about a machine's definition share.

use lectern_model::{command::CommandLine, id::DomainId, uri::HostUri, xml::Document};
use virt::domain::Domain;

use super::lookup;
use crate::{
    host::HostError,
    libvirt::ffi::error::checked,
    plan::{StepError, context::Context},
};

/// All that a machine which is not there any more leaves with libvirt; a driver without the thing takes the flag.
const EVERYTHING: u32 = virt_sys::VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
    | virt_sys::VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    | virt_sys::VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA;

/// The XML that would be defined again to get the same machine, with its passwords.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn inactive_xml(domain: &Domain) -> Result<String, HostError> {
    let flags = virt_sys::VIR_DOMAIN_XML_INACTIVE | virt_sys::VIR_DOMAIN_XML_SECURE;
    Ok(checked(domain.xml_desc(flags))?)
}

pub(super) fn define_line(host: &HostUri, xml: &str) -> CommandLine {
    CommandLine::virsh(host.as_str()).args(["define", "/dev/stdin"]).input(xml)
}

pub(super) fn define(context: &Context<'_>, xml: &str) -> Result<Domain, StepError> {
    Ok(checked(context.connect().define_domain_xml(xml))?)
}

/// Undefines the machine if it is there.
pub(super) fn undefine(context: &Context<'_>, id: DomainId, flags: u32) -> Result<(), StepError> {
    if let Some(domain) = lookup::domain(context.connect(), id)? {
        checked(domain.undefine_flags(flags))?;
    }
    Ok(())
}

/// Undefines the machine, if it is there, with all that libvirt keeps of it; which of it there is, its XML says now.
pub(super) fn undefine_all(context: &Context<'_>, id: DomainId, keep_nvram: bool) -> Result<(), StepError> {
    let Some(domain) = lookup::domain(context.connect(), id)? else { return Ok(()) };
    let xml = inactive_xml(&domain)?;
    let nvram = if keep_nvram { virt_sys::VIR_DOMAIN_UNDEFINE_KEEP_NVRAM } else { virt_sys::VIR_DOMAIN_UNDEFINE_NVRAM };
    let flags =
        [(has(&xml, &["os", "nvram"]), nvram), (has(&xml, &["devices", "tpm"]), virt_sys::VIR_DOMAIN_UNDEFINE_TPM)];
    let flags = flags.into_iter().filter(|(is_there, _)| *is_there).fold(EVERYTHING, |all, (_, flag)| all | flag);
    undefine(context, id, flags)
}

pub(super) fn has(xml: &str, path: &[&str]) -> bool {
    let path = path.iter().fold(lectern_model::xml::Path::root(), |path, name| path.child(name));
    Document::parse(xml).is_ok_and(|document| document.find(&path).is_some())
}

pub(in crate::plan) fn same(a: &str, b: &str) -> bool {
    match (Document::parse(a), Document::parse(b)) {
        (Ok(a), Ok(b)) => a.same_as(&b),
        _ => a == b,
    }
}
