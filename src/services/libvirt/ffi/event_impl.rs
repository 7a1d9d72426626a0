//! The process's event loop: given to libvirt once, run on a thread of its own.
#![expect(unsafe_code, reason = "libvirt takes C functions")]

use std::{sync::OnceLock, thread, time::Duration};

use libc::{c_int, c_void};
use virt_sys::{virEventHandleCallback, virEventTimeoutCallback, virFreeCallback};

use super::{
    event_loop::{EventLoop, Opaque},
    poll, wire,
};
use crate::libvirt::error::HostError;

static LOOP: OnceLock<Result<EventLoop, String>> = OnceLock::new();

/// The loop, started and registered by the first call; every connection must come after it.
///
/// # Errors
/// If the system refuses the descriptor or the thread.
pub(crate) fn event_loop() -> Result<&'static EventLoop, HostError> {
    LOOP.get_or_init(|| start().map_err(|error| error.to_string()));
    running().ok_or_else(|| match LOOP.get() {
        Some(Err(text)) => HostError::System(text.clone()),
        _ => HostError::NotConnected,
    })
}

fn running() -> Option<&'static EventLoop> {
    LOOP.get()?.as_ref().ok()
}

fn start() -> std::io::Result<EventLoop> {
    virt::error::clear_error_callback();
    let ready = EventLoop::new()?;
    // SAFETY: six functions with the signatures that libvirt documents, which live as long as the program. Nothing is
    // added before the first connection, which comes after this.
    unsafe {
        virt_sys::virEventRegisterImpl(
            Some(add_handle),
            Some(update_handle),
            Some(remove_handle),
            Some(add_timeout),
            Some(update_timeout),
            Some(remove_timeout),
        );
    }
    thread::Builder::new().name("libvirt-events".into()).spawn(run)?;
    Ok(ready)
}

fn run() {
    // Waits for the end of `get_or_init`, which started this thread.
    let Ok(event_loop) = LOOP.wait() else { return };
    loop {
        if let Err(error) = event_loop.turn() {
            // poll(2) fails only for want of memory: slowly again, rather than a busy or a dead loop.
            tracing::error!("event loop: {error}");
            thread::sleep(Duration::from_millis(100));
        }
    }
}

unsafe extern "C" fn add_handle(
    fd: c_int,
    events: c_int,
    callback: virEventHandleCallback,
    opaque: *mut c_void,
    free: virFreeCallback,
) -> c_int {
    if !wire::admit(|| poll::duplicate(fd)) {
        return -1;
    }
    running().map_or(-1, |event_loop| event_loop.add_handle(fd, events, callback, Opaque(opaque), free))
}

unsafe extern "C" fn update_handle(watch: c_int, events: c_int) {
    if let Some(event_loop) = running() {
        event_loop.update_handle(watch, events);
    }
}

unsafe extern "C" fn remove_handle(watch: c_int) -> c_int {
    outcome(running().is_some_and(|event_loop| event_loop.remove_handle(watch)))
}

unsafe extern "C" fn add_timeout(
    milliseconds: c_int,
    callback: virEventTimeoutCallback,
    opaque: *mut c_void,
    free: virFreeCallback,
) -> c_int {
    running().map_or(-1, |event_loop| event_loop.add_timeout(milliseconds, callback, Opaque(opaque), free))
}

unsafe extern "C" fn update_timeout(timer: c_int, milliseconds: c_int) {
    if let Some(event_loop) = running() {
        event_loop.update_timeout(timer, milliseconds);
    }
}

unsafe extern "C" fn remove_timeout(timer: c_int) -> c_int {
    outcome(running().is_some_and(|event_loop| event_loop.remove_timeout(timer)))
}

const fn outcome(found: bool) -> c_int {
    if found { 0 } else { -1 }
}
