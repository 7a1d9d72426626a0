//! One machine's console among those that are typed to.

use std::{cell::Cell, rc::Rc};

use relm4::{adw::prelude::*, gtk, prelude::*};
use vte4::TerminalExt;

use lectern_model::domain::Domain;
use lectern_services::host::{Console, Host, HostError};

use super::{answer::Answer, words};
use crate::{
    errors::UserText,
    i18n::{gettext, gettext_f},
    machine::{
        line::{Line, Stand, Want},
        serial::{feed, paste::Pace, terminal},
    },
    settings::Settings,
};

/// The size of a terminal, and of its text beside the user's own.
const COLUMNS: i64 = 80;
const ROWS: i64 = 12;
const SMALL: f64 = 0.75;
const HEIGHT: i32 = 180;

/// One machine.
pub(super) struct Member {
    host: Host,
    domain: Domain,
    line: Line,
    on: bool,
    odd: bool,
    pace: Pace,
    console: Option<Console>,
    terminal: vte4::Terminal,
    answer: Answer,
    deaf: Rc<Cell<bool>>,
}

/// What is needed to make it.
pub(super) struct MemberInit {
    pub(super) host: Host,
    pub(super) domain: Domain,
    pub(super) settings: Settings,
    pub(super) answer: Answer,
}

/// What it is told.
#[derive(Debug)]
pub(super) enum MemberMsg {
    /// The machine changed.
    Changed(Domain),
    /// It is switched on, or off.
    On(bool),
    /// The user switched it.
    Switched(bool),
    /// This was typed to all.
    Typed(Vec<u8>),
    /// The terminal itself answers the guest.
    Replied(Vec<u8>),
    /// Whether it answers differently.
    Odd(bool),
    /// The user wants the line although somebody else has it.
    TakeOver,
    /// The line gave its first bytes.
    Heard(u64),
    /// The line was closed.
    Closed(u64),
    /// The host is connected again.
    Reconnected,
    /// The page was left for good.
    Left,
}

/// What it tells.
#[derive(Debug)]
pub(super) enum MemberOutput {
    /// It was switched on, or off.
    On(bool),
    /// Its line is open, or not.
    Open(bool),
}

/// What came back from the host.
#[derive(Debug)]
pub(super) enum MemberCmd {
    /// The line numbered so was opened, or refused.
    Opened(u64, Result<Console, HostError>),
}

#[relm4::component(pub(super))]
impl Component for Member {
    type Init = MemberInit;
    type Input = MemberMsg;
    type Output = MemberOutput;
    type CommandOutput = MemberCmd;

    view! {
        gtk::Box {
            set_orientation: gtk::Orientation::Vertical,
            #[watch]
            set_css_classes: if model.odd { &["card", "member", "odd"] } else { &["card", "member"] },
            gtk::Box {
                set_spacing: 6,
                set_margin_all: 6,
                gtk::Switch {
                    set_valign: gtk::Align::Center,
                    #[watch]
                    #[block_signal(switched)]
                    set_active: model.on,
                    #[watch]
                    update_property: &[gtk::accessible::Property::Label(&model.switch_name())],
                    connect_active_notify[sender] => move |switch| {
                        sender.input(MemberMsg::Switched(switch.is_active()));
                    } @switched,
                },
                gtk::Label {
                    add_css_class: "heading",
                    set_ellipsize: gtk::pango::EllipsizeMode::End,
                    #[watch]
                    set_label: &model.domain.name,
                },
                gtk::Label {
                    add_css_class: "dimmed",
                    set_hexpand: true,
                    set_xalign: 0.0,
                    set_ellipsize: gtk::pango::EllipsizeMode::End,
                    #[watch]
                    set_label: &words::stand(model.line.stand()),
                },
                gtk::Button {
                    add_css_class: "flat",
                    set_label: &gettext("Take Over"),
                    #[watch]
                    set_visible: matches!(model.line.stand(), Stand::InUse),
                    connect_clicked => MemberMsg::TakeOver,
                },
                gtk::Image {
                    set_icon_name: Some("dialog-warning-symbolic"),
                    #[watch]
                    set_visible: model.odd,
                },
                gtk::Label {
                    add_css_class: "caption-heading",
                    set_label: &gettext("Answers differently"),
                    #[watch]
                    set_visible: model.odd,
                },
            },
            #[local_ref]
            terminal -> vte4::Terminal {},
        }
    }

    fn init(init: MemberInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let terminal = terminal::build(&init.settings);
        terminal.set_size(COLUMNS, ROWS);
        terminal.set_height_request(HEIGHT);
        terminal.set_font_scale(terminal.font_scale() * SMALL);
        terminal.set_context_menu_model(gtk::gio::MenuModel::NONE);
        // The keyboard stays where all are typed to.
        terminal.set_focusable(false);
        terminal.set_can_focus(false);
        let name = gettext_f("Console of {name}", &[("name", &init.domain.name)]);
        terminal.update_property(&[gtk::accessible::Property::Label(&name)]);
        let deaf = Rc::<Cell<bool>>::default();
        let (input, own) = (sender.input_sender().clone(), Rc::clone(&deaf));
        terminal::connect_typed(&terminal, move |bytes| {
            if !own.get() {
                drop(input.send(MemberMsg::Replied(bytes)));
            }
        });
        let mut model = Self {
            host: init.host,
            domain: init.domain,
            line: Line::default(),
            on: true,
            odd: false,
            pace: Pace::default(),
            console: None,
            terminal: terminal.clone(),
            answer: init.answer,
            deaf,
        };
        let widgets = view_output!();
        model.line.shown(true);
        let want = model.line.state(model.domain.state);
        model.follow(want, &sender);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: MemberMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            MemberMsg::Changed(domain) => self.changed(domain, &sender),
            MemberMsg::On(on) => self.on = on,
            MemberMsg::Switched(on) => self.switch(on, &sender),
            MemberMsg::Typed(bytes) | MemberMsg::Replied(bytes) => self.send(bytes),
            MemberMsg::Odd(odd) => self.odd = odd,
            MemberMsg::TakeOver => self.take_over(&sender),
            MemberMsg::Heard(number) => self.line.heard(number),
            MemberMsg::Closed(number) => self.closed(number, &sender),
            MemberMsg::Reconnected => self.reconnected(&sender),
            MemberMsg::Left => self.leave(),
        }
    }

    fn update_cmd(&mut self, message: MemberCmd, sender: ComponentSender<Self>, _root: &Self::Root) {
        let MemberCmd::Opened(number, result) = message;
        self.opened(number, result, &sender);
    }
}

impl Member {
    fn switch_name(&self) -> String {
        gettext_f("Type to {name}", &[("name", &self.domain.name)])
    }

    fn switch(&mut self, on: bool, sender: &ComponentSender<Self>) {
        self.on = on;
        self.odd = false;
        drop(sender.output(MemberOutput::On(on)));
    }

    fn changed(&mut self, domain: Domain, sender: &ComponentSender<Self>) {
        let want = self.line.state(domain.state);
        self.domain = domain;
        self.follow(want, sender);
    }

    fn send(&self, bytes: Vec<u8>) {
        if let Some(console) = &self.console {
            self.pace.send(bytes, console.input());
        }
    }

    fn take_over(&mut self, sender: &ComponentSender<Self>) {
        let want = self.line.take_over();
        self.follow(want, sender);
    }

    fn reconnected(&mut self, sender: &ComponentSender<Self>) {
        let want = self.line.reconnected();
        self.follow(want, sender);
    }

    fn leave(&mut self) {
        self.line.leave();
        self.console = None;
    }

    fn follow(&mut self, want: Want, sender: &ComponentSender<Self>) {
        match want {
            Want::Nothing => return,
            Want::Close => self.console = None,
            Want::Open { number, force } => {
                self.console = None;
                self.pace.clear();
                let (host, id) = (self.host.clone(), self.domain.id);
                sender.oneshot_command(
                    async move { MemberCmd::Opened(number, host.open_console(id, None, force).await) },
                );
            }
        }
        drop(sender.output(MemberOutput::Open(false)));
    }

    fn opened(&mut self, number: u64, result: Result<Console, HostError>, sender: &ComponentSender<Self>) {
        let refused =
            result.as_ref().err().map(|error| (matches!(error, HostError::ConsoleInUse(_)), UserText::from(error)));
        if !self.line.opened(number, refused) {
            return;
        }
        let Ok(console) = result else { return };
        let (reader, answer) = (feed::Reader::new(&console, &self.terminal, &self.deaf), self.answer.clone());
        let (heard, closed) = (sender.input_sender().clone(), sender.input_sender().clone());
        relm4::spawn_local(async move {
            let first = || drop(heard.send(MemberMsg::Heard(number)));
            feed::run(reader, first, |piece| answer.add(piece)).await;
            drop(closed.send(MemberMsg::Closed(number)));
        });
        self.console = Some(console);
        drop(sender.output(MemberOutput::Open(true)));
    }

    fn closed(&mut self, number: u64, sender: &ComponentSender<Self>) {
        let want = self.line.closed(number);
        if self.line.number() == number {
            self.console = None;
            drop(sender.output(MemberOutput::Open(false)));
        }
        self.follow(want, sender);
    }
}
