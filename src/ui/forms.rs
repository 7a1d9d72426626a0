//! What forms that are no wizards have in common: the dialog around them.

use relm4::{adw, adw::prelude::*, gtk};

use crate::i18n::gettext;

/// A dialog with “Cancel” and a button that makes what the form means.
pub(crate) struct Frame {
    /// The dialog.
    pub(crate) dialog: adw::Dialog,
    /// The button that makes it.
    pub(crate) done: gtk::Button,
    view: adw::ToolbarView,
}

impl Frame {
    /// An empty one.
    pub(crate) fn new(title: &str, verb: &str) -> Self {
        Self::around(adw::Dialog::new(), title, verb)
    }

    /// One in a dialog that is there.
    pub(crate) fn around(dialog: adw::Dialog, title: &str, verb: &str) -> Self {
        dialog.set_title(title);
        dialog.set_content_width(560);
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

    /// Puts `page` into it.
    pub(crate) fn fill(&self, page: &adw::PreferencesPage) {
        self.view.set_content(Some(page));
        self.dialog.set_child(Some(&self.view));
        self.dialog.set_default_widget(Some(&self.done));
    }

    /// Shows it with `page`; `held` lives as long as it is open.
    pub(crate) fn present<T: 'static>(&self, page: &adw::PreferencesPage, parent: &impl IsA<gtk::Widget>, held: T) {
        self.fill(page);
        let held = std::cell::Cell::new(Some(held));
        self.dialog.connect_closed(move |_| drop(held.take()));
        self.dialog.present(Some(parent));
    }
}
