//! The snapshots inside a qcow2 image: read and changed by qemu-img, where this program may use the file itself.
//!
//! libvirt has no such call for a volume. An image that only the daemon can write is told so: its machine's own snapshots,
//! which libvirt makes, are the way there.

use std::{path::Path, process::Command, time::Duration};

use lectern_model::{command::CommandLine, units::Bytes};
use serde::Deserialize;

use super::{
    tool::{self, End},
    work,
};
use crate::host::{HostError, StorageError};

/// How long qemu-img may take: an old snapshot of a large disk has many tables.
const LIMIT: Duration = Duration::from_mins(10);

/// A snapshot inside an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSnapshot {
    /// Its name; QEMU takes several of one name, so the number tells them apart.
    pub name: String,
    /// Its number.
    pub id: String,
    /// When it was made, in seconds since 1970.
    pub made: i64,
    /// How large the machine's memory in it is; 0 for a disk alone.
    pub memory: Bytes,
}

/// What is done with a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Make it.
    Make,
    /// Take the image back to it.
    Apply,
    /// Delete it.
    Remove,
}

/// `SnapshotInfo` of QEMU's qapi/block-core.json, what is needed of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Told {
    id: String,
    name: String,
    #[serde(default)]
    date_sec: i64,
    #[serde(default)]
    vm_state_size: u64,
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    snapshots: Vec<Told>,
}

/// The snapshots inside the image at `path`, in the order of their numbers; elsewhere, on a thread of its own.
///
/// # Errors
/// As for [`read`].
pub async fn list(path: &str) -> Result<Vec<ImageSnapshot>, StorageError> {
    let path = path.to_owned();
    work::run(LIMIT, move || read(&path)).await?
}

/// The same on this thread, which waits; also while a machine uses it (`-U`).
///
/// # Errors
/// [`StorageError::Denied`] if this program may not read it; [`StorageError::Tool`] with what qemu-img said.
pub fn read(path: &str) -> Result<Vec<ImageSnapshot>, StorageError> {
    std::fs::File::open(path).map_err(|error| StorageError::file(path, &error))?;
    let mut text = Vec::new();
    let mut command = Command::new("qemu-img");
    command.args(["info", "-U", "--output=json", path]);
    ended(tool::run(&mut command, LIMIT, || false, |piece| text.extend_from_slice(piece)))?;
    parse(&text)
}

fn parse(text: &[u8]) -> Result<Vec<ImageSnapshot>, StorageError> {
    let answer: Answer = serde_json::from_slice(text)
        .map_err(|error| StorageError::Tool { program: "qemu-img", said: error.to_string() })?;
    let snapshot = |told: Told| ImageSnapshot {
        name: told.name,
        id: told.id,
        made: told.date_sec,
        memory: Bytes(told.vm_state_size),
    };
    Ok(answer.snapshots.into_iter().map(snapshot).collect())
}

/// Whether this program may change the image itself.
///
/// # Errors
/// [`StorageError::Denied`], [`StorageError::NoImage`].
pub fn may_write(path: &str) -> Result<(), StorageError> {
    let opened = std::fs::OpenOptions::new().write(true).open(Path::new(path));
    opened.map(drop).map_err(|error| StorageError::file(path, &error))
}

/// The line that does it.
#[must_use]
pub fn command(deed: Deed, image: &str, name: &str) -> CommandLine {
    let option = match deed {
        Deed::Make => "-c",
        Deed::Apply => "-a",
        Deed::Remove => "-d",
    };
    CommandLine::new("qemu-img").args(["snapshot", option, name, image])
}

/// Does it, on this thread, which waits.
///
/// # Errors
/// [`StorageError::Tool`] with what qemu-img said.
pub fn run(deed: Deed, image: &str, name: &str) -> Result<(), StorageError> {
    let line = command(deed, image, name);
    let [program, arguments @ ..] = line.argv() else { return Err(StorageError::NoImage) };
    ended(tool::run(Command::new(program).args(arguments), LIMIT, || false, |_| {}))
}

fn ended(end: std::io::Result<End>) -> Result<(), StorageError> {
    match end {
        Ok(End::Exit(status, _)) if status.success() => Ok(()),
        Ok(End::Exit(_, said)) => Err(StorageError::Tool { program: "qemu-img", said }),
        Ok(End::TimedOut | End::Cancelled) => Err(HostError::TimedOut.into()),
        Err(error) => Err(StorageError::Tool { program: "qemu-img", said: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_are_made_read_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("a.qcow2").to_string_lossy().into_owned();
        assert_eq!(read(&image), Err(StorageError::NoImage));
        assert!(
            Command::new("qemu-img").args(["create", "-q", "-f", "qcow2", &image, "1M"]).status().unwrap().success()
        );
        assert_eq!(read(&image), Ok(Vec::new()));
        run(Deed::Make, &image, "课前 1").unwrap();
        let all = read(&image).unwrap();
        assert_eq!(all.iter().map(|one| (one.name.as_str(), one.memory)).collect::<Vec<_>>(), [("课前 1", Bytes(0))]);
        assert!(all[0].made > 1_000_000_000);
        run(Deed::Apply, &image, "课前 1").unwrap();
        assert!(matches!(run(Deed::Apply, &image, "other"), Err(StorageError::Tool { .. })));
        run(Deed::Remove, &image, "课前 1").unwrap();
        assert_eq!(read(&image), Ok(Vec::new()));
    }
}
