//! A plan being applied, off the caller's thread: what it tells, and how it is cancelled.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use lectern_model::project::Refusal;

use super::{
    Injection, Plan, StepError, StepFailure,
    context::Cancel,
    injection::Nothing,
    journal::{Journal, Progress, Unfinished},
    mark::Made,
    runner::{Course, Runner},
};

/// What a job tells while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEvent {
    /// A step has this progress now.
    Step(usize, Progress),
    /// So many bytes of so many of the step under way are done.
    Bytes(u64, u64),
    /// The end; nothing comes after it.
    Ended(Outcome),
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All steps are done.
    Done,
    /// All is as before, but for what is left.
    Undone {
        /// Why; a cancel is [`super::StepFailure::Cancelled`]; none where undoing is what was asked for.
        why: Option<StepError>,
        /// What could not be undone.
        left: Vec<Left>,
    },
    /// It ended among final steps: the first `done` steps are done for good, the others are not.
    Stopped {
        /// Why.
        why: StepError,
        /// How many steps were done.
        done: usize,
    },
    /// An undo was refused before anything was done: all is as it was.
    Refused {
        /// Why.
        why: StepError,
    },
    /// The host went away in the middle, or it is another one, or cannot be gone on with: the journal knows, and the next
    /// start asks.
    Interrupted {
        /// Why.
        why: StepError,
    },
}

impl Outcome {
    /// What a project refused, where that alone is why all is as before.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Undone { why: Some(StepError { why: StepFailure::Refused(refusal), .. }), left }
                if left.is_empty() =>
            {
                Some(refusal)
            }
            _ => None,
        }
    }
}

/// A step that could not be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its number.
    pub step: usize,
    /// Why.
    pub why: StepError,
}

/// A plan that runs. Dropping it neither ends nor cancels the run.
#[derive(Clone, Debug)]
pub struct Job {
    events: async_channel::Receiver<JobEvent>,
    cancel: Cancel,
    made: Shared,
}

/// What the steps have made so far, for those who look from outside.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<Mutex<Made>>);

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Made> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    /// What it tells, until [`JobEvent::Ended`].
    #[must_use]
    pub fn events(&self) -> async_channel::Receiver<JobEvent> {
        self.events.clone()
    }

    /// What its steps have made: what [`undo`] needs after it.
    #[must_use]
    pub fn made(&self) -> Made {
        self.made.lock().clone()
    }

    /// Asks it to end: it finishes or breaks off the step under way, and undoes what it did. Without effect once a
    /// final step is done.
    pub fn cancel(&self) {
        self.cancel.set();
    }
}

/// Runs `plan`, with its journal in `folder`. Returns at once.
pub fn start(plan: Plan, folder: &Path) -> Job {
    start_with(plan, folder, Box::new(Nothing))
}

/// [`start`], with failures made by a test.
#[doc(hidden)]
pub fn start_with(plan: Plan, folder: &Path, injection: Box<dyn Injection>) -> Job {
    let waiting = vec![Progress::Waiting; plan.steps().len()];
    let folder = folder.to_owned();
    let begin = move |plan: &Plan, made: &Made| Journal::begin(&folder, plan, &[], made);
    run(plan, waiting, Made::default(), Course::Forward, injection, begin)
}

/// Undoes a plan that is done as a whole, with what it has `made` ([`Job::made`]); for the "Undo" that is offered after it.
/// What others have changed since is left as it is, and named.
pub fn undo(plan: Plan, made: Made, folder: &Path) -> Job {
    let done = vec![Progress::Done; plan.steps().len()];
    let folder = folder.to_owned();
    let noted = done.clone();
    let begin = move |plan: &Plan, made: &Made| Journal::begin(&folder, plan, &noted, made);
    run(plan, done, made, Course::Back, Box::new(Nothing), begin)
}

/// Finishes a plan that was cut off, or takes it back.
pub fn resume(unfinished: Unfinished, finish: bool) -> Job {
    resume_with(unfinished, finish, Box::new(Nothing))
}

/// [`resume`], with failures made by a test.
#[doc(hidden)]
pub fn resume_with(unfinished: Unfinished, finish: bool, injection: Box<dyn Injection>) -> Job {
    if let Some(why) = unfinished.lacks().filter(|_| finish) {
        return ended(Outcome::Interrupted { why: StepError::untouched(why) });
    }
    let (plan, progress, made, journal) = unfinished.into_parts();
    let course = if finish { Course::Forward } else { Course::Back };
    run(plan, progress, made, course, injection, move |_, _| Ok(journal))
}

/// A job that ends before it begins.
fn ended(outcome: Outcome) -> Job {
    let (sender, events) = async_channel::unbounded();
    let _ = sender.send_blocking(JobEvent::Ended(outcome));
    Job { events, cancel: Cancel::default(), made: Shared::default() }
}

fn run(
    plan: Plan,
    progress: Vec<Progress>,
    made: Made,
    course: Course,
    injection: Box<dyn Injection>,
    journal: impl FnOnce(&Plan, &Made) -> std::io::Result<Journal> + Send + 'static,
) -> Job {
    let (sender, events) = async_channel::unbounded();
    let cancel = Cancel::default();
    let shared = Shared::default();
    *shared.lock() = made;
    let job = Job { events, cancel: cancel.clone(), made: shared.clone() };
    let to_thread = sender.clone();
    let spawned = thread::Builder::new().name("plan-job".into()).spawn(move || {
        let outcome = Runner::new(plan, progress, shared, &to_thread, cancel, injection).run(course, journal);
        // Nobody listens any more: the run counts all the same.
        let _ = to_thread.send_blocking(JobEvent::Ended(outcome));
    });
    if let Err(error) = spawned {
        let why = StepError::untouched(crate::host::HostError::System(error.to_string()));
        let _ = sender.send_blocking(JobEvent::Ended(Outcome::Undone { why: Some(why), left: Vec::new() }));
    }
    job
}
