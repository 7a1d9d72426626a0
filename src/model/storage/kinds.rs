//! The kinds of pools that a host's libvirt offers (libvirt.org/formatstoragecaps.html).

use super::{pool::PoolKind, volume::NotStorageXml};
use crate::xml::Document;

/// The kinds that Lectern can make, the plainest first. The others (SCSI, multipath, Gluster) are shown where they are there.
pub const MADE: [PoolKind; 8] = [
    PoolKind::Dir,
    PoolKind::Fs,
    PoolKind::Netfs,
    PoolKind::Logical,
    PoolKind::Disk,
    PoolKind::Iscsi,
    PoolKind::Zfs,
    PoolKind::Rbd,
];

/// Which of [`MADE`] the answer of `virConnectGetStoragePoolCapabilities` offers: a distribution packs most of them apart.
///
/// # Errors
/// If it is not well-formed.
pub fn offered(xml: &str) -> Result<Vec<PoolKind>, NotStorageXml> {
    let document = Document::parse(xml).map_err(|e| NotStorageXml(e.to_string()))?;
    let root = document.root();
    let supported: Vec<PoolKind> = root
        .children_named("pool")
        .filter(|pool| pool.attribute("supported").as_deref() == Some("yes"))
        .filter_map(|pool| pool.attribute("type").map(|name| PoolKind::from_name(&name)))
        .collect();
    Ok(MADE.into_iter().filter(|kind| supported.contains(kind)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_supported_is_offered() {
        let xml = "<storagepoolCapabilities><pool type='netfs' supported='yes'/><pool type='rbd' supported='no'/>\
                   <pool type='dir' supported='yes'><volOptions/></pool><pool type='scsi' supported='yes'/>\
                   </storagepoolCapabilities>";
        assert_eq!(offered(xml), Ok(vec![PoolKind::Dir, PoolKind::Netfs]));
        assert!(offered("<a>").is_err());
    }
}
