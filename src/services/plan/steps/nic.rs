//! Network cards of machines that run: moved to another network, plugged in, taken out.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use lectern_model::{
    command::CommandLine,
    id::DomainId,
    mac::MacAddress,
    nic::{self, Nic},
    uri::HostUri,
    xml::{Document, EditError},
};
use serde::{Deserialize, Serialize};
use virt::domain::Domain;

use super::lookup;
use crate::{
    host::HostError,
    jobs::StepText,
    libvirt::ffi::error::checked,
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// How long a cable is out: a guest that is busy or emulated must see it, and asks for an address when it is in again.
pub(super) const CABLE_OUT: Duration = Duration::from_secs(2);
/// How long a guest has to let go of a card.
const LET_GO: Duration = Duration::from_secs(20);
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(100);

/// One card of one machine, moved while the machine runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NicMove {
    /// The machine.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// The card.
    pub mac: MacAddress,
    /// The card by itself when the plan was made.
    pub old: String,
    /// The card by itself as it shall be.
    pub new: String,
}

/// Move cards of machines that run to other networks: all cables out, and in again at their new places, so that the
/// guests ask for new addresses. A machine that is off by then has it from its configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveNics {
    /// The cards.
    pub moves: Vec<NicMove>,
}

impl MoveNics {
    /// Moves what is elsewhere; `pause` waits until the guests have seen that their cables are out.
    fn put(
        &self,
        context: &Context<'_>,
        to: impl Fn(&NicMove) -> &str,
        pause: impl Fn() -> Result<(), StepError>,
    ) -> Result<(), StepError> {
        let mut out = Vec::new();
        for one in &self.moves {
            let Some((domain, live)) = running(context, one.id)? else { continue };
            let wanted = parsed(to(one))?;
            let is = nic::alone(&wanted);
            let there = |now: Nic| now.source == is.source && now.is_down == is.is_down;
            if nic::nic(&live, one.mac).is_none_or(there) {
                continue;
            }
            update(&domain, &nic::unplugged(&wanted).map_err(|error| unreadable(&error))?)?;
            if !is.is_down {
                out.push((domain, wanted));
            }
        }
        if out.is_empty() {
            return Ok(());
        }
        pause()?;
        out.iter().try_for_each(|(domain, wanted)| update(domain, wanted))
    }

    /// The same in a shell.
    fn lines(&self, host: &HostUri, to: impl Fn(&NicMove) -> &str) -> Vec<CommandLine> {
        let line = |one: &NicMove, card: &str| device_line(host, "update-device", &one.name, card);
        let out = |one: &NicMove| parsed(to(one)).ok().and_then(|card| nic::unplugged(&card).ok());
        let out = self.moves.iter().filter_map(|one| Some(line(one, &out(one)?.to_string())));
        let pause = CommandLine::new("sleep").arg(CABLE_OUT.as_secs().to_string());
        let back = self.moves.iter().map(|one| line(one, to(one)));
        out.chain([pause]).chain(back).collect()
    }
}

impl Act for MoveNics {
    fn text(&self) -> StepText {
        StepText::MoveNics { names: self.moves.iter().map(|one| one.name.clone()).collect() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.lines(host, |one| &one.new)
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.lines(host, |one| &one.old)
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        for one in &self.moves {
            let Some((_, live)) = running(context, one.id)? else { continue };
            let old = nic::alone(&parsed(&one.old)?);
            if nic::nic(&live, one.mac).is_none_or(|now| now.source != old.source) {
                return Err(StepError::untouched(StepFailure::ChangedMeanwhile(one.name.clone())));
            }
        }
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.put(context, |one| &one.new, || rest(context))
    }

    /// A cancel has come already, and must not leave the cables out.
    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.put(
            context,
            |one| &one.old,
            || {
                sleep(CABLE_OUT);
                Ok(())
            },
        )
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Put a card into a machine that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachNic {
    /// The machine.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// The card's address, which no other card of the machine has.
    pub mac: MacAddress,
    /// The card by itself.
    pub xml: String,
}

impl Act for AttachNic {
    fn text(&self) -> StepText {
        StepText::AttachNic { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![device_line(host, "attach-device", &self.name, &self.xml)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![device_line(host, "detach-device", &self.name, &self.xml)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        match running(context, self.id)? {
            Some((_, live)) if nic::nic(&live, self.mac).is_some() => {
                Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.name.clone())))
            }
            _ => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        attach(context, self.id, self.mac, &self.xml)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        detach(context, self.id, &self.name, self.mac, &self.xml, || Ok(()))
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Take a card out of a machine that runs; the guest must let go of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetachNic {
    /// The machine.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// The card's address.
    pub mac: MacAddress,
    /// The card by itself when the plan was made.
    pub xml: String,
}

impl Act for DetachNic {
    fn text(&self) -> StepText {
        StepText::DetachNic { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![device_line(host, "detach-device", &self.name, &self.xml)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![device_line(host, "attach-device", &self.name, &self.xml)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        match running(context, self.id)? {
            Some((_, live)) if nic::nic(&live, self.mac).is_none() => {
                Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.name.clone())))
            }
            _ => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        detach(context, self.id, &self.name, self.mac, &self.xml, || context.go_on())
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        attach(context, self.id, self.mac, &self.xml)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

fn attach(context: &Context<'_>, id: DomainId, mac: MacAddress, xml: &str) -> Result<(), StepError> {
    match running(context, id)? {
        Some((domain, live)) if nic::nic(&live, mac).is_none() => {
            Ok(checked(domain.attach_device_flags(xml, virt_sys::VIR_DOMAIN_AFFECT_LIVE)).map(drop)?)
        }
        _ => Ok(()),
    }
}

/// libvirt answers before the guest has let go, so it is looked until the card is gone.
fn detach(
    context: &Context<'_>,
    id: DomainId,
    name: &str,
    mac: MacAddress,
    xml: &str,
    go_on: impl Fn() -> Result<(), StepError>,
) -> Result<(), StepError> {
    let has = || Ok::<_, StepError>(running(context, id)?.filter(|(_, live)| nic::nic(live, mac).is_some()));
    let Some((domain, _)) = has()? else { return Ok(()) };
    checked(domain.detach_device_flags(xml, virt_sys::VIR_DOMAIN_AFFECT_LIVE))?;
    let until = Instant::now() + LET_GO;
    while has()?.is_some() {
        if Instant::now() > until {
            return Err(StepError::touched(StepFailure::NicKept(name.to_owned())));
        }
        go_on()?;
        sleep(LOOK);
    }
    Ok(())
}

/// The machine with its XML as it is now, where it is on.
pub(super) fn running(context: &Context<'_>, id: DomainId) -> Result<Option<(Domain, Document)>, StepError> {
    let domain = lookup::domain(context.connect(), id)?.ok_or(HostError::Gone)?;
    if !checked(domain.is_active())? {
        return Ok(None);
    }
    let xml = checked(domain.xml_desc(0))?;
    Ok(Some((domain, parsed(&xml)?)))
}

pub(super) fn update(domain: &Domain, card: &Document) -> Result<(), StepError> {
    Ok(checked(domain.update_device_flags(card.as_str(), virt_sys::VIR_DOMAIN_AFFECT_LIVE)).map(drop)?)
}

/// Waits with an eye on the user's wish to end it.
pub(super) fn rest(context: &Context<'_>) -> Result<(), StepError> {
    let until = Instant::now() + CABLE_OUT;
    while Instant::now() < until {
        context.go_on()?;
        sleep(LOOK);
    }
    Ok(())
}

pub(super) fn parsed(xml: &str) -> Result<Document, StepError> {
    Document::parse(xml).map_err(|error| unreadable(&error.into()))
}

pub(super) fn unreadable(error: &EditError) -> StepError {
    HostError::BadAnswer(error.to_string()).into()
}

pub(super) fn device_line(host: &HostUri, what: &str, machine: &str, xml: &str) -> CommandLine {
    let line = CommandLine::virsh(host.as_str()).args([what, "--domain"]).arg(machine);
    line.args(["--file", "/dev/stdin", "--live"]).input(xml)
}
