//! Appliances: an OVF description beside its disks, or both in an OVA archive.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
    time::Duration,
};

use lectern_model::{
    draft::import::{DiskFault, DiskInfo},
    ovf::{self, Appliance},
    storage::{
        content::Packing,
        folder_of,
        wrapping::{Inside, Part, Wrapping},
    },
    units::Bytes,
};

use super::{
    super::{Cancel, work},
    look::look,
};

/// How long a list of what is in an archive may take.
const LIMIT: Duration = Duration::from_mins(1);
/// More members than an appliance has.
const MOST: usize = 1000;

/// The appliance at `path`, which is a description, or an archive with one: its first disk, with the others behind it.
///
/// # Errors
/// Why it is none, or which of its disks cannot be used.
pub(in crate::disk) async fn appliance(path: &str, is_archive: bool, cancel: &Cancel) -> Result<DiskInfo, DiskFault> {
    let own = path.to_owned();
    let listed = work::run(LIMIT, move || if is_archive { archive(&own) } else { beside(&own) }).await;
    let (appliance, disks) = listed.map_err(|error| DiskFault::Unreachable(error.to_string()))??;
    let mut found = Vec::new();
    for (inside, disk) in disks.iter().zip(&appliance.disks) {
        let looked = look(inside, cancel).await;
        found.push(looked.map_err(|why| DiskFault::Member { file: disk.file.clone(), why: Box::new(why) })?);
    }
    let mut found = found.into_iter();
    let first = found.next().ok_or(DiskFault::NoAppliance("no disk".into()))?;
    Ok(DiskInfo { appliance: Some(Box::new(appliance)), others: found.collect(), ..first })
}

type Listed = Result<(Appliance, Vec<Inside>), DiskFault>;

fn bad(error: &io::Error) -> DiskFault {
    DiskFault::NoAppliance(error.to_string())
}

fn parsed(text: &str) -> Result<Appliance, DiskFault> {
    Appliance::parse(text).map_err(|error| DiskFault::NoAppliance(error.to_string()))
}

/// The description's disks are files in its folder, and nowhere else.
fn beside(path: &str) -> Listed {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(ovf::LONGEST).read_to_string(&mut text));
    read.map_err(|error| bad(&error))?;
    let appliance = parsed(&text)?;
    let place = |disk: &ovf::Disk| {
        let missing = || DiskFault::Member { file: disk.file.clone(), why: Box::new(DiskFault::Missing) };
        if disk.file.contains('/') {
            return Err(missing());
        }
        let path = format!("{}/{}", folder_of(path), disk.file);
        if !Path::new(&path).is_file() {
            return Err(missing());
        }
        Ok(Inside { path, wrapping: Wrapping { part: None, packing: disk.gzip.then_some(Packing::Gzip) } })
    };
    let disks = appliance.disks.iter().map(place).collect::<Result<_, _>>()?;
    Ok((appliance, disks))
}

/// The archive is not packed, so each disk is a part of it, and is read where it is.
fn archive(path: &str) -> Listed {
    let file = File::open(path).map_err(|error| bad(&error))?;
    let length = file.metadata().map_err(|error| bad(&error))?.len();
    let mut archive = tar::Archive::new(file);
    let (mut text, mut members) = (None, Vec::new());
    for entry in archive.entries_with_seek().map_err(|error| bad(&error))?.take(MOST) {
        let mut entry = entry.map_err(|error| bad(&error))?;
        let name = entry.path().map_err(|error| bad(&error))?.to_string_lossy().into_owned();
        let name = name.trim_start_matches("./").to_owned();
        if text.is_none() && name.to_ascii_lowercase().ends_with(".ovf") {
            let mut found = String::new();
            (&mut entry).take(ovf::LONGEST).read_to_string(&mut found).map_err(|error| bad(&error))?;
            text = Some(found);
        }
        members.push((name, Part { offset: entry.raw_file_position(), length: entry.size() }));
    }
    let appliance = parsed(&text.ok_or_else(|| DiskFault::NoAppliance("no .ovf in it".into()))?)?;
    let place = |disk: &ovf::Disk| {
        let member = members.iter().find(|(name, _)| *name == disk.file);
        let fault = |why| DiskFault::Member { file: disk.file.clone(), why: Box::new(why) };
        let part = member.map(|(_, part)| *part).ok_or_else(|| fault(DiskFault::Missing))?;
        let end = part.offset.saturating_add(part.length);
        if end > length {
            let (has, needs) = (Bytes(length), Bytes(end));
            return Err(fault(DiskFault::Truncated { has, needs }));
        }
        let packing = disk.gzip.then_some(Packing::Gzip);
        Ok(Inside { path: path.to_owned(), wrapping: Wrapping { part: Some(part), packing } })
    };
    let disks = appliance.disks.iter().map(place).collect::<Result<_, _>>()?;
    Ok((appliance, disks))
}
