//! A row of the preview becomes a machine's XML.

use super::fit::size;
use super::{LabDraft, LabFacts, Row, Size};
use crate::clone::{CloneError, Cloned, DiskChoice, DiskSource, Identity, Request, clone, disks};
use crate::id::DomainId;
use crate::identity_strings::with_strings;
use crate::metadata::{GuestIdentity, LabMark, Machine, Origin};
use crate::xml::Document;

/// What one machine of a lab is made of, besides its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its UUID, random.
    pub uuid: DomainId,
    /// The lab's UUID, one for all its members.
    pub lab: DomainId,
    /// What its guest will be told of itself, if it will be.
    pub guest: Option<GuestIdentity>,
    /// What its firmware tells it of that: [`crate::identity_strings`].
    pub strings: Vec<String>,
}

/// What Lectern notes on a member.
#[must_use]
pub fn notes(row: &Row, draft: &LabDraft, facts: &LabFacts, member: &Member) -> Machine {
    let flavor = match &draft.size {
        Size::Flavor(flavor) => Some(flavor.name.clone()),
        Size::AsTemplate | Size::Own { .. } => None,
    };
    let origin = facts.template.as_ref().map(|t| Origin { template: t.id, name: t.name.clone() });
    Machine {
        project: draft.project.clone(),
        flavor,
        lab: Some(LabMark { id: member.lab, name: draft.name.clone() }),
        student: row.student.clone(),
        origin,
        guest: member.guest.clone(),
        service: facts.template.as_ref().is_some_and(|t| t.has_service).then_some(crate::first_boot::VERSION),
        next: None,
        template: None,
    }
}

/// The XML of a row's machine: a linked clone of the template with the row's name, disks, addresses and network, and the
/// lab's sizes. The student's name becomes the title. `place` gives the image for a path of [`Row::disks`].
///
/// # Errors
/// As [`clone`].
pub fn make(
    source: &Document,
    row: &Row,
    draft: &LabDraft,
    facts: &LabFacts,
    member: &Member,
    place: impl Fn(&str) -> DiskSource,
) -> Result<Cloned, CloneError> {
    let name = row.student.as_ref().map(|student| &student.name).filter(|name| !name.is_empty());
    let title = name.or(row.student.as_ref().map(|student| &student.number)).cloned();
    let metadata = Some(notes(row, draft, facts, member));
    let identity = Identity { name: row.name.clone(), uuid: member.uuid, macs: row.macs.clone(), title, metadata };
    let targets = facts.template.iter().flat_map(|template| &template.disks).map(|disk| &disk.target);
    let views = disks(source);
    let request = targets.zip(&row.disks).fold(Request::new(identity), |request, (target, path)| {
        match views.iter().find(|view| view.target == *target) {
            Some(view) => request.disk(view.index, DiskChoice::Link { to: place(path) }),
            None => request,
        }
    });
    let own_size = !matches!(draft.size, Size::AsTemplate);
    let request = Request { size: own_size.then(|| size(draft, facts)), network: row.network.clone(), ..request };
    let cloned = clone(source, &request)?;
    let document = with_strings(&cloned.document, &member.strings)?;
    Ok(Cloned { document, ..cloned })
}
