//! The serial console of one machine: opened while it runs, opened again when it comes back.

mod feed;
mod terminal;
mod words;

use std::time::Duration;

use relm4::{adw, adw::prelude::*, gtk, gtk::gio, prelude::*};

use lectern_model::{domain::DomainState, id::DomainId};
use lectern_services::host::{Console, Host, HostError};

use super::line::{Line, Want};
use crate::{errors::UserText, i18n::gettext, settings::Settings};

/// How long a line may stay silent before the page says how to wake it.
const SILENCE: Duration = Duration::from_secs(3);

/// The page.
pub(crate) struct Serial {
    host: Host,
    id: DomainId,
    line: Line,
    console: Option<Console>,
    terminal: vte4::Terminal,
    search: bool,
    entry: gtk::SearchEntry,
}

/// What is needed to make the page.
pub(crate) struct SerialInit {
    /// The machine's host.
    pub(crate) host: Host,
    /// The machine.
    pub(crate) id: DomainId,
    /// Its state.
    pub(crate) state: DomainState,
    /// The user's preferences.
    pub(crate) settings: Settings,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum SerialMsg {
    /// The machine is in this state.
    State(DomainState),
    /// The page is on screen, or no longer.
    Shown(bool),
    /// The user wants the line although somebody else has it.
    TakeOver,
    /// Whether the machine has a port that can be opened as text.
    HasPort(bool),
    /// The host is connected again.
    Reconnected,
    /// The page was left for good.
    Left,
    /// The user typed.
    Typed(Vec<u8>),
    /// The line gave its first bytes.
    Heard(u64),
    /// The line was silent for a while.
    Silent(u64),
    /// The line was closed.
    Closed(u64),
    /// The search bar is to be shown or hidden.
    SearchToggled(bool),
    /// What to look for.
    SearchChanged(String),
}

/// What came back from the host.
#[derive(Debug)]
pub(crate) enum SerialCmd {
    /// The line numbered so was opened, or refused.
    Opened(u64, Result<Console, HostError>),
}

#[relm4::component(pub(crate))]
impl Component for Serial {
    type Init = SerialInit;
    type Input = SerialMsg;
    type Output = ();
    type CommandOutput = SerialCmd;

    view! {
        gtk::Box {
            set_orientation: gtk::Orientation::Vertical,
            #[name = "search_bar"]
            gtk::SearchBar {
                #[watch]
                #[block_signal(search_shown)]
                set_search_mode: model.search,
                connect_search_mode_enabled_notify[sender] => move |bar| {
                    sender.input(SerialMsg::SearchToggled(bar.is_search_mode()));
                } @search_shown,
                #[wrap(Some)]
                set_child = &gtk::Box {
                    set_spacing: 6,
                    #[local_ref]
                    entry -> gtk::SearchEntry {
                        connect_activate => |entry| drop(entry.activate_action("serial.find-previous", None)),
                        connect_previous_match => |entry| drop(entry.activate_action("serial.find-previous", None)),
                        connect_next_match => |entry| drop(entry.activate_action("serial.find-next", None)),
                        set_hexpand: true,
                        set_placeholder_text: Some(&gettext("Search the output")),
                        update_property: &[gtk::accessible::Property::Label(&gettext("Search the output"))],
                        connect_search_changed[sender] => move |entry| {
                            sender.input(SerialMsg::SearchChanged(entry.text().into()));
                        },
                    },
                    gtk::Button {
                        set_icon_name: "go-up-symbolic",
                        set_tooltip_text: Some(&gettext("Previous Match")),
                        set_action_name: Some("serial.find-previous"),
                    },
                    gtk::Button {
                        set_icon_name: "go-down-symbolic",
                        set_tooltip_text: Some(&gettext("Next Match")),
                        set_action_name: Some("serial.find-next"),
                    },
                },
            },
            adw::Banner {
                set_use_markup: false,
                #[watch]
                set_title: &words::text(model.line.stand()),
                #[watch]
                set_revealed: !words::text(model.line.stand()).is_empty(),
                #[watch]
                set_button_label: words::button(model.line.stand()).as_deref(),
                connect_button_clicked[sender] => move |_| sender.input(SerialMsg::TakeOver),
            },
            gtk::ScrolledWindow {
                set_hscrollbar_policy: gtk::PolicyType::Never,
                set_vexpand: true,
                #[local_ref]
                terminal -> vte4::Terminal {},
            },
        }
    }

    fn init(init: SerialInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let terminal = terminal::build(&init.settings);
        let actions = terminal::actions(&terminal, &init.settings);
        let input = sender.input_sender().clone();
        actions.add_action(&find_action(input.clone()));
        root.insert_action_group("serial", Some(&actions));
        terminal.add_controller(terminal::keys());
        terminal::connect_typed(&terminal, move |bytes| drop(input.send(SerialMsg::Typed(bytes))));
        let mut model = Self {
            host: init.host,
            id: init.id,
            line: Line::default(),
            console: None,
            terminal: terminal.clone(),
            search: false,
            entry: gtk::SearchEntry::new(),
        };
        let entry = model.entry.clone();
        let widgets = view_output!();
        widgets.search_bar.connect_entry(&model.entry);
        let want = model.line.state(init.state);
        model.follow(want, &sender);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: SerialMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            SerialMsg::State(state) => self.state(state, &sender),
            SerialMsg::Shown(shown) => self.shown(shown, &sender),
            SerialMsg::TakeOver => self.take_over(&sender),
            SerialMsg::HasPort(has) => self.line.has_port(has),
            SerialMsg::Reconnected => self.reconnected(&sender),
            SerialMsg::Left => self.leave(),
            SerialMsg::Typed(bytes) => self.send(bytes),
            SerialMsg::Heard(number) => self.line.heard(number),
            SerialMsg::Silent(number) => self.line.silent(number),
            SerialMsg::Closed(number) => self.closed(number, &sender),
            SerialMsg::SearchToggled(on) => self.toggle_search(on),
            SerialMsg::SearchChanged(text) => terminal::search(&self.terminal, &text),
        }
    }

    fn update_cmd(&mut self, message: SerialCmd, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            SerialCmd::Opened(number, result) => self.opened(number, result, &sender),
        }
    }
}

impl Serial {
    fn state(&mut self, state: DomainState, sender: &ComponentSender<Self>) {
        let want = self.line.state(state);
        self.follow(want, sender);
    }

    fn shown(&mut self, shown: bool, sender: &ComponentSender<Self>) {
        if shown {
            self.terminal.grab_focus();
        }
        let want = self.line.shown(shown);
        self.follow(want, sender);
    }

    fn take_over(&mut self, sender: &ComponentSender<Self>) {
        let want = self.line.take_over();
        self.follow(want, sender);
    }

    /// The line is given up, and its end is no reason to open it again.
    fn leave(&mut self) {
        self.line.leave();
        self.console = None;
    }

    fn reconnected(&mut self, sender: &ComponentSender<Self>) {
        let want = self.line.reconnected();
        self.follow(want, sender);
    }

    /// Does what the line's rules ask for.
    fn follow(&mut self, want: Want, sender: &ComponentSender<Self>) {
        match want {
            Want::Nothing => {}
            Want::Close => self.console = None,
            Want::Open { number, force } => self.open(number, force, sender),
        }
    }

    fn open(&mut self, number: u64, force: bool, sender: &ComponentSender<Self>) {
        self.console = None;
        let (host, id) = (self.host.clone(), self.id);
        sender.oneshot_command(async move { SerialCmd::Opened(number, host.open_console(id, None, force).await) });
    }

    fn opened(&mut self, number: u64, result: Result<Console, HostError>, sender: &ComponentSender<Self>) {
        let refused =
            result.as_ref().err().map(|error| (matches!(error, HostError::ConsoleInUse(_)), UserText::from(error)));
        if !self.line.opened(number, refused) {
            return;
        }
        let Ok(console) = result else { return };
        let (output, terminal) = (console.output(), self.terminal.clone());
        let (heard, closed) = (sender.input_sender().clone(), sender.input_sender().clone());
        relm4::spawn_local(async move {
            feed::run(output, terminal, || drop(heard.send(SerialMsg::Heard(number)))).await;
            drop(closed.send(SerialMsg::Closed(number)));
        });
        let silent = sender.input_sender().clone();
        gtk::glib::timeout_add_local_once(SILENCE, move || drop(silent.send(SerialMsg::Silent(number))));
        self.console = Some(console);
    }

    fn closed(&mut self, number: u64, sender: &ComponentSender<Self>) {
        let want = self.line.closed(number);
        if self.line.number() == number {
            self.console = None;
        }
        self.follow(want, sender);
    }

    fn send(&self, bytes: Vec<u8>) {
        if let Some(console) = &self.console {
            // A line that has just closed reads nothing more; the page says so.
            let _ = console.input().try_send(bytes);
        }
    }

    fn toggle_search(&mut self, on: bool) {
        if on {
            self.entry.grab_focus();
        } else if self.search {
            terminal::search(&self.terminal, "");
            self.terminal.grab_focus();
        }
        self.search = on;
    }
}

fn find_action(input: relm4::Sender<SerialMsg>) -> gio::SimpleAction {
    let action = gio::SimpleAction::new("find", None);
    action.connect_activate(move |_, _| drop(input.send(SerialMsg::SearchToggled(true))));
    action
}
