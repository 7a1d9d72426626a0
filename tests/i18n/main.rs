//! Every word that a user reads is translatable and translated; needs neither a display nor a libvirt.
//!
//! `LECTERN_UPDATE_POT=1 cargo test --test i18n template` writes `po/lectern.pot` and `po/POTFILES.in` anew;
//! `build-aux/i18n` does so and merges what is new into the translations.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod bare;
mod calls;
mod glossary;
mod literal;
mod metadata;
mod po;
mod template;

use std::{collections::BTreeSet, fs};

use calls::Message;
use lectern_test_kit::tree::{read, root, sources};
use po::Entry;

/// The languages that are delivered, from `po/LINGUAS`.
fn languages() -> Vec<String> {
    let text = read("po/LINGUAS");
    text.lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace).map(str::to_owned).collect()
}

fn translation(language: &str) -> Vec<Entry> {
    po::parse(&read(&format!("po/{language}.po")))
}

/// What the sources say, and each misuse of gettext in them.
fn messages() -> (Vec<Message>, Vec<String>) {
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    // i18n.rs defines the functions, so its arguments are variables.
    for file in sources("src").into_iter().filter(|f| f != "src/ui/i18n.rs") {
        calls::find(&file, &read(&file), &mut all, &mut faults);
    }
    (all, faults)
}

fn assert_none(faults: &[String], what: &str) {
    assert!(faults.is_empty(), "{} {what}:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_message_is_a_literal_with_the_arguments_it_names() {
    let (all, faults) = messages();
    assert!(!all.is_empty(), "the sources hold no message at all: is the search broken?");
    assert_none(&faults, "calls of gettext are not right");
}

#[test]
fn no_text_bypasses_gettext() {
    let mut faults = Vec::new();
    for file in sources("src/ui") {
        bare::find(&file, &read(&file), &mut faults);
    }
    assert_none(&faults, "texts go to the screen untranslated");
}

#[test]
fn the_template_holds_what_the_sources_say() {
    let (all, _) = messages();
    if std::env::var_os("LECTERN_UPDATE_POT").is_some() {
        template::write(&all);
    }
    let said: BTreeSet<_> = all.iter().map(|m| m.key.clone()).collect();
    let listed: BTreeSet<_> = po::parse(&read("po/lectern.pot")).into_iter().map(|e| e.key).collect();
    let missing = said.difference(&listed).map(|k| format!("not in po/lectern.pot: {k}"));
    let stale = listed.difference(&said).map(|k| format!("in no source any more: {k}"));
    assert_none(&missing.chain(stale).collect::<Vec<_>>(), "differences; run build-aux/i18n");
    let files: BTreeSet<_> = all.iter().map(|m| m.file.clone()).collect();
    let potfiles = read("po/POTFILES.in");
    let potfiles = potfiles.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(str::to_owned).collect();
    assert_eq!(files, potfiles, "po/POTFILES.in; run build-aux/i18n");
}

#[test]
fn every_language_is_listed_and_there() {
    let mut there = Vec::new();
    for entry in fs::read_dir(root().join("po")).expect("the folder po") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        there.extend(name.strip_suffix(".po").map(str::to_owned));
    }
    there.sort();
    let mut listed = languages();
    listed.sort();
    assert_eq!(listed, there, "po/LINGUAS and the files in po");
}

#[test]
fn every_language_translates_every_message() {
    let template: BTreeSet<_> = po::parse(&read("po/lectern.pot")).into_iter().map(|e| e.key).collect();
    for language in languages() {
        let entries = translation(&language);
        let mut faults: Vec<String> = entries.iter().filter_map(Entry::fault).collect();
        let keys: BTreeSet<_> = entries.into_iter().map(|e| e.key).collect();
        faults.extend(template.difference(&keys).map(|k| format!("missing: {k}")));
        faults.extend(keys.difference(&template).map(|k| format!("not in the template: {k}")));
        assert_none(&faults, &format!("faults in po/{language}.po"));
    }
}

#[test]
fn chinese_uses_the_words_of_the_course() {
    let faults: Vec<String> = translation("zh_CN").iter().flat_map(glossary::faults).collect();
    assert_none(&faults, "translations differ from the glossary");
}

#[test]
fn desktop_entry_and_metainfo_are_translated() {
    let mut faults = Vec::new();
    for language in languages() {
        metadata::check(&language, &mut faults);
    }
    assert_none(&faults, "texts of the package are untranslated");
}

#[test]
fn the_plural_rule_is_written_as_the_program_reads_it() {
    // tr 0.1 looks for a field that is named exactly "plural": behind a space it is not found, and two are English.
    for language in languages() {
        let po = read(&format!("po/{language}.po"));
        assert!(po.contains(";plural="), "po/{language}.po: write Plural-Forms without a space before plural=");
    }
}
