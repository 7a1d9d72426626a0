//! The window's side of making machines: its wizards, and another try where a plan failed.

use relm4::{adw, adw::prelude::*, prelude::*};

use lectern_model::{
    draft::{
        import::ImportDraft,
        install::{InstallDraft, Origin},
    },
    id::DomainId,
    metadata::LabMark,
};
use lectern_services::{host::StorageError, making, plan::Plan};

use super::{
    App,
    messages::{AppCmd, AppMsg},
};
use crate::{
    clone::{CloneDialog, CloneInit, CloneOutput},
    dialogs,
    errors::UserText,
    export::{self, Export},
    i18n::{gettext, gettext_f},
    jobs::board::JobId,
    machine::Tab,
    tell::Tell,
    wizards::{
        import::{self, ImportInit, ImportMsg, ImportOutput, ImportWizard},
        install::{InstallInit, InstallMsg, InstallOutput, InstallWizard, Kept},
        lab::{LabInit, LabMsg, LabOutput, LabWizard},
        xml::{XmlDialog, XmlInit, XmlMsg, XmlOutput},
    },
};

/// What a plan under way was made of, for another try.
#[derive(Debug)]
pub(crate) enum Draft {
    /// A machine of a disk that exists.
    Import(import::Kept),
    /// A machine that is installed, with what its plan copies.
    Install(Kept),
}

impl App {
    pub(super) fn try_again(&mut self, draft: Draft, sender: &ComponentSender<Self>) {
        match draft {
            Draft::Import(kept) => self.new_import(Some(kept.draft), sender),
            Draft::Install(kept) => self.new_install(kept.draft.origin, Some(kept.draft), sender),
        }
    }

    /// Opens the wizard that installs a system, with a draft to go on with where one failed.
    pub(super) fn new_install(&mut self, origin: Origin, draft: Option<InstallDraft>, sender: &ComponentSender<Self>) {
        if self.install.is_some() {
            return;
        }
        let Some(host) = self.host.clone().filter(|_| self.situation.is_connected()) else { return };
        let (settings, names) = (self.settings.clone(), self.picture.names());
        let init = InstallInit { host, settings, names, origin, draft };
        let wizard = InstallWizard::builder().launch(init).forward(sender.input_sender(), AppMsg::Install);
        let dialog: &adw::Dialog = wizard.widget();
        dialog.present(Some(&self.window));
        self.install = Some(wizard);
        self.watch();
    }

    pub(super) fn install_said(&mut self, output: InstallOutput, sender: &ComponentSender<Self>) {
        match output {
            InstallOutput::Finish(plan, kept) => {
                let job = self.run_plan(*plan, sender);
                self.drafts.insert(job, Draft::Install(*kept));
            }
            InstallOutput::Prepare(plan) => drop(self.run_plan(*plan, sender)),
            InstallOutput::Mend(mend) => self.mend(mend, sender),
            InstallOutput::Raise(refusal) => self.raise(*refusal, None, sender),
            InstallOutput::Closed => {
                self.install = None;
                self.watch();
            }
        }
    }

    /// A plan was done: its installer is shown where it talks, on the serial console or on the screen.
    pub(super) fn made(&mut self, job: JobId, plan: &Plan, sender: &ComponentSender<Self>) {
        let draft = self.drafts.remove(&job);
        if let (Some(Draft::Install(kept)), Some(id)) = (draft, plan.made_machine()) {
            let talks = kept.draft.origin == Origin::Tree && kept.draft.serial;
            self.show_list();
            self.open(id, if talks { Tab::Serial } else { Tab::Screen }, sender);
        }
    }

    /// Opens the wizard for a disk that exists, with a draft to go on with where one failed.
    pub(super) fn new_import(&mut self, draft: Option<ImportDraft>, sender: &ComponentSender<Self>) {
        if self.import.is_some() {
            return;
        }
        let Some(host) = self.host.clone().filter(|_| self.situation.is_connected()) else { return };
        let init = ImportInit { host, settings: self.settings.clone(), names: self.picture.names(), draft };
        let wizard = ImportWizard::builder().launch(init).forward(sender.input_sender(), AppMsg::Import);
        let dialog: &adw::Dialog = wizard.widget();
        dialog.present(Some(&self.window));
        self.import = Some(wizard);
        self.watch();
    }

    pub(super) fn import_said(&mut self, output: ImportOutput, sender: &ComponentSender<Self>) {
        match output {
            ImportOutput::Finish(plan, kept) => {
                let job = self.run_plan(*plan, sender);
                self.drafts.insert(job, Draft::Import(*kept));
            }
            ImportOutput::Prepare(plan) => drop(self.run_plan(*plan, sender)),
            ImportOutput::Mend(mend) => self.mend(mend, sender),
            ImportOutput::Raise(refusal) => self.raise(*refusal, None, sender),
            ImportOutput::Closed => {
                self.import = None;
                self.watch();
            }
        }
    }

    /// Opens the dialog that clones the machine in question.
    pub(super) fn clone_one(&mut self, sender: &ComponentSender<Self>) {
        let targets = self.targets();
        let (Some(host), [id]) = (self.host.clone(), targets.as_slice()) else { return };
        let Some(domain) = self.picture.get(*id) else { return };
        let init = CloneInit { host, id: *id, name: domain.name.clone() };
        let dialog = CloneDialog::builder().launch(init).forward(sender.input_sender(), AppMsg::Cloning);
        dialog.widget().present(Some(&self.window));
        self.cloning = Some(dialog);
        self.watch();
    }

    pub(super) fn clone_said(&mut self, output: CloneOutput, sender: &ComponentSender<Self>) {
        match output {
            CloneOutput::Run(plan) => drop(self.run_plan(*plan, sender)),
            CloneOutput::Raise(refusal) => self.raise(*refusal, None, sender),
            CloneOutput::Closed => {
                self.cloning = None;
                self.watch();
            }
        }
    }

    /// Opens the wizard for a new lab, or for more machines of one.
    pub(super) fn new_lab(&mut self, grow: Option<(LabMark, Option<DomainId>)>, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone().filter(|_| self.lab.is_none() && self.situation.is_connected()) else {
            return;
        };
        let targets = self.targets();
        let (lab, template) = match grow {
            Some((lab, template)) => (Some(lab), template),
            None => (None, targets.first().copied().filter(|_| targets.len() == 1)),
        };
        let init = LabInit { host, settings: self.settings.clone(), template, lab };
        let wizard = LabWizard::builder().launch(init).forward(sender.input_sender(), AppMsg::Lab);
        let dialog: &adw::Dialog = wizard.widget();
        dialog.present(Some(&self.window));
        self.lab = Some(wizard);
        self.watch();
    }

    pub(super) fn lab_said(&mut self, output: LabOutput, sender: &ComponentSender<Self>) {
        match output {
            LabOutput::Finish(plan, needs) => {
                let job = self.run_plan(*plan, sender);
                self.needs.insert(job, needs);
            }
            LabOutput::Raise(refusal) => self.raise(*refusal, None, sender),
            LabOutput::Closed => {
                self.lab = None;
                self.watch();
            }
        }
    }

    /// Opens the dialog for a machine from a file.
    pub(super) fn new_from_xml(&mut self, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone().filter(|_| self.xml.is_none() && self.situation.is_connected()) else {
            return;
        };
        let init = XmlInit { host, machines: self.picture.machines() };
        let controller = XmlDialog::builder().launch(init).forward(sender.input_sender(), AppMsg::Xml);
        let dialog: &adw::Dialog = controller.widget();
        dialog.present(Some(&self.window));
        self.xml = Some(controller);
        self.watch();
    }

    pub(super) fn xml_said(&mut self, output: XmlOutput, sender: &ComponentSender<Self>) {
        match output {
            XmlOutput::Finish(plan) => drop(self.run_plan(*plan, sender)),
            XmlOutput::Raise(refusal) => self.raise(*refusal, None, sender),
            XmlOutput::Closed => {
                self.xml = None;
                self.watch();
            }
        }
    }

    /// Asks where the XML of the machine in question goes.
    pub(super) fn ask_export(&self, sender: &ComponentSender<Self>) {
        let targets = self.targets();
        let [id] = targets.as_slice() else { return };
        let (Some(domain), Some(host)) = (self.picture.get(*id), &self.host) else { return };
        let (input, id) = (sender.input_sender().clone(), *id);
        export::ask(domain, host.uri(), &self.window, move |wanted| drop(input.send(AppMsg::Export(id, wanted))));
    }

    pub(super) fn export_xml(&self, id: DomainId, wanted: Export, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        sender.oneshot_command(async move {
            let result = making::export(&host, id, &wanted.path, wanted.secrets).await;
            AppCmd::Exported(wanted, result)
        });
    }

    pub(super) fn exported(&mut self, wanted: &Export, result: Result<(), StorageError>) {
        let path = wanted.path.display().to_string();
        match result {
            Ok(()) => {
                let text = gettext_f("Exported to {path}", &[("path", &path)]);
                self.toasts.add_toast(adw::Toast::builder().title(text).use_markup(false).build());
            }
            Err(error) => self.complain(&gettext("Export XML"), UserText::from(&error)),
        }
    }

    /// A plan has ended, and may have prepared what an open wizard needs.
    pub(super) fn tell_wizard_to_look(&self) {
        if let Some(wizard) = &self.import {
            wizard.tell(ImportMsg::Refresh);
        }
        if let Some(wizard) = &self.install {
            wizard.tell(InstallMsg::Refresh);
        }
    }

    /// Tells an open wizard which names are taken now.
    pub(super) fn tell_wizard(&self) {
        if let Some(dialog) = &self.xml {
            dialog.tell(XmlMsg::Machines(self.picture.machines()));
        }
        if let Some(wizard) = &self.lab {
            wizard.tell(LabMsg::Names(self.picture.names()));
        }
        if let Some(wizard) = &self.import {
            wizard.tell(ImportMsg::Names(self.picture.names()));
        }
        if let Some(wizard) = &self.install {
            wizard.tell(InstallMsg::Names(self.picture.names()));
        }
    }

    /// Says why a machine was not made, and offers the wizard with everything still filled in. Whether there was a draft
    /// to offer.
    pub(super) fn offer_again(&mut self, job: JobId, failure: &UserText, sender: &ComponentSender<Self>) -> bool {
        let Some(draft) = self.drafts.remove(&job) else { return false };
        let input = sender.input_sender().clone();
        dialogs::offer_wizard(failure, &self.window, move || drop(input.send(AppMsg::TryAgain(Box::new(draft)))));
        true
    }
}
