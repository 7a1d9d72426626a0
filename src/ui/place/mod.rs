//! The dialogs that move machines to a project, and that give one the size of a flavor: what would happen is shown, and
//! what is against it is said beside the choice.

mod words;

use relm4::{adw, adw::prelude::*, prelude::*};

use lectern_model::{draft::Severity, id::DomainId, project::Refusal};
use lectern_services::{
    catalog::{CatalogError, Kept, Usage},
    host::{Host, PlaceError},
    plan::Plan,
};

use crate::{
    errors::UserText,
    forms::Frame,
    i18n::{gettext, gettext_f, ngettext_f},
    texts,
    wizards::{
        self,
        frame::{Fields, Line, Quietly, Review, ReviewText},
    },
};

/// What the dialog is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PlacePurpose {
    /// Move these machines.
    Move(Vec<(DomainId, String)>),
    /// Give this machine another size.
    Resize(DomainId, String),
}

/// What can be chosen.
struct Choice {
    /// The project's name, or the flavor's identifier.
    key: String,
    title: String,
    subtitle: String,
}

/// The dialog.
pub(crate) struct PlaceDialog {
    host: Host,
    purpose: PlacePurpose,
    choices: Vec<Choice>,
    chosen: Option<usize>,
    plan: Option<Plan>,
    problem: Option<(UserText, Option<Refusal>)>,
    frame: Frame,
    row: adw::ComboRow,
    quietly: Quietly,
    fields: Fields<()>,
    review: Review,
    input: relm4::Sender<PlaceMsg>,
}

/// What the dialog is told.
#[derive(Debug)]
pub(crate) enum PlaceMsg {
    /// This one was chosen.
    Chosen(usize),
    /// The catalogue was changed: look again.
    Again,
    /// Raise the quota of the project that refuses.
    Raise(Box<Refusal>),
    /// Do it.
    Agreed,
    /// It was closed.
    Closed,
}

/// What came back.
#[derive(Debug)]
pub(crate) enum PlaceCmd {
    /// What there is to choose from.
    Seen(Box<Result<(Kept, Usage), CatalogError>>),
    /// The plan for that choice.
    Planned(usize, Box<Result<Plan, PlaceError>>),
}

/// What the dialog asks for.
#[derive(Debug)]
pub(crate) enum PlaceOutput {
    /// Run this plan.
    Run(Box<Plan>),
    /// Raise the quota of the project that refuses.
    Raise(Box<Refusal>),
    /// It was closed.
    Closed,
}

impl Component for PlaceDialog {
    type Init = (Host, PlacePurpose);
    type Input = PlaceMsg;
    type Output = PlaceOutput;
    type CommandOutput = PlaceCmd;
    type Root = adw::Dialog;
    type Widgets = ();

    fn init_root() -> adw::Dialog {
        adw::Dialog::new()
    }

    fn init((host, purpose): Self::Init, dialog: adw::Dialog, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let model = Self::new(host, purpose, dialog, sender.input_sender());
        model.look(&sender);
        ComponentParts { model, widgets: () }
    }

    fn update(&mut self, message: PlaceMsg, sender: ComponentSender<Self>, _root: &adw::Dialog) {
        match message {
            PlaceMsg::Chosen(nth) => self.choose(nth, &sender),
            PlaceMsg::Again => self.look(&sender),
            PlaceMsg::Raise(refusal) => drop(sender.output(PlaceOutput::Raise(refusal))),
            PlaceMsg::Agreed => self.run(&sender),
            PlaceMsg::Closed => drop(sender.output(PlaceOutput::Closed)),
        }
        self.show();
    }

    fn update_cmd(&mut self, message: PlaceCmd, sender: ComponentSender<Self>, _root: &adw::Dialog) {
        match message {
            PlaceCmd::Seen(answer) => self.seen(*answer, &sender),
            PlaceCmd::Planned(nth, answer) => self.planned(nth, *answer),
        }
        self.show();
    }
}

impl PlaceDialog {
    fn new(host: Host, purpose: PlacePurpose, dialog: adw::Dialog, input: &relm4::Sender<PlaceMsg>) -> Self {
        let (title, verb, label) = titles(&purpose);
        let frame = Frame::around(dialog, &title, &verb);
        let group = adw::PreferencesGroup::new();
        if matches!(purpose, PlacePurpose::Resize(..)) {
            group.set_description(Some(&gettext("The machine must be off. Disks become larger and never smaller; the guest makes its partitions larger itself.")));
        }
        let row = adw::ComboRow::builder().title(label).use_markup(false).subtitle_lines(3).build();
        let mut fields = Fields::new();
        fields.add((), &row, &group);
        let review = Review::new(Some(&group));
        let (quietly, sender) = (Quietly::default(), input.clone());
        quietly.connect_selected(&row, move |nth| drop(sender.send(PlaceMsg::Chosen(nth))));
        let sender = input.clone();
        frame.done.connect_clicked(move |_| sender.emit(PlaceMsg::Agreed));
        frame.done.set_sensitive(false);
        let sender = input.clone();
        frame.dialog.connect_closed(move |_| sender.emit(PlaceMsg::Closed));
        frame.fill(review.widget());
        let (choices, chosen, plan, problem) = (Vec::new(), None, None, None);
        Self {
            host,
            purpose,
            choices,
            chosen,
            plan,
            problem,
            frame,
            row,
            quietly,
            fields,
            review,
            input: input.clone(),
        }
    }

    fn look(&self, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move {
            let seen = async { Ok((host.catalog().await?, host.usage().await?)) };
            PlaceCmd::Seen(Box::new(seen.await))
        });
    }

    fn seen(&mut self, answer: Result<(Kept, Usage), CatalogError>, sender: &ComponentSender<Self>) {
        let (kept, usage) = match answer {
            Ok(seen) => seen,
            Err(error) => return self.problem = Some((UserText::from(&error), None)),
        };
        let before = self.chosen.and_then(|nth| self.choices.get(nth)).map(|choice| choice.key.clone());
        let (choices, first) = words::choices(&self.purpose, &kept.catalog, &usage);
        let wanted = before.or(first);
        let nth = choices.iter().position(|choice| Some(&choice.key) == wanted.as_ref()).unwrap_or(0);
        let names: Vec<&str> = choices.iter().map(|choice| choice.title.as_str()).collect();
        // The user has chosen nothing else.
        self.quietly.list(&self.row, &names);
        self.quietly.select(&self.row, Some(nth));
        self.choices = choices;
        self.chosen = None;
        self.choose(nth, sender);
    }

    /// Has the plan of a choice made, which says whether it can be.
    fn choose(&mut self, nth: usize, sender: &ComponentSender<Self>) {
        let Some(choice) = self.choices.get(nth).filter(|_| self.chosen != Some(nth)) else { return };
        (self.chosen, self.plan, self.problem) = (Some(nth), None, None);
        let (host, key, purpose) = (self.host.clone(), choice.key.clone(), self.purpose.clone());
        sender.oneshot_command(async move {
            let plan = match purpose {
                PlacePurpose::Move(machines) => {
                    host.plan_move(machines.into_iter().map(|(id, _)| id).collect(), key).await
                }
                PlacePurpose::Resize(id, _) => host.plan_resize(id, key).await,
            };
            PlaceCmd::Planned(nth, Box::new(plan))
        });
    }

    /// The plan of another choice than the one of now is of no use.
    fn planned(&mut self, nth: usize, answer: Result<Plan, PlaceError>) {
        if self.chosen != Some(nth) {
            return;
        }
        match answer {
            Ok(plan) => self.plan = Some(plan),
            Err(error) => {
                let refusal = match &error {
                    PlaceError::Catalog(CatalogError::Refused(refusal)) => Some(refusal.clone()),
                    _ => None,
                };
                self.problem = Some((UserText::from(&error), refusal));
            }
        }
    }

    fn run(&mut self, sender: &ComponentSender<Self>) {
        if let Some(plan) = self.plan.take() {
            drop(sender.output(PlaceOutput::Run(Box::new(plan))));
            self.frame.dialog.force_close();
        }
    }

    fn show(&mut self) {
        self.frame.done.set_sensitive(self.plan.is_some());
        let about = self.chosen.and_then(|nth| self.choices.get(nth)).map(|choice| choice.subtitle.clone());
        self.row.set_subtitle(&about.unwrap_or_default());
        let line = self.problem.as_ref().map(|(text, refusal)| ((), self.line(text, refusal.as_ref())));
        self.fields.show(line.as_slice());
        let steps = self.plan.iter().flat_map(|plan| plan.summary().iter().map(texts::step).collect::<Vec<_>>());
        let text = ReviewText {
            steps: steps.collect(),
            commands: self.plan.iter().flat_map(Plan::commands).collect(),
            ..ReviewText::default()
        };
        self.review.show(&text);
    }

    fn line(&self, text: &UserText, refusal: Option<&Refusal>) -> Line {
        // What to do about a refusal is on its button.
        let body = if refusal.is_some() { "" } else { text.body.as_str() };
        let words = [text.title.as_str(), body].join(" ");
        let offer = refusal.and_then(|refusal| {
            let (input, refusal) = (self.input.clone(), refusal.clone());
            wizards::place::raise(&refusal.clone(), move || input.emit(PlaceMsg::Raise(Box::new(refusal.clone()))))
        });
        Line { offer, ..Line::new(Severity::Error, words.trim().to_owned()) }
    }
}

fn titles(purpose: &PlacePurpose) -> (String, String, String) {
    match purpose {
        PlacePurpose::Move(machines) => {
            let title = match machines.as_slice() {
                [(_, name)] => gettext_f("Move {name} to a Project", &[("name", name)]),
                all => ngettext_f("Move {n} Machine to a Project", "Move {n} Machines to a Project", all.len(), &[]),
            };
            (title, gettext("_Move"), gettext("Project"))
        }
        PlacePurpose::Resize(_, name) => {
            (gettext_f("Resize {name} to a Flavor", &[("name", name)]), gettext("_Resize"), gettext("Flavor"))
        }
    }
}
