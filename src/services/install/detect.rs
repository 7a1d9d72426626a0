//! What is at a place, and which system of the database it is.

use std::time::Duration;

use lectern_model::{
    guest_os::GuestOs,
    tree::{self, Finding, Place, PlaceKind, Tree},
};

use super::{Copying, InstallError, Limits, source::Source};
use crate::{disk::work, osinfo::Osinfo};

/// How long nobody waits beyond what the limits say.
const GRACE: Duration = Duration::from_secs(30);

/// Looks what is at `place`, for machines of the architecture `arch`. Changes nothing.
///
/// # Errors
/// Why it cannot be looked into. That there is no tree is no error but a [`Finding`].
pub async fn detect(place: Place, arch: String, limits: Limits, copying: Copying) -> Result<Finding, InstallError> {
    let work = move || {
        let mut source = Source::open(&place, &limits, &copying)?;
        let mut finding = tree::detect(&mut source, &arch, &place.last())?;
        if let Finding::Tree(tree) = &mut finding
            && place.kind() == PlaceKind::Disc
        {
            // The disc itself will be in the machine.
            tree.notes.retain(|note| *note != tree::Note::NeedsDisc);
        }
        Ok(finding)
    };
    work::run(limits.look + limits.idle + limits.connect + GRACE, work).await?
}

/// The system in the database that `tree` installs.
#[must_use]
pub fn system<'o>(database: &'o Osinfo, tree: &Tree) -> Option<&'o GuestOs> {
    tree.os_names().iter().find_map(|name| database.find(name))
}
