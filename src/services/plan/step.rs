//! What every step can do, and the list of all kinds of steps.

use lectern_model::{command::CommandLine, uri::HostUri};
use serde::{Deserialize, Serialize};

use super::{StepError, context::Context, steps};
use crate::jobs::StepText;

/// One reversible part of a plan, as data.
///
/// `apply` and `undo` are idempotent: done twice they leave what they leave when done once. An `apply` that fails
/// undoes itself where it can; the run calls `undo` after it all the same, unless the error says that nothing was
/// touched.
pub(crate) trait Act {
    /// What it does.
    fn text(&self) -> StepText;

    /// The lines that do the same in a shell.
    fn commands(&self, host: &HostUri) -> Vec<CommandLine>;

    /// The lines that take it back in a shell, once it is done; none where there is nothing to take back.
    fn undo_commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        Vec::new()
    }

    /// Whether it is of no interest to who reads what a plan will do.
    fn is_quiet(&self) -> bool {
        false
    }

    /// Whether it cannot be undone.
    fn is_final(&self) -> bool {
        false
    }

    /// Looks whether it can be done and would destroy nothing of others; called right before it is noted as begun.
    ///
    /// # Errors
    /// Why it cannot.
    fn check(&self, context: &Context<'_>) -> Result<(), StepError>;

    /// Looks whether a step that an earlier run had begun may be gone on with.
    ///
    /// # Errors
    /// Why it may not.
    fn check_again(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    /// Does it.
    ///
    /// # Errors
    /// Why it did not succeed.
    fn apply(&self, context: &Context<'_>) -> Result<(), StepError>;

    /// Takes it back. A final step has nothing to do here.
    ///
    /// # Errors
    /// Why it did not succeed; what is left is then named to the user.
    fn undo(&self, context: &Context<'_>) -> Result<(), StepError>;

    /// Looks whether what the step left is as it left it, so that taking it back destroys no work of others.
    ///
    /// # Errors
    /// [`super::StepFailure::ChangedMeanwhile`] where somebody changed it.
    fn check_undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    /// The same without passwords.
    fn without_secrets(&self) -> Step;

    /// The same without passwords, as it is kept to be undone: what is defined again from it lets nobody in.
    fn to_be_kept(&self) -> Step {
        self.without_secrets()
    }
}

/// Makes the enumeration of steps and the way from each to what it can do.
macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A step of a plan.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "step")]
        pub enum Step {
            $($(#[$doc])* $name(steps::$name),)*
        }

        impl Step {
            fn act(&self) -> &dyn Act {
                match self {
                    $(Self::$name(step) => step,)*
                }
            }
        }

        $(impl From<steps::$name> for Step {
            fn from(step: steps::$name) -> Self {
                Self::$name(step)
            }
        })*
    };
}

steps! {
    /// Define a new machine.
    Define,
    /// Define new machines, all or none.
    DefineMachines,
    /// Start machines one after the other.
    StartMachines,
    /// Give a machine another configuration.
    Redefine,
    /// Take a machine out of the list and keep what it has.
    Undefine,
    /// Remove a machine with its state for good.
    Discard,
    /// Start a machine.
    Start,
    /// Look that a machine is off.
    MustBeOff,
    /// Force a machine off.
    ForceOff,
    /// Start a virtual network.
    StartNetwork,
    /// Define a new virtual network.
    DefineNetwork,
    /// Give a virtual network another configuration.
    RedefineNetwork,
    /// Take a virtual network out of libvirt's list.
    UndefineNetwork,
    /// Stop a virtual network; nothing is deleted.
    StopNetwork,
    /// Have a virtual network start with its host, or no longer.
    SetNetworkAutostart,
    /// Change a virtual network while it runs.
    UpdateNetwork,
    /// Set a started virtual network's rules and DHCP server up anew.
    RenewNetwork,
    /// Move cards of machines that run to other networks.
    MoveNics,
    /// Unplug a card of a machine that runs for a moment.
    ReplugNic,
    /// Put a card into a machine that runs.
    AttachNic,
    /// Take a card out of a machine that runs.
    DetachNic,
    /// Start a storage pool.
    StartPool,
    /// Define a new storage pool.
    DefinePool,
    /// Take a storage pool out of libvirt's list.
    UndefinePool,
    /// Start a storage pool, and stop it where that is undone.
    BringUpPool,
    /// Stop a storage pool; nothing is deleted.
    StopPool,
    /// Have a storage pool start with its host, or no longer.
    SetPoolAutostart,
    /// Have libvirt look into a storage pool anew.
    RefreshPool,
    /// Make a volume larger.
    ResizeVolume,
    /// Overwrite a volume for good.
    WipeVolume,
    /// Delete a volume for good.
    DeleteVolume,
    /// Send a file of this computer into a new volume.
    UploadVolume,
    /// Fetch a volume into a file of this computer.
    DownloadVolume,
    /// Make a snapshot inside an image.
    MakeImageSnapshot,
    /// Take an image back to a snapshot inside it.
    ApplyImageSnapshot,
    /// Delete a snapshot inside an image.
    RemoveImageSnapshot,
    /// Have a network there, on, and coming with the host.
    ReadyNetwork,
    /// Have a pool there, on, and coming with the host.
    ReadyPool,
    /// Make a volume.
    CreateVolume,
    /// Make overlays, all or none.
    CreateOverlays,
    /// Fill a volume with a file of this computer.
    FillVolume,
    /// Have the firmware pass over what a disk has to start.
    PassOver,
    /// Copy an image to a new volume, by the daemon.
    CopyVolume,
    /// Copy an image on this computer.
    CopyFile,
    /// Bring an image to a pool by way of this computer.
    CarryImage,
    /// Copy an overlay and give the copy another base.
    RebaseImage,
    /// Write another base into an overlay.
    Relink,
    /// Let QEMU's user pass through folders.
    MendFolders,
    /// Delete an image for good.
    DeleteImage,
    /// Delete images of several machines for good.
    DeleteImages,
    /// Remove several machines for good.
    DiscardMachines,
    /// A plan's place in a project.
    Quota,
    /// Note something on a machine that is on.
    MarkLive,
    /// Make a volume that Linux swaps to.
    CreateSwap,
    /// Make a disk larger for good.
    GrowDisk,
    /// Write into a disk while its machine is off.
    Customize,
    /// Mark a machine as a template, with its disks as they are then.
    SealTemplate,
}

impl Step {
    /// What it does.
    #[must_use]
    pub fn text(&self) -> StepText {
        self.act().text()
    }

    /// The lines that do the same in a shell on `host`.
    #[must_use]
    pub fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.act().commands(host)
    }

    /// The lines that take it back in a shell on `host`, once it is done.
    #[must_use]
    pub fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.act().undo_commands(host)
    }

    /// Whether it is of no interest to who reads what a plan will do.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.act().is_quiet()
    }

    /// Whether it cannot be undone.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.act().is_final()
    }

    /// The same without passwords.
    #[must_use]
    pub(crate) fn without_secrets(&self) -> Self {
        self.act().without_secrets()
    }

    /// The same as a journal keeps it.
    pub(super) fn to_be_kept(&self) -> Self {
        self.act().to_be_kept()
    }

    /// The machine that doing it defines.
    pub(super) const fn defines(&self) -> Option<&str> {
        match self {
            Self::Define(step) => Some(step.name.as_str()),
            Self::Redefine(step) => Some(step.name.as_str()),
            Self::SealTemplate(step) => Some(step.redefine.name.as_str()),
            Self::Customize(step) => Some(step.machine.as_str()),
            Self::DefineMachines(step) => match step.machines.as_slice() {
                [first, ..] => Some(first.name.as_str()),
                [] => None,
            },
            _ => None,
        }
    }

    /// The machine that undoing it defines again.
    pub(super) const fn brings_back(&self) -> Option<&str> {
        match self {
            Self::Redefine(step) => Some(step.name.as_str()),
            Self::SealTemplate(step) => Some(step.redefine.name.as_str()),
            Self::Undefine(step) => Some(step.name.as_str()),
            _ => None,
        }
    }

    pub(crate) fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.act().check(context)
    }

    pub(crate) fn check_again(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.act().check_again(context)
    }

    pub(crate) fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.act().apply(context)
    }

    pub(crate) fn check_undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.act().check_undo(context)
    }

    pub(crate) fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.act().undo(context)
    }
}
