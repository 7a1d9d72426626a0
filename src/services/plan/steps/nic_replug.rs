//! Unplugging the cable of a network card for a moment, so that the guest asks for its address anew.

use lectern_model::{command::CommandLine, id::DomainId, mac::MacAddress, nic, uri::HostUri, xml::Document};
use serde::{Deserialize, Serialize};

use super::nic::{CABLE_OUT, device_line, parsed, rest, running, unreadable, update};
use crate::{
    jobs::StepText,
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// Unplug a card of a machine that runs, and plug it in again where it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplugNic {
    /// The machine.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// The card.
    pub mac: MacAddress,
    /// The card by itself when the plan was made.
    pub xml: String,
}

impl ReplugNic {
    fn unplugged(&self) -> Result<Document, StepError> {
        nic::unplugged(&parsed(&self.xml)?).map_err(|error| unreadable(&error))
    }

    /// Plugs it in where it is out.
    fn plug_in(&self, context: &Context<'_>) -> Result<(), StepError> {
        match running(context, self.id)? {
            Some((domain, live)) if nic::nic(&live, self.mac).is_some_and(|now| now.is_down) => {
                update(&domain, &parsed(&self.xml)?)
            }
            _ => Ok(()),
        }
    }
}

impl Act for ReplugNic {
    fn text(&self) -> StepText {
        StepText::ReplugNic { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let out = self.unplugged().ok().map(|card| device_line(host, "update-device", &self.name, card.as_str()));
        let pause = CommandLine::new("sleep").arg(CABLE_OUT.as_secs().to_string());
        out.into_iter().chain([pause, device_line(host, "update-device", &self.name, &self.xml)]).collect()
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let old = nic::alone(&parsed(&self.xml)?);
        match running(context, self.id)? {
            Some((_, live)) if nic::nic(&live, self.mac).is_some_and(|now| now.source == old.source) => Ok(()),
            _ => Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.name.clone()))),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        if let Some((domain, _)) = running(context, self.id)? {
            update(&domain, &self.unplugged()?)?;
            // A cancel must not leave the cable out.
            let rested = rest(context);
            self.plug_in(context)?;
            rested?;
        }
        Ok(())
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.plug_in(context)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
