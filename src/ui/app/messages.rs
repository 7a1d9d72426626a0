//! What the window is told, and by whom.

use lectern_model::{
    catalog::Edit, domain::DomainAction, draft::install::Origin, id::DomainId, project::Refusal, uri::HostUri,
};
use lectern_services::{
    catalog::CatalogError,
    host::{Changed, HostError, HostUpdate, PlaceError, StorageError},
    plan::{
        JobEvent, Plan,
        journal::Unfinished,
        make::{clone::CloneError, service::ServiceLack, template::TemplateError},
    },
};

use super::{
    chains::{ChainsCmd, ChainsMsg},
    making::Draft,
    starting::StartWith,
};
use crate::{
    broadcast,
    catalog::CatalogOutput,
    clone::CloneOutput,
    config::Assets,
    delete::DeleteOutput,
    export::Export,
    host::{self, HostOutput},
    hosts::Wanted,
    jobs::{JobsOutput, board::JobId},
    labs::LabsOutput,
    machine::{MachineOutput, Tab},
    machines::MachinesOutput,
    networks::NetworksOutput,
    nics::{NicPurpose, NicsOutput},
    place::PlaceOutput,
    settings::Settings,
    shell::sidebar::SidebarOutput,
    storage::StorageOutput,
    wall::{self, WallOutput},
    wizards::{import::ImportOutput, install::InstallOutput, lab::LabOutput, xml::XmlOutput},
};

/// What the program was asked for on its command line.
#[derive(Clone, Debug)]
pub struct Options {
    /// `--connect`: the host, as it was typed.
    pub connect: Option<String>,
    /// What to open at once.
    pub show: Option<Show>,
    /// What the program was built with.
    pub assets: Assets,
}

/// What a command line asks to be opened, with virt-manager's words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Show {
    /// A machine, by name or UUID, and the part of its page.
    Machine(String, ShowPage),
    /// `--show-domain-creator`: the wizard that makes a machine.
    Creator,
    /// `--show-host-summary`: the host's page.
    Host,
}

/// The part of a machine's page that a command line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShowPage {
    /// `--show-domain-performance`
    Overview,
    /// `--show-domain-editor`
    Settings,
    /// `--show-domain-console`
    Console,
    /// `--show-domain-serial`
    Serial,
}

/// What is needed to make the window.
pub(crate) struct AppInit {
    pub(crate) options: Options,
    pub(crate) settings: Settings,
}

/// Everything that the window is told.
#[derive(Debug)]
pub(crate) enum AppMsg {
    /// From the host.
    Host(u32, HostUpdate),
    /// From the list.
    Machines(MachinesOutput),
    /// From a machine's page.
    Machine(MachineOutput),
    /// From the host's page.
    HostPage(HostOutput),
    /// The host's page was left.
    HostLeft,
    /// Show the selected machines side by side.
    ShowWall,
    /// From the wall.
    Wall(WallOutput),
    /// The wall was left.
    WallLeft,
    /// Type to the selected machines.
    ShowBroadcast,
    /// The page that types to many was left.
    BroadcastLeft,
    /// Another host is wanted; which, is to be asked.
    AskHost,
    /// This one is.
    HostWanted(Wanted),
    /// A second went by while the next try to connect is waited for.
    Tick,
    /// The user agreed to have this machine emulated.
    Emulate(DomainId),
    /// The user wants this machine to have a screen that can be shown.
    GiveScreen(DomainId),
    /// From the page of labs.
    Labs(LabsOutput),
    /// From the page of networks.
    Networks(NetworksOutput),
    /// From the page of storage.
    Storage(StorageOutput),
    /// From a page of the catalogue.
    Catalog(CatalogOutput),
    /// Make this change of the catalogue.
    Edit(Box<Edit>),
    /// From the sidebar.
    Sidebar(SidebarOutput),
    /// An action was chosen for the machines in question.
    Act(DomainAction),
    /// The user agreed to an action on these machines.
    Agreed(DomainAction, Vec<DomainId>),
    /// Open the page of the selected machine.
    OpenSelected,
    /// The search was asked for.
    Search,
    /// The machine's page was left.
    PageLeft,
    /// The page that was left first is off the screen.
    PageHidden,
    /// Jobs began or ended.
    JobsChanged,
    /// Back to the list.
    Back,
    /// The other part of the machine's page.
    OtherTab,
    /// Show the commands of this run.
    Commands,
    /// Show what went wrong with a job.
    JobDetails(JobId),
    /// A plan tells how far it is, or that it ended.
    Plan(JobId, JobEvent),
    /// Cancel a plan under way.
    CancelPlan(JobId),
    /// Undo a plan that is done.
    UndoPlan(JobId),
    /// The user agreed to undo a plan.
    UndoAgreed(JobId),
    /// What to do with a plan that was cut off: finish it, or undo it.
    Resume(Box<Unfinished>, bool),
    /// The user wants to close the window while a plan is under way.
    CloseAsked,
    /// Take the machines in question out of libvirt's list.
    Undefine,
    /// Clone the machine in question.
    Clone,
    /// Something about what disks lie on.
    Chains(ChainsMsg),
    /// Lock the machine in question as a template, or unlock it.
    Lock(bool),
    /// Lock this machine as a template, with the first-boot service or without.
    Seal(DomainId, bool),
    /// From the dialog that clones.
    Cloning(CloneOutput),
    /// Ask whether the networks of machines that did not start shall be started too.
    OfferNetworks,
    /// The user's answer.
    StartWith(StartWith),
    /// Change or add network cards of the machines in question.
    ChangeNics(NicPurpose),
    /// From the dialog for that.
    Nics(NicsOutput),
    /// Move the machines in question to a project.
    MoveToProject,
    /// Give the machine in question the size of a flavor.
    ResizeToFlavor,
    /// Raise the quota of the project that refused, and run this then.
    Raise(Box<Refusal>, Option<Box<Plan>>),
    /// From the dialog for either.
    Place(PlaceOutput),
    /// Delete the machines in question.
    Delete,
    /// From the dialog that deletes.
    Deleting(DeleteOutput),
    /// Make a machine of a disk that exists.
    NewImport,
    /// From the wizard for that.
    Import(ImportOutput),
    /// Install a system that comes from there.
    NewInstall(Origin),
    /// From the wizard for that.
    Install(InstallOutput),
    /// Make a lab.
    NewLab,
    /// From the wizard for that.
    Lab(LabOutput),
    /// Define a machine from a file.
    NewFromXml,
    /// From the dialog for that.
    Xml(XmlOutput),
    /// Write the XML of the machine in question to a file.
    ExportXml,
    /// The user said where.
    Export(DomainId, Export),
    /// Open the wizard with this draft again.
    TryAgain(Box<Draft>),
    /// Show the preferences.
    Preferences,
    /// The user wants other statistics, or at another pace.
    PaceChanged,
    /// Show the keys.
    Shortcuts,
    /// Show what this program is.
    About,
    /// Nobody sees the window, or somebody does again.
    Suspended(bool),
    /// The terminal has the keyboard, or not.
    TerminalFocus(bool),
}

impl AppMsg {
    /// The page of this tag was left; a machine's has none.
    pub(super) fn left(tag: Option<&str>) -> Self {
        match tag {
            Some(host::TAG) => Self::HostLeft,
            Some(wall::TAG) => Self::WallLeft,
            Some(broadcast::TAG) => Self::BroadcastLeft,
            _ => Self::PageLeft,
        }
    }
}

impl From<JobsOutput> for AppMsg {
    fn from(output: JobsOutput) -> Self {
        match output {
            JobsOutput::All => Self::Commands,
            JobsOutput::Details(id) => Self::JobDetails(id),
            JobsOutput::Cancel(id) => Self::CancelPlan(id),
            JobsOutput::Undo(id) => Self::UndoPlan(id),
        }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) enum AppCmd {
    /// The host to use, where none was named.
    DefaultHost(HostUri),
    /// A job ended.
    JobEnded(JobId, DomainId, Result<(), HostError>),
    /// A plan that locks or unlocks a machine was made, or could not be.
    Locking(Box<Result<Plan, TemplateError>>),
    /// Whether the first-boot service can be put into a machine that is to be locked.
    Sealing(DomainId, Result<Option<ServiceLack>, CloneError>),
    /// Something about what disks lie on.
    Chains(ChainsCmd),
    /// A plan was made, or could not be.
    Planned(Result<Plan, HostError>),
    /// A machine's XML was written, or not.
    Exported(Export, Result<(), StorageError>),
    /// A change of the catalogue was made, or not.
    Edited(JobId, Box<Edit>, Box<Result<Changed, CatalogError>>),
    /// The quota of a project was raised, or not; what is run then.
    Raised(JobId, String, Box<Result<Changed, CatalogError>>, Option<Box<Plan>>),
    /// A plan that changes a machine's configuration was made, or refused.
    EditPlanned(Box<Result<Plan, PlaceError>>),
    /// Plans that were cut off, looked for after connecting.
    Unfinished(Vec<Unfinished>),
}

impl From<ShowPage> for Tab {
    fn from(page: ShowPage) -> Self {
        match page {
            ShowPage::Overview | ShowPage::Settings => Self::Overview,
            ShowPage::Console => Self::Console,
            ShowPage::Serial => Self::Serial,
        }
    }
}
