//! The dialogs for files of this computer that volumes come from and go to.

use std::cell::RefCell;

use relm4::{adw, adw::prelude::*, gtk, gtk::glib};

use lectern_model::{
    draft::volume::{Facts, Problem},
    names::{self, NameKind},
    storage::name_of,
    units::Bytes,
};

use super::words;
use crate::{
    i18n::{gettext, gettext_f},
    paths::{PathDialog, There, browse},
};

/// Asks for a file to be sent to a new volume; `then` gets its path, its length, and the volume's name.
pub(super) fn upload(facts: Facts, parent: &impl IsA<gtk::Widget>, then: impl FnOnce(&str, Bytes, &str) + 'static) {
    let body = gettext("A file of this computer becomes a volume of the pool, byte by byte.");
    let asked = PathDialog::new((&gettext("Upload a File"), &body, &gettext("_Upload")), "");
    let name = adw::EntryRow::builder().title(gettext("Name in the Pool")).activates_default(true).build();
    asked.group.add(&name);
    let taken = facts.names.clone();
    let row = name.clone();
    let named = RefCell::new(String::new());
    asked.path.connect_changed(move |path| {
        // A name that the user has given stays.
        if row.text() == named.borrow().as_str() {
            let free = names::free_file_name(name_of(path.text().trim()), |name| taken.iter().any(|one| one == name));
            row.set_text(&free);
            *named.borrow_mut() = free;
        }
    });
    asked.path.add_suffix(&browse(&asked.path, false, parent));
    let typed = name.clone();
    asked.follow(&[&name], move |there| upload_problem(there, &typed.text(), &facts).map(|text| (text, false)));
    asked.present(parent, move |path, there| {
        if let There::File(length) = there {
            then(path, length, name.text().trim());
        }
    });
}

fn upload_problem(there: There, name: &str, facts: &Facts) -> Option<String> {
    let taken = |name: &str| facts.names.iter().any(|known| known == name);
    match there {
        There::Unknown => None,
        There::Nothing => Some(gettext("There is no such file.")),
        There::Other => Some(gettext("The path of a file, beginning with a slash.")),
        There::File(length) => match (facts.free, names::check_free(name.trim(), NameKind::Volume, taken)) {
            (_, Err(problem)) => Some(words::name(problem)),
            (Some(free), _) if length > free => Some(words::volume_problem(&Problem::NoSpace(free))),
            _ => None,
        },
    }
}

/// Asks where a volume goes; `then` gets the path, and whether a file that is there is replaced.
pub(super) fn download(name: &str, parent: &impl IsA<gtk::Widget>, then: impl FnOnce(&str, bool) + 'static) {
    let title = gettext_f("Download {name}", &[("name", name)]);
    let body = gettext("The volume's file as it is comes to this computer, byte by byte.");
    let folder = glib::user_special_dir(glib::UserDirectory::Downloads).unwrap_or_else(glib::home_dir);
    let asked = PathDialog::new((&title, &body, &gettext("_Download")), &folder.join(name).to_string_lossy());
    asked.path.add_suffix(&browse(&asked.path, true, parent));
    asked.follow(&[], |there| match there {
        There::Unknown | There::Nothing => None,
        There::File(_) => Some((gettext("This file is there already. It is replaced, for good."), true)),
        There::Other => Some((gettext("The path of a file, beginning with a slash."), false)),
    });
    asked.present(parent, move |path, there| then(path, matches!(there, There::File(_))));
}
