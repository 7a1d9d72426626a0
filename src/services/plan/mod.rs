//! Changes as plans: steps that are data, each with a way back, noted on disk so that not even a crash leaves a half.
//!
//! A [`Plan`] is made from facts, shown ([`Plan::texts`], [`Plan::commands`]), and run ([`start`]) as a [`Job`] on a
//! thread and a connection of its own. Each step is looked at (`check`), noted as begun, applied, and noted as done,
//! each note flushed to the disk first. A failure or a cancel undoes what was done, newest first. Steps that cannot be
//! undone are final: they come last, and are all looked at before the first of them is applied.
//!
//! What a killed program leaves is found by [`journal::unfinished`], and finished or undone by [`resume`].

mod context;
mod error;
mod guard;
mod identity;
mod injection;
mod job;
pub mod journal;
pub mod make;
mod mark;
pub mod networks;
mod runner;
mod secrets;
mod step;
pub mod steps;
pub mod storage;

use lectern_model::{command::CommandLine, id::DomainId, template::Deed, uri::HostUri};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::guard::Guard;
pub use self::{
    error::{StepError, StepFailure},
    injection::{Injection, Point},
    job::{Job, JobEvent, Left, Outcome, resume, resume_with, start, start_with, undo},
    mark::Made,
    step::Step,
};
use crate::jobs::StepText;

/// Names a plan and its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PlanId(Uuid);

impl PlanId {
    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        Self(Uuid::new_v4())
    }
}

impl Default for PlanId {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Display for PlanId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a plan is for; the interface finds the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Make a machine of a disk that is there.
    Import(String),
    /// Make a machine and start an installer on it.
    Install(String),
    /// Make a machine from another.
    Clone {
        /// The name of the machine that is there.
        from: String,
        /// The name of the new one.
        to: String,
    },
    /// Make the machines of a lab.
    MakeLab {
        /// The lab's name.
        lab: String,
        /// How many machines.
        count: usize,
    },
    /// Add machines to a lab.
    GrowLab {
        /// The lab's name.
        lab: String,
        /// How many machines.
        count: usize,
    },
    /// Start machines of a lab.
    StartLab(String),
    /// Give machines of a lab fresh disks.
    ResetLab(String),
    /// Delete a lab with all that is its machines'.
    DeleteLab(String),
    /// Delete some machines of a lab with all that is theirs.
    ShrinkLab {
        /// The lab.
        lab: String,
        /// How many machines.
        count: usize,
    },
    /// Lock a machine as a template.
    Lock(String),
    /// Unlock a template.
    Unlock(String),
    /// Make machines stand alone that lie on a template.
    Detach(Vec<String>),
    /// Make a copy of a template, to be edited and locked as its next version.
    NewVersion {
        /// The template.
        from: String,
        /// The copy.
        to: String,
    },
    /// Give machines fresh disks on a template, or on another version of it.
    MoveToTemplate {
        /// The machines.
        machines: Vec<String>,
        /// The template.
        template: String,
    },
    /// Give a disk of a machine another base, or write down again what it lies on.
    ChangeBase(String),
    /// Define a machine from a file.
    FromXml(String),
    /// Change a machine's configuration.
    Edit(String),
    /// Delete machines with the files that were chosen.
    Delete(Vec<String>),
    /// Undefine machines and keep their disks.
    Undefine(Vec<String>),
    /// Make a virtual network.
    MakeNetwork(String),
    /// Make many virtual networks.
    MakeNetworks(Vec<String>),
    /// Change a virtual network.
    EditNetwork(String),
    /// Start a virtual network.
    StartNetwork(String),
    /// Stop a virtual network.
    StopNetwork(String),
    /// Have a virtual network start with its host, or no longer.
    AutostartNetwork(String, bool),
    /// Mend a virtual network that does not start or does not serve.
    MendNetwork(String),
    /// Start machines with the networks that they need.
    StartMachines(Vec<String>),
    /// Delete a virtual network.
    DeleteNetwork(String),
    /// Make a storage pool.
    MakePool(String),
    /// Start a storage pool.
    StartPool(String),
    /// Stop a storage pool.
    StopPool(String),
    /// Have a storage pool start with its host, or no longer.
    AutostartPool(String, bool),
    /// Look into a storage pool anew.
    RefreshPool(String),
    /// Delete a storage pool's definition.
    DeletePool(String),
    /// Make a volume.
    MakeVolume(String),
    /// Make a volume larger.
    GrowVolume(String),
    /// Copy a volume, into another format or not.
    CopyVolume {
        /// The volume that is there.
        from: String,
        /// The new one.
        to: String,
    },
    /// Send a file into a new volume.
    Upload(String),
    /// Fetch a volume into a file.
    Download(String),
    /// Overwrite a volume.
    WipeVolume(String),
    /// Delete a volume.
    DeleteVolume(String),
    /// Make a snapshot inside an image.
    MakeImageSnapshot {
        /// The image.
        image: String,
        /// The snapshot.
        name: String,
    },
    /// Take an image back to a snapshot inside it.
    ApplyImageSnapshot {
        /// The image.
        image: String,
        /// The snapshot.
        name: String,
    },
    /// Delete a snapshot inside an image.
    RemoveImageSnapshot {
        /// The image.
        image: String,
        /// The snapshot.
        name: String,
    },
    /// Move machines to a project.
    Move {
        /// The machines' names.
        machines: Vec<String>,
        /// The project.
        project: String,
    },
    /// Give a machine the size of a flavor.
    Resize {
        /// The machine's name.
        machine: String,
        /// The flavor's.
        flavor: String,
    },
    /// Plug machines into another network.
    ChangeNics(Vec<String>),
    /// Give machines one network card more.
    AddNic(Vec<String>),
    /// Have a guest ask for its address anew.
    RenewAddress(String),
    /// Take a network card out of machines.
    RemoveNic(Vec<String>),
    /// Mend something about the host.
    Mend(String),
}

/// A change: ordered steps on one host.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    id: PlanId,
    purpose: Purpose,
    host: HostUri,
    steps: Vec<Step>,
    #[serde(default)]
    guard: Option<Guard>,
}

/// Without its steps, which may hold passwords: what is logged is kept.
impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plan({}, {:?}, {} steps)", self.id, self.purpose, self.steps.len())
    }
}

impl Plan {
    /// A plan of `steps`; final ones are put last, in their order.
    #[must_use]
    pub fn new(purpose: Purpose, host: HostUri, mut steps: Vec<Step>) -> Self {
        steps.sort_by_key(Step::is_final);
        Self { id: PlanId::new(), purpose, host, steps, guard: None }
    }

    /// The same, refused when it is run where `deed` may not be done to these machines: templates, and those that others
    /// lie on.
    #[must_use]
    pub fn guarded(self, deed: Deed, machines: impl IntoIterator<Item = DomainId>) -> Self {
        Self { guard: Some(Guard::new(deed, machines)), ..self }
    }

    /// Its name in the journal.
    #[must_use]
    pub const fn id(&self) -> PlanId {
        self.id
    }

    /// What it is for.
    #[must_use]
    pub const fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// The host that it changes.
    #[must_use]
    pub const fn host(&self) -> &HostUri {
        &self.host
    }

    /// Its steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What each step does.
    #[must_use]
    pub fn texts(&self) -> Vec<StepText> {
        self.steps.iter().map(Step::text).collect()
    }

    /// What it does, for who reads it beforehand: bookkeeping that nothing hangs on is left out.
    #[must_use]
    pub fn summary(&self) -> Vec<StepText> {
        self.steps.iter().filter(|step| !step.is_quiet()).map(Step::text).collect()
    }

    /// The lines that do the same in a shell, in their order. Secrets are left out.
    #[must_use]
    pub fn commands(&self) -> Vec<CommandLine> {
        self.steps.iter().flat_map(|step| step.without_secrets().commands(&self.host)).collect()
    }

    /// The lines that take it back in a shell once it is done, in their order. Secrets are left out.
    #[must_use]
    pub fn undo_commands(&self) -> Vec<CommandLine> {
        self.steps.iter().rev().flat_map(|step| step.without_secrets().undo_commands(&self.host)).collect()
    }

    /// Whether all of it can be undone after it is done.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        !self.steps.iter().any(Step::is_final)
    }

    /// Whether undoing it deletes a machine or an image that it has made.
    #[must_use]
    pub fn makes_something(&self) -> bool {
        let makes = |step: &Step| {
            matches!(
                step,
                Step::Define(_)
                    | Step::DefineMachines(_)
                    | Step::CreateVolume(_)
                    | Step::CreateOverlays(_)
                    | Step::FillVolume(_)
                    | Step::CreateSwap(_)
                    | Step::CopyVolume(_)
                    | Step::CopyFile(_)
                    | Step::CarryImage(_)
                    | Step::RebaseImage(_)
                    | Step::UploadVolume(_)
                    | Step::DownloadVolume(_)
            )
        };
        self.steps.iter().any(makes)
    }

    /// The one machine that it makes.
    #[must_use]
    pub fn made_machine(&self) -> Option<DomainId> {
        self.steps.iter().find_map(|step| match step {
            Step::Define(define) => Some(define.id),
            _ => None,
        })
    }

    /// Whether a machine is among what it makes.
    #[must_use]
    pub fn makes_machine(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Define(_) | Step::DefineMachines(_)))
    }

    /// The same with no passwords in it, as it may be written to the disk, and the steps that had some.
    fn to_be_kept(&self) -> (Self, Vec<usize>) {
        let steps: Vec<Step> = self.steps.iter().map(Step::to_be_kept).collect();
        let closed = self.steps.iter().zip(&steps).enumerate().filter(|(_, (own, kept))| own != kept);
        let closed = closed.map(|(at, _)| at).collect();
        (Self { steps, ..self.clone() }, closed)
    }
}
