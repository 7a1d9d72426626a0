//! The layer rule, and what every source file keeps to; needs neither a display nor a libvirt.
//!
//! | layer | must not use |
//! |---|---|
//! | `model` | libvirt, a toolkit, a runtime, files, clocks |
//! | `services` | a toolkit, gettext |
//! | `ui` | libvirt |
#![expect(clippy::panic, reason = "a test that cannot go on says so by panicking")]

use std::collections::BTreeSet;

use lectern_test_kit::tree::{read, sources};
use proc_macro2::{TokenStream, TokenTree};

const LIBVIRT: [&str; 2] = ["virt", "virt_sys"];
const TOOLKIT: [&str; 8] = ["adw", "gettextrs", "gtk", "gtk4", "libadwaita", "relm4", "vte", "vte4"];
const RUNTIME: [&str; 6] = ["Instant", "SystemTime", "async_channel", "fs", "process", "tokio"];
const UPWARDS: [&str; 2] = ["lectern_services", "lectern_ui"];

/// Where the compiler's checks may be switched off, and nowhere else.
const UNSAFE: [&str; 1] = ["src/services/libvirt/ffi/"];
const LONGEST: usize = 400;

/// Every word of the code, comments and tests left out.
fn words(file: &str) -> BTreeSet<String> {
    if file.contains("/tests/") || file.ends_with("/tests.rs") {
        return BTreeSet::new();
    }
    let text = read(file);
    let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    let mut found = BTreeSet::new();
    collect(code.parse().unwrap_or_else(|e| panic!("{file}: {e}")), &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(found.insert(ident.to_string())),
            TokenTree::Group(group) => collect(group.stream(), found),
            _ => {}
        }
    }
}

fn assert_layer(layer: &str, forbidden: &[&[&str]]) {
    let forbidden: BTreeSet<&str> = forbidden.iter().flat_map(|f| f.iter().copied()).collect();
    let mut faults = Vec::new();
    for file in sources(&format!("src/{layer}")) {
        let used = words(&file);
        faults.extend(forbidden.iter().filter(|f| used.contains(**f)).map(|f| format!("{file} uses {f}")));
    }
    let manifest = read(&format!("src/{layer}/Cargo.toml"));
    let named = manifest.lines().filter_map(|l| l.split(['.', ' ', '=']).next()).map(|n| n.replace('-', "_"));
    let wrong = named.filter(|n| forbidden.contains(&**n) || (n == "gettext_rs" && forbidden.contains("gettextrs")));
    faults.extend(wrong.map(|n| format!("src/{layer}/Cargo.toml names {n}")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_model_is_pure() {
    assert_layer("model", &[&LIBVIRT, &TOOLKIT, &RUNTIME, &UPWARDS]);
}

#[test]
fn services_know_no_toolkit_and_no_language() {
    assert_layer("services", &[&TOOLKIT, &UPWARDS[1..], &["gettext", "ngettext"]]);
}

#[test]
fn the_interface_knows_no_libvirt() {
    assert_layer("ui", &[&LIBVIRT]);
}

#[test]
fn every_file_says_in_its_first_line_what_it_is() {
    let files = ["src", "tests"].into_iter().flat_map(sources);
    let silent: Vec<String> =
        files.filter(|f| !read(f).starts_with("//! ") || read(f).starts_with("//! TODO")).collect();
    assert!(silent.is_empty(), "these do not open with //! and a sentence:\n{}", silent.join("\n"));
}

#[test]
fn no_file_grows_too_long() {
    let lines = |f: &String| read(f).lines().count();
    let long = ["src", "tests"].into_iter().flat_map(sources).filter(|f| lines(f) > LONGEST);
    let long: Vec<String> = long.map(|f| format!("{f}: {}", lines(&f))).collect();
    assert!(long.is_empty(), "over {LONGEST} lines, to be split by role:\n{}", long.join("\n"));
}

#[test]
fn unsafe_code_stays_where_it_belongs() {
    let allowed = |f: &String| UNSAFE.iter().any(|a| f.starts_with(a));
    let files = sources("src").into_iter().filter(|f| !allowed(f));
    let wild: Vec<String> = files.filter(|f| words(f).contains("unsafe")).collect();
    assert!(wild.is_empty(), "unsafe outside {UNSAFE:?}:\n{}", wild.join("\n"));
}
