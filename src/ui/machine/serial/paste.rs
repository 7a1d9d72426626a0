//! Pasting at a pace that a slow line survives, and the question before many lines.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};

use relm4::{
    adw,
    adw::prelude::*,
    gtk::{self, gdk, glib},
};
use vte4::TerminalExt;

use crate::i18n::{gettext, ngettext_f};

/// A piece of what is pasted, and the time between two: three kilobytes a second, which a guest's line editor keeps up
/// with; what it does not take would be lost in its kernel's 4 KiB.
const PIECE: usize = 64;
const PAUSE: Duration = Duration::from_millis(20);
/// How many lines the question shows.
const SHOWN: usize = 8;

/// What is on its way to the guest. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Pace {
    waiting: Rc<RefCell<VecDeque<u8>>>,
    under_way: Rc<Cell<bool>>,
}

impl Pace {
    /// Sends a key at once, and more than that in pieces; what comes meanwhile waits its turn.
    pub(crate) fn send(&self, bytes: Vec<u8>, line: async_channel::Sender<Vec<u8>>) {
        if !self.under_way.get() && bytes.len() <= PIECE {
            // A line that has just closed reads nothing more; the page says so.
            let _ = line.try_send(bytes);
            return;
        }
        self.waiting.borrow_mut().extend(bytes);
        if !self.under_way.replace(true) {
            relm4::spawn_local(self.clone().run(line));
        }
    }

    /// Forgets what is on its way.
    pub(crate) fn clear(&self) {
        self.waiting.borrow_mut().clear();
    }

    async fn run(self, line: async_channel::Sender<Vec<u8>>) {
        loop {
            let piece = next(&mut self.waiting.borrow_mut());
            if piece.is_empty() || line.try_send(piece).is_err() {
                break;
            }
            glib::timeout_future(PAUSE).await;
        }
        self.waiting.borrow_mut().clear();
        self.under_way.set(false);
    }
}

/// The next piece: not over the end of a line, so that what the line starts has a moment.
fn next(waiting: &mut VecDeque<u8>) -> Vec<u8> {
    let line = waiting.iter().take(PIECE).position(|byte| matches!(byte, b'\r' | b'\n'));
    let length = line.map_or(PIECE.min(waiting.len()), |at| at + 1);
    waiting.drain(..length).collect()
}

/// Pastes a clipboard's text into the terminal; many lines only if the user agrees.
pub(crate) async fn paste(terminal: vte4::Terminal, clipboard: gdk::Clipboard) {
    let Ok(Some(text)) = clipboard.read_text_future().await else { return };
    if text.trim_end().lines().count() <= 1 {
        return terminal.paste_text(&text);
    }
    let weak = terminal.downgrade();
    let own = text.clone();
    ask(&text, &terminal, move || {
        if let Some(terminal) = weak.upgrade() {
            terminal.paste_text(&own);
            terminal.grab_focus();
        }
    });
}

fn ask(text: &str, parent: &vte4::Terminal, then: impl Fn() + 'static) {
    let count = text.trim_end().lines().count();
    let title = ngettext_f("Paste {n} line?", "Paste {n} lines?", count, &[]);
    let body =
        gettext("A shell runs each line as soon as it has come. They are sent slowly, so that a slow line keeps up.");
    let dialog = adw::AlertDialog::new(Some(&title), Some(&body));
    let mut shown: Vec<&str> = text.lines().take(SHOWN).collect();
    if count > SHOWN {
        shown.push("…");
    }
    let label = gtk::Label::builder().label(shown.join("\n")).xalign(0.0).ellipsize(gtk::pango::EllipsizeMode::End);
    let label = label.css_classes(["monospace", "card", "pasted"]).build();
    dialog.set_extra_child(Some(&label));
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("paste", &gettext("_Paste"))]);
    dialog.set_response_appearance("paste", adw::ResponseAppearance::Suggested);
    dialog.set_default_response(Some("paste"));
    dialog.set_close_response("cancel");
    dialog.connect_response(Some("paste"), move |_, _| then());
    dialog.present(Some(parent));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_small_end_with_their_line_and_lose_nothing() {
        let text = format!("one\r{}\rlast", "x".repeat(200));
        let mut waiting: VecDeque<u8> = text.bytes().collect();
        let mut pieces = Vec::new();
        while !waiting.is_empty() {
            pieces.push(next(&mut waiting));
        }
        assert_eq!(pieces.concat(), text.as_bytes());
        assert_eq!(pieces.iter().map(Vec::len).collect::<Vec<_>>(), [4, 64, 64, 64, 9, 4]);
        assert!(next(&mut waiting).is_empty());
    }
}
