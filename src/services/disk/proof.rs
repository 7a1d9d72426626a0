//! Whether a path of this computer is the daemon's file too: the daemon may live in other namespaces, or far away behind
//! a socket that is passed on.

use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
};

use lectern_model::{
    storage::{Volume, volume::VolumeKind},
    uri::HostUri,
};

/// The file of this computer at the volume's path, if it is proven to be the volume: its length and the time at which it
/// was last written to are what the daemon says. Reads a file's attributes.
pub(crate) fn of_daemon(host: &HostUri, volume: &Volume) -> Option<Metadata> {
    if !host.is_local() || host.is_test() || volume.kind != VolumeKind::File {
        return None;
    }
    let found = fs::symlink_metadata(&volume.path).ok().filter(Metadata::is_file)?;
    let modified = i128::from(found.mtime()) * 1_000_000_000 + i128::from(found.mtime_nsec());
    (volume.physical?.0 == found.len() && volume.modified? == modified).then_some(found)
}
