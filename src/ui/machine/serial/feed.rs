//! From a console's output to the terminal, a frame's worth at a time.
//!
//! VTE parses all it was fed in its next frame, so the bytes of one frame are limited; what is not taken yet stays in
//! the console's bounded queue, which holds the guest back (measured: 256 KiB a frame keep 56 frames a second).

use std::{cell::Cell, rc::Rc};

use lectern_services::host::Console;
use vte4::TerminalExt;

use crate::machine::clock::next_frame;

/// The most that the terminal is given in one frame, in bytes.
const FRAME: usize = 256 * 1024;

/// A console's output, and the terminal that draws it.
pub(crate) struct Reader {
    past: Vec<u8>,
    output: async_channel::Receiver<Vec<u8>>,
    terminal: vte4::Terminal,
    deaf: Rc<Cell<bool>>,
}

impl Reader {
    /// `deaf` is true while the past is drawn: what the terminal then says to the guest was said by another before.
    pub(crate) fn new(console: &Console, terminal: &vte4::Terminal, deaf: &Rc<Cell<bool>>) -> Self {
        let past = console.past().to_vec();
        Self { past, output: console.output(), terminal: terminal.clone(), deaf: Rc::clone(deaf) }
    }

    async fn draw_past(&self, first: &impl Fn()) {
        if self.past.is_empty() {
            return;
        }
        first();
        self.deaf.set(true);
        self.terminal.feed(&self.past);
        // What was fed is parsed in the next frame, and answered after it.
        next_frame(&self.terminal).await;
        next_frame(&self.terminal).await;
        self.deaf.set(false);
    }
}

/// Feeds everything until the output closes; calls `first` once, as soon as anything came, and `tap` with each piece.
///
/// Between bytes it sleeps: an idle line costs nothing.
pub(crate) async fn run(reader: Reader, first: impl Fn(), tap: impl Fn(&[u8])) {
    reader.draw_past(&first).await;
    let Reader { past, output, terminal, .. } = reader;
    let mut silent = past.is_empty();
    while let Ok(chunk) = output.recv().await {
        if silent {
            silent = false;
            first();
        }
        let mut fed = chunk.len();
        terminal.feed(&chunk);
        tap(&chunk);
        while fed < FRAME
            && let Ok(more) = output.try_recv()
        {
            fed += more.len();
            terminal.feed(&more);
            tap(&more);
        }
        next_frame(&terminal).await;
    }
}
