//! The run of a plan: forward step by step, and back again when it has to.

use std::{
    io,
    thread::sleep,
    time::{Duration, Instant},
};

use async_channel::Sender;

use super::{
    Injection, JobEvent, Left, Outcome, Plan, Point, StepError, StepFailure,
    context::{Cancel, Context},
    journal::{self, Journal, Progress},
    steps,
};
use crate::{host::HostError, libvirt::line::Line};

/// How long a run that must undo waits for a host that went away.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it tries to come back.
const TRY: Duration = Duration::from_millis(500);

/// Which way a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// Apply what is not done.
    Forward,
    /// Undo what may be done.
    Back,
}

/// One run.
pub(super) struct Runner<'a> {
    plan: Plan,
    progress: Vec<Progress>,
    /// Steps that an earlier run had begun.
    resumed: Vec<bool>,
    events: &'a Sender<JobEvent>,
    cancel: Cancel,
    injection: Box<dyn Injection>,
    bytes: Box<dyn Fn(u64, u64)>,
}

impl<'a> Runner<'a> {
    pub(super) fn new(
        plan: Plan,
        progress: Vec<Progress>,
        events: &'a Sender<JobEvent>,
        cancel: Cancel,
        injection: Box<dyn Injection>,
    ) -> Self {
        let resumed = progress.iter().map(|progress| *progress == Progress::Begun).collect();
        let to_events = events.clone();
        let bytes = Box::new(move |done, all| drop(to_events.send_blocking(JobEvent::Bytes(done, all))));
        Self { plan, progress, resumed, events, cancel, injection, bytes }
    }

    /// Runs to the end.
    pub(super) fn run(mut self, course: Course, begin: impl FnOnce(&Plan) -> io::Result<Journal>) -> Outcome {
        let nothing_done = |why| Outcome::Undone { why: Some(why), left: Vec::new() };
        let mut journal = match begin(&self.plan) {
            Ok(journal) => journal,
            Err(error) => return nothing_done(StepError::file(journal::folder(), &error)),
        };
        let mut line = match Line::open(&self.plan.host) {
            Ok(line) => line,
            Err(error) => return self.unreachable(StepError::untouched(error), journal),
        };
        let outcome = match course {
            Course::Forward => self.forward(&mut line, &mut journal),
            Course::Back => self.back_asked(&mut line, &mut journal),
        };
        // What is left or interrupted is asked about at the next start.
        let settled = match &outcome {
            Outcome::Done | Outcome::Stopped { .. } => true,
            Outcome::Undone { left, .. } => left.is_empty(),
            Outcome::Interrupted { .. } => false,
        };
        if settled && let Err(error) = journal.remove() {
            tracing::warn!(%error, "the journal of a settled plan stays");
        }
        outcome
    }

    /// The host cannot be reached: what was done before is still done, and the journal knows.
    fn unreachable(&self, why: StepError, journal: Journal) -> Outcome {
        if (0..self.plan.steps.len()).any(|at| self.may_be_done(at)) {
            return Outcome::Interrupted { why };
        }
        if let Err(error) = journal.remove() {
            tracing::warn!(%error, "the journal of a plan that was not begun stays");
        }
        Outcome::Undone { why: Some(why), left: Vec::new() }
    }

    fn forward(&mut self, line: &mut Line, journal: &mut Journal) -> Outcome {
        for at in 0..self.plan.steps.len() {
            if self.progress[at] == Progress::Done {
                continue;
            }
            if let Err(why) = self.one(at, line, journal) {
                return self.failed(at, why, line, journal);
            }
        }
        Outcome::Done
    }

    /// One step forward.
    fn one(&mut self, at: usize, line: &Line, journal: &mut Journal) -> Result<(), StepError> {
        if self.cancel.is_set() && !self.is_past_return() {
            return Err(StepError::untouched(StepFailure::Cancelled));
        }
        if self.plan.steps[at].is_final() && !self.is_past_return() {
            self.check_finals(at, line)?;
        }
        let context = self.context(at, line);
        let looked = match self.progress[at] {
            Progress::Waiting => self.plan.steps[at].check(&context),
            _ => self.plan.steps[at].check_again(&context),
        };
        looked.map_err(|error| StepError::untouched(error.why))?;
        self.note(at, Progress::Begun, journal).map_err(|error| StepError { untouched: true, ..error })?;
        self.injection.at(Point::Begun(at))?;
        self.plan.steps[at].apply(&self.context(at, line))?;
        self.injection.at(Point::Applied(at))?;
        self.note(at, Progress::Done, journal)?;
        self.injection.at(Point::Done(at))
    }

    /// All that cannot be undone is looked at before the first of it is done.
    fn check_finals(&self, first: usize, line: &Line) -> Result<(), StepError> {
        for (at, step) in self.plan.steps.iter().enumerate().skip(first) {
            step.check(&self.context(at, line)).map_err(|error| StepError::untouched(error.why))?;
        }
        Ok(())
    }

    /// Whether a final step is done, or may be.
    fn is_past_return(&self) -> bool {
        let begun = |progress: &Progress| matches!(progress, Progress::Begun | Progress::Done);
        self.plan.steps.iter().zip(&self.progress).any(|(step, progress)| step.is_final() && begun(progress))
    }

    fn failed(&mut self, at: usize, why: StepError, line: &mut Line, journal: &mut Journal) -> Outcome {
        let lost = why.is_disconnected() || !line.is_alive();
        if why.untouched && self.progress[at] == Progress::Begun {
            // As if it had never begun: undoing it could destroy what others put there.
            self.progress[at] = Progress::Waiting;
            if let Err(error) = journal.note(at, Progress::Waiting) {
                tracing::warn!(%error, "journal");
            }
        }
        match (self.is_past_return(), lost) {
            (true, true) => Outcome::Interrupted { why },
            (true, false) => Outcome::Stopped { why, done: self.count_done() },
            (false, _) => self.back(Some(why), line, journal),
        }
    }

    fn count_done(&self) -> usize {
        self.progress.iter().filter(|progress| **progress == Progress::Done).count()
    }

    /// Undoes what is done or may be, newest first. A cancel does not stop it.
    fn back(&mut self, why: Option<StepError>, line: &mut Line, journal: &mut Journal) -> Outcome {
        let mut left = Vec::new();
        for at in (0..self.plan.steps.len()).rev() {
            if !self.may_be_done(at) {
                continue;
            }
            if let Err(error) = reconnect(line, &self.plan.host) {
                return Outcome::Interrupted { why: why.unwrap_or_else(|| StepError::untouched(error)) };
            }
            match self.back_one(at, line, journal) {
                Ok(()) => {}
                Err(error) if error.is_disconnected() || !line.is_alive() => {
                    return Outcome::Interrupted { why: why.unwrap_or(error) };
                }
                // What the step needs must stay: a disk under a machine that could not be taken away.
                Err(error) => {
                    left.extend(
                        (0..=at).rev().filter(|n| self.may_be_done(*n)).map(|step| Left { step, why: error.clone() }),
                    );
                    break;
                }
            }
        }
        Outcome::Undone { why, left }
    }

    fn may_be_done(&self, at: usize) -> bool {
        matches!(self.progress[at], Progress::Begun | Progress::Done)
    }

    /// An undo that was asked for later: what others have built on it meanwhile is not to be torn down.
    fn back_asked(&mut self, line: &mut Line, journal: &mut Journal) -> Outcome {
        if self.progress.iter().all(|progress| *progress == Progress::Done)
            && let Err(why) = steps::may_be_undone(&self.plan, line)
        {
            self.progress.fill(Progress::Waiting);
            return Outcome::Undone { why: None, left: vec![Left { step: 0, why }] };
        }
        self.back(None, line, journal)
    }

    fn back_one(&mut self, at: usize, line: &Line, journal: &mut Journal) -> Result<(), StepError> {
        let never = Cancel::default();
        let context = Context { cancel: &never, ..self.context(at, line) };
        self.plan.steps[at].undo(&context)?;
        self.injection.at(Point::Undone(at))?;
        self.note(at, Progress::Undone, journal)
    }

    fn context<'c>(&'c self, at: usize, line: &'c Line) -> Context<'c> {
        Context { line, host: &self.plan.host, resumed: self.resumed[at], cancel: &self.cancel, progress: &self.bytes }
    }

    fn note(&mut self, at: usize, is: Progress, journal: &mut Journal) -> Result<(), StepError> {
        journal.note(at, is).map_err(|error| StepError::file(journal::folder(), &error))?;
        self.progress[at] = is;
        let _ = self.events.send_blocking(JobEvent::Step(at, is));
        Ok(())
    }
}

/// Opens the connection again if it is dead.
fn reconnect(line: &mut Line, host: &lectern_model::uri::HostUri) -> Result<(), HostError> {
    let end = Instant::now() + PATIENCE;
    while !line.is_alive() {
        match Line::open(host) {
            Ok(new) => *line = new,
            Err(error) if Instant::now() > end => return Err(error),
            Err(_) => sleep(TRY),
        }
    }
    Ok(())
}
