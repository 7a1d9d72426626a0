//! Appliances: an OVF description beside its disks, or both in an OVA archive; with their sums, where a manifest tells them.

use std::{
    collections::BTreeMap,
    io::{self, Read as _},
};

use lectern_model::{
    draft::import::{DiskFault, DiskInfo},
    ovf::{self, Appliance, manifest},
    storage::{
        content::Packing,
        folder_of,
        wrapping::{Inside, Part, Wrapping},
    },
    units::Bytes,
};

use super::{
    look::look,
    manifest::{Summed, compare},
    shelf::{Looking, Shelf},
};

/// More members than an appliance has.
const MOST: usize = 1000;

/// What an appliance is made of.
struct Listed {
    appliance: Appliance,
    disks: Vec<Inside>,
    sums: Vec<Summed>,
}

/// The appliance at `path`, which is a description, or an archive with one: its first disk, with the others behind it.
///
/// # Errors
/// Why it is none, which of its disks cannot be used, or which of its files is not what its manifest says.
pub(in crate::disk) fn appliance(looking: &Looking<'_>, path: &str, is_archive: bool) -> Result<DiskInfo, DiskFault> {
    let Listed { appliance, disks, sums } =
        if is_archive { archive(looking.shelf, path) } else { beside(looking.shelf, path) }?;
    let mut found = Vec::new();
    for (inside, disk) in disks.iter().zip(&appliance.disks) {
        let looked = look(looking, inside);
        found.push(looked.map_err(|why| DiskFault::Member { file: disk.file.clone(), why: Box::new(why) })?);
    }
    let mut found = found.into_iter();
    let first = found.next().ok_or(DiskFault::NoAppliance("no disk".into()))?;
    // Last, as it reads all of it.
    compare(looking, sums)?;
    Ok(DiskInfo { appliance: Some(Box::new(appliance)), others: found.collect(), ..first })
}

fn bad(error: &io::Error) -> DiskFault {
    DiskFault::NoAppliance(error.to_string())
}

fn parsed(text: &str) -> Result<Appliance, DiskFault> {
    Appliance::parse(text).map_err(|error| DiskFault::NoAppliance(error.to_string()))
}

fn text(shelf: Shelf<'_>, path: &str) -> io::Result<String> {
    let mut text = String::new();
    shelf.open(path)?.0.take(ovf::LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// The description's disks are files in its folder, and nowhere else.
fn beside(shelf: Shelf<'_>, path: &str) -> Result<Listed, DiskFault> {
    let appliance = parsed(&text(shelf, path).map_err(|error| bad(&error))?)?;
    let sibling = |file: &str| {
        let path = format!("{}/{file}", folder_of(path));
        (!file.contains('/') && shelf.has(&path)).then_some(path)
    };
    let place = |disk: &ovf::Disk| {
        let missing = || DiskFault::Member { file: disk.file.clone(), why: Box::new(DiskFault::Missing) };
        let path = disk.names().iter().find_map(|name| sibling(name)).ok_or_else(missing)?;
        Ok(Inside { path, wrapping: Wrapping { part: None, packing: disk.gzip.then_some(Packing::Gzip) } })
    };
    let disks = appliance.disks.iter().map(place).collect::<Result<_, _>>()?;
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let manifest = text(shelf, &format!("{stem}.mf")).unwrap_or_default();
    let sums = manifest::parse(&manifest).into_iter();
    // What it names and is not there is no disk of the machine: that was looked for.
    let sums = sums.filter_map(|sum| Some(Summed { path: sibling(&sum.file)?, part: None, sum })).collect();
    Ok(Listed { appliance, disks, sums })
}

/// What an archive has, by name, and its texts: the first description and the manifest.
struct Members {
    parts: BTreeMap<String, Part>,
    ovf: Option<String>,
    manifest: String,
}

fn members(shelf: Shelf<'_>, path: &str) -> io::Result<(Members, u64)> {
    let (file, length) = shelf.open(path)?;
    let mut archive = tar::Archive::new(file);
    let mut members = Members { parts: BTreeMap::new(), ovf: None, manifest: String::new() };
    for entry in archive.entries_with_seek()?.take(MOST) {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        let name = name.trim_start_matches("./").to_owned();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        let mut text = String::new();
        if matches!(ending.as_str(), "ovf" | "mf") {
            (&mut entry).take(ovf::LONGEST).read_to_string(&mut text)?;
        }
        match ending.as_str() {
            "mf" => members.manifest = text,
            "ovf" => drop(members.ovf.get_or_insert(text)),
            _ => {}
        }
        members.parts.insert(name, Part { offset: entry.raw_file_position(), length: entry.size() });
    }
    Ok((members, length))
}

/// The archive is not packed, so each disk is a part of it, and is read where it is.
fn archive(shelf: Shelf<'_>, path: &str) -> Result<Listed, DiskFault> {
    let (members, length) = members(shelf, path).map_err(|error| bad(&error))?;
    let appliance = parsed(&members.ovf.ok_or_else(|| DiskFault::NoAppliance("no .ovf in it".into()))?)?;
    let place = |disk: &ovf::Disk| {
        let fault = |why| DiskFault::Member { file: disk.file.clone(), why: Box::new(why) };
        let part = disk.names().iter().find_map(|name| members.parts.get(name).copied());
        let part = part.ok_or_else(|| fault(DiskFault::Missing))?;
        let end = part.offset.saturating_add(part.length);
        if end > length {
            let (has, needs) = (Bytes(length), Bytes(end));
            return Err(fault(DiskFault::Truncated { has, needs }));
        }
        let packing = disk.gzip.then_some(Packing::Gzip);
        Ok(Inside { path: path.to_owned(), wrapping: Wrapping { part: Some(part), packing } })
    };
    let disks = appliance.disks.iter().map(place).collect::<Result<_, _>>()?;
    let summed =
        |sum: manifest::Sum| Some(Summed { path: path.to_owned(), part: Some(*members.parts.get(&sum.file)?), sum });
    let sums = manifest::parse(&members.manifest).into_iter().filter_map(summed).collect();
    Ok(Listed { appliance, disks, sums })
}
