//! The kinds of steps, one file a kind of thing.

mod batch;
mod breath;
mod copy;
mod define;
mod delete;
mod domain;
mod folders;
mod install;
mod lookup;
mod machines;
mod many;
mod network;
mod network_define;
mod network_update;
mod overlays;
mod pool;
mod power;
mod ready;
mod snapshots;
mod undefine;
mod volume;

pub use self::{
    copy::{CopyFile, CopyVolume},
    define::{Define, Redefine},
    delete::DeleteImage,
    folders::MendFolders,
    install::{FillVolume, PassOver},
    machines::{DefineMachines, StartMachines},
    many::{DeleteImages, DiscardMachines},
    network::{SetNetworkAutostart, StartNetwork, StopNetwork},
    network_define::{DefineNetwork, RedefineNetwork, UndefineNetwork},
    network_update::UpdateNetwork,
    overlays::CreateOverlays,
    pool::StartPool,
    power::{ForceOff, MustBeOff, Start},
    ready::{Pending, ReadyNetwork, ReadyPool},
    snapshots::SnapshotRecord,
    undefine::{Discard, Undefine},
    volume::CreateVolume,
};

pub(crate) use self::domain::inactive_xml;
pub(super) use self::{delete::may_be_undone, domain::same, volume::disks_marked};
