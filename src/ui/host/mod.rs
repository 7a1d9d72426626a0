//! The host's page: what it is, how busy it is, and whether it is ready for virtual machines.

mod facts;
mod load;
mod readiness;
mod words;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{stats::HostCounters, uri::HostUri};
use lectern_services::{
    host::{ConnectFailure, Host, HostError, HostFacts},
    readiness::{Check, Mend, Subject, check},
};

use self::{facts::Facts, load::Load, readiness::Asked, readiness::Readiness};
use crate::{
    i18n::gettext,
    settings::{HostChoices, Settings},
    shell::situation::Situation,
};

/// The tag of the page among the window's.
pub(crate) const TAG: &str = "host";

/// The page.
pub(crate) struct HostPage {
    host: Host,
    /// Why it was never connected, as far as it is known.
    failure: Option<ConnectFailure>,
    situation: Situation,
    settings: Settings,
    choices: HostChoices,
    facts: Facts,
    load: Load,
    readiness: Readiness,
    /// Which run of checks is under way: what an earlier one still tells is of no use.
    run: u32,
    hearing: Option<gtk::glib::JoinHandle<()>>,
    again: gtk::Button,
}

/// What is needed to make the page.
pub(crate) struct HostInit {
    /// The host, connected or not.
    pub(crate) host: Host,
    /// Why it was never connected, as far as it is known.
    pub(crate) failure: Option<ConnectFailure>,
    /// How the connection stands.
    pub(crate) situation: Situation,
    /// The user's preferences.
    pub(crate) settings: Settings,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum HostMsg {
    /// The connection is in another state, and why, where it was never there.
    Situation(Situation, Option<ConnectFailure>),
    /// A reading of the host's load.
    Load(HostCounters),
    /// Something was changed: look again at what may be mended now.
    Changed,
    /// All checks again, the guest under KVM too.
    CheckAgain,
    /// A check of this run has ended.
    Checked(u32, Box<Check>),
    /// The run has ended.
    ChecksEnded(u32),
    /// A row's button was pressed.
    Mend(Mend),
    /// Whether machines of this host are emulated unless said otherwise.
    Emulate(bool),
    /// Whether this host is connected at the start.
    Autoconnect(bool),
    /// The user wants a connection again.
    Retry,
}

/// What the page asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum HostOutput {
    /// Mend this.
    Mend(Mend),
    /// Connect again.
    Retry,
}

/// What came back from the host.
#[derive(Debug)]
pub(crate) enum HostCmd {
    /// What it is.
    Facts(Box<Result<HostFacts, HostError>>),
}

#[relm4::component(pub(crate))]
impl Component for HostPage {
    type Init = HostInit;
    type Input = HostMsg;
    type Output = HostOutput;
    type CommandOutput = HostCmd;

    view! {
        #[root]
        adw::NavigationPage {
            set_tag: Some(TAG),
            #[watch]
            set_title: &model.title(),
            adw::ToolbarView {
                add_top_bar = &adw::HeaderBar {},
                add_top_bar = &adw::Banner {
                    set_use_markup: false,
                    #[watch]
                    set_title: &model.problem(),
                    #[watch]
                    set_revealed: !model.problem().is_empty(),
                    set_button_label: Some(&gettext("Try Again")),
                    connect_button_clicked => HostMsg::Retry,
                },
                #[wrap(Some)]
                set_content = &adw::PreferencesPage {
                    add: model.load.widget(),
                    add: model.readiness.widget(),
                    add = &adw::PreferencesGroup {
                        set_title: &gettext("Choices for This Host"),
                        add = &adw::SwitchRow {
                            set_title: &gettext("Connect at Start"),
                            set_subtitle: &gettext("Lectern opens this host when no other is named"),
                            #[watch]
                            #[block_signal(autoconnect)]
                            set_active: model.choices.autoconnect,
                            connect_active_notify[sender] => move |row| {
                                sender.input(HostMsg::Autoconnect(row.is_active()));
                            } @autoconnect,
                        },
                        add = &adw::SwitchRow {
                            set_title: &gettext("Emulate by Default"),
                            set_subtitle: &gettext("New machines do without KVM: slower, but they run where KVM does not work"),
                            #[watch]
                            #[block_signal(emulate)]
                            set_active: model.choices.emulate,
                            connect_active_notify[sender] => move |row| {
                                sender.input(HostMsg::Emulate(row.is_active()));
                            } @emulate,
                        },
                    },
                    add: model.facts.widget(),
                },
            },
        }
    }

    fn init(init: HostInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let again = gtk::Button::builder().label(gettext("Check Again")).valign(gtk::Align::Center).build();
        again.add_css_class("flat");
        let input = sender.input_sender().clone();
        again.connect_clicked(move |_| drop(input.send(HostMsg::CheckAgain)));
        let mut model = Self {
            choices: init.settings.host(init.host.uri()),
            host: init.host,
            failure: init.failure,
            situation: init.situation,
            settings: init.settings,
            facts: Facts::new(),
            load: Load::new(),
            readiness: Readiness::new(),
            run: 0,
            hearing: None,
            again,
        };
        model.readiness.widget().set_header_suffix(Some(&model.again));
        let widgets = view_output!();
        model.begin(false, &sender);
        model.ask_facts(&sender);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: HostMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            HostMsg::Situation(situation, failure) => self.follow(situation, failure, &sender),
            HostMsg::Load(counters) => self.load.push(counters),
            HostMsg::Changed => self.begin(false, &sender),
            HostMsg::CheckAgain => self.begin(true, &sender),
            HostMsg::Checked(run, found) => self.checked(run, &found, &sender),
            HostMsg::ChecksEnded(run) => self.ended(run),
            HostMsg::Mend(mend) => drop(sender.output(HostOutput::Mend(mend))),
            HostMsg::Emulate(on) => self.choose(HostChoices { emulate: on, ..self.choices }),
            HostMsg::Autoconnect(on) => self.choose(HostChoices { autoconnect: on, ..self.choices }),
            HostMsg::Retry => drop(sender.output(HostOutput::Retry)),
        }
    }

    fn update_cmd(&mut self, message: HostCmd, _sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            HostCmd::Facts(facts) => match *facts {
                Ok(facts) => self.facts.show(&facts),
                Err(error) => tracing::info!(%error, "no facts"),
            },
        }
    }
}

impl Drop for HostPage {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl HostPage {
    fn title(&self) -> String {
        self.situation.info().map_or_else(|| gettext("Host"), |info| info.hostname.clone())
    }

    /// What is wrong with the connection, for the banner.
    fn problem(&self) -> String {
        self.situation.problem().map(|text| text.title.clone()).unwrap_or_default()
    }

    /// When the connection comes back, everything is another picture.
    fn follow(&mut self, situation: Situation, failure: Option<ConnectFailure>, sender: &ComponentSender<Self>) {
        let changed = situation.is_connected() != self.situation.is_connected();
        self.situation = situation;
        self.failure = failure;
        if changed {
            self.load.forget();
            self.begin(false, sender);
            self.ask_facts(sender);
        }
    }

    fn ask_facts(&self, sender: &ComponentSender<Self>) {
        if self.situation.is_connected() {
            let host = self.host.clone();
            sender.oneshot_command(async move { HostCmd::Facts(Box::new(host.facts().await)) });
        }
    }

    /// Begins all checks; a run that is under way is given up.
    fn begin(&mut self, anew: bool, sender: &ComponentSender<Self>) {
        self.run = self.run.wrapping_add(1);
        self.readiness.begin();
        self.again.set_sensitive(false);
        let host = self.situation.is_connected().then(|| self.host.clone());
        let uri: HostUri = self.host.uri().clone();
        let found = check(Subject { uri, host, failure: self.failure.clone(), anew });
        let (run, input) = (self.run, sender.input_sender().clone());
        self.give_up();
        self.hearing = Some(relm4::spawn_local(async move {
            while let Ok(check) = found.recv().await {
                if input.send(HostMsg::Checked(run, Box::new(check))).is_err() {
                    return;
                }
            }
            drop(input.send(HostMsg::ChecksEnded(run)));
        }));
    }

    /// Ends the run that is under way, with the guest that it may have started.
    fn give_up(&mut self) {
        if let Some(hearing) = self.hearing.take() {
            hearing.abort();
        }
    }

    fn checked(&mut self, run: u32, found: &Check, sender: &ComponentSender<Self>) {
        if run != self.run {
            return;
        }
        let input = sender.input_sender().clone();
        self.readiness.show(found, move |asked| {
            let message = match asked {
                Asked::Mend(mend) => HostMsg::Mend(mend),
                Asked::UseEmulation => HostMsg::Emulate(true),
            };
            drop(input.send(message));
        });
    }

    fn ended(&mut self, run: u32) {
        if run == self.run {
            self.readiness.end();
            self.again.set_sensitive(true);
        }
    }

    fn choose(&mut self, choices: HostChoices) {
        if choices != self.choices {
            self.choices = choices;
            self.settings.keep_host(self.host.uri(), choices);
        }
    }
}
