//! The window's side of moving machines to a project, of giving one another size, and of raising a quota for either.

use relm4::{adw::prelude::*, prelude::*};

use lectern_model::project::{Refusal, Why};
use lectern_services::{
    catalog::CatalogError,
    host::{Changed, PlaceError},
    plan::Plan,
};

use std::sync::Arc;

use super::{
    App,
    messages::{AppCmd, AppMsg},
};
use crate::{
    dialogs,
    errors::{self, UserText},
    i18n::{gettext, gettext_f},
    jobs::board::{JobId, JobState},
    place::{PlaceDialog, PlaceOutput, PlacePurpose},
};

impl App {
    pub(super) fn move_to_project(&mut self, sender: &ComponentSender<Self>) {
        let targets = self.targets();
        let named = targets.iter().filter_map(|id| self.picture.get(*id));
        let machines: Vec<_> = named.map(|domain| (domain.id, domain.name.clone())).collect();
        if !machines.is_empty() {
            self.open_place(PlacePurpose::Move(machines), sender);
        }
    }

    pub(super) fn resize_to_flavor(&mut self, sender: &ComponentSender<Self>) {
        let targets = self.targets();
        let [id] = targets.as_slice() else { return };
        let Some(domain) = self.picture.get(*id) else { return };
        self.open_place(PlacePurpose::Resize(domain.id, domain.name.clone()), sender);
    }

    fn open_place(&mut self, purpose: PlacePurpose, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone().filter(|_| self.situation.is_connected() && self.place.is_none()) else {
            return;
        };
        let dialog = PlaceDialog::builder().launch((host, purpose)).forward(sender.input_sender(), AppMsg::Place);
        dialog.widget().present(Some(&self.window));
        self.place = Some(dialog);
        self.watch();
    }

    pub(super) fn place_said(&mut self, output: PlaceOutput, sender: &ComponentSender<Self>) {
        match output {
            PlaceOutput::Run(plan) => drop(self.run_plan(*plan, sender)),
            PlaceOutput::Raise(refusal) => self.raise(*refusal, None, sender),
            PlaceOutput::Closed => {
                self.place = None;
                self.watch();
            }
        }
    }

    /// A plan that changes a machine's configuration was made, or its project does not take what it needs.
    pub(super) fn edit_planned(&mut self, plan: Result<Plan, PlaceError>, sender: &ComponentSender<Self>) {
        match plan {
            Ok(plan) => drop(self.run_plan(plan, sender)),
            Err(PlaceError::Catalog(CatalogError::Refused(refusal))) => {
                self.offer_raise(&errors::project::refused(&refusal), refusal, None, sender);
            }
            Err(error) => self.failures.add(UserText::from(&error), &self.toasts, &self.window),
        }
    }

    /// Says what a project refused, and offers to raise its quota where that is all there is to it; what was refused is
    /// run again then.
    pub(super) fn offer_raise(
        &self,
        text: &UserText,
        refusal: Refusal,
        then: Option<Box<Plan>>,
        sender: &ComponentSender<Self>,
    ) {
        if !matches!(refusal.why, Why::Quota(_)) {
            return dialogs::show_error(text, &self.window);
        }
        let verb = if then.is_some() { gettext("_Raise and Try Again") } else { gettext("_Raise to What Is Needed") };
        let input = sender.input_sender().clone();
        dialogs::offer(text, &verb, &self.window, move || drop(input.send(AppMsg::Raise(Box::new(refusal), then))));
    }

    /// Sets a quota to what is needed: the answer to a refusal. What is given is run then.
    pub(super) fn raise(&mut self, refusal: Refusal, then: Option<Box<Plan>>, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        let project = refusal.project.clone();
        let job = self.board.start_edit(title(&project));
        self.tell_jobs(sender);
        sender.oneshot_command(
            async move { AppCmd::Raised(job, project, Box::new(host.raise_quota(refusal).await), then) },
        );
    }

    pub(super) fn raised(
        &mut self,
        job: JobId,
        project: &str,
        result: Result<Changed, CatalogError>,
        then: Option<Box<Plan>>,
        sender: &ComponentSender<Self>,
    ) {
        match result {
            Ok(changed) => {
                self.board.note_edit(job, changed.here, changed.openstack);
                self.board.end(job, JobState::Done);
                self.catalog_changed(&Arc::new(changed.kept), sender);
                if let Some(plan) = then {
                    self.run_plan(*plan, sender);
                }
            }
            Err(error) => {
                let text = UserText::from(&error);
                self.board.end(job, JobState::Failed(text.clone()));
                self.complain(&title(project), text);
            }
        }
        self.tell_jobs(sender);
    }
}

fn title(project: &str) -> String {
    gettext_f("Raise the quota of the project {project}", &[("project", project)])
}
