//! What the user has done: each change is a job with its commands.

use std::{future::Future, time::Duration};

use relm4::{gtk, prelude::*};

use lectern_model::{
    domain::{Domain, DomainAction, DomainState},
    id::DomainId,
};
use lectern_services::{
    host::{Host, HostError},
    jobs::{self, StepText},
};

use super::{
    App,
    messages::{AppCmd, AppMsg},
    networks::Section,
};
use crate::{
    dialogs,
    errors::UserText,
    i18n::gettext_f,
    jobs::{
        JobsMsg,
        board::{JobId, JobState},
        show_transcript,
    },
    machine::Edit,
    preferences,
    shell::sidebar::SidebarMsg,
    tell::Tell,
};

/// How long jobs are gathered before the button shows them.
const TOGETHER: Duration = Duration::from_millis(50);

impl App {
    /// The machines that an action would fall on: the open page's, else the selected ones.
    pub(super) fn targets(&self) -> Vec<DomainId> {
        let listed = self.section == Section::Machines && self.wall.is_none() && self.broadcast.is_none();
        let selected = if listed { self.selected.as_slice() } else { &[] };
        self.page.as_ref().map_or_else(|| selected.to_vec(), |(id, _, _)| vec![*id])
    }

    /// Lets each action be chosen only where some machine allows it.
    pub(super) fn enable_actions(&self) {
        let targets = self.targets();
        let connected = self.situation.is_connected();
        for (action, handle) in &self.actions {
            handle.set_enabled(connected && self.picture.any_able(&targets, *action));
        }
        let one = self.page.is_none() && targets.len() == 1;
        self.open_action.set_enabled(one);
        self.tab_action.set_enabled(self.page.is_some());
        self.clone_action.set_enabled(connected && targets.len() == 1);
        let off = self.picture.shut_off(&targets).len() == 1 && targets.len() == 1;
        for action in &self.lock_actions {
            action.set_enabled(connected && off);
        }
        self.delete_action.set_enabled(connected && !targets.is_empty());
        for action in &self.nic_actions {
            action.set_enabled(connected && !targets.is_empty());
        }
        self.enable_chain_actions(&targets, connected);
        for action in &self.wall_actions {
            action.set_enabled(connected && self.page.is_none() && !targets.is_empty());
        }
        self.move_action.set_enabled(connected && !targets.is_empty());
        self.resize_action.set_enabled(connected && off);
        self.export_action.set_enabled(connected && targets.len() == 1);
        for action in &self.new_actions {
            action.set_enabled(connected);
        }
        self.undefine_action.set_enabled(connected && !self.picture.shut_off(&targets).is_empty());
    }

    /// An action was chosen; where something would be lost the user is asked first.
    pub(super) fn asked(&self, action: DomainAction, sender: &ComponentSender<Self>) {
        self.asked_of(action, &self.targets(), sender);
    }

    /// An action was chosen for these machines.
    pub(super) fn asked_of(&self, action: DomainAction, targets: &[DomainId], sender: &ComponentSender<Self>) {
        let able = self.picture.able(targets, action);
        let ids: Vec<_> = able.iter().map(|domain| domain.id).collect();
        let input = sender.input_sender().clone();
        let agreed = move || drop(input.send(AppMsg::Agreed(action, ids)));
        if preferences::asks(&self.settings, action, able.len()) {
            let names: Vec<_> = able.into_iter().map(|domain| domain.name).collect();
            dialogs::confirm_action(action, &names, &self.window, agreed);
        } else {
            agreed();
        }
    }

    pub(super) fn act(&mut self, action: DomainAction, machines: &[DomainId], sender: &ComponentSender<Self>) {
        for domain in self.picture.able(machines, action) {
            let (id, step) = (domain.id, StepText::Act { action, name: domain.name.clone() });
            self.run(&domain, &step, sender, move |host| async move { host.act(id, action).await });
        }
    }

    pub(super) fn edit(&mut self, id: DomainId, edit: Edit, sender: &ComponentSender<Self>) {
        let Some(domain) = self.picture.get(id).cloned() else { return };
        let name = domain.name.clone();
        match edit {
            Edit::Name(to) => {
                let step = StepText::Rename { from: name, to: to.clone() };
                self.run(&domain, &step, sender, move |host| async move { host.rename(id, to).await });
            }
            Edit::Title(title) => {
                let step = StepText::SetTitle { name, title: title.clone() };
                self.run(&domain, &step, sender, move |host| async move { host.set_title(id, title).await });
            }
            Edit::Description(description) => {
                let step = StepText::SetDescription { name, description: description.clone() };
                self.run(
                    &domain,
                    &step,
                    sender,
                    move |host| async move { host.set_description(id, description).await },
                );
            }
            Edit::Nic(edit) => self.edit_nic(id, edit, sender),
            Edit::Autostart(on) => {
                let step = StepText::SetAutostart { name, on };
                self.run(&domain, &step, sender, move |host| async move { host.set_autostart(id, on).await });
            }
        }
    }

    /// Starts a job: noted with its commands, done off this thread, and heard of when it ends.
    fn run<F>(
        &mut self,
        domain: &Domain,
        step: &StepText,
        sender: &ComponentSender<Self>,
        work: impl FnOnce(Host) -> F + Send + 'static,
    ) where
        F: Future<Output = Result<(), HostError>> + Send,
    {
        let Some(host) = self.host.clone() else { return };
        let (id, state): (DomainId, DomainState) = (domain.id, domain.state);
        let commands = jobs::commands(step, host.uri(), state);
        let job = self.board.start(step, commands);
        self.tell_jobs(sender);
        sender.oneshot_command(async move { AppCmd::JobEnded(job, id, work(host).await) });
    }

    pub(super) fn job_ended(
        &mut self,
        job: JobId,
        machine: DomainId,
        result: Result<(), HostError>,
        sender: &ComponentSender<Self>,
    ) {
        let offers = self.lacks_network(machine, &result, sender);
        if result.is_err() {
            self.look_at_chains(sender);
        }
        let failed = result.err().map(|error| UserText::from(&error));
        let state = failed.clone().map_or(JobState::Done, JobState::Failed);
        let step = self.board.end(job, state).map(|job| job.title.clone());
        self.tell_jobs(sender);
        if let (Some(text), Some(step)) = (failed, step) {
            if !offers {
                self.complain(&step, text);
            }
            self.refuse_page(machine);
        }
        self.refresh_page(machine);
    }

    /// Says that something failed, with more on request.
    pub(super) fn complain(&mut self, step: &str, text: UserText) {
        let title = gettext_f("{step}: {problem}", &[("step", step), ("problem", &text.title)]);
        self.failures.add(UserText { title, ..text }, &self.toasts, &self.window);
    }

    /// Has the jobs button told soon: thirty machines that are started at once are one piece of news.
    pub(super) fn tell_jobs(&mut self, sender: &ComponentSender<Self>) {
        if !std::mem::replace(&mut self.jobs_changed, true) {
            let input = sender.input_sender().clone();
            gtk::glib::timeout_add_local_once(TOGETHER, move || drop(input.send(AppMsg::JobsChanged)));
        }
    }

    pub(super) fn show_jobs(&mut self) {
        self.jobs_changed = false;
        self.presenting.set_commands(&self.board.transcript().here);
        self.sidebar.tell(SidebarMsg::Jobs(JobsMsg::from_board(&self.board)));
    }

    pub(super) fn show_commands(&self) {
        show_transcript(self.board.transcript(), &self.window);
    }

    pub(super) fn show_job_error(&self, id: JobId) {
        if let Some(JobState::Failed(text)) = self.board.get(id).map(|job| &job.state) {
            dialogs::show_error(text, &self.window);
        }
    }
}
