//! The jobs of this run, newest first: plain data.

use lectern_model::command::CommandLine;
use lectern_services::{host::HostError, jobs::StepText};

/// A job's number in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct JobId(u64);

/// How far a job is.
#[derive(Clone, Debug)]
pub(crate) enum JobState {
    /// Under way.
    Running,
    /// Done.
    Done,
    /// Refused or broken off.
    Failed(HostError),
}

/// One change that the user asked for.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// Its number.
    pub(crate) id: JobId,
    /// What it does.
    pub(crate) step: StepText,
    /// The commands that do the same.
    pub(crate) commands: Vec<CommandLine>,
    /// How far it is.
    pub(crate) state: JobState,
}

/// How many ended jobs are kept.
const KEEP: usize = 200;

/// All jobs, newest first.
#[derive(Debug, Default)]
pub(crate) struct Board {
    jobs: Vec<Job>,
    next: u64,
    transcript: String,
}

impl Board {
    /// Adds a job that has just been started.
    pub(crate) fn start(&mut self, step: StepText, commands: Vec<CommandLine>) -> JobId {
        self.next += 1;
        for line in &commands {
            self.transcript.push_str(&line.to_string());
            self.transcript.push('\n');
        }
        let id = JobId(self.next);
        self.jobs.insert(0, Job { id, step, commands, state: JobState::Running });
        while self.jobs.len() > KEEP && self.jobs.last().is_some_and(|j| !matches!(j.state, JobState::Running)) {
            self.jobs.pop();
        }
        id
    }

    /// Notes how a job ended, and gives it back.
    pub(crate) fn end(&mut self, id: JobId, result: Result<(), HostError>) -> Option<&Job> {
        let job = self.jobs.iter_mut().find(|job| job.id == id)?;
        job.state = result.map_or_else(JobState::Failed, |()| JobState::Done);
        Some(job)
    }

    /// The jobs, newest first.
    pub(crate) fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// How many are under way.
    pub(crate) fn running(&self) -> usize {
        self.jobs.iter().filter(|job| matches!(job.state, JobState::Running)).count()
    }

    /// All commands of this run in the order in which they were given, a line each.
    pub(crate) fn transcript(&self) -> &str {
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
            board.start(step(name), vec![CommandLine::virsh("test:///default").args(["start", name])]);
        }
        let expected = "virsh -c test:///default start a\nvirsh -c test:///default start b\n";
        assert_eq!(board.transcript(), expected);
    }

    #[test]
    fn a_running_job_is_never_forgotten() {
        let mut board = Board::default();
        let first = board.start(step("first"), vec![]);
        for _ in 0..2 * KEEP {
            let id = board.start(step("x"), vec![]);
            board.end(id, Ok(()));
        }
        assert_eq!(board.running(), 1);
        assert!(board.end(first, Err(HostError::NotConnected)).is_some());
    }
}
