//! The boot disc's bytes: ISO 9660 (ECMA-119) with one folder of three files, started by El Torito (version 1.0).

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use lectern_model::tree::Kernel;

use super::{LOADER, ram::RamDisk};

pub(super) const SECTOR: usize = 2048;
/// Where the loader's table is, and where the arguments are in it.
const TABLE: usize = 0x400;
const LINE: usize = TABLE + 30;
/// The longest arguments that fit.
pub(super) const LONGEST: usize = SECTOR - LINE - 1;
/// The parts in front of the files, each a sector, from the sixteenth on.
pub(super) const PRIMARY: u32 = 16;
const CATALOG: u32 = 19;
const BOOT: u32 = 20;
const PATHS: [u32; 2] = [21, 22];
const ROOT: u32 = 23;
pub(super) const FILES: u32 = 24;
/// Nothing on the disc tells when it was made, so that the same is always the same: this stands for "not told".
const NEVER: &[u8] = b"0000000000000000\0";

/// A file: its name, its first sector, its length.
pub(super) type Entry<'n> = (&'n [u8], u32, u32);

/// What a disc is made of.
pub(super) struct Contents<'c> {
    /// The kernel's bytes.
    pub(super) kernel: &'c [u8],
    /// What its head says.
    pub(super) head: &'c Kernel,
    /// The RAM disk.
    pub(super) disk: RamDisk,
    /// Where in memory the RAM disk goes.
    pub(super) address: u32,
    /// The kernel's arguments.
    pub(super) arguments: &'c str,
    /// The disc's label.
    pub(super) label: &'c str,
    /// What else is on it, for whoever looks for the label: each a name as Linux shows it, and a text.
    pub(super) files: &'c [(&'static str, String)],
}

/// Writes a disc and gives its length.
pub(super) fn write(to: &Path, contents: Contents<'_>) -> io::Result<u64> {
    let Contents { kernel, head, disk, .. } = contents;
    let setup = kernel.get(..head.setup_sectors as usize * 512).ok_or(io::ErrorKind::UnexpectedEof)?;
    let rest = &kernel[setup.len()..];
    let names: Vec<Vec<u8>> = contents.files.iter().map(|(name, _)| plain_name(name)).collect();
    let own: [(&[u8], u64); 3] =
        [(b"SETUP.BIN;1", setup.len() as u64), (b"KERNEL.BIN;1", rest.len() as u64), (b"INITRD.IMG;1", disk.length())];
    let others = names.iter().zip(contents.files).map(|(name, (_, text))| (name.as_slice(), text.len() as u64));
    let (entries, sectors) = places(own.into_iter().chain(others))?;
    let mut out = BufWriter::with_capacity(1 << 20, File::create(to)?);
    out.write_all(&vec![0; PRIMARY as usize * SECTOR])?;
    out.write_all(&descriptors(sectors, contents.label, true))?;
    out.write_all(&catalog())?;
    out.write_all(&loader(&entries, contents.address, contents.arguments))?;
    out.write_all(&[paths(false), paths(true), root(&entries)].concat())?;
    for part in [setup, rest] {
        out.write_all(part)?;
        pad(&mut out, part.len() as u64)?;
    }
    let length = disk.length();
    disk.write(&mut out)?;
    pad(&mut out, length)?;
    for (_, text) in contents.files {
        out.write_all(text.as_bytes())?;
        pad(&mut out, text.len() as u64)?;
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(u64::from(sectors) * SECTOR as u64)
}

/// A name that Linux shows in small letters, without a version.
pub(super) fn plain_name(name: &str) -> Vec<u8> {
    format!("{};1", name.to_uppercase()).into_bytes()
}

/// Where files of these lengths lie, one behind the other, and how many sectors the disc has.
fn places<'n>(files: impl Iterator<Item = (&'n [u8], u64)>) -> io::Result<(Vec<Entry<'n>>, u32)> {
    let too_long = |_| io::Error::from(io::ErrorKind::FileTooLarge);
    let (mut entries, mut next): (Vec<Entry<'n>>, u32) = (Vec::new(), FILES);
    for (name, length) in files {
        entries.push((name, next, u32::try_from(length).map_err(too_long)?));
        next += u32::try_from(length.div_ceil(SECTOR as u64)).map_err(too_long)?;
    }
    Ok((entries, next))
}

/// Fills the last sector.
fn pad(out: &mut impl Write, length: u64) -> io::Result<()> {
    let over = usize::try_from(length % SECTOR as u64).unwrap_or_default();
    if over > 0 { out.write_all(&vec![0; SECTOR - over]) } else { Ok(()) }
}

/// A sector with `parts` at their places.
fn sector(parts: &[(usize, &[u8])]) -> Vec<u8> {
    let mut sector = vec![0; SECTOR];
    for (at, bytes) in parts {
        sector[*at..*at + bytes.len()].copy_from_slice(bytes);
    }
    sector
}

/// A number of 16 bits in both orders.
fn both16(value: u16) -> Vec<u8> {
    [value.to_le_bytes(), value.to_be_bytes()].concat()
}

/// A number of 32 bits in both orders.
fn both32(value: u32) -> Vec<u8> {
    [value.to_le_bytes(), value.to_be_bytes()].concat()
}

/// The volume's descriptor, the one that leads to the catalog if it `starts` anything, and the one that ends the list.
pub(super) fn descriptors(sectors: u32, label: &str, starts: bool) -> Vec<u8> {
    let (blank, one, size) = ([b' '; 32], both16(1), both16(2048));
    let mut name = blank;
    let label = &label.as_bytes()[..label.len().min(32)];
    name[..label.len()].copy_from_slice(label);
    let record = record(&[0], ROOT, 2048, true);
    let text = [b' '; 128 * 4 + 37 * 3];
    let primary = sector(&[
        (0, b"\x01CD001\x01"),
        (8, &blank),
        (40, &name),
        (80, &both32(sectors)),
        (120, &one),
        (124, &one),
        (128, &size),
        (132, &both32(10)),
        (140, &PATHS[0].to_le_bytes()),
        (148, &PATHS[1].to_be_bytes()),
        (156, &record),
        (190, &text),
        (813, NEVER),
        (830, NEVER),
        (847, NEVER),
        (864, NEVER),
        (881, &[1]),
    ]);
    let boot = sector(&[(0, b"\x00CD001\x01EL TORITO SPECIFICATION"), (0x47, &CATALOG.to_le_bytes())]);
    let end = sector(&[(0, b"\xffCD001\x01")]);
    // Behind the end nobody looks.
    if starts { [primary, boot, end].concat() } else { [primary, end, vec![0; SECTOR]].concat() }
}

/// What can be started: the loader, for PCs, as it is.
fn catalog() -> Vec<u8> {
    let mut valid = [0_u8; 32];
    valid[0] = 1;
    valid[30..].copy_from_slice(&[0x55, 0xaa]);
    // The words of the entry have the sum nought.
    let words = valid.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let sum = words.fold(0_u16, u16::wrapping_add).wrapping_neg();
    valid[28..30].copy_from_slice(&sum.to_le_bytes());
    let mut entry = [0_u8; 32];
    entry[0] = 0x88;
    // In sectors of 512 bytes.
    entry[6] = 4;
    entry[8..12].copy_from_slice(&BOOT.to_le_bytes());
    sector(&[(0, &valid), (32, &entry)])
}

/// The loader with its table filled in.
fn loader(entries: &[Entry<'_>], address: u32, arguments: &str) -> Vec<u8> {
    let mut sector = LOADER.to_vec();
    let [setup, kernel, disk, ..] = entries else { return sector };
    let numbers = [setup.1, setup.2, kernel.1, kernel.2, disk.1, disk.2, address];
    for (index, number) in numbers.into_iter().enumerate() {
        let at = TABLE + index * 4;
        sector[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    let length = u16::try_from(arguments.len()).unwrap_or_default();
    sector[LINE - 2..LINE].copy_from_slice(&length.to_le_bytes());
    sector[LINE..LINE + arguments.len()].copy_from_slice(arguments.as_bytes());
    sector
}

/// The table of folders: the top alone.
pub(super) fn paths(is_big: bool) -> Vec<u8> {
    let place = if is_big { ROOT.to_be_bytes() } else { ROOT.to_le_bytes() };
    let parent = if is_big { 1_u16.to_be_bytes() } else { 1_u16.to_le_bytes() };
    sector(&[(0, &[1, 0]), (2, &place), (6, &parent)])
}

/// The top folder: itself, its parent, which is itself, and the files in the order of their names.
pub(super) fn root(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut sorted = entries.to_vec();
    sorted.sort_unstable();
    let mut records = [record(&[0], ROOT, 2048, true), record(&[1], ROOT, 2048, true)].concat();
    for (name, at, length) in sorted {
        records.extend(record(name, at, length, false));
    }
    sector(&[(0, &records)])
}

/// A record of a folder.
fn record(name: &[u8], at: u32, length: u32, is_folder: bool) -> Vec<u8> {
    let size = (33 + name.len()).next_multiple_of(2);
    let mut record = vec![0; size];
    record[0] = u8::try_from(size).unwrap_or_default();
    record[2..10].copy_from_slice(&both32(at));
    record[10..18].copy_from_slice(&both32(length));
    record[25] = if is_folder { 2 } else { 0 };
    record[28..32].copy_from_slice(&both16(1));
    record[32] = u8::try_from(name.len()).unwrap_or_default();
    record[33..33 + name.len()].copy_from_slice(name);
    record
}
