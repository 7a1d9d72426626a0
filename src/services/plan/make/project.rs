//! What every plan does that makes machines in a project, moves them there or makes them larger.

use lectern_model::{
    catalog::Member,
    id::DomainId,
    metadata::{self, MetadataError},
    project::{DEFAULT, Standing},
    uri::HostUri,
    xml::Document,
};
use uuid::Uuid;

use crate::plan::{
    Plan, Purpose, Step,
    steps::{MarkLive, Phase, Quota, Redefine},
};

/// [`claimed`], where `project` among those that are `known` may refuse anything.
#[must_use]
pub fn within(known: &[Standing], project: &str, members: &[Member], steps: Vec<Step>) -> Vec<Step> {
    let enforced = known.iter().any(|standing| standing.project.name == project && standing.is_enforced());
    if enforced { claimed(project, members, steps) } else { steps }
}

/// The same steps with the project looked at first, the place claimed right before the first machine is defined, and the
/// claim settled right after the last one.
pub(crate) fn claimed(project: &str, members: &[Member], steps: Vec<Step>) -> Vec<Step> {
    let id = Uuid::new_v4();
    let part = |phase| Step::from(Quota { phase, id, project: project.to_owned(), members: members.to_vec() });
    let defines = |step: &Step| matches!(step, Step::Define(_) | Step::DefineMachines(_) | Step::Redefine(_));
    let Some(first) = steps.iter().position(defines) else { return steps };
    let last = steps.iter().rposition(defines).unwrap_or(first);
    let mut all = vec![part(Phase::Look)];
    for (at, step) in steps.into_iter().enumerate() {
        all.extend((at == first).then(|| part(Phase::Claim)));
        all.push(step);
        all.extend((at == last).then(|| part(Phase::Settle)));
    }
    all
}

/// Final steps with the project looked at first, the place claimed before them and released after them.
pub(crate) fn claimed_for_good(project: &str, members: &[Member], steps: Vec<Step>) -> Vec<Step> {
    let id = Uuid::new_v4();
    let part = |phase| Step::from(Quota { phase, id, project: project.to_owned(), members: members.to_vec() });
    let before = [part(Phase::Look), part(Phase::Claim)];
    before.into_iter().chain(steps).chain([part(Phase::Release)]).collect()
}

/// A machine that is moved to another project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its key.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// Its inactive XML, with its passwords.
    pub xml: String,
    /// The XML that it runs with, if it is on.
    pub live: Option<String>,
    /// What it uses, and so will in the new project.
    pub member: Member,
}

/// The plan that moves machines to `project`; they may be on.
///
/// # Errors
/// If a machine's notes are not this program's to change; `Ok(None)` if all are in the project already.
pub fn move_to(host: &HostUri, project: &str, machines: &[Moved]) -> Result<Option<Plan>, MetadataError> {
    let mut steps = Vec::new();
    let (mut members, mut names) = (Vec::new(), Vec::new());
    for machine in machines {
        let old = Document::parse(&machine.xml)?;
        let new = noted(&old, project)?;
        if old.same_as(&new) {
            continue;
        }
        let (id, name) = (machine.id, machine.name.clone());
        steps.push(Redefine { id, name: name.clone(), old: machine.xml.clone(), new: new.to_string() }.into());
        if let Some(live) = &machine.live {
            let live = Document::parse(live)?;
            let (old, new) = (metadata::bare(&live)?, metadata::bare(&noted(&live, project)?)?);
            steps.push(MarkLive { id, name: name.clone(), old, new }.into());
        }
        members.push(machine.member);
        names.push(name);
    }
    let purpose = Purpose::Move { machines: names, project: project.to_owned() };
    Ok((!steps.is_empty()).then(|| Plan::new(purpose, host.clone(), claimed(project, &members, steps))))
}

/// The XML with the project noted; `default` is the project of what has no note.
fn noted(document: &Document, project: &str) -> Result<Document, MetadataError> {
    let mut notes = metadata::read(document).machine();
    notes.project = (project != DEFAULT).then(|| project.to_owned());
    metadata::write(document, &notes)
}
