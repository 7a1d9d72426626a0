//! Giving a copy of an overlay another base, on this computer.

use std::{io::ErrorKind, path::Path};

use lectern_model::{command::CommandLine, storage::name_of, uri::HostUri};
use serde::{Deserialize, Serialize};

use super::{lookup, volume};
use crate::{
    disk::rebase::Rebase,
    host::{HostError, StorageError},
    jobs::StepText,
    libvirt::ffi::error::checked,
    plan::{
        Step, StepError, StepFailure,
        context::Context,
        mark::{FileId, Mark},
        step::Act,
    },
};

/// Copy an overlay and give the copy another base; what the guest sees stays the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebaseImage {
    /// The overlay, its copy and the base.
    pub rebase: Rebase,
    /// The pool that is to learn of the copy.
    pub pool: String,
}

impl RebaseImage {
    /// Removes the copy, if it is there and this step has made it.
    fn remove(&self, context: &Context<'_>) -> Result<bool, StepError> {
        let to = Path::new(&self.rebase.to);
        match (FileId::of(to), context.mark) {
            (Ok(there), Some(Mark::File(own))) if there == *own => {}
            (Ok(_), _) => return Err(StepError::untouched(StepFailure::Doubtful(self.rebase.to.clone()))),
            (Err(error), _) if error.kind() == ErrorKind::NotFound => {}
            (Err(error), _) => return Err(StepError::file(to, &error)),
        }
        Ok(self.rebase.undo()?)
    }

    fn refresh(&self, host: &HostUri) -> CommandLine {
        CommandLine::virsh(host.as_str()).args(["pool-refresh", "--pool"]).arg(&self.pool)
    }
}

impl Act for RebaseImage {
    fn text(&self) -> StepText {
        StepText::Rebase { to: name_of(&self.rebase.to).to_owned(), base: self.rebase.base.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.rebase.commands().into_iter().chain([self.refresh(host)]).collect()
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::new("rm").args(["--", &self.rebase.to]), self.refresh(host)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        lookup::pool(context.connect(), &self.pool)?;
        match std::fs::symlink_metadata(&self.rebase.to) {
            Ok(_) => Err(StepError::untouched(StepFailure::FileTaken(self.rebase.to.clone()))),
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
        let done = self.rebase.apply(&|| context.cancel.is_set(), context.progress, &whole);
        done.map_err(|error| volume::taken(error, &self.rebase.to))?;
        Ok(checked(lookup::pool(context.connect(), &self.pool)?.refresh(0))?)
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
