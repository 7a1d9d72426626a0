//! The run of a plan: forward step by step; `back` takes it back again when it has to.

mod back;

use std::{cell::RefCell, io};

use async_channel::Sender;

use super::{
    Injection, JobEvent, Left, Outcome, Plan, Point, Step, StepError, StepFailure,
    context::{Cancel, Context},
    identity::HostIdentity,
    job::Shared,
    journal::{self, Journal, Progress, is_begun},
    mark::{Made, Mark},
};
use crate::libvirt::line::Line;

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
    made: Shared,
    events: &'a Sender<JobEvent>,
    cancel: Cancel,
    injection: Box<dyn Injection>,
    bytes: Box<dyn Fn(u64, u64)>,
}

impl<'a> Runner<'a> {
    pub(super) fn new(
        plan: Plan,
        progress: Vec<Progress>,
        made: Shared,
        events: &'a Sender<JobEvent>,
        cancel: Cancel,
        injection: Box<dyn Injection>,
    ) -> Self {
        let resumed = progress.iter().map(|progress| *progress == Progress::Begun).collect();
        let to_events = events.clone();
        let bytes = Box::new(move |done, all| drop(to_events.send_blocking(JobEvent::Bytes(done, all))));
        Self { plan, progress, resumed, made, events, cancel, injection, bytes }
    }

    /// Runs to the end.
    pub(super) fn run(mut self, course: Course, begin: impl FnOnce(&Plan, &Made) -> io::Result<Journal>) -> Outcome {
        let nothing_done = |why| Outcome::Undone { why: Some(why), left: Vec::new() };
        // The journal of a plan that begins says on which host it does.
        let first = if self.made.lock().host.is_none() { Some(self.first_line()) } else { None };
        let first = match first.transpose() {
            Ok(line) => line,
            Err(why) => return nothing_done(why),
        };
        let made = self.made.lock().clone();
        let mut journal = match begin(&self.plan, &made) {
            Ok(journal) => journal,
            Err(error) => return nothing_done(StepError::file(journal::folder(), &error)),
        };
        let mut line = match first.map_or_else(|| self.open(), Ok) {
            Ok(line) => line,
            Err(why) => return self.unreachable(why, journal),
        };
        let outcome = match course {
            Course::Forward => self.forward(&mut line, &mut journal),
            Course::Back => self.back_asked(&mut line, &mut journal),
        };
        // What is left or interrupted is asked about at the next start.
        let settled = match &outcome {
            Outcome::Done | Outcome::Stopped { .. } | Outcome::Refused { .. } => true,
            Outcome::Undone { left, .. } => left.is_empty(),
            Outcome::Interrupted { .. } => false,
        };
        if settled && let Err(error) = journal.remove() {
            tracing::warn!(%error, "the journal of a settled plan stays");
        }
        outcome
    }

    /// Opens a connection, and notes which host it leads to.
    fn first_line(&self) -> Result<Line, StepError> {
        let line = Line::open(&self.plan.host).map_err(StepError::untouched)?;
        let host = HostIdentity::of(&line).map_err(|error| StepError::untouched(error.why))?;
        self.made.lock().host = Some(host);
        Ok(line)
    }

    /// Opens a connection, which must lead to the host where the plan was begun.
    fn open(&self) -> Result<Line, StepError> {
        let line = Line::open(&self.plan.host).map_err(StepError::untouched)?;
        let now = HostIdentity::of(&line).map_err(|error| StepError::untouched(error.why))?;
        let is_same = self.made.lock().host.as_ref().is_none_or(|before| before.is(&now, &self.plan.host));
        if is_same {
            return Ok(line);
        }
        Err(StepError::untouched(StepFailure::OtherHost(self.plan.host.to_string())))
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
        if let Err(why) = self.guard(line) {
            return Outcome::Undone { why: Some(why), left: Vec::new() };
        }
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

    /// What must be so before the first step.
    fn guard(&self, line: &Line) -> Result<(), StepError> {
        match &self.plan.guard {
            Some(guard) if !(0..self.plan.steps.len()).any(|at| self.may_be_done(at)) => {
                guard.check(&self.plan.steps, line)
            }
            _ => Ok(()),
        }
    }

    /// One step forward.
    fn one(&mut self, at: usize, line: &Line, journal: &mut Journal) -> Result<(), StepError> {
        if self.cancel.is_set() && !self.is_past_return() {
            return Err(StepError::untouched(StepFailure::Cancelled));
        }
        if self.plan.steps[at].is_final() && !self.is_past_return() {
            self.check_finals(at, line)?;
        }
        let look = if self.resumed[at] { Step::check_again } else { Step::check };
        let looked = self.with(at, line, journal, look);
        looked.map_err(|error| StepError::untouched(error.why))?;
        self.note(at, Progress::Begun, journal).map_err(|error| StepError { untouched: true, ..error })?;
        self.injection.at(Point::Begun(at))?;
        self.with(at, line, journal, Step::apply)?;
        self.injection.at(Point::Applied(at))?;
        self.note(at, Progress::Done, journal)?;
        self.injection.at(Point::Done(at))
    }

    /// All that cannot be undone is looked at before the first of it is done.
    fn check_finals(&self, first: usize, line: &Line) -> Result<(), StepError> {
        let nothing = |_| Ok(());
        for (at, step) in self.plan.steps.iter().enumerate().skip(first) {
            let context = self.context(at, line, None, &nothing);
            step.check(&context).map_err(|error| StepError::untouched(error.why))?;
        }
        Ok(())
    }

    /// Whether a final step is done, or may be.
    fn is_past_return(&self) -> bool {
        self.plan.steps.iter().zip(&self.progress).any(|(step, progress)| step.is_final() && is_begun(*progress))
    }

    fn failed(&mut self, at: usize, why: StepError, line: &mut Line, journal: &mut Journal) -> Outcome {
        let lost = why.is_disconnected() || !line.is_alive();
        if why.untouched && self.progress[at] == Progress::Begun {
            // As if it had never begun: undoing it could destroy what others put there.
            self.progress[at] = Progress::Waiting;
            self.made.lock().set(at, None);
            if let Err(error) = journal.note(at, Progress::Waiting, None) {
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

    fn may_be_done(&self, at: usize) -> bool {
        is_begun(self.progress[at])
    }

    /// Does something about a step, which notes at once what it makes.
    fn with<T>(
        &self,
        at: usize,
        line: &Line,
        journal: &mut Journal,
        work: impl FnOnce(&Step, &Context<'_>) -> Result<T, StepError>,
    ) -> Result<T, StepError> {
        let mark = self.made.lock().get(at).cloned();
        let journal = RefCell::new(journal);
        let is = self.progress[at];
        let made = |mark: Mark| {
            self.made.lock().set(at, Some(mark.clone()));
            let noted = journal.borrow_mut().note(at, is, Some(&mark));
            noted.map_err(|error| StepError::file(journal::folder(), &error))
        };
        work(&self.plan.steps[at], &self.context(at, line, mark.as_ref(), &made))
    }

    fn context<'c>(
        &'c self,
        at: usize,
        line: &'c Line,
        mark: Option<&'c Mark>,
        made: &'c dyn Fn(Mark) -> Result<(), StepError>,
    ) -> Context<'c> {
        let (host, resumed) = (&self.plan.host, self.resumed[at]);
        Context { line, host, resumed, mark, made, cancel: &self.cancel, progress: &self.bytes }
    }

    fn note(&mut self, at: usize, is: Progress, journal: &mut Journal) -> Result<(), StepError> {
        journal.note(at, is, None).map_err(|error| StepError::file(journal::folder(), &error))?;
        self.progress[at] = is;
        let _ = self.events.send_blocking(JobEvent::Step(at, is));
        Ok(())
    }
}
