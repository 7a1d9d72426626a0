//! The dialog that gives a machine's disk another base, or writes down again where its base is: what would happen is shown as
//! it is chosen.

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{draft::Severity, id::DomainId, storage::Fault};
use lectern_services::{
    host::Host,
    plan::{
        Plan,
        make::chains::{self, BaseFacts, ChainError, Mode, NewBase, Overlay},
    },
};

use super::{
    form::{Form, form},
    words,
};
use crate::{
    chain,
    errors::UserText,
    forms::Frame,
    i18n::{gettext, gettext_f},
    rows::plain,
    texts,
    wizards::frame::{Line, Review, ReviewText},
};

/// The dialog.
pub(crate) struct BaseDialog {
    host: Host,
    id: DomainId,
    facts: BaseFacts,
    /// Which of the overlays.
    nth: usize,
    base: String,
    mode: Mode,
    /// Plans of earlier choices are of no use.
    asked: u32,
    plan: Option<Plan>,
    problem: Option<UserText>,
    frame: Frame,
    form: Form,
    review: Review,
}

/// What the dialog is told.
#[derive(Debug)]
pub(crate) enum BaseMsg {
    /// Another disk.
    Disk(usize),
    /// An image of the list.
    Image(usize),
    /// A path that was typed.
    Path(String),
    /// How.
    Mode(Mode),
    /// Whether the old overlay stays.
    Keep,
    /// Do it.
    Agreed,
    /// It was closed.
    Closed,
}

/// What came back.
#[derive(Debug)]
pub(crate) enum BaseCmd {
    /// What its disks lie on.
    Seen(Result<BaseFacts, ChainError>),
    /// The plan that was asked for with this number.
    Planned(u32, Box<Result<Plan, ChainError>>),
}

/// What the dialog asks for.
#[derive(Debug)]
pub(crate) enum BaseOutput {
    /// Run this plan.
    Run(Box<Plan>),
    /// It was closed.
    Closed,
}

impl Component for BaseDialog {
    type Init = (Host, DomainId, String);
    type Input = BaseMsg;
    type Output = BaseOutput;
    type CommandOutput = BaseCmd;
    type Root = adw::Dialog;
    type Widgets = ();

    fn init_root() -> adw::Dialog {
        adw::Dialog::new()
    }

    fn init((host, id, name): Self::Init, dialog: adw::Dialog, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let frame = Frame::around(dialog, &gettext_f("Base of {name}", &[("name", &name)]), &gettext("_Change Base"));
        let (form, review) = form(&frame, sender.input_sender());
        let asked = host.clone();
        sender.oneshot_command(async move { BaseCmd::Seen(chains::look(&asked, id).await) });
        let (facts, base, mode) = (BaseFacts::default(), String::new(), Mode::NameOnly);
        let model =
            Self { host, id, facts, nth: 0, base, mode, asked: 0, plan: None, problem: None, frame, form, review };
        ComponentParts { model, widgets: () }
    }

    fn update(&mut self, message: BaseMsg, sender: ComponentSender<Self>, _root: &adw::Dialog) {
        match message {
            BaseMsg::Disk(nth) => self.choose(nth, &sender),
            BaseMsg::Image(nth) => self.take(nth, &sender),
            BaseMsg::Path(path) => self.base = path,
            BaseMsg::Mode(mode) => self.mode = mode,
            BaseMsg::Keep => {}
            BaseMsg::Agreed => return self.run(&sender),
            BaseMsg::Closed => return drop(sender.output(BaseOutput::Closed)),
        }
        self.ask(&sender);
        self.show();
    }

    fn update_cmd(&mut self, message: BaseCmd, sender: ComponentSender<Self>, _root: &adw::Dialog) {
        match message {
            BaseCmd::Seen(facts) => self.seen(facts, &sender),
            BaseCmd::Planned(number, plan) if number == self.asked => self.planned(*plan),
            BaseCmd::Planned(..) => {}
        }
        self.show();
    }
}

impl BaseDialog {
    fn seen(&mut self, facts: Result<BaseFacts, ChainError>, sender: &ComponentSender<Self>) {
        match facts {
            Ok(facts) => self.facts = facts,
            Err(error) => return self.problem = Some(words::failure(&error)),
        }
        let targets: Vec<&str> = self.facts.overlays.iter().map(|overlay| overlay.target.as_str()).collect();
        self.form.quietly.list(&self.form.disk, &targets);
        self.form.disk.set_visible(targets.len() > 1);
        let images: Vec<&str> = self.facts.images.iter().map(String::as_str).collect();
        self.form.quietly.list(&self.form.image, &images);
        self.form.image.set_visible(!images.is_empty());
        self.choose(0, sender);
        self.ask(sender);
    }

    /// Begins with a disk: with what mends it, where something is wrong.
    fn choose(&mut self, nth: usize, _sender: &ComponentSender<Self>) {
        let Some(overlay) = self.facts.overlays.get(nth) else { return };
        self.nth = nth;
        self.base = overlay.suggestion(&self.facts.images);
        self.mode = if overlay.fault.is_none() && overlay.here { Mode::Safe } else { Mode::NameOnly };
        self.form.quietly.set(&self.form.path, &self.base);
        let known = self.facts.images.iter().position(|image| *image == self.base);
        self.form.quietly.select(&self.form.image, known);
        if let Some(radio) = self.form.modes.get(usize::from(self.mode == Mode::Safe)) {
            self.form.quietly.choose(radio);
        }
        self.draw();
    }

    fn take(&mut self, nth: usize, _sender: &ComponentSender<Self>) {
        let Some(image) = self.facts.images.get(nth) else { return };
        self.base.clone_from(image);
        self.form.quietly.set(&self.form.path, image);
    }

    fn overlay(&self) -> Option<&Overlay> {
        self.facts.overlays.get(self.nth)
    }

    /// What the disk lies on now, and what is wrong with it.
    fn draw(&mut self) {
        let Some(overlay) = self.facts.overlays.get(self.nth) else { return };
        let lost = match &overlay.fault {
            Some(Fault::Missing { path, .. }) => Some(path),
            _ => None,
        };
        let images: Vec<String> = std::iter::once(&overlay.path).chain(&overlay.bases).chain(lost).cloned().collect();
        let mut rows: Vec<gtk::Widget> = Vec::new();
        if let Some(fault) = &overlay.fault {
            let row = plain(&words::fault_of(&overlay.path, fault), "");
            row.add_prefix(&gtk::Image::from_icon_name("dialog-warning-symbolic"));
            rows.push(row.upcast());
        }
        let drawing = chain::drawing(&images, false);
        drawing.set_margin_top(12);
        rows.push(drawing.upcast());
        self.form.drawing.group.set_title(&gettext("Now"));
        self.form.drawing.replace(rows);
    }

    /// Has the plan made, which says whether it can be.
    fn ask(&mut self, sender: &ComponentSender<Self>) {
        let Some(overlay) = self.overlay() else { return };
        let (target, base) = (overlay.target.clone(), self.base.trim().to_owned());
        let wish = NewBase { target, base, mode: self.mode, keep: self.form.keep.is_active() };
        (self.plan, self.problem) = (None, None);
        self.asked = self.asked.wrapping_add(1);
        let (host, id, number) = (self.host.clone(), self.id, self.asked);
        sender.oneshot_command(async move {
            BaseCmd::Planned(number, Box::new(chains::change_base(&host, id, &wish).await))
        });
    }

    fn planned(&mut self, plan: Result<Plan, ChainError>) {
        match plan {
            Ok(plan) => self.plan = Some(plan),
            Err(error) => self.problem = Some(words::failure(&error)),
        }
    }

    fn run(&mut self, sender: &ComponentSender<Self>) {
        if let Some(plan) = self.plan.take() {
            drop(sender.output(BaseOutput::Run(Box::new(plan))));
            self.frame.dialog.force_close();
        }
    }

    fn show(&mut self) {
        let lost = self.overlay().is_some_and(|overlay| matches!(overlay.fault, Some(Fault::Missing { .. })));
        if let Some(safe) = self.form.modes.get(1) {
            safe.set_sensitive(!lost);
        }
        self.form.keep.set_visible(self.mode == Mode::Safe);
        self.frame.done.set_sensitive(self.plan.is_some());
        let said = |text: &UserText| ((), Line::new(Severity::Error, format!("{} {}", text.title, text.body)));
        self.form.fields.show(self.problem.as_ref().map(said).as_slice());
        let text = ReviewText {
            steps: self.plan.iter().flat_map(|plan| plan.texts().iter().map(texts::step).collect::<Vec<_>>()).collect(),
            commands: self.plan.iter().flat_map(Plan::commands).collect(),
            ..ReviewText::default()
        };
        self.review.show(&text);
    }
}
