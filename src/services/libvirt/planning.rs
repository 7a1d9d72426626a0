//! Plans that need only what libvirt knows of a machine; made on a thread of the pool, run elsewhere.

use std::time::Duration;

use lectern_model::{
    id::DomainId,
    xml::{Document, EditError},
};

use super::{connection::Connection, error::HostError, ffi::error::checked, handle::Host};
use crate::plan::{
    Plan, Purpose, Step,
    steps::{self, Redefine, Undefine},
};

/// How long reading what a plan needs may take.
const LIMIT: Duration = Duration::from_secs(30);

impl Host {
    /// The XML by which a machine would be defined again, with its passwords: not to be logged or kept.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub async fn inactive_xml(&self, id: DomainId) -> Result<String, HostError> {
        self.call(LIMIT, move |connection| steps::inactive_xml(&connection.domain(id)?)).await
    }

    /// The plan that takes machines out of libvirt's list and keeps their disks and state.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub async fn plan_undefine(&self, ids: Vec<DomainId>) -> Result<Plan, HostError> {
        let host = self.uri().clone();
        self.call(LIMIT, move |connection| {
            let step = |id: &DomainId| Undefine::of(&connection.domain(*id)?, *id);
            let steps = ids.iter().map(step).collect::<Result<Vec<Undefine>, HostError>>()?;
            let names = steps.iter().map(|step| step.name.clone()).collect();
            Ok(Plan::new(Purpose::Undefine(names), host, steps.into_iter().map(Into::into).collect()))
        })
        .await
    }

    /// The plan that gives a machine another configuration: what `change` makes of its inactive XML.
    ///
    /// # Errors
    /// [`HostError::BadAnswer`] if the XML cannot be read or changed; else as for [`Host::act`].
    pub async fn plan_edit(
        &self,
        id: DomainId,
        change: impl FnOnce(&Document) -> Result<Document, EditError> + Send + 'static,
    ) -> Result<Plan, HostError> {
        let host = self.uri().clone();
        self.call(LIMIT, move |connection| {
            let step = edit(connection, id, change)?;
            Ok(Plan::new(Purpose::Edit(step.name.clone()), host, vec![Step::from(step)]))
        })
        .await
    }
}

fn edit(
    connection: &Connection,
    id: DomainId,
    change: impl FnOnce(&Document) -> Result<Document, EditError>,
) -> Result<Redefine, HostError> {
    let unreadable = |error: &dyn std::fmt::Display| HostError::BadAnswer(error.to_string());
    let domain = connection.domain(id)?;
    let name = checked(domain.name())?;
    let old = steps::inactive_xml(&domain)?;
    let document = Document::parse(&old).map_err(|error| unreadable(&error))?;
    let new = change(&document).map_err(|error| unreadable(&error))?.to_string();
    Ok(Redefine { id, name, old, new })
}
