//! Marking a machine as a template, after its disk was written to.

use lectern_model::{
    command::CommandLine,
    metadata::{self, Base, Machine},
    uri::HostUri,
    xml::Document,
};
use serde::{Deserialize, Serialize};

use super::define::Redefine;
use crate::{
    jobs::StepText,
    libvirt::storage::pools,
    plan::{Step, StepError, context::Context, step::Act},
};

/// As [`Redefine`], with the lengths and times of the template's disks as they are when it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealTemplate {
    /// The change, with the disks as they were when the plan was made.
    pub redefine: Redefine,
}

impl SealTemplate {
    /// The change with the disks as they are.
    fn now(&self, context: &Context<'_>) -> Result<Redefine, StepError> {
        let unread = |error: &dyn std::fmt::Display| crate::host::HostError::BadAnswer(error.to_string());
        let document = Document::parse(&self.redefine.new).map_err(|error| unread(&error))?;
        let mut notes: Machine = metadata::read(&document).machine();
        for base in notes.template.iter_mut().flat_map(|mark| &mut mark.bases) {
            read(context, base)?;
        }
        let new = metadata::write(&document, &notes).map_err(|error| unread(&error))?.to_string();
        Ok(Redefine { new, ..self.redefine.clone() })
    }
}

fn read(context: &Context<'_>, base: &mut Base) -> Result<(), StepError> {
    let Some(raw) = pools::at(context.connect(), &base.path)? else { return Ok(()) };
    let volume = pools::read_volume(&raw)?.0;
    base.size = volume.physical.unwrap_or(base.size);
    base.modified = volume.modified.unwrap_or(base.modified);
    Ok(())
}

impl Act for SealTemplate {
    fn text(&self) -> StepText {
        self.redefine.text()
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.redefine.commands(host)
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.redefine.undo_commands(host)
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.redefine.check(context)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.now(context)?.apply(context)
    }

    fn check_undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.redefine.check_undo(context)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.redefine.undo(context)
    }

    fn without_secrets(&self) -> Step {
        match self.redefine.without_secrets() {
            Step::Redefine(redefine) => Self { redefine }.into(),
            other => other,
        }
    }

    fn to_be_kept(&self) -> Step {
        match self.redefine.to_be_kept() {
            Step::Redefine(redefine) => Self { redefine }.into(),
            other => other,
        }
    }
}
