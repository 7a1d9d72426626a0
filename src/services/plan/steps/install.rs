//! What an installation needs beside other machines: its disc brought to the host, and a used disk that starts nothing.

use std::{fs::File, path::PathBuf};

use lectern_model::{command::CommandLine, storage::ImageFormat, units::Bytes, uri::HostUri};
use serde::{Deserialize, Serialize};

use super::lookup;
use crate::{
    host::StorageError,
    install::boot_sector::PASS_OVER,
    jobs::StepText,
    libvirt::{
        ffi::error::checked,
        storage::{copy::Watched, pieces},
    },
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// Fill a volume that was made for it with a file of this computer; undone with the volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillVolume {
    /// The pool's name.
    pub pool: String,
    /// The volume's name.
    pub name: String,
    /// The file.
    pub file: PathBuf,
    /// How long it is.
    pub length: Bytes,
}

impl Act for FillVolume {
    fn text(&self) -> StepText {
        StepText::FillVolume { name: self.name.clone(), file: self.file.display().to_string() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = CommandLine::virsh(host.as_str()).args(["vol-upload", "--pool"]).arg(&self.pool);
        let virsh = virsh.arg("--vol").arg(&self.name).arg("--file").arg(self.file.display().to_string());
        let refresh = CommandLine::virsh(host.as_str()).args(["pool-refresh", "--pool"]).arg(&self.pool);
        vec![virsh, refresh]
    }

    fn check(&self, _context: &Context<'_>) -> Result<(), StepError> {
        let length = std::fs::metadata(&self.file).map_err(|error| StepError::file(&self.file, &error))?.len();
        if length == self.length.0 {
            return Ok(());
        }
        Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.file.display().to_string())))
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let volume = lookup::volume(context.connect(), &self.pool, &self.name)?.ok_or(StorageError::NoImage)?;
        let mut file = File::open(&self.file).map_err(|error| StepError::file(&self.file, &error))?;
        let watched = Watched { stop: &|| context.cancel.is_set(), progress: context.progress, seen: &|_| true };
        pieces::fill(context.connect(), &volume, &mut file, self.length.0, &watched)?;
        // The pool looked what is in it when there was nothing yet.
        Ok(checked(lookup::pool(context.connect(), &self.pool)?.refresh(0))?)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
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
        let write = |at: usize, byte: u8| format!("write -q -P {byte:#04x} {at} 1");
        let [first, second] = PASS_OVER;
        let line = CommandLine::new("qemu-io").args(["-f", self.format.driver()]);
        vec![line.arg("-c").arg(write(0, first)).arg("-c").arg(write(1, second)).arg(&self.path)]
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
