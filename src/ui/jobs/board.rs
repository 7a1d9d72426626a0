//! The jobs of this run, newest first: plain data.

use lectern_model::command::CommandLine;
use lectern_services::{
    jobs::StepText,
    plan::{self, JobEvent, Plan, journal::Progress},
};

use crate::{errors::UserText, texts};

/// A job's number in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct JobId(u64);

/// How far a job is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum JobState {
    /// Under way.
    Running,
    /// Done.
    Done,
    /// Cancelled or undone: all is as before.
    Undone,
    /// Refused or broken off.
    Failed(UserText),
}

/// A plan and its run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// The plan.
    pub(crate) plan: Plan,
    /// Its run, to be cancelled.
    pub(crate) job: plan::Job,
    /// The step under way.
    step: usize,
    /// Bytes done of bytes to do in it.
    bytes: Option<(u64, u64)>,
}

/// One change that the user asked for.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// Its number.
    pub(crate) id: JobId,
    /// What it does, in words.
    pub(crate) title: String,
    /// The commands that do the same.
    pub(crate) commands: Vec<CommandLine>,
    /// What means the same in OpenStack, for cloud words.
    pub(crate) openstack: Vec<CommandLine>,
    /// How far it is.
    pub(crate) state: JobState,
    /// The plan, where it is one.
    pub(crate) run: Option<Run>,
}

impl Job {
    /// How much of it is done, from 0 to 1, and what is being done; nothing for a single step.
    pub(crate) fn progress(&self) -> Option<(f64, String)> {
        let run = self.run.as_ref().filter(|_| self.state == JobState::Running)?;
        let texts = run.plan.texts();
        let part = run.bytes.map_or(0.0, |(done, all)| share(done, all));
        Some(((small(run.step) + part) / small(texts.len()), texts.get(run.step).map(texts::step).unwrap_or_default()))
    }

    /// The plan, if what is done can be undone.
    pub(crate) fn undoable(&self) -> Option<&Plan> {
        let run = self.run.as_ref().filter(|_| self.state == JobState::Done)?;
        run.plan.can_be_undone().then_some(&run.plan)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of a progress bar")]
fn share(done: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { (done as f64 / all as f64).clamp(0.0, 1.0) }
}

fn small(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// How many ended jobs are kept.
const KEEP: usize = 200;

/// All commands of this run in the order in which they were given, a line each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Transcript {
    /// What was done on the host.
    pub(crate) here: String,
    /// What means the same in OpenStack.
    pub(crate) openstack: String,
}

fn note(text: &mut String, commands: &[CommandLine]) {
    for line in commands {
        text.push_str(&line.to_string());
        text.push('\n');
    }
}

/// All jobs, newest first.
#[derive(Debug, Default)]
pub(crate) struct Board {
    jobs: Vec<Job>,
    next: u64,
    transcript: Transcript,
}

impl Board {
    /// Adds a job that has just been started.
    pub(crate) fn start(&mut self, step: &StepText, commands: Vec<CommandLine>) -> JobId {
        self.add(texts::step(step), commands, None)
    }

    /// Adds the run of a plan that has just been started, forward or back, with the commands that do the same.
    pub(crate) fn start_plan(
        &mut self,
        title: String,
        commands: Vec<CommandLine>,
        plan: Plan,
        job: plan::Job,
    ) -> JobId {
        self.add(title, commands, Some(Run { plan, job, step: 0, bytes: None }))
    }

    fn add(&mut self, title: String, commands: Vec<CommandLine>, run: Option<Run>) -> JobId {
        self.next += 1;
        note(&mut self.transcript.here, &commands);
        let id = JobId(self.next);
        self.jobs.insert(0, Job { id, title, commands, openstack: Vec::new(), state: JobState::Running, run });
        while self.jobs.len() > KEEP && self.jobs.last().is_some_and(|j| !matches!(j.state, JobState::Running)) {
            self.jobs.pop();
        }
        id
    }

    /// Notes how a job ended, and gives it back.
    pub(crate) fn end(&mut self, id: JobId, state: JobState) -> Option<&Job> {
        let job = self.jobs.iter_mut().find(|job| job.id == id)?;
        job.state = state;
        Some(job)
    }

    /// Notes what a plan tells while it runs.
    pub(crate) fn told(&mut self, id: JobId, event: &JobEvent) {
        let run = self.jobs.iter_mut().find(|job| job.id == id).and_then(|job| job.run.as_mut());
        match (run, event) {
            (Some(run), JobEvent::Step(step, Progress::Begun)) => (run.step, run.bytes) = (*step, None),
            (Some(run), JobEvent::Bytes(done, all)) => run.bytes = Some((*done, *all)),
            _ => {}
        }
    }

    /// The job of this number.
    pub(crate) fn get(&self, id: JobId) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    /// How many plans are under way.
    pub(crate) fn plans_running(&self) -> usize {
        self.jobs.iter().filter(|job| job.run.is_some() && job.state == JobState::Running).count()
    }

    /// The jobs, newest first.
    pub(crate) fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// How many are under way.
    pub(crate) fn running(&self) -> usize {
        self.jobs.iter().filter(|job| matches!(job.state, JobState::Running)).count()
    }

    /// Adds a change of the catalogue that has just been started; what it does is known when it is done.
    pub(crate) fn start_edit(&mut self, title: String) -> JobId {
        self.add(title, Vec::new(), None)
    }

    /// Notes what a change of the catalogue did, and what means the same in OpenStack.
    pub(crate) fn note_edit(&mut self, id: JobId, here: Vec<CommandLine>, openstack: Vec<CommandLine>) {
        note(&mut self.transcript.here, &here);
        note(&mut self.transcript.openstack, &openstack);
        if let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) {
            (job.commands, job.openstack) = (here, openstack);
        }
    }

    /// All commands of this run.
    pub(crate) const fn transcript(&self) -> &Transcript {
        &self.transcript
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_model::domain::DomainAction;

    fn step(name: &str) -> StepText {
        StepText::Act { action: DomainAction::Start, name: name.into() }
    }

    #[test]
    fn the_transcript_is_in_the_order_of_doing() {
        let mut board = Board::default();
        for name in ["a", "b"] {
            board.start(&step(name), vec![CommandLine::virsh("test:///default").args(["start", name])]);
        }
        let expected = "virsh -c test:///default start a\nvirsh -c test:///default start b\n";
        assert_eq!(board.transcript().here, expected);
        let id = board.start_edit("edit".into());
        board.note_edit(id, vec![], vec![CommandLine::new("openstack")]);
        assert_eq!(
            (board.transcript().here.as_str(), board.transcript().openstack.as_str()),
            (expected, "openstack\n")
        );
    }

    #[test]
    fn a_running_job_is_never_forgotten() {
        let mut board = Board::default();
        let first = board.start(&step("first"), vec![]);
        for _ in 0..2 * KEEP {
            let id = board.start(&step("x"), vec![]);
            board.end(id, JobState::Done);
        }
        assert_eq!(board.running(), 1);
        assert!(board.end(first, JobState::Undone).is_some());
    }
}
