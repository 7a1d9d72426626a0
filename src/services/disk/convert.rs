//! A copy of an image by qemu-img on this computer: with progress, to be cancelled, and whole or not there at all.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::{Deserialize, Serialize};

use lectern_model::{
    command::CommandLine,
    storage::{ImageFormat, folder_of, name_of},
    units::Bytes,
};

use super::{
    space,
    tool::{self, End},
    work,
};
use crate::host::{Copying, StorageError};

/// A copy of a large disk over a slow network.
const LIMIT: Duration = Duration::from_hours(24);
/// With less than this left, a write failed for want of space.
const FULL: Bytes = Bytes(4 << 20);

/// A full copy: the new image stands on no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Convert {
    /// The image to copy. Nobody may write to it meanwhile.
    pub from: String,
    /// Its format, found before by content: qemu-img is not left to guess.
    pub from_format: ImageFormat,
    /// The new image; nothing may be there.
    pub to: String,
    /// The format that it shall have.
    pub to_format: ImageFormat,
}

impl Convert {
    /// What it is called until it is whole: beside the new image, hidden.
    #[must_use]
    pub fn partial(&self) -> PathBuf {
        Path::new(folder_of(&self.to)).join(format!(".{}.part", name_of(&self.to)))
    }

    fn command(&self, to: &str) -> CommandLine {
        let formats = ["-f", self.from_format.driver(), "-O", self.to_format.driver()];
        CommandLine::new("qemu-img").args(["convert", "-p"]).args(formats).args([self.from.as_str(), to])
    }

    /// The same by hand.
    #[must_use]
    pub fn commands(&self) -> Vec<CommandLine> {
        vec![self.command(&self.to)]
    }

    /// Copies. `copying` tells how far it is, in parts of ten thousand, and ends it at once. A failed, cancelled or killed
    /// copy leaves no image at `to`; what a killed one left is removed by the next, or by [`Self::undo`].
    ///
    /// Done a second time it is refused ([`StorageError::Exists`]): a journal that says it was done need not repeat it.
    ///
    /// # Errors
    /// [`StorageError::Cancelled`], [`StorageError::Exists`], [`StorageError::NoSpace`], [`StorageError::Denied`],
    /// [`StorageError::NoImage`]; [`StorageError::Tool`] with what qemu-img said.
    pub async fn run(self, copying: &Copying) -> Result<(), StorageError> {
        let copying = copying.clone();
        let work = move || {
            let progress = |done, all| copying.set(Bytes(done), Bytes(all));
            self.apply(&|| copying.is_cancelled(), &progress, &|_| Ok(()))
        };
        work::run(LIMIT, work).await?
    }

    /// [`Self::run`] on this thread, which waits, for the step of a plan: `stop` is asked whether to end, `progress` is told
    /// how many parts of how many are done, `whole` is shown the copy before it gets its name.
    ///
    /// # Errors
    /// As for [`Self::run`].
    pub fn apply(
        &self,
        stop: &dyn Fn() -> bool,
        progress: &dyn Fn(u64, u64),
        whole: &dyn Fn(&Path) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let partial = self.partial();
        for (path, is_wanted) in [(Path::new(&self.from), true), (Path::new(&self.to), false)] {
            match fs::metadata(path) {
                Ok(_) if !is_wanted => return Err(StorageError::Exists),
                Err(error) if is_wanted => return Err(StorageError::file(path, &error)),
                _ => {}
            }
        }
        remove(&partial)?;
        let copied = self.copy(&partial, stop, progress).and_then(|()| whole(&partial));
        let done = copied.and_then(|()| keep(&partial, Path::new(&self.to)));
        if done.is_err() {
            remove(&partial)?;
        }
        done
    }

    fn copy(&self, partial: &Path, stop: &dyn Fn() -> bool, progress: &dyn Fn(u64, u64)) -> Result<(), StorageError> {
        let line = self.command(&partial.to_string_lossy());
        let [program, arguments @ ..] = line.argv() else { return Err(StorageError::NoImage) };
        let mut bar = Bar::default();
        let end = tool::run(Command::new(program).args(arguments), LIMIT, stop, |piece| {
            if let Some(part) = bar.take(piece) {
                progress(part, 10_000);
            }
        });
        match end {
            Ok(End::Exit(status, _)) if status.success() => Ok(()),
            Ok(End::Cancelled) => Err(StorageError::Cancelled),
            Ok(End::Exit(_, said)) => Err(self.why(partial, said)),
            Ok(End::TimedOut) => Err(crate::host::HostError::TimedOut.into()),
            Err(error) => Err(StorageError::Tool { program: "qemu-img", said: error.to_string() }),
        }
    }

    /// Why qemu-img failed, by the state of things: its words are for people.
    fn why(&self, partial: &Path, said: String) -> StorageError {
        let folder = folder_of(&self.to);
        let wrote = File::options().write(true).create(true).truncate(false).open(partial);
        match wrote {
            Err(error) => StorageError::file(partial, &error),
            Ok(_) if space::local(folder).is_some_and(|free| free < FULL) => StorageError::NoSpace,
            Ok(_) => StorageError::Tool { program: "qemu-img", said },
        }
    }

    /// Removes what it made, whole or in part; `false` if there was nothing, so this may be done twice. Only for whoever
    /// knows that `to` was not there before. On this thread.
    ///
    /// # Errors
    /// As the system gives it.
    pub fn undo(&self) -> Result<bool, StorageError> {
        Ok(remove(&self.partial())? | remove(Path::new(&self.to))?)
    }
}

fn remove(path: &Path) -> Result<bool, StorageError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StorageError::file(path, &error)),
    }
}

/// Gives the whole copy its name, on the disk as well: a power failure afterwards finds it whole.
fn keep(partial: &Path, to: &Path) -> Result<(), StorageError> {
    let failed = |error: io::Error| StorageError::file(to, &error);
    File::open(partial).and_then(|file| file.sync_all()).map_err(failed)?;
    renameat_with(CWD, partial, CWD, to, RenameFlags::NOREPLACE).map_err(|error| failed(error.into()))?;
    match to.parent() {
        Some(folder) => File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed),
        None => Ok(()),
    }
}

/// Reads qemu-img's bar, `    (12.34/100%)` and a carriage return, in whatever pieces it comes.
#[derive(Debug, Default)]
struct Bar(String);

impl Bar {
    /// Takes a piece; gives the last part of ten thousand that it tells of.
    fn take(&mut self, piece: &[u8]) -> Option<u64> {
        self.0.push_str(&String::from_utf8_lossy(piece));
        let (whole, rest) = self.0.rsplit_once('\r')?;
        let part = whole.rsplit('\r').find_map(part);
        self.0 = rest.to_owned();
        part
    }
}

fn part(text: &str) -> Option<u64> {
    let (percent, _) = text.trim().strip_prefix('(')?.split_once("/100%)")?;
    let (whole, hundredths) = percent.split_once('.')?;
    Some(whole.parse::<u64>().ok()? * 100 + hundredths.get(..2)?.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_read_in_any_pieces() {
        let mut bar = Bar::default();
        assert_eq!(bar.take(b"    (0.00/100%)\r    (12.3"), Some(0));
        assert_eq!(bar.take(b"4/100%)"), None);
        assert_eq!(bar.take(b"\r    (99.00/100%)\r"), Some(9900));
        assert_eq!(bar.take(b"nonsense\r"), None);
    }

    fn copy(folder: &Path) -> Convert {
        let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
        Convert {
            from: path("a.img"),
            from_format: ImageFormat::Raw,
            to: path("b.qcow2"),
            to_format: ImageFormat::Qcow2,
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn apply(convert: &Convert) -> Result<(), StorageError> {
        convert.apply(&|| false, &|_, _| {}, &|_| Ok(()))
    }

    #[test]
    fn a_copy_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let convert = copy(folder.path());
        assert_eq!(apply(&convert), Err(StorageError::NoImage));
        fs::write(folder.path().join("a.img"), vec![7; 1 << 20]).unwrap();
        fs::write(convert.partial(), b"left by one that was killed").unwrap();
        assert_eq!(convert.apply(&|| true, &|_, _| {}, &|_| Ok(())), Err(StorageError::Cancelled));
        assert_eq!(names(folder.path()), ["a.img"]);
        let last = std::cell::Cell::new((0, 0));
        convert.apply(&|| false, &|done, all| last.set((done, all)), &|_| Ok(())).unwrap();
        assert_eq!(names(folder.path()), ["a.img", "b.qcow2"]);
        assert_eq!(last.get(), (10_000, 10_000));
        assert_eq!(apply(&convert), Err(StorageError::Exists));
        assert_eq!((convert.undo(), convert.undo()), (Ok(true), Ok(false)));
        assert_eq!(names(folder.path()), ["a.img"]);
    }

    #[test]
    fn a_wrong_format_fails_with_qemus_words() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.img"), b"no qcow2").unwrap();
        let convert = Convert { from_format: ImageFormat::Qcow2, ..copy(folder.path()) };
        assert!(matches!(apply(&convert), Err(StorageError::Tool { said, .. }) if !said.is_empty()));
        assert_eq!(names(folder.path()), ["a.img"]);
    }
}
