//! Running a program to its end, with a limit and a way to stop it: no shell, no terminal, C's own language.

use std::{
    io::{self, Read, Write as _},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::{Duration, Instant},
};

/// A wish to stop, shared by who has it and who does the work.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// The wish that this flag stands for.
    pub(crate) const fn sharing(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }

    /// Asks for the end.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// How a program ended.
#[derive(Debug)]
pub(crate) enum End {
    /// By itself, with what it said on standard error.
    Exit(ExitStatus, String),
    /// It was killed: the time was over.
    TimedOut,
    /// It was killed: its end was asked for.
    Cancelled,
}

/// How often the wish to stop is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// What is kept of an endless complaint.
const LONGEST: u64 = 64 * 1024;

/// Runs `command`; `output` gets its standard output piece by piece.
pub(super) fn run(
    command: &mut Command,
    limit: Duration,
    stop: impl Fn() -> bool,
    output: impl FnMut(&[u8]),
) -> io::Result<End> {
    run_fed(command, None, limit, stop, output)
}

/// The same with a short text on its standard input, which no list of processes shows.
pub(crate) fn run_fed(
    command: &mut Command,
    input: Option<&str>,
    limit: Duration,
    stop: impl Fn() -> bool,
    mut output: impl FnMut(&[u8]),
) -> io::Result<End> {
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child =
        command.env("LC_ALL", "C.UTF-8").stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let (Some(mut pipe), Some(text)) = (child.stdin.take(), input) {
        // A pipe holds more than a line; who has ended reads nothing, and says why.
        let _ = pipe.write_all(text.as_bytes());
    }
    let started = Instant::now();
    let complaints = child.stderr.take().map(|pipe| thread::spawn(move || text_of(pipe)));
    let (sender, pieces) = channel();
    if let Some(pipe) = child.stdout.take() {
        thread::spawn(move || read_on(pipe, |piece| sender.send(piece).is_ok()));
    } else {
        drop(sender);
    }
    loop {
        match pieces.recv_timeout(LOOK) {
            Ok(piece) => output(&piece),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if stop() {
            return kill(&mut child).map(|()| End::Cancelled);
        }
        if started.elapsed() >= limit {
            return kill(&mut child).map(|()| End::TimedOut);
        }
    }
    let status = child.wait()?;
    let said = complaints.and_then(|thread| thread.join().ok()).unwrap_or_default();
    Ok(End::Exit(status, said))
}

fn kill(child: &mut Child) -> io::Result<()> {
    child.kill()?;
    child.wait().map(drop)
}

fn text_of(pipe: impl Read) -> String {
    let mut bytes = Vec::new();
    // What could be read of it is enough.
    let _ = pipe.take(LONGEST).read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).trim().to_owned()
}

fn read_on(mut pipe: impl Read, mut pass: impl FnMut(Vec<u8>) -> bool) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count) = pipe.read(&mut buffer) {
        if count == 0 || !pass(buffer[..count].to_vec()) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_ends_by_itself_by_its_time_and_by_wish() {
        let mut said = Vec::new();
        let end = run(Command::new("echo").arg("文"), Duration::from_secs(10), || false, |b| said.extend_from_slice(b));
        assert!(matches!(end, Ok(End::Exit(status, _)) if status.success()));
        assert_eq!(said, "文\n".as_bytes());
        let long = || Command::new("sleep").arg("100").stdin(Stdio::null()).spawn();
        drop(long().map(|mut child| kill(&mut child)));
        let end = run(Command::new("sleep").arg("100"), Duration::from_millis(100), || false, |_| {});
        assert!(matches!(end, Ok(End::TimedOut)));
        let cancel = Cancel::default();
        cancel.cancel();
        let end = run(Command::new("sleep").arg("100"), Duration::from_secs(10), || cancel.is_cancelled(), |_| {});
        assert!(matches!(end, Ok(End::Cancelled)));
        assert!(run(&mut Command::new("/no/such/tool"), LOOK, || false, |_| {}).is_err());
    }
}
