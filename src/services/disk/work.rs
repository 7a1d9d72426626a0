//! Files and tools block; what uses them runs on a few threads of its own, with an end to every wait.

use std::{sync::OnceLock, time::Duration};

use crate::libvirt::{error::HostError, ffi::event_impl::event_loop, pool::Pool, reply};

/// More than a person can ask for at once: a network file system that hangs keeps its thread.
const THREADS: usize = 8;

/// Runs `work` elsewhere and gives its result; after `limit` nobody waits for it any more.
///
/// # Errors
/// [`HostError::TimedOut`], or if the system refuses a thread.
pub(crate) async fn run<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, HostError> {
    static POOL: OnceLock<Pool> = OnceLock::new();
    let (reply, receiver) = reply::within(event_loop()?, limit);
    POOL.get_or_init(|| Pool::new("disk", THREADS)).run(move || {
        if reply.is_awaited() {
            drop(reply.put(Ok(work())));
        }
    });
    reply::answer(receiver).await
}
