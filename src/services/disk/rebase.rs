//! Giving an overlay another base while its guest goes on seeing the same, by qemu-img on this computer: what differs
//! between the bases goes into a copy of the overlay, so that the one that is there stays whole until the end.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use lectern_model::{
    command::CommandLine,
    storage::{ImageFormat, folder_of, name_of},
};
use serde::{Deserialize, Serialize};

use super::{
    convert::{Bar, keep, remove},
    space,
    tool::{self, End},
};
use crate::host::{HostError, StorageError};

/// A comparison of large disks over a slow network.
const LIMIT: Duration = Duration::from_hours(24);
/// With less than this left, a write failed for want of space.
const FULL: u64 = 4 << 20;
const PIECE: usize = 1 << 20;

/// An overlay and its new base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebase {
    /// The overlay, of format qcow2. Nobody may write to it, or to the bases, meanwhile.
    pub from: String,
    /// The copy with the new base; nothing may be there.
    pub to: String,
    /// The new base.
    pub base: String,
    /// Its format.
    pub format: ImageFormat,
}

impl Rebase {
    /// What it is called until it is whole: beside the copy, hidden.
    fn partial(&self) -> PathBuf {
        Path::new(folder_of(&self.to)).join(format!(".{}.part", name_of(&self.to)))
    }

    fn command(&self, image: &str) -> CommandLine {
        let line = CommandLine::new("qemu-img").args(["rebase", "-p", "-f", "qcow2", "-b", &self.base]);
        line.args(["-F", self.format.driver(), image])
    }

    /// The same by hand.
    #[must_use]
    pub fn commands(&self) -> Vec<CommandLine> {
        let copy = CommandLine::new("cp").args(["--sparse=always", "--", &self.from, &self.to]);
        vec![copy, self.command(&self.to)]
    }

    /// Does it on this thread, which waits. `stop` is asked whether to end, `progress` is told how many parts of how many are
    /// done, `whole` is shown the copy before it gets its name. What failed or was cancelled leaves nothing.
    ///
    /// # Errors
    /// [`StorageError::Cancelled`], [`StorageError::Exists`], [`StorageError::NoSpace`], [`StorageError::Denied`];
    /// [`StorageError::Tool`] with what qemu-img said.
    pub fn apply(
        &self,
        stop: &dyn Fn() -> bool,
        progress: &dyn Fn(u64, u64),
        whole: &dyn Fn(&Path) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        if fs::symlink_metadata(&self.to).is_ok() {
            return Err(StorageError::Exists);
        }
        let partial = self.partial();
        remove(&partial)?;
        let second = |done: u64, all: u64| progress(all.saturating_add(done), all.saturating_mul(2));
        let copied = self.copy(&partial, stop, &|done, all| progress(done, all.saturating_mul(2)));
        let rebased = copied.and_then(|()| self.rebase(&partial, stop, &second)).and_then(|()| whole(&partial));
        let done = rebased.and_then(|()| keep(&partial, Path::new(&self.to)));
        if done.is_err() {
            remove(&partial)?;
        }
        done
    }

    /// Copies the overlay as it is; where it holds nothing, the copy has a hole.
    fn copy(&self, to: &Path, stop: &dyn Fn() -> bool, progress: &dyn Fn(u64, u64)) -> Result<(), StorageError> {
        let mut from = File::open(&self.from).map_err(|error| StorageError::file(&self.from, &error))?;
        let length = from.metadata().map_err(|error| StorageError::file(&self.from, &error))?.len();
        let failed = |error: io::Error| StorageError::file(to, &error);
        let mut copy = File::create_new(to).map_err(failed)?;
        let (mut buffer, mut done) = (vec![0; PIECE], 0);
        loop {
            if stop() {
                return Err(StorageError::Cancelled);
            }
            let count = from.read(&mut buffer).map_err(|error| StorageError::file(&self.from, &error))?;
            if count == 0 {
                break;
            }
            let piece = buffer.get(..count).unwrap_or_default();
            if piece.iter().all(|byte| *byte == 0) {
                io::Seek::seek(&mut copy, io::SeekFrom::Current(i64::try_from(count).unwrap_or_default()))
                    .map_err(failed)?;
            } else {
                copy.write_all(piece).map_err(failed)?;
            }
            done += count as u64;
            progress(done.saturating_mul(10_000) / length.max(1), 10_000);
        }
        copy.set_len(length).map_err(failed)
    }

    fn rebase(&self, copy: &Path, stop: &dyn Fn() -> bool, progress: &dyn Fn(u64, u64)) -> Result<(), StorageError> {
        let line = self.command(&copy.to_string_lossy());
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
            Ok(End::Exit(..)) if space::local(folder_of(&self.to)).is_some_and(|free| free.0 < FULL) => {
                Err(StorageError::NoSpace)
            }
            Ok(End::Exit(_, said)) => Err(StorageError::Tool { program: "qemu-img", said }),
            Ok(End::TimedOut) => Err(HostError::TimedOut.into()),
            Err(error) => Err(StorageError::Tool { program: "qemu-img", said: error.to_string() }),
        }
    }

    /// Removes what it made, whole or in part; `false` if there was nothing, so this may be done twice.
    ///
    /// # Errors
    /// As the system gives it.
    pub fn undo(&self) -> Result<bool, StorageError> {
        Ok(remove(&self.partial())? | remove(Path::new(&self.to))?)
    }
}
