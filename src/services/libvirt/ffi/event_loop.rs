//! The loop behind libvirt's handles and timeouts, with timers of our own; it sleeps until something is due.
#![expect(unsafe_code, reason = "calls the C functions that libvirt hands over")]

use std::{
    collections::BTreeMap,
    io,
    os::fd::RawFd,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use libc::{c_int, c_void, pollfd};
use virt_sys::{virEventHandleCallback, virEventTimeoutCallback, virFreeCallback};

use super::poll::{self, Waker};

/// libvirt's own pointer, handed back to it and never looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opaque(pub(super) *mut c_void);

// SAFETY: the event interface of libvirt demands that callbacks run on whatever thread runs the loop, so what the
// pointer stands for is made for being handed between threads; here it is only passed on.
unsafe impl Send for Opaque {}

struct Handle {
    fd: RawFd,
    events: c_int,
    callback: virEventHandleCallback,
    opaque: Opaque,
    free: virFreeCallback,
}

struct Timeout {
    /// Between two calls; `None` while disabled.
    every: Option<Duration>,
    due: Instant,
    callback: virEventTimeoutCallback,
    opaque: Opaque,
    free: virFreeCallback,
}

/// What a timer of ours does.
type Action = Box<dyn FnOnce() + Send>;

/// Names a timer that has not run yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerId(Instant, u64);

#[derive(Default)]
struct State {
    handles: BTreeMap<c_int, Handle>,
    timeouts: BTreeMap<c_int, Timeout>,
    timers: BTreeMap<TimerId, Action>,
    /// Removed, but not yet freed: that happens on the loop's thread, outside every callback.
    dead: Vec<(virFreeCallback, Opaque)>,
    last_watch: c_int,
    last_timer: u64,
}

/// One event loop. The process has one for libvirt; tests make their own.
pub(crate) struct EventLoop {
    state: Mutex<State>,
    waker: Waker,
}

impl EventLoop {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { state: Mutex::default(), waker: Waker::new()? })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and has the loop look at it again.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.waker.wake();
        result
    }

    pub(super) fn add_handle(
        &self,
        fd: RawFd,
        events: c_int,
        callback: virEventHandleCallback,
        opaque: Opaque,
        free: virFreeCallback,
    ) -> c_int {
        self.change(|state| {
            let watch = state.next_watch();
            state.handles.insert(watch, Handle { fd, events, callback, opaque, free });
            watch
        })
    }

    pub(super) fn update_handle(&self, watch: c_int, events: c_int) {
        self.change(|state| state.handles.get_mut(&watch).map(|handle| handle.events = events));
    }

    pub(super) fn remove_handle(&self, watch: c_int) -> bool {
        self.change(|state| {
            let handle = state.handles.remove(&watch);
            handle.map(|handle| state.dead.push((handle.free, handle.opaque))).is_some()
        })
    }

    pub(super) fn add_timeout(
        &self,
        milliseconds: c_int,
        callback: virEventTimeoutCallback,
        opaque: Opaque,
        free: virFreeCallback,
    ) -> c_int {
        self.change(|state| {
            let watch = state.next_watch();
            let (every, due) = period(milliseconds);
            state.timeouts.insert(watch, Timeout { every, due, callback, opaque, free });
            watch
        })
    }

    pub(super) fn update_timeout(&self, timer: c_int, milliseconds: c_int) {
        self.change(|state| {
            let (every, due) = period(milliseconds);
            state.timeouts.get_mut(&timer).map(|timeout| (timeout.every, timeout.due) = (every, due))
        });
    }

    pub(super) fn remove_timeout(&self, timer: c_int) -> bool {
        self.change(|state| {
            let timeout = state.timeouts.remove(&timer);
            timeout.map(|timeout| state.dead.push((timeout.free, timeout.opaque))).is_some()
        })
    }

    /// Has `action` run once on the loop's thread after `delay`; it must not wait for anything.
    pub(crate) fn after(&self, delay: Duration, action: impl FnOnce() + Send + 'static) -> TimerId {
        self.change(|state| {
            state.last_timer += 1;
            let id = TimerId(Instant::now() + delay, state.last_timer);
            state.timers.insert(id, Box::new(action));
            id
        })
    }

    /// Takes a timer back; nothing happens if it has run. The loop need not wake up for that.
    pub(crate) fn cancel(&self, id: TimerId) {
        let action = self.lock().timers.remove(&id);
        drop(action);
    }

    /// One turn: frees what was removed, waits, and calls whatever is due.
    pub(super) fn turn(&self) -> io::Result<()> {
        self.free_dead();
        let (watches, mut descriptors, limit) = self.lock().wants(self.waker.fd());
        match poll::wait(&mut descriptors, limit) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        self.waker.clear();
        for (watch, ready) in watches.into_iter().zip(&descriptors[1..]) {
            self.call_handle(watch, *ready);
        }
        self.call_timeouts();
        self.run_timers();
        Ok(())
    }

    fn free_dead(&self) {
        let dead = std::mem::take(&mut self.lock().dead);
        for (free, opaque) in dead {
            if let Some(free) = free {
                // SAFETY: libvirt gave this function for this pointer; the entry was taken out, so it runs once.
                unsafe { free(opaque.0) };
            }
        }
    }

    fn call_handle(&self, watch: c_int, ready: pollfd) {
        let came = poll::answer(ready);
        // Another callback of this turn may have removed or changed it.
        let found = self.lock().handles.get(&watch).map(|handle| (handle.fd, handle.callback, handle.opaque));
        if let (true, Some((fd, Some(callback), opaque))) = (came != 0, found) {
            // SAFETY: libvirt gave this function for this pointer, which is freed only by `free_dead` on this thread.
            unsafe { callback(watch, fd, came, opaque.0) };
        }
    }

    fn call_timeouts(&self) {
        let now = Instant::now();
        let timers: Vec<c_int> = self.lock().timeouts.keys().copied().collect();
        for timer in timers {
            let due = self.lock().timeouts.get_mut(&timer).and_then(|timeout| timeout.take_due(now));
            if let Some((Some(callback), opaque)) = due {
                // SAFETY: as in `call_handle`.
                unsafe { callback(timer, opaque.0) };
            }
        }
    }

    fn run_timers(&self) {
        let now = Instant::now();
        while let Some(action) = self.lock().take_timer(now) {
            if catch_unwind(AssertUnwindSafe(action)).is_err() {
                tracing::error!("a timer failed");
            }
        }
    }
}

impl State {
    const fn next_watch(&mut self) -> c_int {
        // libvirt takes numbers above zero; two thousand million of them last longer than any process.
        self.last_watch += 1;
        self.last_watch
    }

    /// The watches and what poll(2) is to be asked; the waker's descriptor comes first in the latter.
    fn wants(&self, waker: RawFd) -> (Vec<c_int>, Vec<pollfd>, Option<Duration>) {
        let active = || self.handles.iter().filter(|(_, handle)| handle.events != 0);
        let waker = pollfd { fd: waker, events: libc::POLLIN, revents: 0 };
        let descriptors = active().map(|(_, handle)| poll::request(handle.fd, handle.events));
        let timeouts = self.timeouts.values().filter(|t| t.every.is_some()).map(|t| t.due);
        let next = timeouts.chain(self.timers.keys().next().map(|id| id.0)).min();
        let limit = next.map(|at| at.saturating_duration_since(Instant::now()));
        (active().map(|(watch, _)| *watch).collect(), std::iter::once(waker).chain(descriptors).collect(), limit)
    }

    fn take_timer(&mut self, now: Instant) -> Option<Action> {
        let first = self.timers.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }
}

impl Timeout {
    /// What to call if it is due; the next time is counted from now, a late one is not made up for.
    fn take_due(&mut self, now: Instant) -> Option<(virEventTimeoutCallback, Opaque)> {
        let every = self.every?;
        if self.due > now {
            return None;
        }
        self.due = now + every;
        Some((self.callback, self.opaque))
    }
}

fn period(milliseconds: c_int) -> (Option<Duration>, Instant) {
    let every = u64::try_from(milliseconds).ok().map(Duration::from_millis);
    (every, Instant::now() + every.unwrap_or_default())
}
