//! Changing what machines are plugged into, and giving them one network card more: one dialog for one machine or many.

mod form;
pub(crate) mod words;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{id::DomainId, mac::MacAddress, nic::NicSource};
use lectern_services::{
    host::{Host, HostError},
    plan::{
        Plan,
        make::nics::{self, NicFacts, NicPlan, NicWish},
    },
};

use self::form::Form;
use crate::{
    errors::UserText,
    i18n::{gettext, gettext_f, ngettext_f},
};

/// What the dialog is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NicPurpose {
    /// Change a card: that of this address, else the first.
    Change(Option<MacAddress>),
    /// Add one.
    Add,
}

/// What is needed to make the dialog.
pub(crate) struct NicsInit {
    /// The host.
    pub(crate) host: Host,
    /// The machines, by name.
    pub(crate) machines: Vec<(DomainId, String)>,
    /// What it is for.
    pub(crate) purpose: NicPurpose,
}

/// The dialog.
pub(crate) struct NicsDialog {
    init: NicsInit,
    facts: Option<NicFacts>,
    nth: usize,
    source: Option<NicSource>,
    model: Option<String>,
    now: bool,
    form: Form,
    ready: Option<NicPlan>,
    problem: Option<UserText>,
    page: adw::PreferencesPage,
    dialog: adw::Dialog,
}

/// What the dialog is told.
#[derive(Debug)]
pub(crate) enum NicsMsg {
    /// The card of this place.
    Card(usize),
    /// Plugged into this; `None` leaves it as it is.
    Source(Option<NicSource>),
    /// This model; `None` leaves it as it is.
    Model(Option<String>),
    /// Whether machines that run are changed at once.
    Now(bool),
    /// Do it.
    Agreed,
    /// Look again.
    Again,
}

/// What came back.
#[derive(Debug)]
pub(crate) enum NicsCmd {
    /// The machines and their host.
    Seen(Box<Result<NicFacts, HostError>>),
}

/// What the dialog asks for.
#[derive(Debug)]
pub(crate) enum NicsOutput {
    /// Run this plan.
    Run(Box<Plan>),
}

#[relm4::component(pub(crate))]
impl Component for NicsDialog {
    type Init = NicsInit;
    type Input = NicsMsg;
    type Output = NicsOutput;
    type CommandOutput = NicsCmd;

    view! {
        #[root]
        adw::Dialog {
            set_title: &model.title(),
            set_content_width: 560,
            set_content_height: 640,
            #[wrap(Some)]
            set_child = &adw::ToolbarView {
                add_top_bar = &adw::HeaderBar {
                    set_show_end_title_buttons: false,
                    set_show_start_title_buttons: false,
                    pack_start = &gtk::Button {
                        set_label: &gettext("_Cancel"),
                        set_use_underline: true,
                        connect_clicked[root] => move |_| { root.close(); },
                    },
                    #[name = "agree"]
                    pack_end = &gtk::Button {
                        set_label: &model.verb(),
                        set_use_underline: true,
                        add_css_class: "suggested-action",
                        #[watch]
                        set_sensitive: model.ready.as_ref().is_some_and(|ready| ready.plan.is_some()),
                        connect_clicked => NicsMsg::Agreed,
                    },
                },
                #[wrap(Some)]
                set_content = &gtk::Stack {
                    set_transition_type: gtk::StackTransitionType::Crossfade,
                    add_named[Some("looking")] = &adw::StatusPage {
                        set_title: &gettext("Looking at the Networks"),
                        #[wrap(Some)]
                        set_child = &adw::Spinner { set_height_request: 32 },
                    },
                    add_named[Some("problem")] = &adw::StatusPage {
                        set_icon_name: Some("dialog-error-symbolic"),
                        #[watch]
                        set_title: &model.problem.as_ref().map(|text| text.title.clone()).unwrap_or_default(),
                        #[watch]
                        set_description: model.problem.as_ref().map(|text| text.body.as_str()),
                        #[wrap(Some)]
                        set_child = &gtk::Button {
                            set_label: &gettext("Try Again"),
                            set_halign: gtk::Align::Center,
                            add_css_class: "pill",
                            connect_clicked => NicsMsg::Again,
                        },
                    },
                    add_named: (&model.page, Some("form")),
                    #[watch]
                    set_visible_child_name: model.shown(),
                },
            },
        }
    }

    fn init(init: NicsInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let page = adw::PreferencesPage::new();
        let form = Form::new(&page, sender.input_sender());
        let model = Self {
            init,
            facts: None,
            nth: 0,
            source: None,
            model: None,
            now: true,
            form,
            ready: None,
            problem: None,
            page,
            dialog: root.clone(),
        };
        let widgets = view_output!();
        root.set_default_widget(Some(&widgets.agree));
        model.look(&sender);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: NicsMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            NicsMsg::Card(nth) => self.choose_card(nth),
            NicsMsg::Source(source) => self.source = source,
            NicsMsg::Model(model) => self.model = model,
            NicsMsg::Now(now) => self.now = now,
            NicsMsg::Agreed => return self.run(&sender),
            NicsMsg::Again => self.look(&sender),
        }
        self.judge();
    }

    fn update_cmd(&mut self, message: NicsCmd, _sender: ComponentSender<Self>, _root: &Self::Root) {
        let NicsCmd::Seen(seen) = message;
        match *seen {
            Ok(facts) => self.seen(facts),
            Err(error) => self.problem = Some(UserText::from(&error)),
        }
    }
}

impl NicsDialog {
    fn title(&self) -> String {
        match (self.init.purpose, self.init.machines.as_slice()) {
            (NicPurpose::Change(_), [(_, name)]) => gettext_f("Change Network of {name}", &[("name", name)]),
            (NicPurpose::Change(_), all) => {
                ngettext_f("Change Network of {n} Machine", "Change Network of {n} Machines", all.len(), &[])
            }
            (NicPurpose::Add, [(_, name)]) => gettext_f("Add NIC to {name}", &[("name", name)]),
            (NicPurpose::Add, all) => ngettext_f("Add NIC to {n} Machine", "Add NIC to {n} Machines", all.len(), &[]),
        }
    }

    fn verb(&self) -> String {
        match self.init.purpose {
            NicPurpose::Change(_) => gettext("C_hange"),
            NicPurpose::Add => gettext("_Add"),
        }
    }

    const fn shown(&self) -> &'static str {
        match (&self.problem, &self.facts) {
            (Some(_), _) => "problem",
            (None, Some(_)) => "form",
            (None, None) => "looking",
        }
    }

    fn look(&self, sender: &ComponentSender<Self>) {
        let host = self.init.host.clone();
        let ids = self.init.machines.iter().map(|(id, _)| *id).collect();
        sender.oneshot_command(async move { NicsCmd::Seen(Box::new(nics::look(&host, ids).await)) });
    }

    fn seen(&mut self, facts: NicFacts) {
        self.problem = None;
        if let (NicPurpose::Change(Some(mac)), [machine]) = (self.init.purpose, facts.machines.as_slice()) {
            self.nth = machine.nics().iter().position(|nic| nic.mac == Some(mac)).unwrap_or(0);
        }
        self.facts = Some(facts);
        self.choose_card(self.nth);
        self.judge();
    }

    fn choose_card(&mut self, nth: usize) {
        let Some(facts) = &self.facts else { return };
        self.nth = nth;
        let nth = matches!(self.init.purpose, NicPurpose::Change(_)).then_some(nth);
        (self.source, self.model) = self.form.fill(facts, nth);
    }

    fn wish(&self) -> Option<NicWish> {
        let (source, model) = (self.source.clone(), self.model.clone());
        Some(match self.init.purpose {
            NicPurpose::Change(_) => NicWish::Change { nth: self.nth, source, model },
            NicPurpose::Add => NicWish::Add { source: source?, model: model? },
        })
    }

    /// Says what would happen.
    fn judge(&mut self) {
        let (Some(facts), Some(wish)) = (&self.facts, self.wish()) else { return };
        match nics::plan(facts, &wish, self.now) {
            Ok(made) => {
                self.form.show(&made);
                self.ready = Some(made);
            }
            Err(error) => self.problem = Some(UserText::from(&HostError::BadAnswer(error.to_string()))),
        }
    }

    fn run(&mut self, sender: &ComponentSender<Self>) {
        let Some(plan) = self.ready.take().and_then(|ready| ready.plan) else { return };
        // The window is gone only if the program ends.
        let _ = sender.output(NicsOutput::Run(Box::new(plan)));
        self.dialog.close();
    }
}
