//! A place as something to look into: server, folder or disc.

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use lectern_model::tree::{Lookup, Place, PlaceKind};

use super::{InstallError, folder::Folder, ftp::Ftp, http::Http, iso::Disc};
use crate::host::Copying;

/// How long each wait may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// To be let in.
    pub connect: Duration,
    /// For the next bytes.
    pub idle: Duration,
    /// To look at everything.
    pub look: Duration,
    /// What must come at least in each [`Self::window`].
    pub least: u64,
    /// Over what time the speed is looked at.
    pub window: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(15),
            look: Duration::from_mins(2),
            least: 32 * 1024,
            window: Duration::from_secs(20),
        }
    }
}

/// The longest description that is read.
const TEXT: u64 = 1 << 20;
/// How often a cancel is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// A file that is being read.
pub(super) trait Body: Read {
    /// Its length, where the server tells.
    fn length(&self) -> Option<u64>;

    /// Hears how the transfer ended.
    ///
    /// # Errors
    /// If the server says that it did not end well.
    fn finish(self: Box<Self>) -> Result<(), InstallError>;
}

/// What can be asked of every kind of place. Paths are relative to it.
pub(super) trait Access {
    /// Opens a file; `None` where there is none.
    fn open(&mut self, path: &str) -> Result<Option<Box<dyn Body + '_>>, InstallError>;
    /// Whether there is such a file.
    fn has(&mut self, path: &str) -> Result<bool, InstallError>;
    /// The names in a folder.
    fn names(&mut self, path: &str) -> Result<Option<Vec<String>>, InstallError>;
    /// What breaks off a wait from another thread.
    fn ender(&self) -> Box<dyn Fn() + Send>;
    /// Turns an error of reading into what it means.
    fn why(&self, file: &str, error: &std::io::Error) -> InstallError;
}

/// A place that is looked into until `deadline`, or until it is cancelled.
pub(super) struct Source {
    access: Box<dyn Access>,
    copying: Copying,
    deadline: Instant,
    server: String,
    done: Arc<AtomicBool>,
}

impl Source {
    /// Connects, or opens the disc.
    pub(super) fn open(place: &Place, limits: &Limits, copying: &Copying) -> Result<Self, InstallError> {
        let access: Box<dyn Access> = match place.kind() {
            PlaceKind::Http => Box::new(Http::new(place, limits)),
            PlaceKind::Ftp => Box::new(Ftp::connect(place, limits, copying)?),
            PlaceKind::Folder => Box::new(Folder::new(place.path())?),
            PlaceKind::Disc => Box::new(Disc::open(place.path())?),
        };
        let done = Arc::new(AtomicBool::new(false));
        watch(access.ender(), copying.clone(), Arc::clone(&done))?;
        let server = place.url().and_then(|url| url.host_str()).unwrap_or(place.path()).to_owned();
        Ok(Self { access, copying: copying.clone(), deadline: Instant::now() + limits.look, server, done })
    }

    /// Opens a file that has to be there.
    pub(super) fn file(&mut self, path: &str) -> Result<Box<dyn Body + '_>, InstallError> {
        let cancelled = self.copying.clone();
        let opened = self.access.open(path).map_err(|error| ended(&cancelled, error))?;
        opened.ok_or_else(|| InstallError::NotThere(path.to_owned()))
    }

    /// What an error of reading means.
    pub(super) fn why(&self, file: &str, error: &std::io::Error) -> InstallError {
        ended(&self.copying, self.access.why(file, error))
    }

    fn go_on(&self) -> Result<(), InstallError> {
        if self.copying.is_cancelled() {
            return Err(InstallError::Cancelled);
        }
        if Instant::now() > self.deadline { Err(InstallError::TimedOut(self.server.clone())) } else { Ok(()) }
    }

    fn ask<T>(&mut self, ask: impl FnOnce(&mut dyn Access) -> Result<T, InstallError>) -> Result<T, InstallError> {
        self.go_on()?;
        ask(&mut *self.access).map_err(|error| ended(&self.copying, error))
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Release);
    }
}

/// A connection that a cancel closed fails in many ways: they all mean the cancel.
fn ended(copying: &Copying, error: InstallError) -> InstallError {
    if copying.is_cancelled() { InstallError::Cancelled } else { error }
}

/// Breaks off the wait under way when it is cancelled.
fn watch(end: Box<dyn Fn() + Send>, copying: Copying, done: Arc<AtomicBool>) -> Result<(), InstallError> {
    let look = move || {
        while !done.load(Ordering::Acquire) {
            if copying.is_cancelled() {
                end();
                return;
            }
            thread::sleep(LOOK);
        }
    };
    let spawned = thread::Builder::new().name("install-cancel".into()).spawn(look);
    spawned.map(drop).map_err(|error| crate::host::HostError::System(error.to_string()).into())
}

impl Lookup for Source {
    type Error = InstallError;

    fn text(&mut self, path: &str) -> Result<Option<String>, InstallError> {
        self.ask(|access| {
            let Some(mut body) = access.open(path)? else { return Ok(None) };
            let mut bytes = Vec::new();
            let read = (&mut body).take(TEXT).read_to_end(&mut bytes);
            // What is longer is not what was looked for; its rest is not waited for.
            if bytes.len() as u64 == TEXT {
                return Ok(None);
            }
            let ended = body.finish();
            if let Err(error) = read {
                return Err(access.why(path, &error));
            }
            ended?;
            // An old one may have letters of another encoding; what has noughts is no text at all.
            Ok((!bytes.contains(&0)).then(|| String::from_utf8_lossy(&bytes).into_owned()))
        })
    }

    fn has(&mut self, path: &str) -> Result<bool, InstallError> {
        self.ask(|access| access.has(path))
    }

    fn names(&mut self, path: &str) -> Result<Option<Vec<String>>, InstallError> {
        self.ask(|access| access.names(path))
    }
}
