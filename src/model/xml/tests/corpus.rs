//! The corpus, and whatever XML of libvirt's this machine has: everything prints as it was read.

use std::fs;
use std::path::{Path as File, PathBuf};

use super::Document;

/// The corpus of this repository.
pub(super) fn files() -> Vec<(String, String)> {
    let folder = File::new(env!("CARGO_MANIFEST_DIR")).join("xml/corpus");
    let mut all: Vec<_> =
        walk(&folder).into_iter().map(|file| (name(&file), fs::read_to_string(file).unwrap())).collect();
    all.sort();
    all
}

fn name(file: &File) -> String {
    file.file_name().unwrap().to_string_lossy().into_owned()
}

fn walk(folder: &File) -> Vec<PathBuf> {
    let mut todo = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let kind = entry.file_type().unwrap();
            let path = entry.path();
            if kind.is_dir() {
                todo.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|e| e == "xml" || e == "rng") {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn the_corpus_prints_as_it_was_read() {
    let files = files();
    assert!(files.len() >= 40, "{} files", files.len());
    for (name, text) in files {
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(document.to_string(), text, "{name}");
        assert_eq!(document.root().descendants().count(), elements(&text), "{name}");
    }
}

/// What another parser counts.
fn elements(text: &str) -> usize {
    let document = roxmltree::Document::parse(text).unwrap();
    document.descendants().filter(roxmltree::Node::is_element).count()
}

/// Folders of foreign files are named by `LECTERN_XML_DIRS`, with colons between; libvirt's own are looked for.
#[test]
fn files_of_this_machine_print_as_they_were_read() {
    let named = std::env::var("LECTERN_XML_DIRS").unwrap_or_default();
    let folders = named.split(':').filter(|f| !f.is_empty()).chain(["/usr/share/libvirt", "/etc/libvirt"]);
    let files: Vec<_> = folders.flat_map(|folder| walk(File::new(folder))).collect();
    if files.is_empty() {
        println!("skipped: no XML of libvirt's on this machine, and LECTERN_XML_DIRS is not set");
    }
    let (mut same, mut refused) = (0, 0);
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        match (Document::parse(&text), roxmltree::Document::parse(&text)) {
            (Ok(document), Ok(_)) => {
                assert_eq!(document.to_string(), text, "{}", file.display());
                assert_eq!(document.root().descendants().count(), elements(&text), "{}", file.display());
                same += 1;
            }
            (Err(_), Err(_)) => refused += 1,
            (ours, theirs) => panic!("{}: {:?}, but {:?}", file.display(), ours.err(), theirs.err()),
        }
    }
    println!("{same} files print as read; {refused} are refused by both parsers");
}
