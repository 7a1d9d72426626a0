//! The practice machines of `build-aux/run --demo`: they are there, marked, and the program takes the options that it is
//! given.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use lectern_test_kit::{guest, tree};

/// What is shown in the place of the program: what is there, and whether the program takes the same options.
const WINDOW: &str = r#"#!/bin/bash
set -eu
v() { virsh -q -c "$1" "${@:2}"; }
for name in $(v "$2" list --all --name); do v "$2" dumpxml --inactive "$name"; done >"$OUT"
v "$2" list --name >>"$OUT"
"$LECTERN" "$@" --help >/dev/null
echo "options: ${*:3}" >>"$OUT"
"#;

#[test]
fn the_demo_has_a_template_clones_and_a_lab() {
    if !fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
        return lectern_test_kit::skipped("a private libvirt needs root here");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (window, out) = (folder.path().join("window"), folder.path().join("out"));
    fs::write(&window, WINDOW).expect("a script");
    fs::set_permissions(&window, fs::Permissions::from_mode(0o755)).expect("its mode");
    let mut demo = Command::new(tree::root().join("build-aux/demo"));
    demo.arg(&window).env("OUT", &out).env("LECTERN", env!("CARGO_BIN_EXE_lectern"));
    let ended = demo.env("LECTERN_GUEST", guest::folder()).output().expect("the demo");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let said = fs::read_to_string(&out).expect("what was there");
    assert!(said.ends_with("node1\noptions: --show-domain-serial node1\n"), "{said}");
    for (part, count) in [("<lectern:template ", 1), ("<readonly/>", 1), ("<lectern:origin ", 6), ("<lectern:lab ", 3)]
    {
        assert_eq!(said.matches(part).count(), count, "{part} in {said}");
    }
}
