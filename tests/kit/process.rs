//! Children that end with the test, and what they use of the machine.

use std::{
    fs,
    process::{Child, Command, ExitStatus},
    time::Duration,
};

use crate::wait;

/// A child that is killed when this is dropped.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts `command`.
    ///
    /// # Panics
    /// When the program is not there.
    pub fn start(command: &mut Command) -> Self {
        match command.spawn() {
            Ok(child) => Self(child),
            Err(e) => panic!("{command:?}: {e}; build-aux/setup installs what is missing"),
        }
    }

    /// The child itself, for its pipes.
    pub const fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Its status, if it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("a child can be waited for")
    }

    /// Waits until it ends by itself.
    ///
    /// # Panics
    /// When `limit` is over first.
    pub fn wait(&mut self, limit: Duration) -> ExitStatus {
        let what = format!("process {} to end", self.pid());
        wait::until(&what, limit, || self.ended())
    }

    /// The memory that it holds, in KiB; 0 once it has ended.
    pub fn memory_kib(&self) -> u64 {
        memory_kib(self.pid())
    }

    /// The processor time that it has used.
    pub fn cpu_time(&self) -> Duration {
        cpu_time(self.pid())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone is as good.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A command whose process is killed when the test's own process dies, however that happens.
pub fn tied(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", program]);
    command
}

/// The resident memory of process `pid`, in KiB; 0 where there is none.
pub fn memory_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    line.and_then(|l| l.trim().strip_suffix(" kB")?.trim().parse().ok()).unwrap_or(0)
}

/// The processor time of process `pid` and all its threads.
pub fn cpu_time(pid: u32) -> Duration {
    // Fields 14 and 15 after the name in brackets, which may hold anything; a tick is 10 ms on Linux.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|f| f.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Runs `command` and gives what it prints.
///
/// # Panics
/// When it fails: with all that it said.
pub fn output(command: &mut Command) -> String {
    let out = match command.output() {
        Ok(out) => out,
        Err(e) => panic!("{command:?}: {e}; build-aux/setup installs what is missing"),
    };
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{command:?}: {}\n{said}{}", out.status, String::from_utf8_lossy(&out.stderr));
    said
}
