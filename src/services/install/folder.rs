//! A folder of this computer.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    InstallError,
    source::{Access, Body},
};

/// The most names that are listed.
const NAMES: usize = 10_000;

/// A folder.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Looks that it can be read, where it is there: one that is not is looked for beside it.
    pub(super) fn new(path: &str) -> Result<Self, InstallError> {
        match fs::read_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(InstallError::Denied(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(InstallError::NoDisc(path.to_owned())),
            _ => Ok(Self(path.into())),
        }
    }
}

impl Access for Folder {
    fn open(&mut self, path: &str) -> Result<Option<Box<dyn Body + '_>>, InstallError> {
        let path = self.0.join(path);
        // Opening a pipe would wait for somebody who writes into it.
        if !is_file(&path) {
            return Ok(None);
        }
        match File::open(&path) {
            Ok(file) => {
                let length = file.metadata().map(|data| data.len()).ok();
                Ok(Some(Box::new(Plain { file, length })))
            }
            Err(error) => Err(here(&path, &error)),
        }
    }

    fn has(&mut self, path: &str) -> Result<bool, InstallError> {
        Ok(is_file(&self.0.join(path)))
    }

    fn names(&mut self, path: &str) -> Result<Option<Vec<String>>, InstallError> {
        let path = self.0.join(path);
        let listed = match fs::read_dir(&path) {
            Ok(listed) => listed,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(here(&path, &error)),
        };
        let name = |entry: fs::DirEntry| {
            let end = if entry.path().is_dir() { "/" } else { "" };
            format!("{}{end}", entry.file_name().to_string_lossy())
        };
        let mut names: Vec<String> = listed.flatten().take(NAMES).map(name).collect();
        names.sort();
        Ok(Some(names))
    }

    fn ender(&self) -> Box<dyn Fn() + Send> {
        Box::new(|| ())
    }

    fn why(&self, file: &str, error: &io::Error) -> InstallError {
        here(&self.0.join(file), error)
    }
}

fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| data.is_file())
}

/// What an error about a file of this computer means.
pub(super) fn here(path: &Path, error: &io::Error) -> InstallError {
    let shown = path.display().to_string();
    match error.kind() {
        io::ErrorKind::NotFound => InstallError::NoFolder(shown),
        io::ErrorKind::PermissionDenied => InstallError::Denied(shown),
        _ => crate::host::StorageError::file(path, error).into(),
    }
}

/// A file.
struct Plain {
    file: File,
    length: Option<u64>,
}

impl Read for Plain {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Body for Plain {
    fn length(&self) -> Option<u64> {
        self.length
    }

    fn finish(self: Box<Self>) -> Result<(), InstallError> {
        Ok(())
    }
}
