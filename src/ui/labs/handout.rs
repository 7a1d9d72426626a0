//! The list for the class: as a table for a spreadsheet, and as a page to be printed.

use std::path::{Path, PathBuf};

use relm4::{Sender, adw, adw::prelude::*, gtk, gtk::gio, gtk::glib};

use lectern_model::{
    domain::Domain,
    handout::{self, Access, Line, Words},
};

use super::LabsMsg;
use crate::{
    errors::UserText,
    i18n::{gettext, gettext_f},
    settings::Settings,
};

/// The key of the setting that keeps the user's name.
const USER: &str = "lab-user";

/// Asks who logs in and where the list goes, and writes it.
pub(super) fn ask(
    lab: &str,
    members: &[Domain],
    settings: &Settings,
    window: &adw::ApplicationWindow,
    input: &Sender<LabsMsg>,
) {
    let entry = |title: String, text: &str| {
        let row = adw::EntryRow::builder().title(title).activates_default(true).build();
        row.set_text(text);
        row
    };
    let user = entry(gettext("User Name"), &settings.text(USER, "root"));
    let password = entry(gettext("Password, If It Is to Be Printed"), "");
    let path = entry(gettext("Path on This Computer"), &suggestion(lab).to_string_lossy());
    let open = adw::SwitchRow::builder().title(gettext("Open the Page Afterwards")).active(true).build();
    let group = adw::PreferencesGroup::new();
    for row in [user.upcast_ref::<gtk::Widget>(), password.upcast_ref(), path.upcast_ref(), open.upcast_ref()] {
        group.add(row);
    }
    let body = gettext("Two files are written: a page to be printed (.html), and a table for spreadsheets (.csv).");
    let dialog = adw::AlertDialog::new(Some(&gettext_f("Hand-Out of {lab}", &[("lab", lab)])), Some(&body));
    dialog.set_extra_child(Some(&group));
    dialog.set_prefer_wide_layout(true);
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("save", &gettext("_Save"))]);
    dialog.set_response_appearance("save", adw::ResponseAppearance::Suggested);
    dialog.set_default_response(Some("save"));
    dialog.set_close_response("cancel");
    let weak = dialog.downgrade();
    path.connect_changed(move |row| {
        if let Some(dialog) = weak.upgrade() {
            dialog.set_response_enabled("save", row.text().starts_with('/') && !row.text().ends_with('/'));
        }
    });
    let lines: Vec<Line> = members.iter().map(line).collect();
    let title = lab.to_owned();
    let (settings, parent, input) = (settings.clone(), window.clone(), input.clone());
    dialog.connect_response(Some("save"), move |_, _| {
        let access = Access { user: user.text().trim().to_owned(), password: password.text().trim().to_owned() };
        settings.keep(USER, access.user.as_str());
        let words = words(&title);
        let files = Files {
            page: (ending(path.text().trim(), "html"), handout::page(&lines, &words, &access)),
            table: (ending(path.text().trim(), "csv"), handout::csv(&lines, &words, &access)),
        };
        save(files, open.is_active(), parent.clone(), input.clone());
    });
    dialog.present(Some(window));
}

/// What is written, and where.
struct Files {
    page: (PathBuf, String),
    table: (PathBuf, String),
}

fn save(files: Files, open: bool, parent: adw::ApplicationWindow, input: Sender<LabsMsg>) {
    relm4::spawn_local(async move {
        let Files { page, table } = files;
        let shown = page.0.clone();
        for (path, text) in [page, table] {
            if let Err(error) = write(&path, text).await {
                let args = [("path", path.to_string_lossy().into_owned())];
                let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
                let title = gettext_f("{path} cannot be written.", &args);
                let body = gettext("Choose a folder that you may write to.");
                return input.emit(LabsMsg::Failed(UserText { title, body, raw: Some(error.to_string()) }));
            }
        }
        if open {
            // Where no program shows pages, the file is there all the same.
            let launcher = gtk::FileLauncher::new(Some(&gio::File::for_path(shown)));
            if let Err(error) = launcher.launch_future(Some(&parent)).await {
                tracing::info!(%error, "the page is not shown");
            }
        }
    });
}

/// A file that was there becomes a backup; a password may be in it, so that only its owner reads it.
async fn write(path: &Path, text: String) -> Result<(), glib::Error> {
    let (file, flags) = (gio::File::for_path(path), gio::FileCreateFlags::PRIVATE);
    file.replace_contents_future(text.into_bytes(), None, true, flags).await.map(drop).map_err(|(_, error)| error)
}

fn line(domain: &Domain) -> Line {
    let notes = domain.notes.as_deref().cloned().unwrap_or_default();
    let seen = domain.address.as_ref().map(|address| address.ip.to_string());
    Line {
        name: domain.name.clone(),
        host_name: notes.host_name.unwrap_or_default(),
        student: notes.student,
        address: notes.address.map(|address| address.to_string()).or(seen).unwrap_or_default(),
    }
}

fn words(lab: &str) -> Words {
    Words {
        title: gettext_f("Lab {lab}", &[("lab", lab)]),
        columns: [
            gettext("Machine"),
            gettext("Name Inside"),
            gettext("Number"),
            gettext("Student"),
            gettext("IP Address"),
            gettext("Log In"),
        ],
        password: gettext("Password"),
    }
}

/// The lab's name in the user's folder of documents.
fn suggestion(lab: &str) -> PathBuf {
    let documents = glib::user_special_dir(glib::UserDirectory::Documents).filter(|folder| folder.is_dir());
    documents.unwrap_or_else(glib::home_dir).join(lab.replace('/', "-"))
}

/// The path with this ending; one of both that was written is taken off.
fn ending(path: &str, ending: &str) -> PathBuf {
    let stem = path.strip_suffix(".html").or_else(|| path.strip_suffix(".csv")).unwrap_or(path);
    PathBuf::from(format!("{stem}.{ending}"))
}
