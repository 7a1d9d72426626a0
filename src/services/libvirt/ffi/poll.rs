//! poll(2) and the eventfd that ends it: the system calls of the event loop.
#![expect(unsafe_code, reason = "system calls")]

use std::{
    io,
    os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd},
    time::Duration,
};

use libc::{POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, c_int, c_short, nfds_t, pollfd};
use virt_sys::{
    VIR_EVENT_HANDLE_ERROR, VIR_EVENT_HANDLE_HANGUP, VIR_EVENT_HANDLE_READABLE, VIR_EVENT_HANDLE_WRITABLE,
    virEventHandleType,
};

const PAIRS: [(virEventHandleType, c_short); 4] = [
    (VIR_EVENT_HANDLE_READABLE, POLLIN),
    (VIR_EVENT_HANDLE_WRITABLE, POLLOUT),
    (VIR_EVENT_HANDLE_ERROR, POLLERR | POLLNVAL),
    (VIR_EVENT_HANDLE_HANGUP, POLLHUP),
];

/// What to wait for on one descriptor, and what came.
pub(super) fn request(fd: RawFd, events: c_int) -> pollfd {
    let wanted = PAIRS.iter().filter(|(vir, _)| events & vir.cast_signed() != 0);
    pollfd { fd, events: wanted.fold(0, |all, (_, native)| all | native), revents: 0 }
}

/// What came, in libvirt's bits.
pub(super) fn answer(ready: pollfd) -> c_int {
    let came = PAIRS.iter().filter(|(_, native)| ready.revents & native != 0);
    came.fold(0, |all, (vir, _)| all | vir.cast_signed())
}

/// Waits until a descriptor is ready or the time is over; `None` waits without end.
pub(super) fn wait(descriptors: &mut [pollfd], limit: Option<Duration>) -> io::Result<()> {
    // Rounded up: a timer that is due in half a millisecond must not be asked for in a tight loop.
    let limit = limit.map_or(-1, |limit| c_int::try_from(limit.as_micros().div_ceil(1000)).unwrap_or(c_int::MAX));
    let count = nfds_t::try_from(descriptors.len()).map_err(io::Error::other)?;
    // SAFETY: the pointer and the count describe one slice that is borrowed for the call.
    let result = unsafe { libc::poll(descriptors.as_mut_ptr(), count, limit) };
    if result >= 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The descriptor that wakes a waiting loop.
#[derive(Debug)]
pub(super) struct Waker(OwnedFd);

impl Waker {
    pub(super) fn new() -> io::Result<Self> {
        // SAFETY: takes no pointer; the result is checked before it is used.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: a descriptor that was just made and that nobody else owns.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    pub(super) fn fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Ends the present wait, or the next one. A full counter means that it will end anyway.
    pub(super) fn wake(&self) {
        let one = 1_u64;
        // SAFETY: eight readable bytes, which is what an eventfd takes.
        unsafe { libc::write(self.fd(), (&raw const one).cast(), size_of::<u64>()) };
    }

    /// Forgets all wakes so far.
    pub(super) fn clear(&self) {
        let mut count = 0_u64;
        // SAFETY: eight writable bytes, which is what an eventfd gives.
        unsafe { libc::read(self.fd(), (&raw mut count).cast(), size_of::<u64>()) };
    }
}

/// A second descriptor of what `fd` refers to.
pub(super) fn duplicate(fd: RawFd) -> Option<OwnedFd> {
    // SAFETY: libvirt passes a descriptor that stays open at least until it takes the handle back; it is borrowed only
    // for this call.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    borrowed.try_clone_to_owned().ok()
}
