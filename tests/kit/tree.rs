//! The source tree, for tests that read it, and where tests put what they make.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The root of the source tree.
pub fn root() -> PathBuf {
    let kit = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    kit.ancestors().nth(2).expect("the kit lies in tests/kit").to_owned()
}

/// Where pictures and the tiny guest go, whichever folder cargo builds in.
pub fn target() -> PathBuf {
    root().join("target")
}

/// The text of a file, named relative to the root.
///
/// # Panics
/// When it cannot be read.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Every Rust file under `folder`, relative to the root, in order.
pub fn sources(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let relative = path.strip_prefix(root()).expect("under the root");
            found.push(relative.to_string_lossy().into_owned());
        }
    }
}
