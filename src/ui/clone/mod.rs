//! Cloning one machine: a name, linked or full, what becomes of each disk, and what the clone will differ in and why.

mod form;
mod review;
pub(crate) mod words;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{
    clone::Treatment,
    draft::{
        self,
        clone::{CloneDraft, Kind, problems},
    },
    flavor::Flavor,
    id::DomainId,
    project::{Refusal, Standing},
    units::Bytes,
};
use lectern_services::{
    host::Host,
    plan::{
        Plan,
        make::clone::{self, CloneError, ClonePlan, CloneSource},
    },
};

use self::{form::Form, review::Review};
use crate::{
    errors::{self, UserText},
    i18n::{gettext, gettext_f},
};

/// What is to be cloned.
pub(crate) struct CloneInit {
    /// The host.
    pub(crate) host: Host,
    /// The machine.
    pub(crate) id: DomainId,
    /// Its name.
    pub(crate) name: String,
}

/// The dialog.
pub(crate) struct CloneDialog {
    init: CloneInit,
    source: Option<CloneSource>,
    draft: CloneDraft,
    form: Form,
    review: Review,
    ready: Option<ClonePlan>,
    problem: Option<UserText>,
    page: adw::PreferencesPage,
    dialog: adw::Dialog,
}

/// What the dialog is told.
#[derive(Debug)]
pub(crate) enum CloneMsg {
    /// Another name.
    Name(String),
    /// Linked or full.
    Kind(Kind),
    /// The size of the first new overlay.
    Size(Bytes),
    /// Another pool.
    Pool(String),
    /// What becomes of the disk at this place.
    Disk(usize, Treatment),
    /// The project that it counts in; `None` is the one of what has no other.
    Project(Option<String>),
    /// The flavor; `None` is the source's size.
    Flavor(Option<Flavor>),
    /// Raise the quota of the project that refuses.
    Raise(Refusal),
    /// Projects or flavors were changed by anybody.
    PlacesChanged,
    /// It was closed.
    Closed,
    /// Whether it is started.
    Start(bool),
    /// Clone.
    Agreed,
    /// Look again.
    Again,
}

/// What came back.
#[derive(Debug)]
pub(crate) enum CloneCmd {
    /// The machine and its host.
    Seen(Box<Result<CloneSource, CloneError>>),
    /// The projects with what they use, and the flavors.
    Places(Vec<Standing>, Vec<Flavor>),
}

/// What the dialog asks for.
#[derive(Debug)]
pub(crate) enum CloneOutput {
    /// Run this plan.
    Run(Box<Plan>),
    /// Raise the quota of the project that refuses.
    Raise(Box<Refusal>),
    /// It was closed.
    Closed,
}

#[relm4::component(pub(crate))]
impl Component for CloneDialog {
    type Init = CloneInit;
    type Input = CloneMsg;
    type Output = CloneOutput;
    type CommandOutput = CloneCmd;

    view! {
        #[root]
        adw::Dialog {
            connect_closed => CloneMsg::Closed,
            set_title: &gettext_f("Clone {name}", &[("name", &model.init.name)]),
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
                    pack_end = &gtk::Button {
                        set_label: &gettext("C_lone"),
                        set_use_underline: true,
                        add_css_class: "suggested-action",
                        #[watch]
                        set_sensitive: model.ready.is_some(),
                        connect_clicked => CloneMsg::Agreed,
                    },
                },
                #[wrap(Some)]
                set_content = &gtk::Stack {
                    set_transition_type: gtk::StackTransitionType::Crossfade,
                    add_named[Some("looking")] = &adw::StatusPage {
                        set_title: &gettext("Looking at Its Disks"),
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
                            connect_clicked => CloneMsg::Again,
                        },
                    },
                    add_named: (&model.page, Some("form")),
                    #[watch]
                    set_visible_child_name: model.shown(),
                },
            },
        }
    }

    fn init(init: CloneInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let page = adw::PreferencesPage::new();
        let (form, review) = (Form::new(&page, sender.input_sender()), Review::new(&page));
        let model = Self {
            init,
            source: None,
            draft: CloneDraft::default(),
            form,
            review,
            ready: None,
            problem: None,
            page,
            dialog: root.clone(),
        };
        let widgets = view_output!();
        model.look(&sender);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: CloneMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            CloneMsg::Name(name) => self.draft.name = name,
            CloneMsg::Kind(kind) => self.draft.kind = kind,
            CloneMsg::Size(size) => self.draft.size = Some(size),
            CloneMsg::Pool(pool) => self.draft.pool = Some(pool),
            CloneMsg::Disk(disk, treatment) => drop(self.draft.disks.insert(disk, treatment)),
            CloneMsg::Start(start) => self.draft.start = start,
            CloneMsg::Project(project) => self.draft.project = project,
            CloneMsg::Flavor(flavor) => self.choose_flavor(flavor),
            CloneMsg::Raise(refusal) => drop(sender.output(CloneOutput::Raise(Box::new(refusal)))),
            CloneMsg::PlacesChanged => self.ask_places(&sender),
            CloneMsg::Closed => drop(sender.output(CloneOutput::Closed)),
            CloneMsg::Agreed => return self.run(&sender),
            CloneMsg::Again => self.again(&sender),
        }
        self.judge();
    }

    fn update_cmd(&mut self, message: CloneCmd, _sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            CloneCmd::Seen(seen) => self.looked(*seen),
            CloneCmd::Places(projects, flavors) => self.places_are(projects, flavors),
        }
    }
}

impl CloneDialog {
    const fn shown(&self) -> &'static str {
        match (&self.problem, &self.source) {
            (Some(_), _) => "problem",
            (None, Some(_)) => "form",
            (None, None) => "looking",
        }
    }

    fn look(&self, sender: &ComponentSender<Self>) {
        let (host, id) = (self.init.host.clone(), self.init.id);
        sender.oneshot_command(async move { CloneCmd::Seen(Box::new(clone::look(&host, id).await)) });
    }

    fn looked(&mut self, seen: Result<CloneSource, CloneError>) {
        match seen {
            Ok(source) => self.seen(source),
            Err(CloneError::Storage(error)) => self.problem = Some(errors::plan::storage(&error)),
            Err(CloneError::Xml(error)) => self.problem = Some(words::refused(&error)),
        }
    }

    fn ask_places(&self, sender: &ComponentSender<Self>) {
        let host = self.init.host.clone();
        sender.oneshot_command(async move {
            let (projects, flavors) = host.places().await;
            CloneCmd::Places(projects, flavors)
        });
    }

    fn places_are(&mut self, projects: Vec<Standing>, flavors: Vec<Flavor>) {
        if let Some(source) = &mut self.source {
            (source.facts.projects, source.facts.flavors) = (projects, flavors);
        }
        self.judge();
    }

    fn choose_flavor(&mut self, flavor: Option<Flavor>) {
        if let Some(source) = &self.source {
            self.draft.choose_flavor(flavor, &source.facts);
        }
    }

    fn again(&mut self, sender: &ComponentSender<Self>) {
        self.problem = None;
        self.look(sender);
    }

    fn seen(&mut self, source: CloneSource) {
        self.draft = source.suggest();
        self.form.fill(&source, &self.draft);
        self.source = Some(source);
        self.judge();
    }

    /// Says what is wrong with the draft, or what it will make.
    fn judge(&mut self) {
        let Some(source) = &self.source else { return };
        let found = problems(&self.draft, &source.facts);
        let made = clone::clone(source, &self.draft);
        let refused = made.as_ref().err().filter(|_| !draft::stops(&found)).map(words::plan_refused);
        self.form.show(&self.draft, &source.facts, &found, refused.as_deref());
        self.ready = made.ok();
        self.review.show(self.ready.as_ref(), &self.draft, &source.facts);
    }

    fn run(&mut self, sender: &ComponentSender<Self>) {
        let Some(ready) = self.ready.take() else { return };
        // The window is gone only if the program ends.
        let _ = sender.output(CloneOutput::Run(Box::new(ready.plan)));
        self.dialog.close();
    }
}
