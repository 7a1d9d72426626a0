//! A machine's XML into a file: with its passwords or without, and the command that does the same.

use std::{cell::RefCell, path::PathBuf, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk, gtk::glib};

use lectern_model::{command::CommandLine, domain::Domain, uri::HostUri};

use crate::{
    buttons,
    i18n::{gettext, gettext_f},
};

/// What the user wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Export {
    /// The file.
    pub(crate) path: PathBuf,
    /// Whether the passwords are in it.
    pub(crate) secrets: bool,
}

/// The line that writes the same to the standard output.
pub(crate) fn command(uri: &HostUri, name: &str, secrets: bool) -> CommandLine {
    let line = CommandLine::virsh(uri.as_str()).args(["dumpxml", "--inactive"]);
    line.args(secrets.then_some("--security-info")).arg("--domain").arg(name)
}

/// Asks where `domain` of the host `uri` is to be written; calls `then` if the user agrees.
pub(crate) fn ask(domain: &Domain, uri: &HostUri, parent: &impl IsA<gtk::Widget>, then: impl FnOnce(Export) + 'static) {
    let path = adw::EntryRow::builder().title(gettext("Path on This Computer")).activates_default(true).build();
    path.set_text(&suggestion(&domain.name).to_string_lossy());
    path.add_suffix(&browse(&path, parent));
    let secrets = adw::SwitchRow::builder().title(gettext("With Passwords")).build();
    secrets.set_subtitle(&gettext("Of its screen. Only you can read the file then."));
    let line = adw::ActionRow::builder().title(gettext("The Same as Command")).use_markup(false).build();
    line.add_css_class("property");
    let (address, name) = (uri.clone(), domain.name.clone());
    let shown = line.clone();
    let show = move |secrets: bool| shown.set_subtitle(&command(&address, &name, secrets).to_string());
    show(false);
    secrets.connect_active_notify(move |row| show(row.is_active()));
    let rows = gtk::ListBox::builder().selection_mode(gtk::SelectionMode::None).build();
    rows.add_css_class("boxed-list");
    for row in [path.upcast_ref::<gtk::Widget>(), secrets.upcast_ref(), line.upcast_ref()] {
        rows.append(row);
    }
    let title = gettext_f("Export the XML of {name}", &[("name", &domain.name)]);
    let dialog = adw::AlertDialog::new(Some(&title), None);
    dialog.set_extra_child(Some(&rows));
    dialog.set_prefer_wide_layout(true);
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("save", &gettext("_Save"))]);
    dialog.set_response_appearance("save", adw::ResponseAppearance::Suggested);
    dialog.set_default_response(Some("save"));
    dialog.set_close_response("cancel");
    let weak = dialog.downgrade();
    path.connect_changed(move |row| {
        if let Some(dialog) = weak.upgrade() {
            dialog.set_response_enabled("save", row.text().starts_with('/'));
        }
    });
    let then = RefCell::new(Some(then));
    let fields = Rc::new((path, secrets));
    dialog.connect_response(Some("save"), move |_, _| {
        if let Some(then) = then.take() {
            then(Export { path: PathBuf::from(fields.0.text().as_str()), secrets: fields.1.is_active() });
        }
    });
    dialog.present(Some(parent));
}

/// The machine's name in the user's folder of documents; a name may begin with a dot or hold a space.
fn suggestion(name: &str) -> PathBuf {
    let documents = glib::user_special_dir(glib::UserDirectory::Documents).filter(|folder| folder.is_dir());
    documents.unwrap_or_else(glib::home_dir).join(format!("{name}.xml"))
}

fn browse(path: &adw::EntryRow, parent: &impl IsA<gtk::Widget>) -> gtk::Button {
    let button = buttons::flat("document-save-symbolic", &gettext("Choose a Place…"));
    let (path, window) = (path.downgrade(), parent.root().and_downcast::<gtk::Window>());
    button.connect_clicked(move |_| {
        let Some(path) = path.upgrade() else { return };
        let name = PathBuf::from(path.text().as_str());
        let dialog = gtk::FileDialog::builder().title(gettext("Export XML")).build();
        dialog.set_initial_name(name.file_name().and_then(|name| name.to_str()));
        let weak = path.downgrade();
        dialog.save(window.as_ref(), None::<&gtk::gio::Cancellable>, move |file| {
            if let (Some(chosen), Some(row)) = (file.ok().and_then(|file| file.path()), weak.upgrade()) {
                row.set_text(&chosen.to_string_lossy());
            }
        });
    });
    button
}
