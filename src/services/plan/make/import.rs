//! The plan that makes a machine of a disk that exists.

use lectern_model::{
    catalog::Member,
    id::DomainId,
    project::{Amount, Standing},
    storage::new_volume::NewVolume,
    units::Bytes,
    uri::HostUri,
    xml::Document,
};

use super::within;
use crate::{
    disk::{
        convert::Convert,
        reach::{Mend, Rights},
    },
    plan::{
        Plan, Purpose, Step,
        steps::{CarryImage, CopyFile, CopyVolume, CreateVolume, Define, MendFolders, Start, StartNetwork, StartPool},
    },
};

/// What an import takes, as the wizard found it out.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The host.
    pub host: HostUri,
    /// The machine's identifier, the one in the XML.
    pub id: DomainId,
    /// Its name, the one in the XML.
    pub name: String,
    /// Its XML, which names the disk that is there in the end.
    pub xml: Document,
    /// The images that are made for it; none where it uses the file itself.
    pub disks: Vec<NewDisk>,
    /// Folders that QEMU's user cannot pass, to be mended, with the rights that they have now.
    pub mend: Option<(Mend, Rights)>,
    /// A pool that has to be started.
    pub pool: Option<String>,
    /// A network that has to be started.
    pub network: Option<String>,
    /// Whether the machine is started.
    pub start: bool,
    /// What makes the other disks that its flavor gives it.
    pub more: Vec<Step>,
    /// The projects that are known, the one that it counts in, and what it uses of that.
    pub place: (Vec<Standing>, String, Amount),
}

/// An image made for a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewDisk {
    /// An overlay.
    Overlay {
        /// The pool.
        pool: String,
        /// The volume, with its base.
        new: NewVolume,
    },
    /// A copy made by the daemon.
    Copy {
        /// The pool.
        pool: String,
        /// The volume.
        new: NewVolume,
        /// The path of the image, a volume of a pool.
        from: String,
        /// That pool.
        from_pool: String,
        /// How large it is made in the end, where that is larger.
        grow: Option<Bytes>,
    },
    /// A copy made on this computer, where the folder of the pool may be written to.
    LocalCopy {
        /// The pool, which is told of it.
        pool: String,
        /// The copy.
        convert: Convert,
        /// How large it is made in the end, where that is larger.
        grow: Option<Bytes>,
    },
    /// A copy that goes by way of this computer.
    Carried(CarryImage),
}

/// The steps of an import: rights, pool, disk, network, machine, start.
#[must_use]
pub fn import(wish: Import) -> Plan {
    let Import { host, id, name, xml, disks, mend, pool, network, start, more, place } = wish;
    let mut steps: Vec<Step> = Vec::new();
    steps.extend(mend.map(|(mend, before)| MendFolders { mend, before }.into()));
    steps.extend(pool.map(|name| StartPool { name }.into()));
    steps.extend(disks.into_iter().map(made));
    steps.extend(more);
    steps.extend(network.map(|name| StartNetwork { name }.into()));
    steps.push(Define { id, name: name.clone(), xml: xml.to_string() }.into());
    steps.extend(start.then(|| Start { id, name: name.clone() }.into()));
    let (known, project, amount) = place;
    let steps = within(&known, &project, &[Member { machine: id, amount }], steps);
    Plan::new(Purpose::Import(name), host, steps)
}

fn made(disk: NewDisk) -> Step {
    match disk {
        NewDisk::Overlay { pool, new } => CreateVolume { pool, new }.into(),
        NewDisk::Copy { pool, new, from, from_pool, grow } => CopyVolume { pool, new, from, from_pool, grow }.into(),
        NewDisk::LocalCopy { pool, convert, grow } => CopyFile { convert, pool, grow }.into(),
        NewDisk::Carried(carry) => carry.into(),
    }
}
