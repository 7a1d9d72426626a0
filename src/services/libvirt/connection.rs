//! An open connection, and the place where the present one is found.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use virt::{connect::Connect, domain::Domain};

use lectern_model::{id::DomainId, units::KiB, uri::HostUri};

use super::{
    error::{HostError, LibvirtError},
    ffi::{
        codes,
        error::checked,
        events::{Sink, Subscriptions},
        network_events::NetworkSubscription,
        pool_events::PoolSubscription,
        wire::{self, Reading, Wire},
    },
    types::{HostInfo, Version},
};

/// Seconds of silence after which the daemon is asked for a sign of life, and how many signs it may owe: a frozen one
/// is noticed after (count + 1) × interval.
const KEEP_ALIVE: (i32, u32) = (5, 2);

/// One open connection. The order matters: the subscriptions hold the connection, so they are dropped first; the wire's
/// own descriptor keeps the socket open, so it is dropped last.
pub(crate) struct Connection {
    _subscriptions: Subscriptions,
    _networks: Option<NetworkSubscription>,
    _pools: Option<PoolSubscription>,
    connect: Connect,
    wire: Arc<Wire>,
}

impl Connection {
    /// Opens a connection whose events go to `sink`. Waits as long as the host takes, unless `wire` is cut.
    ///
    /// # Errors
    /// As libvirt gives it.
    pub(crate) fn open(uri: &HostUri, wire: &Arc<Wire>, sink: &Sink) -> Result<Self, LibvirtError> {
        let connect = connect(uri, wire, Reading::Always)?;
        if let Err(error) = checked(connect.set_keep_alive(KEEP_ALIVE.0, KEEP_ALIVE.1)) {
            tracing::debug!("no keep-alive: {error}");
        }
        let subscriptions = Subscriptions::new(&connect, sink)?;
        let networks = NetworkSubscription::new(&connect, sink);
        let networks = networks.inspect_err(|error| tracing::debug!("no events of networks: {error}")).ok();
        let pools = PoolSubscription::new(&connect, sink);
        let pools = pools.inspect_err(|error| tracing::debug!("no events of pools: {error}")).ok();
        let wire = Arc::clone(wire);
        Ok(Self { _subscriptions: subscriptions, _networks: networks, _pools: pools, connect, wire })
    }

    /// libvirt's connection.
    pub(crate) const fn connect(&self) -> &Connect {
        &self.connect
    }

    /// The domain with this identifier.
    ///
    /// # Errors
    /// [`HostError::Gone`] if there is none.
    pub(crate) fn domain(&self, id: DomainId) -> Result<Domain, HostError> {
        domain(&self.connect, id)
    }

    /// Whether the daemon is still there, as far as this end knows.
    pub(crate) fn is_alive(&self) -> bool {
        checked(self.connect.is_alive()).unwrap_or(false)
    }

    /// Where the connection is dead, ends all calls that still wait on it, and says so. When a daemon owes its signs of
    /// life, libvirt (11.3) ends only the first of several waiting calls; the others would wait for ever.
    pub(crate) fn bury_if_dead(&self) -> bool {
        let dead = !self.is_alive();
        if dead {
            self.wire.cut();
        }
        dead
    }

    /// What the host says of itself.
    ///
    /// # Errors
    /// As libvirt gives it.
    pub(crate) fn info(&self, uri: &HostUri) -> Result<HostInfo, LibvirtError> {
        let node = checked(self.connect.node_info())?;
        Ok(HostInfo {
            // Only a name to show: a host that cannot find out its own is no worse.
            hostname: checked(self.connect.hostname()).unwrap_or_else(|_| uri.host().unwrap_or("localhost").to_owned()),
            libvirt: Version(checked(self.connect.lib_version())?),
            hypervisor: checked(self.connect.hyp_version()).ok().filter(|version| *version > 0).map(Version),
            is_session: uri.is_session(),
            cpus: node.cpus,
            memory: KiB(node.memory),
        })
    }
}

/// The domain with this identifier.
///
/// # Errors
/// [`HostError::Gone`] if there is none.
pub(crate) fn domain(connect: &Connect, id: DomainId) -> Result<Domain, HostError> {
    Ok(checked(connect.lookup_domain_by_uuid_string(&id.to_string()))?)
}

/// Opens a bare connection on this thread.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn connect(uri: &HostUri, wire: &Arc<Wire>, reading: Reading) -> Result<Connect, LibvirtError> {
    let text = unattended(uri);
    if text.contains('\0') {
        let message = "a URI holds no NUL".to_owned();
        return Err(LibvirtError { code: codes::NO_CONNECT, domain: 0, level: 2, message, errno: None });
    }
    wire::opening(wire, reading, || checked(Connect::open(Some(&text))))
}

/// The URI with which SSH never asks on a terminal, which nobody may be looking at (libvirt.org/uri.html, `no_tty`).
fn unattended(uri: &HostUri) -> String {
    let text = uri.as_str();
    if !uri.is_ssh() || text.contains("no_tty=") {
        return text.to_owned();
    }
    let (before, fragment) = text.split_once('#').map_or((text, None), |(before, after)| (before, Some(after)));
    let joint = if before.contains('?') { '&' } else { '?' };
    fragment.map_or_else(|| format!("{before}{joint}no_tty=1"), |f| format!("{before}{joint}no_tty=1#{f}"))
}

/// Where the calls find the present connection, and what must end with it.
#[derive(Default)]
pub(crate) struct Link(Mutex<LinkState>);

#[derive(Default)]
struct LinkState {
    connection: Option<Arc<Connection>>,
    consoles: Vec<Weak<Wire>>,
}

impl Link {
    fn lock(&self) -> MutexGuard<'_, LinkState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The present connection.
    ///
    /// # Errors
    /// [`HostError::NotConnected`] if there is none.
    pub(crate) fn get(&self) -> Result<Arc<Connection>, HostError> {
        self.lock().connection.clone().ok_or(HostError::NotConnected)
    }

    /// From now on this is the present connection.
    pub(crate) fn set(&self, connection: Arc<Connection>) {
        self.lock().connection = Some(connection);
    }

    /// There is none any more: consoles end, as a frozen daemon would never end them.
    pub(crate) fn lose(&self) {
        let (connection, consoles) = {
            let mut state = self.lock();
            (state.connection.take(), std::mem::take(&mut state.consoles))
        };
        consoles.iter().filter_map(Weak::upgrade).for_each(|wire| wire.cut());
        if let Some(connection) = connection {
            connection.wire.cut();
        }
    }

    /// Has a console's connection end together with this one.
    pub(crate) fn attach(&self, wire: &Arc<Wire>) {
        let mut state = self.lock();
        state.consoles.retain(|console| console.strong_count() > 0);
        state.consoles.push(Arc::downgrade(wire));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssh_is_told_not_to_ask() {
        for (given, used) in [
            ("qemu+ssh://h/system", "qemu+ssh://h/system?no_tty=1"),
            ("qemu+ssh://h/system?keyfile=/k", "qemu+ssh://h/system?keyfile=/k&no_tty=1"),
            ("qemu+ssh://h/system?no_tty=1", "qemu+ssh://h/system?no_tty=1"),
            ("qemu:///system", "qemu:///system"),
        ] {
            assert_eq!(unattended(&HostUri::parse(given).unwrap()), used);
        }
    }
}
