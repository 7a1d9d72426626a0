//! A machine from an XML file, in the frame of all wizards: the file and the machine's identity, then what differs.

mod page;
mod words;

use std::{cell::Cell, collections::BTreeMap, path::PathBuf, rc::Rc, time::Duration};

use relm4::{
    adw,
    adw::prelude::*,
    gtk::{self, glib},
    prelude::*,
};

use lectern_model::{
    draft::{
        Bound, Severity,
        xml::{Fresh, Outcome, XmlDraft, XmlFacts, XmlField, XmlProblem},
    },
    id::DomainId,
    project::{DEFAULT, Refusal, Standing},
};
use lectern_services::{
    host::{Host, StorageError},
    making::{self, NamedFiles},
    plan::Plan,
};

use self::page::FilePage;
use super::{
    frame::{DiffView, Fields, Frame, FrameEvent, Line, Review, ReviewText, Step},
    place,
};
use crate::{errors::UserText, i18n::gettext, texts};

const FILE: &str = "file";
const REVIEW: &str = "review";
/// How long nothing may be typed before a file is read.
const TYPED: Duration = Duration::from_millis(400);

/// The dialog.
pub(crate) struct XmlDialog {
    host: Host,
    draft: XmlDraft,
    facts: XmlFacts,
    fresh: Fresh,
    /// Why the file could not be read.
    unread: Option<UserText>,
    path: PathBuf,
    /// Counts what is typed, so that only the last is read.
    typed: Rc<Cell<u64>>,
    /// Whether the user wanted to go on: an empty field is a mistake from then on.
    asked: bool,
    dialog: adw::Dialog,
    frame: Frame,
    fields: Fields<XmlField>,
    page: FilePage,
    review: Review,
    diff: DiffView,
    input: relm4::Sender<XmlMsg>,
}

/// What is needed to open the dialog.
pub(crate) struct XmlInit {
    /// Where the machine is defined.
    pub(crate) host: Host,
    /// The host's machines.
    pub(crate) machines: BTreeMap<DomainId, String>,
}

/// What the dialog is told.
#[derive(Debug)]
pub(crate) enum XmlMsg {
    /// From the frame.
    Frame(FrameEvent),
    /// The host has these machines now.
    Machines(BTreeMap<DomainId, String>),
    /// A path was typed.
    Typed(String),
    /// The file to read.
    File(PathBuf),
    /// Choose a file by the desktop's own dialog.
    Browse,
    /// Whether the machine gets a new identity.
    Renew(bool),
    /// The machine's name.
    Name(String),
    /// The project; `None` is the one of what has no other.
    Project(Option<String>),
    /// Raise the quota of the project that refuses.
    Raise(Refusal),
    /// Projects or flavors were changed by anybody.
    PlacesChanged,
}

/// What came back.
#[derive(Debug)]
pub(crate) enum XmlCmd {
    /// The text of a file.
    Read(PathBuf, Result<String, StorageError>),
    /// What the host has of the files that the machine names.
    Files(NamedFiles),
    /// The projects with what they use.
    Places(Vec<Standing>),
}

/// What the dialog asks for.
#[derive(Debug)]
pub(crate) enum XmlOutput {
    /// Run this plan.
    Finish(Box<Plan>),
    /// Raise the quota of the project that refuses.
    Raise(Box<Refusal>),
    /// It was closed.
    Closed,
}

impl Component for XmlDialog {
    type Init = XmlInit;
    type Input = XmlMsg;
    type Output = XmlOutput;
    type CommandOutput = XmlCmd;
    type Root = adw::Dialog;
    type Widgets = ();

    fn init_root() -> adw::Dialog {
        adw::Dialog::new()
    }

    fn init(init: XmlInit, dialog: adw::Dialog, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let input = sender.input_sender();
        let mut fields = Fields::new();
        let page = FilePage::new(input, &mut fields);
        let diff = DiffView::new(&gettext("What Differs from the File"));
        let review = Review::new(Some(diff.widget()));
        let contents: [gtk::Widget; 2] = [page.widget().clone().upcast(), review.widget().clone().upcast()];
        let steps = [
            Step { tag: FILE, title: gettext("File and Identity"), content: &contents[0], next: None },
            Step { tag: REVIEW, title: gettext("Review"), content: &contents[1], next: Some(gettext("_Define")) },
        ];
        let events = input.clone();
        let tell = move |event| drop(events.send(XmlMsg::Frame(event)));
        let frame = Frame::new(&dialog, &gettext("Define from an XML File"), &steps, tell);
        let mut model = Self {
            host: init.host,
            draft: XmlDraft::default(),
            facts: XmlFacts { machines: init.machines, ..XmlFacts::default() },
            fresh: making::fresh(),
            unread: None,
            path: PathBuf::new(),
            typed: Rc::default(),
            asked: false,
            dialog,
            frame,
            fields,
            page,
            review,
            diff,
            input: input.clone(),
        };
        model.ask_places(&sender);
        model.show();
        ComponentParts { model, widgets: () }
    }

    fn update(&mut self, message: XmlMsg, sender: ComponentSender<Self>, _root: &adw::Dialog) {
        match message {
            XmlMsg::Frame(event) => self.frame_said(&event, &sender),
            XmlMsg::Machines(machines) => self.facts.machines = machines,
            XmlMsg::Typed(path) => self.typed(path, &sender),
            XmlMsg::File(path) => self.read(path, &sender),
            XmlMsg::Browse => self.page.browse(&self.dialog),
            XmlMsg::Renew(renew) => self.draft.renew = renew,
            XmlMsg::Name(name) => self.draft.name = name,
            XmlMsg::Project(project) => self.draft.project = Some(project.unwrap_or_else(|| DEFAULT.to_owned())),
            XmlMsg::Raise(refusal) => drop(sender.output(XmlOutput::Raise(Box::new(refusal)))),
            XmlMsg::PlacesChanged => self.ask_places(&sender),
        }
        self.show();
    }

    fn update_cmd(&mut self, message: XmlCmd, sender: ComponentSender<Self>, _root: &adw::Dialog) {
        match message {
            XmlCmd::Read(path, text) => self.take(&path, text, &sender),
            XmlCmd::Files(files) => (self.facts.missing, self.facts.sizes) = (files.missing, files.sizes),
            XmlCmd::Places(projects) => self.facts.projects = projects,
        }
        self.show();
    }
}

impl XmlDialog {
    fn ask_places(&self, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move { XmlCmd::Places(host.places().await.0) });
    }

    fn typed(&self, path: String, sender: &ComponentSender<Self>) {
        let now = self.typed.get() + 1;
        self.typed.set(now);
        let (typed, input) = (Rc::clone(&self.typed), sender.input_sender().clone());
        glib::timeout_add_local_once(TYPED, move || {
            if typed.get() == now {
                drop(input.send(XmlMsg::File(path.into())));
            }
        });
    }

    fn read(&mut self, path: PathBuf, sender: &ComponentSender<Self>) {
        self.path.clone_from(&path);
        self.page.show_path(&path);
        (self.draft.text, self.unread) = (None, None);
        if !path.as_os_str().is_empty() {
            sender.spawn_oneshot_command(move || {
                let text = making::read_text(&path);
                XmlCmd::Read(path, text)
            });
        }
    }

    fn take(&mut self, path: &PathBuf, text: Result<String, StorageError>, sender: &ComponentSender<Self>) {
        if *path != self.path {
            return;
        }
        self.facts.missing.clear();
        self.facts.sizes.clear();
        self.draft.project = None;
        match text {
            Ok(text) => self.draft.take(text, &self.facts),
            Err(error) => self.unread = Some(UserText::from(&error)),
        }
        let (host, disks) = (self.host.clone(), self.draft.disks());
        sender.oneshot_command(async move { XmlCmd::Files(making::named_files(&host, disks).await) });
    }

    fn frame_said(&mut self, event: &FrameEvent, sender: &ComponentSender<Self>) {
        match event {
            FrameEvent::Next if self.frame.shown().as_deref() == Some(REVIEW) => self.finish(sender),
            FrameEvent::Next => self.next(),
            FrameEvent::Shown(_) => {}
            FrameEvent::Closed => drop(sender.output(XmlOutput::Closed)),
        }
    }

    fn next(&mut self) {
        self.asked = true;
        self.show();
        let problems = self.draft.problems(&self.facts);
        if self.unread.is_some() {
            return self.fields.focus(XmlField::File);
        }
        if let Some(problem) = problems.iter().find(|problem| problem.severity() == Severity::Error) {
            return self.fields.focus(problem.field());
        }
        if let Ok(outcome) = self.draft.outcome(&self.fresh) {
            self.show_review(&outcome);
            self.frame.go_to(REVIEW);
        }
    }

    fn show_review(&mut self, outcome: &Outcome) {
        let plan = self.plan(outcome);
        let (project, asked) = (self.draft.counts_in(&self.facts), self.draft.asked(&self.facts));
        self.diff.show(&outcome.diff);
        self.review.show(&ReviewText {
            made: vec![
                (gettext("Machine"), self.draft.name.clone()),
                (gettext("UUID"), outcome.uuid.to_string()),
                (gettext("File"), self.path.display().to_string()),
                (gettext("Project"), project.clone()),
            ],
            lacks: Vec::new(),
            costs: place::cost(&self.facts.projects, &project, &asked).into_iter().collect(),
            steps: plan.summary().iter().map(texts::step).collect(),
            commands: plan.commands(),
        });
    }

    fn plan(&self, outcome: &Outcome) -> Plan {
        let (project, asked) = (self.draft.counts_in(&self.facts), self.draft.asked(&self.facts));
        making::plan_define(self.host.uri(), &self.draft.name, outcome, (&self.facts.projects, &project, asked))
    }

    fn finish(&mut self, sender: &ComponentSender<Self>) {
        // A name may have been taken while the review was read.
        if lectern_model::draft::stops(&self.draft.problems(&self.facts)) {
            self.frame.back_to(FILE);
            return self.next();
        }
        if let Ok(outcome) = self.draft.outcome(&self.fresh) {
            let plan = self.plan(&outcome);
            drop(sender.output(XmlOutput::Finish(Box::new(plan))));
            self.frame.finish();
        }
    }

    fn show(&mut self) {
        self.frame.set_filled(self.draft.text.is_some());
        self.page.show(&self.draft, &self.facts);
        let lines = self.lines();
        self.fields.show(&lines);
    }

    fn lines(&self) -> Vec<(XmlField, Line)> {
        if let Some(text) = &self.unread {
            let words = format!("{} {}", text.title, text.body);
            return vec![(XmlField::File, Line::new(Severity::Error, words))];
        }
        let problems = self.draft.problems(&self.facts);
        let said = |problem: &&XmlProblem| self.asked || **problem != XmlProblem::NoFile;
        let line = |problem: &XmlProblem| (problem.field(), words::line(problem, &self.input));
        problems.iter().filter(said).map(line).collect()
    }
}
