//! What every plan has to stand: a failure and a kill at each of its steps, and its own shell lines.

use std::{env, fs, path::Path, process::Command, time::Duration};

use async_channel::Receiver;
use lectern_model::{command::CommandLine, uri::HostUri};
use lectern_services::plan::{
    self, Injection, Job, JobEvent, Made, Outcome, Plan, Point, StepError, StepFailure, journal,
};
use tempfile::TempDir;

use crate::{libvirt::PrivateLibvirt, process, wait};

/// What a plan of these tests may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// What says when a child is killed that is killed within a step.
const PARTS: &str = "parts:";
/// The test that every binary with such tests has, for [`child`].
const CHILD: &str = "killed_child";

impl PrivateLibvirt {
    /// Runs a script of several lines inside the namespaces.
    ///
    /// # Panics
    /// When it fails.
    pub fn script(&mut self, text: &str) -> String {
        let file = self.folder().join("script");
        fs::write(&file, text).expect("a file in the private folder");
        self.sh(&format!("bash {}", file.display()))
    }

    /// Its address as a value.
    ///
    /// # Panics
    /// When it is none.
    pub fn host_uri(&self) -> HostUri {
        HostUri::parse(self.uri()).expect("a URI")
    }
}

/// Waits for the end of a job.
///
/// # Panics
/// When there is none in time.
pub fn outcome(job: &Job) -> Outcome {
    let events = job.events();
    let ended = |event| if let JobEvent::Ended(outcome) = event { Some(outcome) } else { None };
    wait::until("the end of a plan", PATIENCE, || all(&events).find_map(ended))
}

/// What a job has told meanwhile.
fn all(events: &Receiver<JobEvent>) -> impl Iterator<Item = JobEvent> {
    std::iter::from_fn(|| events.try_recv().ok())
}

/// Runs a plan that must succeed, with its journal in `folder`, and gives what it has made.
///
/// # Panics
/// When it does not.
pub fn must(plan: &Plan, folder: &Path) -> Made {
    let job = plan::start(plan.clone(), folder);
    assert_eq!(outcome(&job), Outcome::Done);
    assert!(journal::unfinished(folder).expect("a folder").is_empty(), "a journal is left");
    job.made()
}

/// Takes back a plan that is done, which must succeed.
///
/// # Panics
/// When it does not.
pub fn must_undo(plan: Plan, made: Made, folder: &Path) {
    let undone = outcome(&plan::undo(plan, made, folder));
    assert_eq!(undone, Outcome::Undone { why: None, left: Vec::new() });
    assert!(journal::unfinished(folder).expect("a folder").is_empty(), "a journal is left");
}

/// A failure at one place of a run.
#[derive(Debug)]
struct FailAt(Point);

impl Injection for FailAt {
    fn at(&mut self, point: Point) -> Result<(), StepError> {
        if point == self.0 { Err(StepError::touched(StepFailure::Injected)) } else { Ok(()) }
    }
}

/// Plans of one kind on one private libvirt: `set_up` makes what `make` makes a plan of.
pub struct Trial<'a> {
    /// The libvirt.
    pub libvirt: &'a mut PrivateLibvirt,
    /// Brings the host into the state before the plan; does nothing where it is in it.
    pub set_up: &'a dyn Fn(&mut PrivateLibvirt),
    /// Makes the plan, each time with identifiers of its own.
    pub make: &'a dyn Fn(&PrivateLibvirt) -> Plan,
}

impl Trial<'_> {
    /// All trials, and the shell lines in `second`, a libvirt as new as the first.
    ///
    /// # Panics
    /// When the plan does not stand them.
    pub fn run(&mut self, second: &mut PrivateLibvirt) {
        let mut trying = Trying { libvirt: self.libvirt, set_up: self.set_up, make: self.make, as_before: None };
        let after = trying.shell_lines(second);
        trying.failures();
        trying.kills(&after);
    }
}

/// A trial under way.
struct Trying<'a> {
    libvirt: &'a mut PrivateLibvirt,
    set_up: &'a dyn Fn(&mut PrivateLibvirt),
    make: &'a dyn Fn(&PrivateLibvirt) -> Plan,
    /// The host before the plan, where it is known to be as that.
    as_before: Option<String>,
}

impl Trying<'_> {
    /// The host as it is to be before the plan, and the plan. It is set up anew only after what changed it.
    fn before(&mut self) -> (String, Plan) {
        let before = self.as_before.take().unwrap_or_else(|| {
            (self.set_up)(self.libvirt);
            self.libvirt.photograph()
        });
        (before, (self.make)(self.libvirt))
    }

    /// The host must be as it was.
    fn must_be(&mut self, before: String, after: &str) {
        assert_eq!(self.libvirt.photograph(), before, "something is left after {after}");
        self.as_before = Some(before);
    }

    /// The plan here and its lines there give the same. Where it can be undone, it is.
    fn shell_lines(&mut self, second: &mut PrivateLibvirt) -> String {
        let journals = folder();
        (self.set_up)(second);
        let (before, plan) = self.before();
        assert_eq!(before, second.photograph(), "the two libvirts begin alike");
        let made = must(&plan, journals.path());
        let uri = second.host_uri();
        let (steps, here) = (plan.steps(), self.libvirt.folder().to_owned());
        let lines = in_shell(steps.iter().flat_map(|step| step.commands(&uri)), &here, second);
        let after = self.libvirt.photograph();
        if let Some(lines) = lines {
            assert_eq!(after, second.photograph(), "the shell lines do something else:\n{lines}");
        }
        if plan.can_be_undone() {
            let lines = in_shell(steps.iter().rev().flat_map(|step| step.undo_commands(&uri)), &here, second);
            if let Some(lines) = lines {
                assert_eq!(before, second.photograph(), "the shell lines of the way back do something else:\n{lines}");
            }
            must_undo(plan, made, journals.path());
            self.must_be(before, "its undo");
        }
        after
    }

    fn failures(&mut self) {
        let (before, plan) = self.before();
        self.as_before = Some(before);
        for at in 0..plan.steps().len() {
            for point in [Point::Begun(at), Point::Applied(at)] {
                self.failure(point, at);
            }
        }
    }

    fn failure(&mut self, point: Point, at: usize) {
        let journals = folder();
        let (before, plan) = self.before();
        let is_final = plan.steps()[at].is_final();
        let ended = outcome(&plan::start_with(plan, journals.path(), Box::new(FailAt(point))));
        let why = StepError::touched(StepFailure::Injected);
        if is_final {
            assert!(matches!(&ended, Outcome::Stopped { why: said, .. } if *said == why), "{point:?}: {ended:?}");
        } else {
            assert_eq!(ended, Outcome::Undone { why: Some(why), left: Vec::new() }, "{point:?}");
            self.must_be(before, &format!("{point:?}"));
        }
        assert!(journal::unfinished(journals.path()).expect("a folder").is_empty(), "a journal is left");
    }

    fn kills(&mut self, after: &str) {
        let (before, plan) = self.before();
        self.as_before = Some(before);
        for at in 0..plan.steps().len() {
            for point in [Point::Begun(at), Point::Applied(at), Point::Done(at)] {
                if !plan.steps()[at].is_final() {
                    self.kill(point, None);
                }
                self.kill(point, Some(after));
            }
        }
    }

    /// The program is killed at `point`; the next one undoes the plan, or finishes it.
    fn kill(&mut self, point: Point, after: Option<&str>) {
        let journals = folder();
        let (before, plan) = self.before();
        killed(&plan, journals.path(), point);
        let mut left = journal::unfinished(journals.path()).expect("a folder");
        assert_eq!(left.len(), 1, "the journal knows of the kill at {point:?}");
        let unfinished = left.remove(0);
        assert_eq!(unfinished.plan().id(), plan.id());
        let job = plan::resume(unfinished, after.is_some());
        let ended = outcome(&job);
        if let Some(after) = after {
            assert_eq!(ended, Outcome::Done, "{point:?}");
            assert_eq!(nameless(&self.libvirt.photograph()), nameless(after), "finished after {point:?}");
            if plan.can_be_undone() {
                must_undo(plan, job.made(), journals.path());
                self.must_be(before, &format!("the undo after a kill at {point:?}"));
            }
        } else {
            assert_eq!(ended, Outcome::Undone { why: None, left: Vec::new() }, "{point:?}");
            self.must_be(before, &format!("a kill at {point:?}"));
        }
        assert!(journal::unfinished(journals.path()).expect("a folder").is_empty(), "a journal is left");
    }
}

/// Runs lines that were made for the libvirt in the folder `here` in `second`, and gives them; says so where a program that
/// they need is not installed.
fn in_shell(lines: impl Iterator<Item = CommandLine>, here: &Path, second: &mut PrivateLibvirt) -> Option<String> {
    let there = second.folder().to_string_lossy().into_owned();
    let lines: Vec<String> = lines.map(|line| line.to_string().replace(&*here.to_string_lossy(), &there)).collect();
    let lines = lines.join("\n");
    if lines.contains("setfacl") && second.sh("command -v setfacl || true").is_empty() {
        crate::skipped("the shell lines need setfacl");
        return None;
    }
    second.script(&format!("set -e\n{lines}\n"));
    Some(lines)
}

/// A photograph without what each plan makes up for itself.
fn nameless(photograph: &str) -> String {
    let made_up = |line: &&str| {
        ["<uuid>", "<mac address", "<genid>", "<serial>", "<wwn>", "lectern:"].iter().any(|part| line.contains(part))
    };
    photograph.lines().filter(|line| !made_up(line)).collect::<Vec<_>>().join("\n")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Runs `plan` in a process of its own that kills itself at `point`.
///
/// # Panics
/// When it is not killed there.
pub fn killed(plan: &Plan, journals: &Path, point: Point) {
    killed_when(plan, journals, &format!("{point:?}"));
}

/// The same, where so many parts of a step with many of them are done.
///
/// # Panics
/// When it is not killed there.
pub fn killed_within(plan: &Plan, journals: &Path, parts: u64) {
    killed_when(plan, journals, &format!("{PARTS}{parts}"));
}

fn killed_when(plan: &Plan, journals: &Path, when: &str) {
    fs::create_dir_all(journals).expect("a folder");
    let file = journals.join("plan.json");
    fs::write(&file, serde_json::to_string(plan).expect("a plan is data")).expect("a file");
    let mut command = process::tied(&env::current_exe().expect("this test").to_string_lossy());
    command.args(["--exact", CHILD, "--ignored", "--nocapture"]);
    command.env("LECTERN_PLAN", &file).env("LECTERN_JOURNALS", journals).env("LECTERN_KILL", when);
    let status = command.status().expect("a child");
    assert!(!status.success(), "the child was to be killed at {when}");
    fs::remove_file(file).expect("the plan's file");
}

/// The process that is killed: runs the plan that the environment names. To be called by an ignored test of the name
/// `killed_child` in every binary that has a [`Trial`].
///
/// # Panics
/// When the plan ends before the kill.
pub fn child() {
    let var = |name: &str| env::var(name).expect("set by the test");
    let plan = serde_json::from_str(&fs::read_to_string(var("LECTERN_PLAN")).expect("a file")).expect("a plan");
    let when = var("LECTERN_KILL");
    let parts = when.strip_prefix(PARTS).and_then(|parts| parts.parse().ok());
    let job = plan::start_with(plan, Path::new(&var("LECTERN_JOURNALS")), Box::new(KillAt(when)));
    if let Some(parts) = parts {
        until_part(&job, parts);
        kill_this();
    }
    panic!("not killed: {:?}", outcome(&job));
}

/// Waits until so many parts of a step with many of them are done.
///
/// # Panics
/// When the plan ends before.
pub fn until_part(job: &Job, parts: u64) {
    let events = job.events();
    let is_it = |event| match event {
        JobEvent::Bytes(done, _) => done >= parts,
        JobEvent::Ended(outcome) => panic!("it ended before: {outcome:?}"),
        JobEvent::Step(..) => false,
    };
    wait::holds("a part of a step", PATIENCE, || all(&events).any(is_it));
}

fn kill_this() {
    let sent = Command::new("kill").args(["-KILL", &std::process::id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "kill works");
    wait::forever();
}

#[derive(Debug)]
struct KillAt(String);

impl Injection for KillAt {
    fn at(&mut self, point: Point) -> Result<(), StepError> {
        if format!("{point:?}") == self.0 {
            kill_this();
        }
        Ok(())
    }
}
