//! The plans that plug machines into other networks, and give them network cards and take them away.

mod look;

use std::{collections::HashSet, fmt};

use lectern_model::{
    id::DomainId,
    mac::MacAddress,
    network::Network,
    nic::{self, Nic, NicSource},
    template::Deed,
    uri::HostUri,
    xml::{Document, EditError},
};

pub use self::look::look;
use crate::plan::{
    Plan, Purpose, Step,
    networks::random,
    steps::{AttachNic, DetachNic, MoveNics, NicMove, Redefine, ReplugNic, StartNetwork},
};

/// The machines in question and their host, as they were when they were looked at.
#[derive(Clone, Debug)]
pub struct NicFacts {
    /// The host.
    pub host: HostUri,
    /// The machines.
    pub machines: Vec<NicMachine>,
    /// The virtual networks.
    pub networks: Vec<Network>,
    /// The host's bridges that are no virtual network's; none where they cannot be known.
    pub bridges: Vec<String>,
    /// The host's devices that guests could share; none where they cannot be known.
    pub devices: Vec<String>,
    /// The addresses of all cards on the host.
    macs: HashSet<MacAddress>,
}

/// A machine, as it was when it was looked at.
#[derive(Clone)]
pub struct NicMachine {
    /// Its key.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// Its configuration, with its passwords; none where it is gone when it stops.
    config: Option<Document>,
    /// As it is now, where it is on.
    live: Option<Document>,
}

/// Without its XML, which may hold passwords.
impl fmt::Debug for NicMachine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NicMachine({}, on: {})", self.name, self.is_on())
    }
}

impl NicMachine {
    /// Whether it is on.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.live.is_some()
    }

    /// Its cards: as they are configured, or as they are where nothing is configured.
    #[must_use]
    pub fn nics(&self) -> Vec<Nic> {
        self.config.as_ref().or(self.live.as_ref()).map(nic::nics).unwrap_or_default()
    }
}

/// What is wanted of network cards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NicWish {
    /// The card of this place, from 0, is plugged in elsewhere, or is another device; `None` leaves it as it is.
    Change {
        /// Its place.
        nth: usize,
        /// What it is plugged into.
        source: Option<NicSource>,
        /// The device that the guest sees.
        model: Option<String>,
    },
    /// One more.
    Add {
        /// What it is plugged into.
        source: NicSource,
        /// The device that the guest sees.
        model: String,
    },
    /// The card of this address goes.
    Remove(MacAddress),
    /// The cable of this card is out for a moment, so that the guest asks for its address anew.
    Replug(MacAddress),
}

/// When a machine has what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is off: its configuration is all there is.
    Configured,
    /// At once, and at each start.
    Now,
    /// The network at once; the model when it starts next.
    ModelLater,
    /// When it starts next.
    NextStart,
    /// It has it already.
    Already,
    /// It has no such card.
    NoCard,
    /// It has no configuration, and libvirt cannot do it while it runs.
    Never,
}

/// What would be done.
#[derive(Clone, Debug)]
pub struct NicPlan {
    /// The plan; none where there is nothing to do.
    pub plan: Option<Plan>,
    /// What it comes to, for each machine.
    pub effects: Vec<(String, Effect)>,
    /// The network that is started for it.
    pub starts: Option<String>,
}

/// What becomes of one machine.
#[derive(Default)]
struct Part {
    config: Option<Document>,
    live: Option<Step>,
    moved: Option<NicMove>,
    effect: Option<Effect>,
}

/// The plan for a wish; `now` says whether machines that run are changed at once where that is possible.
///
/// # Errors
/// If a text cannot stand in XML.
pub fn plan(facts: &NicFacts, wish: &NicWish, now: bool) -> Result<NicPlan, EditError> {
    let (mut steps, mut lives, mut moves, mut effects) = (Vec::<Step>::new(), Vec::new(), Vec::new(), Vec::new());
    let mut macs = facts.macs.clone();
    for machine in &facts.machines {
        let part = match wish {
            NicWish::Change { nth, source, model } => {
                change(facts, machine, *nth, source.as_ref(), model.as_deref(), now)?
            }
            NicWish::Add { source, model } => add(machine, new_mac(&mut macs), source, model, now)?,
            NicWish::Remove(mac) => remove(machine, *mac, now)?,
            NicWish::Replug(mac) => replug(machine, *mac)?,
        };
        steps.extend(part.config.and_then(|new| redefine(machine, &new)));
        lives.extend(part.live);
        moves.extend(part.moved);
        effects.push((machine.name.clone(), part.effect.unwrap_or(Effect::NoCard)));
    }
    steps.extend(lives);
    if !moves.is_empty() {
        steps.push(MoveNics { moves }.into());
    }
    let starts = wanted_source(wish).and_then(|source| sleeping(facts, source)).filter(|_| !steps.is_empty());
    if let Some(name) = &starts {
        steps.insert(0, StartNetwork { name: name.clone() }.into());
    }
    let edited: Vec<DomainId> = steps.iter().filter_map(redefined).collect();
    let made = |steps| Plan::new(purpose(wish, &effects), facts.host.clone(), steps).guarded(Deed::Edit, edited);
    let plan = (!steps.is_empty()).then(|| made(steps));
    Ok(NicPlan { plan, effects, starts })
}

/// The machine whose configuration a step changes.
const fn redefined(step: &Step) -> Option<DomainId> {
    match step {
        Step::Redefine(redefine) => Some(redefine.id),
        _ => None,
    }
}

fn purpose(wish: &NicWish, effects: &[(String, Effect)]) -> Purpose {
    let done = effects.iter().filter(|(_, effect)| !matches!(effect, Effect::Already | Effect::NoCard | Effect::Never));
    let names: Vec<String> = done.map(|(name, _)| name.clone()).collect();
    match wish {
        NicWish::Change { .. } => Purpose::ChangeNics(names),
        NicWish::Add { .. } => Purpose::AddNic(names),
        NicWish::Remove(_) => Purpose::RemoveNic(names),
        NicWish::Replug(_) => Purpose::RenewAddress(names.join(", ")),
    }
}

const fn wanted_source(wish: &NicWish) -> Option<&NicSource> {
    match wish {
        NicWish::Change { source, .. } => source.as_ref(),
        NicWish::Add { source, .. } => Some(source),
        NicWish::Remove(_) | NicWish::Replug(_) => None,
    }
}

/// The network, where it is one that is not started: a machine that is plugged into it would not start.
fn sleeping(facts: &NicFacts, source: &NicSource) -> Option<String> {
    let NicSource::Network { name, .. } = source else { return None };
    facts.networks.iter().any(|network| network.name == *name && !network.active).then(|| name.clone())
}

fn new_mac(used: &mut HashSet<MacAddress>) -> MacAddress {
    let three = || {
        let [a, b, c, ..] = random();
        [a, b, c]
    };
    let mac = MacAddress::unused(three, |mac| used.contains(&mac));
    used.insert(mac);
    mac
}

fn redefine(machine: &NicMachine, new: &Document) -> Option<Step> {
    let old = machine.config.as_ref().filter(|old| !old.same_as(new))?.to_string();
    Some(Redefine { id: machine.id, name: machine.name.clone(), old, new: new.to_string() }.into())
}

fn change(
    facts: &NicFacts,
    machine: &NicMachine,
    nth: usize,
    source: Option<&NicSource>,
    model: Option<&str>,
    now: bool,
) -> Result<Part, EditError> {
    let Some(mac) = machine.nics().get(nth).and_then(|nic| nic.mac) else { return Ok(Part::default()) };
    let mut config = machine.config.clone();
    if let (Some(document), Some(source)) = (&config, source) {
        config = Some(nic::with_source(document, mac, source)?);
    }
    if let (Some(document), Some(model)) = (&config, model) {
        config = Some(nic::with_model(document, mac, model)?);
    }
    let moved = match source.filter(|_| now) {
        Some(source) => moved(facts, machine, mac, source)?,
        None => None,
    };
    let effect = Some(effect_of_change(machine, mac, source, model, moved.is_some()));
    Ok(Part { config, moved, effect, live: None })
}

fn moved(
    facts: &NicFacts,
    machine: &NicMachine,
    mac: MacAddress,
    source: &NicSource,
) -> Result<Option<NicMove>, EditError> {
    let Some(live) = &machine.live else { return Ok(None) };
    let can = |nic: &Nic| {
        nic.source != *source && nic.source.is_on_bridge(&facts.networks) && source.is_on_bridge(&facts.networks)
    };
    let (true, Some(card)) = (nic::nic(live, mac).is_some_and(|nic| can(&nic)), nic::live(live, mac)?) else {
        return Ok(None);
    };
    let new = nic::moved(&card, source)?.to_string();
    Ok(Some(NicMove { id: machine.id, name: machine.name.clone(), mac, old: card.to_string(), new }))
}

fn effect_of_change(
    machine: &NicMachine,
    mac: MacAddress,
    source: Option<&NicSource>,
    model: Option<&str>,
    moves: bool,
) -> Effect {
    let differs = |document: &Document| {
        let nic = nic::nic(document, mac);
        let source = source.is_some_and(|source| nic.as_ref().is_none_or(|nic| nic.source != *source));
        (source, model.is_some_and(|model| nic.is_none_or(|nic| nic.model.as_deref() != Some(model))))
    };
    let config = machine.config.as_ref().map(differs);
    let live = machine.live.as_ref().map(differs);
    match (config, live) {
        (None | Some((false, false)), None | Some((false, false))) => Effect::Already,
        (Some(_), None) => Effect::Configured,
        (Some(_), Some((_, true))) if moves => Effect::ModelLater,
        (_, Some(_)) if moves => Effect::Now,
        (Some(_), Some((false, false))) => Effect::Now,
        (Some(_), Some(_)) => Effect::NextStart,
        (None, _) => Effect::Never,
    }
}

fn add(machine: &NicMachine, mac: MacAddress, source: &NicSource, model: &str, now: bool) -> Result<Part, EditError> {
    let add = |document: &Document| nic::added(document, mac, source, model);
    let config = machine.config.as_ref().map(add).transpose()?;
    let live = match machine.live.as_ref().filter(|_| now) {
        Some(live) => nic::live(&add(live)?, mac)?,
        None => None,
    };
    let live = live.map(|card| {
        let (id, name) = (machine.id, machine.name.clone());
        AttachNic { id, name, mac, xml: card.to_string() }.into()
    });
    let effect = Some(effect(machine, live.is_some()));
    Ok(Part { config, live, effect, moved: None })
}

fn remove(machine: &NicMachine, mac: MacAddress, now: bool) -> Result<Part, EditError> {
    let in_config = machine.config.as_ref().is_some_and(|config| nic::nic(config, mac).is_some());
    let config = machine.config.as_ref().map(|config| nic::removed(config, mac)).transpose()?;
    let live = match machine.live.as_ref().filter(|_| now) {
        Some(live) => nic::live(live, mac)?,
        None => None,
    };
    if !in_config && live.is_none() {
        return Ok(Part::default());
    }
    let live = live.map(|card| {
        let (id, name) = (machine.id, machine.name.clone());
        DetachNic { id, name, mac, xml: card.to_string() }.into()
    });
    let effect = Some(effect(machine, live.is_some()));
    Ok(Part { config, live, effect, moved: None })
}

fn replug(machine: &NicMachine, mac: MacAddress) -> Result<Part, EditError> {
    let card = machine.live.as_ref().map(|live| nic::live(live, mac)).transpose()?.flatten();
    let Some(card) = card else { return Ok(Part::default()) };
    let step = ReplugNic { id: machine.id, name: machine.name.clone(), mac, xml: card.to_string() };
    Ok(Part { live: Some(step.into()), effect: Some(Effect::Now), config: None, moved: None })
}

const fn effect(machine: &NicMachine, live: bool) -> Effect {
    match (live, machine.is_on(), &machine.config) {
        (true, ..) => Effect::Now,
        (false, false, _) => Effect::Configured,
        (false, true, Some(_)) => Effect::NextStart,
        (false, true, None) => Effect::Never,
    }
}
