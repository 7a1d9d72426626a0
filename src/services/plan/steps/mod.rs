//! The kinds of steps, one file a kind of thing.

mod domain;
mod lookup;
mod network;
mod pool;
mod power;
mod snapshots;
mod volume;

pub use self::{
    domain::{Define, Discard, Redefine, Undefine},
    network::StartNetwork,
    pool::StartPool,
    power::{ForceOff, Start},
    snapshots::SnapshotRecord,
    volume::{CreateVolume, DeleteVolume},
};

pub(crate) use self::domain::inactive_xml;
