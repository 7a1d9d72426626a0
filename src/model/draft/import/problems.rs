//! What is wrong with a draft, as the host is.

use super::{DiskFacts, DiskFault, DiskInfo, DiskUser, Facts, ImportDraft, PoolFacts, Source, Usage, UserRole};
use crate::{
    draft::{Bound, Severity, cloud, machine},
    storage::ImageFormat,
    units::Bytes,
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
    /// One of what cloud-init is told.
    Cloud(cloud::Field),
    /// One of the machine itself.
    Machine(machine::Field),
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
    /// The machine would have to write to a file of this format, which is for reading and converting.
    Foreign(ImageFormat),
    /// It is packed, or a part of an appliance: it can be copied out only.
    OnlyCopied,
    /// The overlay would be smaller than its base, of this size.
    OverlayTooSmall(Bytes),
    /// The new file goes nowhere yet.
    NoPool,
    /// There is no such pool.
    PoolGone(String),
    /// The pool is stopped: it is started before the file is made.
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
    /// Something of what cloud-init is told.
    Cloud(cloud::Problem),
    /// Something of the machine itself.
    Machine(machine::Problem),
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
            Self::InUse(_) | Self::CopiedWhileOn(_) | Self::ReadOnlyFile | Self::Foreign(_) | Self::OnlyCopied => {
                Field::Usage
            }
            Self::OverlayTooSmall(_) => Field::OverlaySize,
            Self::NoPool
            | Self::PoolGone(_)
            | Self::PoolStopped(_)
            | Self::PoolReadOnly(_)
            | Self::NoRoom { .. }
            | Self::MayRunFull { .. } => Field::Pool,
            Self::Cloud(problem) => Field::Cloud(problem.field()),
            Self::FileTaken(_) => Field::Machine(machine::Field::Name),
            Self::Machine(problem) => Field::Machine(problem.field()),
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::NamedOtherwise { .. }
            | Self::Optical
            | Self::CopiedWhileOn(_)
            | Self::PoolStopped(_)
            | Self::Foreign(_)
            | Self::MayRunFull { .. } => Severity::Warning,
            Self::Cloud(problem) => problem.severity(),
            Self::Machine(problem) => problem.severity(),
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
    all.extend(taken(draft, facts));
    all.extend(seed(draft, facts));
    let sizes = facts.usable_disk().map(|disk| draft.sizes(disk)).unwrap_or_default();
    all.extend(machine::problems(&draft.machine, facts, &sizes).into_iter().map(Problem::Machine));
    all
}

fn source(draft: &ImportDraft, facts: &Facts) -> Vec<Problem> {
    match found(draft.source.as_ref(), facts.disk.as_ref()) {
        Ok(info) => about(draft, info),
        Err(problem) => vec![problem],
    }
}

/// The disk at `source`, where it can be used; `known` is what is known of one.
pub(in crate::draft) fn found<'f>(
    source: Option<&Source>,
    known: Option<&'f DiskFacts>,
) -> Result<&'f DiskInfo, Problem> {
    let source = source.ok_or(Problem::NoSource)?;
    if matches!(source, Source::File(path) if !path.starts_with('/')) {
        return Err(Problem::RelativePath);
    }
    let disk = known.filter(|disk| disk.path == source.path()).ok_or(Problem::Looking)?;
    disk.found.as_ref().map_err(|fault| Problem::Disk(fault.clone()))
}

/// The pool of that name, where a file can be made in it.
pub(in crate::draft) fn usable_pool<'f>(name: Option<&String>, facts: &'f Facts) -> Result<&'f PoolFacts, Problem> {
    let name = name.ok_or(Problem::NoPool)?;
    let pool = facts.pool(name).ok_or_else(|| Problem::PoolGone(name.clone()))?;
    match (pool.active, pool.writable) {
        (false, _) => Err(Problem::PoolStopped(name.clone())),
        (true, Some(false)) => Err(Problem::PoolReadOnly(name.clone())),
        (true, _) => Ok(pool),
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
    if draft.usage != Usage::Copy && disk.inside.is_some() {
        return vec![Problem::OnlyCopied];
    }
    if draft.usage == Usage::Itself && disk.writable == Some(false) {
        all.push(Problem::ReadOnlyFile);
    }
    if draft.usage == Usage::Itself && disk.format.is_foreign() {
        all.push(Problem::Foreign(disk.format));
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
    match usable_pool(draft.pool.as_ref(), facts) {
        Ok(pool) => room(draft, pool, disk),
        Err(problem) => Some(problem),
    }
}

fn room(draft: &ImportDraft, pool: &PoolFacts, disk: &DiskInfo) -> Option<Problem> {
    let has = pool.available;
    let real = Bytes(std::iter::once(disk).chain(&disk.others).map(|disk| disk.real_size.0).sum());
    let full = Bytes(draft.sizes(disk).iter().map(|size| size.0).sum());
    match draft.usage {
        Usage::Copy if draft.whole && full > has => Some(Problem::NoRoom { needs: full, has }),
        // How much of what is packed is zeros, nobody knows before.
        Usage::Copy if disk.inside.is_none() && real > has => Some(Problem::NoRoom { needs: real, has }),
        Usage::Copy if full > has => Some(Problem::MayRunFull { may_take: full, has }),
        Usage::Overlay => {
            let may_take = draft.overlay_size.unwrap_or(disk.virtual_size);
            (may_take > has).then_some(Problem::MayRunFull { may_take, has })
        }
        Usage::Copy | Usage::Itself => None,
    }
}

/// What cloud-init is told, and where the disc goes that tells it.
fn seed(draft: &ImportDraft, facts: &Facts) -> Vec<Problem> {
    let Some(cloud) = &draft.cloud else { return Vec::new() };
    let own = cloud.problems().into_iter().map(Problem::Cloud);
    // Where the disk is made, that was said already.
    let place = if draft.usage.makes_file() { None } else { usable_pool(draft.pool.as_ref(), facts).err() };
    own.chain(place).collect()
}

fn taken(draft: &ImportDraft, facts: &Facts) -> Option<Problem> {
    let pool = facts.pool(draft.pool.as_ref()?)?;
    let others = facts.usable_disk().map(|disk| draft.other_files(disk)).unwrap_or_default();
    let others = if draft.usage == Usage::Copy { others } else { Vec::new() };
    let mut files = draft.new_file().into_iter().chain(others).chain(draft.seed_file());
    files.find(|file| pool.volumes.contains(file)).map(Problem::FileTaken)
}
