//! Making volumes.

use lectern_model::{command::CommandLine, storage::new_volume::NewVolume, uri::HostUri};
use serde::{Deserialize, Serialize};

use super::lookup;
use crate::{
    host::StorageError,
    jobs::StepText,
    libvirt::{ffi::error::checked, storage::change},
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
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

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        must_be_free(context, &self.pool, &self.new.name)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        context.go_on()?;
        let pool = lookup::pool(context.connect(), &self.pool)?;
        // Exactly that volume may be there from a run that was cut off in here.
        change::create_in(&pool, &self.new).map(drop).map_err(|error| taken(error, &self.new.name))
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

/// Deletes the volume if it is there.
///
/// # Errors
/// As libvirt gives it.
pub(super) fn delete(context: &Context<'_>, pool: &str, name: &str) -> Result<(), StepError> {
    match lookup::volume(context.connect(), pool, name)? {
        Some(volume) => Ok(checked(volume.delete(0))?),
        None => Ok(()),
    }
}
