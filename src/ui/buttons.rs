//! Small buttons that many rows share.

use relm4::gtk::{self, prelude::*};

/// A flat button with an icon; the tooltip is its name for screen readers too.
pub(crate) fn flat(icon: &str, tooltip: &str) -> gtk::Button {
    let button = gtk::Button::builder().icon_name(icon).tooltip_text(tooltip).valign(gtk::Align::Center).build();
    button.add_css_class("flat");
    button
}

/// A button that copies `text`.
pub(crate) fn copy(text: &str, tooltip: &str) -> gtk::Button {
    let button = flat("edit-copy-symbolic", tooltip);
    let text = text.to_owned();
    button.connect_clicked(move |button| button.clipboard().set_text(&text));
    button
}
