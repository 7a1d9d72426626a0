//! The readable file that a catalogue is exported to and imported from: JSON, as it is shown in ARCHITECTURE.md.

use serde::{Deserialize, Serialize};

use super::Catalog;
use crate::{flavor::Flavor, project::Project};

/// What the file says it is.
const KIND: &str = "lectern-catalog";
/// The version of the format that this program writes and reads.
pub const VERSION: u32 = 1;
/// The longest file that is read.
pub const MAX_BYTES: usize = 4 << 20;

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Projects.
    pub projects: Vec<Project>,
    /// Flavors.
    pub flavors: Vec<Flavor>,
}

/// What becomes of a project or flavor that is there already when a file has it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Existing {
    /// It stays as it is.
    #[default]
    Keep,
    /// It becomes as the file says.
    Replace,
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It is no export of a catalogue, or it is damaged; what the reader said.
    #[error("no export of projects and flavors: {0}")]
    NotOurs(String),
    /// A newer version of this program wrote it.
    #[error("version {0} of the format is newer than this program")]
    Newer(u32),
    /// It is longer than any catalogue.
    #[error("the file is too long")]
    TooLong,
}

#[derive(Serialize, Deserialize)]
struct Head {
    kind: String,
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct Whole {
    #[serde(flatten)]
    head: Head,
    #[serde(default)]
    projects: Vec<Project>,
    #[serde(default)]
    flavors: Vec<Flavor>,
}

/// The file's text.
#[must_use]
pub fn export(catalog: &Catalog) -> String {
    let whole = Whole {
        head: Head { kind: KIND.to_owned(), version: VERSION },
        projects: catalog.projects.clone(),
        flavors: catalog.flavors.clone(),
    };
    // Of texts and numbers nothing is refused.
    serde_json::to_string_pretty(&whole).map(|text| text + "\n").unwrap_or_default()
}

/// Reads the file's text. Names and numbers are judged when it is taken in ([`super::Edit::Import`]).
///
/// # Errors
/// Why it is not read.
pub fn import(text: &str) -> Result<Content, FileError> {
    if text.len() > MAX_BYTES {
        return Err(FileError::TooLong);
    }
    let unread = |error: serde_json::Error| FileError::NotOurs(error.to_string());
    let head: Head = serde_json::from_str(text).map_err(unread)?;
    if head.kind != KIND {
        return Err(FileError::NotOurs(head.kind));
    }
    if head.version != VERSION {
        return Err(FileError::Newer(head.version));
    }
    let whole: Whole = serde_json::from_str(text).map_err(unread)?;
    Ok(Content { projects: whole.projects, flavors: whole.flavors })
}
