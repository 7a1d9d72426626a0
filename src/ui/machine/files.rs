//! Rows for where a machine lives: each path can be copied, and shown in its folder.

use relm4::{adw, adw::prelude::*, gtk, gtk::gio};

use crate::{
    buttons, dialogs,
    errors::UserText,
    i18n::{gettext, gettext_f},
};

/// A row for `path`; `local` where the folder is on this computer.
pub(crate) fn row(title: &str, path: &str, local: bool) -> adw::ActionRow {
    let row = adw::ActionRow::builder().title(title).subtitle(path).use_markup(false).subtitle_selectable(true).build();
    row.add_css_class("property");
    row.add_suffix(&buttons::copy(path, &gettext_f("Copy {text}", &[("text", path)])));
    if local {
        row.add_suffix(&open_folder(path));
    }
    row
}

fn open_folder(path: &str) -> gtk::Button {
    let button = buttons::flat("folder-open-symbolic", &gettext("Open Folder"));
    let path = path.to_owned();
    button.connect_clicked(move |button| {
        let launcher = gtk::FileLauncher::new(Some(&gio::File::for_path(&path)));
        let window = button.root().and_downcast::<gtk::Window>();
        let parent = button.clone();
        launcher.open_containing_folder(window.as_ref(), gio::Cancellable::NONE, move |result| {
            if let Err(error) = result
                && !error.matches(gtk::DialogError::Dismissed)
            {
                dialogs::show_error(&refused(&error.to_string()), &parent);
            }
        });
    });
    button
}

fn refused(raw: &str) -> UserText {
    UserText {
        title: gettext("The folder cannot be opened."),
        body: gettext("It may be closed to your user, or no program shows folders here. The path can be copied."),
        raw: Some(raw.to_owned()),
    }
}
