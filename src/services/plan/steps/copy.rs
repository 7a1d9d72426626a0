//! Copying images: by the daemon into a pool, or by qemu-img on this computer.

use std::{io::ErrorKind, path::Path};

use lectern_model::{
    command::CommandLine,
    storage::{name_of, new_volume::NewVolume},
    units::Bytes,
    uri::HostUri,
};
use serde::{Deserialize, Serialize};
use virt::storage_vol::StorageVol;

use super::{lookup, volume};
use crate::{
    disk::{convert::Convert, proof},
    host::{HostError, StorageError},
    jobs::StepText,
    libvirt::{
        ffi::error::checked,
        storage::{
            copy::{self, Watched},
            pools,
        },
    },
    plan::{
        Step, StepError, StepFailure,
        context::Context,
        mark::{FileId, Mark, VolumeMark},
        step::Act,
    },
};

/// Copy an image to a new volume: a full copy, made by the daemon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyVolume {
    /// The pool's name.
    pub pool: String,
    /// The new volume.
    pub new: NewVolume,
    /// The path of the image, which is a volume of a pool.
    pub from: String,
    /// The name of that pool.
    pub from_pool: String,
    /// How large the copy is made in the end: libvirt (11.3) copies a qcow2 image in its own size, whatever it is asked for.
    #[serde(default)]
    pub grow: Option<Bytes>,
}

/// Makes a copy larger that nobody uses yet.
pub(super) fn grow(volume: &StorageVol, size: Option<Bytes>) -> Result<(), StorageError> {
    if let Some(size) = size {
        checked(volume.resize(size.0, 0))?;
    }
    Ok(())
}

/// The line for it.
pub(super) fn grow_line(host: &HostUri, path: [&str; 4], size: Bytes) -> CommandLine {
    CommandLine::virsh(host.as_str()).arg("vol-resize").args(path).arg(format!("{}B", size.0))
}

impl Act for CopyVolume {
    fn text(&self) -> StepText {
        StepText::Copy { from: self.from.clone(), to: self.new.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = CommandLine::virsh(host.as_str()).args(["vol-create-from", "--pool"]).arg(&self.pool);
        let from = name_of(&self.from);
        let virsh = virsh.args(["--file", "/dev/stdin", "--inputpool"]).arg(&self.from_pool).arg("--vol").arg(from);
        let place = ["--pool", &self.pool, "--vol", &self.new.name];
        let grow = self.grow.map(|size| grow_line(host, place, size));
        std::iter::once(virsh.input(&volume::xml(&self.new))).chain(grow).collect()
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![volume::delete_line(host, &self.pool, &self.new.name)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        volume::must_be_free(context, &self.pool, &self.new.name)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        if context.resumed {
            // Nobody can tell a whole copy from a part by looking.
            self.undo(context)?;
        }
        let pool = lookup::pool(context.connect(), &self.pool)?;
        let mark = |made: &StorageVol, whole| {
            let mark = VolumeMark::of(context.host, made, whole)?;
            (context.made)(Mark::Volume(mark))
        };
        let seen = |made: &StorageVol| mark(made, false).is_ok();
        let watched = Watched { stop: &|| context.cancel.is_set(), progress: context.progress, seen: &seen };
        let made = copy::copy(context.connect(), &pool, &self.new, &self.from, &watched);
        let made = made.map_err(|error| volume::taken(error, &self.new.name))?;
        grow(&made, self.grow)?;
        mark(&made, true)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        volume::delete(context, &self.pool, &self.new.name)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Copy an image on this computer into the folder of a pool: shows how far it is, and ends at once when cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyFile {
    /// The copy.
    pub convert: Convert,
    /// The pool that is to learn of it.
    pub pool: String,
    /// How large the copy is made in the end.
    #[serde(default)]
    pub grow: Option<Bytes>,
}

impl CopyFile {
    /// Removes the copy, if it is there and this step has made it.
    fn remove(&self, context: &Context<'_>) -> Result<bool, StepError> {
        let to = Path::new(&self.convert.to);
        match (FileId::of(to), context.mark) {
            (Ok(there), Some(Mark::File(own))) if there == *own => {}
            (Ok(_), _) => return Err(StepError::untouched(StepFailure::Doubtful(self.convert.to.clone()))),
            (Err(error), _) if error.kind() == ErrorKind::NotFound => {}
            (Err(error), _) => return Err(StepError::file(to, &error)),
        }
        Ok(self.convert.undo()?)
    }

    /// The pool has the file: else this computer's folder is not the daemon's.
    fn must_be_seen(&self, context: &Context<'_>) -> Result<(), StepError> {
        checked(lookup::pool(context.connect(), &self.pool)?.refresh(0))?;
        let seen = pools::at(context.connect(), &self.convert.to)?;
        let is_same = match seen {
            Some(raw) => proof::of_daemon(context.host, &pools::read_volume(&raw)?.0).is_some(),
            None => false,
        };
        if is_same { Ok(()) } else { Err(StepError::touched(StorageError::NoImage)) }
    }
}

impl Act for CopyFile {
    fn text(&self) -> StepText {
        let to = name_of(&self.convert.to).to_owned();
        StepText::Copy { from: self.convert.from.clone(), to }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let refresh = CommandLine::virsh(host.as_str()).args(["pool-refresh", "--pool"]).arg(&self.pool);
        let place = ["--pool", &self.pool, "--vol", name_of(&self.convert.to)];
        let grow = self.grow.map(|size| grow_line(host, place, size));
        self.convert.commands().into_iter().chain([refresh]).chain(grow).collect()
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let refresh = CommandLine::virsh(host.as_str()).args(["pool-refresh", "--pool"]).arg(&self.pool);
        vec![CommandLine::new("rm").args(["--", &self.convert.to]), refresh]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        lookup::pool(context.connect(), &self.pool)?;
        match std::fs::symlink_metadata(&self.convert.to) {
            Ok(_) => Err(StepError::untouched(StepFailure::FileTaken(self.convert.to.clone()))),
            Err(_) => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        if context.resumed {
            self.remove(context)?;
        }
        let whole = |copy: &Path| {
            let id = FileId::of(copy).map_err(|error| StorageError::file(copy, &error))?;
            (context.made)(Mark::File(id)).map_err(|error| HostError::System(error.to_string()).into())
        };
        let done = self.convert.apply(&|| context.cancel.is_set(), context.progress, &whole);
        done.map_err(|error| volume::taken(error, &self.convert.to))?;
        self.must_be_seen(context)?;
        let made = if self.grow.is_some() { pools::at(context.connect(), &self.convert.to)? } else { None };
        Ok(made.map_or(Ok(()), |made| grow(&made, self.grow))?)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        if self.remove(context)? {
            checked(lookup::pool(context.connect(), &self.pool)?.refresh(0))?;
        }
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
