//! The kinds of steps, one file a kind of thing.

mod batch;
mod breath;
mod carry;
mod copy;
mod customize;
mod define;
mod delete;
mod domain;
mod flavor_disks;
mod folders;
mod image_snapshot;
mod install;
mod lookup;
mod machines;
mod many;
mod mark;
mod network;
mod network_define;
mod network_update;
mod nic;
mod nic_replug;
mod overlays;
mod pool;
mod pool_define;
mod pool_power;
mod power;
mod quota;
mod ready;
mod rebase;
mod relink;
mod seal;
mod snapshots;
mod undefine;
mod volume;
mod volume_change;
mod volume_transfer;

pub use self::{
    carry::{CarryImage, Fetch},
    copy::{CopyFile, CopyVolume},
    customize::Customize,
    define::{Define, Redefine},
    delete::DeleteImage,
    flavor_disks::{CreateSwap, GrowDisk},
    folders::MendFolders,
    image_snapshot::{ApplyImageSnapshot, MakeImageSnapshot, RemoveImageSnapshot},
    install::{FillVolume, PassOver},
    machines::{DefineMachines, StartMachines},
    many::{DeleteImages, DiscardMachines},
    mark::MarkLive,
    network::{SetNetworkAutostart, StartNetwork, StopNetwork},
    network_define::{DefineNetwork, RedefineNetwork, UndefineNetwork},
    network_update::{RenewNetwork, UpdateNetwork},
    nic::{AttachNic, DetachNic, MoveNics, NicMove},
    nic_replug::ReplugNic,
    overlays::CreateOverlays,
    pool::StartPool,
    pool_define::{DefinePool, UndefinePool},
    pool_power::{BringUpPool, RefreshPool, SetPoolAutostart, StopPool},
    power::{ForceOff, MustBeOff, Start},
    quota::{Phase, Quota},
    ready::{Pending, ReadyNetwork, ReadyPool},
    rebase::RebaseImage,
    relink::Relink,
    seal::SealTemplate,
    snapshots::SnapshotRecord,
    undefine::{Discard, Undefine},
    volume::CreateVolume,
    volume_change::{DeleteVolume, GrowsIn, ResizeVolume, WipeVolume},
    volume_transfer::{DownloadVolume, UploadVolume},
};

pub(crate) use self::domain::inactive_xml;
pub(super) use self::{delete::may_be_undone, domain::same, volume::disks_marked};
