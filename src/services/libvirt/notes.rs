//! What is noted on the machines of a host, read for many of them at once.

use std::time::Duration;

use lectern_model::{id::DomainId, metadata, xml::Document};
use virt::domain::Domain;

use super::{connection::Connection, error::HostError, ffi::error::checked, handle::Host};
use crate::probe;

/// How long it may take: a thousand machines take a quarter of a second, and each a round trip where the host is far.
const LIMIT: Duration = Duration::from_mins(2);

/// What is noted on one machine.
pub type Notes = (DomainId, metadata::Machine);

impl Host {
    /// What is noted on these machines, or on all; what goes meanwhile is left out.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub async fn notes(&self, of: Option<Vec<DomainId>>) -> Result<Vec<Notes>, HostError> {
        self.call(LIMIT, move |connection| {
            let mut notes = Vec::new();
            for domain in domains(connection, of.as_deref())? {
                match note(connection, &domain) {
                    Ok(note) => notes.extend(note),
                    Err(HostError::Gone) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(notes)
        })
        .await
    }
}

fn domains(connection: &Connection, of: Option<&[DomainId]>) -> Result<Vec<Domain>, HostError> {
    let Some(ids) = of else { return Ok(checked(connection.connect().list_all_domains(0))?) };
    let mut found = Vec::new();
    for id in ids {
        match connection.domain(*id) {
            Ok(domain) => found.push(domain),
            Err(HostError::Gone) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn note(connection: &Connection, domain: &Domain) -> Result<Option<Notes>, HostError> {
    if probe::is_probe(connection.connect(), &checked(domain.name())?) {
        return Ok(None);
    }
    let uuid = checked(domain.uuid_string())?;
    let id = DomainId::parse(&uuid).ok_or(HostError::BadAnswer(uuid))?;
    let xml = checked(domain.xml_desc(virt_sys::VIR_DOMAIN_XML_INACTIVE))?;
    // Foreign XML that is not read has no notes of ours.
    let notes = Document::parse(&xml).map(|document| metadata::read(&document).machine()).unwrap_or_default();
    Ok(Some((id, notes)))
}
