//! Making volumes.

use std::{fs::File, path::Path};

use lectern_model::{
    command::CommandLine,
    id::DomainId,
    storage::{
        machine::{Place, StateFolders},
        new_volume::NewVolume,
    },
    uri::HostUri,
};
use serde::{Deserialize, Serialize};
use virt::storage_vol::StorageVol;

use super::lookup;
use crate::{
    host::StorageError,
    jobs::StepText,
    libvirt::{
        ffi::error::checked,
        line::Line,
        storage::{change, copy::Watched, machines, pieces},
    },
    plan::{
        Step, StepError, StepFailure,
        context::Context,
        mark::{Mark, VolumeMark},
        step::Act,
    },
};

/// Make a volume: empty, or an overlay of a base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateVolume {
    /// The pool's name.
    pub pool: String,
    /// The volume.
    pub new: NewVolume,
}

impl Act for CreateVolume {
    fn text(&self) -> StepText {
        let base = self.new.base.as_ref().map(|(path, _)| path.clone());
        StepText::CreateVolume { pool: self.pool.clone(), name: self.new.name.clone(), base }
    }

    /// The whole XML: `vol-create-as` makes images of qcow2's older version.
    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = CommandLine::virsh(host.as_str()).args(["vol-create", "--pool"]).arg(&self.pool);
        vec![virsh.arg("/dev/stdin").input(&xml(&self.new))]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![delete_line(host, &self.pool, &self.new.name)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        must_be_free(context, &self.pool, &self.new.name)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        context.go_on()?;
        if context.resumed
            && let Some(volume) = lookup::volume(context.connect(), &self.pool, &self.new.name)?
        {
            // Made by the run that was cut off, or else by others.
            let is_ours = is_marked(context, &volume)?;
            return if is_ours { Ok(()) } else { Err(taken(StorageError::Exists, &self.new.name)) };
        }
        let pool = lookup::pool(context.connect(), &self.pool)?;
        let made = change::create_new(&pool, &self.new).map_err(|error| taken(error, &self.new.name))?;
        (context.made)(Mark::Volume(VolumeMark::of(context.host, &made, true)?))
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        delete(context, &self.pool, &self.new.name)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// The XML by which the volume is made; empty where its name is no text of XML's, which libvirt would refuse as well.
pub(super) fn xml(new: &NewVolume) -> String {
    new.to_xml().map(|document| document.to_string()).unwrap_or_default()
}

/// Somebody else's file of that name, made between the check and now, is not to be undone.
pub(super) fn taken(error: StorageError, name: &str) -> StepError {
    match error {
        StorageError::Exists => StepError::untouched(StepFailure::FileTaken(name.to_owned())),
        error => error.into(),
    }
}

/// Nothing of that name may be in the pool.
///
/// # Errors
/// [`StepFailure::FileTaken`] if something is.
pub(super) fn must_be_free(context: &Context<'_>, pool: &str, name: &str) -> Result<(), StepError> {
    match lookup::volume(context.connect(), pool, name)? {
        Some(_) => Err(StepError::untouched(StepFailure::FileTaken(name.to_owned()))),
        None => Ok(()),
    }
}

/// Makes a volume and sends the file at `from` into it. It is marked before there is anything in it: what is there of one
/// that failed or was cancelled is the undo's.
///
/// # Errors
/// [`StepFailure::FileTaken`]; [`StorageError::Cancelled`]; else as the system and libvirt give it.
pub(super) fn send(context: &Context<'_>, pool: &str, new: &NewVolume, from: &Path) -> Result<(), StepError> {
    let mark = |made: &StorageVol, whole| (context.made)(Mark::Volume(VolumeMark::of(context.host, made, whole)?));
    let mut file = File::open(from).map_err(|error| StepError::file(from, &error))?;
    let in_pool = lookup::pool(context.connect(), pool)?;
    let made = change::create_new(&in_pool, new).map_err(|error| taken(error, &new.name))?;
    mark(&made, false)?;
    let watched = Watched { stop: &|| context.cancel.is_set(), progress: context.progress, seen: &|_| true };
    pieces::fill(context.connect(), &made, (&mut file, from), new.capacity.0, &watched)?;
    // The pool looked what is in it when there was nothing yet.
    checked(in_pool.refresh(0))?;
    let whole = lookup::volume(context.connect(), pool, &new.name)?.ok_or(StorageError::NoImage)?;
    mark(&whole, true)
}

/// Whether it is the volume that the step has made.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn is_marked(context: &Context<'_>, volume: &StorageVol) -> Result<bool, StepError> {
    match context.mark {
        Some(Mark::Volume(mark)) => Ok(mark.is(volume)?),
        _ => Ok(false),
    }
}

/// Deletes the volume that the step has made, if it is there.
///
/// # Errors
/// [`StepFailure::Doubtful`] for one that may be another's, which stays; else as libvirt gives it.
pub(super) fn delete(context: &Context<'_>, pool: &str, name: &str) -> Result<(), StepError> {
    match lookup::volume(context.connect(), pool, name)? {
        Some(volume) if is_marked(context, &volume)? => Ok(checked(volume.delete(0))?),
        Some(_) => Err(StepError::untouched(StepFailure::Doubtful(name.to_owned()))),
        None => Ok(()),
    }
}

/// [`delete`] in a shell.
pub(super) fn delete_line(host: &HostUri, pool: &str, name: &str) -> CommandLine {
    CommandLine::virsh(host.as_str()).args(["vol-delete", "--pool"]).arg(pool).arg("--vol").arg(name)
}

/// Takes the machine off, and gives for each volume of `before` that is a disk of it a mark as it is now: the machine is
/// the plan's own, so what it names is. Nothing where the machine is not there.
///
/// # Errors
/// As libvirt gives it.
pub(in crate::plan) fn disks_marked(
    line: &Line,
    host: &HostUri,
    machine: DomainId,
    before: &[(usize, &Step, &Mark)],
) -> Result<Vec<(usize, Mark)>, StepError> {
    let Some(domain) = lookup::domain(line.connect(), machine)? else { return Ok(Vec::new()) };
    if checked(domain.is_active())? {
        checked(domain.destroy())?;
    }
    let files = machines::read(&domain)?.files(&StateFolders::system());
    let is_disk = |path: &str, pool: &str, name: &str| {
        files.iter().any(|file| match &file.place {
            Place::Path(own) => own == path,
            Place::Volume { pool: in_pool, volume } => in_pool == pool && volume == name,
            Place::Network { .. } => false,
        })
    };
    let mut after = Vec::new();
    for (at, step, mark) in before {
        for (pool, name, mark) in volumes(step, mark) {
            if mark.is_file() || !is_disk(mark.path(), pool, name) {
                continue;
            }
            let Some(volume) = lookup::volume(line.connect(), pool, name)? else { continue };
            let now = VolumeMark::of(host, &volume, true)?;
            if now.path() == mark.path() {
                let is_part = matches!(step, Step::CreateOverlays(_));
                let now = Mark::Volume(now);
                after.push((*at, if is_part { Mark::Part(name.to_owned(), Box::new(now)) } else { now }));
            }
        }
    }
    Ok(after)
}

/// The volumes that a step has made, each with its pool and name.
fn volumes<'s>(step: &'s Step, mark: &'s Mark) -> Vec<(&'s str, &'s str, &'s VolumeMark)> {
    match (step, mark) {
        (Step::CreateVolume(made), Mark::Volume(mark)) => vec![(&made.pool, &made.new.name, mark)],
        (Step::CreateSwap(made), Mark::Volume(mark)) => vec![(&made.pool, &made.new.name, mark)],
        (Step::CarryImage(made), Mark::Volume(mark)) => vec![(&made.pool, &made.name, mark)],
        (Step::CopyVolume(made), Mark::Volume(mark)) => vec![(&made.pool, &made.new.name, mark)],
        (Step::CreateOverlays(made), Mark::Many(parts)) => {
            let volume = |(name, part): (&'s String, &'s Mark)| match part {
                Mark::Volume(mark) => Some((made.pool.as_str(), name.as_str(), mark)),
                _ => None,
            };
            parts.iter().filter_map(volume).collect()
        }
        _ => Vec::new(),
    }
}
