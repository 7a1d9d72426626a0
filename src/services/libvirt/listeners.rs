//! Who reads one console: each listener has a queue of its own, and the last output is kept for those who come later.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many pieces wait to be taken by one listener.
const PIECES: usize = 16;
/// How much of the last output is kept, in bytes: a screen or two.
const PAST: usize = 32 * 1024;

pub(super) type Output = async_channel::Sender<Vec<u8>>;

/// All who listen to one console.
#[derive(Debug, Default)]
pub(super) struct Listeners(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    queues: Vec<Output>,
    past: VecDeque<u8>,
    ended: bool,
}

impl Listeners {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more listener: what comes from now on, and the last of what came before.
    pub(super) fn join(&self) -> (async_channel::Receiver<Vec<u8>>, Vec<u8>) {
        let (sender, receiver) = async_channel::bounded(PIECES);
        let mut state = self.lock();
        if state.ended {
            sender.close();
        }
        state.queues.push(sender);
        (receiver, state.past.iter().copied().collect())
    }

    /// Keeps a piece, and gives the queues that it is to go to: those who join later find it in the past.
    pub(super) fn note(&self, piece: &[u8]) -> Vec<Output> {
        let mut state = self.lock();
        state.queues.retain(|queue| !queue.is_closed());
        state.past.extend(piece);
        let over = state.past.len().saturating_sub(PAST);
        state.past.drain(..over);
        state.queues.clone()
    }

    /// Nothing more comes.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        for queue in &state.queues {
            queue.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_later_finds_the_last_of_what_was_missed() {
        let listeners = Listeners::default();
        let (first, past) = listeners.join();
        assert!(past.is_empty());
        assert_eq!(listeners.note(b"one").len(), 1);
        let (_second, past) = listeners.join();
        assert_eq!(past, b"one");
        drop(first);
        assert_eq!(listeners.note(&vec![b'x'; 2 * PAST]).len(), 1, "who went is forgotten");
        assert_eq!(listeners.join().1, vec![b'x'; PAST]);
        listeners.end();
        assert!(listeners.join().0.is_closed());
    }
}
