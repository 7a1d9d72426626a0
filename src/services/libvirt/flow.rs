//! Holds a console's input back while its output waits to be taken.
//!
//! A send that the guest does not accept waits inside libvirt, which meanwhile reads the socket and keeps what it finds
//! in memory without bound. So no more than one piece is sent while nobody takes the output.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What reader and writer of one console tell each other.
#[derive(Default)]
pub(crate) struct Flow {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    output: Output,
    /// A piece is being sent.
    sending: bool,
    ended: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Output {
    /// It is taken.
    #[default]
    Taken,
    /// It waits; one piece of input may pass.
    Waits,
    /// It waits, and that piece has passed.
    Spent,
}

impl Flow {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a piece may be sent; `false` at the end of the console.
    pub(crate) fn begin_send(&self) -> bool {
        let held = |state: &mut State| !state.ended && state.output == Output::Spent;
        let mut state = self.changed.wait_while(self.lock(), held).unwrap_or_else(PoisonError::into_inner);
        state.sending = true;
        if state.output == Output::Waits {
            state.output = Output::Spent;
        }
        !state.ended
    }

    /// The piece was sent.
    pub(crate) fn end_send(&self) {
        self.lock().sending = false;
    }

    /// Whether a piece is being sent.
    pub(crate) fn is_sending(&self) -> bool {
        self.lock().sending
    }

    /// Output waits from now on.
    pub(crate) fn stall(&self) {
        self.lock().output = Output::Waits;
    }

    /// Output was taken.
    pub(crate) fn resume(&self) {
        self.lock().output = Output::Taken;
        self.changed.notify_all();
    }

    /// The console ended: nothing is sent any more.
    pub(crate) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::{Arc, mpsc},
        thread,
        time::Duration,
    };

    #[test]
    fn one_piece_passes_while_output_waits() {
        let flow = Arc::new(Flow::default());
        let (sender, passed) = mpsc::channel();
        flow.stall();
        let writer = {
            let flow = Arc::clone(&flow);
            thread::spawn(move || {
                while flow.begin_send() {
                    flow.end_send();
                    if sender.send(()).is_err() {
                        return;
                    }
                    thread::sleep(Duration::from_millis(1));
                }
            })
        };
        let wait = Duration::from_millis(100);
        passed.recv_timeout(Duration::from_secs(5)).unwrap();
        assert!(passed.recv_timeout(wait).is_err(), "the second piece waits");
        flow.resume();
        for _ in 0..3 {
            passed.recv_timeout(Duration::from_secs(5)).unwrap();
        }
        flow.stall();
        flow.end();
        writer.join().unwrap();
    }
}
