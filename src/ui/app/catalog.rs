//! The window's side of projects and flavors: their pages, and the changes that they come to.

use std::sync::Arc;

use relm4::{adw, prelude::*};

use lectern_model::catalog::Edit;
use lectern_services::{
    catalog::{CatalogError, Kept},
    host::{Changed, DomainChanges},
};

use super::{
    App,
    messages::{AppCmd, AppMsg},
};
use crate::{
    catalog::{CatalogOutput, words},
    clone::CloneMsg,
    errors::UserText,
    flavors::FlavorsMsg,
    i18n::{gettext, gettext_f},
    jobs::board::{JobId, JobState},
    place::PlaceMsg,
    projects::ProjectsMsg,
    tell::Tell,
    wizards::{import::ImportMsg, install::InstallMsg, lab::LabMsg, xml::XmlMsg},
};

impl App {
    /// The catalogue was changed by anybody.
    pub(super) fn catalog_changed(&mut self, kept: &Arc<Kept>, sender: &ComponentSender<Self>) {
        let projects = kept.catalog.projects.iter().map(|project| project.name.clone()).collect();
        let changed = self.picture.follow_projects(projects);
        if !changed.is_empty() {
            self.domains_changed(DomainChanges { complete: false, changed, removed: Vec::new() }, sender);
        }
        self.projects.tell(ProjectsMsg::Changed(Arc::clone(kept)));
        self.flavors.tell(FlavorsMsg::Changed(Arc::clone(kept)));
        if let Some(dialog) = &self.place {
            dialog.tell(PlaceMsg::Again);
        }
        self.tell_wizards_of_places();
    }

    /// Open wizards offer projects and flavors as they are now, and judge by what is used now.
    pub(super) fn tell_wizards_of_places(&self) {
        if let Some(wizard) = &self.import {
            wizard.tell(ImportMsg::PlacesChanged);
        }
        if let Some(wizard) = &self.install {
            wizard.tell(InstallMsg::PlacesChanged);
        }
        if let Some(wizard) = &self.lab {
            wizard.tell(LabMsg::PlacesChanged);
        }
        if let Some(dialog) = &self.xml {
            dialog.tell(XmlMsg::PlacesChanged);
        }
        if let Some(dialog) = &self.cloning {
            dialog.tell(CloneMsg::PlacesChanged);
        }
    }

    pub(super) fn catalog_said(&mut self, output: CatalogOutput, sender: &ComponentSender<Self>) {
        let CatalogOutput::Edit(edit) = output;
        self.run_edit(*edit, sender);
    }

    /// Makes a change of the catalogue as a job; others may make theirs at the same time.
    pub(super) fn run_edit(&mut self, edit: Edit, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        let job = self.board.start_edit(words::edit(&edit));
        self.tell_jobs(sender);
        sender.oneshot_command(async move {
            let result = host.change_catalog(edit.clone()).await;
            AppCmd::Edited(job, Box::new(edit), Box::new(result))
        });
    }

    pub(super) fn edited(
        &mut self,
        job: JobId,
        edit: &Edit,
        result: Result<Changed, CatalogError>,
        sender: &ComponentSender<Self>,
    ) {
        let title = words::edit(edit);
        match result {
            Ok(changed) => {
                self.board.note_edit(job, changed.here, changed.openstack);
                self.board.end(job, JobState::Done);
                self.catalog_changed(&Arc::new(changed.kept), sender);
                self.say_edited(&title, changed.back, sender);
            }
            Err(error) => {
                let text = UserText::from(&error);
                self.board.end(job, JobState::Failed(text.clone()));
                self.complain(&title, text);
            }
        }
        self.tell_jobs(sender);
    }

    fn say_edited(&mut self, title: &str, back: Option<Edit>, sender: &ComponentSender<Self>) {
        let text = gettext_f("{job}: done", &[("job", title)]);
        let toast = adw::Toast::builder().title(text).use_markup(false).build();
        if let Some(back) = back {
            toast.set_button_label(Some(&gettext("Undo")));
            toast.set_timeout(10);
            let input = sender.input_sender().clone();
            toast.connect_button_clicked(move |_| drop(input.send(AppMsg::Edit(Box::new(back.clone())))));
        }
        self.say_news(toast);
    }
}
