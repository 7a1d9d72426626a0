//! The journal of a plan: one file of JSON lines, each flushed to the disk before the run goes on.
//!
//! The first line is the plan, the others say what became of its steps. A line that was cut off is as if it were not
//! there. The file is locked while its plan runs, and removed when nothing is left to do.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Plan, PlanId};

/// The format of the journals that this version writes and reads.
const FORMAT: u32 = 1;

/// What became of a step so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Progress {
    /// Nothing.
    #[default]
    Waiting,
    /// It may have been applied, wholly, in part or not at all.
    Begun,
    /// It was applied.
    Done,
    /// It was applied and undone.
    Undone,
}

#[derive(Serialize, Deserialize)]
struct Head {
    format: u32,
    plan: Plan,
    /// What became of the steps before: all are done where an undo begins.
    #[serde(default)]
    progress: Vec<Progress>,
}

#[derive(Serialize, Deserialize)]
struct Note {
    at: usize,
    is: Progress,
}

/// Where journals are kept: `$XDG_STATE_HOME/lectern/plans`, by default under `~/.local/state`
/// (XDG Base Directory Specification 0.8).
#[must_use]
pub fn folder() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")));
    state.unwrap_or_else(std::env::temp_dir).join("lectern/plans")
}

/// A plan that was cut off.
#[derive(Debug)]
pub struct Unfinished {
    plan: Plan,
    progress: Vec<Progress>,
    journal: Journal,
}

impl Unfinished {
    /// The plan. Passwords are not in it.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What became of each step.
    #[must_use]
    pub fn progress(&self) -> &[Progress] {
        &self.progress
    }

    /// Whether it can still be taken back: no final step was begun.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        let begun = |progress: &Progress| !matches!(progress, Progress::Waiting);
        !self.plan.steps.iter().zip(&self.progress).any(|(step, progress)| step.is_final() && begun(progress))
    }

    /// Whether it can still be finished: nothing of it was undone.
    #[must_use]
    pub fn can_be_finished(&self) -> bool {
        !self.progress.contains(&Progress::Undone)
    }

    /// Forgets it: what it has done stays as it is.
    ///
    /// # Errors
    /// If the journal cannot be removed.
    pub fn forget(self) -> io::Result<()> {
        self.journal.remove()
    }

    pub(crate) fn into_parts(self) -> (Plan, Vec<Progress>, Journal) {
        (self.plan, self.progress, self.journal)
    }
}

/// The plans whose programs ended in the middle; those of programs that run are left alone. Reads files.
///
/// # Errors
/// If the folder cannot be read; a journal that cannot is said in the log and left.
pub fn unfinished(folder: &Path) -> io::Result<Vec<Unfinished>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    // The newest last: what came later may stand on what came earlier.
    paths.sort_by_key(|path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok());
    for path in paths {
        if path.extension().is_some_and(|extension| extension == "journal") {
            match open(&path) {
                Ok(unfinished) => found.extend(unfinished),
                Err(error) => tracing::warn!(path = %path.display(), %error, "unreadable journal"),
            }
        }
    }
    Ok(found)
}

/// Reads a journal, unless the program that writes it runs.
fn open(path: &Path) -> io::Result<Option<Unfinished>> {
    let file = OpenOptions::new().read(true).append(true).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let (head, progress, good) = parse(&fs::read(path)?)?;
    // What follows would be noted after the rest of a line that was cut off, and lost with it.
    file.set_len(good)?;
    Ok(Some(Unfinished { plan: head.plan, progress, journal: Journal { path: path.to_owned(), file } }))
}

/// The plan, what became of its steps, and where the last whole line ends.
fn parse(bytes: &[u8]) -> io::Result<(Head, Vec<Progress>, u64)> {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let first = lines.next().ok_or(io::ErrorKind::UnexpectedEof)?;
    let head: Head = serde_json::from_slice(first)?;
    if head.format != FORMAT {
        return Err(io::Error::new(io::ErrorKind::Unsupported, format!("format {}", head.format)));
    }
    let mut progress = head.progress.clone();
    progress.resize(head.plan.steps.len(), Progress::Waiting);
    let mut good = first.len();
    for line in lines {
        let Ok(note) = serde_json::from_slice::<Note>(line) else { break };
        if let Some(step) = progress.get_mut(note.at).filter(|_| line.ends_with(b"\n")) {
            *step = note.is;
        }
        good += line.len();
    }
    Ok((head, progress, u64::try_from(good).unwrap_or(u64::MAX)))
}

/// The journal of a plan that runs.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Begins the journal of `plan` with what became of its steps before; from now on a crash cannot hide that it was begun.
    ///
    /// # Errors
    /// If the folder or the file cannot be made.
    pub(crate) fn begin(folder: &Path, plan: &Plan, progress: &[Progress]) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let (path, draft) = paths(folder, plan.id);
        let mut file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&draft)?;
        file.lock()?;
        write(&mut file, &Head { format: FORMAT, plan: plan.without_secrets(), progress: progress.to_vec() })?;
        fs::rename(&draft, &path)?;
        File::open(folder)?.sync_all()?;
        Ok(Self { path, file })
    }

    /// Notes what became of a step, and returns when the disk has it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn note(&mut self, at: usize, is: Progress) -> io::Result<()> {
        write(&mut self.file, &Note { at, is })
    }

    /// Nothing is left to do.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub(crate) fn remove(self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

fn paths(folder: &Path, id: PlanId) -> (PathBuf, PathBuf) {
    (folder.join(format!("{id}.journal")), folder.join(format!("{id}.draft")))
}

/// One line in one write, so that a line is whole or cut off, never mixed.
fn write(file: &mut File, value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    file.write_all(&line)?;
    file.sync_data()
}
