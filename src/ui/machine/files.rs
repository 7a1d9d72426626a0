//! Rows for where a machine lives: each path can be copied, and its folder opened.

use std::path::Path;

use relm4::{adw, adw::prelude::*, gtk, gtk::gio};

use crate::i18n::{gettext, gettext_f};

/// A row for `path`; `local` where the folder is on this computer.
pub(crate) fn row(title: &str, path: &str, local: bool) -> adw::ActionRow {
    let row = adw::ActionRow::builder().title(title).subtitle(path).use_markup(false).subtitle_selectable(true).build();
    row.add_css_class("property");
    row.add_suffix(&copy(path));
    if local {
        row.add_suffix(&open_folder(path));
    }
    row
}

/// A button that copies `text`.
pub(crate) fn copy(text: &str) -> gtk::Button {
    let button = flat("edit-copy-symbolic", &gettext_f("Copy {text}", &[("text", text)]));
    let text = text.to_owned();
    button.connect_clicked(move |button| button.clipboard().set_text(&text));
    button
}

fn open_folder(path: &str) -> gtk::Button {
    let button = flat("folder-open-symbolic", &gettext("Open Folder"));
    let folder = Path::new(path).parent().unwrap_or_else(|| Path::new("/")).to_owned();
    button.connect_clicked(move |button| {
        let launcher = gtk::FileLauncher::new(Some(&gio::File::for_path(&folder)));
        let window = button.root().and_downcast::<gtk::Window>();
        launcher.launch(window.as_ref(), gio::Cancellable::NONE, |result| {
            if let Err(error) = result {
                tracing::info!(%error, "folder not opened");
            }
        });
    });
    button
}

pub(crate) fn flat(icon: &str, tooltip: &str) -> gtk::Button {
    let button = gtk::Button::builder().icon_name(icon).tooltip_text(tooltip).valign(gtk::Align::Center).build();
    button.add_css_class("flat");
    button
}
