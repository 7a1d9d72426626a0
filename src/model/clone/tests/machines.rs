//! Whole machines: the corpus, and whatever domains of libvirt's this computer has.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path as File, PathBuf};

use super::oracle::{only_listed, reasons, unique_values};
use super::*;

/// Files of a folder and its subfolders.
fn files(folder: &File) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Clones a document three times, and holds the clones to every promise. None if it is no domain.
pub(super) fn check(source: &Document) -> Option<Result<BTreeSet<Reason>, String>> {
    let first = clone(source, &request(source, 1));
    match first {
        Err(CloneError::NotADomain(_)) => None,
        Err(error) => Some(Err(error.to_string())),
        Ok(first) => Some(promises(source, &first)),
    }
}

fn promises(source: &Document, first: &Cloned) -> Result<BTreeSet<Reason>, String> {
    only_listed(source, &first.document, &first.changes)?;
    let second = clone(source, &request(source, 2)).map_err(|error| error.to_string())?;
    let all = [unique_values(source), unique_values(&first.document), unique_values(&second.document)];
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        if let Some(both) = all[a].intersection(&all[b]).next() {
            return Err(format!("{both} is in {a} and {b}"));
        }
    }
    // A clone has nothing more to give up, but for what the identity brings.
    let again = clone(&first.document, &request(&first.document, 3)).map_err(|error| error.to_string())?;
    only_listed(&first.document, &again.document, &again.changes)?;
    if reasons(&again.changes).contains(&Reason::Runtime) {
        return Err(format!("runtime left over: {:?}", again.changes));
    }
    for question in &first.questions {
        let given = request(source, 1).answer(question.place.clone(), Answer::Keep);
        let kept = clone(source, &given).map_err(|error| error.to_string())?;
        only_listed(source, &kept.document, &kept.changes)?;
    }
    Ok(reasons(&first.changes))
}

#[test]
fn the_corpus_is_cloned_as_promised() {
    let own = File::new(env!("CARGO_MANIFEST_DIR"));
    let all = [files(&own.join("clone/tests/corpus")), files(&own.join("xml/corpus"))].concat();
    let (mut cloned, mut seen) = (0, BTreeSet::new());
    for file in all.iter().filter(|file| file.extension().is_some_and(|e| e == "xml")) {
        let source = parse(&fs::read_to_string(file).unwrap());
        if let Some(result) = check(&source) {
            seen.extend(result.unwrap_or_else(|error| panic!("{}: {error}", file.display())));
            cloned += 1;
        }
    }
    assert!(cloned >= 25, "{cloned} domains");
    for reason in [Reason::Name, Reason::Mac, Reason::Disk, Reason::Tpm, Reason::Vsock, Reason::HostDevice] {
        assert!(seen.contains(&reason), "{reason:?} is not in the corpus");
    }
}

/// Folders of foreign files are named by `LECTERN_XML_DIRS`, with colons between.
#[test]
fn foreign_domains_are_cloned_as_promised() {
    let named = std::env::var("LECTERN_XML_DIRS").unwrap_or_default();
    let folders = named.split(':').filter(|folder| !folder.is_empty()).chain(["/etc/libvirt/qemu"]);
    let (mut cloned, mut faults) = (0, Vec::new());
    for file in folders.flat_map(|folder| files(File::new(folder))) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let Ok(source) = Document::parse(&text) else { continue };
        match check(&source) {
            None => {}
            Some(Ok(_)) => cloned += 1,
            Some(Err(error)) => faults.push(format!("{}: {error}", file.display())),
        }
    }
    println!("{cloned} foreign domains are cloned as promised");
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults[..faults.len().min(40)].join("\n"));
}
