//! Names of machines, networks, pools and volumes: which are good, and which is free.

/// What has a name. libvirt keeps each in a file called after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// A domain: `/etc/libvirt/qemu/NAME.xml`.
    Domain,
    /// A virtual network: `/etc/libvirt/qemu/networks/NAME.xml`.
    Network,
    /// A storage pool: `/etc/libvirt/storage/NAME.xml`.
    Pool,
    /// A storage volume: the file itself.
    Volume,
}

/// The longest file name of Linux's file systems, in bytes (limits.h, `NAME_MAX`).
const FILE_NAME_MAX: usize = 255;

impl NameKind {
    /// The longest name in bytes of UTF-8.
    ///
    /// libvirt writes `NAME.xml.new` before it renames it (tried with 11.3: a domain or network of 247 bytes is defined
    /// and starts, one of 248 is refused). With that a disk `NAME.qcow2` and firmware variables `NAME_VARS.fd` fit too.
    #[must_use]
    pub const fn max_bytes(self) -> usize {
        match self {
            Self::Domain | Self::Network | Self::Pool => FILE_NAME_MAX - ".xml.new".len(),
            Self::Volume => FILE_NAME_MAX,
        }
    }
}

/// Why a name cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// There is none.
    #[error("the name is empty")]
    Empty,
    /// A `/`, which no file name can hold.
    #[error("a name cannot hold /")]
    Slash,
    /// `.` or `..`, which are folders.
    #[error("a name cannot be . or ..")]
    Dots,
    /// White space at its beginning or end. libvirt takes it, and nobody finds the machine again.
    #[error("a name cannot begin or end with a space")]
    EdgeSpace,
    /// A character that cannot be seen, as a line break, or that XML cannot hold.
    #[error("a name cannot hold the character U+{:04X}", u32::from(*.0))]
    Control(char),
    /// Too long for a file name.
    #[error("the name has {bytes} bytes, {max} are possible")]
    TooLong {
        /// Its bytes of UTF-8.
        bytes: usize,
        /// The most it may have.
        max: usize,
    },
    /// Another of its kind is called so.
    #[error("the name is in use")]
    InUse,
}

/// Whether a name can be given, apart from being free.
///
/// # Errors
/// The first problem.
pub fn check(name: &str, kind: NameKind) -> Result<(), NameProblem> {
    if name.is_empty() {
        return Err(NameProblem::Empty);
    }
    if let Some(c) = name.chars().find(|c| is_forbidden(*c)) {
        return Err(NameProblem::Control(c));
    }
    if name.contains('/') {
        return Err(NameProblem::Slash);
    }
    if name.trim() != name {
        return Err(NameProblem::EdgeSpace);
    }
    if matches!(name, "." | "..") {
        return Err(NameProblem::Dots);
    }
    let (bytes, max) = (name.len(), kind.max_bytes());
    if bytes > max { Err(NameProblem::TooLong { bytes, max }) } else { Ok(()) }
}

/// Whether a name can be given: as [`check`], and `is_taken` says which are in use.
///
/// # Errors
/// The first problem.
pub fn check_free(name: &str, kind: NameKind, is_taken: impl Fn(&str) -> bool) -> Result<(), NameProblem> {
    check(name, kind)?;
    if is_taken(name) { Err(NameProblem::InUse) } else { Ok(()) }
}

/// Control characters, the separators of lines and paragraphs, and the two that XML has not.
fn is_forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// `wanted` if it is free, else the first free of `wanted-2`, `wanted-3`, …; `node-9` is followed by `node-10`.
/// Shortened where the number would not fit.
pub fn free_name(wanted: &str, kind: NameKind, is_taken: impl Fn(&str) -> bool) -> String {
    free(wanted, "", kind.max_bytes(), is_taken)
}

/// As [`free_name`] for a file: the number goes before the extension (`cent7.qcow2`, `cent7-2.qcow2`).
pub fn free_file_name(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let (stem, extension) = split_extension(wanted);
    free(stem, extension, FILE_NAME_MAX, is_taken)
}

fn free(wanted: &str, ending: &str, max: usize, is_taken: impl Fn(&str) -> bool) -> String {
    let plain = format!("{}{ending}", shortened(wanted, max.saturating_sub(ending.len())));
    if !is_taken(&plain) {
        return plain;
    }
    let (stem, first) = split_number(wanted);
    let numbered = |n: u64| {
        let ending = format!("-{n}{ending}");
        format!("{}{ending}", shortened(stem, max.saturating_sub(ending.len())))
    };
    (first..=u64::MAX).map(numbered).find(|name| !is_taken(name)).unwrap_or(plain)
}

/// The stem and the next number: `foo-9` gives `foo` and 10, `foo` gives `foo` and 2. A number with a leading zero, or
/// one of more than nine digits (a date, a serial number), is a part of the name.
fn split_number(name: &str) -> (&str, u64) {
    let counted = name.rsplit_once('-').and_then(|(stem, digits)| {
        let plain = !stem.is_empty() && digits.len() <= 9 && !digits.starts_with('0');
        let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u64>().ok())??;
        plain.then_some((stem, number + 1))
    });
    counted.unwrap_or((name, 2))
}

/// The longest beginning of at most `max` bytes that ends with a whole character and no space.
fn shortened(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default().trim_end()
}

/// What may follow the last point of an image's name, and is then no part of the machine's.
const EXTENSIONS: [&str; 14] =
    ["qcow2", "qcow", "img", "raw", "vmdk", "vdi", "vhd", "vhdx", "qed", "iso", "xml", "bin", "ova", "ovf"];

/// The name and its extension with the point; only extensions of images and of libvirt's files count, so that
/// `centos-7.9` keeps its version.
fn split_extension(file: &str) -> (&str, &str) {
    let at = file.rfind('.').filter(|at| {
        let extension = file.get(at + 1..).unwrap_or_default();
        *at > 0 && EXTENSIONS.iter().any(|e| e.eq_ignore_ascii_case(extension))
    });
    file.split_at(at.unwrap_or(file.len()))
}

/// What a packed file's name ends in.
const PACKED: [&str; 4] = [".gz", ".xz", ".bz2", ".zst"];

/// A good name for a machine made of a file: without folder, extension and the point that hides it
/// (`/images/.cent7.img` gives `cent7`); empty if nothing is left.
#[must_use]
pub fn from_file(path: &str) -> String {
    let file = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let unpacked = PACKED.iter().find_map(|end| file.strip_suffix(end)).unwrap_or(file);
    let stem = split_extension(unpacked).0.trim_start_matches(|c: char| c == '.' || c.is_whitespace());
    let clean: String = stem.chars().map(|c| if is_forbidden(c) { '-' } else { c }).collect();
    shortened(clean.trim(), NameKind::Domain.max_bytes()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_libvirt_or_a_person_cannot_use_is_refused() {
        use NameProblem as P;
        for (name, problem) in [
            ("", P::Empty),
            ("a/b", P::Slash),
            (" a", P::EdgeSpace),
            ("a\u{3000}", P::EdgeSpace),
            ("   ", P::EdgeSpace),
            ("..", P::Dots),
            ("a\nb", P::Control('\n')),
            ("a\n", P::Control('\n')),
            ("a\0", P::Control('\0')),
            ("a\u{85}b", P::Control('\u{85}')),
            ("a\u{ffff}", P::Control('\u{ffff}')),
        ] {
            assert_eq!(check(name, NameKind::Domain), Err(problem), "{name:?}");
        }
        for name in ["cent7", ".cent7", "节点 1", "a:b", "-x", "12", "it's <&>"] {
            assert_eq!(check(name, NameKind::Domain), Ok(()), "{name:?}");
        }
    }

    #[test]
    fn the_longest_names_are_those_that_were_tried() {
        for (kind, max) in [(NameKind::Domain, 247), (NameKind::Network, 247), (NameKind::Volume, 255)] {
            assert_eq!(check(&"a".repeat(max), kind), Ok(()));
            assert_eq!(check(&"a".repeat(max + 1), kind), Err(NameProblem::TooLong { bytes: max + 1, max }));
        }
        assert!(matches!(check(&"模".repeat(83), NameKind::Domain), Err(NameProblem::TooLong { bytes: 249, .. })));
    }

    #[test]
    fn a_used_name_is_said() {
        assert_eq!(check_free("a", NameKind::Domain, |n| n == "a"), Err(NameProblem::InUse));
        assert_eq!(check_free("b", NameKind::Domain, |n| n == "a"), Ok(()));
    }

    #[test]
    fn numbers_count_on() {
        for (wanted, taken, free) in [
            ("cent7", &[][..], "cent7"),
            ("cent7", &["cent7"], "cent7-2"),
            ("cent7", &["cent7", "cent7-2", "cent7-3"], "cent7-4"),
            ("foo-9", &["foo-9"], "foo-10"),
            ("foo-10", &["foo-10"], "foo-11"),
            ("foo-09", &["foo-09"], "foo-09-2"),
            ("lab-20260101120000", &["lab-20260101120000"], "lab-20260101120000-2"),
            ("-9", &["-9"], "-9-2"),
            ("a-", &["a-"], "a--2"),
        ] {
            assert_eq!(free_name(wanted, NameKind::Domain, |n| taken.contains(&n)), free);
        }
    }

    #[test]
    fn a_files_number_stands_before_its_extension() {
        assert_eq!(free_file_name("cent7.qcow2", |n| n == "cent7.qcow2"), "cent7-2.qcow2");
        assert_eq!(free_file_name("centos-7.9", |n| n == "centos-7.9"), "centos-7.9-2");
        assert_eq!(free_file_name(".img", |n| n == ".img"), ".img-2");
    }

    #[test]
    fn a_file_gives_its_machine_a_name() {
        for (file, name) in [
            ("/var/lib/libvirt/images/.cent7.img", "cent7"),
            ("cent7.img.xz", "cent7"),
            ("debian-13.QCOW2", "debian-13"),
            ("centos-7.9", "centos-7.9"),
            ("/a/b\n.img", "b-"),
            ("/", ""),
        ] {
            assert_eq!(from_file(file), name);
        }
    }

    proptest! {
        #[test]
        fn what_is_suggested_is_free_and_good(name in "[a-z模]{1,120}(-[0-9]{1,11})?", taken in 0_u64..20) {
            let names: Vec<String> = (0..taken).fold(Vec::new(), |mut names, _| {
                let next = free_name(&name, NameKind::Domain, |n| names.iter().any(|t| t == n));
                names.push(next);
                names
            });
            let free = free_name(&name, NameKind::Domain, |n| names.iter().any(|t| t == n));
            prop_assert!(!names.contains(&free));
            prop_assert_eq!(check(&free, NameKind::Domain), Ok(()));
        }

        #[test]
        fn no_file_gives_a_bad_name(file in "\\PC*") {
            let name = from_file(&file);
            prop_assert!(name.is_empty() || check(&name, NameKind::Domain).is_ok(), "{name:?}");
        }
    }
}
