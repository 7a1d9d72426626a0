//! From a console's output to the terminal, a frame's worth at a time.
//!
//! VTE parses all it was fed in its next frame, so the bytes of one frame are limited; what is not taken yet stays in
//! the console's bounded queue, which holds the guest back (measured: 256 KiB a frame keep 56 frames a second).

use vte4::TerminalExt;

use crate::machine::clock::next_frame;

/// The most that the terminal is given in one frame, in bytes.
const FRAME: usize = 256 * 1024;

/// Feeds everything from `output` until it closes; calls `first` once, as soon as anything came, and `tap` with each piece.
///
/// Between bytes it sleeps: an idle line costs nothing.
pub(crate) async fn run(
    output: async_channel::Receiver<Vec<u8>>,
    terminal: vte4::Terminal,
    first: impl Fn(),
    tap: impl Fn(&[u8]),
) {
    let mut silent = true;
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
