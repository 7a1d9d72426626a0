//! A connection of a plan's own: no events, its own socket, ended when it is dropped.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

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

/// How often it is looked whether the daemon is still there.
const LOOK: Duration = Duration::from_secs(2);

/// An open connection. Its socket is closed last.
pub(crate) struct Line {
    connect: Connect,
    wire: Arc<Wire>,
    watch: Option<Watch>,
}

/// The thread that looks whether the daemon is still there, until this is dropped.
struct Watch {
    _end: Sender<()>,
    thread: JoinHandle<()>,
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
        let watch = Watch::begin(connect.clone(), Arc::clone(&wire))?;
        Ok(Self { connect, wire, watch: Some(watch) })
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
        if let Some(watch) = self.watch.take() {
            watch.end();
        }
        if !self.is_alive() {
            self.wire.cut();
        }
    }
}

impl Watch {
    /// Where the connection dies, all calls that wait on it are ended: libvirt (11.3) ends only the first of several when a
    /// daemon owes its signs of life, and a copy waits in two.
    fn begin(connect: Connect, wire: Arc<Wire>) -> Result<Self, HostError> {
        let (sender, end) = channel();
        let thread = thread::Builder::new().name("plan-watch".into()).spawn(move || watch(&connect, &wire, &end));
        Ok(Self { _end: sender, thread: thread.map_err(|error| HostError::System(error.to_string()))? })
    }

    fn end(self) {
        let Self { _end: sender, thread } = self;
        drop(sender);
        // It waits for nothing but the end that was just told.
        if thread.join().is_err() {
            tracing::error!("a watch over a connection panicked");
        }
    }
}

fn watch(connect: &Connect, wire: &Wire, end: &Receiver<()>) {
    while end.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        if !checked(connect.is_alive()).unwrap_or(false) {
            wire.cut();
        }
    }
}
