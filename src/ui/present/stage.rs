//! Where the window's pages stand: beside them the commands, over them the presenting bar and the keys that are pressed.

use std::{cell::Cell, rc::Rc, time::Duration};

use relm4::gtk::{self, glib, prelude::*};

use super::bar;
use crate::i18n::gettext;

/// How long the bar stays at first, so that the way back is seen.
const FIRST: Duration = Duration::from_secs(5);
/// The pointer's distance from the upper edge that brings the bar, and the one that sends it away.
const NEAR: f64 = 4.0;
const FAR: f64 = 120.0;
/// How long a key is shown.
const SHOWN: Duration = Duration::from_secs(2);

/// The widgets. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Stage {
    root: gtk::Overlay,
    pages: gtk::Box,
    side: gtk::Box,
    commands: gtk::TextView,
    bar: gtk::Revealer,
    keys: gtk::Label,
    /// Whether the bar has not been sent away yet.
    fresh: Rc<Cell<bool>>,
    on: Rc<Cell<bool>>,
    /// Which key was shown last, so that an older one's end does not hide it.
    shown: Rc<Cell<u32>>,
}

impl Stage {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let commands = gtk::TextView::builder().editable(false).monospace(true).cursor_visible(false).build();
        commands.set_wrap_mode(gtk::WrapMode::WordChar);
        commands.set_left_margin(12);
        commands.update_property(&[gtk::accessible::Property::Label(&gettext("Commands"))]);
        // In a corner: dialogs are in the middle, and over it.
        let keys = gtk::Label::builder().halign(gtk::Align::Start).valign(gtk::Align::End).visible(false).build();
        keys.set_css_classes(&["osd", "pressed-keys"]);
        keys.set_can_target(false);
        let stage = Self {
            root: gtk::Overlay::new(),
            pages: gtk::Box::new(gtk::Orientation::Horizontal, 0),
            side: gtk::Box::builder().orientation(gtk::Orientation::Vertical).visible(false).build(),
            commands,
            bar: bar::revealer(),
            keys,
            fresh: Rc::default(),
            on: Rc::default(),
            shown: Rc::default(),
        };
        stage.build();
        stage
    }

    fn build(&self) {
        let title = gtk::Label::builder().label(gettext("Commands")).margin_top(12).margin_bottom(6).build();
        title.add_css_class("heading");
        self.side.append(&title);
        let scrolled = gtk::ScrolledWindow::builder().child(&self.commands).vexpand(true).build();
        scrolled.set_width_request(360);
        self.side.append(&scrolled);
        self.side.add_css_class("presented-commands");
        self.root.set_child(Some(&self.pages));
        self.root.add_overlay(&self.bar);
        self.root.add_overlay(&self.keys);
        let motion = gtk::EventControllerMotion::builder().propagation_phase(gtk::PropagationPhase::Capture).build();
        let (bar, fresh, on) = (self.bar.downgrade(), Rc::clone(&self.fresh), Rc::clone(&self.on));
        motion.connect_motion(move |_, _, y| {
            let Some(bar) = bar.upgrade().filter(|_| on.get()) else { return };
            if y <= NEAR {
                bar.set_reveal_child(true);
            } else if y > FAR && !fresh.get() {
                bar.set_reveal_child(false);
            }
        });
        self.root.add_controller(motion);
    }

    /// Puts the pages on it.
    pub(crate) fn set_pages(&self, pages: &impl IsA<gtk::Widget>) {
        pages.as_ref().set_hexpand(true);
        self.pages.append(pages);
        self.pages.append(&self.side);
    }

    /// The widget.
    pub(crate) const fn root(&self) -> &gtk::Overlay {
        &self.root
    }

    pub(super) const fn pages(&self) -> &gtk::Box {
        &self.pages
    }

    pub(super) fn set_commands(&self, commands: &str) {
        let buffer = self.commands.buffer();
        let none = gettext("No Commands Yet");
        buffer.set_text(if commands.is_empty() { &none } else { commands });
        // The last command is the one that is spoken of.
        let mark = buffer.create_mark(None, &buffer.end_iter(), false);
        self.commands.scroll_to_mark(&mark, 0.0, false, 0.0, 1.0);
    }

    pub(super) fn show_commands(&self, on: bool) {
        if self.commands.buffer().char_count() == 0 {
            self.set_commands("");
        }
        self.side.set_visible(on);
    }

    /// Shows the bar for a while.
    pub(super) fn begin(&self) {
        self.on.set(true);
        self.fresh.set(true);
        self.bar.set_visible(true);
        self.bar.set_reveal_child(true);
        let (bar, fresh) = (self.bar.downgrade(), Rc::clone(&self.fresh));
        glib::timeout_add_local_once(FIRST, move || {
            fresh.set(false);
            if let Some(bar) = bar.upgrade() {
                bar.set_reveal_child(false);
            }
        });
    }

    pub(super) fn end(&self) {
        self.on.set(false);
        self.bar.set_reveal_child(false);
        self.bar.set_visible(false);
        self.side.set_visible(false);
        self.keys.set_visible(false);
    }

    /// Shows what was pressed, for a while.
    pub(super) fn show_keys(&self, text: &str, gone: impl FnOnce() + 'static) {
        let number = self.shown.get().wrapping_add(1);
        self.shown.set(number);
        self.keys.set_label(text);
        self.keys.set_visible(true);
        let (keys, shown) = (self.keys.downgrade(), Rc::clone(&self.shown));
        glib::timeout_add_local_once(SHOWN, move || {
            if let Some(keys) = keys.upgrade().filter(|_| shown.get() == number) {
                keys.set_visible(false);
                gone();
            }
        });
    }
}
