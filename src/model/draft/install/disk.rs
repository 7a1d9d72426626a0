//! What is wrong with the disk that the system goes to.

use super::{DiskChoice, Field, InstallDraft, NewDisk, Problem};
use crate::{
    draft::{
        import::{self, Source},
        machine::{DiskInfo, Facts},
    },
    storage::ImageFormat,
    units::Bytes,
};

/// The sizes of the machine's own disks, as its project counts them.
pub(super) fn sizes(draft: &InstallDraft, facts: &Facts) -> Vec<Bytes> {
    match &draft.disk {
        DiskChoice::New => vec![draft.new.size],
        DiskChoice::Existing(_) => facts.usable_disk().map(|disk| disk.virtual_size).into_iter().collect(),
        DiskChoice::None => Vec::new(),
    }
}

/// Everything that is wrong.
pub(super) fn problems(draft: &InstallDraft, facts: &Facts) -> Vec<Problem> {
    match &draft.disk {
        DiskChoice::New => new(&draft.new, &draft.machine.name, facts),
        DiskChoice::Existing(source) => existing(source.as_ref(), facts),
        DiskChoice::None => vec![Problem::Diskless],
    }
}

fn new(disk: &NewDisk, machine: &str, facts: &Facts) -> Vec<Problem> {
    let named = Some(&disk.pool).filter(|name| !name.is_empty());
    let pool = match import::usable_pool(named, facts) {
        Ok(pool) => pool,
        Err(problem) => return vec![Problem::Storage(Field::Pool, problem)],
    };
    let (needs, has) = (disk.size, pool.available);
    let room = match (needs > has, disk.whole) {
        (false, _) => None,
        (true, true) => Some(import::Problem::NoRoom { needs, has }),
        (true, false) => Some(import::Problem::MayRunFull { may_take: needs, has }),
    };
    let file = disk.file(machine);
    let taken = pool.volumes.contains(&file).then_some(import::Problem::FileTaken(file));
    let storage = room.into_iter().chain(taken).map(|problem| Problem::Storage(Field::Pool, problem));
    (disk.size.0 == 0)
        .then_some(Problem::NoSize)
        .into_iter()
        .chain(small(Field::Size, disk.size, facts))
        .chain(storage)
        .collect()
}

fn small(field: Field, size: Bytes, facts: &Facts) -> Option<Problem> {
    let wanted = facts.recommended.storage.filter(|wanted| size.0 > 0 && size < *wanted)?;
    Some(Problem::SmallDisk(field, wanted))
}

fn existing(source: Option<&Source>, facts: &Facts) -> Vec<Problem> {
    match import::found(source, facts.disk.as_ref()) {
        Err(problem) => vec![Problem::Storage(Field::Existing, problem)],
        Ok(disk) => used(disk).into_iter().chain(small(Field::Existing, disk.virtual_size, facts)).collect(),
    }
}

/// An installer writes to it: nobody else may need it.
fn used(disk: &DiskInfo) -> Vec<Problem> {
    let closed =
        (!disk.closed.is_empty()).then(|| import::Problem::Closed { paths: disk.closed.clone(), mendable: false });
    let users = disk.users.iter().cloned().map(import::Problem::InUse);
    let fixed = (disk.writable == Some(false)).then_some(import::Problem::ReadOnlyFile);
    let all = closed.into_iter().chain(users).chain(fixed).map(|problem| Problem::Storage(Field::Existing, problem));
    let foreign = !matches!(disk.format, ImageFormat::Raw | ImageFormat::Qcow2);
    all.chain(foreign.then_some(Problem::StartsItself)).collect()
}
