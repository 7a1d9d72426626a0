//! Discs: ISO 9660 with the names of Rock Ridge where it has them (ECMA-119; SUSP and RRIP, IEEE P1282).

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use super::{
    InstallError,
    folder::here,
    source::{Access, Body},
};

const SECTOR: u64 = 2048;
/// No folder of a disc is longer; a damaged one may claim to be.
const FOLDER: u32 = 16 << 20;
const IS_FOLDER: u8 = 2;

/// A disc.
pub(super) struct Disc {
    file: File,
    path: PathBuf,
    root: Entry,
}

/// A file or folder of a disc.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: String,
    sector: u32,
    length: u32,
    is_folder: bool,
}

impl Disc {
    /// Opens an image or a drive.
    pub(super) fn open(path: &str) -> Result<Self, InstallError> {
        let path = PathBuf::from(path);
        let file = File::open(&path).map_err(|error| here(&path, &error))?;
        let no_disc = || InstallError::NoDisc(path.display().to_string());
        let mut head = vec![0; usize::try_from(SECTOR).unwrap_or_default()];
        file.read_exact_at(&mut head, 16 * SECTOR).map_err(|_| no_disc())?;
        let is_primary = head.first() == Some(&1) && head.get(1..6) == Some(b"CD001");
        let root = head.get(156..190).filter(|_| is_primary).and_then(record).ok_or_else(no_disc)?;
        Ok(Self { file, path, root })
    }

    fn list(&self, folder: &Entry) -> Result<Vec<Entry>, InstallError> {
        let mut bytes = vec![0; usize::try_from(folder.length.min(FOLDER)).unwrap_or_default()];
        let read = self.file.read_exact_at(&mut bytes, u64::from(folder.sector) * SECTOR);
        read.map_err(|_| self.cut_off(&folder.name))?;
        Ok(records(&bytes))
    }

    fn cut_off(&self, name: &str) -> InstallError {
        let got = self.file.metadata().map_or(0, |data| data.len());
        InstallError::Truncated { file: format!("{}: {name}", self.path.display()), got, expected: got + 1 }
    }

    /// A path from the top; names are found in any case, as discs without Rock Ridge have capitals only.
    fn find(&self, path: &str) -> Result<Option<Entry>, InstallError> {
        let mut at = self.root.clone();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if !at.is_folder {
                return Ok(None);
            }
            let found = self.list(&at)?.into_iter().find(|entry| entry.name.eq_ignore_ascii_case(part));
            match found {
                Some(entry) => at = entry,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }
}

impl Access for Disc {
    fn open(&mut self, path: &str) -> Result<Option<Box<dyn Body + '_>>, InstallError> {
        let Some(entry) = self.find(path)?.filter(|entry| !entry.is_folder) else { return Ok(None) };
        let at = u64::from(entry.sector) * SECTOR;
        Ok(Some(Box::new(Extent { file: &self.file, at, rest: entry.length.into(), length: entry.length.into() })))
    }

    fn has(&mut self, path: &str) -> Result<bool, InstallError> {
        Ok(self.find(path)?.is_some_and(|entry| !entry.is_folder))
    }

    fn names(&mut self, path: &str) -> Result<Option<Vec<String>>, InstallError> {
        if path.contains("..") {
            return Ok(None);
        }
        let Some(folder) = self.find(path)?.filter(|entry| entry.is_folder) else { return Ok(None) };
        let name = |entry: Entry| if entry.is_folder { format!("{}/", entry.name) } else { entry.name };
        Ok(Some(self.list(&folder)?.into_iter().map(name).collect()))
    }

    fn ender(&self) -> Box<dyn Fn() + Send> {
        Box::new(|| ())
    }

    fn why(&self, file: &str, error: &io::Error) -> InstallError {
        here(&Path::new(&self.path).join(file), error)
    }
}

/// The records of a folder. None crosses a sector: a nought for a length means the next sector.
fn records(bytes: &[u8]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for sector in bytes.chunks(usize::try_from(SECTOR).unwrap_or(1)) {
        let mut rest = sector;
        while let Some(length) = rest.first().map(|length| usize::from(*length)).filter(|length| *length >= 34) {
            let Some(one) = rest.get(..length) else { break };
            entries.extend(record(one).filter(|entry| !entry.name.is_empty()));
            rest = rest.get(length..).unwrap_or_default();
        }
    }
    entries
}

/// One record; the folder itself and its parent have no name.
fn record(bytes: &[u8]) -> Option<Entry> {
    let long = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let length = usize::from(*bytes.get(32)?);
    let plain = bytes.get(33..33 + length)?;
    // The system's own area begins at an even place.
    let own = bytes.get(33 + length + (length + 1) % 2..).unwrap_or_default();
    let name = match plain {
        [0 | 1] => String::new(),
        plain => rock_ridge(own).unwrap_or_else(|| {
            let name = String::from_utf8_lossy(plain).into_owned();
            name.split(';').next().unwrap_or_default().trim_end_matches('.').to_lowercase()
        }),
    };
    Some(Entry { name, sector: long(2)?, length: long(10)?, is_folder: bytes.get(25)? & IS_FOLDER != 0 })
}

/// The name by Rock Ridge's `NM`, in one piece or more.
fn rock_ridge(mut area: &[u8]) -> Option<String> {
    let mut name: Option<Vec<u8>> = None;
    while let [a, b, length, _, ..] = *area {
        let Some(body) = area.get(4..usize::from(length)) else { break };
        if [a, b] == *b"NM" {
            name.get_or_insert_default().extend(body.get(1..).unwrap_or_default());
        }
        area = area.get(usize::from(length)..).unwrap_or_default();
    }
    name.and_then(|name| String::from_utf8(name).ok()).filter(|name| !name.is_empty())
}

/// A file's bytes: they lie together.
struct Extent<'d> {
    file: &'d File,
    at: u64,
    rest: u64,
    length: u64,
}

impl Read for Extent<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.rest).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read_at(&mut buffer[..most], self.at)?;
        self.at += count as u64;
        self.rest -= count as u64;
        Ok(count)
    }
}

impl Body for Extent<'_> {
    fn length(&self) -> Option<u64> {
        Some(self.length)
    }

    fn finish(self: Box<Self>) -> Result<(), InstallError> {
        Ok(())
    }
}
