//! What libvirt knows of a machine's snapshots, kept while the machine is undefined.

use serde::{Deserialize, Serialize};
use virt::domain::Domain;

use crate::{host::HostError, libvirt::ffi::error::checked, plan::StepError};

/// One snapshot's description; the data are in the disks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotRecord {
    /// Its XML.
    pub xml: String,
    /// Whether it is the current one.
    pub current: bool,
}

/// Reads all snapshots, each after its parent.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn read(domain: &Domain) -> Result<Vec<SnapshotRecord>, HostError> {
    let snapshots = checked(domain.list_all_snapshots(virt_sys::VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL))?;
    snapshots
        .iter()
        .map(|snapshot| {
            let xml = checked(snapshot.xml_desc(virt_sys::VIR_DOMAIN_SNAPSHOT_XML_SECURE))?;
            Ok(SnapshotRecord { xml, current: checked(snapshot.is_current(0))? })
        })
        .collect()
}

/// Tells libvirt of them again; those that it knows stay.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn restore(domain: &Domain, snapshots: &[SnapshotRecord]) -> Result<(), StepError> {
    for snapshot in snapshots {
        let current = if snapshot.current { virt_sys::VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT } else { 0 };
        let flags = virt_sys::VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE | current;
        checked(domain.create_snapshot_xml(&snapshot.xml, flags))?;
    }
    Ok(())
}
