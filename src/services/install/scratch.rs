//! Folders for what is fetched: gone when nobody needs them any more.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use uuid::Uuid;

use crate::host::StorageError;

/// After what time a folder that a killed program left is removed: a plan that was cut off may still want it.
const STALE: Duration = Duration::from_hours(7 * 24);

/// A folder that only this user can look into; removed with all that is in it when this is dropped.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new one below `$XDG_CACHE_HOME/lectern/install`.
    ///
    /// # Errors
    /// As the system gives it.
    pub fn new() -> Result<Self, StorageError> {
        Self::below(&parent())
    }

    /// The path of one that somebody else makes, and clears.
    #[must_use]
    pub fn free() -> PathBuf {
        parent().join(Uuid::new_v4().simple().to_string())
    }

    /// A new one below `folder`, which is swept of old ones.
    ///
    /// # Errors
    /// As the system gives it.
    pub fn below(folder: &Path) -> Result<Self, StorageError> {
        let failed = |error| StorageError::file(folder, &error);
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        sweep(folder);
        let own = folder.join(Uuid::new_v4().simple().to_string());
        DirBuilder::new().mode(0o700).create(&own).map_err(failed)?;
        Ok(Self(own))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

fn parent() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    cache.unwrap_or_else(std::env::temp_dir).join("lectern/install")
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "what was fetched stays");
        }
    }
}

fn sweep(folder: &Path) {
    let now = SystemTime::now();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|data| data.modified());
        let age = modified.ok().and_then(|then| now.duration_since(then).ok());
        if age.is_some_and(|age| age > STALE)
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::debug!(%error, "an old folder stays");
        }
    }
}
