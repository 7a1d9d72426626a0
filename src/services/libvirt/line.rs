//! A connection of a plan's own: no events, its own socket, ended when it is dropped.

use std::{sync::Arc, time::Duration};

use lectern_model::uri::HostUri;
use virt::connect::Connect;

use super::{
    connection,
    error::HostError,
    ffi::{
        error::checked,
        event_impl::event_loop,
        wire::{Reading, Wire},
    },
};

/// As the window's own connection: a silent daemon is noticed after 15 seconds.
const KEEP_ALIVE: (i32, u32) = (5, 2);

/// How long opening may take.
const LIMIT: Duration = Duration::from_secs(30);

/// An open connection. Its socket is closed last.
pub(crate) struct Line {
    connect: Connect,
    wire: Arc<Wire>,
}

impl Line {
    /// Opens one on this thread.
    ///
    /// # Errors
    /// As libvirt gives it.
    pub(crate) fn open(host: &HostUri) -> Result<Self, HostError> {
        let timers = event_loop()?;
        let wire = Arc::new(Wire::default());
        let late = Arc::clone(&wire);
        let deadline = timers.after(LIMIT, move || late.cut());
        // Read by the event loop, as nobody calls while a program copies for minutes, and the daemon asks for signs of life.
        let opened = connection::connect(host, &wire, Reading::Always);
        timers.cancel(deadline);
        let connect = opened?;
        if let Err(error) = checked(connect.set_keep_alive(KEEP_ALIVE.0, KEEP_ALIVE.1)) {
            tracing::debug!("no keep-alive: {error}");
        }
        Ok(Self { connect, wire })
    }

    /// libvirt's connection.
    pub(crate) const fn connect(&self) -> &Connect {
        &self.connect
    }

    /// Whether the daemon is still there, as far as this end knows.
    pub(crate) fn is_alive(&self) -> bool {
        checked(self.connect.is_alive()).unwrap_or(false)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.is_alive() {
            self.wire.cut();
        }
    }
}
