//! The plans of virtual networks, made from what is known of them.

use lectern_model::{
    id::DomainId,
    mac::MacAddress,
    network::{
        Network, NetworkId, NetworkSpec,
        change::{self, Change},
        cure::Cure,
    },
    uri::HostUri,
    xml::{Document, EditError},
};
use uuid::Uuid;

use super::{
    Plan, Purpose, Step,
    steps::{
        DefineNetwork, RedefineNetwork, RenewNetwork, SetNetworkAutostart, Start, StartNetwork, StopNetwork,
        UndefineNetwork, UpdateNetwork,
    },
};

/// Five random bytes: a UUID has its own marks later.
#[must_use]
pub fn random() -> [u8; 5] {
    let mut bytes = [0; 5];
    bytes.copy_from_slice(&Uuid::new_v4().as_bytes()[..5]);
    bytes
}

/// Makes a network of `document`, which may lack a UUID and an Ethernet address.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn create(host: &HostUri, document: &Document, autostart: bool, start: bool) -> Result<Plan, EditError> {
    let (name, steps) = creation(document, autostart, start)?;
    Ok(Plan::new(Purpose::MakeNetwork(name), host.clone(), steps))
}

/// Makes many networks in one plan: all of them, or none.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn create_many(host: &HostUri, specs: &[NetworkSpec], autostart: bool, start: bool) -> Result<Plan, EditError> {
    let (mut names, mut steps) = (Vec::new(), Vec::new());
    for spec in specs {
        let (name, own) = creation(&spec.document()?, autostart, start)?;
        names.push(name);
        steps.extend(own);
    }
    Ok(Plan::new(Purpose::MakeNetworks(names), host.clone(), steps))
}

fn creation(document: &Document, autostart: bool, start: bool) -> Result<(String, Vec<Step>), EditError> {
    let mut spec = NetworkSpec::read(document).unwrap_or_default();
    let id = spec.id.unwrap_or_else(|| NetworkId::from_random(*Uuid::new_v4().as_bytes()));
    spec.id = Some(id);
    if spec.mac.is_none() && spec.mode.has_own_bridge() {
        // libvirt would choose one too; chosen here, it is the same when the plan is undone and done again.
        let [a, b, c, ..] = random();
        spec.mac = Some(MacAddress::from_random([a, b, c]));
    }
    let (name, xml) = (spec.name.clone(), spec.apply(document)?.to_string());
    let mut steps: Vec<Step> = vec![DefineNetwork { id, name: name.clone(), xml }.into()];
    if autostart {
        steps.push(SetNetworkAutostart { id, name: name.clone(), on: true }.into());
    }
    if start {
        steps.push(StartNetwork { name: name.clone() }.into());
    }
    Ok((name, steps))
}

/// Gives a network the configuration `document`: at once where libvirt can, the rest when it starts next. Nothing where
/// nothing would change.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn change(host: &HostUri, network: &Network, document: &Document) -> Result<Option<Plan>, EditError> {
    let (old, new) = (network.spec.clone().unwrap_or_default(), NetworkSpec::read(document).unwrap_or_default());
    let before = Document::parse(&network.xml)?;
    if before.same_as(document) {
        return Ok(None);
    }
    let change = Change::between(&old, &new)?;
    // What Lectern does not read may have changed too: then it is not only what is made live.
    let rest = change.rest || !new.apply(&before)?.same_as(document);
    let mut steps: Vec<Step> = Vec::new();
    let live = network.active && !change.live.is_empty();
    if rest || !live {
        let (old, new) = (network.xml.clone(), document.to_string());
        steps.push(RedefineNetwork { id: network.id, name: network.name.clone(), old, new }.into());
    }
    if live {
        let old = (!rest).then(|| network.xml.clone());
        steps.push(UpdateNetwork { id: network.id, name: network.name.clone(), old, edits: change.live }.into());
    }
    Ok(Some(Plan::new(Purpose::EditNetwork(network.name.clone()), host.clone(), steps)))
}

/// Mends a network: where it is stopped, it gets what the cures say and is started; else it is set up anew. None where
/// that would change nothing.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn mend(host: &HostUri, network: &Network, cures: &[Cure]) -> Result<Option<Plan>, EditError> {
    if network.active {
        return renew(host, network);
    }
    let old = Document::parse(&network.xml)?;
    let new = cures.iter().try_fold(old.clone(), |document, cure| cure.apply(&document))?;
    let mut steps: Vec<Step> = Vec::new();
    if !old.same_as(&new) {
        let (old, new) = (network.xml.clone(), new.to_string());
        steps.push(RedefineNetwork { id: network.id, name: network.name.clone(), old, new }.into());
    }
    steps.push(StartNetwork { name: network.name.clone() }.into());
    Ok(Some(Plan::new(Purpose::MendNetwork(network.name.clone()), host.clone(), steps)))
}

/// Has libvirt set up a started network's firewall rules and DHCP server anew while guests stay connected; where it has
/// no DHCP, none.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn renew(host: &HostUri, network: &Network) -> Result<Option<Plan>, EditError> {
    let Some([add, remove]) = change::passing(&network.spec.clone().unwrap_or_default())? else { return Ok(None) };
    let step = RenewNetwork { id: network.id, name: network.name.clone(), add, remove };
    Ok(Some(Plan::new(Purpose::MendNetwork(network.name.clone()), host.clone(), vec![step.into()])))
}

/// Starts machines, and first the networks that they are plugged into; before all does `first`.
#[must_use]
pub(crate) fn start_with(
    host: &HostUri,
    first: Option<Step>,
    networks: &[String],
    machines: &[(DomainId, String)],
) -> Plan {
    let networks = networks.iter().map(|name| StartNetwork { name: name.clone() }.into());
    let networks = first.into_iter().chain(networks);
    let starts = machines.iter().map(|(id, name)| Start { id: *id, name: name.clone() }.into());
    let names = machines.iter().map(|(_, name)| name.clone()).collect();
    Plan::new(Purpose::StartMachines(names), host.clone(), networks.chain(starts).collect())
}

/// Starts a network.
#[must_use]
pub fn start(host: &HostUri, network: &Network) -> Plan {
    let step = StartNetwork { name: network.name.clone() };
    Plan::new(Purpose::StartNetwork(network.name.clone()), host.clone(), vec![step.into()])
}

/// Stops a network; nothing is deleted.
#[must_use]
pub fn stop(host: &HostUri, network: &Network) -> Plan {
    Plan::new(Purpose::StopNetwork(network.name.clone()), host.clone(), vec![stopping(network).into()])
}

/// Stops a network and starts it again, so that it takes up its configuration.
#[must_use]
pub fn restart(host: &HostUri, network: &Network) -> Plan {
    let steps = vec![stopping(network).into(), StartNetwork { name: network.name.clone() }.into()];
    Plan::new(Purpose::StartNetwork(network.name.clone()), host.clone(), steps)
}

/// Has a network start with its host, or no longer.
#[must_use]
pub fn autostart(host: &HostUri, network: &Network, on: bool) -> Plan {
    let step = SetNetworkAutostart { id: network.id, name: network.name.clone(), on };
    Plan::new(Purpose::AutostartNetwork(network.name.clone(), on), host.clone(), vec![step.into()])
}

/// Stops and undefines a network.
#[must_use]
pub fn delete(host: &HostUri, network: &Network) -> Plan {
    let mut steps: Vec<Step> = Vec::new();
    if network.active {
        steps.push(stopping(network).into());
    }
    if network.persistent {
        let (id, name) = (network.id, network.name.clone());
        let step = UndefineNetwork { id, name, xml: network.xml.clone(), autostart: network.autostart };
        steps.push(step.into());
    }
    Plan::new(Purpose::DeleteNetwork(network.name.clone()), host.clone(), steps)
}

fn stopping(network: &Network) -> StopNetwork {
    let transient = (!network.persistent).then(|| network.xml.clone());
    StopNetwork { id: network.id, name: network.name.clone(), transient }
}
