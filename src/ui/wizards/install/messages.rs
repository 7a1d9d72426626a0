//! What the wizard is told, and by whom.

use std::sync::Arc;

use lectern_model::{
    draft::install::{InstallDraft, NewDisk, Origin},
    flavor::Flavor,
    guest_os::GuestOs,
    project::{Refusal, Standing},
    tree::Finding,
};
use lectern_services::{
    host::{Host, StorageError},
    install::{Fetched, InstallError},
    making::{Planned, Surroundings},
    plan::Plan,
    readiness::Mend,
};

use crate::{
    settings::Settings,
    wizards::{frame::FrameEvent, machine::MachineMsg, picker::PickMsg},
};

/// What is needed to open the wizard.
pub(crate) struct InstallInit {
    /// Where the machine is made.
    pub(crate) host: Host,
    /// The user's preferences.
    pub(crate) settings: Settings,
    /// The names of the host's machines.
    pub(crate) names: Vec<String>,
    /// Where the installer comes from, to begin with.
    pub(crate) origin: Origin,
    /// A draft to go on with: of a plan that failed.
    pub(crate) draft: Option<InstallDraft>,
}

/// What the wizard is told.
#[derive(Debug)]
pub(crate) enum InstallMsg {
    /// From the frame.
    Frame(FrameEvent),
    /// The host's machines have these names now.
    Names(Vec<String>),
    /// Look into the pools again.
    Refresh,
    /// Make the pool that every installation has.
    MakePool,
    /// From the pages about the machine itself.
    Machine(MachineMsg),
    /// From the list of disks.
    Pick(PickMsg),
    /// Where the installer comes from.
    Origin(Origin),
    /// From the list of discs.
    Disc(PickMsg),
    /// The path of a disc with drivers.
    Drivers(Option<String>),
    /// The place was typed.
    Location(String),
    /// Take this place, and look at it.
    Go(String),
    /// Look at the place.
    Look,
    /// Choose a folder, or else the image of a disc, by the desktop's own dialog.
    Browse(bool),
    /// Look, or fetch, no longer.
    Stop,
    /// Time to show how far the fetching is.
    Tick,
    /// Fetch again.
    Again,
    /// What the user adds to the kernel's arguments.
    Arguments(String),
    /// Whether the installer talks on the serial console.
    Serial(bool),
    /// The answers, as the user wrote them; none where the installer asks.
    Answers(Option<String>),
    /// Take the course's answers.
    Template,
    /// Choose a file with answers.
    AnswerFile,
    /// A file with answers was read.
    AnswerRead(Result<String, StorageError>),
    /// Which kind of disk, by its place among the choices.
    Disk(usize),
    /// The disk that is made.
    New(NewDisk),
    /// The machine's XML as the user wants it.
    Xml(String),
    /// Raise the quota of the project that refuses.
    Raise(Refusal),
    /// Projects or flavors were changed by anybody.
    PlacesChanged,
}

/// What came back.
#[derive(Debug)]
pub(crate) enum InstallCmd {
    /// What the host is like.
    Surroundings(Result<Box<Surroundings>, StorageError>),
    /// All guest systems that are known.
    Systems(Vec<GuestOs>),
    /// Whether KVM is there and boots no guest.
    Probed(bool),
    /// The projects with what they use, and the flavors.
    Places(Vec<Standing>, Vec<Flavor>),
    /// What is at a place, and which system that is.
    Found(String, Result<(Finding, Option<String>), InstallError>),
    /// The system on a disc, by the disc's path.
    DiscKnown(String, Result<Option<String>, StorageError>),
    /// The installer's files of a place.
    Fetched(String, Result<Fetched, InstallError>),
    /// The plan of the turn with this number.
    Planned(u64, Result<Box<Planned>, InstallError>),
}

/// What is kept as long as a plan runs that was made of it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// The draft, for another try.
    pub(crate) draft: InstallDraft,
    /// The installer's files, with the boot disc that the plan copies.
    #[expect(dead_code, reason = "its folder is removed when this is dropped")]
    pub(crate) files: Option<Arc<Fetched>>,
}

/// What the wizard asks for.
#[derive(Debug)]
pub(crate) enum InstallOutput {
    /// Run this plan.
    Finish(Box<Plan>, Box<Kept>),
    /// Run this plan, which prepares the host; the wizard stays open, and looks again when it is done.
    Prepare(Box<Plan>),
    /// Mend this of the host; likewise.
    Mend(Mend),
    /// Raise the quota of the project that refuses.
    Raise(Box<Refusal>),
    /// It was closed.
    Closed,
}
