//! Letting QEMU's user pass through the folders above an image.

use lectern_model::{command::CommandLine, uri::HostUri};
use serde::{Deserialize, Serialize};

use crate::{
    disk::reach::{Mend, Rights},
    jobs::StepText,
    plan::{Step, StepError, context::Context, step::Act},
};

/// Let QEMU's user pass through folders; undone by taking back that one right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MendFolders {
    /// The folders, and the user.
    pub mend: Mend,
    /// The rights that they had when the plan was made.
    pub before: Rights,
}

impl Act for MendFolders {
    fn text(&self) -> StepText {
        let folders = self.mend.folders.iter().map(|folder| folder.display().to_string()).collect();
        StepText::MendFolders { folders }
    }

    fn commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        self.mend.commands()
    }

    fn undo_commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        self.before.commands(self.mend.uid)
    }

    fn check(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(self.mend.rights().map(drop)?)
    }

    fn apply(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(self.mend.apply()?)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(self.before.give_back(self.mend.uid)?)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
