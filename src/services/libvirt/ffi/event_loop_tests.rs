//! The event loop by itself, with pipes in place of libvirt.
#![expect(unsafe_code, reason = "callbacks get back the pointer they were registered with")]

use std::{
    io::Write,
    os::{fd::AsRawFd, unix::net::UnixStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use libc::{c_int, c_void};
use virt_sys::VIR_EVENT_HANDLE_READABLE;

use super::event_loop::{EventLoop, Opaque};

const READABLE: c_int = VIR_EVENT_HANDLE_READABLE.cast_signed();

/// What the callbacks note; lives as long as the test.
struct Probe {
    event_loop: EventLoop,
    calls: AtomicU32,
    freed: AtomicU32,
    remove_in_call: AtomicBool,
}

impl Probe {
    fn new() -> Arc<Self> {
        let event_loop = EventLoop::new().unwrap();
        Arc::new(Self {
            event_loop,
            calls: AtomicU32::new(0),
            freed: AtomicU32::new(0),
            remove_in_call: AtomicBool::new(false),
        })
    }

    fn opaque(&self) -> Opaque {
        Opaque(std::ptr::from_ref(self).cast_mut().cast())
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }

    fn freed(&self) -> u32 {
        self.freed.load(Ordering::SeqCst)
    }

    fn watch(&self, fd: c_int) -> c_int {
        self.event_loop.add_handle(fd, READABLE, Some(on_handle), self.opaque(), Some(on_free))
    }

    /// A turn that ends by itself, also where nothing is due.
    fn turn(&self) {
        let _ = self.event_loop.after(Duration::from_millis(20), || {});
        self.event_loop.turn().unwrap();
    }
}

fn probe<'a>(opaque: *mut c_void) -> &'a Probe {
    // SAFETY: `Probe::opaque` made it, and the test keeps the probe.
    unsafe { &*opaque.cast::<Probe>() }
}

extern "C" fn on_handle(watch: c_int, _fd: c_int, events: c_int, opaque: *mut c_void) {
    let probe = probe(opaque);
    assert_eq!(events & READABLE, READABLE);
    probe.calls.fetch_add(1, Ordering::SeqCst);
    if probe.remove_in_call.load(Ordering::SeqCst) {
        assert!(probe.event_loop.remove_handle(watch));
        assert_eq!(probe.freed(), 0, "not freed inside the callback");
    }
}

extern "C" fn on_timeout(_timer: c_int, opaque: *mut c_void) {
    probe(opaque).calls.fetch_add(1, Ordering::SeqCst);
}

extern "C" fn remove_next(watch: c_int, _fd: c_int, _events: c_int, opaque: *mut c_void) {
    probe(opaque).event_loop.remove_handle(watch + 1);
}

extern "C" fn on_free(opaque: *mut c_void) {
    probe(opaque).freed.fetch_add(1, Ordering::SeqCst);
}

#[test]
fn a_readable_handle_is_called_while_it_is_asked_for() {
    let (mut near, far) = UnixStream::pair().unwrap();
    let probe = Probe::new();
    let watch = probe.watch(far.as_raw_fd());
    probe.turn();
    assert_eq!(probe.calls(), 0);
    near.write_all(b"x").unwrap();
    probe.turn();
    assert_eq!(probe.calls(), 1);
    probe.event_loop.update_handle(watch, 0);
    probe.turn();
    assert_eq!(probe.calls(), 1);
    probe.event_loop.update_handle(watch, READABLE);
    probe.turn();
    assert_eq!(probe.calls(), 2);
}

#[test]
fn a_handle_removed_in_its_callback_is_freed_later_and_once() {
    let (mut near, far) = UnixStream::pair().unwrap();
    near.write_all(b"x").unwrap();
    let probe = Probe::new();
    probe.remove_in_call.store(true, Ordering::SeqCst);
    let watch = probe.watch(far.as_raw_fd());
    probe.turn();
    assert!(!probe.event_loop.remove_handle(watch), "already removed");
    probe.turn();
    probe.turn();
    assert_eq!((probe.calls(), probe.freed()), (1, 1));
}

#[test]
fn a_handle_removed_by_another_of_the_same_turn_is_not_called() {
    let (mut near, far) = UnixStream::pair().unwrap();
    near.write_all(b"x").unwrap();
    let probe = Probe::new();
    probe.event_loop.add_handle(far.as_raw_fd(), READABLE, Some(remove_next), probe.opaque(), None);
    probe.watch(far.as_raw_fd());
    probe.turn();
    assert_eq!(probe.calls(), 0);
}

#[test]
fn timeouts_repeat_until_they_are_disabled() {
    let probe = Probe::new();
    let timer = probe.event_loop.add_timeout(0, Some(on_timeout), probe.opaque(), Some(on_free));
    for _ in 0..3 {
        probe.event_loop.turn().unwrap();
    }
    assert_eq!(probe.calls(), 3, "0 means every turn");
    probe.event_loop.update_timeout(timer, -1);
    probe.turn();
    assert_eq!(probe.calls(), 3, "-1 means never");
    probe.event_loop.update_timeout(timer, 30);
    let started = Instant::now();
    while probe.calls() == 3 {
        probe.event_loop.turn().unwrap();
    }
    assert!(started.elapsed() >= Duration::from_millis(30));
    assert!(probe.event_loop.remove_timeout(timer));
    probe.turn();
    assert_eq!(probe.freed(), 1);
}

#[test]
fn another_thread_wakes_a_sleeping_loop() {
    let probe = Probe::new();
    let other = Arc::clone(&probe);
    let sleeper = thread::spawn(move || {
        while other.calls() == 0 {
            other.event_loop.turn().unwrap();
        }
    });
    thread::sleep(Duration::from_millis(50));
    probe.event_loop.add_timeout(0, Some(on_timeout), probe.opaque(), None);
    sleeper.join().unwrap();
}

#[test]
fn a_timer_runs_once_unless_it_is_taken_back() {
    let event_loop = EventLoop::new().unwrap();
    let ran = Arc::new(AtomicU32::new(0));
    let count = || {
        let ran = Arc::clone(&ran);
        move || {
            ran.fetch_add(1, Ordering::SeqCst);
        }
    };
    let taken_back = event_loop.after(Duration::from_millis(5), count());
    let _ = event_loop.after(Duration::from_millis(10), count());
    let _ = event_loop.after(Duration::from_millis(10), || panic!("a failing timer must not end the loop"));
    event_loop.cancel(taken_back);
    let started = Instant::now();
    while started.elapsed() < Duration::from_millis(60) {
        let _ = event_loop.after(Duration::from_millis(10), || {});
        event_loop.turn().unwrap();
    }
    assert_eq!(ran.load(Ordering::SeqCst), 1);
}
