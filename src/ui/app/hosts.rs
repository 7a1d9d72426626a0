//! The window's side of choosing a host: another one in its place, or in a window of its own.

use std::ffi::OsStr;

use relm4::{gtk::gio, gtk::glib, prelude::*};

use lectern_model::uri::HostUri;
use lectern_services::host::{DomainChanges, Host};

use super::{App, messages::AppMsg, networks::Section, picture::Picture};
use crate::{
    errors::UserText,
    hosts::{self, Wanted},
    i18n::gettext,
    machines::MachinesMsg,
    shell::sidebar::SidebarMsg,
    tell::Tell,
};

impl App {
    /// Asks which host is wanted.
    pub(super) fn ask_host(&self, sender: &ComponentSender<Self>) {
        let shown = self.host.as_ref().map(Host::uri);
        let input = sender.input_sender().clone();
        hosts::show(&self.settings, shown, &self.window, move |wanted| drop(input.send(AppMsg::HostWanted(wanted))));
    }

    pub(super) fn host_wanted(&mut self, wanted: Wanted, sender: &ComponentSender<Self>) {
        match wanted {
            Wanted::Here(uri) => self.change_host(uri, sender),
            Wanted::OwnWindow(uri) => self.open_window(&uri),
        }
    }

    /// Leaves the host for another. Plans that are under way have connections of their own, and go on.
    fn change_host(&mut self, uri: HostUri, sender: &ComponentSender<Self>) {
        self.show_section(Section::Machines);
        self.navigation.pop_to_tag("machines");
        self.split.set_show_content(true);
        self.unnamed = false;
        self.why_not = None;
        self.picture = Picture::default();
        self.machines.tell(MachinesMsg::Changed(DomainChanges { complete: true, ..DomainChanges::default() }));
        self.sidebar.tell(SidebarMsg::Counts(0, 0));
        self.connect(uri, sender);
    }

    /// Another host's window is a program of its own, so that neither can hold the other up.
    fn open_window(&mut self, uri: &HostUri) {
        let started = std::env::current_exe().map_err(|error| error.to_string()).and_then(|program| {
            let words = [program.as_os_str(), OsStr::new("--connect"), OsStr::new(uri.as_str())];
            gio::Subprocess::newv(&words, gio::SubprocessFlags::NONE).map_err(|error| error.to_string())
        });
        if let Err(error) = started {
            let text = UserText::new(gettext("No other window could be opened."), error);
            self.failures.add(text, &self.toasts, &self.window);
        }
    }

    /// Counts down to the next try while one is waited for.
    pub(super) fn count_down(&mut self, sender: &ComponentSender<Self>) {
        self.stop_counting();
        if self.situation.waits() {
            let input = sender.input_sender().clone();
            self.counting = Some(glib::timeout_add_seconds_local(1, move || {
                let _ = input.send(AppMsg::Tick);
                glib::ControlFlow::Continue
            }));
        }
    }

    pub(super) fn tick(&mut self) {
        if self.counting.is_some() {
            if !self.situation.tick() {
                self.stop_counting();
            }
            self.tell_situation();
        }
    }

    pub(super) fn stop_counting(&mut self) {
        if let Some(counting) = self.counting.take() {
            counting.remove();
        }
    }
}
