//! The checks as values: what was looked at, what was found, and what helps.

use std::{path::PathBuf, time::Duration};

use lectern_model::{command::CommandLine, units::Bytes};

use super::mend::Mend;
use crate::probe::Report;

/// What is looked at, in the order in which it is shown: each needs those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckId {
    /// libvirt's daemon answers.
    Daemon,
    /// This user may use it, and KVM.
    Groups,
    /// Somebody can ask the user for a password.
    Polkit,
    /// libvirt has its driver for QEMU.
    Driver,
    /// The processor virtualizes.
    Processor,
    /// The kernel has KVM.
    KvmDevice,
    /// QEMU's own user may use it.
    QemuUser,
    /// libvirt answers without probing QEMU each time.
    Speed,
    /// KVM boots a guest.
    KvmBoots,
    /// There is a virtual network.
    Network,
    /// Something writes the network's rules.
    Firewall,
    /// Something gives the network's addresses.
    Dnsmasq,
    /// There is a storage pool.
    Pool,
    /// There is room for disks.
    Space,
    /// UEFI firmware.
    Uefi,
    /// TPMs for guests that want one.
    Tpm,
    /// The daemon that keeps consoles' logs.
    Logs,
}

impl CheckId {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Daemon,
        Self::Groups,
        Self::Polkit,
        Self::Driver,
        Self::Processor,
        Self::KvmDevice,
        Self::QemuUser,
        Self::Speed,
        Self::KvmBoots,
        Self::Network,
        Self::Firewall,
        Self::Dnsmasq,
        Self::Pool,
        Self::Space,
        Self::Uefi,
        Self::Tpm,
        Self::Logs,
    ];
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Good,
    /// Something works less well than it could.
    Warning,
    /// Something does not work.
    Bad,
    /// It cannot be known.
    Unknown(Unknown),
}

/// Why something cannot be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The host is another computer, and libvirt does not tell it.
    OtherComputer,
    /// The host is libvirt's test driver.
    TestDriver,
    /// There is no connection.
    NotConnected,
    /// The file or the question was refused.
    Refused,
}

/// What was found; the interface finds the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Nothing, as it could not be looked at.
    Nothing,
    /// This kind of host does without it.
    NotNeeded,
    /// The daemon answers.
    Connected,
    /// Its socket is not there.
    NoSocket(PathBuf),
    /// Its socket is there, and nobody listens.
    NobodyListens(PathBuf),
    /// Its socket does not let this user in.
    SocketDenied(PathBuf),
    /// It does not answer, for another reason.
    NoAnswer,
    /// The user is root.
    Root,
    /// The user is in this group, or in all that are needed.
    InGroups(Vec<String>),
    /// The user is not in these groups.
    NotInGroups(Vec<String>),
    /// The user was put into these groups after this log-in.
    LogInAgain(Vec<String>),
    /// No agent can ask for a password.
    NoPolkitAgent,
    /// No system bus, or no polkit on it.
    NoSystemBus,
    /// The driver, by its name.
    Driver(String),
    /// libvirt has no driver for QEMU.
    NoDriver,
    /// The processor virtualizes: the flag in /proc/cpuinfo, and whether this computer is itself a guest.
    Virtualizes(String, bool),
    /// It says nothing of virtualization, though there is KVM.
    HiddenVirtualization,
    /// It does not, or the firmware has switched it off; whether this computer is itself a guest.
    NoVirtualization(bool),
    /// /dev/kvm can be used.
    DeviceUsable,
    /// It is not there.
    DeviceMissing,
    /// It is there, but not for this user.
    DeviceDenied,
    /// QEMU's user, who may use it.
    QemuMay(String),
    /// QEMU's user, who may not.
    QemuMayNot(String),
    /// A question about QEMU is answered in this time.
    AnswersIn(Duration),
    /// What the probe found.
    Probed(Report),
    /// Of this name, active, and started with the host.
    Active(String),
    /// Of this name; not started with the host.
    NotAutostarted(String),
    /// Of this name; not active.
    Inactive(String),
    /// None of this name.
    Missing(String),
    /// What is there, by its name.
    Present(String),
    /// It is not there.
    Absent,
    /// The pool with the least room, and how much that is.
    Room(String, Bytes),
}

/// What helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cure {
    /// One click: a plan that can be undone.
    Mend(Mend),
    /// A command for the user to run: it needs another's rights, or changes the system.
    Command(CommandLine),
    /// Machines of this host are to be emulated unless said otherwise.
    UseEmulation,
}

/// One check that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub id: CheckId,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found.
    pub finding: Finding,
    /// What helps, where something does.
    pub cure: Option<Cure>,
}

impl Check {
    pub(super) const fn good(id: CheckId, finding: Finding) -> Self {
        Self { id, outcome: Outcome::Good, finding, cure: None }
    }

    pub(super) const fn warning(id: CheckId, finding: Finding, cure: Option<Cure>) -> Self {
        Self { id, outcome: Outcome::Warning, finding, cure }
    }

    pub(super) const fn bad(id: CheckId, finding: Finding, cure: Option<Cure>) -> Self {
        Self { id, outcome: Outcome::Bad, finding, cure }
    }

    pub(super) const fn unknown(id: CheckId, why: Unknown) -> Self {
        Self { id, outcome: Outcome::Unknown(why), finding: Finding::Nothing, cure: None }
    }
}
