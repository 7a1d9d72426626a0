//! What a disc of the host is: its label as the daemon reads it, and the system that is on it.

use lectern_model::guest_os::DiscLabel;

use crate::{
    host::{Host, StorageError},
    osinfo::Osinfo,
};

/// The identifier of the system that the disc at `path` installs; `None` where nobody knows.
///
/// # Errors
/// As libvirt gives it.
pub async fn disc_system(host: &Host, path: String) -> Result<Option<String>, StorageError> {
    let Some(label) = host.disc_label(path).await? else { return Ok(None) };
    // Without the database the system is unknown.
    let Ok(osinfo) = Osinfo::load().await else { return Ok(None) };
    let found = tokio::task::spawn_blocking(move || system(&osinfo, &label)).await;
    Ok(found.unwrap_or_default())
}

fn system(osinfo: &Osinfo, label: &DiscLabel) -> Option<String> {
    osinfo.by_disc(label)?.id.clone()
}
