//! One who connects to a host through the services, and notes what they tell.

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use async_channel::Receiver;
use lectern_model::{
    domain::{Domain, DomainAction, DomainState},
    id::DomainId,
    network::{Network, NetworkId},
    stats::HostCounters,
    storage::Pool,
    uri::HostUri,
};
use lectern_services::{
    catalog::Kept,
    host::{ConnectionState, Console, Host, HostError, HostUpdate},
};

use crate::wait;

/// The limit of a call: longer than any deadline of the services.
const CALL: Duration = Duration::from_mins(1);

/// A connection and the picture that its news give.
#[derive(Debug)]
pub struct Witness {
    /// The connection.
    pub host: Host,
    /// How it stands.
    pub state: Option<ConnectionState>,
    /// The machines by key.
    pub domains: HashMap<DomainId, Domain>,
    /// The networks by key, while it looks at them.
    pub networks: HashMap<NetworkId, Network>,
    /// The catalogue, while it looks at it.
    pub catalog: Option<Arc<Kept>>,
    /// The storage pools, while it looks at them.
    pub pools: Vec<Pool>,
    /// How many complete pictures came.
    pub complete: usize,
    /// How many batches of changes came.
    pub batches: usize,
    /// How many readings of counters came.
    pub readings: usize,
    /// The readings of the host's own counters.
    pub loads: Vec<HostCounters>,
    updates: Receiver<HostUpdate>,
}

impl Witness {
    /// Begins to connect.
    ///
    /// # Panics
    /// When `uri` is none.
    pub fn begin(uri: &str) -> Self {
        let host = Host::connect(HostUri::parse(uri).expect("a URI"));
        let updates = host.updates();
        Self {
            host,
            state: None,
            domains: HashMap::new(),
            networks: HashMap::new(),
            catalog: None,
            pools: Vec::new(),
            complete: 0,
            batches: 0,
            readings: 0,
            loads: Vec::new(),
            updates,
        }
    }

    /// Connects, and waits for the first whole picture.
    pub fn connect(uri: &str) -> Self {
        let mut witness = Self::begin(uri);
        witness.until("the first picture", wait::SOON, |w| (w.is_connected() && w.complete > 0).then_some(()));
        witness
    }

    /// Takes in all news that are there.
    pub fn look(&mut self) {
        while let Ok(update) = self.updates.try_recv() {
            match update {
                HostUpdate::State(state) => self.state = Some(state),
                HostUpdate::Domains(changes) => {
                    self.batches += 1;
                    if changes.complete {
                        self.complete += 1;
                        self.domains.clear();
                    }
                    self.domains.extend(changes.changed.into_iter().map(|d| (d.id, d)));
                    changes.removed.iter().for_each(|id| drop(self.domains.remove(id)));
                }
                HostUpdate::Counters(..) => self.readings += 1,
                HostUpdate::Load(load) => self.loads.push(load),
                HostUpdate::Touched(_) => {}
                HostUpdate::Catalog(kept) => self.catalog = Some(kept),
                HostUpdate::Pools(pools) => self.pools = pools,
                HostUpdate::Networks(changes) => {
                    if changes.complete {
                        self.networks.clear();
                    }
                    self.networks.extend(changes.changed.into_iter().map(|n| (n.id, n)));
                    changes.removed.iter().for_each(|id| drop(self.networks.remove(id)));
                }
            }
        }
    }

    /// Takes in news until `probe` answers.
    ///
    /// # Panics
    /// When it does not in time.
    pub fn until<T>(&mut self, what: &str, limit: Duration, mut probe: impl FnMut(&Self) -> Option<T>) -> T {
        let found = wait::within(limit, || {
            self.look();
            probe(self)
        });
        match found {
            Some(answer) => answer,
            None => panic!("no {what} within {limit:?}; the connection: {:?}; {:?}", self.state, self.domains.values()),
        }
    }

    /// Whether it is connected now.
    pub const fn is_connected(&self) -> bool {
        matches!(self.state, Some(ConnectionState::Connected(_)))
    }

    /// Whether the connection is lost now, with no attempt under way that succeeded.
    pub const fn is_lost(&self) -> bool {
        matches!(self.state, Some(ConnectionState::Lost { .. }))
    }

    /// A machine by its name.
    pub fn named(&self, name: &str) -> Option<&Domain> {
        self.domains.values().find(|d| d.name == name)
    }

    /// A network by its name.
    pub fn network(&self, name: &str) -> Option<&Network> {
        self.networks.values().find(|n| n.name == name)
    }

    /// The key of a machine.
    ///
    /// # Panics
    /// When it is not there.
    pub fn id(&self, name: &str) -> DomainId {
        self.named(name).unwrap_or_else(|| panic!("no machine {name}")).id
    }

    /// Waits until a machine is seen in a state.
    ///
    /// # Panics
    /// When it is not in time.
    pub fn sees(&mut self, name: &str, state: DomainState, limit: Duration) {
        self.until(&format!("{name} {state:?}"), limit, |w| (w.named(name)?.state == state).then_some(()));
    }

    /// Does an action, and waits for its answer.
    ///
    /// # Errors
    /// What the services say.
    pub fn act(&self, name: &str, action: DomainAction) -> Result<(), HostError> {
        answer(self.host.act(self.id(name), action))
    }

    /// Opens the serial console of a machine.
    ///
    /// # Errors
    /// What the services say.
    pub fn console(&self, name: &str, take_over: bool) -> Result<Terminal, HostError> {
        let console = answer(self.host.open_console(self.id(name), None, take_over))?;
        let screen = String::from_utf8_lossy(console.past()).into_owned();
        Ok(Terminal { output: console.output(), console, screen })
    }
}

/// Waits for the answer to a call.
///
/// # Panics
/// When there is none in time: every wait of the services has an end.
pub fn answer<T>(call: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async { tokio::time::timeout(CALL, call).await.expect("the call does not end") })
}

/// A console with all that it printed.
#[derive(Debug)]
pub struct Terminal {
    console: Console,
    output: Receiver<Vec<u8>>,
    screen: String,
}

impl Terminal {
    /// Types.
    pub fn send(&self, text: &str) {
        self.console.input().send_blocking(text.as_bytes().to_vec()).expect("an open console");
    }

    /// Reads what is there.
    pub fn read(&mut self) -> &str {
        while let Ok(bytes) = self.output.try_recv() {
            self.screen.push_str(&String::from_utf8_lossy(&bytes));
        }
        &self.screen
    }

    /// Waits until `text` has been printed since the last such wait, and gives all since then.
    ///
    /// # Panics
    /// When it is not in time.
    pub fn expect(&mut self, text: &str, limit: Duration) -> String {
        let end = wait::within(limit, || self.read().find(text));
        let Some(start) = end else { panic!("no {text:?} on the console, but:\n{}", self.screen) };
        let rest = self.screen.split_off(start + text.len());
        std::mem::replace(&mut self.screen, rest)
    }

    /// Whether it was closed from the other side, once all that came before was read.
    pub fn is_closed(&mut self) -> bool {
        self.read();
        self.output.is_closed() && self.output.is_empty()
    }
}
