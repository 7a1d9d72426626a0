//! Bringing an image to a pool by way of this computer: what the daemon can neither unpack nor convert.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use lectern_model::{
    command::CommandLine,
    storage::{ImageFormat, new_volume::NewVolume},
    units::Bytes,
    uri::HostUri,
};
use serde::{Deserialize, Serialize};

use super::{copy, lookup, volume};
use crate::{
    disk::convert::Convert,
    host::StorageError,
    jobs::StepText,
    libvirt::storage::{
        copy::Watched,
        transfer::{self, Partial},
    },
    plan::{
        Step, StepError,
        context::Context,
        mark::{Mark, VolumeMark},
        step::Act,
    },
};

/// Fetch an image to this computer, unpack and convert it, and send what comes of it into a new volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarryImage {
    /// The pool's name.
    pub pool: String,
    /// The volume's name.
    pub name: String,
    /// What is done here. It reads what was fetched, where that is; what it makes lies in [`Self::folder`].
    pub convert: Convert,
    /// The volume that is fetched; none where this program reads the image in its place.
    pub fetch: Option<Fetch>,
    /// The folder of this computer for all that is not kept; nobody else's.
    pub folder: PathBuf,
    /// How large a guest sees the image.
    pub size: Bytes,
    /// How large the volume is made in the end.
    pub grow: Option<Bytes>,
}

/// A volume that is fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetch {
    /// Its pool.
    pub pool: String,
    /// Its name.
    pub name: String,
    /// Its length.
    pub length: Bytes,
}

impl CarryImage {
    /// The step for the image at `from`, a path of this computer, or of the host where it is fetched.
    #[must_use]
    pub fn new(
        pool: &str,
        name: &str,
        folder: PathBuf,
        fetch: Option<Fetch>,
        mut convert: Convert,
        size: Bytes,
    ) -> Self {
        let within = |name: &str| folder.join(name).to_string_lossy().into_owned();
        if fetch.is_some() {
            convert.from = within("fetched");
        }
        convert.to = within("image");
        Self { pool: pool.to_owned(), name: name.to_owned(), convert, fetch, folder, size, grow: None }
    }

    fn from(&self) -> String {
        self.fetch.as_ref().map_or_else(|| self.convert.from.clone(), |fetch| fetch.name.clone())
    }

    /// The volume is made as long as the file that is sent; libvirt finds its format out by what is in it.
    fn new_volume(&self, length: Bytes) -> NewVolume {
        let allocation = self.convert.whole.then_some(length);
        NewVolume { allocation, ..NewVolume::thin(&self.name, ImageFormat::Raw, length) }
    }

    fn fetched(&self, context: &Context<'_>) -> Result<(), StepError> {
        let Some(fetch) = &self.fetch else { return Ok(()) };
        let partial = Partial::of(&self.convert.from);
        let watched = Watched { stop: &|| context.cancel.is_set(), progress: context.progress, seen: &|_| true };
        let named = (fetch.pool.as_str(), fetch.name.as_str());
        transfer::download(context.line, context.host, named, &partial, fetch.length, &watched)?;
        Ok(partial.keep(false)?)
    }

    fn sent(&self, context: &Context<'_>) -> Result<(), StepError> {
        let file = Path::new(&self.convert.to);
        let length = fs::metadata(file).map_err(|error| StepError::file(file, &error))?.len();
        volume::send(context, &self.pool, &self.new_volume(Bytes(length)), file)?;
        if self.grow.is_none() {
            return Ok(());
        }
        let made = lookup::volume(context.connect(), &self.pool, &self.name)?.ok_or(StorageError::NoImage)?;
        copy::grow(&made, self.grow)?;
        // It is another file by its length and time.
        (context.made)(Mark::Volume(VolumeMark::of(context.host, &made, true)?))
    }

    fn all(&self, context: &Context<'_>) -> Result<(), StepError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.folder);
        made.map_err(|error| StepError::file(&self.folder, &error))?;
        let part = |nth: u64| move |done: u64, all: u64| (context.progress)(nth * all + done, 3 * all);
        self.fetched(&Context { progress: &part(0), ..*context }).map_err(here)?;
        let converted = self.convert.apply(&|| context.cancel.is_set(), &part(1), &|_| Ok(()));
        converted.map_err(|error| here(error.into()))?;
        self.sent(&Context { progress: &part(2), ..*context })
    }

    /// Removes what this computer has of it, each file by its name.
    fn clear(&self) -> Result<(), StepError> {
        self.convert.undo()?;
        if self.fetch.is_some() {
            let partial = Partial::of(&self.convert.from);
            partial.remove()?;
            partial.remove_kept()?;
        }
        match fs::remove_dir(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StepError::file(&self.folder, &error)),
            _ => Ok(()),
        }
    }
}

/// What lacks room is this computer, not the host.
fn here(error: StepError) -> StepError {
    match StorageError::NoSpace.into() {
        full if error == full => StorageError::NoSpaceHere.into(),
        _ => error,
    }
}

impl Act for CarryImage {
    fn text(&self) -> StepText {
        StepText::Carry { from: self.from(), to: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = |verb: &str, pool: &str| CommandLine::virsh(host.as_str()).args([verb, "--pool"]).arg(pool);
        let folder = self.folder.to_string_lossy();
        let make = CommandLine::new("mkdir").args(["-p", "-m", "700", "--", &folder]);
        let fetch = self
            .fetch
            .as_ref()
            .map(|fetch| virsh("vol-download", &fetch.pool).args(["--vol", &fetch.name, "--file", &self.convert.from]));
        // What is sent makes the volume as long as it has to be.
        let length = if self.convert.to_format == ImageFormat::Raw { self.size } else { Bytes(0) };
        let create = virsh("vol-create", &self.pool).arg("/dev/stdin");
        let upload = virsh("vol-upload", &self.pool).args(["--vol", &self.name, "--file", &self.convert.to]);
        let place = ["--pool", &self.pool, "--vol", &self.name];
        let grow = self.grow.map(|size| copy::grow_line(host, place, size));
        let (before, after) = (
            [Some(make), fetch],
            [
                Some(create.input(&volume::xml(&self.new_volume(length)))),
                Some(upload),
                Some(virsh("pool-refresh", &self.pool)),
                grow,
                Some(CommandLine::new("rm").args(["-r", "--", &folder])),
            ],
        );
        before.into_iter().flatten().chain(self.convert.commands()).chain(after.into_iter().flatten()).collect()
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![volume::delete_line(host, &self.pool, &self.name)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        volume::must_be_free(context, &self.pool, &self.name)?;
        match &self.fetch {
            Some(fetch) if lookup::volume(context.connect(), &fetch.pool, &fetch.name)?.is_none() => {
                Err(StepError { untouched: true, ..StorageError::NoImage.into() })
            }
            _ => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        if context.resumed {
            // Nobody can tell a whole one from a part by looking.
            self.undo(context)?;
        }
        let done = self.all(context);
        self.clear()?;
        done
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.clear()?;
        volume::delete(context, &self.pool, &self.name)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
