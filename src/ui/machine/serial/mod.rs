//! The consoles of one machine: serial ports and paravirtual consoles, a part of the page each.

mod bar;
pub(crate) mod feed;
mod guide;
#[cfg(test)]
mod hostile;
mod messages;
mod output;
pub(crate) mod paste;
mod player;
mod port;
pub(crate) mod terminal;
mod words;

use std::collections::HashMap;

use relm4::{adw, adw::prelude::*, gtk, gtk::gio, prelude::*};

use lectern_model::{
    domain::DomainState,
    id::DomainId,
    xml::domain::{DomainXml, SerialConsole},
};
use lectern_services::host::Host;

use self::{
    messages::{Alias, PortInit, PortMsg},
    port::Port,
};
use crate::{settings::Settings, tell::Tell};

/// The name of the console that nearly every machine has.
const FIRST: &str = "ttyS0";

/// The page.
pub(crate) struct Serial {
    host: Host,
    id: DomainId,
    name: String,
    state: DomainState,
    settings: Settings,
    stack: adw::ViewStack,
    ports: Vec<(String, Controller<Port>)>,
    /// The tools of the console that is looked at, and each one's actions.
    tools: gtk::Box,
    actions: HashMap<String, gio::SimpleActionGroup>,
    shown: bool,
}

/// What is needed to make the page.
pub(crate) struct SerialInit {
    /// The machine's host.
    pub(crate) host: Host,
    /// The machine.
    pub(crate) id: DomainId,
    /// Its name.
    pub(crate) name: String,
    /// Its state.
    pub(crate) state: DomainState,
    /// The user's preferences.
    pub(crate) settings: Settings,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum SerialMsg {
    /// The machine is in this state, and has this name.
    State(DomainState, String),
    /// The page is on screen, or no longer.
    Shown(bool),
    /// What the machine's XML says.
    Parsed(Box<DomainXml>),
    /// The host is connected again.
    Reconnected,
    /// The page was left for good.
    Left,
    /// Another console came to the screen.
    Chosen,
}

#[relm4::component(pub(crate))]
impl SimpleComponent for Serial {
    type Init = SerialInit;
    type Input = SerialMsg;
    type Output = ();

    view! {
        gtk::Box {
            set_orientation: gtk::Orientation::Vertical,
            gtk::Box {
                add_css_class: "toolbar",
                set_halign: gtk::Align::Center,
                #[watch]
                set_visible: model.ports.len() > 1,
                #[name = "switcher"]
                append = &adw::InlineViewSwitcher {
                    set_display_mode: adw::InlineViewSwitcherDisplayMode::Labels,
                },
            },
            #[local_ref]
            stack -> adw::ViewStack {
                connect_visible_child_notify[sender] => move |_| sender.input(SerialMsg::Chosen),
            },
        }
    }

    fn init(init: SerialInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let mut model = Self {
            host: init.host,
            id: init.id,
            name: init.name,
            state: init.state,
            settings: init.settings,
            stack: adw::ViewStack::new(),
            ports: Vec::new(),
            tools: bar::tools(),
            actions: HashMap::new(),
            shown: false,
        };
        let stack = &model.stack.clone();
        let widgets = view_output!();
        widgets.switcher.set_stack(Some(&model.stack));
        model.add(FIRST, Alias::First);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: SerialMsg, _sender: ComponentSender<Self>) {
        match message {
            SerialMsg::State(state, name) => self.follow(state, name),
            SerialMsg::Shown(shown) => self.show(shown),
            SerialMsg::Parsed(xml) => self.parsed(&xml),
            SerialMsg::Reconnected => self.tell_all(|| PortMsg::Reconnected),
            SerialMsg::Left => self.tell_all(|| PortMsg::Left),
            SerialMsg::Chosen => self.look(),
        }
    }
}

impl Serial {
    /// The tools for the row over the page.
    pub(crate) const fn tools(&self) -> &gtk::Box {
        &self.tools
    }

    fn add(&mut self, device: &str, alias: Alias) {
        let init = PortInit {
            host: self.host.clone(),
            id: self.id,
            machine: self.name.clone(),
            device: device.to_owned(),
            alias,
            state: self.state,
            settings: self.settings.clone(),
            actions: self.actions.entry(device.to_owned()).or_default().clone(),
        };
        let port = Port::builder().launch(init).detach();
        self.stack.add_titled(port.widget(), Some(device), device);
        self.ports.push((device.to_owned(), port));
        self.look();
    }

    fn follow(&mut self, state: DomainState, name: String) {
        self.state = state;
        self.name = name;
        self.tell_all(|| PortMsg::State(state));
    }

    fn show(&mut self, shown: bool) {
        self.shown = shown;
        self.look();
    }

    /// Only what is on screen opens its line; one that is open stays so behind the others.
    fn look(&self) {
        let visible = self.stack.visible_child_name();
        let actions = visible.as_ref().and_then(|device| self.actions.get(device.as_str()));
        self.tools.insert_action_group("serial", actions);
        for (device, port) in &self.ports {
            port.tell(PortMsg::Shown(self.shown && visible.as_deref() == Some(device)));
        }
    }

    /// The consoles that can be opened; a machine without any keeps the page that says so.
    fn parsed(&mut self, xml: &DomainXml) {
        let consoles: Vec<&SerialConsole> = xml.consoles.iter().filter(|console| console.can_open()).collect();
        let first = consoles.first().map_or_else(|| FIRST.to_owned(), |console| console.device());
        for (device, port) in self.ports.extract_if(.., |(device, _)| {
            *device != first && !consoles.iter().any(|console| console.device() == *device)
        }) {
            tracing::debug!(device, "the console is gone");
            port.tell(PortMsg::Left);
            self.actions.remove(&device);
            self.stack.remove(port.widget());
        }
        for (number, console) in consoles.iter().enumerate() {
            let (device, alias) = (console.device(), alias(number, console));
            match self.ports.iter().find(|(known, _)| *known == device) {
                Some((_, port)) => port.tell(PortMsg::Named(alias, self.name.clone())),
                None => self.add(&device, alias),
            }
        }
        self.tell_all(|| PortMsg::HasPort(!consoles.is_empty()));
    }

    fn tell_all(&self, message: impl Fn() -> PortMsg) {
        for (_, port) in &self.ports {
            port.tell(message());
        }
    }
}

fn alias(number: usize, console: &SerialConsole) -> Alias {
    match &console.alias {
        _ if number == 0 => Alias::First,
        Some(alias) => Alias::Known(alias.clone()),
        None => Alias::Unknown,
    }
}
