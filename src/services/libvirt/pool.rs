//! A few threads for calls that may take long; they are started when first needed.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

type Work = Box<dyn FnOnce() + Send>;

/// The threads end when the pool is dropped, each after the work it has begun.
pub(crate) struct Pool {
    name: &'static str,
    most: usize,
    started: AtomicUsize,
    /// Work that was handed in and has not ended.
    open: std::sync::Arc<AtomicUsize>,
    sender: async_channel::Sender<Work>,
    receiver: async_channel::Receiver<Work>,
}

impl Pool {
    /// A pool of at most `most` threads, named after `name`.
    pub(crate) fn new(name: &'static str, most: usize) -> Self {
        let (sender, receiver) = async_channel::unbounded();
        Self { name, most, started: AtomicUsize::new(0), open: std::sync::Arc::default(), sender, receiver }
    }

    /// Has `work` done as soon as a thread is free. Work that cannot be done is dropped.
    pub(crate) fn run(&self, work: impl FnOnce() + Send + 'static) {
        let open = self.open.fetch_add(1, Ordering::AcqRel) + 1;
        if open > self.started.load(Ordering::Acquire) {
            self.start_one();
        }
        // The pool holds a receiver, so the channel is open.
        let _ = self.sender.try_send(Box::new(work));
    }

    fn start_one(&self) {
        let grown =
            self.started.fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| (n < self.most).then_some(n + 1));
        let Ok(number) = grown else { return };
        let (receiver, open) = (self.receiver.clone(), std::sync::Arc::clone(&self.open));
        let thread = thread::Builder::new().name(format!("{}-{number}", self.name));
        if let Err(error) = thread.spawn(move || work_off(&receiver, &open)) {
            tracing::error!("no thread for {}: {error}", self.name);
            self.started.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.sender.close();
        // What nobody has begun is dropped here, so that whoever waits for it learns of it.
        while self.receiver.try_recv().is_ok() {}
    }
}

fn work_off(receiver: &async_channel::Receiver<Work>, open: &AtomicUsize) {
    while let Ok(work) = receiver.recv_blocking() {
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            tracing::error!("a call panicked");
        }
        open.fetch_sub(1, Ordering::AcqRel);
    }
}
