//! What is at a place that has no tree, so that the user learns what to do instead.

use super::detect::Lookup;

/// Why there is no tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// The place itself is not there; these folders lie beside it, those with a name like it first.
    Missing {
        /// Their names.
        near: Vec<String>,
        /// How many of them, from the first, have a name like it.
        alike: usize,
    },
    /// A disc's files without its folders: `cp /mnt/*` leaves folders out.
    FilesOnly {
        /// Some of the files.
        seen: Vec<String>,
    },
    /// It has folders, one of which may be a tree.
    Folders(Vec<String>),
    /// It has images of discs.
    Discs(Vec<String>),
    /// The tree says that it has this file, and it is not there.
    Incomplete {
        /// The file.
        missing: String,
    },
    /// It is empty.
    Empty,
    /// Something is there, and none of it is known.
    Unknown,
}

/// Files that lie at the top of discs.
const ON_DISCS: [&str; 14] = [
    "TRANS.TBL",
    "EULA",
    "GPL",
    "media.repo",
    "CentOS_BuildTag",
    "RPM-GPG-KEY-CentOS-7",
    "RPM-GPG-KEY-redhat-release",
    "RPM-GPG-KEY-centosofficial",
    "extra_files.json",
    "README.html",
    "README.txt",
    "md5sum.txt",
    "content",
    "autorun.ico",
];
/// Folders that lie at the top of discs.
const FOLDERS: [&str; 10] =
    ["images", "isolinux", "Packages", "repodata", "LiveOS", "BaseOS", "dists", "boot", "casper", "install.amd"];
/// How many names are offered.
const OFFERED: usize = 12;

/// Finds out what is there; `names` is what the place lists.
pub(super) fn instead<L: Lookup>(lookup: &mut L, names: Option<&[String]>, wanted: &str) -> Result<Nothing, L::Error> {
    let seen = seen_files(lookup, names)?;
    let Some(names) = names else {
        return if seen.is_empty() { missing(lookup, wanted) } else { Ok(Nothing::FilesOnly { seen }) };
    };
    if names.is_empty() {
        return Ok(Nothing::Empty);
    }
    let bare: Vec<&str> = names.iter().map(|name| name.trim_end_matches('/')).collect();
    if !seen.is_empty() && !bare.iter().any(|name| FOLDERS.contains(name)) {
        return Ok(Nothing::FilesOnly { seen });
    }
    let discs = some(bare.iter().filter(|name| name.to_ascii_lowercase().ends_with(".iso")));
    if !discs.is_empty() {
        return Ok(Nothing::Discs(discs));
    }
    let folders = folders(names);
    Ok(if folders.is_empty() { Nothing::Unknown } else { Nothing::Folders(folders) })
}

fn some<'n>(names: impl Iterator<Item = &'n &'n str>) -> Vec<String> {
    names.take(OFFERED).map(|name| (*name).to_owned()).collect()
}

/// Those that are folders, where the list tells them apart; else those whose name has no ending.
fn folders(names: &[String]) -> Vec<String> {
    let is_told = names.iter().any(|name| name.ends_with('/'));
    let is_folder = |name: &&String| if is_told { name.ends_with('/') } else { !name.contains('.') };
    let plain = names.iter().filter(is_folder).map(|name| name.trim_end_matches('/').to_owned());
    plain.filter(|name| !name.is_empty() && !name.starts_with('.')).take(OFFERED).collect()
}

fn seen_files<L: Lookup>(lookup: &mut L, names: Option<&[String]>) -> Result<Vec<String>, L::Error> {
    if let Some(names) = names {
        let seen = names.iter().filter(|name| ON_DISCS.contains(&name.as_str()) || name.starts_with("RPM-GPG-KEY-"));
        return Ok(seen.take(4).cloned().collect());
    }
    let mut seen = Vec::new();
    for name in ON_DISCS {
        if lookup.has(name)? {
            seen.push(name.to_owned());
        }
    }
    Ok(seen)
}

/// The place is not there: what its parent has.
fn missing<L: Lookup>(lookup: &mut L, wanted: &str) -> Result<Nothing, L::Error> {
    let names = lookup.names("..")?.unwrap_or_default();
    let mut near = folders(&names);
    near.retain(|name| name != wanted);
    let is_alike = |name: &String| alike(name, wanted);
    near.sort_by_key(|name| !is_alike(name));
    let alike = near.iter().filter(|name| is_alike(name)).count();
    Ok(Nothing::Missing { near, alike })
}

/// `CentOS` and `centos7`.
fn alike(name: &str, wanted: &str) -> bool {
    let letters = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect::<String>();
    let (a, b) = (letters(name), letters(wanted));
    !a.is_empty() && !b.is_empty() && (a.starts_with(&b) || b.starts_with(&a))
}
