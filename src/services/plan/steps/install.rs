//! What an installation needs beside other machines: its disc brought to the host, and a used disk that starts nothing.

use std::path::PathBuf;

use lectern_model::{
    command::CommandLine,
    storage::{ImageFormat, new_volume::NewVolume},
    uri::HostUri,
};
use serde::{Deserialize, Serialize};

use super::volume;
use crate::{
    install::boot_sector::PASS_OVER,
    jobs::StepText,
    libvirt::storage::pieces,
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// Make a volume of a file of this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillVolume {
    /// The pool's name.
    pub pool: String,
    /// The volume: raw, as long as the file.
    pub new: NewVolume,
    /// The file.
    pub file: PathBuf,
}

impl Act for FillVolume {
    fn text(&self) -> StepText {
        StepText::FillVolume { name: self.new.name.clone(), file: self.file.display().to_string() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = |verb: &str| CommandLine::virsh(host.as_str()).args([verb, "--pool"]).arg(&self.pool);
        let create = virsh("vol-create").arg("/dev/stdin").input(&volume::xml(&self.new));
        let upload = virsh("vol-upload").arg("--vol").arg(&self.new.name);
        vec![create, upload.arg("--file").arg(self.file.display().to_string()), virsh("pool-refresh")]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![volume::delete_line(host, &self.pool, &self.new.name)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let length = std::fs::metadata(&self.file).map_err(|error| StepError::file(&self.file, &error))?.len();
        if length != self.new.capacity.0 {
            return Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.file.display().to_string())));
        }
        volume::must_be_free(context, &self.pool, &self.new.name)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        if context.resumed {
            // Nobody can tell a whole one from a part by looking.
            self.undo(context)?;
        }
        volume::send(context, &self.pool, &self.new, &self.file)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        volume::delete(context, &self.pool, &self.new.name)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Have the firmware pass over what a disk has to start: two bytes of its boot sector, which the installer writes anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassOver {
    /// The disk's path.
    pub path: String,
    /// Its format.
    pub format: ImageFormat,
    /// Where in the file its first sector is.
    pub at: u64,
    /// The two bytes that are there.
    pub was: [u8; 2],
}

impl PassOver {
    fn now(&self, context: &Context<'_>) -> Result<Vec<u8>, StepError> {
        let connect = context.connect();
        Ok(pieces::with_volume(connect, &self.path, |volume| pieces::read_at(connect, volume, self.at, 2))?)
    }

    fn line(&self, [first, second]: [u8; 2]) -> CommandLine {
        let write = |at: usize, byte: u8| format!("write -q -P {byte:#04x} {at} 1");
        let line = CommandLine::new("qemu-io").args(["-f", self.format.driver()]);
        line.arg("-c").arg(write(0, first)).arg("-c").arg(write(1, second)).arg(&self.path)
    }

    fn put(&self, context: &Context<'_>, bytes: [u8; 2]) -> Result<(), StepError> {
        let connect = context.connect();
        Ok(pieces::with_volume(connect, &self.path, |volume| pieces::write_at(connect, volume, self.at, &bytes))?)
    }
}

impl Act for PassOver {
    fn text(&self) -> StepText {
        StepText::PassOver { path: self.path.clone() }
    }

    fn commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        vec![self.line(PASS_OVER)]
    }

    fn undo_commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        vec![self.line(self.was)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        if self.now(context)? == self.was {
            return Ok(());
        }
        Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.path.clone())))
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.put(context, PASS_OVER)
    }

    /// What an installer has written since is not touched.
    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        if self.now(context)? == PASS_OVER { self.put(context, self.was) } else { Ok(()) }
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
