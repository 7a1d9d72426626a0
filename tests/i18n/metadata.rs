//! What software centres and menus show: the desktop entry and the metainfo carry their translations themselves.

use std::fs;

use lectern_test_kit::tree::root;

/// Keys of the desktop entry that a user reads.
const KEYS: [&str; 4] = ["Name", "GenericName", "Comment", "Keywords"];
/// Elements of the metainfo that a user reads.
const ELEMENTS: [&str; 5] = ["summary", "p", "li", "caption", "keyword"];
/// What is the same in every language.
const SAME: [&str; 1] = ["Lectern"];

/// Adds to `faults` what `language` lacks in the files of the folder `data`.
pub(crate) fn check(language: &str, faults: &mut Vec<String>) {
    for entry in fs::read_dir(root().join("data")).expect("the folder data") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let read = || fs::read_to_string(&path).expect("a file in data");
        if name.ends_with(".desktop") {
            desktop(&name, &read(), language, faults);
        } else if name.ends_with(".metainfo.xml") {
            metainfo(&name, &read(), language, faults);
        }
    }
}

fn desktop(file: &str, text: &str, language: &str, faults: &mut Vec<String>) {
    for line in text.lines() {
        let Some((key, value)) = line.split_once('=') else { continue };
        let translated = format!("{key}[{language}]=");
        if KEYS.contains(&key) && !SAME.contains(&value) && !text.lines().any(|l| l.starts_with(&translated)) {
            faults.push(format!("{file}: {key} has no {language}"));
        }
    }
}

/// Each text is followed by as many with `xml:lang`.
fn metainfo(file: &str, text: &str, language: &str, faults: &mut Vec<String>) {
    for element in ELEMENTS {
        let plain = text.matches(&format!("<{element}>")).count();
        let translated = text.matches(&format!("<{element} xml:lang=\"{language}\">")).count();
        if plain != translated {
            faults.push(format!("{file}: {plain} <{element}>, {translated} in {language}"));
        }
    }
}
