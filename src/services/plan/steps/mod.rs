//! The kinds of steps, one file a kind of thing.

mod copy;
mod delete;
mod domain;
mod folders;
mod lookup;
mod network;
mod pool;
mod power;
mod snapshots;
mod volume;

pub use self::{
    copy::{CopyFile, CopyVolume},
    delete::DeleteImage,
    domain::{Define, Discard, Redefine, Undefine},
    folders::MendFolders,
    network::StartNetwork,
    pool::StartPool,
    power::{ForceOff, Start},
    snapshots::SnapshotRecord,
    volume::CreateVolume,
};

pub(crate) use self::domain::inactive_xml;
