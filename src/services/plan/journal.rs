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

use lectern_model::command::CommandLine;
use serde::{Deserialize, Serialize};

use super::{
    Plan, PlanId, StepFailure,
    mark::{Made, Mark},
};

/// The format of the journals that this version writes and reads.
const FORMAT: u32 = 2;

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
    /// The host, and what the steps before have made.
    #[serde(default)]
    made: Made,
    /// The steps whose passwords are not in it.
    #[serde(default)]
    closed: Vec<usize>,
}

#[derive(Serialize, Deserialize)]
struct Note {
    at: usize,
    is: Progress,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<Mark>,
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
    made: Made,
    closed: Vec<usize>,
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

    /// Whether it can still be finished: nothing of it was undone, and no step to come lacks its password.
    #[must_use]
    pub fn can_be_finished(&self) -> bool {
        !self.progress.contains(&Progress::Undone) && self.lacks().is_none()
    }

    /// Why it cannot be finished, where a step to come needs a password: journals hold none.
    #[must_use]
    pub fn lacks(&self) -> Option<StepFailure> {
        let to_come = |at: &&usize| self.progress.get(**at) != Some(&Progress::Done);
        let mut steps = self.closed.iter().filter(to_come).filter_map(|at| self.plan.steps.get(*at));
        steps.find_map(|step| step.defines().map(|name| StepFailure::SecretLost(name.to_owned())))
    }

    /// The machine that would come back without its password where the plan is undone.
    #[must_use]
    pub fn comes_back_closed(&self) -> Option<&str> {
        let done = |at: &&usize| !matches!(self.progress.get(**at), Some(Progress::Waiting | Progress::Undone) | None);
        let mut steps = self.closed.iter().filter(done).filter_map(|at| self.plan.steps.get(*at));
        steps.find_map(super::Step::brings_back)
    }

    /// The lines that do in a shell what is left to do, or that undo what is done.
    #[must_use]
    pub fn commands(&self, finish: bool) -> Vec<CommandLine> {
        let wanted = |progress: &Progress| if finish { *progress != Progress::Done } else { is_begun(*progress) };
        let steps = self.plan.steps.iter().zip(&self.progress).filter(|(_, progress)| wanted(progress));
        let steps: Vec<_> = steps.map(|(step, _)| step.without_secrets()).collect();
        if finish {
            return steps.iter().flat_map(|step| step.commands(&self.plan.host)).collect();
        }
        steps.iter().rev().flat_map(|step| step.undo_commands(&self.plan.host)).collect()
    }

    /// Forgets it: what it has done stays as it is.
    ///
    /// # Errors
    /// If the journal cannot be removed.
    pub fn forget(self) -> io::Result<()> {
        self.journal.remove()
    }

    pub(super) fn into_parts(self) -> (Plan, Vec<Progress>, Made, Journal) {
        (self.plan, self.progress, self.made, self.journal)
    }
}

/// Whether a step may have left something.
pub(super) const fn is_begun(progress: Progress) -> bool {
    matches!(progress, Progress::Begun | Progress::Done)
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
    let Read { head, progress, made, good } = parse(&fs::read(path)?)?;
    // What follows would be noted after the rest of a line that was cut off, and lost with it.
    file.set_len(good)?;
    let journal = Journal { path: path.to_owned(), file };
    Ok(Some(Unfinished { plan: head.plan, progress, made, closed: head.closed, journal }))
}

/// What a journal says.
struct Read {
    head: Head,
    progress: Vec<Progress>,
    made: Made,
    /// Where the last whole line ends.
    good: u64,
}

fn parse(bytes: &[u8]) -> io::Result<Read> {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let first = lines.next().ok_or(io::ErrorKind::UnexpectedEof)?;
    let head: Head = serde_json::from_slice(first)?;
    if head.format != FORMAT {
        return Err(io::Error::new(io::ErrorKind::Unsupported, format!("format {}", head.format)));
    }
    let (mut progress, mut made) = (head.progress.clone(), head.made.clone());
    progress.resize(head.plan.steps.len(), Progress::Waiting);
    let mut good = first.len();
    for line in lines {
        let Ok(note) = serde_json::from_slice::<Note>(line) else { break };
        if let Some(step) = progress.get_mut(note.at).filter(|_| line.ends_with(b"\n")) {
            *step = note.is;
            if note.mark.is_some() || note.is == Progress::Waiting {
                made.set(note.at, note.mark);
            }
        }
        good += line.len();
    }
    Ok(Read { head, progress, made, good: u64::try_from(good).unwrap_or(u64::MAX) })
}

/// The journal of a plan that runs.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Begins the journal of `plan` with what became of its steps before, and what they have made; from now on a crash
    /// cannot hide that it was begun.
    ///
    /// # Errors
    /// If the folder or the file cannot be made.
    pub(super) fn begin(folder: &Path, plan: &Plan, progress: &[Progress], made: &Made) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let (path, draft) = paths(folder, plan.id);
        let mut file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&draft)?;
        file.lock()?;
        let (plan, closed) = plan.to_be_kept();
        let (progress, made) = (progress.to_vec(), made.without_secrets());
        write(&mut file, &Head { format: FORMAT, plan, progress, made, closed })?;
        fs::rename(&draft, &path)?;
        File::open(folder)?.sync_all()?;
        Ok(Self { path, file })
    }

    /// Notes what became of a step, with what it has made if that is new, and returns when the disk has it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn note(&mut self, at: usize, is: Progress, mark: Option<&Mark>) -> io::Result<()> {
        write(&mut self.file, &Note { at, is, mark: mark.map(Mark::without_secrets) })
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
