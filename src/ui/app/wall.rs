//! The window's side of the pages that are of many machines: the wall, and one keyboard for many consoles.

use relm4::{adw, gtk, prelude::*};

use super::{App, host::Leaving, messages::AppMsg, window::OFF_SCREEN};
use crate::{
    broadcast::{Broadcast, BroadcastInit, BroadcastMsg},
    group::Group,
    tell::Tell,
    wall::{Wall, WallInit, WallMsg, WallOutput},
};

impl App {
    /// Shows these machines side by side, over what is shown.
    pub(super) fn show_wall(&mut self, group: Group, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone().filter(|_| self.wall.is_none() && self.page.is_none()) else { return };
        let members = self.picture.group(&group);
        let init = WallInit { host, group, members, situation: self.situation.clone() };
        let wall = Wall::builder().launch(init).forward(sender.input_sender(), AppMsg::Wall);
        let root: &adw::NavigationPage = wall.widget();
        self.navigation.push(root);
        self.wall = Some(wall);
        self.enable_actions();
        self.watch();
    }

    pub(super) fn wall_said(&mut self, output: WallOutput, sender: &ComponentSender<Self>) {
        match output {
            WallOutput::Broadcast(group) => self.show_broadcast(group),
            WallOutput::Open(id, tab) => self.open(id, tab, sender),
            WallOutput::Retry => self.retry(),
        }
    }

    /// It looks at nothing any more, and goes when nobody can touch it.
    pub(super) fn wall_left(&mut self, sender: &ComponentSender<Self>) {
        if let Some(wall) = self.wall.take() {
            wall.tell(WallMsg::Left);
            self.leaving.push_back(Leaving::Wall(wall));
            let input = sender.input_sender().clone();
            gtk::glib::timeout_add_local_once(OFF_SCREEN, move || drop(input.send(AppMsg::PageHidden)));
        }
        self.enable_actions();
        self.watch();
    }

    /// Types to these machines' consoles, over what is shown.
    pub(super) fn show_broadcast(&mut self, group: Group) {
        let Some(host) = self.host.clone().filter(|_| self.broadcast.is_none() && self.page.is_none()) else { return };
        let init = BroadcastInit {
            host,
            members: self.picture.group(&group),
            group,
            situation: self.situation.clone(),
            settings: self.settings.clone(),
        };
        let page = Broadcast::builder().launch(init).detach();
        let root: &adw::NavigationPage = page.widget();
        self.navigation.push(root);
        self.broadcast = Some(page);
        self.enable_actions();
        self.watch();
    }

    /// All consoles are given up at once.
    pub(super) fn broadcast_left(&mut self, sender: &ComponentSender<Self>) {
        if let Some(page) = self.broadcast.take() {
            page.tell(BroadcastMsg::Left);
            self.leaving.push_back(Leaving::Broadcast(page));
            let input = sender.input_sender().clone();
            gtk::glib::timeout_add_local_once(OFF_SCREEN, move || drop(input.send(AppMsg::PageHidden)));
        }
        self.enable_actions();
        self.watch();
    }

    pub(super) fn tell_broadcast(&self, message: impl FnOnce() -> BroadcastMsg) {
        if let Some(page) = &self.broadcast {
            page.tell(message());
        }
    }

    pub(super) fn tell_wall(&self, message: impl FnOnce() -> WallMsg) {
        if let Some(wall) = &self.wall {
            wall.tell(message());
        }
    }
}
