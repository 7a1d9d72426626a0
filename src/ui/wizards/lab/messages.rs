//! What the wizard is told, and by whom.

use std::sync::{Arc, OnceLock};

use lectern_model::{
    draft::lab::{Cell, Start},
    flavor::Flavor,
    id::DomainId,
    metadata::LabMark,
    pattern::Taken,
    project::{Refusal, Standing},
    units::{Bytes, KiB},
};
use lectern_services::{
    host::Host,
    install::Scratch,
    plan::{
        Plan,
        make::{
            clone::CloneError,
            lab::{LabSource, LabStock, Refused},
        },
    },
};

use super::guest::GuestMsg;
use crate::{settings::Settings, wizards::frame::FrameEvent};

/// What is needed to open the wizard.
pub(crate) struct LabInit {
    /// Where the machines are made.
    pub(crate) host: Host,
    /// The user's preferences, which keep the roster.
    pub(crate) settings: Settings,
    /// The template that is chosen at first.
    pub(crate) template: Option<DomainId>,
    /// The lab that machines are added to; a new one where there is none.
    pub(crate) lab: Option<LabMark>,
}

/// What the wizard is told. Places are those in the lists that are shown.
#[derive(Debug)]
pub(crate) enum LabMsg {
    /// From the frame.
    Frame(FrameEvent),
    /// The host's machines have these names now.
    Names(Vec<String>),
    /// Another template.
    Template(usize),
    /// The lab's name.
    Name(String),
    /// Whether there is a machine for each student of a roster.
    Students(bool),
    /// The pattern of the machines' names.
    Pattern(String),
    /// How many.
    Count(String),
    /// The roster, as written.
    Roster(String),
    /// The roster is to come from a file.
    Browse,
    /// The bytes of that file.
    RosterFile(Vec<u8>),
    /// What is done about names in use.
    Taken(Taken),
    /// What the machines are plugged into.
    Network(usize),
    /// Whether they have fixed addresses.
    Fixed(bool),
    /// The first address, or the pattern of networks.
    Addresses(String),
    /// How large they are.
    Size(usize),
    /// Their memory.
    Memory(KiB),
    /// Their virtual CPUs.
    Vcpus(u32),
    /// The size of each overlay.
    Overlay(Bytes),
    /// The pool of the overlays.
    Pool(usize),
    /// The project that they count in.
    Project(usize),
    /// What was written into a cell of a row.
    Cell(usize, Cell, String),
    /// Something that the guests are told.
    Guest(GuestMsg),
    /// Which of them are started.
    Start(Start),
    /// Raise the project's quota to what is needed.
    Raise(Refusal),
    /// Projects or flavors were changed by anybody.
    PlacesChanged,
}

/// What the wizard asks for.
#[derive(Debug)]
pub(crate) enum LabOutput {
    /// Run this plan, which needs a folder until it is done.
    Finish(Box<Plan>, Arc<OnceLock<Scratch>>),
    /// Raise the quota of the project that refuses.
    Raise(Box<Refusal>),
    /// The dialog is gone.
    Closed,
}

/// What came back.
#[derive(Debug)]
pub(crate) enum LabCmd {
    /// What the host has.
    Stock(Result<Box<LabStock>, CloneError>),
    /// The template of this key.
    Source(DomainId, Result<Box<LabSource>, CloneError>),
    /// The plan of the draft with this number.
    Planned(u64, Result<Box<Plan>, Refused>),
    /// The projects with what they use, and the flavors.
    Places(Vec<Standing>, Vec<Flavor>),
}
