//! Copying images: by the daemon into a pool, or by qemu-img on this computer.

use lectern_model::{command::CommandLine, storage::new_volume::NewVolume, uri::HostUri};
use serde::{Deserialize, Serialize};

use super::{lookup, volume};
use crate::{
    disk::convert::Convert,
    jobs::StepText,
    libvirt::{
        ffi::error::checked,
        storage::copy::{self, Watched},
    },
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
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
}

impl Act for CopyVolume {
    fn text(&self) -> StepText {
        StepText::Copy { from: self.from.clone(), to: self.new.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = CommandLine::virsh(host.as_str()).args(["vol-create-from", "--pool"]).arg(&self.pool);
        let from = lectern_model::storage::name_of(&self.from);
        let virsh = virsh.args(["--file", "/dev/stdin", "--inputpool"]).arg(&self.from_pool).arg("--vol").arg(from);
        vec![virsh.input(&volume::xml(&self.new))]
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
        let watched = Watched { stop: &|| context.cancel.is_set(), progress: context.progress };
        let made = copy::copy(context.connect(), &pool, &self.new, &self.from, &watched);
        made.map(drop).map_err(|error| volume::taken(error, &self.new.name))
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
}

impl Act for CopyFile {
    fn text(&self) -> StepText {
        let to = lectern_model::storage::name_of(&self.convert.to).to_owned();
        StepText::Copy { from: self.convert.from.clone(), to }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let refresh = CommandLine::virsh(host.as_str()).args(["pool-refresh", "--pool"]).arg(&self.pool);
        self.convert.commands().into_iter().chain([refresh]).collect()
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
            self.convert.undo()?;
        }
        let done = self.convert.apply(&|| context.cancel.is_set(), context.progress);
        done.map_err(|error| volume::taken(error, &self.convert.to))?;
        Ok(checked(lookup::pool(context.connect(), &self.pool)?.refresh(0))?)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        if self.convert.undo()? {
            checked(lookup::pool(context.connect(), &self.pool)?.refresh(0))?;
        }
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
