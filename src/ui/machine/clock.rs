//! Waiting for the next frame of a widget.

use std::time::Duration;

use relm4::gtk::{self, glib, prelude::*};

/// How long to wait where there is no frame, as while the page is hidden.
const HIDDEN: Duration = Duration::from_millis(100);

/// Ends at the widget's next frame, or a little later where it has none.
pub(crate) async fn next_frame(widget: &impl IsA<gtk::Widget>) {
    if !widget.is_mapped() {
        return glib::timeout_future(HIDDEN).await;
    }
    let (done, wait) = async_channel::bounded::<()>(1);
    widget.add_tick_callback(move |_, _| {
        // The receiver is gone only if the page was closed meanwhile.
        let _ = done.try_send(());
        glib::ControlFlow::Break
    });
    // A frame clock that stops (a minimised window) must not stop what waits for it.
    let late = glib::timeout_future(HIDDEN);
    relm4::tokio::select! {
        _ = wait.recv() => (),
        () = late => (),
    }
}
