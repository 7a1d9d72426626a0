//! Defining and changing machines.

use lectern_model::{command::CommandLine, id::DomainId, template, uri::HostUri, xml::Document};
use serde::{Deserialize, Serialize};

use super::{
    domain::{define, define_line, has, inactive_xml, same, undefine_all},
    lookup,
    power::force_off,
};
use crate::{
    host::HostError,
    jobs::StepText,
    libvirt::guard,
    plan::{
        Step, StepError, StepFailure,
        context::Context,
        mark::{Config, Mark},
        secrets,
        step::Act,
    },
};

/// Define a new machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Define {
    /// Its identifier, the one in the XML.
    pub id: DomainId,
    /// Its name, the one in the XML.
    pub name: String,
    /// Its XML.
    pub xml: String,
}

impl Define {
    /// A file of firmware variables that the XML names may be another machine's; one that libvirt makes is this one's.
    fn names_nvram(&self) -> bool {
        has(&self.xml, &["os", "nvram"])
    }

    /// `apply` for an identifier that nobody else can have: it was made up for this step.
    pub(super) fn apply_own(&self, context: &Context<'_>) -> Result<(), StepError> {
        if context.resumed && lookup::domain(context.connect(), self.id)?.is_some() {
            return Ok(());
        }
        define(context, &self.xml).map(drop)
    }

    /// `undo` for such an identifier.
    pub(super) fn undo_own(&self, context: &Context<'_>) -> Result<(), StepError> {
        force_off(context, self.id)?;
        undefine_all(context, self.id, self.names_nvram())
    }
}

/// Defines a machine, and notes what libvirt has made of the XML.
fn defined(context: &Context<'_>, xml: &str) -> Result<(), StepError> {
    let domain = define(context, xml)?;
    (context.made)(Mark::Config(Config::new(inactive_xml(&domain)?)))
}

impl Act for Define {
    fn text(&self) -> StepText {
        StepText::Define { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![define_line(host, &self.xml)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let line = CommandLine::virsh(host.as_str()).args(["undefine", "--domain"]).arg(&self.name);
        let line = line.args(["--managed-save", "--snapshots-metadata", "--checkpoints-metadata"]);
        let nvram = if self.names_nvram() { "--keep-nvram" } else { "--nvram" };
        vec![line.arg(nvram).args(has(&self.xml, &["devices", "tpm"]).then_some("--tpm"))]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let taken = || StepError::untouched(StepFailure::NameTaken(self.name.clone()));
        if lookup::domain_named(context.connect(), &self.name)?.is_some() {
            return Err(taken());
        }
        if lookup::domain(context.connect(), self.id)?.is_some() { Err(taken()) } else { Ok(()) }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        if context.resumed && lookup::domain(context.connect(), self.id)?.is_some() {
            // Defined by the run that was cut off, or else by others.
            let taken = || StepError::untouched(StepFailure::NameTaken(self.name.clone()));
            return context.mark.map(drop).ok_or_else(taken);
        }
        defined(context, &self.xml)
    }

    /// Only the identifier that was made for it is looked for; one that a file gave may be a machine of others.
    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        if lookup::domain(context.connect(), self.id)?.is_some() && context.mark.is_none() {
            return Err(StepError::untouched(StepFailure::Doubtful(self.name.clone())));
        }
        self.undo_own(context)
    }

    fn without_secrets(&self) -> Step {
        Self { xml: secrets::without(&self.xml), ..self.clone() }.into()
    }
}

/// Give a machine another configuration, unless it was changed meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redefine {
    /// The machine.
    pub id: DomainId,
    /// Its name, to be shown.
    pub name: String,
    /// Its inactive XML when the plan was made.
    pub old: String,
    /// Its XML to be.
    pub new: String,
}

impl Redefine {
    fn now(&self, context: &Context<'_>) -> Result<String, StepError> {
        let domain = lookup::domain(context.connect(), self.id)?.ok_or(HostError::Gone)?;
        Ok(inactive_xml(&domain)?)
    }

    /// A journal has no passwords; the comparison leaves them out on both sides.
    fn is(now: &str, xml: &str) -> bool {
        same(&secrets::without(now), &secrets::without(xml))
    }

    /// A template's hardware stays as it is, whoever made the plan.
    fn seal_allows(&self, now: &str) -> Result<(), StepError> {
        let (Ok(now), Ok(new)) = (Document::parse(now), Document::parse(&self.new)) else { return Ok(()) };
        let allowed = guard::seal_allows(template::deed_of(&now, &new), &self.name, &now);
        allowed.map_err(StepError::untouched)
    }

    fn changed(&self) -> StepError {
        StepError::untouched(StepFailure::ChangedMeanwhile(self.name.clone()))
    }
}

impl Act for Redefine {
    fn text(&self) -> StepText {
        StepText::Redefine { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![define_line(host, &self.new)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![define_line(host, &self.old)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let now = self.now(context)?;
        if !Self::is(&now, &self.old) {
            return Err(self.changed());
        }
        self.seal_allows(&now)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        // Begun by a run that was cut off: where it is no longer what it was, it was applied, or others changed it.
        if context.resumed && self.check(context).is_err() {
            return self.check_undo(context);
        }
        defined(context, &self.new)
    }

    fn check_undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let now = self.now(context)?;
        let is_ours = match context.mark {
            Some(Mark::Config(config)) => config.is(&now),
            _ => Self::is(&now, &self.new),
        };
        if is_ours || Self::is(&now, &self.old) { Ok(()) } else { Err(self.changed()) }
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let now = self.now(context)?;
        // Where only a password differs, what is kept on the disk cannot tell.
        let is_as_before = same(&now, &self.old) || (context.mark.is_none() && Self::is(&now, &self.old));
        if is_as_before { Ok(()) } else { define(context, &self.old).map(drop) }
    }

    fn without_secrets(&self) -> Step {
        let (old, new) = (secrets::without(&self.old), secrets::without(&self.new));
        Self { old, new, ..self.clone() }.into()
    }

    fn to_be_kept(&self) -> Step {
        let (old, new) = (secrets::closed(&self.old), secrets::closed(&self.new));
        Self { old, new, ..self.clone() }.into()
    }
}
