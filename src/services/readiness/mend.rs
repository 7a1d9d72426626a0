//! The cures of one click, each a plan that is shown and can be undone.

use std::time::Duration;

use uuid::Uuid;

use crate::{
    host::{Host, HostError},
    libvirt::{
        connection::Connection,
        ffi::{codes, error::checked},
    },
    plan::{
        Plan, Purpose, Step,
        steps::{Pending, ReadyNetwork, ReadyPool},
    },
    probe,
};

/// The name of the network and of the pool that every installation of libvirt has.
pub(super) const NAME: &str = "default";

/// How long reading what a plan needs may take.
const LIMIT: Duration = Duration::from_secs(30);

/// What can be mended by a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mend {
    /// The network "default" is there, on, and comes with the host.
    Network,
    /// The pool "default" likewise.
    Pool,
}

impl Host {
    /// The plan that mends this: it does only what is missing now.
    ///
    /// # Errors
    /// As for [`Self::act`].
    pub async fn plan_mend(&self, mend: Mend) -> Result<Plan, HostError> {
        let host = self.uri().clone();
        self.call(LIMIT, move |connection| {
            let step: Step = match mend {
                Mend::Network => network(connection)?.into(),
                Mend::Pool => pool(connection, &host)?.into(),
            };
            Ok(Plan::new(Purpose::Mend(NAME.to_owned()), host, vec![step]))
        })
        .await
    }
}

fn network(connection: &Connection) -> Result<ReadyNetwork, HostError> {
    let (xml, pending) = match checked(connection.connect().lookup_network_by_name(NAME)) {
        Ok(network) => {
            let pending = Pending {
                define: false,
                start: !checked(network.is_active())?,
                autostart: !checked(network.autostart())?,
            };
            (String::new(), pending)
        }
        Err(error) if error.code == codes::NO_NETWORK => (ReadyNetwork::usual(NAME, Uuid::new_v4())?, Pending::ALL),
        Err(error) => return Err(error.into()),
    };
    Ok(ReadyNetwork { name: NAME.to_owned(), xml, pending })
}

fn pool(connection: &Connection, host: &lectern_model::uri::HostUri) -> Result<ReadyPool, HostError> {
    let (xml, pending) = match checked(connection.connect().lookup_storage_pool_by_name(NAME)) {
        Ok(pool) => {
            let pending =
                Pending { define: false, start: !checked(pool.is_active())?, autostart: !checked(pool.autostart())? };
            (String::new(), pending)
        }
        Err(error) if error.code == codes::NO_STORAGE_POOL => {
            // Another computer's session keeps its images where only that computer knows.
            let folder = probe::images(host).ok_or_else(|| HostError::System("the folder is not known".to_owned()))?;
            (ReadyPool::usual(NAME, Uuid::new_v4(), &folder.to_string_lossy())?, Pending::ALL)
        }
        Err(error) => return Err(error.into()),
    };
    Ok(ReadyPool { name: NAME.to_owned(), xml, pending })
}
