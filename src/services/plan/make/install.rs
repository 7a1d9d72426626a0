//! The plan that makes a machine and starts an installer on it.

use lectern_model::{
    id::DomainId,
    storage::{ImageFormat, new_volume::NewVolume},
    uri::HostUri,
    xml::Document,
};

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
    /// The boot disc, as it is here.
    pub disc: Disc,
    /// The pool that the disc goes to.
    pub disc_pool: String,
    /// The disc's name there.
    pub disc_name: String,
    /// The disk that is made, with its pool.
    pub disk: Option<(String, NewVolume)>,
    /// A used disk's boot sector, which the firmware is to pass over.
    pub pass_over: Option<PassOver>,
    /// A pool that has to be started.
    pub pool: Option<String>,
    /// A network that has to be started.
    pub network: Option<String>,
}

/// The steps of an installation: pool, disc, disk, network, machine, start. With the start the plan is done: what comes
/// then, the machine does alone.
#[must_use]
pub fn install(wish: Install) -> Plan {
    let Install { host, id, name, xml, disc, disc_pool, disc_name, disk, pass_over, pool, network } = wish;
    let mut steps: Vec<Step> = Vec::new();
    steps.extend(pool.map(|name| StartPool { name }.into()));
    let new = NewVolume::thin(&disc_name, ImageFormat::Raw, disc.length);
    steps.push(FillVolume { pool: disc_pool, new, file: disc.path }.into());
    steps.extend(disk.map(|(pool, new)| CreateVolume { pool, new }.into()));
    steps.extend(pass_over.map(Step::from));
    steps.extend(network.map(|name| StartNetwork { name }.into()));
    steps.push(Define { id, name: name.clone(), xml: xml.to_string() }.into());
    steps.push(Start { id, name: name.clone() }.into());
    Plan::new(Purpose::Install(name), host, steps)
}
