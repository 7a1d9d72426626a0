//! One machine's page: what it is, its screen, and its serial console.

mod clock;
mod doubt;
mod files;
pub(crate) mod line;
mod messages;
mod overview;
pub(crate) mod scheme;
mod screen;
pub(crate) mod serial;
mod tab;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{
    capabilities::VirtType,
    domain::{Domain, DomainState},
    stats::Counters,
    units::KiB,
};
use lectern_services::host::{DomainDetails, Host, HostError};

pub(crate) use self::{
    messages::{MachineCmd, MachineInit, MachineMsg, MachineOutput},
    overview::{Edit, NicEdit},
    screen::GUEST_SCREEN,
    tab::Tab,
};
use self::{
    overview::{Overview, OverviewMsg},
    screen::{ScreenInit, ScreenMsg, ScreenOutput, ScreenPage},
    serial::{Serial, SerialInit, SerialMsg},
};
use crate::tell::Tell;
use crate::{actions, chains::words, i18n::gettext, shell::situation::Situation, texts};

/// How many readings of the counters, a second each, lie between two readings of the details.
const READINGS: u32 = 5;

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
    /// Whether the screen is to be shown once the machine is known to have one.
    prefers_screen: bool,
    overview: Controller<Overview>,
    screen: Controller<ScreenPage>,
    serial: Controller<Serial>,
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
                        set_display_mode: adw::InlineViewSwitcherDisplayMode::Labels,
                    },
                    #[wrap(Some)]
                    #[local_ref]
                    set_end_widget = tools -> gtk::Box {
                        #[watch]
                        set_visible: model.tab == Tab::Serial,
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
                add_top_bar = &adw::Banner {
                    set_use_markup: false,
                    #[watch]
                    set_title: &model.trouble(),
                    #[watch]
                    set_button_label: model.mends().then(|| gettext("Mend…")).as_deref(),
                    #[watch]
                    set_revealed: !model.trouble().is_empty(),
                    connect_button_clicked => MachineMsg::Mend,
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
                        model.screen.widget(), Some("screen"), &gettext("Screen"), "video-display-symbolic",
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
        let screen = ScreenInit {
            host: init.host.clone(),
            id: init.domain.id,
            name: init.domain.name.clone(),
            state: init.domain.state,
        };
        let screen = ScreenPage::builder().launch(screen).forward(sender.input_sender(), |output| match output {
            ScreenOutput::Give => MachineMsg::Give,
            ScreenOutput::GiveClipboard => MachineMsg::GiveClipboard,
        });
        let serial = SerialInit {
            host: init.host.clone(),
            id: init.domain.id,
            name: init.domain.name.clone(),
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
            prefers_screen: init.tab == Tab::Console,
            overview,
            screen,
            serial,
        };
        let (stack, tools) = (&model.stack.clone(), &model.serial.model().tools().clone());
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
            MachineMsg::Left => self.leave(),
            MachineMsg::TabToggled => sender.input(MachineMsg::TabWanted(self.tab.next())),
            MachineMsg::TabWanted(tab) => self.stack.set_visible_child_name(tab.name()),
            MachineMsg::SettingsWanted => self.overview.tell(OverviewMsg::SettingsWanted),
            MachineMsg::Counters(now, used) => self.count(now, used, &sender),
            MachineMsg::Refresh => self.refresh(&sender),
            MachineMsg::TabChosen(name) => self.show(name.as_deref(), &sender),
            MachineMsg::Edited(edit) => drop(sender.output(MachineOutput::Edit(self.domain.id, edit))),
            MachineMsg::Retry => drop(sender.output(MachineOutput::Retry)),
            MachineMsg::Mend => drop(sender.output(MachineOutput::Mend(self.domain.id))),
            MachineMsg::Emulate => drop(sender.output(MachineOutput::Emulate(self.domain.id))),
            MachineMsg::GiveClipboard => drop(sender.output(MachineOutput::GiveClipboard(self.domain.id))),
            MachineMsg::Give => drop(sender.output(MachineOutput::GiveScreen(self.domain.id))),
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

    /// What is wrong with what its disks lie on, and what to do where no button helps.
    fn trouble(&self) -> String {
        let Some(first) = self.domain.troubles.as_ref().and_then(|all| all.first()).filter(|_| !self.gone) else {
            return String::new();
        };
        let said = words::trouble(first);
        if self.mends() { said } else { format!("{said} {}", words::advice(first)) }
    }

    fn mends(&self) -> bool {
        let first = self.domain.troubles.as_ref().and_then(|all| all.first());
        first.is_some_and(words::is_mended_by_a_base) && !self.domain.state.is_active()
    }

    /// Details are read again where a change may have changed them, not at each new usage figure.
    fn change(&mut self, domain: Domain, sender: &ComponentSender<Self>) {
        let figures_only = Domain { cpu: domain.cpu, ..self.domain.clone() } == domain;
        if std::mem::take(&mut self.gone) {
            self.tell_live();
        }
        if !figures_only {
            self.serial.tell(SerialMsg::State(domain.state, domain.name.clone()));
            self.screen.tell(ScreenMsg::State(domain.state, domain.name.clone()));
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

    fn tell_details(&mut self, details: DomainDetails) {
        self.serial.tell(SerialMsg::Parsed(Box::new(details.parsed.clone())));
        if std::mem::take(&mut self.prefers_screen) && details.parsed.vnc().is_some() {
            self.stack.set_visible_child_name(Tab::Screen.name());
        }
        self.screen.tell(ScreenMsg::Parsed(Box::new(details.parsed.clone())));
        self.overview.tell(OverviewMsg::Details(Box::new(details)));
    }

    /// The machine was removed: nothing of it can be changed, and its console is gone.
    fn vanish(&mut self) {
        self.gone = true;
        self.tell_live();
        self.serial.tell(SerialMsg::State(DomainState::ShutOff, self.domain.name.clone()));
        self.screen.tell(ScreenMsg::State(DomainState::ShutOff, self.domain.name.clone()));
    }

    fn leave(&self) {
        self.serial.tell(SerialMsg::Left);
        self.screen.tell(ScreenMsg::Left);
    }

    /// After a loss everything may have changed, so all is read again and the console opened again.
    fn follow(&mut self, situation: Situation, sender: &ComponentSender<Self>) {
        let back = situation.is_connected() && !self.situation.is_connected();
        self.situation = situation;
        self.tell_live();
        if back {
            self.refresh(sender);
            self.serial.tell(SerialMsg::Reconnected);
            self.screen.tell(ScreenMsg::Reconnected);
        }
    }

    fn tell_live(&self) {
        self.overview.tell(OverviewMsg::Live(!self.gone && self.situation.is_connected()));
    }

    fn show(&mut self, name: Option<&str>, sender: &ComponentSender<Self>) {
        let tab = Tab::named(name);
        self.tab = tab;
        self.screen.tell(ScreenMsg::Shown(tab == Tab::Screen));
        self.serial.tell(SerialMsg::Shown(tab == Tab::Serial));
        drop(sender.output(MachineOutput::Tab(tab)));
    }
}
