//! How the guests of a lab learn who they are: what makes their seeds, and what is written into their disks.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash as _, Hasher as _},
    path::PathBuf,
};

use lectern_model::{
    clone::{DiskSource, OEM_PREFIX},
    cloud_init::{self, Root},
    customize::{Customization, Secret},
    draft::lab::{LabDraft, LabFacts, Row, Way, format, has_addresses, way},
    first_boot::{Seed, with_seed},
    identity_files::{Addressing, Format, HostEntry, Nic, files},
    identity_strings::strings,
    metadata::GuestIdentity,
    storage::{ImageFormat, new_volume::NewVolume},
    units::Bytes,
    xml::{Document, EditError},
};

use super::{LabSource, Refused, guest, network};
use crate::{
    host::StorageError,
    install::{Scratch, disc},
    making::crypt,
    plan::{
        Step,
        steps::{Customize, Define, FillVolume},
    },
};

/// The OEM strings of a guest.
pub(super) fn oem(source: &LabSource, draft: &LabDraft, guest: &GuestIdentity) -> Vec<String> {
    let served = network::serves(source, draft);
    match way(draft, &source.facts) {
        Way::Service => {
            let grow = draft.guest.grow.then(|| format!("{OEM_PREFIX}grow=yes"));
            strings(guest, !served || draft.guest.fixed).into_iter().chain(grow).collect()
        }
        Way::CloudInit | Way::Offline => strings(guest, false),
        Way::Dhcp | Way::Firmware => strings(guest, !served),
    }
}

/// Adds to the machines what tells them the rest, and gives the steps that make it: after the overlays, before the
/// machines.
pub(super) fn tell(
    source: &LabSource,
    draft: &LabDraft,
    rows: &[Row],
    machines: &mut [Define],
) -> Result<Vec<Step>, Refused> {
    match way(draft, &source.facts) {
        Way::Dhcp | Way::Firmware => Ok(Vec::new()),
        Way::Service => shared(source, draft, rows, machines),
        Way::CloudInit => discs(source, draft, rows, machines),
        Way::Offline => Ok(rows.iter().filter_map(|row| written(source, draft, rows, row)).collect()),
    }
}

/// The hosts file of the class: those that were there, and those that come.
fn hosts(source: &LabSource, draft: &LabDraft, rows: &[Row]) -> Vec<HostEntry> {
    if !draft.guest.hosts {
        return Vec::new();
    }
    let new = rows
        .iter()
        .filter_map(|row| Some(HostEntry { address: row.address?.addr(), host_name: row.host_name.clone() }));
    source.members.iter().cloned().chain(new).collect()
}

fn keys(draft: &LabDraft) -> Vec<String> {
    Some(draft.guest.key.trim().to_owned()).filter(|key| !key.is_empty()).into_iter().collect()
}

fn password(draft: &LabDraft) -> Result<Option<String>, Refused> {
    match draft.guest.password.as_str() {
        "" => Ok(None),
        password => Ok(Some(crypt(password)?)),
    }
}

/// One seed for all.
fn shared(source: &LabSource, draft: &LabDraft, rows: &[Row], machines: &mut [Define]) -> Result<Vec<Step>, Refused> {
    let seed = Seed { hosts: hosts(source, draft, rows), root: password(draft)?, keys: keys(draft) };
    if seed.is_empty() {
        return Ok(Vec::new());
    }
    let (step, place) = brought(source, draft, &free(&source.facts, draft, "seed.img"), &seed.bytes())?;
    for machine in machines {
        let document = Document::parse(&machine.xml).map_err(EditError::from)?;
        machine.xml = with_seed(&document, &place)?.to_string();
    }
    Ok(vec![step])
}

/// A disc for each, as cloud-init reads them.
fn discs(source: &LabSource, draft: &LabDraft, rows: &[Row], machines: &mut [Define]) -> Result<Vec<Step>, Refused> {
    let root = Root { password: password(draft)?, keys: keys(draft) };
    let hosts = hosts(source, draft, rows);
    let mut steps = Vec::new();
    for (row, machine) in rows.iter().zip(machines) {
        let nic = card(source, draft, row).map(|nic| Nic { device: String::new(), ..nic });
        let files = cloud_init::member(machine.id, &row.host_name, &root, &hosts, nic.as_ref());
        let bytes = disc::plain(cloud_init::LABEL, &files).ok_or(StorageError::NoSpace)?;
        let (step, place) = brought(source, draft, &format!("{}-seed.iso", row.name), &bytes)?;
        steps.push(step);
        let document = Document::parse(&machine.xml).map_err(EditError::from)?;
        machine.xml = with_seed(&document, &place)?.to_string();
    }
    Ok(steps)
}

/// The first card with its address, where somebody has to write it down in the guest.
fn card(source: &LabSource, draft: &LabDraft, row: &Row) -> Option<Nic> {
    let wanted = has_addresses(draft) && (draft.guest.fixed || !network::serves(source, draft));
    let nic = guest(row).nics.into_iter().next().filter(|_| wanted)?;
    matches!(nic.addressing, Addressing::Static { .. }).then_some(nic)
}

/// A name that no file of the pool has.
fn free(facts: &LabFacts, draft: &LabDraft, ending: &str) -> String {
    let pool = facts.pools.iter().find(|pool| Some(&pool.name) == draft.pool.as_ref());
    let (stem, extension) = ending.split_once('.').unwrap_or((ending, "img"));
    let first = format!("{}-{ending}", draft.name);
    let others = (2..100).map(|n| format!("{}-{stem}-{n}.{extension}", draft.name));
    let is_free = |name: &String| pool.is_none_or(|pool| !pool.volumes.contains(name));
    std::iter::once(first.clone()).chain(others).find(is_free).unwrap_or(first)
}

/// Writes the bytes into the source's own folder; the step brings them to the pool.
fn brought(source: &LabSource, draft: &LabDraft, name: &str, bytes: &[u8]) -> Result<(Step, DiskSource), Refused> {
    let file = kept(source, bytes)?;
    let pool = draft.pool.clone().unwrap_or_default();
    let folder = source.facts.pools.iter().find(|known| known.name == pool).and_then(|pool| pool.folder.clone());
    let place = match folder {
        Some(folder) => DiskSource::File(format!("{}/{name}", folder.trim_end_matches('/'))),
        None => DiskSource::Volume { pool: pool.clone(), volume: name.to_owned() },
    };
    let new = NewVolume::thin(name, ImageFormat::Raw, Bytes(bytes.len() as u64));
    Ok((FillVolume { pool, new, file }.into(), place))
}

/// Another draft's file has another name, as plans are made while it is written.
fn kept(source: &LabSource, bytes: &[u8]) -> Result<PathBuf, StorageError> {
    if source.scratch.get().is_none() {
        drop(source.scratch.set(Scratch::new()?));
    }
    let scratch = source.scratch.get().ok_or(StorageError::NoSpace)?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let file = scratch.path().join(format!("{:016x}", hasher.finish()));
    fs::write(&file, bytes).map_err(|error| StorageError::file(&file, &error))?;
    Ok(file)
}

/// What is written into a row's first overlay.
fn written(source: &LabSource, draft: &LabDraft, rows: &[Row], row: &Row) -> Option<Step> {
    let path = row.disks.first()?.clone();
    let pool = draft.pool.clone().unwrap_or_default();
    let work = customization(source, draft, rows, row);
    let emulated = source.template.xml.root().attribute("type").as_deref() != Some("kvm");
    let machine = row.name.clone();
    Some(Customize { machine, path, pool, format: ImageFormat::Qcow2, emulated, work, stays: false }.into())
}

fn customization(source: &LabSource, draft: &LabDraft, rows: &[Row], row: &Row) -> Customization {
    let format = format(draft, &source.facts).unwrap_or(Format::Networkd);
    let by_name = matches!(format, Format::Ifcfg | Format::Ifupdown);
    let device = if by_name { draft.guest.device.clone() } else { String::new() };
    let nics: Vec<Nic> = card(source, draft, row).map(|nic| Nic { device, ..nic }).into_iter().collect();
    // Without an address the files of a format would take the cards that are there out.
    let format = if nics.is_empty() { Format::Networkd } else { format };
    let identity = GuestIdentity { host_name: row.host_name.clone(), nics };
    let line = |host: HostEntry| ("/etc/hosts".to_owned(), format!("{}  {}", host.address, host.host_name));
    let root = Some(draft.guest.password.clone()).filter(|password| !password.is_empty());
    Customization {
        // What the rules about a draft let through is written.
        files: files(format, &identity).unwrap_or_default(),
        lines: hosts(source, draft, rows).into_iter().map(line).collect(),
        keys: keys(draft),
        root: root.map(|password| Secret(Some(password))),
        renew: true,
        ..Customization::default()
    }
}

/// The system of a machine, as its installer noted it (`libosinfo`).
pub(super) fn system(xml: &Document) -> Option<String> {
    let notes = xml.root().child("metadata")?;
    let os = notes.descendants().find(|node| node.name() == "os" && node.attribute("id").is_some())?;
    os.attribute("id").map(std::borrow::Cow::into_owned)
}
