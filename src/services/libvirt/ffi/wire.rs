//! The socket under a connection: caught while libvirt opens it, so that a call that waits on it can be ended.
//!
//! libvirt's own calls have no deadline. A second descriptor of the same socket lets any thread shut it down, upon
//! which every call that waits there fails at once; libvirt's descriptor itself is never touched.

use std::{
    cell::RefCell,
    net::Shutdown,
    os::{fd::OwnedFd, unix::net::UnixStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// How a connection's incoming data are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// By the event loop, as soon as they come: events and keep-alive work.
    Always,
    /// Only inside calls, as in a program without an event loop: what nobody asks for stays in the socket, so that a
    /// console's flood is held back by the kernel and not queued in memory. No events, no keep-alive.
    InCalls,
}

/// A connection's socket, once it is known.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    socket: Mutex<Option<UnixStream>>,
    cut: AtomicBool,
}

struct Opening {
    reading: Reading,
    wire: Arc<Wire>,
}

thread_local! {
    static OPENING: RefCell<Option<Opening>> = const { RefCell::new(None) };
}

/// Runs `open`, which opens one connection on this thread; its socket goes to `wire`.
pub(crate) fn opening<T>(wire: &Arc<Wire>, reading: Reading, open: impl FnOnce() -> T) -> T {
    OPENING.set(Some(Opening { reading, wire: Arc::clone(wire) }));
    let result = open();
    OPENING.set(None);
    result
}

/// Called for each handle that libvirt adds; says whether the event loop may have it.
pub(super) fn admit(duplicate: impl FnOnce() -> Option<OwnedFd>) -> bool {
    OPENING.with_borrow(|opening| {
        let Some(opening) = opening else { return true };
        if let Some(socket) = duplicate() {
            opening.wire.set(UnixStream::from(socket));
        }
        opening.reading == Reading::Always
    })
}

impl Wire {
    fn lock(&self) -> MutexGuard<'_, Option<UnixStream>> {
        self.socket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, socket: UnixStream) {
        let mut slot = self.lock();
        if self.cut.load(Ordering::Acquire) {
            shut(&socket);
        }
        *slot = Some(socket);
    }

    /// Ends every call that waits on this connection, now and later.
    pub(crate) fn cut(&self) {
        let slot = self.lock();
        self.cut.store(true, Ordering::Release);
        if let Some(socket) = slot.as_ref() {
            shut(socket);
        }
    }

    /// Whether [`Self::cut`] was called.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    /// Lets go of the socket: it is closed when libvirt closes it.
    pub(crate) fn release(&self) {
        self.lock().take();
    }
}

/// `shutdown(2)` works on any stream socket, whatever the type says; a socket that is already down is fine.
fn shut(socket: &UnixStream) {
    let _ = socket.shutdown(Shutdown::Both);
}
