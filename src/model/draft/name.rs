//! The name of a new machine: what libvirt and the host's file system take, and one that is free.

use std::collections::BTreeSet;

/// The longest name, in bytes of UTF-8: libvirt keeps files of the machine's name, the longest of them with `.save`
/// behind it (`qemuDomainManagedSavePath`), and a file's name has at most 255 (`NAME_MAX`).
pub const LONGEST: usize = 250;

/// How long a name is that is made up here.
const SUGGESTED: usize = 60;

/// What is wrong with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// There is none, or nothing but spaces.
    Empty,
    /// It has a character that no machine's name may have (libvirt's schema and `virXMLCheckIllegalChars`; `/` would be
    /// a folder).
    Character(char),
    /// It has this many bytes, which are too many.
    TooLong(usize),
    /// `.` and `..` are folders.
    Folder,
    /// Another machine has it.
    Taken,
}

/// What is wrong with `name`, on a host whose machines have the names `taken`.
#[must_use]
pub fn fault(name: &str, taken: &BTreeSet<String>) -> Option<NameFault> {
    if name.trim().is_empty() {
        return Some(NameFault::Empty);
    }
    if let Some(bad) = name.chars().find(|c| *c == '/' || c.is_control()) {
        return Some(NameFault::Character(bad));
    }
    if name.len() > LONGEST {
        return Some(NameFault::TooLong(name.len()));
    }
    if matches!(name, "." | "..") {
        return Some(NameFault::Folder);
    }
    taken.contains(name).then_some(NameFault::Taken)
}

/// A free name made of a file's: without its folder, its leading dots and its format's ending, and with a number behind
/// where a machine has it already.
#[must_use]
pub fn from_file(path: &str, taken: &BTreeSet<String>) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    let plain: String = stem(file.trim_start_matches('.')).chars().map(mild).collect();
    let plain = shortened(plain.trim_matches(['-', '.']), SUGGESTED);
    free(if plain.is_empty() { "machine" } else { plain }, taken)
}

/// `name`, or the first of `name-2`, `name-3`, … that is free.
#[must_use]
pub fn free(name: &str, taken: &BTreeSet<String>) -> String {
    let numbered = (2_u64..).map(|n| format!("{name}-{n}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default()
}

/// Characters that need quotes in a shell, or that no name may have, become dashes.
fn mild(c: char) -> char {
    if c.is_control() || c.is_whitespace() || matches!(c, '/' | '\\' | '\'' | '"' | '$' | '`' | '&' | ';') {
        '-'
    } else {
        c
    }
}

/// The name without the endings that disk images have.
fn stem(file: &str) -> &str {
    const ENDINGS: [&str; 8] = ["qcow2", "qcow", "img", "raw", "vmdk", "vdi", "vhdx", "vpc"];
    match file.rsplit_once('.') {
        Some((stem, ending)) if ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)) => stem,
        _ => file,
    }
}

/// At most `most` bytes of `text`, cut between characters.
fn shortened(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn taken(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_machine_is_called_like_its_file() {
        let none = taken(&[]);
        for (path, name) in [
            ("/var/lib/libvirt/images/.cent7.img", "cent7"),
            ("/a/Debian 13.QCOW2", "Debian-13"),
            ("win.11.vhdx", "win.11"),
            ("/a/b/", "machine"),
            ("/dev/vg/root", "root"),
            ("..", "machine"),
            ("/a/教学.qcow2", "教学"),
        ] {
            assert_eq!(from_file(path, &none), name, "{path}");
        }
        assert_eq!(from_file("node.img", &taken(&["node", "node-2"])), "node-3");
    }

    #[test]
    fn each_bad_name_is_told_apart() {
        let others = taken(&["node1"]);
        for (name, what) in [
            ("  ", NameFault::Empty),
            ("a/b", NameFault::Character('/')),
            ("a\nb", NameFault::Character('\n')),
            ("..", NameFault::Folder),
            ("node1", NameFault::Taken),
        ] {
            assert_eq!(fault(name, &others), Some(what));
        }
        assert_eq!(fault(&"x".repeat(300), &others), Some(NameFault::TooLong(300)));
        assert_eq!(fault(&"节".repeat(84), &others), Some(NameFault::TooLong(252)));
        assert_eq!(fault("节点 1", &others), None);
    }

    proptest! {
        #[test]
        fn what_is_made_up_is_always_good(path in "\\PC{0,300}", others in prop::collection::btree_set("[a-c]{1,2}", 0..9)) {
            let name = from_file(&path, &others);
            prop_assert_eq!(fault(&name, &others), None, "{}", name);
        }
    }
}
