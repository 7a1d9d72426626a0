//! A domain's state and its reason, and which actions it allows.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{address::GuestAddress, id::DomainId, metadata::Notes, project::DEFAULT, template::Trouble, units::KiB};

/// libvirt's `virDomainState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DomainState {
    /// Running, or blocked on a resource: both mean that the guest's processors are on.
    Running,
    /// Stopped with its memory kept in the host's RAM.
    Paused,
    /// Asked to shut down and on its way.
    ShuttingDown,
    /// Not running.
    ShutOff,
    /// Stopped by its own failure.
    Crashed,
    /// Put to sleep by the guest's power management.
    Suspended,
    /// A state that this version does not know, or none.
    Unknown,
}

impl DomainState {
    /// From `virDomainState` (libvirt-domain.h).
    #[must_use]
    pub const fn from_raw(raw: i32) -> Self {
        match raw {
            1 | 2 => Self::Running,
            3 => Self::Paused,
            4 => Self::ShuttingDown,
            5 => Self::ShutOff,
            6 => Self::Crashed,
            7 => Self::Suspended,
            _ => Self::Unknown,
        }
    }

    /// Whether a QEMU process stands behind it, so that it has an address, statistics and consoles.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::ShuttingDown | Self::Suspended)
    }
}

/// Why a domain is in its state: libvirt's `virDomain*Reason`, those that tell a user something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StateReason {
    /// Nothing worth saying.
    None,
    /// Started by somebody.
    Booted,
    /// Came back from saved memory.
    Restored,
    /// Came from a snapshot.
    FromSnapshot,
    /// Moved here, or away.
    Migrated,
    /// Resumed after a pause.
    Unpaused,
    /// Woken from sleep.
    Wakeup,
    /// Paused by a user.
    PausedByUser,
    /// Paused while it is saved, dumped, moved or snapshotted.
    Busy,
    /// Paused because of a disk error; often a full disk.
    IoError,
    /// Paused by the watchdog.
    Watchdog,
    /// Paused since the guest crashed.
    GuestCrashed,
    /// Being started, paused before the first instruction.
    StartingUp,
    /// Stopped by QEMU or libvirt without a reason that libvirt knows; a KVM that gave up shows so.
    Unexplained,
    /// Stopped since something that libvirt did with it failed.
    InternalError,
    /// The guest shut itself down.
    Shutdown,
    /// Forced off.
    Destroyed,
    /// Its memory is kept on the disk.
    Saved,
    /// It could not be started, or failed while it ran.
    Failed,
    /// The daemon had to give it up.
    Daemon,
}

impl StateReason {
    /// From a state and its reason, as libvirt-domain.h numbers them.
    #[must_use]
    pub const fn from_raw(state: i32, reason: i32) -> Self {
        match state {
            1 => Self::running(reason),
            3 => Self::paused(reason),
            5 => Self::shut_off(reason),
            6 => Self::GuestCrashed,
            _ => Self::None,
        }
    }

    const fn running(reason: i32) -> Self {
        match reason {
            1 => Self::Booted,
            2 => Self::Migrated,
            3 => Self::Restored,
            4 => Self::FromSnapshot,
            5 => Self::Unpaused,
            8 => Self::Wakeup,
            9 => Self::GuestCrashed,
            _ => Self::None,
        }
    }

    const fn paused(reason: i32) -> Self {
        match reason {
            0 => Self::Unexplained,
            1 => Self::PausedByUser,
            2..=4 | 8 | 9 | 12 | 13 => Self::Busy,
            5 => Self::IoError,
            6 => Self::Watchdog,
            7 => Self::FromSnapshot,
            10 => Self::GuestCrashed,
            11 => Self::StartingUp,
            14 => Self::InternalError,
            _ => Self::None,
        }
    }

    const fn shut_off(reason: i32) -> Self {
        match reason {
            1 => Self::Shutdown,
            2 => Self::Destroyed,
            3 => Self::GuestCrashed,
            4 => Self::Migrated,
            5 => Self::Saved,
            6 => Self::Failed,
            7 => Self::FromSnapshot,
            8 => Self::Daemon,
            _ => Self::None,
        }
    }
}

/// What a list shows of a domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    /// Its key.
    pub id: DomainId,
    /// Its name on the host; may change.
    pub name: String,
    /// Its state.
    pub state: DomainState,
    /// Why it is in that state.
    pub reason: StateReason,
    /// Virtual CPUs it has now.
    pub vcpus: u32,
    /// Memory it has now (the balloon), or would start with.
    pub memory: KiB,
    /// The address to show, once one is known.
    pub address: Option<GuestAddress>,
    /// How much of its virtual CPUs it used over the last interval, 0 to 1; `None` while nobody asks.
    pub cpu: Option<f32>,
    /// What Lectern noted on it; `None` where that is nothing, or not known yet.
    pub notes: Option<Arc<Notes>>,
    /// What is wrong with what its disks lie on; `None` where that is nothing, or nobody looked yet.
    pub troubles: Option<Arc<Vec<Trouble>>>,
}

impl Domain {
    /// The project that it counts in.
    #[must_use]
    pub fn project(&self) -> &str {
        self.notes.as_ref().and_then(|notes| notes.project.as_deref()).unwrap_or(DEFAULT)
    }

    /// The flavor that it was made or resized with.
    #[must_use]
    pub fn flavor(&self) -> Option<&str> {
        self.notes.as_ref()?.flavor.as_deref()
    }

    /// Whether it is locked as a template.
    #[must_use]
    pub fn is_template(&self) -> bool {
        self.notes.as_ref().is_some_and(|notes| notes.template.is_some())
    }

    /// Whether `action` can be done to it now; a template is not started, as the overlays on its disks would be damaged.
    #[must_use]
    pub fn allows(&self, action: DomainAction) -> bool {
        action.allowed(self.state) && !(action == DomainAction::Start && self.is_template())
    }
}

/// What a user may do to a domain's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DomainAction {
    /// Start, or restore where memory was saved.
    Start,
    /// Ask the guest to shut down.
    ShutDown,
    /// Ask the guest to reboot.
    Reboot,
    /// Press the reset button: the guest's memory is dropped.
    Reset,
    /// Pull the plug: the guest's memory is dropped.
    ForceOff,
    /// Stop its processors; its memory stays in the host's RAM.
    Pause,
    /// Go on after a pause, or wake it.
    Resume,
    /// Write its memory to the host's disk and stop it.
    Save,
}

impl DomainAction {
    /// All actions, in the order of a menu.
    pub const ALL: [Self; 8] =
        [Self::Start, Self::ShutDown, Self::Reboot, Self::Pause, Self::Resume, Self::Save, Self::Reset, Self::ForceOff];

    /// Whether the action makes sense in `state`.
    #[must_use]
    pub const fn allowed(self, state: DomainState) -> bool {
        use DomainState as S;
        match self {
            Self::Start => matches!(state, S::ShutOff | S::Crashed),
            Self::ShutDown | Self::Reboot | Self::Pause => matches!(state, S::Running | S::ShuttingDown),
            Self::Resume => matches!(state, S::Paused | S::Suspended),
            Self::Save => matches!(state, S::Running | S::Paused),
            Self::Reset => state.is_active(),
            // A crashed machine may have been kept for its memory (on_crash=preserve).
            Self::ForceOff => state.is_active() || matches!(state, S::Crashed),
        }
    }

    /// What happens to the guest's memory, where a user should agree to it first.
    #[must_use]
    pub const fn consequence(self) -> Option<Consequence> {
        match self {
            Self::Reset | Self::ForceOff => Some(Consequence::MemoryDropped),
            Self::Save => Some(Consequence::MemoryToDisk),
            Self::Reboot | Self::ShutDown => Some(Consequence::GuestAsked),
            Self::Start | Self::Pause | Self::Resume => None,
        }
    }

    /// The virsh command of the same effect. `state` tells a wake-up from a resume.
    #[must_use]
    pub const fn virsh(self, state: DomainState) -> &'static str {
        match self {
            Self::Start => "start",
            Self::ShutDown => "shutdown",
            Self::Reboot => "reboot",
            Self::Reset => "reset",
            Self::ForceOff => "destroy",
            Self::Pause => "suspend",
            Self::Resume if matches!(state, DomainState::Suspended) => "dompmwakeup",
            Self::Resume => "resume",
            Self::Save => "managedsave",
        }
    }
}

/// What an action does to what the guest was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Memory is lost, and unsaved work with it.
    MemoryDropped,
    /// Memory goes to a file on the host's disk.
    MemoryToDisk,
    /// The guest is asked and ends its work itself.
    GuestAsked,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_machine_can_only_be_started() {
        let allowed: Vec<_> = DomainAction::ALL.into_iter().filter(|a| a.allowed(DomainState::ShutOff)).collect();
        assert_eq!(allowed, [DomainAction::Start]);
    }

    #[test]
    fn every_known_state_allows_something() {
        for raw in 1..=7 {
            let state = DomainState::from_raw(raw);
            assert!(DomainAction::ALL.into_iter().any(|a| a.allowed(state)), "{state:?}");
        }
        assert_eq!(DomainState::from_raw(99), DomainState::Unknown);
    }

    #[test]
    fn a_paused_machine_tells_a_user_from_a_failure() {
        assert_eq!(StateReason::from_raw(3, 1), StateReason::PausedByUser);
        assert_eq!(StateReason::from_raw(3, 0), StateReason::Unexplained);
        assert_eq!(StateReason::from_raw(3, 14), StateReason::InternalError);
        assert_eq!(StateReason::from_raw(5, 5), StateReason::Saved);
        assert_eq!(StateReason::from_raw(5, 77), StateReason::None);
    }

    #[test]
    fn resume_of_a_sleeping_machine_is_a_wake_up() {
        assert_eq!(DomainAction::Resume.virsh(DomainState::Suspended), "dompmwakeup");
        assert_eq!(DomainAction::Resume.virsh(DomainState::Paused), "resume");
    }
}
