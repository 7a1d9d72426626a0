//! From a console's output to the terminal, a frame's worth at a time.
//!
//! VTE parses all it was fed in its next frame, so the bytes of one frame are limited; what is not taken yet stays in
//! the console's bounded queue, which holds the guest back (measured: 256 KiB a frame keep 56 frames a second).

use relm4::gtk::{glib, prelude::*};
use vte4::TerminalExt;

/// The most that the terminal is given in one frame, in bytes.
const FRAME: usize = 256 * 1024;

/// How long to wait where there is no frame, as while the page is hidden.
const HIDDEN: std::time::Duration = std::time::Duration::from_millis(100);

/// Feeds everything from `output` until it closes; calls `first` once, as soon as anything came.
///
/// Between bytes it sleeps: an idle line costs nothing.
pub(crate) async fn run(output: async_channel::Receiver<Vec<u8>>, terminal: vte4::Terminal, first: impl Fn()) {
    let mut silent = true;
    while let Ok(chunk) = output.recv().await {
        if silent {
            silent = false;
            first();
        }
        let mut fed = chunk.len();
        terminal.feed(&chunk);
        while fed < FRAME
            && let Ok(more) = output.try_recv()
        {
            fed += more.len();
            terminal.feed(&more);
        }
        next_frame(&terminal).await;
    }
}

/// Ends at the terminal's next frame.
async fn next_frame(terminal: &vte4::Terminal) {
    if !terminal.is_mapped() {
        return glib::timeout_future(HIDDEN).await;
    }
    let (done, wait) = async_channel::bounded::<()>(1);
    terminal.add_tick_callback(move |_, _| {
        // The receiver is gone only if the page was closed meanwhile.
        let _ = done.try_send(());
        glib::ControlFlow::Break
    });
    // A frame clock that stops (a minimised window) must not stop the feed.
    let late = glib::timeout_future(HIDDEN);
    relm4::tokio::select! {
        _ = wait.recv() => (),
        () = late => (),
    }
}
