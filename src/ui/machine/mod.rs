//! One machine's page: what it is, and its serial console.

mod doubt;
mod files;
mod overview;
pub(crate) mod scheme;
mod serial;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{
    capabilities::VirtType,
    domain::{Domain, DomainState},
    id::DomainId,
    stats::Counters,
    units::KiB,
    xml::domain::SerialConsole,
};
use lectern_services::host::{DomainDetails, Host, HostError};

pub(crate) use self::overview::{Edit, NicEdit};
use self::{
    overview::{Overview, OverviewMsg},
    serial::{Serial, SerialInit, SerialMsg},
};
use crate::tell::Tell;
use crate::{actions, i18n::gettext, settings::Settings, shell::situation::Situation, texts};

/// How many readings of the counters, a second each, lie between two readings of the details.
const READINGS: u32 = 5;

/// Which part of the page is on screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tab {
    /// The machine at a glance.
    #[default]
    Overview,
    /// Its serial console.
    Serial,
}

impl Tab {
    const fn other(self) -> Self {
        match self {
            Self::Overview => Self::Serial,
            Self::Serial => Self::Overview,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Serial => "serial",
        }
    }
}

/// The page.
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub(crate) struct MachinePage {
    host: Host,
    domain: Domain,
    gone: bool,
    readings: u32,
    /// Whether details are being read, and whether somebody asked for them meanwhile.
    reading: bool,
    again: bool,
    tab: Tab,
    stack: adw::ViewStack,
    situation: Situation,
    /// How the machine is run, once it is known.
    virt_type: Option<VirtType>,
    /// Whether an earlier probe found that KVM boots nothing here.
    kvm_broken: bool,
    overview: Controller<Overview>,
    serial: Controller<Serial>,
}

/// What is needed to make the page.
pub(crate) struct MachineInit {
    /// The machine's host.
    pub(crate) host: Host,
    /// The machine.
    pub(crate) domain: Domain,
    /// How the connection stands.
    pub(crate) situation: Situation,
    /// The user's preferences.
    pub(crate) settings: Settings,
    /// The part to show first.
    pub(crate) tab: Tab,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum MachineMsg {
    /// The machine changed.
    Changed(Domain),
    /// The machine is no longer there.
    Gone,
    /// The connection is in another state.
    Situation(Situation),
    /// A reading of the machine's counters.
    Counters(Counters, Option<KiB>),
    /// What is shown is to be read again.
    Refresh,
    /// A change of the user's was refused.
    Refused,
    /// The page was left; it goes as soon as it is off the screen.
    Left,
    /// Show the other part of the page.
    TabToggled,
    /// Show this part of the page.
    TabWanted(Tab),
    /// Show the settings.
    SettingsWanted,
    /// Another part of the page came to the screen.
    TabChosen(Option<String>),
    /// The user changed something.
    Edited(Edit),
    /// The user wants a connection again.
    Retry,
    /// The user wants the machine emulated.
    Emulate,
}

/// What the page asks for.
#[derive(Debug)]
pub(crate) enum MachineOutput {
    /// Do this to the machine.
    Edit(DomainId, Edit),
    /// Connect again.
    Retry,
    /// Have this machine emulated.
    Emulate(DomainId),
    /// This part is on screen.
    Tab(Tab),
}

/// What came back from the host.
#[derive(Debug)]
pub(crate) enum MachineCmd {
    /// What was asked for of the machine.
    Details(Box<Result<DomainDetails, HostError>>),
    /// Whether an earlier probe found that KVM boots nothing here.
    KvmBroken(bool),
}

#[relm4::component(pub(crate))]
impl Component for MachinePage {
    type Init = MachineInit;
    type Input = MachineMsg;
    type Output = MachineOutput;
    type CommandOutput = MachineCmd;

    view! {
        #[root]
        adw::NavigationPage {
            #[watch]
            set_title: &model.domain.name,
            adw::ToolbarView {
                add_top_bar = &adw::HeaderBar {
                    #[wrap(Some)]
                    set_title_widget = &adw::WindowTitle {
                        #[watch]
                        set_title: &model.domain.name,
                        #[watch]
                        set_subtitle: &model.subtitle(),
                    },
                    #[name = "more"]
                    pack_end = &gtk::MenuButton {
                        set_icon_name: "view-more-symbolic",
                        set_tooltip_text: Some(&gettext("More Actions")),
                        set_menu_model: Some(&actions::menu(false)),
                        #[watch]
                        set_visible: !model.gone,
                    },
                    pack_end: &actions::buttons(),
                },
                add_top_bar = &gtk::CenterBox {
                    add_css_class: "toolbar",
                    #[wrap(Some)]
                    #[name = "switcher"]
                    set_center_widget = &adw::InlineViewSwitcher {
                        set_display_mode: adw::InlineViewSwitcherDisplayMode::Both,
                    },
                },
                add_top_bar = &adw::Banner {
                    set_use_markup: false,
                    #[watch]
                    set_title: &model.banner(),
                    #[watch]
                    set_revealed: !model.banner().is_empty(),
                    #[watch]
                    set_button_label: model.situation.banner_button().as_deref(),
                    connect_button_clicked => MachineMsg::Retry,
                },
                add_top_bar = &adw::Banner {
                    set_use_markup: false,
                    set_title: &gettext("KVM could not go on with this machine. It may run emulated: slower, but on every host."),
                    set_button_label: Some(&gettext("Use Emulation…")),
                    #[watch]
                    set_revealed: model.suspects_kvm(),
                    connect_button_clicked => MachineMsg::Emulate,
                },
                #[wrap(Some)]
                #[local_ref]
                set_content = stack -> adw::ViewStack {
                    #[watch]
                    set_css_classes: if model.situation.is_stale() || model.gone { &["stale"] } else { &[] },
                    add_titled_with_icon: (
                        model.overview.widget(), Some("overview"), &gettext("Overview"), "computer-symbolic",
                    ),
                    add_titled_with_icon: (
                        model.serial.widget(), Some("serial"), &gettext("Serial"), "utilities-terminal-symbolic",
                    ),
                    connect_visible_child_name_notify[sender] => move |stack| {
                        sender.input(MachineMsg::TabChosen(stack.visible_child_name().map(Into::into)));
                    },
                },
            },
        }
    }

    fn init(init: MachineInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let local = init.host.uri().is_local();
        let overview =
            Overview::builder().launch((init.domain.clone(), local)).forward(sender.input_sender(), MachineMsg::Edited);
        let serial = SerialInit {
            host: init.host.clone(),
            id: init.domain.id,
            state: init.domain.state,
            settings: init.settings,
        };
        let serial = Serial::builder().launch(serial).detach();
        let model = Self {
            host: init.host,
            domain: init.domain,
            gone: false,
            readings: 0,
            reading: false,
            again: false,
            tab: init.tab,
            stack: adw::ViewStack::new(),
            situation: init.situation,
            virt_type: None,
            kvm_broken: false,
            overview,
            serial,
        };
        let stack = &model.stack.clone();
        let widgets = view_output!();
        actions::name_popover(&widgets.more);
        widgets.switcher.set_stack(Some(&model.stack));
        model.stack.set_visible_child_name(init.tab.name());
        model.ask_probe(&sender);
        sender.input(MachineMsg::Refresh);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: MachineMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            MachineMsg::Changed(domain) => self.change(domain, &sender),
            MachineMsg::Gone => self.vanish(),
            MachineMsg::Situation(situation) => self.follow(situation, &sender),
            MachineMsg::Refused => self.overview.tell(OverviewMsg::Refused),
            MachineMsg::Left => self.serial.tell(SerialMsg::Left),
            MachineMsg::TabToggled => sender.input(MachineMsg::TabWanted(self.tab.other())),
            MachineMsg::TabWanted(tab) => self.stack.set_visible_child_name(tab.name()),
            MachineMsg::SettingsWanted => self.overview.tell(OverviewMsg::SettingsWanted),
            MachineMsg::Counters(now, used) => self.count(now, used, &sender),
            MachineMsg::Refresh => self.refresh(&sender),
            MachineMsg::TabChosen(name) => self.show(name.as_deref(), &sender),
            MachineMsg::Edited(edit) => drop(sender.output(MachineOutput::Edit(self.domain.id, edit))),
            MachineMsg::Retry => drop(sender.output(MachineOutput::Retry)),
            MachineMsg::Emulate => drop(sender.output(MachineOutput::Emulate(self.domain.id))),
        }
    }

    fn update_cmd(&mut self, message: MachineCmd, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            MachineCmd::Details(details) => self.detailed(*details, &sender),
            MachineCmd::KvmBroken(broken) => self.kvm_broken = broken,
        }
    }
}

impl MachinePage {
    fn subtitle(&self) -> String {
        if self.gone {
            gettext("No longer there")
        } else {
            texts::state_with_reason(self.domain.state, self.domain.reason)
        }
    }

    fn banner(&self) -> String {
        if self.gone {
            return gettext("This machine was removed from the host. Its disks may still be there.");
        }
        if self.situation.is_stale() { self.situation.banner().unwrap_or_default() } else { String::new() }
    }

    /// Details are read again where a change may have changed them, not at each new usage figure.
    fn change(&mut self, domain: Domain, sender: &ComponentSender<Self>) {
        let figures_only = Domain { cpu: domain.cpu, ..self.domain.clone() } == domain;
        if std::mem::take(&mut self.gone) {
            self.tell_live();
        }
        if !figures_only {
            self.serial.tell(SerialMsg::State(domain.state));
            self.overview.tell(OverviewMsg::Domain(domain.clone()));
            self.refresh(sender);
        }
        self.domain = domain;
    }

    /// No event tells of a new address, so details are read again now and then while the overview is looked at.
    fn count(&mut self, now: Counters, used: Option<KiB>, sender: &ComponentSender<Self>) {
        self.overview.tell(OverviewMsg::Counters(now, used));
        self.readings = self.readings.wrapping_add(1);
        if self.readings.is_multiple_of(READINGS) {
            self.refresh(sender);
        }
    }

    /// At most one reading is under way: a guest agent that does not answer must not keep the host's other calls waiting.
    fn refresh(&mut self, sender: &ComponentSender<Self>) {
        if self.reading {
            self.again = true;
            return;
        }
        self.reading = true;
        let (host, id) = (self.host.clone(), self.domain.id);
        sender.oneshot_command(async move { MachineCmd::Details(Box::new(host.details(id).await)) });
    }

    fn detailed(&mut self, details: Result<DomainDetails, HostError>, sender: &ComponentSender<Self>) {
        self.reading = false;
        match details {
            Ok(details) => {
                self.virt_type = details.parsed.virt_type;
                self.tell_details(details);
            }
            Err(error) => tracing::info!(%error, "no details"),
        }
        if std::mem::take(&mut self.again) {
            self.refresh(sender);
        }
    }

    fn tell_details(&self, details: DomainDetails) {
        let has_port = details.parsed.consoles.iter().any(SerialConsole::can_open);
        self.serial.tell(SerialMsg::HasPort(has_port));
        self.overview.tell(OverviewMsg::Details(Box::new(details)));
    }

    /// The machine was removed: nothing of it can be changed, and its console is gone.
    fn vanish(&mut self) {
        self.gone = true;
        self.tell_live();
        self.serial.tell(SerialMsg::State(DomainState::ShutOff));
    }

    /// After a loss everything may have changed, so all is read again and the console opened again.
    fn follow(&mut self, situation: Situation, sender: &ComponentSender<Self>) {
        let back = situation.is_connected() && !self.situation.is_connected();
        self.situation = situation;
        self.tell_live();
        if back {
            self.refresh(sender);
            self.serial.tell(SerialMsg::Reconnected);
        }
    }

    fn tell_live(&self) {
        self.overview.tell(OverviewMsg::Live(!self.gone && self.situation.is_connected()));
    }

    fn show(&mut self, name: Option<&str>, sender: &ComponentSender<Self>) {
        let tab = if name == Some(Tab::Serial.name()) { Tab::Serial } else { Tab::Overview };
        self.tab = tab;
        self.serial.tell(SerialMsg::Shown(tab == Tab::Serial));
        drop(sender.output(MachineOutput::Tab(tab)));
    }
}
