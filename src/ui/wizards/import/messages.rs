//! What the wizard is told, and by whom.

use std::sync::Arc;

use lectern_model::{
    draft::{
        cloud::CloudDraft,
        import::{ImportDraft, Usage},
    },
    flavor::Flavor,
    guest_os::GuestOs,
    project::{Refusal, Standing},
    storage::ImageFormat,
    units::Bytes,
};
use lectern_services::{
    host::{Host, StorageError},
    install::Scratch,
    making::{Planned, Surroundings},
    plan::Plan,
    readiness::Mend,
};

use crate::{
    settings::Settings,
    wizards::{frame::FrameEvent, machine::MachineMsg, picker::PickMsg},
};

/// What is needed to open the wizard.
pub(crate) struct ImportInit {
    /// Where the machine is made.
    pub(crate) host: Host,
    /// The user's preferences.
    pub(crate) settings: Settings,
    /// The names of the host's machines.
    pub(crate) names: Vec<String>,
    /// A draft to go on with: of a plan that failed.
    pub(crate) draft: Option<ImportDraft>,
}

/// What the wizard is told.
#[derive(Debug)]
pub(crate) enum ImportMsg {
    /// From the frame.
    Frame(FrameEvent),
    /// The host's machines have these names now.
    Names(Vec<String>),
    /// From the list of disks.
    Pick(PickMsg),
    /// Look into the pools again.
    Refresh,
    /// Make the pool that every installation has.
    MakePool,
    /// Let QEMU's user pass through the folders.
    Mend,
    /// What is done with the disk.
    Usage(Usage),
    /// The overlay's size.
    OverlaySize(Bytes),
    /// The format of a copy.
    Format(ImageFormat),
    /// What cloud-init is told.
    Cloud(Option<CloudDraft>),
    /// Whether its whole size is set aside at once.
    Whole(bool),
    /// Where the new file goes, by its place in the list.
    Pool(u32),
    /// Raise the quota of the project that refuses.
    Raise(Refusal),
    /// Projects or flavors were changed by anybody.
    PlacesChanged,
    /// From the pages about the machine itself.
    Machine(MachineMsg),
}

/// What came back.
#[derive(Debug)]
pub(crate) enum ImportCmd {
    /// What the host is like.
    Surroundings(Result<Box<Surroundings>, StorageError>),
    /// All guest systems that are known.
    Systems(Vec<GuestOs>),
    /// The guest system of the appliance at this path.
    Appliance(String, Option<String>),
    /// Whether KVM is there and boots no guest.
    Probed(bool),
    /// The projects with what they use, and the flavors.
    Places(Vec<Standing>, Vec<Flavor>),
    /// The plan.
    Planned(Result<Box<Planned>, StorageError>),
}

/// What a plan under way was made of.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The draft, for another try.
    pub(crate) draft: ImportDraft,
    /// The folder with what the plan copies; it goes with this.
    pub(crate) _seed: Option<Arc<Scratch>>,
}

/// What the wizard asks for.
#[derive(Debug)]
pub(crate) enum ImportOutput {
    /// Run this plan; the draft is for another try.
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
