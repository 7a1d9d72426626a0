//! What is wrong with a new machine, whatever its disk, as the host is.

use super::{Facts, MachineDraft, NetworkChoice};
use crate::{
    draft::{Bound, Severity},
    mac::{MacAddress, MacProblem},
    names::{self, NameKind, NameProblem},
    project::{self, Refusal},
    units::{Bytes, KiB},
};

/// The fields that problems are said beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The machine's name.
    Name,
    /// Its memory.
    Memory,
    /// Its virtual CPUs.
    Vcpus,
    /// How it is run.
    Way,
    /// Its network.
    Network,
    /// Its network card's address.
    Mac,
    /// Its project.
    Project,
    /// Its flavor.
    Flavor,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The name is not one.
    Name(NameProblem),
    /// No memory at all.
    NoMemory,
    /// More memory than the host has.
    MemoryAboveHost(KiB),
    /// More memory than the host has free now.
    MemoryAboveFree(KiB),
    /// Less memory than the guest system needs.
    MemoryBelowLeast(KiB),
    /// No CPU at all.
    NoCpu,
    /// More than the hypervisor gives a machine.
    CpusAboveMost(u32),
    /// More than the host has.
    CpusAboveHost(u32),
    /// The host does not run machines that way.
    NoSuchWay,
    /// The host takes so many seconds for one question about QEMU.
    SlowHost(u64),
    /// There is no such network.
    NetworkGone(String),
    /// The network is stopped: it is started with the machine.
    NetworkStopped {
        /// Its name.
        name: String,
        /// Whether the machine is to be started now.
        starts: bool,
    },
    /// The card's address is none.
    Mac(MacProblem),
    /// The project does not take it.
    Project(Refusal),
    /// The flavor of this name is not for the project.
    FlavorNotForProject(String),
}

impl Bound for Problem {
    type Field = Field;

    fn field(&self) -> Field {
        match self {
            Self::Name(_) => Field::Name,
            Self::NoMemory | Self::MemoryAboveHost(_) | Self::MemoryAboveFree(_) | Self::MemoryBelowLeast(_) => {
                Field::Memory
            }
            Self::NoCpu | Self::CpusAboveMost(_) | Self::CpusAboveHost(_) => Field::Vcpus,
            Self::NoSuchWay | Self::SlowHost(_) => Field::Way,
            Self::NetworkGone(_) | Self::NetworkStopped { .. } => Field::Network,
            Self::Mac(_) => Field::Mac,
            Self::Project(_) => Field::Project,
            Self::FlavorNotForProject(_) => Field::Flavor,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::MemoryAboveFree(_)
            | Self::MemoryBelowLeast(_)
            | Self::CpusAboveHost(_)
            | Self::SlowHost(_)
            | Self::NetworkStopped { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

/// Everything that is wrong with a machine whose own disks have these sizes, in the order of the fields.
#[must_use]
pub fn problems(draft: &MachineDraft, facts: &Facts, disks: &[Bytes]) -> Vec<Problem> {
    let name = names::check_free(&draft.name, NameKind::Domain, |name| facts.names.contains(name));
    let foreign = draft.flavor.as_ref().filter(|flavor| !flavor.is_for(draft.counts_in()));
    let refused = project::refusal(&facts.projects, draft.counts_in(), &draft.asked(disks));
    let all = [
        name.err().map(Problem::Name),
        memory(draft, facts),
        vcpus(draft, facts),
        (!facts.ways.is_empty() && !facts.ways.contains(&draft.way)).then_some(Problem::NoSuchWay),
        facts.host.slow.map(Problem::SlowHost),
        network(draft, facts),
        mac(draft),
        refused.map(Problem::Project),
        foreign.map(|flavor| Problem::FlavorNotForProject(flavor.name.clone())),
    ];
    all.into_iter().flatten().collect()
}

fn mac(draft: &MachineDraft) -> Option<Problem> {
    let is_asked = draft.network != NetworkChoice::Unplugged && !draft.mac.trim().is_empty();
    is_asked.then(|| MacAddress::parse(&draft.mac).err().map(Problem::Mac)).flatten()
}

fn memory(draft: &MachineDraft, facts: &Facts) -> Option<Problem> {
    let (memory, host) = (draft.memory, &facts.host);
    if memory.0 == 0 {
        Some(Problem::NoMemory)
    } else if host.memory.0 > 0 && memory > host.memory {
        Some(Problem::MemoryAboveHost(host.memory))
    } else if let Some(least) = facts.recommended.least_memory.filter(|least| memory < *least) {
        Some(Problem::MemoryBelowLeast(least))
    } else {
        host.free.filter(|free| draft.start && memory > *free).map(Problem::MemoryAboveFree)
    }
}

fn vcpus(draft: &MachineDraft, facts: &Facts) -> Option<Problem> {
    let host = &facts.host;
    if draft.vcpus == 0 {
        Some(Problem::NoCpu)
    } else if let Some(most) = host.most_vcpus.filter(|most| draft.vcpus > *most) {
        Some(Problem::CpusAboveMost(most))
    } else {
        (host.cpus > 0 && draft.vcpus > host.cpus).then_some(Problem::CpusAboveHost(host.cpus))
    }
}

fn network(draft: &MachineDraft, facts: &Facts) -> Option<Problem> {
    let NetworkChoice::Network(name) = &draft.network else { return None };
    match facts.networks.iter().find(|network| network.name == *name) {
        None => Some(Problem::NetworkGone(name.clone())),
        Some(network) if network.active => None,
        Some(_) => Some(Problem::NetworkStopped { name: name.clone(), starts: draft.start }),
    }
}
