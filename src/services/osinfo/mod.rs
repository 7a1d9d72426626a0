//! The osinfo database: which operating systems there are, and what each wants.
//!
//! Read from the XML files of `osinfo-db` by ourselves: libosinfo's binding takes 0.7 s to load and is another C
//! library. They are read with `lectern_model::xml`, as all XML here, and not with roxmltree or quick-xml: it is strict,
//! bounded, and all 943 files of 2025 take 0.11 s (release, one thread, two busy cores). A disc is known by its
//! label ([`Osinfo::by_disc`]).
//!
//! The rules of inheritance are libosinfo's: a system has the drivers and firmware of those that it derives from or
//! clones, less what it denies itself, and their needs where it says so.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use lectern_model::{
    guest_os::{Date, DiscLabel, GuestOs},
    ovf::Appliance,
};
use tokio::sync::{OnceCell, oneshot};

mod appliance;
mod files;
mod inherit;
mod media;
mod parse;
mod search;
#[cfg(test)]
mod tests;

/// Why the database cannot be had. Machines can be made without it, for the unknown system.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OsinfoError {
    /// No system is described anywhere; most likely `osinfo-db` is not installed.
    #[error("no osinfo database in {looked_in:?}")]
    Missing {
        /// The folders that were looked into.
        looked_in: Vec<PathBuf>,
    },
    /// The computer refused a thread.
    #[error("the system refused: {0}")]
    System(String),
}

/// The systems of the database.
#[derive(Debug, Default)]
pub struct Osinfo {
    systems: Vec<GuestOs>,
    files: Vec<Vec<PathBuf>>,
    names: HashMap<String, usize>,
    damaged: Vec<PathBuf>,
    /// The discs, each with the identifier of the system that is on it.
    media: Vec<(String, media::Medium)>,
}

/// The database, once it has been read; a failure is not kept, so that one that is installed later is found.
static DATABASE: OnceCell<Arc<Osinfo>> = OnceCell::const_new();

impl Osinfo {
    /// The database of this computer and user. The first caller has it read, on a thread of its own; later ones get the
    /// same.
    ///
    /// # Errors
    /// [`OsinfoError::Missing`] where there is none.
    pub async fn load() -> Result<Arc<Self>, OsinfoError> {
        DATABASE.get_or_try_init(read_aside).await.map(Arc::clone)
    }

    /// Reads the database in these folders now, on this thread; a file in a later one stands for the same in an
    /// earlier. Files that cannot be read are left out: see [`Self::damaged`].
    ///
    /// # Errors
    /// [`OsinfoError::Missing`] where no system is described.
    pub fn read(folders: &[PathBuf]) -> Result<Self, OsinfoError> {
        let mut raw = parse::Raw::default();
        for file in files::find(folders) {
            raw.add(&file);
        }
        let parse::Raw { systems, damaged, media } = raw;
        if systems.is_empty() {
            return Err(OsinfoError::Missing { looked_in: folders.to_vec() });
        }
        let (systems, files): (Vec<_>, Vec<_>) = inherit::resolved(&systems).into_iter().unzip();
        let mut names = HashMap::new();
        for (index, os) in systems.iter().enumerate() {
            for name in os.id.iter().chain(&os.short_ids) {
                names.entry(name.clone()).or_insert(index);
            }
        }
        Ok(Self { systems, files, names, damaged, media })
    }

    /// All systems, in the order of their files.
    #[must_use]
    pub fn all(&self) -> &[GuestOs] {
        &self.systems
    }

    /// The system of this identifier or short name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&GuestOs> {
        self.names.get(name).and_then(|index| self.systems.get(*index))
    }

    /// The system that is on the disc with this label: the one whose description says most of it. Not for the main thread.
    #[must_use]
    pub fn by_disc(&self, label: &DiscLabel) -> Option<&GuestOs> {
        let fitting = self.media.iter().filter_map(|(id, medium)| Some((medium.fits(label)?, self.find(id)?)));
        // Windows 10 and 11 have discs of one name: the newer one's hardware suits both.
        fitting.max_by_key(|(parts, system)| (*parts, system.release)).map(|(_, system)| system)
    }

    /// The system in an appliance, by what its description says of it in the words of its own hypervisor.
    #[must_use]
    pub fn by_appliance(&self, appliance: &Appliance) -> Option<&GuestOs> {
        let names = appliance.systems.iter().flat_map(|name| appliance::names(name));
        names.into_iter().find_map(|name| self.find(&name).or_else(|| self.called(&name)))
    }

    fn called(&self, name: &str) -> Option<&GuestOs> {
        self.systems.iter().find(|system| system.name.eq_ignore_ascii_case(name))
    }

    /// The files that describe a system, by its identifier or short name.
    #[must_use]
    pub fn files(&self, name: &str) -> &[PathBuf] {
        self.names.get(name).and_then(|index| self.files.get(*index)).map_or(&[], Vec::as_slice)
    }

    /// The files that are no database files.
    #[must_use]
    pub fn damaged(&self) -> &[PathBuf] {
        &self.damaged
    }

    /// The systems that fit what was typed, the likeliest first: every word stands in the name or a short name. Those
    /// that are mended still come before those that are not, known distributions before rare ones, new before old.
    /// Nothing typed fits everything.
    #[must_use]
    pub fn search(&self, typed: &str, today: Date) -> Vec<&GuestOs> {
        search::search(&self.systems, typed, today)
    }
}

/// Reads on a thread of its own: the caller may be the main thread.
async fn read_aside() -> Result<Arc<Osinfo>, OsinfoError> {
    let (sender, receiver) = oneshot::channel();
    let read = move || {
        // Nobody may be left to take it.
        let _ = sender.send(Osinfo::read(&files::folders()).map(Arc::new));
    };
    let thread = std::thread::Builder::new().name("osinfo".into()).spawn(read);
    thread.map_err(|error| OsinfoError::System(error.to_string()))?;
    receiver.await.map_err(|_| OsinfoError::System("the reading thread ended".into()))?
}
