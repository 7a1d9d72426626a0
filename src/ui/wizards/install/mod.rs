//! The wizard that installs a system, from a tree, a disc or a boot server: where it comes from, what its installer is told, machine, disk, network.

mod discs;
mod installer;
mod location;
mod messages;
mod plan;
mod review;
mod storage;
mod tree;
mod used;
mod words;
mod work;

use std::{collections::HashSet, sync::Arc};

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::draft::install::{Field, InstallDraft, InstallFacts, Page};
use lectern_services::{
    host::{Copying, Host},
    install::Fetched,
    plan::Plan,
    readiness::Mend,
};

pub(crate) use self::messages::{InstallInit, InstallMsg, InstallOutput, Kept};
use self::{
    discs::Origins, installer::InstallerPage, location::LocationPage, messages::InstallCmd, storage::StoragePage,
};
use super::{
    frame::{Fields, Frame, Review, Step, XmlEditor},
    machine::MachinePages,
    picker::{Kind, Picker},
};
use crate::{errors::UserText, i18n::gettext, settings::Settings};

/// The wizard.
pub(crate) struct InstallWizard {
    host: Host,
    settings: Settings,
    draft: InstallDraft,
    facts: InstallFacts,
    /// Pages on which the user wanted to go on: all their problems are said.
    asked: HashSet<Page>,
    /// Whether the draft is one to go on with, so that nothing is suggested.
    kept: bool,
    /// The look or the fetching that is under way.
    copying: Option<Copying>,
    /// Why the place could not be looked at.
    failure: Option<UserText>,
    /// The installer's files, with the place that they are from.
    files: Option<(String, Arc<Fetched>)>,
    /// Counts the plans that were begun, so that only the last counts.
    turn: u64,
    plan: Option<Plan>,
    dialog: adw::Dialog,
    frame: Frame,
    fields: Fields<Field>,
    origins: Origins,
    discs: Picker,
    location: LocationPage,
    installer: InstallerPage,
    machine: MachinePages,
    picker: Picker,
    storage: StoragePage,
    review: Review,
    status: Status,
    xml: XmlEditor,
    input: relm4::Sender<InstallMsg>,
}

/// What the last page waits for.
struct Status {
    group: adw::PreferencesGroup,
    row: adw::PreferencesRow,
    bar: gtk::ProgressBar,
    again: gtk::Button,
}

impl Component for InstallWizard {
    type Init = InstallInit;
    type Input = InstallMsg;
    type Output = InstallOutput;
    type CommandOutput = InstallCmd;
    type Root = adw::Dialog;
    type Widgets = ();

    fn init_root() -> adw::Dialog {
        adw::Dialog::new()
    }

    fn init(init: InstallInit, dialog: adw::Dialog, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let mut model = Self::new(init, &dialog, &sender);
        model.load(&sender);
        model.show();
        ComponentParts { model, widgets: () }
    }

    fn update(&mut self, message: InstallMsg, sender: ComponentSender<Self>, _root: &adw::Dialog) {
        match message {
            InstallMsg::Frame(event) => self.frame_said(event, &sender),
            InstallMsg::Names(names) => self.facts.host.names = names.into_iter().collect(),
            InstallMsg::Refresh => self.ask(true, &sender),
            InstallMsg::MakePool => drop(sender.output(InstallOutput::Mend(Mend::Pool))),
            InstallMsg::Machine(message) => self.machine_said(message),
            InstallMsg::Pick(message) => self.picked(message, &sender),
            InstallMsg::Origin(origin) => self.come_from(origin),
            InstallMsg::Disc(message) => self.disc_picked(message, &sender),
            InstallMsg::Drivers(path) => self.draft.drivers = path,
            InstallMsg::Location(text) => self.typed(text),
            InstallMsg::Go(place) => self.go(place, &sender),
            InstallMsg::Look => self.look(&sender),
            InstallMsg::Browse(folder) => self.location.browse(folder, &self.dialog),
            InstallMsg::Stop => self.stop(),
            InstallMsg::Tick => self.tick(&sender),
            InstallMsg::Again => self.fetch(&sender),
            InstallMsg::Arguments(text) => self.draft.arguments = text,
            InstallMsg::Serial(on) => self.draft.serial = on,
            InstallMsg::Answers(text) => self.draft.answers = text,
            InstallMsg::Template => self.take_template(),
            InstallMsg::AnswerFile => self.choose_answers(&sender),
            InstallMsg::AnswerRead(told) => self.answers_read(told),
            InstallMsg::Disk(nth) => self.choose_disk(nth),
            InstallMsg::New(disk) => self.shape(disk),
            InstallMsg::Xml(text) => self.edit(&text),
            InstallMsg::Raise(refusal) => drop(sender.output(InstallOutput::Raise(Box::new(refusal)))),
            InstallMsg::PlacesChanged => self.ask_places(&sender),
        }
        self.show();
    }

    fn update_cmd(&mut self, message: InstallCmd, sender: ComponentSender<Self>, _root: &adw::Dialog) {
        match message {
            InstallCmd::Surroundings(told) => self.surroundings(told, &sender),
            InstallCmd::Systems(systems) => self.machine.systems_known(systems, &self.draft.machine),
            InstallCmd::Probed(broken) => self.machine.probed(broken, &self.draft.machine, &self.facts.host),
            InstallCmd::Places(projects, flavors) => self.machine.places(projects, flavors, &mut self.facts.host),
            InstallCmd::Found(place, told) => self.found(&place, told),
            InstallCmd::DiscKnown(path, told) => self.disc_known(&path, told),
            InstallCmd::Fetched(place, told) => self.fetched(place, told, &sender),
            InstallCmd::Planned(turn, plan) => self.planned(turn, plan.map(|plan| *plan)),
        }
        self.show();
    }
}

impl InstallWizard {
    fn new(init: InstallInit, dialog: &adw::Dialog, sender: &ComponentSender<Self>) -> Self {
        let input = sender.input_sender().clone();
        let mut fields = Fields::new();
        let machine = MachinePages::new(
            &init.host,
            &init.settings,
            &mut fields,
            Field::Machine,
            via(&input, InstallMsg::Machine),
        );
        machine.network.always_starts();
        let discs = Picker::new(&init.host, Kind::Discs, via(&input, InstallMsg::Disc));
        let origins = Origins::new(&input, &discs.view);
        let location = LocationPage::new(&input, &mut fields, init.host.uri().is_local(), &origins);
        fields.note(Field::Disc, discs.view.field(), discs.view.found());
        let installer = InstallerPage::new(&input, &mut fields);
        let picker = Picker::new(&init.host, Kind::Disks, via(&input, InstallMsg::Pick));
        fields.note(Field::Existing, picker.view.field(), picker.view.found());
        let storage = StoragePage::new(&input, &mut fields, &picker.view);
        let xml = XmlEditor::new(via(&input, InstallMsg::Xml));
        let review = Review::new(None);
        let status = Status::new(&input);
        review.widget().add(&status.group);
        review.widget().add(xml.widget());
        let mut facts = InstallFacts::default();
        facts.host.names = init.names.into_iter().collect();
        let fresh = InstallDraft { origin: init.origin, ..InstallDraft::new(&machine.wishes, &facts.host) };
        let draft = init.draft.clone().unwrap_or(fresh);
        let pages = [
            location.widget(),
            installer.widget(),
            machine.system.widget(),
            storage.widget(),
            machine.network.widget(),
            review.widget(),
        ];
        let frame = frame(dialog, &pages, &input);
        Self {
            host: init.host,
            settings: init.settings,
            kept: init.draft.is_some(),
            draft,
            facts,
            asked: HashSet::new(),
            copying: None,
            failure: None,
            files: None,
            turn: 0,
            plan: None,
            dialog: dialog.clone(),
            frame,
            fields,
            origins,
            discs,
            location,
            installer,
            machine,
            picker,
            storage,
            review,
            status,
            xml,
            input,
        }
    }
}

/// Passes on what a part of the wizard says.
fn via<T>(input: &relm4::Sender<InstallMsg>, wrap: fn(T) -> InstallMsg) -> impl Fn(T) + Send + Sync + use<T> {
    let input = input.clone();
    move |said| drop(input.send(wrap(said)))
}

fn frame(dialog: &adw::Dialog, pages: &[&adw::PreferencesPage], input: &relm4::Sender<InstallMsg>) -> Frame {
    let titles = [
        gettext("Origin"),
        gettext("Installer"),
        gettext("System"),
        gettext("Storage"),
        gettext("Network"),
        gettext("Review"),
    ];
    let steps: Vec<Step<'_>> = Page::ALL
        .into_iter()
        .zip(titles)
        .zip(pages)
        .map(|((page, title), content)| {
            let next = (page == Page::Review).then(|| gettext("_Install"));
            Step { tag: tag(page), title, content: content.upcast_ref(), next }
        })
        .collect();
    let events = input.clone();
    let tell = move |event| drop(events.send(InstallMsg::Frame(event)));
    Frame::new(dialog, &gettext("Install a System"), &steps, tell)
}

impl Status {
    fn new(input: &relm4::Sender<InstallMsg>) -> Self {
        let group = adw::PreferencesGroup::new();
        let bar = gtk::ProgressBar::builder().hexpand(true).valign(gtk::Align::Center).build();
        let stop = gtk::Button::builder().label(gettext("_Stop")).use_underline(true).build();
        let sender = input.clone();
        stop.connect_clicked(move |_| drop(sender.send(InstallMsg::Stop)));
        let content = gtk::Box::builder().spacing(12).margin_start(12).margin_end(12).build();
        content.set_margin_top(9);
        content.set_margin_bottom(9);
        content.append(&bar);
        content.append(&stop);
        let row = adw::PreferencesRow::builder().title(gettext("Progress")).child(&content).activatable(false).build();
        let again = gtk::Button::builder().label(gettext("Try _Again")).use_underline(true).build();
        again.set_valign(gtk::Align::Center);
        let sender = input.clone();
        again.connect_clicked(move |_| drop(sender.send(InstallMsg::Again)));
        group.add(&row);
        group.set_header_suffix(Some(&again));
        let status = Self { group, row, bar, again };
        status.idle();
        status
    }

    /// Nothing is waited for.
    fn idle(&self) {
        self.say("", None, false);
    }

    /// Says what is waited for, how far it is, and whether it can be tried again.
    fn say(&self, words: &str, fraction: Option<f64>, again: bool) {
        self.group.set_visible(!words.is_empty());
        self.group.set_description(Some(words));
        self.row.set_visible(fraction.is_some());
        self.bar.set_fraction(fraction.unwrap_or_default());
        self.again.set_visible(again);
    }
}

/// The name of a page in code.
const fn tag(page: Page) -> &'static str {
    match page {
        Page::Location => "location",
        Page::Installer => "installer",
        Page::System => "system",
        Page::Storage => "storage",
        Page::Network => "network",
        Page::Review => "review",
    }
}
