//! The way back: newest first, up to what cannot be taken back.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use lectern_model::id::DomainId;

use super::{Cancel, Context, Journal, Left, Line, Outcome, Point, Progress, Runner, Step, StepError};
use crate::plan::steps;

/// How long a run that must undo waits for a host that went away.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it tries to come back.
const TRY: Duration = Duration::from_millis(500);

impl Runner<'_> {
    /// Undoes what is done or may be, newest first. A cancel does not stop it.
    pub(super) fn back(&mut self, why: Option<StepError>, line: &mut Line, journal: &mut Journal) -> Outcome {
        let mut left = Vec::new();
        for at in (0..self.plan.steps.len()).rev() {
            if !self.may_be_done(at) {
                continue;
            }
            if let Err(error) = self.reconnect(line) {
                return Outcome::Interrupted { why: why.unwrap_or(error) };
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

    /// An undo that was asked for later: what others have built on it or made of it meanwhile is not to be torn down.
    pub(super) fn back_asked(&mut self, line: &mut Line, journal: &mut Journal) -> Outcome {
        if self.progress.iter().all(|progress| *progress == Progress::Done)
            && let Err(why) = self.may_be_undone(line, journal)
        {
            return if why.is_disconnected() { Outcome::Interrupted { why } } else { Outcome::Refused { why } };
        }
        self.back(None, line, journal)
    }

    fn may_be_undone(&self, line: &Line, journal: &mut Journal) -> Result<(), StepError> {
        steps::may_be_undone(&self.plan, line)?;
        (0..self.plan.steps.len()).try_for_each(|at| self.with(at, line, journal, Step::check_undo))
    }

    fn back_one(&mut self, at: usize, line: &Line, journal: &mut Journal) -> Result<(), StepError> {
        self.mark_disks(at, line, journal)?;
        let never = Cancel::default();
        self.with(at, line, journal, |step, context| {
            let context = Context { cancel: &never, ..*context };
            step.check_undo(&context)?;
            step.undo(&context)
        })?;
        self.injection.at(Point::Undone(at))?;
        self.note(at, Progress::Undone, journal)
    }

    /// A machine of the plan's own has written to its disks. As long as it is there it says which they are; once it is
    /// off, the time at which they were last written to does.
    fn mark_disks(&self, at: usize, line: &Line, journal: &mut Journal) -> Result<(), StepError> {
        let made = self.made.lock().clone();
        let machines: Vec<DomainId> = match &self.plan.steps[at] {
            Step::Define(define) => made.get(at).map(|_| define.id).into_iter().collect(),
            Step::DefineMachines(define) => define.machines.iter().map(|machine| machine.id).collect(),
            _ => Vec::new(),
        };
        let before: Vec<_> =
            (0..at).filter_map(|older| Some((older, &self.plan.steps[older], made.get(older)?))).collect();
        if before.is_empty() {
            return Ok(());
        }
        for machine in machines {
            for (older, mark) in steps::disks_marked(line, &self.plan.host, machine, &before)? {
                self.with(older, line, journal, |_, context| (context.made)(mark))?;
            }
        }
        Ok(())
    }

    /// Opens the connection again if it is dead.
    fn reconnect(&self, line: &mut Line) -> Result<(), StepError> {
        let end = Instant::now() + PATIENCE;
        while !line.is_alive() {
            match self.open() {
                Ok(new) => *line = new,
                Err(error) if Instant::now() > end => return Err(error),
                Err(_) => sleep(TRY),
            }
        }
        Ok(())
    }
}
