//! Many things of one kind at once, over one connection: libvirt works on several of a client's calls side by side.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use crate::plan::{StepError, context::Context, mark::Mark};

/// Calls at once: one less than a daemon serves of one client (libvirtd.conf, `max_client_requests`), so that it goes
/// on reading our signs of life.
const AT_ONCE: usize = 4;

/// Does `work` for all `items`, several at once, and tells how many are done. The first failure, or a cancel, keeps all
/// that were not begun from being begun, and is returned when the others have ended.
///
/// # Errors
/// The first failure.
pub(super) fn each<T: Sync>(
    context: &Context<'_>,
    items: &[T],
    work: impl Fn(&Context<'_>, &T) -> Result<(), StepError> + Sync,
) -> Result<(), StepError> {
    let (next, stop, failure) = (AtomicUsize::new(0), AtomicBool::new(false), Mutex::new(None));
    let (line, host, resumed, cancel) = (context.line, context.host, context.resumed, context.cancel);
    let (done, ended) = mpsc::channel();
    let mark = context.mark;
    let run = |done: mpsc::Sender<Option<Mark>>| {
        let silent = |_, _| {};
        let made = |mark| {
            let _ = done.send(Some(mark));
            Ok(())
        };
        let own = Context { line, host, resumed, mark, made: &made, cancel, progress: &silent };
        while !stop.load(Ordering::Acquire) {
            let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            if let Err(error) = own.go_on().and_then(|()| work(&own, item)) {
                stop.store(true, Ordering::Release);
                failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                return;
            }
            // Who listens has ended only if this thread has.
            let _ = done.send(None);
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(items.len()) {
            let done = done.clone();
            scope.spawn(|| run(done));
        }
        drop(done);
        let mut number = 0;
        for told in ended {
            let Some(mark) = told else {
                number += 1;
                (context.progress)(number, items.len() as u64);
                continue;
            };
            if let Err(error) = (context.made)(mark) {
                stop.store(true, Ordering::Release);
                failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        }
    });
    failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}
