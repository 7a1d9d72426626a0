//! Defining many machines at once.

use std::collections::BTreeSet;

use lectern_model::{command::CommandLine, id::DomainId, sed, uri::HostUri};
use serde::{Deserialize, Serialize};

use super::{batch, define::Define, lookup};
use crate::{
    host::HostError,
    jobs::StepText,
    libvirt::{ffi::error::checked, starting},
    plan::{Step, StepError, StepFailure, context::Context, secrets, step::Act},
};

/// Define new machines, all or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineMachines {
    /// The machine that they are made from: its name, and its inactive XML.
    pub from: (String, String),
    /// The machines.
    pub machines: Vec<Define>,
}

impl DefineMachines {
    /// The other machine's XML, edited as the course does it, and defined.
    fn line(&self, host: &HostUri, machine: &Define) -> CommandLine {
        let virsh = || CommandLine::virsh(host.as_str());
        let (name, xml) = &self.from;
        let dump = virsh().args(["dumpxml", "--inactive", "--security-info", "--domain"]).arg(name);
        let edits = sed::expressions(xml, &machine.xml);
        let sed = edits.into_iter().fold(CommandLine::new("sed"), |line, edit| line.arg("-e").arg(edit));
        dump.pipe(sed).pipe(virsh().args(["define", "/dev/stdin"]))
    }
}

impl Act for DefineMachines {
    fn text(&self) -> StepText {
        let name = |machine: Option<&Define>| machine.map(|machine| machine.name.clone()).unwrap_or_default();
        let (first, last) = (name(self.machines.first()), name(self.machines.last()));
        StepText::DefineMachines { first, last, count: self.machines.len() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.machines.iter().map(|machine| self.line(host, machine)).collect()
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        self.machines.iter().rev().flat_map(|machine| machine.undo_commands(host)).collect()
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let there = checked(context.connect().list_all_domains(0))?;
        let names: BTreeSet<String> = there.iter().filter_map(|domain| checked(domain.name()).ok()).collect();
        let ids: BTreeSet<String> = there.iter().filter_map(|domain| checked(domain.uuid_string()).ok()).collect();
        let taken = |machine: &&Define| names.contains(&machine.name) || ids.contains(&machine.id.to_string());
        match self.machines.iter().find(taken) {
            Some(machine) => Err(StepError::untouched(StepFailure::NameTaken(machine.name.clone()))),
            None => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        batch::each(context, &self.machines, |context, machine| machine.apply_own(context))
    }

    /// Only the identifiers that were made for them are looked for: a machine of others is never met.
    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        batch::each(context, &self.machines, |context, machine| machine.undo_own(context))
    }

    fn without_secrets(&self) -> Step {
        let clean = |machine: &Define| Define { xml: secrets::without(&machine.xml), ..machine.clone() };
        let (name, xml) = &self.from;
        let machines = self.machines.iter().map(clean).collect();
        Self { from: (name.clone(), secrets::without(xml)), machines }.into()
    }
}

/// Start machines one after the other, each when the host has caught its breath. What is started stays started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartMachines {
    /// The machines, with their names to be shown.
    pub machines: Vec<(DomainId, String)>,
}

impl Act for StartMachines {
    fn text(&self) -> StepText {
        StepText::StartMachines { count: self.machines.len() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let one =
            |(_, name): &(DomainId, String)| CommandLine::virsh(host.as_str()).args(["start", "--domain"]).arg(name);
        self.machines.iter().map(one).collect()
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    /// One that does not start keeps no other from starting.
    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let mut failure = None;
        let mut breath = super::breath::Breath::new();
        for (number, (id, _)) in (1..).zip(&self.machines) {
            context.go_on()?;
            if let Err(error) = start(context, *id) {
                failure.get_or_insert(error);
            }
            (context.progress)(number, self.machines.len() as u64);
            if usize::try_from(number).is_ok_and(|number| number < self.machines.len()) {
                breath.wait(context)?;
            }
        }
        failure.map_or(Ok(()), Err)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

fn start(context: &Context<'_>, id: DomainId) -> Result<(), StepError> {
    let domain = lookup::domain(context.connect(), id)?.ok_or(HostError::Gone)?;
    if !checked(domain.is_active())? {
        starting::start(context.connect(), &domain)?;
    }
    Ok(())
}
