//! A machine's description: a text of any number of lines, kept once the user says so.

use std::{cell::RefCell, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk};

use crate::i18n::gettext;

/// The row with the text.
pub(super) struct Description {
    row: adw::PreferencesRow,
    buffer: gtk::TextBuffer,
    apply: gtk::Button,
    /// What the machine has.
    kept: Rc<RefCell<String>>,
}

impl Description {
    /// An empty text; `apply` is called with what the user made of it.
    pub(super) fn new(apply: impl Fn(String) + 'static) -> Self {
        let title = gettext("Description");
        let label = gtk::Label::builder().label(&title).xalign(0.0).hexpand(true).build();
        label.set_css_classes(&["caption", "dimmed"]);
        let button = gtk::Button::builder().label(gettext("Apply")).visible(false).build();
        button.set_css_classes(&["suggested-action"]);
        let head = gtk::Box::new(gtk::Orientation::Horizontal, 6);
        head.append(&label);
        head.append(&button);
        let text = gtk::TextView::builder().wrap_mode(gtk::WrapMode::WordChar).accepts_tab(false).build();
        text.set_css_classes(&["inline"]);
        text.update_property(&[gtk::accessible::Property::Label(&title)]);
        let all = gtk::Box::new(gtk::Orientation::Vertical, 6);
        for set in [
            gtk::Box::set_margin_start,
            gtk::Box::set_margin_end,
            gtk::Box::set_margin_top,
            gtk::Box::set_margin_bottom,
        ] {
            set(&all, 12);
        }
        all.append(&head);
        all.append(&text);
        let row = adw::PreferencesRow::builder().title(&title).child(&all).activatable(false).focusable(false).build();
        row.upcast_ref::<gtk::Widget>().update_property(&[gtk::accessible::Property::Label(&title)]);
        let description = Self { row, buffer: text.buffer(), apply: button, kept: Rc::default() };
        description.listen(apply);
        description
    }

    fn listen(&self, apply: impl Fn(String) + 'static) {
        let (button, kept) = (self.apply.clone(), Rc::clone(&self.kept));
        self.buffer.connect_changed(move |buffer| button.set_visible(text(buffer) != *kept.borrow()));
        let buffer = self.buffer.clone();
        self.apply.connect_clicked(move |_| apply(text(&buffer)));
    }

    /// The widget.
    pub(super) const fn widget(&self) -> &adw::PreferencesRow {
        &self.row
    }

    /// Shows what the machine has, but leaves the text alone while the user is at it.
    pub(super) fn show(&self, now: &str) {
        let before = self.kept.replace(now.to_owned());
        if text(&self.buffer) == before && before != now {
            self.buffer.set_text(now);
        }
        self.apply.set_visible(text(&self.buffer) != now);
    }
}

fn text(buffer: &gtk::TextBuffer) -> String {
    buffer.text(&buffer.start_iter(), &buffer.end_iter(), false).into()
}
