//! The program itself, started on an off-screen desktop.

use std::{
    io::{BufRead, BufReader, Read},
    ops::Deref,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use crate::{
    atspi::{Bus, Element},
    desktop::Desktop,
    process::Process,
    wait,
};

/// How long a window may take to close before its key is pressed again.
const PRESSED: Duration = Duration::from_secs(4);

/// What GTK says on a bare X display, and what is no fault of the program.
///
/// GTK's file chooser (4.18), closed while it still completes a path that is typed, removes what is gone from a tree store;
/// the program has none.
const KNOWN: [&str; 1] = ["gtk_tree_store_remove: assertion 'VALID_ITER (iter, tree_store)' failed"];

/// The running program; derefs to the top of its accessible tree.
#[derive(Debug)]
pub struct App<'d> {
    desktop: &'d Desktop,
    process: Process,
    said: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
    tree: Element,
}

impl<'d> App<'d> {
    /// Starts `program` with `args` and waits until it shows itself.
    pub fn start(desktop: &'d Desktop, program: &str, args: &[&str]) -> Self {
        Self::with(desktop, program, args, &[])
    }

    /// [`Self::start`] with more variables in the program's environment.
    pub fn with(desktop: &'d Desktop, program: &str, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = desktop.command(program);
        command.args(args).envs(variables.iter().copied()).stdin(Stdio::null());
        let mut process = Process::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
        let said = Arc::new(Mutex::new(String::new()));
        let output = process.child().stdout.take().map(|pipe| listen(pipe, &said));
        let errors = process.child().stderr.take().map(|pipe| listen(pipe, &said));
        let readers = output.into_iter().chain(errors).collect();
        let tree = Bus::of(desktop.bus_address()).program(process.pid());
        Self { desktop, process, said, readers, tree }
    }

    /// What it has said on both outputs so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it ends by itself.
    pub fn exited(&mut self, limit: Duration) -> ExitStatus {
        self.process.wait(limit)
    }

    /// Closes its window as a person would, waits for a clean end, and gives what it said.
    ///
    /// # Panics
    /// When it does not end, or not well.
    pub fn close(mut self) -> String {
        wait::within(wait::SOON, || self.desktop.is_active(self.process.pid()).then_some(()));
        // The key gets lost while the window manager looks at its keys anew; a person presses it again then.
        for _ in 0..3 {
            self.desktop.keys(&["alt+F4"]);
            if wait::within(PRESSED, || self.process.ended()).is_some() {
                break;
            }
            println!("Alt+F4 closed nothing");
        }
        let status = self.exited(wait::SOON);
        assert!(status.success(), "the program ended with {status}:\n{}", self.said());
        self.hear_out();
        self.said()
    }

    /// Waits for the rest of what it said; a child of it may hold the pipe for longer, and is not waited for.
    fn hear_out(&self) {
        let end = Instant::now() + Duration::from_secs(2);
        while !self.readers.iter().all(JoinHandle::is_finished) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The desktop that it is on.
    pub const fn desktop(&self) -> &'d Desktop {
        self.desktop
    }

    /// The process, for its use of memory and processor.
    pub const fn process(&self) -> &Process {
        &self.process
    }

    /// Panics if it said what a healthy program never says.
    fn assert_healthy(&self) {
        let said = self.said();
        let bad = |line: &&str| ["CRITICAL", "panicked", "BorrowMutError"].iter().any(|w| line.contains(w));
        let faults: Vec<&str> = said.lines().filter(bad).filter(|l| !KNOWN.iter().any(|k| l.contains(k))).collect();
        assert!(faults.is_empty(), "the program complained:\n{}", faults.join("\n"));
    }
}

impl Deref for App<'_> {
    type Target = Element;

    fn deref(&self) -> &Element {
        &self.tree
    }
}

impl Drop for App<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.desktop.last_shot();
        }
        let ended = self.process.ended();
        drop(self.process.child().kill());
        drop(self.process.child().wait());
        self.hear_out();
        if std::thread::panicking() {
            println!("the program ({ended:?}) said:\n{}", self.said());
        } else {
            self.assert_healthy();
        }
    }
}

fn listen(pipe: impl Read + Send + 'static, into: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let into = Arc::clone(into);
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let mut said = into.lock().unwrap_or_else(PoisonError::into_inner);
            said.push_str(&line);
            said.push('\n');
        }
    })
}
