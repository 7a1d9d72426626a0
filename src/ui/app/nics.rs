//! The window's side of network cards: the dialog that changes and adds them, and their removal.

use relm4::{adw::prelude::*, prelude::*};

use lectern_model::id::DomainId;
use lectern_services::{
    host::{Host, HostError},
    plan::{
        Plan,
        make::nics::{self, NicWish},
    },
};

use super::{
    App,
    messages::{AppCmd, AppMsg},
};
use crate::{
    machine::NicEdit,
    nics::{NicPurpose, NicsDialog, NicsInit, NicsOutput},
};

impl App {
    /// Opens the dialog for the machines in question.
    pub(super) fn change_nics(&mut self, purpose: NicPurpose, sender: &ComponentSender<Self>) {
        let targets = self.targets();
        let named = targets.iter().filter_map(|id| self.picture.get(*id));
        let machines = named.map(|domain| (domain.id, domain.name.clone())).collect();
        self.change_nics_of(machines, purpose, sender);
    }

    /// Opens it for these.
    pub(super) fn change_nics_of(
        &mut self,
        machines: Vec<(DomainId, String)>,
        purpose: NicPurpose,
        sender: &ComponentSender<Self>,
    ) {
        let Some(host) = self.host.clone().filter(|_| self.situation.is_connected()) else { return };
        if machines.is_empty() {
            return;
        }
        let dialog = NicsDialog::builder().launch(NicsInit { host, machines, purpose });
        let dialog = dialog.forward(sender.input_sender(), AppMsg::Nics);
        dialog.widget().present(Some(&self.window));
        self.nics = Some(dialog);
    }

    pub(super) fn nics_said(&mut self, output: NicsOutput, sender: &ComponentSender<Self>) {
        let NicsOutput::Run(plan) = output;
        self.run_plan(*plan, sender);
    }

    /// What the overview of a machine asks for.
    pub(super) fn edit_nic(&mut self, id: DomainId, edit: NicEdit, sender: &ComponentSender<Self>) {
        match edit {
            NicEdit::Change(mac) => self.change_nics(NicPurpose::Change(mac), sender),
            NicEdit::Add => self.change_nics(NicPurpose::Add, sender),
            NicEdit::Remove(mac) => self.wish_nic(id, NicWish::Remove(mac), sender),
            NicEdit::Renew(mac) => self.wish_nic(id, NicWish::Replug(mac), sender),
        }
    }

    /// It can be undone, or loses nothing, so nobody is asked.
    fn wish_nic(&self, id: DomainId, wish: NicWish, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        sender.oneshot_command(async move { AppCmd::Planned(planned(&host, id, &wish).await) });
    }
}

async fn planned(host: &Host, id: DomainId, wish: &NicWish) -> Result<Plan, HostError> {
    let facts = nics::look(host, vec![id]).await?;
    let made = nics::plan(&facts, wish, true);
    let made = made.map_err(|error| HostError::BadAnswer(error.to_string()))?;
    made.plan.ok_or(HostError::Gone)
}
