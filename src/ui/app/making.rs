//! The window's side of making machines: its wizards, and another try where a plan failed.

use relm4::{adw, adw::prelude::*, prelude::*};

use lectern_model::{draft::import::ImportDraft, id::DomainId};
use lectern_services::{host::StorageError, making};

use super::{
    App,
    messages::{AppCmd, AppMsg},
};
use crate::{
    dialogs,
    errors::UserText,
    export::{self, Export},
    i18n::{gettext, gettext_f},
    jobs::board::JobId,
    wizards::{
        import::{ImportInit, ImportMsg, ImportOutput, ImportWizard},
        xml::{XmlDialog, XmlInit, XmlMsg, XmlOutput},
    },
};

impl App {
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
    }

    pub(super) fn import_said(&mut self, output: ImportOutput, sender: &ComponentSender<Self>) {
        match output {
            ImportOutput::Finish(plan, draft) => {
                let job = self.run_plan(*plan, sender);
                self.drafts.insert(job, *draft);
            }
            ImportOutput::Prepare(plan) => drop(self.run_plan(*plan, sender)),
            ImportOutput::Mend(mend) => self.mend(mend, sender),
            ImportOutput::Closed => self.import = None,
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
    }

    pub(super) fn xml_said(&mut self, output: XmlOutput, sender: &ComponentSender<Self>) {
        match output {
            XmlOutput::Finish(plan) => drop(self.run_plan(*plan, sender)),
            XmlOutput::Closed => self.xml = None,
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
            wizard.emit(ImportMsg::Refresh);
        }
    }

    /// Tells an open wizard which names are taken now.
    pub(super) fn tell_wizard(&self) {
        if let Some(dialog) = &self.xml {
            dialog.emit(XmlMsg::Machines(self.picture.machines()));
        }
        if let Some(wizard) = &self.import {
            wizard.emit(ImportMsg::Names(self.picture.names()));
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
