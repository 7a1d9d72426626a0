//! Projects and flavors, as the interface asks a host for them.

use std::time::Duration;

use lectern_model::{
    catalog::{Edit, EditError, Subject},
    command::CommandLine,
    flavor::Flavor,
    project::{Project, Refusal, Standing},
};

use super::{connection::Connection, handle::Host};
use crate::catalog::{self, CatalogError, Keeper, Kept, OnHost, Usage};

/// How long reading may take, the first question to each disk of a host included.
const LIMIT: Duration = Duration::from_mins(1);
/// How long a change may take: it waits for others.
const CHANGE_LIMIT: Duration = Duration::from_mins(5);

/// A change that was made.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The catalogue with it.
    pub kept: Kept,
    /// What was done on the host.
    pub here: Vec<CommandLine>,
    /// What means the same in OpenStack.
    pub openstack: Vec<CommandLine>,
    /// What takes it back, where that can be.
    pub back: Option<Edit>,
}

/// Projects, quotas and flavors. Others' changes come as [`super::types::HostUpdate::Catalog`] while somebody looks
/// ([`super::types::Interest::Catalog`]): within a second, where the host tells of events; else within 30 seconds.
impl Host {
    /// The catalogue as it is now, with what can be done with it.
    ///
    /// # Errors
    /// As libvirt gives it; [`CatalogError::Unable`] where there is nothing to see.
    pub async fn catalog(&self) -> Result<Kept, CatalogError> {
        self.catalogue(LIMIT, |keeper, _| keeper.read()).await
    }

    /// Makes one change, whoever else is changing the catalogue at the same time.
    ///
    /// # Errors
    /// [`CatalogError::Edit`] where somebody has changed the same thing, or a rule is against it; a project with machines
    /// keeps its name ([`CatalogError::HasMachines`]). See [`Keeper::change`] for the others. Nothing was changed then.
    pub async fn change_catalog(&self, edit: Edit) -> Result<Changed, CatalogError> {
        let uri = self.uri().clone();
        let change = move |keeper: &OnHost<'_>, host: &Connection| {
            let (mut openstack, mut back) = (Vec::new(), None);
            let kept = keeper.change(&mut |catalog| {
                if let Some(name) = edit.loses_name() {
                    must_be_empty(host, name)?;
                }
                (openstack, back) = (edit.openstack(catalog), edit.back(catalog));
                Ok(edit.apply(catalog)?)
            })?;
            let here = catalog::commands(&uri, kept.revision, &kept.catalog);
            Ok(Changed { kept, here, openstack, back })
        };
        self.catalogue(CHANGE_LIMIT, change).await
    }

    /// Sets a project's quota to what is needed, if it is less now: the answer to a refusal.
    ///
    /// # Errors
    /// As for [`Self::change_catalog`].
    pub async fn raise_quota(&self, refusal: Refusal) -> Result<Changed, CatalogError> {
        let kept = self.catalog().await?;
        let gone = || EditError::Gone(Subject::Project(refusal.project.clone()));
        let old = kept.catalog.project(&refusal.project).ok_or_else(gone)?.clone();
        let quota = refusal.remedy(&old.quota).unwrap_or(old.quota);
        let new = Project { quota, ..old.clone() };
        self.change_catalog(Edit::ChangeProject { old, new }).await
    }

    /// What each project uses, by all that is defined now.
    ///
    /// # Errors
    /// As libvirt gives it.
    pub async fn usage(&self) -> Result<Usage, CatalogError> {
        self.catalogue(LIMIT, |keeper, host| {
            let catalog = keeper.head()?;
            Ok(Usage::of(&catalog, catalog::machines(host.connect(), |_| true)?))
        })
        .await
    }

    /// All projects with what they use, and all flavors; nothing where it cannot be read, which keeps nobody from making a
    /// machine.
    pub async fn places(&self) -> (Vec<Standing>, Vec<Flavor>) {
        let read = self.catalogue(LIMIT, |keeper, host| {
            let catalog = keeper.head()?;
            let standings = catalog.standings(&catalog::machines(host.connect(), |_| true)?);
            Ok((standings, catalog.flavors))
        });
        read.await.unwrap_or_else(|error| {
            tracing::warn!("no projects: {error}");
            (Vec::new(), Vec::new())
        })
    }

    /// [`Host::call`] for what answers with an error of the catalogue.
    pub(crate) async fn catalogue<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&OnHost<'_>, &Connection) -> Result<T, CatalogError> + Send + 'static,
    ) -> Result<T, CatalogError> {
        let uri = self.uri().clone();
        let outcome = self.call(limit, move |connection| {
            match work(&OnHost::new(connection.connect(), &uri), connection) {
                // So that a dead connection is noticed.
                Err(CatalogError::Host(error)) => Err(error),
                other => Ok(other),
            }
        });
        outcome.await.map_err(CatalogError::Host)?
    }
}

/// A project's name is noted on its machines: without them it may change.
fn must_be_empty(host: &Connection, project: &str) -> Result<(), CatalogError> {
    let all = catalog::machines(host.connect(), |_| false)?;
    match all.iter().filter(|machine| machine.project.as_deref() == Some(project)).count() {
        0 => Ok(()),
        machines => Err(CatalogError::HasMachines { project: project.to_owned(), machines }),
    }
}
