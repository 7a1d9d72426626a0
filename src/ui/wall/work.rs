//! How the wall follows its machines, and which of them it looks at.

use relm4::{
    gtk::{glib, prelude::*},
    prelude::*,
};

use lectern_model::{
    domain::Domain,
    id::DomainId,
    wall::{Faces, Thumbnail},
};
use lectern_services::{
    glance::glance,
    host::{Console, DomainChanges, HostError},
};

use super::{
    LOOK, Line, Member, Wall, WallCmd, WallMsg, WallOutput,
    member::Seen,
    tile::{Face, Tile},
    words,
};
use crate::{i18n::gettext, labs::natural, machine::Tab, shell::situation::Situation};

/// So many lines of a console fit into a tile.
const LINES: usize = 9;

impl Wall {
    pub(super) fn summary(&self) -> String {
        let on = self.members.values().filter(|member| member.domain.state.is_active()).count();
        let needy = self.members.values().filter(|member| member.attention().is_some()).count();
        words::summary(self.members.len(), on, needy)
    }

    /// Looks again whenever other tiles may be on the screen, and now and then for what time brings.
    pub(super) fn listen(&mut self, sender: &ComponentSender<Self>) {
        let adjustment = self.scrolled.vadjustment();
        let input = sender.input_sender().clone();
        adjustment.connect_value_changed(move |_| drop(input.send(WallMsg::Look)));
        let input = sender.input_sender().clone();
        adjustment.connect_changed(move |_| drop(input.send(WallMsg::Look)));
        let input = sender.input_sender().clone();
        self.ticker = Some(glib::timeout_add_local(LOOK, move || {
            if input.send(WallMsg::Tick).is_ok() { glib::ControlFlow::Continue } else { glib::ControlFlow::Break }
        }));
    }

    pub(super) fn changed(&mut self, changes: DomainChanges, sender: &ComponentSender<Self>) {
        let before = self.members.len();
        if changes.complete {
            self.members.retain(|id, _| changes.changed.iter().any(|domain| domain.id == *id));
        }
        for id in &changes.removed {
            self.members.remove(id);
        }
        let (mut others, mut again) = (self.members.len() != before, Vec::new());
        for domain in changes.changed {
            if !self.group.has(&domain) {
                others |= self.members.remove(&domain.id).is_some();
                continue;
            }
            let known = self.members.get(&domain.id).map(|member| member.domain.state.is_active());
            if known != Some(domain.state.is_active()) {
                // Its configuration may be another since it was started.
                again.push(domain.id);
            }
            others |= known.is_none();
            self.take(domain, sender);
        }
        if others {
            self.order();
        }
        self.ask_faces(again, sender);
        self.look(sender);
    }

    fn take(&mut self, domain: Domain, sender: &ComponentSender<Self>) {
        let id = domain.id;
        let member = self.members.entry(id).or_insert_with(|| {
            let input = sender.input_sender().clone();
            let tile = Tile::new(id, move || drop(input.send(WallMsg::Turned(id))));
            Member { domain: domain.clone(), tile, faces: None, chosen: None, seen: Seen::default(), line: Line::None }
        });
        if !domain.state.is_active() {
            member.line = Line::None;
        }
        member.seen.follow(domain.state);
        member.domain = domain;
        member.show();
    }

    /// Puts the tiles in the order of their names.
    fn order(&self) {
        let mut members: Vec<&Member> = self.members.values().collect();
        members.sort_by_key(|member| natural(&member.domain.name));
        self.flow.remove_all();
        for member in members {
            self.flow.append(&member.tile.child);
        }
    }

    fn ask_faces(&self, machines: Vec<DomainId>, sender: &ComponentSender<Self>) {
        if !machines.is_empty() && self.situation.is_connected() {
            let host = self.host.clone();
            sender.oneshot_command(async move { WallCmd::Faces(host.faces(machines).await) });
        }
    }

    pub(super) fn faced(&mut self, faces: Result<Vec<(DomainId, Faces)>, HostError>, sender: &ComponentSender<Self>) {
        for (id, faces) in faces.unwrap_or_default() {
            if let Some(member) = self.members.get_mut(&id) {
                member.faces = Some(faces);
                member.show();
            }
        }
        self.look(sender);
    }

    pub(super) fn follow(&mut self, situation: Situation, sender: &ComponentSender<Self>) {
        let back = situation.is_connected() && !self.situation.is_connected();
        self.situation = situation;
        if back {
            self.ask_faces(self.members.keys().copied().collect(), sender);
        }
        self.look(sender);
    }

    pub(super) fn suspend(&mut self, suspended: bool, sender: &ComponentSender<Self>) {
        self.suspended = suspended;
        self.look(sender);
    }

    pub(super) fn cover(&mut self, covered: bool, sender: &ComponentSender<Self>) {
        self.covered = covered && !self.scrolled.is_mapped();
        self.look(sender);
    }

    /// Only what is on the screen is looked at: pictures are taken of it, and its console is open.
    pub(super) fn look(&mut self, sender: &ComponentSender<Self>) {
        let mapped = self.scrolled.is_mapped();
        if !mapped && !self.covered {
            return;
        }
        let looking = mapped && !self.suspended && self.situation.is_connected();
        let mut screens = Vec::new();
        let mut wanted = Vec::new();
        for (id, member) in &mut self.members {
            let seen = looking && member.tile.is_seen(&self.scrolled);
            match member.face() {
                Face::Screen if seen => screens.push(*id),
                Face::Lines if seen => {
                    if matches!(member.line, Line::None) {
                        member.line = Line::Asked;
                        wanted.push(*id);
                    }
                    continue;
                }
                _ => {}
            }
            member.line = Line::None;
        }
        for id in wanted {
            let host = self.host.clone();
            sender.oneshot_command(async move { WallCmd::Opened(id, host.open_console(id, None, false).await) });
        }
        self.take_pictures(screens, sender);
    }

    fn take_pictures(&mut self, of: Vec<DomainId>, sender: &ComponentSender<Self>) {
        if self.shots.is_none() && !of.is_empty() {
            self.shots = self.host.shots().ok();
            if let Some(shots) = &self.shots {
                let (news, input) = (shots.news(), sender.input_sender().clone());
                relm4::spawn_local(async move {
                    while let Ok(shot) = news.recv().await {
                        drop(input.send(WallMsg::Shot(shot)));
                    }
                    drop(input.send(WallMsg::ShotsEnded));
                });
            }
        }
        if let Some(shots) = &self.shots {
            shots.look_at(of);
        }
    }

    pub(super) fn show_all(&mut self) {
        self.members.values_mut().for_each(Member::show);
    }

    pub(super) fn show_picture(&self, id: DomainId, picture: Option<&Thumbnail>) {
        if let Some(member) = self.members.get(&id).filter(|member| member.face() == Face::Screen) {
            member.tile.show_picture(picture);
        }
    }

    pub(super) fn opened(&mut self, id: DomainId, console: Result<Console, HostError>, sender: &ComponentSender<Self>) {
        let Some(member) = self.members.get_mut(&id).filter(|member| matches!(member.line, Line::Asked)) else {
            return;
        };
        let console = match console {
            Ok(console) => console,
            Err(error) => {
                member.line = Line::Refused;
                let used = matches!(error, HostError::ConsoleInUse(_));
                return member.tile.say(&if used { gettext("In use elsewhere") } else { gettext("No console") });
            }
        };
        let (past, output) = (console.past().to_vec(), console.output());
        member.line = Line::Open(console);
        let (lines, told) = async_channel::bounded(1);
        relm4::spawn(async move { glance(&past, output, LINES, lines).await });
        let input = sender.input_sender().clone();
        relm4::spawn_local(async move {
            while let Ok(lines) = told.recv().await {
                drop(input.send(WallMsg::Lines(id, lines)));
            }
            drop(input.send(WallMsg::Closed(id)));
        });
    }

    pub(super) fn show_lines(&self, id: DomainId, lines: &[String]) {
        if let Some(member) = self.members.get(&id).filter(|member| member.face() == Face::Lines) {
            member.tile.show_lines(lines);
        }
    }

    /// Somebody else took the console, or the machine stopped, which is told apart: it is not asked for again by itself.
    pub(super) fn closed(&mut self, id: DomainId) {
        if let Some(member) = self.members.get_mut(&id).filter(|member| matches!(member.line, Line::Open(_))) {
            member.line = Line::Refused;
        }
    }

    pub(super) fn turn(&mut self, id: DomainId, sender: &ComponentSender<Self>) {
        if let Some(member) = self.members.get_mut(&id) {
            member.chosen = Some(if member.face() == Face::Lines { Face::Screen } else { Face::Lines });
            member.tile.say("…");
        }
        if let Some(shots) = &self.shots {
            // Forgotten, so that its picture is told again.
            shots.look_at(Vec::new());
        }
        self.look(sender);
    }

    /// Opens the part of the page that the tile shows.
    pub(super) fn open(&self, id: DomainId, sender: &ComponentSender<Self>) {
        let tab = match self.members.get(&id).map(Member::face) {
            Some(Face::Screen) => Tab::Screen,
            Some(Face::Lines) => Tab::Serial,
            _ => Tab::Overview,
        };
        drop(sender.output(WallOutput::Open(id, tab)));
    }

    pub(super) fn leave(&mut self) {
        self.shots = None;
        for member in self.members.values_mut() {
            member.line = Line::None;
        }
        if let Some(ticker) = self.ticker.take() {
            ticker.remove();
        }
    }
}
