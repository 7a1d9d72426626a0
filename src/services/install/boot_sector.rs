//! The boot sector of a disk that was used before: the firmware would start what it had, and never come to the installer.
//!
//! Its first two bytes become `int 18h`, by which a boot sector says that it has nothing to start (BIOS Boot
//! Specification 1.01, 6.7): the firmware goes on to the next device. The partitions in the same sector stay as they are,
//! and an installer writes those bytes anew with its boot loader.

use lectern_model::storage::{ImageFormat, header::Qcow2};

use crate::host::StorageError;

/// `int 18h`.
pub const PASS_OVER: [u8; 2] = [0xcd, 0x18];
/// Bits of a table's entry (QEMU's docs/interop/qcow2.rst): an offset, nobody else's cluster, compressed, all noughts.
const OFFSET: u64 = 0x00ff_ffff_ffff_fe00;
const OWN: u64 = 1 << 63;
const COMPRESSED: u64 = 1 << 62;
const ZERO: u64 = 1;
/// Features with which the tables mean something else: an outer data file, parts of clusters.
const STRANGE: u64 = 1 << 2 | 1 << 4;
const SECTOR: usize = 512;
const HEAD: usize = 4096;

/// What a disk has to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BootSector {
    /// Nothing.
    Empty,
    /// Something.
    Full {
        /// Where in the file the sector is.
        at: u64,
        /// Its first two bytes.
        was: [u8; 2],
    },
    /// It cannot be changed in its place: it lies in a base, or in a format that is not written here.
    Elsewhere,
}

/// Looks at the first sector that a guest sees; `read` gives bytes of the file, fewer at its end.
///
/// # Errors
/// As `read` gives them.
pub(crate) fn look(
    read: &dyn Fn(u64, usize) -> Result<Vec<u8>, StorageError>,
    format: ImageFormat,
) -> Result<BootSector, StorageError> {
    match format {
        ImageFormat::Raw => sector(read, 0),
        ImageFormat::Qcow2 => qcow2(read),
        _ => Ok(BootSector::Elsewhere),
    }
}

fn sector(read: &dyn Fn(u64, usize) -> Result<Vec<u8>, StorageError>, at: u64) -> Result<BootSector, StorageError> {
    let bytes = read(at, SECTOR)?;
    let starts = bytes.len() == SECTOR && bytes.ends_with(&[0x55, 0xaa]) && !bytes.starts_with(&PASS_OVER);
    Ok(if starts { BootSector::Full { at, was: [bytes[0], bytes[1]] } } else { BootSector::Empty })
}

fn qcow2(read: &dyn Fn(u64, usize) -> Result<Vec<u8>, StorageError>) -> Result<BootSector, StorageError> {
    let head = read(0, HEAD)?;
    let number = |bytes: &[u8]| bytes.get(..8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_be_bytes);
    let Ok(header) = Qcow2::parse(&head) else { return Ok(BootSector::Elsewhere) };
    let features = if header.version > 2 { head.get(72..80).map_or(0, number) } else { 0 };
    if header.encrypted || features & STRANGE != 0 {
        return Ok(BootSector::Elsewhere);
    }
    // What is not in this file is in its base, where it has one.
    let absent = || if header.backing_file.is_some() { BootSector::Elsewhere } else { BootSector::Empty };
    let first = number(&read(header.l1_offset, 8)?) & OFFSET;
    if first == 0 {
        return Ok(absent());
    }
    let second = number(&read(first, 8)?);
    match (second & COMPRESSED != 0, second & ZERO != 0, second & OFFSET, second & OWN != 0) {
        (false, true, _, _) => Ok(BootSector::Empty),
        (false, false, 0, _) => Ok(absent()),
        (false, false, at, true) => sector(read, at),
        // A snapshot has it as well.
        (true, ..) | (false, false, _, false) => Ok(BootSector::Elsewhere),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{path::Path, process::Command};

    fn tool(program: &str, args: &[&str]) {
        assert!(Command::new(program).args(args).status().unwrap().success(), "{program} {args:?}");
    }

    fn seen(path: &Path, format: ImageFormat) -> BootSector {
        let bytes = std::fs::read(path).unwrap();
        let read = |at: u64, length: usize| {
            let at = usize::try_from(at).unwrap().min(bytes.len());
            Ok(bytes[at..bytes.len().min(at + length)].to_vec())
        };
        look(&read, format).unwrap()
    }

    #[test]
    fn the_first_sector_is_found_where_qemu_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let text = |name: &str| path(name).to_string_lossy().into_owned();
        for format in [ImageFormat::Raw, ImageFormat::Qcow2] {
            let (name, word) = (format!("a.{}", format.driver()), format.driver());
            tool("qemu-img", &["create", "-q", "-f", word, &text(&name), "4M"]);
            assert_eq!(seen(&path(&name), format), BootSector::Empty, "{word}: new");
            let write = ["write -q -P 0xeb 0 1", "write -q -P 0x55 510 1", "write -q -P 0xaa 511 1"];
            for line in write {
                tool("qemu-io", &["-f", word, "-c", line, &text(&name)]);
            }
            let BootSector::Full { at, was } = seen(&path(&name), format) else { panic!("{word}: used") };
            assert_eq!(was, [0xeb, 0], "{word}");
            let mut bytes = std::fs::read(path(&name)).unwrap();
            let at = usize::try_from(at).unwrap();
            bytes[at..at + 2].copy_from_slice(&PASS_OVER);
            std::fs::write(path(&name), bytes).unwrap();
            assert_eq!(seen(&path(&name), format), BootSector::Empty, "{word}: passed over");
            tool("qemu-io", &["-f", word, "-c", "read -q -P 0xcd 0 1", "-c", "read -q -P 0x18 1 1", &text(&name)]);
        }
        let (base, over) = (text("a.qcow2"), text("over.qcow2"));
        tool("qemu-img", &["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", &base, &over]);
        assert_eq!(seen(&path("over.qcow2"), ImageFormat::Qcow2), BootSector::Elsewhere);
        tool("qemu-img", &["convert", "-c", "-O", "qcow2", &base, &text("small.qcow2")]);
        assert_eq!(seen(&path("small.qcow2"), ImageFormat::Qcow2), BootSector::Elsewhere);
        tool("qemu-img", &["snapshot", "-c", "s", &base]);
        assert_eq!(seen(&path("a.qcow2"), ImageFormat::Qcow2), BootSector::Elsewhere);
    }
}
