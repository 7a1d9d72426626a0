//! Volumes from and to files of this computer, through the daemon: byte by byte, with progress, to be cancelled.

use std::fs;

use lectern_model::{
    command::CommandLine,
    storage::{ImageFormat, new_volume::NewVolume},
    units::Bytes,
    uri::HostUri,
};
use serde::{Deserialize, Serialize};

use super::{volume, volume_change};
use crate::{
    jobs::StepText,
    libvirt::storage::{
        copy::Watched,
        transfer::{self, Partial},
    },
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// Send a file of this computer into a new volume. libvirt finds its format out by what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadVolume {
    /// The pool's name.
    pub pool: String,
    /// The volume's name.
    pub name: String,
    /// The file.
    pub from: String,
    /// Its length when the plan was made.
    pub length: Bytes,
}

impl UploadVolume {
    fn new_volume(&self) -> NewVolume {
        NewVolume::thin(&self.name, ImageFormat::Raw, self.length)
    }
}

impl Act for UploadVolume {
    fn text(&self) -> StepText {
        StepText::Upload { from: self.from.clone(), to: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = |verb: &str| CommandLine::virsh(host.as_str()).args([verb, "--pool"]).arg(&self.pool);
        vec![
            virsh("vol-create").arg("/dev/stdin").input(&volume::xml(&self.new_volume())),
            virsh("vol-upload").args(["--vol", &self.name, "--file", &self.from]),
            virsh("pool-refresh"),
        ]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = CommandLine::virsh(host.as_str()).args(["vol-delete", "--pool"]).arg(&self.pool);
        vec![virsh.args(["--vol", &self.name])]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        volume::must_be_free(context, &self.pool, &self.name)?;
        match fs::metadata(&self.from) {
            Ok(found) if found.len() == self.length.0 => Ok(()),
            Ok(_) => Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.from.clone()))),
            Err(error) => Err(StepError { untouched: true, ..StepError::file(&self.from, &error) }),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        if context.resumed {
            // Nobody can tell a whole copy from a part by looking.
            self.undo(context)?;
        }
        context.go_on()?;
        volume::send(context, &self.pool, &self.new_volume(), self.from.as_ref())
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        volume::delete(context, &self.pool, &self.name)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Fetch a volume into a file of this computer, whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadVolume {
    /// The pool's name.
    pub pool: String,
    /// The volume's name.
    pub name: String,
    /// Its path.
    pub path: String,
    /// The file.
    pub to: String,
    /// How much comes, where that is known; only to show how far it is.
    pub length: Bytes,
    /// Whether the user agreed that a file which is there is replaced: then there is no way back.
    pub replaces: bool,
}

impl Act for DownloadVolume {
    fn text(&self) -> StepText {
        StepText::Download { from: self.name.clone(), to: self.to.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = CommandLine::virsh(host.as_str()).args(["vol-download", "--pool"]).arg(&self.pool);
        vec![virsh.args(["--vol", &self.name, "--file", &self.to])]
    }

    fn undo_commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        if self.replaces { Vec::new() } else { vec![CommandLine::new("rm").args(["--", &self.to])] }
    }

    fn is_final(&self) -> bool {
        self.replaces
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        volume_change::volume(context, &self.pool, &self.name)?;
        volume_change::users_are_off(context, &super::delete::map(context.connect())?, &self.path)?;
        if !self.replaces && fs::symlink_metadata(&self.to).is_ok() {
            return Err(StepError::untouched(StepFailure::FileTaken(self.to.clone())));
        }
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let partial = Partial::of(&self.to);
        let watched = Watched { stop: &|| context.cancel.is_set(), progress: context.progress, seen: &|_| true };
        let named = (self.pool.as_str(), self.name.as_str());
        let got = transfer::download(context.line, context.host, named, &partial, self.length, &watched);
        got.and_then(|()| partial.keep(self.replaces || context.resumed)).map_err(|e| volume::taken(e, &self.to))
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        let partial = Partial::of(&self.to);
        partial.remove()?;
        if self.replaces { Ok(()) } else { Ok(partial.remove_kept()?) }
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
