//! What a step notes of what it has made, so that its undo knows that again and touches nothing else.

use std::{collections::BTreeMap, fs::Metadata, io, os::unix::fs::MetadataExt, path::Path, time::UNIX_EPOCH};

use lectern_model::{storage::Volume, uri::HostUri};
use serde::{Deserialize, Serialize};
use virt::storage_vol::StorageVol;

use super::{identity::HostIdentity, secrets, steps::same};
use crate::{
    disk::proof,
    host::StorageError,
    libvirt::{ffi::error::checked, storage::pools},
};

/// How far the times of volumes that are made in one go are apart, in nanoseconds.
const NEAR: u64 = 10_000_000_000;

/// What a step has made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mark {
    /// A volume.
    Volume(VolumeMark),
    /// A file of this computer.
    File(FileId),
    /// What a step that makes many things has made of each, by its name.
    Many(BTreeMap<String, Mark>),
    /// One more of them.
    Part(String, Box<Mark>),
    /// A pool that was not started before.
    Started,
    /// A configuration, as libvirt has it.
    Config(Config),
    /// A network whose configuration is this after so many of the changes were made to what runs.
    Update(Config, usize),
}

impl Mark {
    /// As it may be written to the disk.
    pub(super) fn without_secrets(&self) -> Self {
        match self {
            Self::Config(config) => Self::Config(config.without_secrets()),
            Self::Update(config, done) => Self::Update(config.without_secrets(), *done),
            other => other.clone(),
        }
    }
}

impl Mark {
    /// What was made of this name.
    pub(super) fn part(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Many(parts) => parts.get(name),
            _ => None,
        }
    }

    /// With one more part, in place of one of the same name.
    fn with(self, name: String, part: Self) -> Self {
        let mut parts = if let Self::Many(parts) = self { parts } else { BTreeMap::new() };
        parts.insert(name, part);
        Self::Many(parts)
    }
}

/// What the steps of a plan have made, and on which host: what undoing it later needs beside the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub(super) host: Option<HostIdentity>,
    pub(super) marks: Vec<Option<Mark>>,
}

impl Made {
    pub(super) fn get(&self, step: usize) -> Option<&Mark> {
        self.marks.get(step)?.as_ref()
    }

    pub(super) fn set(&mut self, step: usize, mark: Option<Mark>) {
        if self.marks.len() <= step {
            self.marks.resize(step + 1, None);
        }
        if let Some(place) = self.marks.get_mut(step) {
            *place = match mark {
                Some(Mark::Part(name, part)) => {
                    let before = place.take().unwrap_or_else(|| Mark::Many(BTreeMap::new()));
                    Some(before.with(name, *part))
                }
                whole => whole,
            };
        }
    }

    pub(super) fn without_secrets(&self) -> Self {
        let clean = |mark: &Option<Mark>| mark.as_ref().map(Mark::without_secrets);
        Self { host: self.host.clone(), marks: self.marks.iter().map(clean).collect() }
    }
}

/// A configuration as libvirt had it right after a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Config {
    xml: String,
    /// Whether the passwords are in it.
    whole: bool,
}

impl Config {
    pub(super) const fn new(xml: String) -> Self {
        Self { xml, whole: true }
    }

    /// The XML; without its passwords where the plan was read back.
    pub(super) fn xml(&self) -> &str {
        &self.xml
    }

    fn without_secrets(&self) -> Self {
        Self { xml: secrets::without(&self.xml), whole: false }
    }

    /// Whether `now` is that configuration still.
    pub(super) fn is(&self, now: &str) -> bool {
        if self.whole { same(now, &self.xml) } else { same(&secrets::without(now), &self.xml) }
    }
}

/// Which file it is, whatever is written to it: another one of the same name has another number or another birth.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct FileId {
    inode: u64,
    device: u64,
    /// In nanoseconds since 1970, where the file system tells.
    born: Option<u64>,
}

/// A device may get another number at the next start of the computer: it counts only where no birth is told.
impl PartialEq for FileId {
    fn eq(&self, other: &Self) -> bool {
        let alike = self.inode == other.inode && self.born == other.born;
        alike && (self.born.is_some() || self.device == other.device)
    }
}

impl Eq for FileId {}

impl FileId {
    /// The file at `path`; a link is itself.
    ///
    /// # Errors
    /// As the system gives it.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        std::fs::symlink_metadata(path).map(|found| Self::from(&found))
    }
}

impl From<&Metadata> for FileId {
    fn from(found: &Metadata) -> Self {
        let born = found.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let born = born.and_then(|born| u64::try_from(born.as_nanos()).ok());
        Self { inode: found.ino(), device: found.dev(), born }
    }
}

/// A volume, as its host told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VolumeMark {
    /// libvirt's key: for files their path, for LVM a number that is given once.
    key: String,
    path: String,
    capacity: u64,
    /// When it was last written to, in nanoseconds since 1970.
    modified: Option<i64>,
    /// The file itself, where it is proven to be one of this computer.
    file: Option<FileId>,
    /// Whether all of it was there: a copy is noted while it is being made.
    whole: bool,
}

impl VolumeMark {
    /// The mark of a volume; `whole` is false while it is being written.
    ///
    /// # Errors
    /// As libvirt gives it.
    pub(super) fn of(host: &HostUri, raw: &StorageVol, whole: bool) -> Result<Self, StorageError> {
        let key = checked(raw.key())?;
        let (volume, _) = pools::read_volume(raw)?;
        let file = proof::of_daemon(host, &volume).map(|found| FileId::from(&found));
        Ok(Self { key, capacity: volume.capacity.0, modified: modified(&volume), path: volume.path, file, whole })
    }

    /// Its path.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether a volume was written at about the same time: one of many that were made in one go.
    pub(super) fn is_near(&self, volume: &Volume) -> bool {
        modified(volume).zip(self.modified).is_some_and(|(now, own)| now.abs_diff(own) < NEAR)
    }

    /// Whether the file itself can be seen from here.
    pub(super) const fn is_file(&self) -> bool {
        self.file.is_some()
    }

    /// Whether the volume that is there now is the one of the mark. In doubt it is not: what was written to meanwhile
    /// is known again only where the file itself can be seen.
    ///
    /// # Errors
    /// As libvirt gives it.
    pub(super) fn is(&self, raw: &StorageVol) -> Result<bool, StorageError> {
        let (volume, _) = pools::read_volume(raw)?;
        if volume.path != self.path || checked(raw.key())? != self.key {
            return Ok(false);
        }
        if let Some(file) = &self.file {
            return Ok(FileId::of(Path::new(&self.path)).is_ok_and(|found| found == *file));
        }
        // A key that is no path is given to one volume only.
        let known = self.key != self.path || !self.whole || self.modified == modified(&volume);
        Ok(known && volume.capacity.0 == self.capacity)
    }
}

fn modified(volume: &Volume) -> Option<i64> {
    volume.modified.and_then(|at| i64::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_same_name_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"x").unwrap();
        let mark = FileId::of(&path).unwrap();
        std::fs::write(&path, b"written to").unwrap();
        assert_eq!(FileId::of(&path).unwrap(), mark);
        let aside = folder.path().join("b");
        std::fs::write(&aside, b"x").unwrap();
        std::fs::rename(&aside, &path).unwrap();
        assert_ne!(FileId::of(&path).unwrap(), mark);
    }

    #[test]
    fn what_is_kept_has_no_password_and_is_known_again() {
        let xml = |passwd: &str| format!("<domain><devices><graphics type='vnc'{passwd}/></devices></domain>");
        let mark = Config::new(xml(" passwd='x'"));
        assert!(mark.is(&xml(" passwd='x'")) && !mark.is(&xml(" passwd='y'")));
        let kept = Mark::Config(mark).without_secrets();
        let Mark::Config(kept) = kept else { panic!("{kept:?}") };
        assert!(!kept.xml.contains("passwd") && kept.is(&xml(" passwd='x'")));
        assert!(!kept.is("<domain><devices/></domain>"));
    }
}
