//! What can be done to one domain, and what its page reads; each may take long, so each runs in the pool.

use std::{path::PathBuf, sync::Arc};

use virt::{connect::Connect, domain::Domain};

use lectern_model::{
    domain::{DomainAction, DomainState},
    id::DomainId,
    metadata::{self, Notes},
    template::Deed,
    units::KiB,
    uri::HostUri,
    xml::{Document, domain::DomainXml},
};

use super::{
    addresses,
    connection::{self, Connection},
    error::{HostError, LibvirtError},
    ffi::{error::checked, stats},
    guard,
    reading::Reading,
    starting,
    types::DomainDetails,
};
use crate::{catalog, probe};

/// One of the texts that libvirt keeps of a domain.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {
    /// `<title>`.
    Title,
    /// `<description>`.
    Description,
}

/// Does `action` to the domain.
///
/// # Errors
/// As libvirt gives it; [`HostError::Gone`] if the domain is no longer there.
pub(crate) fn act(connect: &Connect, uri: &HostUri, id: DomainId, action: DomainAction) -> Result<(), HostError> {
    let domain = connection::domain(connect, id)?;
    if action == DomainAction::Start {
        catalog::must_be_enabled(connect, uri, &domain)?;
    }
    let result = match action {
        DomainAction::Start => return starting::start(connect, &domain),
        DomainAction::ShutDown => domain.shutdown(),
        DomainAction::Reboot => domain.reboot(virt_sys::VIR_DOMAIN_REBOOT_DEFAULT),
        DomainAction::Reset => domain.reset(),
        DomainAction::ForceOff => domain.destroy(),
        DomainAction::Pause => domain.suspend(),
        DomainAction::Resume if is_asleep(&domain) => domain.pm_wakeup(0),
        DomainAction::Resume => domain.resume(),
        DomainAction::Save => domain.managed_save(0),
    };
    Ok(checked(result)?)
}

fn is_asleep(domain: &Domain) -> bool {
    domain.info().is_ok_and(|info| info.state.is(virt::domain::DomainState::PMSuspended))
}

/// What Lectern noted on the domain; `None` where that is nothing. Read from the whole XML, as
/// `virDomainGetMetadata` gives the element without its namespaces (`virXMLExtractNamespaceXML`).
///
/// # Errors
/// As for [`act`].
pub(crate) fn notes(connect: &Connect, id: DomainId) -> Result<Option<Arc<Notes>>, HostError> {
    let domain = connection::domain(connect, id)?;
    let xml = checked(domain.xml_desc(virt_sys::VIR_DOMAIN_XML_INACTIVE))?;
    let document = Document::parse(&xml).map_err(|error| HostError::BadAnswer(error.to_string()))?;
    let notes = Notes::from(metadata::read(&document).machine());
    Ok((!notes.is_empty()).then(|| Arc::new(notes)))
}

/// Reads everything that a domain's page shows. The guest agent, where one is connected, may take seconds.
///
/// # Errors
/// As for [`act`].
pub(crate) fn details(connection: &Connection, uri: &HostUri, id: DomainId) -> Result<DomainDetails, HostError> {
    let domain = connection.domain(id)?;
    let xml = checked(domain.xml_desc(0))?;
    let parsed = DomainXml::parse(&xml).map_err(|error| HostError::BadAnswer(error.to_string()))?;
    let persistent = checked(domain.is_persistent())?;
    let active = checked(domain.is_active())?;
    let name = checked(domain.name())?;
    Ok(DomainDetails {
        persistent,
        // A transient domain has neither: the question itself is refused.
        autostart: persistent && checked(domain.autostart()).unwrap_or(false),
        has_saved_memory: persistent && checked(domain.has_managed_save(0)).unwrap_or(false),
        addresses: if active { addresses::everything(&domain, parsed.agent) } else { Vec::new() },
        config_path: persistent.then(|| config_path(uri, &name)).flatten(),
        xml,
        parsed,
    })
}

/// Where QEMU's driver keeps a domain's configuration, if that is on this computer (`qemu_conf.c`).
fn config_path(uri: &HostUri, name: &str) -> Option<PathBuf> {
    if !uri.is_local() || uri.is_test() {
        return None;
    }
    // For root, the session is the system's daemon.
    let folder = if uri.is_session() && !is_root() {
        let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
        std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home)?.join("libvirt")
    } else {
        PathBuf::from("/etc/libvirt")
    };
    Some(folder.join("qemu").join(format!("{name}.xml")))
}

/// Whether this process is root's: its own entry in /proc belongs to its effective user.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Has the domain start with its host, or no longer.
///
/// # Errors
/// As for [`act`].
pub(crate) fn set_autostart(connection: &Connection, id: DomainId, on: bool) -> Result<(), HostError> {
    let domain = connection.domain(id)?;
    if on {
        guard::must_allow(connection.connect(), Deed::Start, &domain)?;
    }
    Ok(checked(domain.set_autostart(on))?)
}

/// Sets one of its texts wherever the domain has it: running, in its configuration, or both.
///
/// # Errors
/// As for [`act`].
pub(crate) fn set_text(connection: &Connection, id: DomainId, which: Text, text: &str) -> Result<(), HostError> {
    let domain = connection.domain(id)?;
    let kind = match which {
        Text::Title => virt_sys::VIR_DOMAIN_METADATA_TITLE,
        Text::Description => virt_sys::VIR_DOMAIN_METADATA_DESCRIPTION,
    };
    let mut flags = 0;
    if checked(domain.is_active())? {
        flags |= virt_sys::VIR_DOMAIN_AFFECT_LIVE;
    }
    if checked(domain.is_persistent())? {
        flags |= virt_sys::VIR_DOMAIN_AFFECT_CONFIG;
    }
    // XML holds no NUL, and virt would panic at one.
    let text = text.replace('\0', "");
    let value = (!text.is_empty()).then_some(text.as_str());
    Ok(checked(domain.set_metadata(kind.cast_signed(), value, None, None, flags))?)
}

/// Gives the domain another name.
///
/// # Errors
/// As for [`act`]; QEMU renames only what is off.
pub(crate) fn rename(connection: &Connection, id: DomainId, new: &str) -> Result<(), HostError> {
    Ok(checked(connection.domain(id)?.rename(new, 0))?)
}

/// Reads all domains in one call.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn read_all(connect: &Connect) -> Result<Vec<Reading>, LibvirtError> {
    let mut readings = listed(connect, stats::all(connect, stats::LIST, false)?);
    for reading in &mut readings {
        fill(connect, reading);
    }
    Ok(readings)
}

/// Reads some domains; gives back those that are there.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn read_some(connect: &Connect, ids: &[DomainId]) -> Result<Vec<Reading>, HostError> {
    let mut domains = Vec::with_capacity(ids.len());
    for id in ids {
        match connection::domain(connect, *id) {
            Ok(domain) => domains.push(domain),
            Err(HostError::Gone) => {}
            Err(error) => return Err(error),
        }
    }
    let mut readings = listed(connect, stats::some(&domains, stats::LIST)?);
    for reading in &mut readings {
        fill(connect, reading);
    }
    Ok(readings)
}

/// Leaves out the machines of probes, which nobody shall see or touch.
pub(crate) fn listed(connect: &Connect, mut readings: Vec<Reading>) -> Vec<Reading> {
    readings.retain(|reading| !probe::is_probe(connect, &reading.name));
    readings
}

/// The test driver's statistics hold only the state: the rest is asked for, in this process.
fn fill(connect: &Connect, reading: &mut Reading) {
    if reading.memory.is_some() || reading.vcpus.is_some() {
        return;
    }
    let info = connection::domain(connect, reading.id).ok().and_then(|domain| domain.info().ok());
    if let Some(info) = info {
        (reading.memory, reading.vcpus) = (Some(KiB(info.memory)), Some(info.nr_virt_cpu));
        let active = reading.state().is_some_and(|(state, _): (DomainState, _)| state.is_active());
        reading.cpu = active.then(|| std::time::Duration::from_nanos(info.cpu_time));
    }
}

/// The counters of one domain.
///
/// # Errors
/// As for [`act`].
pub(crate) fn counters(connect: &Connect, id: DomainId) -> Result<Option<Reading>, HostError> {
    let domain = connection::domain(connect, id)?;
    let mut reading = stats::some(&[domain], stats::COUNTERS)?.pop();
    if let Some(reading) = &mut reading {
        fill(connect, reading);
    }
    Ok(reading)
}
