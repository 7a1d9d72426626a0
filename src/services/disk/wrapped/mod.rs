//! Disks inside files that are none themselves: packed with gzip, xz, bzip2 or Zstandard, or in an appliance.
//!
//! The daemon unpacks nothing: what only it can read, it sends, and no more of it than a look needs.

mod appliance;
mod look;
mod manifest;
mod shelf;
mod unpack;

use std::time::Duration;

use lectern_model::{
    draft::import::{DiskFault, DiskInfo},
    storage::{
        Content,
        content::Packing,
        wrapping::{Inside, Wrapping},
    },
};

pub(super) use self::unpack::pour;
use self::{
    appliance::appliance,
    look::look,
    shelf::{Looking, Shelf},
};
use super::{access::How, probe::Probe, work};
use crate::host::{Copying, Host};

/// A large packed disk has to be unpacked once to know its size, and an appliance read once for its sums.
const LIMIT: Duration = Duration::from_hours(1);

/// What may be in a file that is no disk itself.
#[derive(Clone, Copy)]
enum Kind {
    Packed(Packing),
    Archive,
    Description,
}

/// Looks for a disk in what `probe` says is none, for the reason `fault`.
///
/// # Errors
/// Why there is none that can be used; `fault` where there is nothing to look into.
pub(super) async fn within(
    host: &Host,
    probe: &Probe,
    fault: DiskFault,
    copying: &Copying,
) -> Result<DiskInfo, DiskFault> {
    let Some(kind) = kind(&fault, &probe.path) else { return Err(fault) };
    let (path, copying) = (probe.path.clone(), copying.clone());
    let looked = match probe.look.as_ref().map(|look| &look.how) {
        Ok(How::Direct) => work::run(LIMIT, move || looked(Shelf::Here, &path, kind, &copying)).await,
        Ok(How::Pool(_)) => {
            let there = move |connection: &crate::libvirt::connection::Connection| {
                Ok(looked(Shelf::There(connection.connect()), &path, kind, &copying))
            };
            host.call(LIMIT, there).await
        }
        Ok(How::Daemon) | Err(_) => return Err(fault),
    };
    looked.map_err(|error| DiskFault::Unreachable(error.to_string()))?
}

fn kind(fault: &DiskFault, path: &str) -> Option<Kind> {
    match fault {
        DiskFault::NotADisk(Content::Packed(Packing::Tar)) => Some(Kind::Archive),
        DiskFault::NotADisk(Content::Packed(packing)) => packing.program().map(|_| Kind::Packed(*packing)),
        DiskFault::NotADisk(Content::Text) => path.to_ascii_lowercase().ends_with(".ovf").then_some(Kind::Description),
        _ => None,
    }
}

fn looked(shelf: Shelf<'_>, path: &str, kind: Kind, copying: &Copying) -> Result<DiskInfo, DiskFault> {
    let looking = Looking { shelf, copying };
    match kind {
        Kind::Packed(packing) => look(&looking, &Inside { path: path.to_owned(), wrapping: Wrapping::packed(packing) }),
        Kind::Archive => appliance(&looking, path, true),
        Kind::Description => appliance(&looking, path, false),
    }
}
