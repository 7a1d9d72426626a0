//! The wizard that makes a lab: many machines from one template.

mod cells;
mod choice;
pub(crate) mod guest;
mod messages;
mod more;
mod names;
mod network;
mod review;
mod roster;
mod table;
mod words;
mod work;

use std::collections::HashSet;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{
    draft::lab::{Field, LabDraft, LabFacts, Suggestion},
    flavor::Flavor,
    roster::Roster,
};
use lectern_services::{
    host::Host,
    plan::{
        Plan,
        make::lab::{LabSource, LabStock},
    },
};

pub(crate) use self::messages::{LabInit, LabMsg, LabOutput};
use self::{guest::GuestRows, messages::LabCmd, more::MoreRows, names::NameRows, network::NetworkRows, table::Table};
use super::frame::{Fields, Frame, Review, Step};
use crate::{i18n::gettext, settings::Settings};

/// Wide enough for the table of the machines.
const WIDTH: i32 = 760;

/// The pages, in their order.
const MACHINES: &str = "machines";
const PREVIEW: &str = "preview";
const REVIEW: &str = "review";

/// The wizard.
pub(crate) struct LabWizard {
    host: Host,
    settings: Settings,
    init: LabInit,
    draft: LabDraft,
    suggested: Suggestion,
    /// What was written as a count, while a roster counts instead.
    count: String,
    roster: Roster,
    /// What the host has; none as long as it is asked.
    stock: Option<Box<LabStock>>,
    /// The flavors in the row, in its order.
    offered: Vec<Flavor>,
    /// The template; none as long as it is looked at.
    source: Option<Box<LabSource>>,
    /// The facts before there is a template.
    bare: LabFacts,
    /// Pages on which the user wanted to go on: all their problems are said.
    asked: HashSet<&'static str>,
    plan: Option<Plan>,
    /// Counts the plans, so that only the last is taken.
    plans: u64,
    dialog: adw::Dialog,
    frame: Frame,
    fields: Fields<Field>,
    names: NameRows,
    network: NetworkRows,
    more: MoreRows,
    guest: GuestRows,
    table: Table,
    review: Review,
    status: adw::PreferencesGroup,
    input: relm4::Sender<LabMsg>,
}

impl Component for LabWizard {
    type Init = LabInit;
    type Input = LabMsg;
    type Output = LabOutput;
    type CommandOutput = LabCmd;
    type Root = adw::Dialog;
    type Widgets = ();

    fn init_root() -> adw::Dialog {
        adw::Dialog::new()
    }

    fn init(init: LabInit, dialog: adw::Dialog, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let mut model = Self::new(init, &dialog, &sender);
        model.look(&sender);
        model.show();
        ComponentParts { model, widgets: () }
    }

    fn update(&mut self, message: LabMsg, sender: ComponentSender<Self>, _root: &adw::Dialog) {
        match message {
            LabMsg::Frame(event) => return self.frame_said(event, &sender),
            LabMsg::Names(names) => self.names_are(names),
            LabMsg::Template(nth) => self.choose_template(nth, &sender),
            LabMsg::Name(name) => self.draft.name = name,
            LabMsg::Students(on) => self.by_roster(on),
            LabMsg::Pattern(pattern) => self.set_pattern(pattern),
            LabMsg::Count(count) => self.set_count(count),
            LabMsg::Roster(text) => self.read_roster(&text),
            LabMsg::Browse => roster::browse(&self.dialog, &self.input),
            LabMsg::RosterFile(bytes) => self.take_file(&bytes),
            LabMsg::Taken(taken) => self.draft.taken = taken,
            LabMsg::Network(nth) => self.join(nth),
            LabMsg::Fixed(fixed) => self.fix_addresses(fixed),
            LabMsg::Addresses(text) => self.set_addresses(text),
            LabMsg::Size(nth) => self.choose_size(nth),
            LabMsg::Memory(memory) => self.set_size(Some(memory), None),
            LabMsg::Vcpus(vcpus) => self.set_size(None, Some(vcpus)),
            LabMsg::Overlay(size) => self.draft.overlay = Some(size),
            LabMsg::Pool(nth) => self.choose_pool(nth),
            LabMsg::Project(nth) => self.choose_project(nth),
            LabMsg::Cell(row, cell, text) => self.draft.write(row, cell, &text),
            LabMsg::Guest(told) => told.apply(&mut self.draft.guest),
            LabMsg::Start(start) => self.draft.start = start,
            LabMsg::Raise(refusal) => drop(sender.output(LabOutput::Raise(Box::new(refusal)))),
            LabMsg::PlacesChanged => self.ask_places(&sender),
        }
        self.show();
    }

    fn update_cmd(&mut self, message: LabCmd, sender: ComponentSender<Self>, _root: &adw::Dialog) {
        match message {
            LabCmd::Stock(told) => self.stock_known(told, &sender),
            LabCmd::Source(id, told) => self.source_known(id, told),
            LabCmd::Planned(number, plan) => return self.planned(number, plan.map(|plan| *plan)),
            LabCmd::Places(projects, flavors) => self.places_are(projects, flavors),
        }
        self.show();
    }
}

impl LabWizard {
    fn new(init: LabInit, dialog: &adw::Dialog, sender: &ComponentSender<Self>) -> Self {
        let input = sender.input_sender();
        let mut fields = Fields::new();
        let page = adw::PreferencesPage::new();
        let names = NameRows::new(&page, input, &mut fields);
        let network = NetworkRows::new(&page, input, &mut fields);
        let more = MoreRows::new(&page, input, &mut fields);
        let guest = GuestRows::new(&page, input, &mut fields);
        let table = Table::new(input);
        fields.note(Field::Rows, table.view(), table.group());
        let (review, status) = (Review::new(None), adw::PreferencesGroup::new());
        review.widget().add(&status);
        let pages = [page.upcast_ref(), table.page().upcast_ref(), review.widget().upcast_ref()];
        let frame = frame(&init, dialog, input, pages);
        let mut draft = LabDraft { template: init.template, ..LabDraft::default() };
        if let Some(lab) = &init.lab {
            draft.name.clone_from(&lab.name);
            names.fix_name();
        }
        Self {
            host: init.host.clone(),
            settings: init.settings.clone(),
            init,
            draft,
            suggested: Suggestion::default(),
            count: String::new(),
            roster: Roster::default(),
            stock: None,
            offered: Vec::new(),
            source: None,
            bare: LabFacts::default(),
            asked: HashSet::new(),
            plan: None,
            plans: 0,
            dialog: dialog.clone(),
            frame,
            fields,
            names,
            network,
            more,
            guest,
            table,
            review,
            status,
            input: input.clone(),
        }
    }

    /// What the host told, as far as it is known.
    fn facts(&self) -> &LabFacts {
        self.source.as_ref().map_or(&self.bare, |source| &source.facts)
    }
}

fn frame(
    init: &LabInit,
    dialog: &adw::Dialog,
    input: &relm4::Sender<LabMsg>,
    [machines, preview, review]: [&gtk::Widget; 3],
) -> Frame {
    let title = if init.lab.is_some() { gettext("Add Machines") } else { gettext("New Lab") };
    let step = |tag, title, content, next| Step { tag, title, content, next };
    let steps = [
        step(MACHINES, title.clone(), machines, None),
        step(PREVIEW, gettext("The Machines"), preview, None),
        step(REVIEW, gettext("Review"), review, Some(gettext("C_reate"))),
    ];
    let events = input.clone();
    let frame = Frame::new(dialog, &title, &steps, move |event| drop(events.send(LabMsg::Frame(event))));
    dialog.set_content_width(WIDTH);
    frame
}
