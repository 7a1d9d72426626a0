//! The first-boot service of a template: whether it can be put into the disk, and the step that does.

use lectern_model::{
    customize::Customization,
    draft::lab::OfflineLack,
    first_boot,
    id::DomainId,
    identity_strings::can_be_told,
    metadata::{self, Base},
    storage::ImageFormat,
};

use super::clone::{CloneError, CloneSource, look};
use crate::{guest, host::Host, plan::steps::Customize};

/// Why the service is not put into a template's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceLack {
    /// It is there already.
    There,
    /// The disk cannot be written to from here.
    Offline(OfflineLack),
    /// Overlays lie on the disk: to write into it would damage them.
    Base,
    /// The machine's firmware cannot tell its guest anything.
    Firmware,
}

/// Why the service cannot be put into the disk of a machine; none where it can.
///
/// # Errors
/// As the host gives it.
pub async fn lack(host: &Host, id: DomainId) -> Result<Option<ServiceLack>, CloneError> {
    let source = look(host, id).await?;
    let path = source.images.values().next().map(|image| image.path.clone()).unwrap_or_default();
    Ok(match lacks(&source) {
        None => guest::lack_of(host, &path).await.map(ServiceLack::Offline),
        lack => lack,
    })
}

fn lacks(source: &CloneSource) -> Option<ServiceLack> {
    if metadata::read(&source.xml).machine().service.is_some() {
        return Some(ServiceLack::There);
    }
    if source.standing.is_base() {
        return Some(ServiceLack::Base);
    }
    if !can_be_told(&source.xml) {
        return Some(ServiceLack::Firmware);
    }
    guest::lack(&source.host).map(ServiceLack::Offline)
}

/// The step that puts it into the first of these disks, which the system starts from; none where it cannot be done.
pub(super) fn step(source: &CloneSource, bases: &[Base]) -> Option<Customize> {
    if lacks(source).is_some() {
        return None;
    }
    let base = bases.first()?;
    let disk = source.facts.disks.iter().find(|disk| disk.target == base.target)?;
    let pool = source.images.get(&disk.index)?.pool.clone()?;
    let format = disk.format.as_deref().map_or(ImageFormat::Raw, ImageFormat::from_name);
    let link = (first_boot::UNIT.to_owned(), first_boot::LINK.to_owned());
    let work = Customization { files: first_boot::files().to_vec(), links: vec![link], ..Customization::default() };
    let emulated = source.xml.root().attribute("type").as_deref() != Some("kvm");
    let (machine, path) = (source.facts.source.clone(), base.path.clone());
    Some(Customize { machine, path, pool, format, emulated, work, stays: true })
}
