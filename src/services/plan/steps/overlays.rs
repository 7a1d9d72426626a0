//! Making many overlays at once.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    thread::sleep,
    time::Duration,
};

use lectern_model::{command::CommandLine, storage::new_volume::NewVolume, units::Bytes, uri::HostUri};
use serde::{Deserialize, Serialize};
use virt::{storage_pool::StoragePool, storage_vol::StorageVol};

use super::{batch, lookup, volume};
use crate::{
    host::{HostError, LibvirtError, StorageError},
    jobs::StepText,
    libvirt::{
        ffi::{codes, error::checked},
        storage::{change, pools},
    },
    plan::{
        Step, StepError, StepFailure,
        context::Context,
        mark::{Mark, VolumeMark},
        step::Act,
    },
};

/// How often a pool that is busy is asked again, and after what time: libvirt refreshes none in which an image is made.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Make overlays, all or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateOverlays {
    /// The pool's name.
    pub pool: String,
    /// Its folder, for a pool of files.
    pub folder: Option<String>,
    /// The overlays, each with its base.
    pub new: Vec<NewVolume>,
}

impl CreateOverlays {
    /// The names of those that are there and were made by this step.
    ///
    /// # Errors
    /// [`StepFailure::Doubtful`] if one is there that may be another's.
    fn own(&self, context: &Context<'_>, pool: &StoragePool) -> Result<BTreeSet<String>, StepError> {
        let mut own = BTreeSet::new();
        for volume in checked(pool.list_all_volumes(0))? {
            let name = checked(volume.name())?;
            let Some(new) = self.new.iter().find(|new| new.name == name) else { continue };
            if !is_own(context, new, &volume)? {
                return Err(StepError::touched(StepFailure::Doubtful(name)));
            }
            own.insert(name);
        }
        Ok(own)
    }
}

/// What is not noted is what this run asked for and libvirt did not finish, as on a full disk: nothing of that name was
/// there when it began, and a name that was taken meanwhile ends the step untouched. A kill in the middle leaves some that
/// were asked for and not noted: they are as wanted, and were made in the same breath as those that were.
fn is_own(context: &Context<'_>, new: &NewVolume, raw: &StorageVol) -> Result<bool, StepError> {
    if let Some(Mark::Volume(mark)) = context.mark.and_then(|mark| mark.part(&new.name)) {
        return Ok(mark.is(raw)?);
    }
    if !context.resumed {
        return Ok(true);
    }
    let Some(Mark::Many(parts)) = context.mark else { return Ok(false) };
    let (volume, _) = pools::read_volume(raw)?;
    let near = |mark: &Mark| matches!(mark, Mark::Volume(mark) if mark.is_near(&volume));
    Ok(new.is_made(&volume) && parts.values().any(near))
}

impl Act for CreateOverlays {
    fn text(&self) -> StepText {
        StepText::CreateOverlays { pool: self.pool.clone(), count: self.new.len() }
    }

    /// On this computer as the course does it; elsewhere through libvirt.
    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = || CommandLine::virsh(host.as_str());
        if let Some(folder) = self.folder.as_ref().filter(|_| host.host().is_none()) {
            let all = self.new.iter().map(|new| qemu_img(folder, new));
            return all.chain([virsh().args(["pool-refresh", "--pool"]).arg(&self.pool)]).collect();
        }
        let create = || virsh().args(["vol-create", "--pool"]).arg(&self.pool).arg("/dev/stdin");
        self.new.iter().map(|new| create().input(&volume::xml(new))).collect()
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.new.iter().rev().map(|new| volume::delete_line(host, &self.pool, &new.name)).collect()
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let there = names(&refreshed(context, &self.pool)?)?;
        match self.new.iter().find(|new| there.contains(&new.name)) {
            Some(new) => Err(StepError::untouched(StepFailure::FileTaken(new.name.clone()))),
            None => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let pool = refreshed(context, &self.pool)?;
        let there = if context.resumed { self.own(context, &pool)? } else { BTreeSet::new() };
        let missing: Vec<&NewVolume> = self.new.iter().filter(|new| !there.contains(&new.name)).collect();
        let made = Mutex::new(Vec::new());
        let outcome = batch::each(context, &missing, |context, new| {
            let volume = change::create_new(&pool, new).map_err(|error| failed(error, &new.name))?;
            let mark = Mark::Volume(VolumeMark::of(context.host, &volume, true)?);
            (context.made)(Mark::Part(new.name.clone(), Box::new(mark)))?;
            made.lock().unwrap_or_else(PoisonError::into_inner).push(new.name.clone());
            Ok(())
        });
        // Where somebody else's file came in between, only what was made here goes again, and never that file.
        match outcome {
            Err(error) if error.untouched && !context.resumed => {
                let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
                delete(context, &self.pool, &made).map_err(|_| StepError { untouched: false, ..error.clone() })?;
                Err(error)
            }
            Err(error) if matches!(error.why, StepFailure::Host(HostError::Libvirt(_))) && change::is_full(&pool) => {
                Err(StepError::touched(StepFailure::NoSpace(self.pool.clone())))
            }
            other => other,
        }
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let pool = refreshed(context, &self.pool)?;
        let own: Vec<String> = self.own(context, &pool)?.into_iter().collect();
        delete(context, &self.pool, &own)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

fn failed(error: StorageError, name: &str) -> StepError {
    match error {
        StorageError::NoSpace => StepError::touched(StepFailure::NoSpace(name.to_owned())),
        error => volume::taken(error, name),
    }
}

/// `qemu-img create -f qcow2 -F qcow2 -b BASE FILE SIZE`
fn qemu_img(folder: &str, new: &NewVolume) -> CommandLine {
    let line = CommandLine::new("qemu-img").args(["create", "-q", "-f", new.format.driver()]);
    let line = match &new.base {
        Some((base, format)) => line.args(["-F", format.driver(), "-b", base]),
        None => line,
    };
    line.arg(format!("{}/{}", folder.trim_end_matches('/'), new.name)).arg(size(new.capacity))
}

/// As a person writes it, where that is exact.
fn size(bytes: Bytes) -> String {
    let exact = [(30, "G"), (20, "M"), (10, "K")].into_iter().find(|(shift, _)| bytes.0.trailing_zeros() >= *shift);
    match exact {
        Some((shift, unit)) if bytes.0 > 0 => format!("{}{unit}", bytes.0 >> shift),
        _ => bytes.0.to_string(),
    }
}

/// The pool, read anew, so that files which came from elsewhere are seen.
fn refreshed(context: &Context<'_>, name: &str) -> Result<StoragePool, LibvirtError> {
    let pool = lookup::pool(context.connect(), name)?;
    for _ in 1..TRIES {
        match checked(pool.refresh(0)) {
            // What a program that was killed had asked for is still being made.
            Err(error) if is_busy(&error) => sleep(PAUSE),
            other => return other.map(|()| pool),
        }
    }
    checked(pool.refresh(0)).map(|()| pool)
}

/// libvirt has no code of its own for a pool with work under way.
fn is_busy(error: &LibvirtError) -> bool {
    matches!(error.code, codes::OPERATION_INVALID | codes::INTERNAL_ERROR)
}

fn names(pool: &StoragePool) -> Result<BTreeSet<String>, LibvirtError> {
    Ok(checked(pool.list_all_volumes(0))?.iter().filter_map(|volume| checked(volume.name()).ok()).collect())
}

fn delete(context: &Context<'_>, pool: &str, volumes: &[String]) -> Result<(), StepError> {
    let pool = refreshed(context, pool)?;
    let there = names(&pool)?;
    let ours: Vec<&String> = volumes.iter().filter(|name| there.contains(*name)).collect();
    batch::each(context, &ours, |_, name| Ok(change::delete_in(&pool, name).map(drop)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_model::storage::ImageFormat;

    #[test]
    fn the_command_is_the_courses_with_the_bases_format() {
        let new = NewVolume::overlay("cent7node1.qcow2", Bytes::from_gib(100), "/i/cent7.img", ImageFormat::Qcow2);
        assert_eq!(
            qemu_img("/i/", &new).to_string(),
            "qemu-img create -q -f qcow2 -F qcow2 -b /i/cent7.img /i/cent7node1.qcow2 100G"
        );
        assert_eq!(
            (size(Bytes(1536)), size(Bytes(512)), size(Bytes::from_mib(64))),
            ("1536".into(), "512".into(), "64M".into())
        );
    }
}
