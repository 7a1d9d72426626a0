//! What is noted on a machine that is on: its configuration is defined anew, and this tells the running one.

use lectern_model::{command::CommandLine, id::DomainId, metadata, uri::HostUri};
use serde::{Deserialize, Serialize};

use super::lookup;
use crate::{
    jobs::StepText,
    libvirt::ffi::error::checked,
    plan::{Step, StepError, context::Context, step::Act},
};

/// Note something on a machine that is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkLive {
    /// The machine.
    pub id: DomainId,
    /// Its name, to be shown.
    pub name: String,
    /// What was noted: [`metadata::bare`].
    pub old: Option<String>,
    /// What is to be noted.
    pub new: Option<String>,
}

impl MarkLive {
    /// A machine that was shut down meanwhile begins with its configuration the next time.
    fn set(&self, context: &Context<'_>, notes: Option<&str>) -> Result<(), StepError> {
        let Some(domain) = lookup::domain(context.connect(), self.id)? else { return Ok(()) };
        if !checked(domain.is_active())? {
            return Ok(());
        }
        let kind = virt_sys::VIR_DOMAIN_METADATA_ELEMENT.cast_signed();
        let (key, uri) = (Some(metadata::PREFIX), Some(metadata::URI));
        Ok(checked(domain.set_metadata(kind, notes, key, uri, virt_sys::VIR_DOMAIN_AFFECT_LIVE))?)
    }
}

impl MarkLive {
    fn line(&self, host: &HostUri, notes: Option<&str>) -> CommandLine {
        let line = CommandLine::virsh(host.as_str()).args(["metadata", "--domain"]).arg(&self.name);
        let line = line.args(["--uri", metadata::URI, "--key", metadata::PREFIX, "--live"]);
        match notes {
            Some(notes) => line.args(["--set", notes]),
            None => line.arg("--remove"),
        }
    }
}

impl Act for MarkLive {
    fn text(&self) -> StepText {
        StepText::Mark { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![self.line(host, self.new.as_deref())]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![self.line(host, self.old.as_deref())]
    }

    fn check(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.set(context, self.new.as_deref())
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.set(context, self.old.as_deref())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
