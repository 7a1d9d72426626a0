//! Where the database's files are.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

/// How deep folders are looked into: `os/VENDOR/NAME.d/FILE.xml` (osinfo-db's layout).
const DEPTH: usize = 3;

/// The system's folder, the administrator's and the user's, as libosinfo finds them (osinfo-db-tools, "PATHS").
pub(super) fn folders() -> Vec<PathBuf> {
    let given = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = || given("XDG_CONFIG_HOME").or_else(|| given("HOME").map(|home| home.join(".config")));
    let system = given("OSINFO_SYSTEM_DIR").unwrap_or_else(|| "/usr/share/osinfo".into());
    let local = given("OSINFO_LOCAL_DIR").unwrap_or_else(|| "/etc/osinfo".into());
    let user = given("OSINFO_USER_DIR").or_else(|| config().map(|folder| folder.join("osinfo")));
    [system, local].into_iter().chain(user).collect()
}

/// The files of systems. One in a later folder hides the one of the same name in an earlier; an empty one, or a link to
/// `/dev/null`, hides it and is nothing itself.
pub(super) fn find(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = BTreeMap::new();
    for folder in folders {
        let os = folder.join("os");
        collect(&os, &os, DEPTH, &mut found);
    }
    found.into_values().filter(|path| !is_empty(path)).collect()
}

fn collect(base: &Path, folder: &Path, depth: usize, found: &mut BTreeMap<PathBuf, PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        // A link may lead to a folder too.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir() || (kind.is_symlink() && path.is_dir()));
        if is_folder && depth > 0 {
            collect(base, &path, depth - 1, found);
        } else if !is_folder && path.extension().is_some_and(|extension| extension == "xml") {
            let name = path.strip_prefix(base).unwrap_or(&path).to_owned();
            found.insert(name, path);
        }
    }
}

/// An empty file, or a device, says nothing.
fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.len() == 0)
}
