//! Writing another base into an overlay's header, with the daemon's rights: as `qemu-img rebase -u`, which this computer can
//! run only on files of its own.

use lectern_model::{
    command::CommandLine,
    storage::{
        ImageFormat,
        content::HEAD,
        header::Qcow2,
        relink::{header_length, relinked},
    },
    uri::HostUri,
};
use serde::{Deserialize, Serialize};
use virt::storage_vol::StorageVol;

use super::{
    delete::map,
    volume_change::{seals_allow, users_are_off},
};
use crate::{
    host::StorageError,
    jobs::StepText,
    libvirt::storage::pieces,
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// Write another base into an overlay. The guest sees the same only where the new base holds what the old one held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relink {
    /// The overlay's path.
    pub image: String,
    /// The base as the overlay names it, and the format where it gives one.
    pub from: (String, Option<ImageFormat>),
    /// The base to be.
    pub to: (String, ImageFormat),
}

/// What an overlay says it lies on.
type Base = (String, Option<ImageFormat>);

impl Relink {
    fn new_base(&self) -> Base {
        (self.to.0.clone(), Some(self.to.1))
    }

    fn now(&self, context: &Context<'_>) -> Result<Base, StepError> {
        let connect = context.connect();
        let head = pieces::with_volume(connect, &self.image, |volume| pieces::read_at(connect, volume, 0, HEAD))?;
        base_in(&head).ok_or_else(|| self.changed())
    }

    fn changed(&self) -> StepError {
        StepError::untouched(StepFailure::ChangedMeanwhile(self.image.clone()))
    }

    fn put(&self, context: &Context<'_>, (base, format): &Base) -> Result<(), StepError> {
        let connect = context.connect();
        let write = |volume: &StorageVol| {
            let head = pieces::read_at(connect, volume, 0, HEAD)?;
            let length = header_length(&head).ok_or(StorageError::NoImage)?;
            let cluster = pieces::read_at(connect, volume, 0, length)?;
            let new = relinked(&cluster, base, *format)
                .map_err(|error| StorageError::Tool { program: "qemu-img", said: error.to_string() })?;
            pieces::write_at(connect, volume, 0, &new)
        };
        Ok(pieces::with_volume(connect, &self.image, write)?)
    }

    fn may_write(&self, context: &Context<'_>) -> Result<(), StepError> {
        let map = map(context.connect())?;
        seals_allow(context, &map, &self.image)?;
        users_are_off(context, &map, &self.image)
    }
}

fn base_in(head: &[u8]) -> Option<Base> {
    let header = Qcow2::parse(head).ok()?;
    Some((header.backing_file?, header.backing_format))
}

/// qemu-img writes no base without its format, so what had none cannot be had back by a line.
fn line((base, format): &Base, image: &str) -> Option<CommandLine> {
    let line = CommandLine::new("qemu-img").args(["rebase", "-u", "-f", "qcow2", "-b", base]);
    Some(line.args(["-F", format.as_ref()?.driver(), image]))
}

impl Act for Relink {
    fn text(&self) -> StepText {
        StepText::Relink { image: self.image.clone(), base: self.to.0.clone() }
    }

    fn commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        line(&self.new_base(), &self.image).into_iter().collect()
    }

    fn undo_commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        line(&self.from, &self.image).into_iter().collect()
    }

    /// A format that was missing loses nothing by being written down.
    fn is_final(&self) -> bool {
        self.from.1.is_none()
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let now = self.now(context)?;
        if now != self.from && now != self.new_base() {
            return Err(self.changed());
        }
        self.may_write(context)
    }

    fn check_again(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.check(context)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        if self.now(context)? == self.new_base() { Ok(()) } else { self.put(context, &self.new_base()) }
    }

    fn check_undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let now = self.now(context)?;
        if now == self.from || now == self.new_base() { Ok(()) } else { Err(self.changed()) }
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        if self.is_final() || self.now(context)? == self.from {
            return Ok(());
        }
        self.may_write(context)?;
        self.put(context, &self.from)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
