//! A libvirt of the test's own, kept by `build-aux/private-libvirt` in namespaces where nothing of the user's is.

use std::{
    env,
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader, Write as _},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

use tempfile::TempDir;

use crate::{guest, process, process::Process, wait};

/// Making the namespaces and probing QEMU take seconds on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A private libvirt; it and its machines end when this is dropped, or when the test dies.
#[derive(Debug)]
pub struct PrivateLibvirt {
    orders: Option<ChildStdin>,
    answers: Receiver<String>,
    process: Process,
    uri: String,
    folder: TempDir,
}

impl PrivateLibvirt {
    /// Starts one; says why and gives nothing where it cannot be had.
    ///
    /// # Panics
    /// When it can be had and does not come up.
    pub fn start() -> Option<Self> {
        Self::with(&[])
    }

    /// [`Self::start`] with more options of `build-aux/private-libvirt`.
    ///
    /// # Panics
    /// When it can be had and does not come up.
    pub fn with(options: &[&str]) -> Option<Self> {
        if !is_root() {
            crate::skipped("a private libvirt with networks and QEMU's own user needs root");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("lv-").tempdir_in("/tmp").expect("a temporary folder");
        // QEMU's user must be able to reach what is in it.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("its mode");
        // Not tied to this thread: the end of its input ends it, and it may be used from another.
        let mut command = Command::new(crate::tree::root().join("build-aux/private-libvirt"));
        command.args(options).args(["--own-net", "--guest"]).arg(guest::folder()).arg("--control").arg(folder.path());
        if env::var_os("LECTERN_INSIDE").is_none() {
            command.env("LECTERN_INSIDE", "tests");
        }
        let mut process = Process::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
        let orders = process.child().stdin.take();
        let answers = lines_of(process.child().stdout.take().expect("a piped output"));
        let mut libvirt = Self { orders, answers, process, uri: String::new(), folder };
        libvirt.uri = libvirt.wait_ready();
        Some(libvirt)
    }

    fn wait_ready(&mut self) -> String {
        let mut said = String::new();
        loop {
            let line = self.line(&said);
            if let Some(uri) = line.strip_prefix("ready ") {
                return uri.trim().to_owned();
            }
            writeln!(said, "{line}").expect("a string grows");
        }
    }

    fn line(&mut self, said: &str) -> String {
        match self.answers.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => panic!("private-libvirt did not answer in time; it said:\n{said}"),
            Err(RecvTimeoutError::Disconnected) => {
                panic!("private-libvirt ended ({:?}); it said:\n{said}", self.process.ended());
            }
        }
    }

    /// Sends one order and gives the lines of its answer.
    fn order(&mut self, order: &str) -> Result<String, String> {
        let orders = self.orders.as_mut().expect("orders go until the end");
        writeln!(orders, "{order}").expect("private-libvirt takes orders");
        orders.flush().expect("private-libvirt takes orders");
        let mut said = String::new();
        loop {
            let line = self.line(&said);
            match line.split_once(' ').unwrap_or((&line, "")) {
                ("ok", _) => return Ok(said),
                ("failed", number) => return Err(format!("{order}: failed {number}\n{said}")),
                ("|", text) => writeln!(said, "{text}").expect("a string grows"),
                _ => {}
            }
        }
    }

    /// Gives an order that must be carried out: `stop`, `kill`, `start`, `freeze` or `thaw` the daemon.
    ///
    /// # Panics
    /// When it is not.
    pub fn must(&mut self, order: &str) -> String {
        self.order(order).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Runs a shell command inside the namespaces, as root there, and gives what it prints.
    ///
    /// # Panics
    /// When it fails.
    pub fn sh(&mut self, command: &str) -> String {
        self.must(&format!("sh {command}"))
    }

    /// How the program reaches it.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Its folder, the same inside and outside.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A virsh command for it.
    pub fn virsh_command(&self, args: &[&str]) -> Command {
        let mut command = process::tied("virsh");
        command.arg("-q").arg("-c").arg(&self.uri).args(args).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        command
    }

    /// Runs virsh from outside of the program, as another administrator would, and gives what it prints.
    ///
    /// # Panics
    /// When it fails.
    pub fn virsh(&self, args: &[&str]) -> String {
        process::output(&mut self.virsh_command(args))
    }

    /// Defines a domain from its XML.
    ///
    /// # Panics
    /// When libvirt refuses it.
    pub fn define(&self, name: &str, xml: &str) {
        let file = self.folder().join(format!("{name}.xml"));
        std::fs::write(&file, xml).expect("a file in the private folder");
        self.virsh(&["define", &file.to_string_lossy()]);
    }

    /// `virsh console` on a terminal of its own, as somebody else would have the console of a machine open.
    ///
    /// # Panics
    /// When it does not open.
    pub fn hold_console(&self, name: &str) -> Process {
        let line = format!("virsh -c '{}' console {name}", self.uri);
        let mut command = process::tied("script");
        command.args(["-qfec", &line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = Process::start(&mut command);
        let lines = lines_of(holder.child().stdout.take().expect("a piped output"));
        let opened = |line: String| line.contains("Escape character").then_some(());
        wait::until("virsh to open the console", wait::SOON, || lines.try_recv().ok().and_then(opened));
        // Read on, or the other side would block.
        std::thread::spawn(move || lines.iter().for_each(drop));
        holder
    }

    /// The state of a domain in virsh's words.
    pub fn state_of(&self, name: &str) -> String {
        self.virsh(&["domstate", name]).trim().to_owned()
    }

    /// Waits until a domain is in `state`, in virsh's words.
    ///
    /// # Panics
    /// When it does not get there.
    pub fn wait_state(&self, name: &str, state: &str, limit: Duration) {
        wait::holds(&format!("{name} to be {state}"), limit, || self.state_of(name) == state);
    }
}

impl Drop for PrivateLibvirt {
    fn drop(&mut self) {
        // The end of the orders is the order to end; it is given the time to take its machines down.
        self.orders = None;
        let limit = std::time::Instant::now() + Duration::from_secs(20);
        while self.process.ended().is_none() && std::time::Instant::now() < limit {
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}

/// Whether the test runs as root.
pub fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).trim() == "0"
}

fn lines_of(pipe: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    receive
}
