//! A plan being applied, off the caller's thread: what it tells, and how it is cancelled.

use std::{path::Path, thread};

use super::{
    Injection, Plan, StepError,
    context::Cancel,
    injection::Nothing,
    journal::{Journal, Progress, Unfinished},
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
    /// The host went away in the middle: the journal knows, and the next start asks.
    Interrupted {
        /// Why.
        why: StepError,
    },
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
}

impl Job {
    /// What it tells, until [`JobEvent::Ended`].
    #[must_use]
    pub fn events(&self) -> async_channel::Receiver<JobEvent> {
        self.events.clone()
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
    run(plan, waiting, Course::Forward, injection, move |plan| Journal::begin(&folder, plan, &[]))
}

/// Undoes a plan that is done as a whole; for the "Undo" that is offered after it.
pub fn undo(plan: Plan, folder: &Path) -> Job {
    let done = vec![Progress::Done; plan.steps().len()];
    let folder = folder.to_owned();
    let noted = done.clone();
    run(plan, done, Course::Back, Box::new(Nothing), move |plan| Journal::begin(&folder, plan, &noted))
}

/// Finishes a plan that was cut off, or takes it back.
pub fn resume(unfinished: Unfinished, finish: bool) -> Job {
    resume_with(unfinished, finish, Box::new(Nothing))
}

/// [`resume`], with failures made by a test.
#[doc(hidden)]
pub fn resume_with(unfinished: Unfinished, finish: bool, injection: Box<dyn Injection>) -> Job {
    let (plan, progress, journal) = unfinished.into_parts();
    run(plan, progress, if finish { Course::Forward } else { Course::Back }, injection, move |_| Ok(journal))
}

fn run(
    plan: Plan,
    progress: Vec<Progress>,
    course: Course,
    injection: Box<dyn Injection>,
    journal: impl FnOnce(&Plan) -> std::io::Result<Journal> + Send + 'static,
) -> Job {
    let (sender, events) = async_channel::unbounded();
    let cancel = Cancel::default();
    let job = Job { events, cancel: cancel.clone() };
    let to_thread = sender.clone();
    let spawned = thread::Builder::new().name("plan-job".into()).spawn(move || {
        let outcome = Runner::new(plan, progress, &to_thread, cancel, injection).run(course, journal);
        // Nobody listens any more: the run counts all the same.
        let _ = to_thread.send_blocking(JobEvent::Ended(outcome));
    });
    if let Err(error) = spawned {
        let why = StepError::untouched(crate::host::HostError::System(error.to_string()));
        let _ = sender.send_blocking(JobEvent::Ended(Outcome::Undone { why: Some(why), left: Vec::new() }));
    }
    job
}
