//! The forms that make pools and volumes. Problems are said beside their fields as they come.

pub(super) mod pool;
pub(super) mod volume;

use relm4::{adw, adw::prelude::*, gtk};

use crate::i18n::gettext;

/// A dialog with “Cancel” and a button that makes what the form means.
pub(super) struct Frame {
    pub(super) dialog: adw::Dialog,
    pub(super) done: gtk::Button,
    view: adw::ToolbarView,
}

impl Frame {
    pub(super) fn new(title: &str, verb: &str) -> Self {
        let dialog = adw::Dialog::builder().title(title).content_width(560).follows_content_size(false).build();
        dialog.set_content_height(560);
        let done = gtk::Button::builder().label(verb).use_underline(true).build();
        done.add_css_class("suggested-action");
        let cancel = gtk::Button::builder().label(gettext("_Cancel")).use_underline(true).build();
        let weak = dialog.downgrade();
        cancel.connect_clicked(move |_| {
            if let Some(dialog) = weak.upgrade() {
                dialog.close();
            }
        });
        let header = adw::HeaderBar::builder().show_start_title_buttons(false).show_end_title_buttons(false).build();
        header.pack_start(&cancel);
        header.pack_end(&done);
        let view = adw::ToolbarView::new();
        view.add_top_bar(&header);
        Self { dialog, done, view }
    }

    /// Shows it with `page`; `held` lives as long as it is open.
    pub(super) fn present<T: 'static>(&self, page: &adw::PreferencesPage, parent: &impl IsA<gtk::Widget>, held: T) {
        self.view.set_content(Some(page));
        self.dialog.set_child(Some(&self.view));
        self.dialog.set_default_widget(Some(&self.done));
        let held = std::cell::Cell::new(Some(held));
        self.dialog.connect_closed(move |_| drop(held.take()));
        self.dialog.present(Some(parent));
    }
}
