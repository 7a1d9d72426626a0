//! The wizard that makes a machine of a disk that exists.

mod choices;
mod cloud;
mod messages;
mod review;
mod usage;
pub(crate) mod words;
mod work;

use std::{collections::HashSet, sync::Arc};

use relm4::{adw, adw::prelude::*, prelude::*};

use lectern_model::draft::import::{Facts, Field, ImportDraft, Page};
use lectern_services::{host::Host, install::Scratch, plan::Plan, readiness::Mend};

pub(crate) use self::messages::{ImportInit, ImportMsg, ImportOutput, Kept};
use self::{cloud::CloudGroup, messages::ImportCmd, usage::UsagePage};
use super::{
    frame::{Fields, Frame, Review, Step},
    machine::MachinePages,
    picker::{Kind, Picker},
};
use crate::i18n::gettext;

/// The wizard.
pub(crate) struct ImportWizard {
    host: Host,
    draft: ImportDraft,
    facts: Facts,
    /// Pages on which the user wanted to go on: all their problems are said.
    asked: HashSet<Page>,
    /// Whether the draft is one to go on with, so that nothing is suggested.
    kept: bool,
    plan: Option<Plan>,
    /// The folder with the disc for cloud-init, which the plan needs.
    seed: Option<Arc<Scratch>>,
    dialog: adw::Dialog,
    frame: Frame,
    fields: Fields<Field>,
    picker: Picker,
    usage: UsagePage,
    cloud: CloudGroup,
    machine: MachinePages,
    review: Review,
    status: adw::PreferencesGroup,
    input: relm4::Sender<ImportMsg>,
}

impl Component for ImportWizard {
    type Init = ImportInit;
    type Input = ImportMsg;
    type Output = ImportOutput;
    type CommandOutput = ImportCmd;
    type Root = adw::Dialog;
    type Widgets = ();

    fn init_root() -> adw::Dialog {
        adw::Dialog::new()
    }

    fn init(init: ImportInit, dialog: adw::Dialog, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let mut model = Self::new(init, &dialog, &sender);
        model.load(&sender);
        model.show();
        ComponentParts { model, widgets: () }
    }

    fn update(&mut self, message: ImportMsg, sender: ComponentSender<Self>, _root: &adw::Dialog) {
        match message {
            ImportMsg::Frame(event) => self.frame_said(event, &sender),
            ImportMsg::Names(names) => self.facts.names = names.into_iter().collect(),
            ImportMsg::Pick(message) => self.picked(message, &sender),
            ImportMsg::Refresh => self.look_again(&sender),
            ImportMsg::MakePool => drop(sender.output(ImportOutput::Mend(Mend::Pool))),
            ImportMsg::Mend => self.draft.mend_access = true,
            ImportMsg::Usage(usage) => self.use_it(usage),
            ImportMsg::Raise(refusal) => drop(sender.output(ImportOutput::Raise(Box::new(refusal)))),
            ImportMsg::PlacesChanged => self.ask_places(&sender),
            ImportMsg::OverlaySize(size) => self.resize(size),
            ImportMsg::Format(format) => self.draft.format = format,
            ImportMsg::Cloud(cloud) => self.draft.cloud = cloud,
            ImportMsg::Whole(whole) => self.draft.whole = whole,
            ImportMsg::Pool(nth) => self.put_into(nth),
            ImportMsg::Machine(message) => self.act(message),
        }
        self.show();
    }

    fn update_cmd(&mut self, message: ImportCmd, sender: ComponentSender<Self>, _root: &adw::Dialog) {
        match message {
            ImportCmd::Surroundings(told) => self.surroundings(told, &sender),
            ImportCmd::Systems(systems) => self.machine.systems_known(systems, &self.draft.machine),
            ImportCmd::Appliance(path, system) => self.appliance_known(&path, system.as_deref()),
            ImportCmd::Probed(broken) => self.machine.probed(broken, &self.draft.machine, &self.facts),
            ImportCmd::Places(projects, flavors) => self.machine.places(projects, flavors, &mut self.facts),
            ImportCmd::Planned(plan) => self.planned(plan.map(|plan| *plan)),
        }
        self.show();
    }
}

impl ImportWizard {
    fn new(init: ImportInit, dialog: &adw::Dialog, sender: &ComponentSender<Self>) -> Self {
        let input = sender.input_sender();
        let facts = Facts { names: init.names.into_iter().collect(), ..Facts::default() };
        let kept = init.draft.is_some();
        let mut fields = Fields::new();
        let told = input.clone();
        let picker = Picker::new(&init.host, Kind::Disks, move |message| drop(told.send(ImportMsg::Pick(message))));
        fields.note(Field::Source, picker.view.field(), picker.view.found());
        let disk = picker.view.page();
        let usage = UsagePage::new(input, &mut fields);
        let told = input.clone();
        let tell = move |message| drop(told.send(ImportMsg::Machine(message)));
        let machine = MachinePages::new(&init.host, &init.settings, &mut fields, Field::Machine, tell);
        let cloud = CloudGroup::new(input, &mut fields);
        machine.system.widget().add(cloud.widget());
        let draft = init.draft.unwrap_or_else(|| ImportDraft::new(&machine.wishes, &facts));
        let review = Review::new(None);
        let status = adw::PreferencesGroup::new();
        review.widget().add(&status);
        let step = |page, title, content: &adw::PreferencesPage| (page, title, content.clone().upcast::<gtk::Widget>());
        let pages = [
            step(Page::Disk, gettext("Disk"), &disk),
            step(Page::Use, gettext("Use"), usage.widget()),
            step(Page::System, gettext("System"), machine.system.widget()),
            step(Page::Network, gettext("Network and Start"), machine.network.widget()),
            step(Page::Review, gettext("Review"), review.widget()),
        ];
        let steps: Vec<Step<'_>> = pages
            .iter()
            .map(|(page, title, content)| Step {
                tag: tag(*page),
                title: title.clone(),
                content,
                next: (*page == Page::Review).then(|| gettext("C_reate")),
            })
            .collect();
        let events = input.clone();
        let tell = move |event| drop(events.send(ImportMsg::Frame(event)));
        let frame = Frame::new(dialog, &gettext("Import an Existing Disk"), &steps, tell);
        Self {
            host: init.host,
            draft,
            facts,
            asked: HashSet::new(),
            kept,
            plan: None,
            seed: None,
            dialog: dialog.clone(),
            frame,
            fields,
            picker,
            usage,
            cloud,
            machine,
            review,
            status,
            input: input.clone(),
        }
    }
}

/// The name of a page in code.
const fn tag(page: Page) -> &'static str {
    match page {
        Page::Disk => "disk",
        Page::Use => "use",
        Page::System => "system",
        Page::Network => "network",
        Page::Review => "review",
    }
}
