//! The keys that are pressed, shown large: never those of a password, and those of a console only where that is wanted.

use std::{cell::RefCell, rc::Rc};

use relm4::{
    adw,
    gtk::{self, gdk, glib, prelude::*},
};
use vte4::TerminalExt;

use super::{KEYS, Presenting};
use crate::machine::GUEST_SCREEN;

/// So many characters are shown.
const MOST: usize = 24;
/// What a guest asks before it reads a password.
const SECRETS: [&str; 4] = ["assword", "assphrase", "密码", "口令"];

/// Where a key goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    /// A field that shows nothing of what is typed, or a console that asks for a password.
    Secret,
    /// A guest.
    Console,
    /// The program itself.
    Own,
}

/// Whether a key that goes there is shown.
const fn is_shown(focus: Focus, wanted: bool, consoles: bool) -> bool {
    match focus {
        Focus::Secret => false,
        Focus::Console => wanted && consoles,
        Focus::Own => wanted,
    }
}

/// What is shown of the last keys: letters become words, anything else stands by itself.
#[derive(Debug, Default)]
struct Strip {
    text: String,
    word: bool,
}

impl Strip {
    fn add(&mut self, piece: &str, letter: bool) -> &str {
        let goes_on = letter && self.word;
        if !self.text.is_empty() && !goes_on {
            self.text.push(' ');
        }
        self.text.push_str(piece);
        self.word = letter;
        let over = self.text.chars().count().saturating_sub(MOST);
        self.text = self.text.chars().skip(over).collect();
        &self.text
    }
}

/// Shows the keys of the window while it presents.
pub(super) fn listen(presenting: &Presenting) {
    let controller = gtk::EventControllerKey::builder().propagation_phase(gtk::PropagationPhase::Capture).build();
    let strip = Rc::<RefCell<Strip>>::default();
    let own = presenting.clone();
    controller.connect_key_pressed(move |_, key, _, modifiers| {
        let wanted = own.is_on() && own.0.settings.flag(KEYS, false);
        if is_shown(focus(own.window()), wanted, own.0.consoles.get())
            && let Some((piece, letter)) = piece(key, modifiers)
        {
            let text = strip.borrow_mut().add(&piece, letter).to_owned();
            let gone = Rc::clone(&strip);
            own.0.stage.show_keys(&text, move || drop(gone.take()));
        }
        glib::Propagation::Proceed
    });
    presenting.window().add_controller(controller);
}

fn focus(window: &gtk::Window) -> Focus {
    let Some(widget) = gtk::prelude::GtkWindowExt::focus(window) else { return Focus::Own };
    if let Some(console) = widget.downcast_ref::<vte4::Terminal>() {
        return if asks_for_secret(console) { Focus::Secret } else { Focus::Console };
    }
    if widget.has_css_class(GUEST_SCREEN) {
        return Focus::Console;
    }
    let hidden = widget.downcast_ref::<gtk::Text>().is_some_and(|text| {
        !text.property::<bool>("visibility")
            || matches!(text.input_purpose(), gtk::InputPurpose::Password | gtk::InputPurpose::Pin)
    });
    let within = |kind: glib::Type| widget.ancestor(kind).is_some();
    let password = within(gtk::PasswordEntry::static_type()) || within(adw::PasswordEntryRow::static_type());
    if hidden || password { Focus::Secret } else { Focus::Own }
}

/// Whether the line of the cursor is a question for a password.
fn asks_for_secret(console: &vte4::Terminal) -> bool {
    let (_, row) = console.cursor_position();
    let (line, _) = console.text_range_format(vte4::Format::Text, row, 0, row, console.column_count());
    line.is_some_and(|line| SECRETS.iter().any(|secret| line.contains(secret)))
}

/// What is shown of a key, and whether it is a letter; nothing of one that only changes others.
fn piece(key: gdk::Key, modifiers: gdk::ModifierType) -> Option<(String, bool)> {
    let held =
        modifiers & (gdk::ModifierType::CONTROL_MASK | gdk::ModifierType::ALT_MASK | gdk::ModifierType::SUPER_MASK);
    let letter = key.to_unicode().filter(|c| !c.is_control() && *c != ' ');
    if let Some(letter) = letter.filter(|_| held.is_empty()) {
        return Some((letter.to_string(), true));
    }
    let changes_others = |name: &str| {
        ["Shift", "Control", "Alt", "Meta", "Super", "Hyper", "ISO_", "Caps", "Num_Lock"]
            .iter()
            .any(|m| name.starts_with(m))
    };
    if key.name().is_none_or(|name| changes_others(&name)) {
        return None;
    }
    let shift = modifiers & gdk::ModifierType::SHIFT_MASK;
    Some((gtk::accelerator_get_label(key, held | shift).into(), false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown_and_a_console_only_where_wanted() {
        for (focus, wanted, consoles, shown) in [
            (Focus::Secret, true, true, false),
            (Focus::Console, true, false, false),
            (Focus::Console, true, true, true),
            (Focus::Console, false, true, false),
            (Focus::Own, true, false, true),
            (Focus::Own, false, false, false),
        ] {
            assert_eq!(is_shown(focus, wanted, consoles), shown, "{focus:?} {wanted} {consoles}");
        }
    }

    #[test]
    fn letters_become_words_and_other_keys_stand_apart() {
        let mut strip = Strip::default();
        for letter in ["l", "s"] {
            strip.add(letter, true);
        }
        assert_eq!(strip.add("Return", false), "ls Return");
        assert_eq!(strip.add("x", true), "ls Return x");
        for _ in 0..100 {
            strip.add("y", true);
        }
        assert_eq!(strip.text, "y".repeat(MOST));
    }
}
