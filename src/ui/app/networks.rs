//! The window's side of the pages of the settings: showing them, and running their plans.

use relm4::prelude::*;

use lectern_model::id::DomainId;
use lectern_services::plan::{Plan, Purpose};

use super::{App, chains::ChainsMsg, messages::AppCmd};
use crate::{
    flavors::FlavorsMsg,
    labs::LabsOutput,
    machine::Tab,
    networks::{NetworksMsg, NetworksOutput},
    projects::ProjectsMsg,
    storage::{StorageMsg, StorageOutput},
    tell::Tell,
};

/// What of the host the window shows; a machine's page is over the machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Section {
    /// Its machines.
    #[default]
    Machines,
    /// Its labs.
    Labs,
    /// Its virtual networks.
    Networks,
    /// Its storage pools and volumes.
    Storage,
    /// Its projects.
    Projects,
    /// Its flavors.
    Flavors,
}

impl Section {
    /// The tag of its page.
    const fn tag(self) -> &'static str {
        match self {
            Self::Machines => "machines",
            Self::Labs => "labs",
            Self::Networks => "networks",
            Self::Storage => "storage",
            Self::Projects => "projects",
            Self::Flavors => "flavors",
        }
    }
}

impl App {
    /// Shows a section in the place of the one before.
    pub(super) fn show_section(&mut self, section: Section) {
        let before = std::mem::replace(&mut self.section, section);
        if before == section {
            return;
        }
        if matches!(before, Section::Machines | Section::Labs) {
            // The machine's page is left as by “Back”, so that its console is given up.
            self.navigation.pop_to_tag(before.tag());
        }
        self.navigation.replace_with_tags(&[section.tag()]);
        self.networks.tell(NetworksMsg::Visible(section == Section::Networks));
        self.storage.tell(StorageMsg::Visible(section == Section::Storage));
        self.projects.tell(ProjectsMsg::Visible(section == Section::Projects));
        if section == Section::Flavors {
            self.flavors.tell(FlavorsMsg::Shown);
        }
        self.enable_actions();
        self.watch();
    }

    /// A page of the settings was chosen in the sidebar, which a narrow window hides then.
    pub(super) fn show_settings(&mut self, section: Section) {
        self.split.set_show_content(true);
        self.show_section(section);
    }

    /// Machines whose details may have changed: on their pages, and in which network they are.
    pub(super) fn touched(&mut self, ids: &[DomainId]) {
        for id in ids {
            self.refresh_page(*id);
        }
        self.networks.tell(NetworksMsg::MachinesChanged);
        self.storage.tell(StorageMsg::Again);
        self.projects.tell(ProjectsMsg::MachinesChanged);
    }

    pub(super) fn networks_said(&mut self, output: NetworksOutput, sender: &ComponentSender<Self>) {
        match output {
            NetworksOutput::Run(plan) => {
                self.run_plan(*plan, sender);
            }
            NetworksOutput::Failed(text) => self.failures.add(text, &self.toasts, &self.window),
        }
    }

    pub(super) fn labs_said(&mut self, output: LabsOutput, sender: &ComponentSender<Self>) {
        match output {
            LabsOutput::Run(plan) => drop(self.run_plan(*plan, sender)),
            LabsOutput::Act(action, machines) => self.asked_of(action, &machines, sender),
            LabsOutput::Open(id) => self.open(id, Tab::default(), sender),
            LabsOutput::Wall(group) => self.show_wall(group, sender),
            LabsOutput::Broadcast(group) => self.show_broadcast(group),
            LabsOutput::New => self.new_lab(None, sender),
            LabsOutput::Move(ids) => self.chains_told(ChainsMsg::AskMoveOf(ids), sender),
            LabsOutput::Grow(lab, template) => self.new_lab(Some((lab, template)), sender),
            LabsOutput::Failed(text) => self.failures.add(text, &self.toasts, &self.window),
        }
    }

    pub(super) fn storage_said(&mut self, output: StorageOutput, sender: &ComponentSender<Self>) {
        match output {
            StorageOutput::Run(plan) => self.run_storage(*plan, sender),
            StorageOutput::Failed(text) => self.failures.add(text, &self.toasts, &self.window),
        }
    }

    /// A volume that becomes larger counts in the projects of the machines that write to it.
    fn run_storage(&mut self, plan: Plan, sender: &ComponentSender<Self>) {
        match (plan.purpose(), self.host.clone()) {
            (Purpose::GrowVolume(_), Some(host)) => {
                sender.oneshot_command(async move { AppCmd::EditPlanned(Box::new(host.plan_grow(plan).await)) });
            }
            _ => drop(self.run_plan(plan, sender)),
        }
    }
}
