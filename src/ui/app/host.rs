//! The window's side of the host's page, and of machines that KVM does not run.

use relm4::{adw, gtk, prelude::*};

use lectern_model::{id::DomainId, kvm, screen};
use lectern_services::{
    host::{ConnectFailure, ConnectionState, HostError},
    readiness::Mend,
};

use super::{
    App,
    messages::{AppCmd, AppMsg},
    networks::Section,
    window::OFF_SCREEN,
};
use crate::{
    broadcast::Broadcast,
    dialogs,
    host::{HostInit, HostMsg, HostOutput, HostPage, TAG},
    machine::MachinePage,
    tell::Tell,
    wall::Wall,
};

/// A page that was left, until it is off the screen; it is only kept.
#[expect(dead_code, reason = "dropping it is its purpose")]
pub(super) enum Leaving {
    /// A machine's.
    Machine(Controller<MachinePage>),
    /// The host's.
    Host(Controller<HostPage>),
    /// The wall.
    Wall(Controller<Wall>),
    /// What typed to many.
    Broadcast(Controller<Broadcast>),
}

impl App {
    /// Opens the host's page over the list.
    pub(super) fn open_host(&mut self, sender: &ComponentSender<Self>) {
        self.split.set_show_content(true);
        self.show_section(Section::Machines);
        let Some(host) = &self.host else { return };
        if self.host_page.is_some() {
            return;
        }
        let init = HostInit {
            host: host.clone(),
            failure: self.why_not.clone(),
            situation: self.situation.clone(),
            settings: self.settings.clone(),
        };
        let page = HostPage::builder().launch(init).forward(sender.input_sender(), AppMsg::HostPage);
        self.navigation.pop_to_tag("machines");
        let root: &adw::NavigationPage = page.widget();
        self.navigation.push(root);
        self.host_page = Some(page);
        self.enable_actions();
        self.watch();
    }

    pub(super) fn host_page_said(&mut self, output: HostOutput, sender: &ComponentSender<Self>) {
        match output {
            HostOutput::Retry => self.retry(),
            HostOutput::Mend(mend) => self.mend(mend, sender),
        }
    }

    /// Makes the plan that mends this of the host, and runs it.
    pub(super) fn mend(&self, mend: Mend, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        sender.oneshot_command(async move { AppCmd::Planned(host.plan_mend(mend).await) });
    }

    /// The page ends when nobody can touch it any more.
    pub(super) fn host_left(&mut self, sender: &ComponentSender<Self>) {
        if let Some(page) = self.host_page.take() {
            self.leaving.push_back(Leaving::Host(page));
            let input = sender.input_sender().clone();
            gtk::glib::timeout_add_local_once(OFF_SCREEN, move || drop(input.send(AppMsg::PageHidden)));
        }
        self.enable_actions();
        self.watch();
    }

    /// Whether the host's page is on the screen, and not one that was opened over it.
    pub(super) fn shows_host(&self) -> bool {
        use relm4::adw::prelude::*;
        self.host_page.is_some()
            && self.navigation.visible_page().and_then(|page| page.tag()).is_some_and(|tag| tag == TAG)
    }

    pub(super) fn tell_host_page(&self, message: impl FnOnce() -> HostMsg) {
        if let Some(page) = &self.host_page {
            page.tell(message());
        }
    }

    /// Remembers why the host is not there, for its readiness.
    pub(super) fn note_failure(&mut self, state: &ConnectionState) {
        self.why_not = match state {
            ConnectionState::Connecting => return,
            ConnectionState::Failed { error: HostError::Connect { why, .. }, .. } => {
                Some::<ConnectFailure>(why.clone())
            }
            _ => None,
        };
    }

    /// Asks whether a machine shall be emulated.
    pub(super) fn ask_to_emulate(&self, id: DomainId, sender: &ComponentSender<Self>) {
        let Some(domain) = self.picture.get(id) else { return };
        let input = sender.input_sender().clone();
        dialogs::ask_to_emulate(&domain.name, &self.window, move || drop(input.send(AppMsg::Emulate(id))));
    }

    /// Changes a machine so that it is emulated from its next start on.
    pub(super) fn emulate(&self, id: DomainId, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        sender.oneshot_command(async move { AppCmd::EditPlanned(Box::new(host.plan_edit(id, kvm::emulated).await)) });
    }

    /// Asks whether a machine shall have a screen.
    pub(super) fn ask_to_give_screen(&self, id: DomainId, sender: &ComponentSender<Self>) {
        let Some(domain) = self.picture.get(id) else { return };
        let input = sender.input_sender().clone();
        dialogs::ask_to_give_screen(&domain.name, &self.window, move || drop(input.send(AppMsg::GiveScreen(id))));
    }

    /// Changes a machine so that it has a screen from its next start on.
    pub(super) fn give_screen(&self, id: DomainId, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        sender
            .oneshot_command(async move { AppCmd::EditPlanned(Box::new(host.plan_edit(id, screen::with_vnc).await)) });
    }

    /// Changes a machine so that a guest can share its clipboard from the next start on.
    pub(super) fn give_clipboard(&self, id: DomainId, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        sender.oneshot_command(async move {
            AppCmd::EditPlanned(Box::new(host.plan_edit(id, screen::with_clipboard).await))
        });
    }
}
