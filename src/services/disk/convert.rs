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
    storage::{
        ImageFormat,
        content::Packing,
        folder_of, name_of,
        wrapping::{Inside, Wrapping},
    },
    units::Bytes,
};

use super::{
    qemu_img, space,
    tool::{self, End},
    work, wrapped,
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
    /// How the image lies in the file `from`.
    #[serde(default)]
    pub wrapping: Wrapping,
    /// Whether its whole size is set aside at once.
    #[serde(default)]
    pub whole: bool,
}

impl Convert {
    /// Of an image that is a file of its own, and as thin as the new format can be.
    #[must_use]
    pub fn new(from: &str, from_format: ImageFormat, to: &str, to_format: ImageFormat) -> Self {
        let (from, to) = (from.to_owned(), to.to_owned());
        Self { from, from_format, to, to_format, wrapping: Wrapping::default(), whole: false }
    }

    /// What it is called until it is whole: beside the new image, hidden.
    #[must_use]
    pub fn partial(&self) -> PathBuf {
        Path::new(folder_of(&self.to)).join(format!(".{}.part", name_of(&self.to)))
    }

    /// Where a packed image is unpacked to before it is converted.
    fn unpacked(&self) -> Option<PathBuf> {
        self.wrapping.packing?;
        Some(Path::new(folder_of(&self.to)).join(format!(".{}.unpacked", name_of(&self.to))))
    }

    fn command(&self, to: &str) -> CommandLine {
        let line = CommandLine::new("qemu-img").args(["convert", "-p"]);
        let line = match (self.unpacked(), self.wrapping.is_bare()) {
            (None, true) => line.args(["-f", self.from_format.driver(), "-O", self.to_format.driver()]),
            _ => line.args(["-O", self.to_format.driver()]),
        };
        let line = if self.whole { line.args(["-o", "preallocation=falloc"]) } else { line };
        line.args([self.source().as_str(), to])
    }

    /// What qemu-img reads.
    fn source(&self) -> String {
        match self.unpacked() {
            _ if self.wrapping.is_bare() => self.from.clone(),
            Some(unpacked) => {
                let path = unpacked.to_string_lossy().into_owned();
                qemu_img::name(&Inside { path, wrapping: Wrapping::default() }, self.from_format)
            }
            None => qemu_img::name(&self.inside(), self.from_format),
        }
    }

    fn inside(&self) -> Inside {
        Inside { path: self.from.clone(), wrapping: self.wrapping }
    }

    /// The same by hand.
    #[must_use]
    pub fn commands(&self) -> Vec<CommandLine> {
        let convert = self.command(&self.to);
        let (Some(unpacked), Some(program)) = (self.unpacked(), self.wrapping.packing.and_then(Packing::program))
        else {
            return vec![convert];
        };
        let unpacked = unpacked.to_string_lossy();
        let unpack = match self.wrapping.part {
            None => CommandLine::new(program).args(["-dc", "--", &self.from]),
            Some(part) => {
                let tail = CommandLine::new("tail").args(["-c", &format!("+{}", part.offset + 1), "--", &self.from]);
                let head = CommandLine::new("head").args(["-c", &part.length.to_string()]);
                tail.pipe(head).pipe(CommandLine::new(program).arg("-dc"))
            }
        };
        let write = CommandLine::new("dd").arg(format!("of={unpacked}")).args(["bs=64K", "iflag=fullblock"]);
        let remove = CommandLine::new("rm").args(["--", &unpacked]);
        vec![unpack.pipe(write.arg("conv=sparse").arg("status=none")), convert, remove]
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
        let copied = self.unpacked_and_copied(&partial, stop, progress).and_then(|()| whole(&partial));
        let done = copied.and_then(|()| keep(&partial, Path::new(&self.to)));
        if done.is_err() {
            remove(&partial)?;
        }
        done
    }

    /// What is packed is unpacked first: half of the way, as far as the bar shows it.
    fn unpacked_and_copied(
        &self,
        partial: &Path,
        stop: &dyn Fn() -> bool,
        progress: &dyn Fn(u64, u64),
    ) -> Result<(), StorageError> {
        let Some(unpacked) = self.unpacked() else { return self.copy(partial, stop, progress) };
        remove(&unpacked)?;
        let poured = wrapped::pour(&self.inside(), &unpacked, stop, &|done, all| progress(done, all.saturating_mul(2)));
        let second = |done: u64, all: u64| progress(all.saturating_add(done), all.saturating_mul(2));
        let done = poured.and_then(|()| self.copy(partial, stop, &second));
        remove(&unpacked)?;
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
        let unpacked = self.unpacked().map_or(Ok(false), |unpacked| remove(&unpacked))?;
        Ok(unpacked | remove(&self.partial())? | remove(Path::new(&self.to))?)
    }
}

pub(super) fn remove(path: &Path) -> Result<bool, StorageError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StorageError::file(path, &error)),
    }
}

/// Gives the whole copy its name, on the disk as well: a power failure afterwards finds it whole.
pub(super) fn keep(partial: &Path, to: &Path) -> Result<(), StorageError> {
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
pub(super) struct Bar(String);

impl Bar {
    /// Takes a piece; gives the last part of ten thousand that it tells of.
    pub(super) fn take(&mut self, piece: &[u8]) -> Option<u64> {
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
        Convert::new(&path("a.img"), ImageFormat::Raw, &path("b.qcow2"), ImageFormat::Qcow2)
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
    fn what_is_packed_is_unpacked_first_and_nothing_of_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("a.img");
        fs::write(&plain, vec![7; 1 << 20]).unwrap();
        assert!(Command::new("gzip").arg(&plain).status().unwrap().success());
        let from = format!("{}.gz", plain.to_string_lossy());
        let convert = Convert { from, wrapping: Wrapping::packed(Packing::Gzip), ..copy(folder.path()) };
        let stop = std::cell::Cell::new(0);
        let third = || stop.replace(stop.get() + 1) >= 2;
        assert_eq!(convert.apply(&third, &|_, _| {}, &|_| Ok(())), Err(StorageError::Cancelled));
        assert_eq!(names(folder.path()), ["a.img.gz"]);
        apply(&convert).unwrap();
        assert_eq!(names(folder.path()), ["a.img.gz", "b.qcow2"]);
        let size = fs::metadata(folder.path().join("b.qcow2")).unwrap().len();
        assert!(size > 1 << 20, "{size}");
        assert!(convert.commands()[0].to_string().starts_with("gzip -dc -- "), "{:?}", convert.commands());
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
