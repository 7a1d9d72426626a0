//! The window's side of plans: running them, telling how they end, undoing them, and what earlier runs left.

use std::{cell::Cell, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk::gio, prelude::*};

use lectern_model::command::CommandLine;
use lectern_services::{
    host::HostError,
    plan::{self, JobEvent, Outcome, Plan, journal},
};

use super::{
    App,
    messages::{AppCmd, AppMsg},
};
use crate::{
    delete::{DeleteDialog, DeleteInit},
    dialogs,
    errors::{self, UserText},
    host::HostMsg,
    i18n::{gettext, gettext_f},
    jobs::board::{JobId, JobState},
    storage::StorageMsg,
    tell::Tell,
    texts,
};

/// Keeps the computer awake, and the window from closing unasked, while plans are under way.
#[derive(Default)]
pub(super) struct Awake {
    cookie: Option<u32>,
    busy: Rc<Cell<bool>>,
}

impl Awake {
    /// Holds it awake, or no longer.
    fn set(&mut self, on: bool, window: &adw::ApplicationWindow) {
        self.busy.set(on);
        let application = relm4::main_application();
        match (on, self.cookie) {
            (true, None) => {
                let why = gettext("A change to virtual machines is under way");
                let flags = relm4::gtk::ApplicationInhibitFlags::SUSPEND | relm4::gtk::ApplicationInhibitFlags::LOGOUT;
                self.cookie = Some(application.inhibit(Some(window), flags, Some(&why))).filter(|cookie| *cookie > 0);
            }
            (false, Some(cookie)) => {
                application.uninhibit(cookie);
                self.cookie = None;
            }
            _ => {}
        }
    }
}

impl App {
    /// A plan was made off this thread: it is run, or said why it cannot be.
    pub(super) fn planned(&mut self, plan: Result<Plan, HostError>, sender: &ComponentSender<Self>) {
        match plan {
            Ok(plan) => drop(self.run_plan(plan, sender)),
            Err(error) => self.failures.add(UserText::from(&error), &self.toasts, &self.window),
        }
    }

    /// Runs a plan as a job.
    pub(super) fn run_plan(&mut self, plan: Plan, sender: &ComponentSender<Self>) -> JobId {
        let job = plan::start(plan.clone(), &journal::folder());
        self.follow(texts::purpose(plan.purpose()), plan.commands(), plan, job, sender)
    }

    /// Lists a run, and hears of it until it ends.
    fn follow(
        &mut self,
        title: String,
        commands: Vec<CommandLine>,
        plan: Plan,
        job: plan::Job,
        sender: &ComponentSender<Self>,
    ) -> JobId {
        let (events, input) = (job.events(), sender.input_sender().clone());
        let id = self.board.start_plan(title, commands, plan, job);
        relm4::spawn_local(async move {
            while let Ok(event) = events.recv().await {
                if input.send(AppMsg::Plan(id, event)).is_err() {
                    break;
                }
            }
        });
        self.awake.set(true, &self.window);
        self.tell_jobs(sender);
        id
    }

    pub(super) fn plan_told(&mut self, id: JobId, event: JobEvent, sender: &ComponentSender<Self>) {
        match event {
            JobEvent::Ended(outcome) => self.plan_ended(id, &outcome, sender),
            event => self.board.told(id, &event),
        }
        self.tell_jobs(sender);
    }

    fn plan_ended(&mut self, id: JobId, outcome: &Outcome, sender: &ComponentSender<Self>) {
        let Some(run) = self.board.get(id).and_then(|job| job.run.clone()) else { return };
        let failure = errors::plan::failure(&run.plan, outcome);
        let state = match (&failure, outcome) {
            (Some(text), _) => JobState::Failed(text.clone()),
            (None, Outcome::Done) => JobState::Done,
            (None, _) => JobState::Undone,
        };
        let Some(job) = self.board.end(id, state.clone()) else { return };
        if let Some(host) = &self.host {
            host.refresh_networks();
            host.refresh_pools();
        }
        self.storage.tell(StorageMsg::Again);
        let (title, undoable) = (job.title.clone(), job.undoable().is_some());
        self.look_at_chains(sender);
        self.tell_wizard_to_look();
        self.awake.set(self.board.plans_running() > 0, &self.window);
        self.tell_host_page(|| HostMsg::Changed);
        self.notify(&title, &state);
        if failure.is_none() {
            self.made(id, &run.plan, sender);
        }
        // One that a quota refused may run again.
        if outcome.refusal().is_none() {
            self.needs.remove(&id);
        }
        match (failure, state) {
            (Some(text), _) if self.offer_again(id, &text, sender) => {}
            (Some(text), _) => self.failed(&title, text, &run.plan, outcome, sender),
            (None, JobState::Done) => self.say_done(id, &title, undoable, sender),
            (None, _) => self.say(&gettext_f("{job}: all is as it was before", &[("job", &title)])),
        }
    }

    /// Says why a plan failed. One that a project's quota refused can be run again once that is raised.
    fn failed(&mut self, title: &str, text: UserText, plan: &Plan, outcome: &Outcome, sender: &ComponentSender<Self>) {
        match outcome.refusal() {
            Some(refusal) => self.offer_raise(&text, refusal.clone(), Some(Box::new(plan.clone())), sender),
            None => self.complain(title, text),
        }
    }

    fn say(&self, text: &str) {
        self.toasts.add_toast(adw::Toast::builder().title(text).use_markup(false).build());
    }

    fn say_done(&mut self, id: JobId, title: &str, undoable: bool, sender: &ComponentSender<Self>) {
        let text = gettext_f("{job}: done", &[("job", title)]);
        let toast = adw::Toast::builder().title(text).use_markup(false).build();
        if undoable {
            toast.set_button_label(Some(&gettext("Undo")));
            toast.set_timeout(10);
            let input = sender.input_sender().clone();
            toast.connect_button_clicked(move |_| drop(input.send(AppMsg::UndoPlan(id))));
        }
        self.say_news(toast);
    }

    /// Says that something is done, in place of what was done before: its button is for what was done last, which does not
    /// wait until older news have been looked at.
    pub(super) fn say_news(&mut self, toast: adw::Toast) {
        if let Some(old) = self.news.replace(toast.clone()) {
            old.dismiss();
        }
        self.toasts.add_toast(toast);
    }

    /// Tells the desktop, for a user who looks elsewhere.
    fn notify(&self, title: &str, state: &JobState) {
        if self.window.is_active() {
            return;
        }
        let body = match state {
            JobState::Failed(text) => text.title.clone(),
            JobState::Undone => gettext("Undone"),
            _ => gettext("Done"),
        };
        let notification = gio::Notification::new(title);
        notification.set_body(Some(&body));
        relm4::main_application().send_notification(None, &notification);
    }

    pub(super) fn cancel_plan(&self, id: JobId) {
        if let Some(run) = self.board.get(id).and_then(|job| job.run.as_ref()) {
            run.job.cancel();
        }
    }

    /// Undoes a plan that is done; asks first where something that was made is deleted again.
    pub(super) fn undo_plan(&self, id: JobId, sender: &ComponentSender<Self>) {
        let Some(plan) = self.board.get(id).and_then(|job| job.undoable()) else { return };
        let input = sender.input_sender().clone();
        let agreed = move || drop(input.send(AppMsg::UndoAgreed(id)));
        if plan.makes_something() {
            let body = if plan.makes_machine() {
                gettext(
                    "What was made is deleted again, the machine with its new disks, and all that was done in it since.",
                )
            } else {
                crate::storage::texts::undoing_a_volume()
            };
            dialogs::ask_undo(&texts::purpose(plan.purpose()), &body, &self.window, agreed);
        } else {
            agreed();
        }
    }

    pub(super) fn undo_agreed(&mut self, id: JobId, sender: &ComponentSender<Self>) {
        let Some(run) = self.board.get(id).filter(|job| job.undoable().is_some()).and_then(|job| job.run.clone())
        else {
            return;
        };
        // What is undone once cannot be undone again.
        self.board.end(id, JobState::Undone);
        let title = gettext_f("Undo: {job}", &[("job", &texts::purpose(run.plan.purpose()))]);
        let job = plan::undo(run.plan.clone(), run.job.made(), &journal::folder());
        self.follow(title, run.plan.undo_commands(), run.plan, job, sender);
    }

    /// Looks for plans that were cut off, here or by a crash; files are read, so not on this thread.
    pub(super) fn look_for_unfinished(sender: &ComponentSender<Self>) {
        sender.spawn_oneshot_command(|| {
            AppCmd::Unfinished(journal::unfinished(&journal::folder()).unwrap_or_else(|error| {
                tracing::warn!(%error, "no journals");
                Vec::new()
            }))
        });
    }

    /// Asks about each plan of this host that was cut off.
    pub(super) fn ask_about(&self, plans: Vec<journal::Unfinished>, sender: &ComponentSender<Self>) {
        let Some(host) = &self.host else { return };
        for unfinished in plans.into_iter().filter(|unfinished| unfinished.plan().host() == host.uri()) {
            let input = sender.input_sender().clone();
            dialogs::ask_unfinished(unfinished, &self.window, move |plan, finish| {
                drop(input.send(AppMsg::Resume(Box::new(plan), finish)));
            });
        }
    }

    pub(super) fn resume_plan(&mut self, plan: journal::Unfinished, finish: bool, sender: &ComponentSender<Self>) {
        let title = texts::purpose(plan.plan().purpose());
        let title = if finish { title } else { gettext_f("Undo: {job}", &[("job", &title)]) };
        let (what, commands) = (plan.plan().clone(), plan.commands(finish));
        self.follow(title, commands, what, plan::resume(plan, finish), sender);
    }

    /// Takes the machines in question out of libvirt's list; it can be undone, so nobody is asked.
    pub(super) fn undefine(&self, sender: &ComponentSender<Self>) {
        let (Some(host), off) = (self.host.clone(), self.picture.shut_off(&self.targets())) else { return };
        if !off.is_empty() {
            sender.oneshot_command(async move { AppCmd::Planned(host.plan_undefine(off).await) });
        }
    }

    /// Opens the dialog that deletes the machines in question.
    pub(super) fn delete(&mut self, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        let targets = self.targets();
        let named =
            targets.iter().filter_map(|id| self.picture.get(*id)).map(|domain| (domain.id, domain.name.clone()));
        let machines: Vec<_> = named.collect();
        if machines.is_empty() {
            return;
        }
        let dialog = DeleteDialog::builder().launch(DeleteInit { host, machines });
        let dialog = dialog.forward(sender.input_sender(), AppMsg::Deleting);
        dialog.widget().present(Some(&self.window));
        self.deleting = Some(dialog);
    }

    /// Does not let the window close over a plan without a word.
    pub(super) fn guard_close(&self, sender: &ComponentSender<Self>) {
        let input = sender.input_sender().clone();
        let busy = Rc::clone(&self.awake.busy);
        self.window.connect_close_request(move |_| {
            if busy.get() && input.send(AppMsg::CloseAsked).is_ok() {
                return relm4::gtk::glib::Propagation::Stop;
            }
            relm4::gtk::glib::Propagation::Proceed
        });
    }

    pub(super) fn ask_to_close(&self) {
        let (busy, window) = (Rc::clone(&self.awake.busy), self.window.clone());
        dialogs::ask_to_close(&self.window, move || {
            busy.set(false);
            window.close();
        });
    }
}
