//! A result that somebody waits for, with a deadline that needs no runtime on the waiting side.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::oneshot;

use super::{
    error::HostError,
    ffi::event_loop::{EventLoop, TimerId},
};

type Outcome<T> = Result<T, HostError>;

/// The answering half: the first answer counts; dropping it unanswered says that there is no connection.
pub(crate) struct Reply<T> {
    slot: Arc<Slot<T>>,
    timers: &'static EventLoop,
    deadline: TimerId,
}

struct Slot<T>(Mutex<Option<oneshot::Sender<Outcome<T>>>>);

/// A reply and the future that gets it, after `limit` at the latest.
pub(crate) fn within<T: Send + 'static>(
    timers: &'static EventLoop,
    limit: Duration,
) -> (Reply<T>, oneshot::Receiver<Outcome<T>>) {
    let (sender, receiver) = oneshot::channel();
    let slot = Arc::new(Slot(Mutex::new(Some(sender))));
    let late = Arc::clone(&slot);
    let deadline = timers.after(limit, move || drop(late.put(Err(HostError::TimedOut))));
    (Reply { slot, timers, deadline }, receiver)
}

/// Waits for the answer.
pub(crate) async fn answer<T>(receiver: oneshot::Receiver<Outcome<T>>) -> Outcome<T> {
    receiver.await.unwrap_or(Err(HostError::NotConnected))
}

impl<T> Slot<T> {
    /// Gives the answer to who waits, or back if it is too late or nobody waits.
    fn put(&self, outcome: Outcome<T>) -> Option<Outcome<T>> {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match sender {
            Some(sender) => sender.send(outcome).err(),
            None => Some(outcome),
        }
    }
}

impl<T> Reply<T> {
    /// Whether an answer would still be taken. A caller who dropped the future still wants what it asked for done.
    pub(crate) fn is_awaited(&self) -> bool {
        self.slot.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Answers; gives the outcome back if nobody will take it.
    pub(crate) fn put(&self, outcome: Outcome<T>) -> Option<Outcome<T>> {
        self.timers.cancel(self.deadline);
        self.slot.put(outcome)
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        drop(self.put(Err(HostError::NotConnected)));
    }
}
