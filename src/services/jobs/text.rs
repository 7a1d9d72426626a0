//! What a step does, as a value for the interface to put into words.

use lectern_model::{domain::DomainAction, units::Bytes};

/// What a step does; the interface says it in the user's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepText {
    /// Write a guest's identity into its disk.
    WriteIdentity {
        /// The machine's name.
        name: String,
    },
    /// Write the first-boot service into a template's disk.
    WriteService {
        /// The machine's name.
        name: String,
    },
    /// A life-cycle action.
    Act {
        /// What is done.
        action: DomainAction,
        /// The domain's name.
        name: String,
    },
    /// Start the domain with its host, or no longer.
    SetAutostart {
        /// The domain's name.
        name: String,
        /// Whether it shall start with the host.
        on: bool,
    },
    /// Give it another title; an empty one removes it.
    SetTitle {
        /// The domain's name.
        name: String,
        /// The new title.
        title: String,
    },
    /// Give it another description; an empty one removes it.
    SetDescription {
        /// The domain's name.
        name: String,
        /// The new description.
        description: String,
    },
    /// Give it another name.
    Rename {
        /// The name so far.
        from: String,
        /// The name to be.
        to: String,
    },
    /// Define a new machine.
    Define {
        /// Its name.
        name: String,
    },
    /// Give a machine another configuration.
    Redefine {
        /// Its name.
        name: String,
    },
    /// Look that a machine is off, and stop if it is not.
    MustBeOff {
        /// Its name.
        name: String,
    },
    /// Take a machine out of libvirt's list and keep what it has.
    Undefine {
        /// Its name.
        name: String,
    },
    /// Remove a machine and its state for good.
    Discard {
        /// Its name.
        name: String,
    },
    /// Start a virtual network.
    StartNetwork {
        /// Its name.
        name: String,
    },
    /// Define a new virtual network.
    DefineNetwork {
        /// Its name.
        name: String,
    },
    /// Give a virtual network another configuration, which takes effect when it starts.
    RedefineNetwork {
        /// Its name.
        name: String,
    },
    /// Take a virtual network out of libvirt's list.
    UndefineNetwork {
        /// Its name.
        name: String,
    },
    /// Stop a virtual network; nothing is deleted.
    StopNetwork {
        /// Its name.
        name: String,
    },
    /// Have a virtual network start with its host, or no longer.
    SetNetworkAutostart {
        /// Its name.
        name: String,
        /// Whether it shall start with the host.
        on: bool,
    },
    /// Change a virtual network while it runs.
    UpdateNetwork {
        /// Its name.
        name: String,
    },
    /// Set a started virtual network's firewall rules and DHCP server up anew.
    RenewNetwork {
        /// Its name.
        name: String,
    },
    /// Move cards of machines that run to other networks.
    MoveNics {
        /// The machines' names.
        names: Vec<String>,
    },
    /// Unplug a card of a machine that runs for a moment.
    ReplugNic {
        /// The machine's name.
        name: String,
    },
    /// Put a network card into a machine that runs.
    AttachNic {
        /// The machine's name.
        name: String,
    },
    /// Take a network card out of a machine that runs.
    DetachNic {
        /// The machine's name.
        name: String,
    },
    /// Start a storage pool.
    StartPool {
        /// Its name.
        name: String,
    },
    /// Define a new storage pool.
    DefinePool {
        /// Its name.
        name: String,
    },
    /// Take a storage pool out of libvirt's list.
    UndefinePool {
        /// Its name.
        name: String,
    },
    /// Stop a storage pool; nothing is deleted.
    StopPool {
        /// Its name.
        name: String,
    },
    /// Have a storage pool start with its host, or no longer.
    SetPoolAutostart {
        /// Its name.
        name: String,
        /// Whether it shall start with the host.
        on: bool,
    },
    /// Look into a storage pool anew.
    RefreshPool {
        /// Its name.
        name: String,
    },
    /// Make a volume larger.
    GrowVolume {
        /// Its name.
        name: String,
        /// Its new size.
        size: Bytes,
    },
    /// Overwrite a volume for good.
    Wipe {
        /// Its path.
        path: String,
    },
    /// Send a file of this computer into a new volume.
    Upload {
        /// The file.
        from: String,
        /// The volume's name.
        to: String,
    },
    /// Fetch a volume into a file of this computer.
    Download {
        /// The volume's name.
        from: String,
        /// The file.
        to: String,
    },
    /// Make a snapshot inside an image.
    MakeImageSnapshot {
        /// The image's path.
        image: String,
        /// The snapshot.
        name: String,
    },
    /// Take an image back to a snapshot inside it.
    ApplyImageSnapshot {
        /// The image's path.
        image: String,
        /// The snapshot.
        name: String,
    },
    /// Delete a snapshot inside an image.
    RemoveImageSnapshot {
        /// The image's path.
        image: String,
        /// The snapshot.
        name: String,
    },
    /// Have a virtual network there, on, and coming with the host.
    ReadyNetwork {
        /// Its name.
        name: String,
    },
    /// Have a storage pool there, on, and coming with the host.
    ReadyPool {
        /// Its name.
        name: String,
    },
    /// Make a volume.
    CreateVolume {
        /// Its pool.
        pool: String,
        /// Its name.
        name: String,
        /// The base of which it is an overlay.
        base: Option<String>,
    },
    /// Make overlays.
    CreateOverlays {
        /// Their pool.
        pool: String,
        /// How many.
        count: usize,
    },
    /// Define machines.
    DefineMachines {
        /// The first one's name.
        first: String,
        /// The last one's name.
        last: String,
        /// How many.
        count: usize,
    },
    /// Start machines one after the other.
    StartMachines {
        /// How many.
        count: usize,
    },
    /// Fill a volume with a file of this computer.
    FillVolume {
        /// The volume's name.
        name: String,
        /// The file.
        file: String,
    },
    /// Have the firmware pass over what a disk has to start.
    PassOver {
        /// The disk's path.
        path: String,
    },
    /// Bring an image to a pool by way of this computer.
    Carry {
        /// The name of the volume, or the path of the file.
        from: String,
        /// The name of the new volume.
        to: String,
    },
    /// Copy an image.
    Copy {
        /// The path of the image.
        from: String,
        /// The name of the copy.
        to: String,
    },
    /// Copy an overlay and give the copy another base; what the guest sees stays.
    Rebase {
        /// The name of the copy.
        to: String,
        /// The base.
        base: String,
    },
    /// Write another base into an overlay.
    Relink {
        /// The overlay's path.
        image: String,
        /// The base.
        base: String,
    },
    /// Let QEMU's user pass through folders.
    MendFolders {
        /// The folders.
        folders: Vec<String>,
    },
    /// Delete images for good.
    DeleteImages {
        /// How many.
        count: usize,
    },
    /// Remove machines and their state for good.
    DiscardMachines {
        /// How many.
        count: usize,
    },
    /// Look whether a project takes what is to be made.
    LookAtQuota {
        /// The project.
        project: String,
    },
    /// Claim a place in a project.
    ClaimQuota {
        /// The project.
        project: String,
    },
    /// Let what was made count by itself.
    SettleQuota {
        /// The project.
        project: String,
    },
    /// Note something on a machine that is on.
    Mark {
        /// Its name.
        name: String,
    },
    /// Make a disk that Linux swaps to.
    CreateSwap {
        /// The pool.
        pool: String,
        /// The volume's name.
        name: String,
    },
    /// Make a disk larger.
    Grow {
        /// Its path.
        path: String,
        /// Its new size.
        size: Bytes,
    },
    /// Delete a file for good.
    Delete {
        /// Its path.
        path: String,
    },
}
