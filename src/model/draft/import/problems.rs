//! What is wrong with a draft, as the host is.

use super::{DiskFault, DiskInfo, DiskUser, Facts, ImportDraft, NetworkChoice, PoolFacts, Source, Usage, UserRole};
use crate::{
    draft::{Bound, Severity},
    names::{self, NameKind, NameProblem},
    project::{self, Refusal},
    storage::ImageFormat,
    units::{Bytes, KiB},
};

/// The fields that problems are said beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The disk.
    Source,
    /// What is done with it.
    Usage,
    /// The overlay's size.
    OverlaySize,
    /// Where the new file goes.
    Pool,
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
    /// Its project.
    Project,
    /// Its flavor.
    Flavor,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No disk was chosen.
    NoSource,
    /// The path does not begin at the root.
    RelativePath,
    /// The disk is still being looked at.
    Looking,
    /// The disk cannot be used.
    Disk(DiskFault),
    /// It is an installation disc.
    Optical,
    /// Its name says another format than its content, which counts.
    NamedOtherwise {
        /// What the name says.
        name: ImageFormat,
        /// What it is.
        content: ImageFormat,
    },
    /// QEMU's user cannot reach it through these folders.
    Closed {
        /// The folders and files in the way.
        paths: Vec<String>,
        /// Whether their rights can be changed from here.
        mendable: bool,
    },
    /// Another machine needs it so that it cannot be used as the draft wants.
    InUse(DiskUser),
    /// A machine that is on writes to it while it would be copied.
    CopiedWhileOn(String),
    /// The machine would have to write to a file that is read-only.
    ReadOnlyFile,
    /// The overlay would be smaller than its base, of this size.
    OverlayTooSmall(Bytes),
    /// The new file goes nowhere yet.
    NoPool,
    /// There is no such pool.
    PoolGone(String),
    /// The pool is stopped.
    PoolStopped(String),
    /// Nothing can be written in the pool.
    PoolReadOnly(String),
    /// The pool has too little room for the copy.
    NoRoom {
        /// What the copy takes.
        needs: Bytes,
        /// What is free.
        has: Bytes,
    },
    /// The overlay fits now, and no longer once the guest has filled its disk.
    MayRunFull {
        /// What it may take.
        may_take: Bytes,
        /// What is free.
        has: Bytes,
    },
    /// The pool has a file of the machine's name.
    FileTaken(String),
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
    /// There is no such network.
    NetworkGone(String),
    /// The network is stopped: it is started with the machine.
    NetworkStopped {
        /// Its name.
        name: String,
        /// Whether the machine is to be started now.
        starts: bool,
    },
    /// The project does not take it.
    Project(Refusal),
    /// The flavor of this name is not for the project.
    FlavorNotForProject(String),
}

impl Bound for Problem {
    type Field = Field;

    fn field(&self) -> Field {
        match self {
            Self::NoSource
            | Self::RelativePath
            | Self::Looking
            | Self::Disk(_)
            | Self::Optical
            | Self::NamedOtherwise { .. }
            | Self::Closed { .. } => Field::Source,
            Self::InUse(_) | Self::CopiedWhileOn(_) | Self::ReadOnlyFile => Field::Usage,
            Self::OverlayTooSmall(_) => Field::OverlaySize,
            Self::NoPool
            | Self::PoolGone(_)
            | Self::PoolStopped(_)
            | Self::PoolReadOnly(_)
            | Self::NoRoom { .. }
            | Self::MayRunFull { .. } => Field::Pool,
            Self::Name(_) | Self::FileTaken(_) => Field::Name,
            Self::NoMemory | Self::MemoryAboveHost(_) | Self::MemoryAboveFree(_) | Self::MemoryBelowLeast(_) => {
                Field::Memory
            }
            Self::NoCpu | Self::CpusAboveMost(_) | Self::CpusAboveHost(_) => Field::Vcpus,
            Self::NoSuchWay => Field::Way,
            Self::NetworkGone(_) | Self::NetworkStopped { .. } => Field::Network,
            Self::Project(_) => Field::Project,
            Self::FlavorNotForProject(_) => Field::Flavor,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::NamedOtherwise { .. }
            | Self::Optical
            | Self::CopiedWhileOn(_)
            | Self::MayRunFull { .. }
            | Self::MemoryAboveFree(_)
            | Self::MemoryBelowLeast(_)
            | Self::CpusAboveHost(_)
            | Self::NetworkStopped { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

/// Everything that is wrong, in the order of the fields.
#[must_use]
pub fn problems(draft: &ImportDraft, facts: &Facts) -> Vec<Problem> {
    let mut all = source(draft, facts);
    if let Some(disk) = facts.usable_disk().filter(|_| draft.source.is_some()) {
        all.extend(usage(draft, disk));
        all.extend(overlay_size(draft, disk));
        all.extend(pool(draft, facts, disk));
    }
    all.extend(named(draft, facts));
    all.extend(memory(draft, facts));
    all.extend(vcpus(draft, facts));
    all.extend((!facts.ways.is_empty() && !facts.ways.contains(&draft.way)).then_some(Problem::NoSuchWay));
    all.extend(network(draft, facts));
    all.extend(project(draft, facts));
    let foreign = draft.flavor.as_ref().filter(|flavor| !flavor.is_for(draft.counts_in()));
    all.extend(foreign.map(|flavor| Problem::FlavorNotForProject(flavor.name.clone())));
    all
}

fn project(draft: &ImportDraft, facts: &Facts) -> Option<Problem> {
    let asked = draft.asked(facts.usable_disk()?);
    project::refusal(&facts.projects, draft.counts_in(), &asked).map(Problem::Project)
}

fn source(draft: &ImportDraft, facts: &Facts) -> Vec<Problem> {
    let Some(source) = &draft.source else { return vec![Problem::NoSource] };
    if matches!(source, Source::File(path) if !path.starts_with('/')) {
        return vec![Problem::RelativePath];
    }
    let Some(disk) = facts.disk.as_ref().filter(|disk| disk.path == source.path()) else {
        return vec![Problem::Looking];
    };
    match &disk.found {
        Ok(info) => about(draft, info),
        Err(fault) => vec![Problem::Disk(fault.clone())],
    }
}

fn about(draft: &ImportDraft, disk: &DiskInfo) -> Vec<Problem> {
    let mut all = Vec::new();
    let mended = draft.mend_access && disk.mendable;
    if !(mended || disk.closed.is_empty()) {
        all.push(Problem::Closed { paths: disk.closed.clone(), mendable: disk.mendable });
    }
    if disk.optical {
        all.push(Problem::Optical);
    }
    if let Some(name) = disk.named_as {
        all.push(Problem::NamedOtherwise { name, content: disk.format });
    }
    all
}

fn usage(draft: &ImportDraft, disk: &DiskInfo) -> Vec<Problem> {
    let clash = |user: &&DiskUser| clashes(draft.usage, &user.role);
    let mut all: Vec<_> = disk.users.iter().filter(clash).cloned().map(Problem::InUse).collect();
    if draft.usage == Usage::Copy {
        let writing = disk.users.iter().filter(|user| user.active && user.role != UserRole::Base);
        all.extend(writing.map(|user| Problem::CopiedWhileOn(user.machine.clone())));
    }
    if draft.usage == Usage::Itself && disk.writable == Some(false) {
        all.push(Problem::ReadOnlyFile);
    }
    all
}

/// Two machines must not write to one file, and nobody may write to what others stand on: a base that changes takes
/// every overlay on it along, whether the machines are on now or not.
const fn clashes(usage: Usage, role: &UserRole) -> bool {
    match usage {
        Usage::Copy => false,
        Usage::Itself => true,
        Usage::Overlay => !matches!(role, UserRole::Base),
    }
}

fn overlay_size(draft: &ImportDraft, disk: &DiskInfo) -> Option<Problem> {
    let size = draft.overlay_size.filter(|_| draft.usage == Usage::Overlay)?;
    (size < disk.virtual_size).then_some(Problem::OverlayTooSmall(disk.virtual_size))
}

fn pool(draft: &ImportDraft, facts: &Facts, disk: &DiskInfo) -> Option<Problem> {
    if !draft.usage.makes_file() {
        return None;
    }
    let Some(name) = &draft.pool else { return Some(Problem::NoPool) };
    let Some(pool) = facts.pool(name) else { return Some(Problem::PoolGone(name.clone())) };
    if !pool.active {
        return Some(Problem::PoolStopped(name.clone()));
    }
    if pool.writable == Some(false) {
        return Some(Problem::PoolReadOnly(name.clone()));
    }
    room(draft, pool, disk)
}

fn room(draft: &ImportDraft, pool: &PoolFacts, disk: &DiskInfo) -> Option<Problem> {
    let has = pool.available;
    match draft.usage {
        Usage::Copy if disk.real_size > has => Some(Problem::NoRoom { needs: disk.real_size, has }),
        Usage::Copy if disk.virtual_size > has => Some(Problem::MayRunFull { may_take: disk.virtual_size, has }),
        Usage::Overlay => {
            let may_take = draft.overlay_size.unwrap_or(disk.virtual_size);
            (may_take > has).then_some(Problem::MayRunFull { may_take, has })
        }
        Usage::Copy | Usage::Itself => None,
    }
}

fn named(draft: &ImportDraft, facts: &Facts) -> Option<Problem> {
    if let Err(problem) = names::check_free(&draft.name, NameKind::Domain, |name| facts.names.contains(name)) {
        return Some(Problem::Name(problem));
    }
    let pool = facts.pool(draft.pool.as_ref()?)?;
    let file = draft.new_file()?;
    pool.volumes.contains(&file).then_some(Problem::FileTaken(file))
}

fn memory(draft: &ImportDraft, facts: &Facts) -> Option<Problem> {
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

fn vcpus(draft: &ImportDraft, facts: &Facts) -> Option<Problem> {
    let host = &facts.host;
    if draft.vcpus == 0 {
        Some(Problem::NoCpu)
    } else if let Some(most) = host.most_vcpus.filter(|most| draft.vcpus > *most) {
        Some(Problem::CpusAboveMost(most))
    } else {
        (host.cpus > 0 && draft.vcpus > host.cpus).then_some(Problem::CpusAboveHost(host.cpus))
    }
}

fn network(draft: &ImportDraft, facts: &Facts) -> Option<Problem> {
    let NetworkChoice::Network(name) = &draft.network else { return None };
    match facts.networks.iter().find(|network| network.name == *name) {
        None => Some(Problem::NetworkGone(name.clone())),
        Some(network) if network.active => None,
        Some(_) => Some(Problem::NetworkStopped { name: name.clone(), starts: draft.start }),
    }
}
