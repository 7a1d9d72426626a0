//! All machines of a host with everything that names their files.

use virt::{connect::Connect, domain::Domain};

use lectern_model::{id::DomainId, storage::machine::Machine, xml::Document};

use super::{
    super::{connection, error::HostError, ffi::error::checked},
    error::StorageError,
    types::{QemuUser, Snapshot},
};

fn parse(xml: &str) -> Result<Document, StorageError> {
    Ok(Document::parse(xml).map_err(|error| HostError::BadAnswer(error.to_string()))?)
}

/// All of them; what goes while they are read is left out.
pub(crate) fn all(connect: &Connect) -> Result<Vec<Machine>, StorageError> {
    let mut machines = Vec::new();
    for domain in checked(connect.list_all_domains(0))? {
        match read(&domain) {
            Ok(machine) => machines.push(machine),
            Err(StorageError::Host(HostError::Gone)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(machines)
}

/// One of them.
pub(crate) fn read(domain: &Domain) -> Result<Machine, StorageError> {
    let id = checked(domain.uuid_string())?;
    let id = DomainId::parse(&id).ok_or(HostError::BadAnswer(id))?;
    let name = checked(domain.name())?;
    let persistent = checked(domain.is_persistent())?;
    let live = if checked(domain.is_active())? { Some(parse(&checked(domain.xml_desc(0))?)?) } else { None };
    let config = match &live {
        Some(live) if !persistent => live.clone(),
        _ => parse(&checked(domain.xml_desc(virt_sys::VIR_DOMAIN_XML_INACTIVE))?)?,
    };
    let snapshots = snapshots_of(domain)?;
    Ok(Machine {
        id,
        name,
        config,
        live,
        snapshots: snapshots.iter().map(|snapshot| parse(&snapshot.xml)).collect::<Result<_, _>>()?,
        has_saved_memory: persistent && checked(domain.has_managed_save(0)).unwrap_or(false),
    })
}

/// The snapshots of one machine.
pub(super) fn snapshots(connect: &Connect, id: DomainId) -> Result<Vec<Snapshot>, StorageError> {
    snapshots_of(&connection::domain(connect, id)?)
}

/// A driver without snapshots has none.
fn snapshots_of(domain: &Domain) -> Result<Vec<Snapshot>, StorageError> {
    let Ok(list) = checked(domain.list_all_snapshots(0)) else { return Ok(Vec::new()) };
    let mut snapshots = Vec::with_capacity(list.len());
    for snapshot in list {
        snapshots.push(Snapshot {
            name: checked(snapshot.name())?,
            xml: checked(snapshot.xml_desc(0))?,
            is_current: checked(snapshot.is_current(0)).unwrap_or(false),
        });
    }
    Ok(snapshots)
}

/// The user that QEMU runs as: the label that the driver's DAC security model gives by default
/// (libvirt.org/formatcaps.html), `+uid:+gid`.
pub(super) fn qemu_user(connect: &Connect) -> Result<Option<QemuUser>, StorageError> {
    let capabilities = parse(&checked(connect.capabilities())?)?;
    let host = capabilities.root().child("host");
    let dac = host.into_iter().flat_map(|host| host.children_named("secmodel").collect::<Vec<_>>());
    let dac = dac.filter(|model| model.child("model").is_some_and(|name| name.text() == "dac"));
    let label = dac.flat_map(|model| model.children_named("baselabel").collect::<Vec<_>>()).next();
    Ok(label.and_then(|label| user(&label.text())))
}

fn user(label: &str) -> Option<QemuUser> {
    let (uid, gid) = label.trim().split_once(':')?;
    let number = |text: &str| text.trim_start_matches('+').parse().ok();
    Some(QemuUser { uid: number(uid)?, gid: number(gid)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_user_and_a_group() {
        assert_eq!(user("+64055:+993"), Some(QemuUser { uid: 64055, gid: 993 }));
        assert_eq!(user("system_u:system_r:svirt_t:s0"), None);
    }
}
