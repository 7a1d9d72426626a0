//! What a machine's disks lie on, and what they could lie on.

use lectern_model::{
    id::DomainId,
    storage::{Fault, ImageFormat, name_of},
};

use super::{ChainError, replace::xml_of};
use crate::{
    disk::{Cancel, access, inventory, volumes},
    host::{Host, HostError},
    plan::make::lab::reset::{volume, written},
};

/// A machine's overlays, and the images of its host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaseFacts {
    /// The overlays.
    pub overlays: Vec<Overlay>,
    /// The paths of the images that others can lie on.
    pub images: Vec<String>,
}

/// A machine's disk that lies on another image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// The guest's name for it: `vda`.
    pub target: String,
    /// Its path.
    pub path: String,
    /// What it lies on, the next first, as far as that is there.
    pub bases: Vec<String>,
    /// What is wrong with that.
    pub fault: Option<Fault>,
    /// Whether this program may read and write it itself, so that its content can be kept.
    pub here: bool,
}

impl Overlay {
    /// The base to begin with: where the lost one may be now, by its name; else the one that is there.
    #[must_use]
    pub fn suggestion(&self, images: &[String]) -> String {
        let lost = match &self.fault {
            Some(Fault::Missing { path, .. }) => Some(path),
            _ => None,
        };
        let found = lost.and_then(|lost| images.iter().find(|image| name_of(image) == name_of(lost)));
        found.or(lost).or_else(|| self.bases.first()).cloned().unwrap_or_default()
    }
}

/// Looks at a machine.
///
/// # Errors
/// [`ChainError::NoOverlay`] if it has none; else as the host gives it.
pub async fn look(host: &Host, id: DomainId) -> Result<BaseFacts, ChainError> {
    let stock = inventory::take(host).await?;
    let machine = stock.machines.iter().find(|machine| machine.id == id).ok_or(HostError::Gone)?;
    let xml = xml_of(host, id).await?;
    let mut overlays = Vec::new();
    for (_, view) in written(&xml) {
        let Some(own) = volume(&stock, &view).filter(|volume| volume.backing.is_some()) else { continue };
        let chain = access::chain(host, &own.path, &Cancel::default()).await;
        overlays.push(Overlay {
            target: view.target,
            path: own.path.clone(),
            bases: chain.bases().iter().map(|link| link.path.clone()).collect(),
            fault: chain.faults.into_iter().next(),
            here: volumes::copies_here(host, own).await,
        });
    }
    if overlays.is_empty() {
        return Err(ChainError::NoOverlay(machine.name.clone()));
    }
    let can = |format| matches!(format, ImageFormat::Raw | ImageFormat::Qcow2);
    let own = |path: &String| overlays.iter().any(|overlay| overlay.path == *path);
    let images = stock.volumes.iter().filter(|volume| can(volume.format)).map(|volume| volume.path.clone());
    let images = images.filter(|path| !own(path)).collect();
    Ok(BaseFacts { overlays, images })
}
