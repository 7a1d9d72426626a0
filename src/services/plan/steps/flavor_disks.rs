//! The disks of a flavor: one that Linux swaps to is made, and those that are too small grow.

use lectern_model::{
    command::CommandLine,
    storage::{
        folder_of, name_of,
        new_volume::NewVolume,
        swap::{self, PAGE},
    },
    units::Bytes,
    uri::HostUri,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use virt::{connect::Connect, storage_vol::StorageVol};

use super::{lookup, volume};
use crate::{
    host::{HostError, StorageError},
    jobs::StepText,
    libvirt::{
        ffi::error::checked,
        storage::{change, pools, stream, transient},
    },
    plan::{
        Step, StepError,
        context::Context,
        mark::{Mark, VolumeMark},
        step::Act,
    },
};

/// Make a raw volume that Linux can swap to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateSwap {
    /// The pool's name.
    pub pool: String,
    /// The volume.
    pub new: NewVolume,
    /// The name that the guest finds it by.
    pub uuid: Uuid,
}

fn page(size: Bytes, uuid: Uuid) -> Result<Vec<u8>, StepError> {
    let bad = || HostError::BadAnswer(format!("{size} is no size for swapping"));
    Ok(swap::header(size, uuid).ok_or_else(bad)?)
}

/// The lines that format a volume: mkswap on an empty file of its size, and its first page to the volume. Nothing more is
/// given to `vol-upload`: libvirtd (11.3) ends with a segmentation fault where a file is longer than `--length`.
fn format_lines(host: &HostUri, name: &str, size: Bytes, uuid: Uuid, place: &[&str]) -> Vec<CommandLine> {
    let file = format!("/tmp/{name}.{uuid}");
    let truncate = |size: u64| CommandLine::new("truncate").args([&format!("--size={size}"), &file]);
    let upload = CommandLine::virsh(host.as_str()).arg("vol-upload").args(place.iter().copied());
    vec![
        truncate(size.0),
        CommandLine::new("mkswap").args(["--quiet", "--uuid", &uuid.to_string(), &file]),
        truncate(PAGE as u64),
        upload.args(["--file", &file]),
        CommandLine::new("rm").arg(&file),
    ]
}

impl CreateSwap {
    /// The volume, made now or by a run that was cut off.
    fn made(&self, context: &Context<'_>) -> Result<StorageVol, StepError> {
        if context.resumed
            && let Some(there) = lookup::volume(context.connect(), &self.pool, &self.new.name)?
        {
            let ours = volume::is_marked(context, &there)?;
            return if ours { Ok(there) } else { Err(volume::taken(StorageError::Exists, &self.new.name)) };
        }
        let pool = lookup::pool(context.connect(), &self.pool)?;
        let made = change::create_new(&pool, &self.new).map_err(|error| volume::taken(error, &self.new.name))?;
        (context.made)(Mark::Volume(VolumeMark::of(context.host, &made, true)?))?;
        Ok(made)
    }
}

impl Act for CreateSwap {
    fn text(&self) -> StepText {
        StepText::CreateSwap { pool: self.pool.clone(), name: self.new.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = CommandLine::virsh(host.as_str()).args(["vol-create", "--pool"]).arg(&self.pool);
        let make = virsh.arg("/dev/stdin").input(&volume::xml(&self.new));
        let place = ["--pool", &self.pool, "--vol", &self.new.name];
        std::iter::once(make).chain(format_lines(host, &self.new.name, self.new.capacity, self.uuid, &place)).collect()
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![volume::delete_line(host, &self.pool, &self.new.name)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        volume::must_be_free(context, &self.pool, &self.new.name)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let page = page(self.new.capacity, self.uuid)?;
        let volume = self.made(context)?;
        stream::upload(context.connect(), &volume, &page)?;
        // Written to: it is known by what it is now.
        (context.made)(Mark::Volume(VolumeMark::of(context.host, &volume, true)?))
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        volume::delete(context, &self.pool, &self.new.name)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Make a disk larger, for good: to make it smaller again could cut off what the guest has written since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrowDisk {
    /// The image's path.
    pub path: String,
    /// Its new size.
    pub size: Bytes,
    /// Where it is swapped to: the name under which it is formatted again, as its first page holds its size.
    pub swap: Option<Uuid>,
}

impl GrowDisk {
    fn grow(&self, connect: &Connect, volume: &StorageVol) -> Result<(), StorageError> {
        // A second time nothing is left to do.
        if checked(volume.info())?.capacity < self.size.0 {
            checked(volume.resize(self.size.0, 0))?;
        }
        let page = self.swap.and_then(|uuid| swap::header(self.size, uuid));
        page.map_or(Ok(()), |page| stream::upload(connect, volume, &page))
    }
}

impl Act for GrowDisk {
    fn text(&self) -> StepText {
        StepText::Grow { path: self.path.clone(), size: self.size }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let place = ["--vol", &self.path];
        let grow = CommandLine::virsh(host.as_str()).arg("vol-resize").args(place).arg(format!("{}B", self.size.0));
        let format = self.swap.map(|uuid| format_lines(host, name_of(&self.path), self.size, uuid, &place));
        std::iter::once(grow).chain(format.into_iter().flatten()).collect()
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let connect = context.connect();
        let done = match pools::at(connect, &self.path)? {
            Some(volume) => self.grow(connect, &volume),
            None => transient::in_folder(connect, folder_of(&self.path), |pool| {
                self.grow(connect, &transient::volume(pool, name_of(&self.path))?)
            }),
        };
        Ok(done?)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
