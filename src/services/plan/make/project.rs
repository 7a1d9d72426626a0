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

/// [`claimed`] in `project`, which is among those that are `known`. None is known on a host that keeps no catalogue: nothing
/// is claimed there.
#[must_use]
pub fn within(known: &[Standing], project: &str, members: &[Member], steps: Vec<Step>) -> Vec<Step> {
    if known.is_empty() {
        return steps;
    }
    let enforced = known.iter().any(|standing| standing.project.name == project && standing.is_enforced());
    claimed_where(enforced, project, members, steps)
}

/// The same steps with the project looked at first, the place claimed right before the first machine is defined, and the
/// claim settled right after the last one.
pub(super) fn claimed(project: &str, members: &[Member], steps: Vec<Step>) -> Vec<Step> {
    claimed_where(true, project, members, steps)
}

/// [`claimed`], where the project can refuse something or not at this moment. Somebody may limit it while disks are made, so
/// the place is claimed anyhow: the step finds out when it runs. Nothing is said of it then, and nothing looked at before.
pub(crate) fn claimed_where(enforced: bool, project: &str, members: &[Member], steps: Vec<Step>) -> Vec<Step> {
    let part = parts(enforced, project, members);
    let defines = |step: &Step| matches!(step, Step::Define(_) | Step::DefineMachines(_) | Step::Redefine(_));
    let Some(first) = steps.iter().position(defines) else { return steps };
    let last = steps.iter().rposition(defines).unwrap_or(first);
    let mut all: Vec<Step> = enforced.then(|| part(Phase::Look)).into_iter().collect();
    for (at, step) in steps.into_iter().enumerate() {
        all.extend((at == first).then(|| part(Phase::Claim)));
        all.push(step);
        all.extend((at == last).then(|| part(Phase::Settle)));
    }
    all
}

/// One claim's steps.
fn parts(enforced: bool, project: &str, members: &[Member]) -> impl Fn(Phase) -> Step {
    let (id, project, members) = (Uuid::new_v4(), project.to_owned(), members.to_vec());
    move |phase| Quota { phase, id, project: project.clone(), members: members.clone(), quiet: !enforced }.into()
}

/// Final steps with the project looked at first, the place claimed before them and released after them.
pub(crate) fn claimed_for_good(enforced: bool, project: &str, members: &[Member], steps: Vec<Step>) -> Vec<Step> {
    let part = parts(enforced, project, members);
    let before = enforced.then(|| part(Phase::Look)).into_iter().chain([part(Phase::Claim)]);
    before.chain(steps).chain([part(Phase::Release)]).collect()
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
