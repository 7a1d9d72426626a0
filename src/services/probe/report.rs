//! What a probe found.

use std::time::Duration;

use lectern_model::defaults::CpuChoice;
use serde::{Deserialize, Serialize};

/// A CPU that is tried under KVM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Candidate {
    /// The host's own, as virt-install chooses.
    HostPassthrough,
    /// The model of libvirt's that is nearest to the host's.
    HostModel,
    /// What QEMU gives unasked.
    Default,
}

impl Candidate {
    /// The best first.
    pub const ORDER: [Self; 3] = [Self::HostPassthrough, Self::HostModel, Self::Default];
}

impl From<Candidate> for CpuChoice {
    fn from(candidate: Candidate) -> Self {
        match candidate {
            Candidate::HostPassthrough => Self::HostPassthrough,
            Candidate::HostModel => Self::HostModel,
            Candidate::Default => Self::Unset,
        }
    }
}

/// How a probe guest ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It did all it should and switched itself off.
    Good,
    /// QEMU did not start, or was gone at once: what libvirt said, to be shown and never compared.
    NotStarted(String),
    /// QEMU stopped it: KVM could not go on.
    Stopped,
    /// It found something wrong, or QEMU died.
    Crashed,
    /// Nothing was heard of it in its time.
    Silent,
}

/// One guest that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Under KVM with this CPU; `None` under emulation.
    pub candidate: Option<Candidate>,
    /// How it ended.
    pub fate: Fate,
    /// How long it took, with QEMU's start.
    pub took: Duration,
}

/// Why nothing can be said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Obstacle {
    /// libvirt's test driver runs nothing.
    TestDriver,
    /// The guest is for x86-64, and the host is this.
    Architecture(String),
    /// No pool takes the guest's disk, and none could be made.
    NoPlace,
    /// The guest does not run under emulation either, so something else is wrong than KVM.
    NotEvenEmulated,
}

/// What it comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// KVM boots a guest with this CPU.
    Boots(Candidate),
    /// KVM is offered, but boots nothing: machines must be emulated.
    Broken,
    /// libvirt offers no KVM: machines must be emulated.
    NoKvm,
    /// It is not known.
    Unknown(Obstacle),
}

impl Verdict {
    /// The CPU for new machines under KVM; `None` where they should not use KVM.
    #[must_use]
    pub const fn cpu(&self) -> Option<Candidate> {
        match self {
            Self::Boots(candidate) => Some(*candidate),
            Self::Broken | Self::NoKvm | Self::Unknown(_) => None,
        }
    }
}

/// A verdict and how it was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What it comes to.
    pub verdict: Verdict,
    /// What was run for it, in this order.
    pub attempts: Vec<Attempt>,
}

impl Report {
    /// A report without any guest.
    pub(super) const fn without_guest(verdict: Verdict) -> Self {
        Self { verdict, attempts: Vec::new() }
    }
}
