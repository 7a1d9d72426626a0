//! The desktop's clipboard, shared with one guest: what is copied here is offered there, and the other way round.

use std::{cell::Cell, rc::Rc};

use relm4::gtk::{gdk, gio, glib, prelude::*};

use lectern_services::screen::Screen;

/// A sharing; it ends when it is dropped.
pub(super) struct SharedClipboard {
    clipboard: gdk::Clipboard,
    handler: Option<glib::SignalHandlerId>,
    /// What the guest gave is put there right now: it is not offered back.
    taking: Rc<Cell<bool>>,
    /// The guest's text was asked for: another one is not taken.
    asked: Cell<bool>,
}

impl SharedClipboard {
    /// Offers what is on the clipboard now, and whatever comes onto it.
    pub(super) fn new(clipboard: &gdk::Clipboard, offer: impl Fn(Option<String>) + Clone + 'static) -> Self {
        let taking = Rc::<Cell<bool>>::default();
        tell(clipboard, offer.clone());
        let quiet = Rc::clone(&taking);
        let handler = clipboard.connect_changed(move |clipboard| {
            if !quiet.get() {
                tell(clipboard, offer.clone());
            }
        });
        Self { clipboard: clipboard.clone(), handler: Some(handler), taking, asked: Cell::default() }
    }

    /// The guest has a text.
    pub(super) fn offered(&self, screen: &Screen) {
        self.asked.set(true);
        screen.ask_text();
    }

    /// The guest gave its text.
    pub(super) fn take(&self, text: &str) {
        if self.asked.take() && !text.is_empty() {
            self.taking.set(true);
            self.clipboard.set_text(text);
            self.taking.set(false);
        }
    }
}

impl Drop for SharedClipboard {
    fn drop(&mut self) {
        if let Some(handler) = self.handler.take() {
            self.clipboard.disconnect(handler);
        }
    }
}

/// Reads the text and offers it; a picture or a file is none.
fn tell(clipboard: &gdk::Clipboard, offer: impl Fn(Option<String>) + 'static) {
    clipboard.read_text_async(gio::Cancellable::NONE, move |read| {
        let text = read.ok().flatten().map(|text| text.to_string());
        offer(text.filter(|text| !text.is_empty()));
    });
}
