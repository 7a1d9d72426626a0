//! A catalogue into a readable file, and out of one: what is there already stays, or becomes as the file says.

use relm4::{adw, adw::prelude::*, gtk, gtk::gio};

use lectern_model::{
    catalog::{
        Catalog, Edit,
        file::{self, Content, Existing, FileError},
    },
    flavor::Flavor,
    project::Project,
};

use crate::{
    dialogs,
    errors::UserText,
    i18n::{gettext, gettext_f, ngettext_f},
};

/// Has the user choose a file, and writes the projects and flavors into it.
pub(crate) fn export(catalog: &Catalog, parent: &adw::ApplicationWindow) {
    let dialog = gtk::FileDialog::builder()
        .title(gettext("Export Projects and Flavors"))
        .initial_name("lectern-catalog.json")
        .build();
    let (text, window) = (file::export(catalog), parent.clone());
    dialog.save(Some(parent), gio::Cancellable::NONE, move |chosen| {
        let Ok(file) = chosen else { return };
        let flags = gio::FileCreateFlags::REPLACE_DESTINATION;
        file.replace_contents_async(text.into_bytes(), None, false, flags, gio::Cancellable::NONE, move |written| {
            if let Err((_, error)) = written {
                dialogs::show_error(&unreadable(&error), &window);
            }
        });
    });
}

/// Has the user choose a file and say what becomes of what is there; `then` gets the change.
pub(crate) fn import(catalog: &Catalog, parent: &adw::ApplicationWindow, then: impl Fn(Edit) + 'static) {
    let dialog = gtk::FileDialog::builder().title(gettext("Import Projects and Flavors")).build();
    let (window, catalog) = (parent.clone(), catalog.clone());
    dialog.open(Some(parent), gio::Cancellable::NONE, move |chosen| {
        let Ok(file) = chosen else { return };
        file.load_contents_async(gio::Cancellable::NONE, move |loaded| match loaded {
            Ok((bytes, _)) => match file::import(&String::from_utf8_lossy(&bytes)) {
                Ok(content) => ask(content, &catalog, &window, then),
                Err(error) => dialogs::show_error(&refused(&error), &window),
            },
            Err(error) => dialogs::show_error(&unreadable(&error), &window),
        });
    });
}

/// Says what is in the file, and asks what becomes of what is there already.
fn ask(content: Content, catalog: &Catalog, parent: &adw::ApplicationWindow, then: impl Fn(Edit) + 'static) {
    let body = summary(&content);
    let dialog = adw::AlertDialog::new(Some(&gettext("Import Projects and Flavors?")), Some(&body));
    let replace = adw::SwitchRow::builder()
        .title(gettext("Replace What Is There"))
        .subtitle(gettext("Else what has the same name stays as it is."))
        .build();
    let rows = gtk::ListBox::builder().selection_mode(gtk::SelectionMode::None).build();
    rows.add_css_class("boxed-list");
    rows.append(&replace);
    dialog.set_extra_child(Some(&rows));
    replace.set_visible(differs(&content, catalog));
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("import", &gettext("_Import"))]);
    dialog.set_response_appearance("import", adw::ResponseAppearance::Suggested);
    dialog.set_default_response(Some("import"));
    dialog.set_close_response("cancel");
    let weak = replace.downgrade();
    dialog.connect_response(Some("import"), move |_, _| {
        let replaces = weak.upgrade().is_some_and(|row| row.is_active());
        let existing = if replaces { Existing::Replace } else { Existing::Keep };
        then(Edit::Import { content: content.clone(), existing });
    });
    dialog.present(Some(parent));
}

/// Whether the file has something that is there too, and is not the same.
fn differs(content: &Content, catalog: &Catalog) -> bool {
    let project = |new: &Project| {
        catalog.projects.iter().any(|old| old.name.to_lowercase() == new.name.to_lowercase() && old != new)
    };
    let flavor =
        |new: &Flavor| catalog.flavors.iter().any(|old| (old.id == new.id || old.name == new.name) && old != new);
    content.projects.iter().any(project) || content.flavors.iter().any(flavor)
}

fn summary(content: &Content) -> String {
    let (projects, flavors) = (content.projects.len(), content.flavors.len());
    let projects = ngettext_f("{n} project", "{n} projects", projects, &[]);
    let flavors = ngettext_f("{n} flavor", "{n} flavors", flavors, &[]);
    gettext_f("The file has {projects} and {flavors}.", &[("projects", &projects), ("flavors", &flavors)])
}

fn refused(error: &FileError) -> UserText {
    let text = match error {
        FileError::NotOurs(_) => UserText::new(
            gettext("This is no export of projects and flavors."),
            gettext("Choose a file that “Export…” has written. Nothing was changed."),
        ),
        FileError::Newer(version) => UserText::new(
            gettext_f("A newer version of Lectern wrote this file ({version}).", &[("version", &version.to_string())]),
            gettext("Update this program to read it. Nothing was changed."),
        ),
        FileError::TooLong => {
            UserText::new(gettext("The file is longer than any export."), gettext("Nothing was changed."))
        }
    };
    UserText { raw: Some(error.to_string()), ..text }
}

fn unreadable(error: &gtk::glib::Error) -> UserText {
    UserText {
        raw: Some(error.to_string()),
        ..UserText::new(
            gettext("The file cannot be used."),
            gettext("Look whether it is there, and who may read and write it."),
        )
    }
}
