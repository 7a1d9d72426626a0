//! The plan that makes a machine and starts an installer on it.

use lectern_model::{
    catalog::Member,
    id::DomainId,
    project::{Amount, Standing},
    storage::{ImageFormat, new_volume::NewVolume},
    uri::HostUri,
    xml::Document,
};

use super::within;
use crate::{
    install::disc::Disc,
    plan::{
        Plan, Purpose, Step,
        steps::{CreateVolume, Define, FillVolume, PassOver, Start, StartNetwork, StartPool},
    },
};

/// What an installation takes, as the wizard found it out.
#[derive(Clone, Debug, PartialEq)]
pub struct Install {
    /// The host.
    pub host: HostUri,
    /// The machine's identifier, the one in the XML.
    pub id: DomainId,
    /// Its name, the one in the XML.
    pub name: String,
    /// Its XML, which tries the hard disk first and the boot disc after it.
    pub xml: Document,
    /// Pools that have to be started.
    pub pools: Vec<String>,
    /// The boot disc that is brought to the host; none where the installer comes from elsewhere.
    pub disc: Option<BootDisc>,
    /// The disk that is made, with its pool.
    pub disk: Option<(String, NewVolume)>,
    /// A used disk's boot sector, which the firmware is to pass over.
    pub pass_over: Option<PassOver>,
    /// A network that has to be started.
    pub network: Option<String>,
    /// What makes the other disks that its flavor gives it.
    pub more: Vec<Step>,
    /// The projects that are known, the one that it counts in, and what it uses of that.
    pub place: (Vec<Standing>, String, Amount),
}

/// A boot disc as it is here, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootDisc {
    /// The disc.
    pub disc: Disc,
    /// The pool that it goes to.
    pub pool: String,
    /// Its name there.
    pub name: String,
}

/// The steps of an installation: pools, disc, disk, network, machine, start. With the start the plan is done: what comes then,
/// the machine does alone.
#[must_use]
pub fn install(wish: Install) -> Plan {
    let Install { host, id, name, xml, pools, disc, disk, pass_over, network, more, place } = wish;
    let mut steps: Vec<Step> = Vec::new();
    steps.extend(pools.into_iter().map(|name| StartPool { name }.into()));
    steps.extend(disc.map(|BootDisc { disc, pool, name }| {
        let new = NewVolume::thin(&name, ImageFormat::Raw, disc.length);
        Step::from(FillVolume { pool, new, file: disc.path })
    }));
    steps.extend(disk.map(|(pool, new)| CreateVolume { pool, new }.into()));
    steps.extend(more);
    steps.extend(pass_over.map(Step::from));
    steps.extend(network.map(|name| StartNetwork { name }.into()));
    steps.push(Define { id, name: name.clone(), xml: xml.to_string() }.into());
    steps.push(Start { id, name: name.clone() }.into());
    let (known, project, amount) = place;
    let steps = within(&known, &project, &[Member { machine: id, amount }], steps);
    Plan::new(Purpose::Install(name), host, steps)
}
