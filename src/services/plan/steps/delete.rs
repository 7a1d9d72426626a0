//! Deleting images for good, after another look at who needs them.

use std::{collections::BTreeSet, time::Duration};

use lectern_model::{
    command::CommandLine,
    id::DomainId,
    storage::{
        DependencyMap, Pool, Volume,
        dependency::{Deletion, Holder, Leaving},
    },
    uri::HostUri,
};
use serde::{Deserialize, Serialize};
use virt::connect::Connect;

use super::lookup;
use crate::{
    disk::remove,
    host::StorageError,
    jobs::StepText,
    libvirt::{
        ffi::error::checked,
        line::Line,
        storage::{machines, needs::Needs, pools},
    },
    plan::{Plan, Step, StepError, StepFailure, context::Context, step::Act},
};

/// Delete an image for good, in a pool or outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteImage {
    /// Its path.
    pub path: String,
    /// Whether it is a volume of a pool.
    pub in_pool: bool,
    /// The machines that go together with it.
    pub machines: BTreeSet<DomainId>,
    /// All files that go with those machines.
    pub together: BTreeSet<String>,
}

impl Act for DeleteImage {
    fn text(&self) -> StepText {
        StepText::Delete { path: self.path.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![line(host, &self.path, self.in_pool)]
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let leaving = Leaving { machines: self.machines.clone(), files: self.together.clone() };
        must_be_free(&map(context.connect())?, self.path.clone(), &leaving)
    }

    fn check_again(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.check(context)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        // It may have been started since the plan was made, or since it was forced off.
        self.machines.iter().try_for_each(|machine| must_be_off(context, *machine))?;
        Ok(remove::delete_here(context.connect(), context.host, &self.path).map(drop)?)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// The line that deletes an image.
pub(super) fn line(host: &HostUri, path: &str, in_pool: bool) -> CommandLine {
    if in_pool {
        return CommandLine::virsh(host.as_str()).args(["vol-delete", "--vol"]).arg(path);
    }
    CommandLine::new("rm").args(["--", path])
}

fn name(holder: &Holder) -> String {
    match holder {
        Holder::Machine { user, .. } => user.name.clone(),
        Holder::Image { path } => path.clone(),
    }
}

/// A machine that is on writes to its disks.
///
/// # Errors
/// [`StepFailure::Running`], with nothing touched.
pub(super) fn must_be_off(context: &Context<'_>, machine: DomainId) -> Result<(), StepError> {
    match lookup::domain(context.connect(), machine)? {
        Some(domain) if checked(domain.is_active())? => {
            Err(StepError::untouched(StepFailure::Running(checked(domain.name())?)))
        }
        _ => Ok(()),
    }
}

/// Whether what a plan has made may be taken away again: nobody else stands on its volumes.
///
/// # Errors
/// [`StepFailure::Needed`] if somebody does.
pub(in crate::plan) fn may_be_undone(plan: &Plan, line: &Line) -> Result<(), StepError> {
    let (mut machines, mut files) = (BTreeSet::new(), BTreeSet::new());
    for step in plan.steps() {
        match step {
            Step::Define(define) => drop(machines.insert(define.id)),
            Step::DefineMachines(made) => machines.extend(made.machines.iter().map(|machine| machine.id)),
            Step::CreateOverlays(made) => {
                for new in &made.new {
                    files.extend(path_of(line.connect(), &made.pool, &new.name)?);
                }
            }
            Step::CreateVolume(made) => files.extend(path_of(line.connect(), &made.pool, &made.new.name)?),
            Step::FillVolume(made) => files.extend(path_of(line.connect(), &made.pool, &made.new.name)?),
            Step::CopyVolume(made) => files.extend(path_of(line.connect(), &made.pool, &made.new.name)?),
            Step::CopyFile(made) => drop(files.insert(made.convert.to.clone())),
            Step::CarryImage(made) => files.extend(path_of(line.connect(), &made.pool, &made.name)?),
            Step::RebaseImage(made) => drop(files.insert(made.rebase.to.clone())),
            Step::UploadVolume(made) => files.extend(path_of(line.connect(), &made.pool, &made.name)?),
            _ => {}
        }
    }
    if files.is_empty() {
        return Ok(());
    }
    let map = map(line.connect())?;
    let leaving = Leaving { machines, files: files.clone() };
    files.into_iter().try_for_each(|path| must_be_free(&map, path, &leaving))
}

fn path_of(connect: &Connect, pool: &str, name: &str) -> Result<Option<String>, StepError> {
    Ok(match lookup::volume(connect, pool, name)? {
        Some(volume) => Some(checked(volume.path())?),
        None => None,
    })
}

/// Nobody but what leaves may need the file.
///
/// # Errors
/// [`StepFailure::Needed`] if somebody does, with nothing touched.
pub(super) fn must_be_free(map: &DependencyMap, path: String, leaving: &Leaving) -> Result<(), StepError> {
    match map.deletion(&path, leaving) {
        Deletion::Free => Ok(()),
        Deletion::Locked(holders) => {
            let by = holders.iter().map(name).collect::<Vec<_>>().join(", ");
            Err(StepError::untouched(StepFailure::Needed { what: path, by }))
        }
    }
}

/// How often a pool that is busy is asked again, and after what time: libvirt refreshes none in which an image is made.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

/// Who needs what, as far as pools and machines tell; what lies outside of pools was looked into for the plan.
///
/// # Errors
/// If a pool cannot be looked into: what is there may need any file.
pub(super) fn map(connect: &Connect) -> Result<DependencyMap, StorageError> {
    let needs = Needs { pools: every_pool(connect)?, machines: machines::all(connect)? };
    Ok(needs.builder().build())
}

fn every_pool(connect: &Connect) -> Result<Vec<(Pool, Vec<Volume>)>, StorageError> {
    let read = || -> Result<Vec<_>, StorageError> {
        let listed = pools::everything(connect, true)?;
        listed.into_iter().map(|one| Ok((one.pool, one.volumes?))).collect()
    };
    for _ in 1..TRIES {
        match read() {
            Err(_) => std::thread::sleep(PAUSE),
            all => return all,
        }
    }
    read()
}
