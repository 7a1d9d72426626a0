//! The window's side of moving machines to a project, of giving one another size, and of raising a quota for either.

use relm4::{adw::prelude::*, prelude::*};

use lectern_model::project::Refusal;
use lectern_services::{catalog::CatalogError, host::Changed};

use std::sync::Arc;

use super::{
    App,
    messages::{AppCmd, AppMsg},
};
use crate::{
    errors::UserText,
    i18n::gettext_f,
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
            PlaceOutput::Raise(refusal) => self.raise(*refusal, sender),
            PlaceOutput::Closed => {
                self.place = None;
                self.watch();
            }
        }
    }

    /// Sets a quota to what is needed: the answer to a refusal.
    pub(super) fn raise(&mut self, refusal: Refusal, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        let project = refusal.project.clone();
        let job = self.board.start_edit(title(&project));
        self.tell_jobs(sender);
        sender.oneshot_command(async move { AppCmd::Raised(job, project, Box::new(host.raise_quota(refusal).await)) });
    }

    pub(super) fn raised(
        &mut self,
        job: JobId,
        project: &str,
        result: Result<Changed, CatalogError>,
        sender: &ComponentSender<Self>,
    ) {
        match result {
            Ok(changed) => {
                self.board.note_edit(job, changed.here, changed.openstack);
                self.board.end(job, JobState::Done);
                self.catalog_changed(&Arc::new(changed.kept));
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
