//! One console of a machine: opened while the machine runs, opened again when it comes back.

use std::{cell::Cell, rc::Rc, time::Duration};

use relm4::{adw, adw::prelude::*, gtk, prelude::*};
use vte4::TerminalExt;

use lectern_model::{domain::DomainState, id::DomainId};
use lectern_services::{
    host::{Console, Host, HostError},
    tape::Tape,
};

use super::{
    bar, feed, guide,
    messages::{Alias, PortCmd, PortInit, PortMsg},
    output::{self, Tapes, Which},
    paste::{self, Pace},
    player, terminal, words,
};
use crate::{
    dialogs,
    errors::UserText,
    i18n::{gettext, gettext_f},
    machine::line::{Line, Want},
    settings::Settings,
};

/// How long a line may stay silent before the page says how to wake it.
const SILENCE: Duration = Duration::from_secs(3);

/// The page.
pub(crate) struct Port {
    host: Host,
    id: DomainId,
    machine: String,
    device: String,
    alias: Alias,
    shown: bool,
    line: Line,
    pace: Pace,
    tapes: Tapes,
    end_record: gtk::gio::SimpleAction,
    settings: Settings,
    console: Option<Console>,
    terminal: vte4::Terminal,
    /// Whether what the terminal says is for nobody.
    deaf: Rc<Cell<bool>>,
    search: bool,
    entry: gtk::SearchEntry,
}

#[relm4::component(pub(crate))]
impl Component for Port {
    type Init = PortInit;
    type Input = PortMsg;
    type Output = ();
    type CommandOutput = PortCmd;

    view! {
        gtk::Box {
            set_orientation: gtk::Orientation::Vertical,
            #[name = "search_bar"]
            gtk::SearchBar {
                #[watch]
                #[block_signal(search_shown)]
                set_search_mode: model.search,
                connect_search_mode_enabled_notify[sender] => move |bar| {
                    sender.input(PortMsg::SearchToggled(bar.is_search_mode()));
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
                            sender.input(PortMsg::SearchChanged(entry.text().into()));
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
                connect_button_clicked[sender] => move |_| sender.input(PortMsg::TakeOver),
            },
            gtk::ScrolledWindow {
                set_hscrollbar_policy: gtk::PolicyType::Never,
                set_vexpand: true,
                #[local_ref]
                terminal -> vte4::Terminal {},
            },
        }
    }

    fn init(init: PortInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let terminal = terminal::build(&init.settings);
        terminal.update_property(&[gtk::accessible::Property::Label(&name(&init))]);
        let actions = init.actions;
        let own = terminal::actions(&terminal, &init.settings);
        for action in own.list_actions().iter().filter_map(|name| own.lookup_action(name)) {
            actions.add_action(&action);
        }
        let input = sender.input_sender().clone();
        let end_record = bar::add(&actions, &input, output::is_logged(&init.settings, init.id));
        root.insert_action_group("serial", Some(&actions));
        terminal.add_controller(terminal::keys());
        let deaf = Rc::<Cell<bool>>::default();
        let own = Rc::clone(&deaf);
        terminal::connect_typed(&terminal, move |bytes| {
            if !own.get() {
                drop(input.send(PortMsg::Typed(bytes)));
            }
        });
        let mut model = Self {
            host: init.host,
            id: init.id,
            machine: init.machine,
            device: init.device,
            alias: init.alias,
            shown: false,
            line: Line::default(),
            pace: Pace::default(),
            tapes: Tapes::default(),
            end_record,
            settings: init.settings,
            console: None,
            terminal: terminal.clone(),
            deaf,
            search: false,
            entry: gtk::SearchEntry::new(),
        };
        let entry = model.entry.clone();
        let widgets = view_output!();
        widgets.search_bar.connect_entry(&model.entry);
        let want = model.line.state(init.state);
        model.follow(want, &sender);
        model.open_log(&sender);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: PortMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            PortMsg::State(state) => self.state(state, &sender),
            PortMsg::Shown(shown) => self.shown(shown, &sender),
            PortMsg::TakeOver => self.take_over(&sender),
            PortMsg::HasPort(has) => self.line.has_port(has),
            PortMsg::Named(alias, machine) => self.name(alias, machine, &sender),
            PortMsg::Reconnected => self.reconnected(&sender),
            PortMsg::Left => self.leave(),
            PortMsg::Typed(bytes) => self.send(bytes),
            PortMsg::Heard(number) => self.line.heard(number),
            PortMsg::Silent(number) => self.line.silent(number),
            PortMsg::Closed(number) => self.closed(number, &sender),
            PortMsg::SearchToggled(on) => self.toggle_search(on),
            PortMsg::SearchChanged(text) => terminal::search(&self.terminal, &text),
            PortMsg::Paste { primary } => self.paste(primary),
            PortMsg::Break => self.send_break(&sender),
            PortMsg::SizeSent => self.send_size(),
            PortMsg::Save => output::save(&self.terminal, &self.title()),
            PortMsg::RecordToggled => self.toggle_record(&sender),
            PortMsg::Recording(tape) => self.record(Some(tape)),
            PortMsg::Play => player::choose(&self.terminal, &self.settings),
            PortMsg::Logged(on) => self.keep_log(on, &sender),
            PortMsg::LogOpened(tape) => self.tapes.set(Which::Log, Some(tape)),
            PortMsg::Guide => guide::show(&self.device, &self.terminal),
        }
    }

    fn update_cmd(&mut self, message: PortCmd, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            PortCmd::Opened(number, result) => self.opened(number, result, &sender),
            PortCmd::Broke(result) => self.broke(&result),
        }
    }
}

impl Port {
    fn state(&mut self, state: DomainState, sender: &ComponentSender<Self>) {
        let want = self.line.state(state);
        self.follow(want, sender);
    }

    fn shown(&mut self, shown: bool, sender: &ComponentSender<Self>) {
        if shown {
            self.terminal.grab_focus();
        }
        self.shown = shown;
        self.look(sender);
    }

    /// A console that has no name yet cannot be opened.
    fn look(&mut self, sender: &ComponentSender<Self>) {
        let want = self.line.shown(self.shown && self.alias != Alias::Unknown);
        self.follow(want, sender);
    }

    fn name(&mut self, alias: Alias, machine: String, sender: &ComponentSender<Self>) {
        self.machine = machine;
        if self.alias != alias {
            self.alias = alias;
            self.look(sender);
        }
    }

    fn take_over(&mut self, sender: &ComponentSender<Self>) {
        let want = self.line.take_over();
        self.follow(want, sender);
    }

    /// The line is given up, and its end is no reason to open it again.
    fn leave(&mut self) {
        self.line.leave();
        self.console = None;
        self.tapes = Tapes::default();
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
        self.pace.clear();
        let (host, id) = (self.host.clone(), self.id);
        let alias = match &self.alias {
            Alias::Known(alias) => Some(alias.clone()),
            Alias::First | Alias::Unknown => None,
        };
        sender.oneshot_command(async move { PortCmd::Opened(number, host.open_console(id, alias, force).await) });
    }

    fn opened(&mut self, number: u64, result: Result<Console, HostError>, sender: &ComponentSender<Self>) {
        let refused =
            result.as_ref().err().map(|error| (matches!(error, HostError::ConsoleInUse(_)), UserText::from(error)));
        if !self.line.opened(number, refused) {
            return;
        }
        let Ok(console) = result else { return };
        let reader = feed::Reader::new(&console, &self.terminal, &self.deaf);
        let tapes = self.tapes.clone();
        let (heard, closed) = (sender.input_sender().clone(), sender.input_sender().clone());
        relm4::spawn_local(async move {
            let first = || drop(heard.send(PortMsg::Heard(number)));
            feed::run(reader, first, |piece| tapes.add(piece)).await;
            drop(closed.send(PortMsg::Closed(number)));
        });
        let silent = sender.input_sender().clone();
        gtk::glib::timeout_add_local_once(SILENCE, move || drop(silent.send(PortMsg::Silent(number))));
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
            self.pace.send(bytes, console.input());
        }
    }

    fn paste(&self, primary: bool) {
        let clipboard = if primary { self.terminal.primary_clipboard() } else { self.terminal.clipboard() };
        relm4::spawn_local(paste::paste(self.terminal.clone(), clipboard));
    }

    /// A serial line carries no size: the guest's shell is told by a command.
    fn send_size(&self) {
        let (rows, columns) = (self.terminal.row_count(), self.terminal.column_count());
        self.send(format!("stty rows {rows} cols {columns}\r").into_bytes());
        self.terminal.grab_focus();
    }

    fn send_break(&self, sender: &ComponentSender<Self>) {
        let (host, id) = (self.host.clone(), self.id);
        let alias = match &self.alias {
            Alias::Known(alias) => alias.clone(),
            Alias::First | Alias::Unknown => "serial0".into(),
        };
        sender.oneshot_command(async move { PortCmd::Broke(host.send_break(id, &alias).await) });
        self.terminal.grab_focus();
    }

    fn broke(&self, result: &Result<(), HostError>) {
        if let Err(error) = result {
            let title = gettext("No break was sent.");
            dialogs::show_error(&UserText { title, ..UserText::from(error) }, &self.terminal);
        }
    }

    /// The names of files: the machine's and the console's.
    fn title(&self) -> String {
        format!("{}-{}", self.machine, self.device)
    }

    fn toggle_record(&self, sender: &ComponentSender<Self>) {
        if self.tapes.has(Which::Cast) {
            return self.record(None);
        }
        let input = sender.input_sender().clone();
        output::record(&self.terminal, &self.title(), move |tape| drop(input.send(PortMsg::Recording(tape))));
    }

    fn record(&self, tape: Option<Tape>) {
        self.end_record.set_enabled(tape.is_some());
        self.tapes.set(Which::Cast, tape);
    }

    fn keep_log(&self, on: bool, sender: &ComponentSender<Self>) {
        output::keep_log(&self.settings, self.id, on);
        if on {
            self.open_log(sender);
        } else {
            self.tapes.set(Which::Log, None);
        }
    }

    fn open_log(&self, sender: &ComponentSender<Self>) {
        if output::is_logged(&self.settings, self.id) {
            let input = sender.input_sender().clone();
            let path = output::log_path(&self.machine, self.id, &self.device);
            output::log(path, &self.terminal, move |tape| drop(input.send(PortMsg::LogOpened(tape))));
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

/// A console's name for a screen reader.
fn name(init: &PortInit) -> String {
    match init.alias {
        Alias::First => gettext("Serial console"),
        _ => gettext_f("Console {device}", &[("device", &init.device)]),
    }
}
