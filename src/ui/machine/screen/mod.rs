//! The screen of one machine: opened while it runs and is looked at, opened again when it comes back.

mod bar;
mod clipboard;
mod display;
mod full;
mod input;
mod line;
mod messages;
mod share;
mod shot;
mod words;

use relm4::{adw, adw::prelude::*, gtk, gtk::gio, prelude::*};

use lectern_model::{
    command::CommandLine, domain::DomainState, id::DomainId, screen::Combination, xml::domain::DomainXml,
};
use lectern_services::host::Host;

use self::{
    display::Display,
    words::{Help, Words},
};
pub(crate) use self::{
    display::GUEST_SCREEN,
    messages::{Ability, ScreenCmd, ScreenInit, ScreenMsg, ScreenOutput},
};
use super::line::Line;
use crate::i18n::gettext;

/// Which screens the machine has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Screens {
    /// It was not looked at yet.
    #[default]
    Unknown,
    /// None that can be shown; these are what it has, and this command shows them.
    None(Vec<String>, String),
    /// One that can be shown, by its number.
    Vnc(u32),
    /// libvirt cannot hand it to this computer; this command shows it.
    Elsewhere(String),
}

/// The page.
pub(crate) struct ScreenPage {
    host: Host,
    id: DomainId,
    name: String,
    line: Line,
    screens: Screens,
    shown: bool,
    display: Display,
    view: gtk::ScrolledWindow,
    holder: adw::Bin,
    actions: gio::SimpleActionGroup,
    full: Option<gtk::Window>,
    share: share::Share,
}

#[relm4::component(pub(crate))]
impl Component for ScreenPage {
    type Init = ScreenInit;
    type Input = ScreenMsg;
    type Output = ScreenOutput;
    type CommandOutput = ScreenCmd;

    view! {
        gtk::Box {
            set_orientation: gtk::Orientation::Vertical,
            gtk::Box {
                add_css_class: "toolbar",
                set_halign: gtk::Align::Center,
                #[watch]
                set_visible: model.words().is_none(),
                append: &bar::send_key(),
                gtk::ToggleButton {
                    set_icon_name: "zoom-original-symbolic",
                    set_tooltip_text: Some(&gettext("Original Size")),
                    connect_toggled[sender] => move |button| sender.input(ScreenMsg::Scaled(!button.is_active())),
                },
                gtk::ToggleButton {
                    set_icon_name: "view-reveal-symbolic",
                    set_tooltip_text: Some(&gettext("View Only")),
                    connect_toggled[sender] => move |button| sender.input(ScreenMsg::ViewOnly(button.is_active())),
                },
                gtk::ToggleButton {
                    set_icon_name: "zoom-fit-best-symbolic",
                    set_tooltip_text: Some(&gettext("Fit the Guest’s Screen to the Window")),
                    #[watch]
                    set_visible: model.share.can(Ability::Size),
                    connect_toggled[sender] => move |button| sender.input(ScreenMsg::Fitted(button.is_active())),
                },
                #[name = "share_button"]
                gtk::ToggleButton {
                    set_icon_name: "edit-paste-symbolic",
                    set_tooltip_text: Some(&gettext("Share the Clipboard")),
                    #[watch]
                    set_visible: model.share.can(Ability::Clipboard),
                    #[watch]
                    set_active: model.share.is_wanted(),
                    connect_toggled[sender] => move |button| sender.input(ScreenMsg::Shared(button.is_active())),
                },
                append: &bar::shot(),
                gtk::Button {
                    set_icon_name: "view-fullscreen-symbolic",
                    set_tooltip_text: Some(&gettext("Full Screen")),
                    set_action_name: Some("screen.full-screen"),
                },
            },
            #[local_ref]
            holder -> adw::Bin {
                #[watch]
                set_visible: model.words().is_none(),
            },
            adw::StatusPage {
                set_vexpand: true,
                #[watch]
                set_visible: model.words().is_some(),
                #[watch]
                set_icon_name: Some(model.words().unwrap_or_default().icon),
                #[watch]
                set_title: &model.words().unwrap_or_default().title,
                #[watch]
                set_description: Some(&gtk::glib::markup_escape_text(&model.words().unwrap_or_default().body)),
                gtk::Button {
                    set_halign: gtk::Align::Center,
                    set_css_classes: &["pill", "suggested-action"],
                    #[watch]
                    set_visible: model.help().is_some(),
                    #[watch]
                    set_label: &model.help().map(Help::label).unwrap_or_default(),
                    connect_clicked => ScreenMsg::Helped,
                },
            },
        }
    }

    fn init(init: ScreenInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let display = Display::new();
        let view = gtk::ScrolledWindow::builder().child(display.picture()).vexpand(true).hexpand(true).build();
        view.add_css_class("screen-view");
        let actions = bar::group(sender.input_sender());
        root.insert_action_group(bar::GROUP, Some(&actions));
        let leave = sender.input_sender().clone();
        input::connect(&display, move || drop(leave.send(ScreenMsg::FullScreenToggled)));
        let mut model = Self {
            host: init.host,
            id: init.id,
            name: init.name,
            line: Line::default(),
            screens: Screens::default(),
            shown: false,
            display,
            holder: adw::Bin::builder().child(&view).vexpand(true).build(),
            view,
            actions,
            full: None,
            share: share::Share::default(),
        };
        // Nothing is known to open yet.
        model.line.state(init.state);
        let holder = model.holder.clone();
        let widgets = view_output!();
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: ScreenMsg, sender: ComponentSender<Self>, root: &Self::Root) {
        match message {
            ScreenMsg::State(state, name) => self.state(state, name, &sender),
            ScreenMsg::Shown(shown) => self.show(shown, &sender),
            ScreenMsg::Parsed(xml) => self.parsed(&xml, &sender),
            ScreenMsg::Reconnected => self.reconnected(&sender),
            ScreenMsg::Left => self.leave(),
            ScreenMsg::Helped => self.help_out(root, &sender),
            ScreenMsg::Seen(number) => self.line.heard(number),
            ScreenMsg::Ended(number, end) => self.ended(number, end.as_ref(), &sender),
            ScreenMsg::Scaled(to_window) => self.display.scale(to_window),
            ScreenMsg::ViewOnly(on) => self.display.set_view_only(on),
            ScreenMsg::KeySent(combination) => self.send(combination),
            ScreenMsg::Able(ability) => self.able(ability),
            ScreenMsg::Shared(on) => self.share(on, root, &sender),
            ScreenMsg::Agreed(agreed) => self.agreed(agreed),
            ScreenMsg::ChannelWanted => self.want_channel(&sender),
            ScreenMsg::Fitted(on) => self.fit_guest(on, &sender),
            ScreenMsg::AreaChanged => self.wish(),
            ScreenMsg::ShotSaved => self.save_shot(),
            ScreenMsg::ShotCopied => self.copy_shot(),
            ScreenMsg::FullScreenToggled => self.toggle_full(root, &sender),
            ScreenMsg::FullScreenLeft => self.full_left(),
        }
    }

    fn update_cmd(&mut self, message: ScreenCmd, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            ScreenCmd::Opened(number, result) => self.opened(number, result, &sender),
        }
    }
}

impl ScreenPage {
    fn words(&self) -> Option<Words> {
        words::words(self.line.stand(), &self.screens)
    }

    fn help(&self) -> Option<Help> {
        self.words()?.help
    }

    fn state(&mut self, state: DomainState, name: String, sender: &ComponentSender<Self>) {
        self.name = name;
        let want = self.line.state(state);
        self.follow(want, sender);
    }

    /// A screen that nobody looks at is closed: pictures cost more than lines.
    fn show(&mut self, shown: bool, sender: &ComponentSender<Self>) {
        self.shown = shown;
        self.look(sender);
        if shown {
            self.display.picture().grab_focus();
        }
    }

    fn parsed(&mut self, xml: &DomainXml, sender: &ComponentSender<Self>) {
        self.share.channel = xml.clipboard;
        let (uri, vnc) = (self.host.uri(), xml.vnc());
        let screens = match vnc {
            Some(_) if !uri.is_local() && !uri.is_ssh() => Screens::Elsewhere(self.viewer()),
            Some(number) => Screens::Vnc(number),
            None => Screens::None(xml.screens.clone(), self.viewer()),
        };
        if self.screens != screens {
            self.screens = screens;
            self.look(sender);
        }
    }

    /// The command that shows the screen of a machine on another host.
    fn viewer(&self) -> String {
        let uri = self.host.uri().as_str();
        CommandLine::new("virt-viewer").args(["--connect", uri, "--attach"]).arg(&self.name).to_string()
    }

    fn leave(&mut self) {
        self.line.leave();
        self.display.set_screen(None);
        if let Some(full) = self.full.take() {
            full.close();
        }
    }

    fn help_out(&mut self, root: &gtk::Box, sender: &ComponentSender<Self>) {
        match self.help() {
            Some(Help::Again) => {
                let want = self.line.take_over();
                self.follow(want, sender);
            }
            Some(Help::Start) => {
                // The action is off where the machine cannot be started now.
                let _ = root.activate_action("win.start", None);
            }
            Some(Help::Give) => drop(sender.output(ScreenOutput::Give)),
            None => {}
        }
    }

    fn send(&self, combination: Combination) {
        input::send(&self.display, combination);
        self.display.picture().grab_focus();
    }

    fn save_shot(&self) {
        if let Some(texture) = self.display.texture() {
            shot::save(&texture, &self.name, self.display.picture());
        }
    }

    fn copy_shot(&self) {
        if let Some(texture) = self.display.texture() {
            shot::copy(&texture, self.display.picture());
        }
    }

    fn toggle_full(&mut self, root: &gtk::Box, sender: &ComponentSender<Self>) {
        if let Some(full) = &self.full {
            return full.close();
        }
        self.holder.set_child(gtk::Widget::NONE);
        let input = sender.input_sender().clone();
        let back = move || drop(input.send(ScreenMsg::FullScreenLeft));
        self.full = Some(full::open(self.view.upcast_ref(), &self.name, root.upcast_ref(), &self.actions, back));
        self.display.picture().grab_focus();
    }

    fn full_left(&mut self) {
        self.full = None;
        self.holder.set_child(Some(&self.view));
        self.display.picture().grab_focus();
    }
}
