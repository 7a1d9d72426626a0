//! A dialog that asks for a path of this computer, and looks what is there while it is typed.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use relm4::{adw, adw::prelude::*, gtk, gtk::gio, gtk::glib};

use lectern_model::{storage::name_of, units::Bytes};

use crate::{buttons, i18n::gettext};

/// What is at a path now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum There {
    /// Not known yet.
    Unknown,
    /// Nothing.
    Nothing,
    /// A file of this length.
    File(Bytes),
    /// A folder, or what cannot be looked at.
    Other,
}

/// A dialog that asks for a path, and says what is wrong with it under its rows.
pub(crate) struct PathDialog {
    dialog: adw::AlertDialog,
    /// Its rows.
    pub(crate) group: adw::PreferencesGroup,
    /// The path.
    pub(crate) path: adw::EntryRow,
    note: gtk::Label,
    there: Rc<Cell<There>>,
}

impl PathDialog {
    /// A dialog with these words, and the path to begin with.
    pub(crate) fn new((title, body, verb): (&str, &str, &str), path: &str) -> Self {
        let dialog = adw::AlertDialog::new(Some(title), Some(body));
        let row = adw::EntryRow::builder().title(gettext("Path on This Computer")).activates_default(true).build();
        row.set_text(path);
        let group = adw::PreferencesGroup::new();
        group.add(&row);
        let note = gtk::Label::builder().wrap(true).xalign(0.0).visible(false).build();
        note.add_css_class("caption");
        note.set_margin_top(9);
        dialog.set_extra_child(Some(&group));
        dialog.set_prefer_wide_layout(true);
        dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("do", verb)]);
        dialog.set_response_appearance("do", adw::ResponseAppearance::Suggested);
        dialog.set_default_response(Some("do"));
        dialog.set_close_response("cancel");
        dialog.set_response_enabled("do", false);
        Self { dialog, group, path: row, note, there: Rc::new(Cell::new(There::Unknown)) }
    }

    /// Has `look` called whenever something is typed, and again once it is known what is at the path. Its words are said
    /// under the rows; `true` with them where it can be agreed to all the same.
    pub(crate) fn follow(&self, others: &[&adw::EntryRow], look: impl Fn(There) -> Option<(String, bool)> + 'static) {
        self.group.add(&self.note);
        let (dialog, note, there) = (self.dialog.downgrade(), self.note.clone(), Rc::clone(&self.there));
        let show: Rc<dyn Fn()> = Rc::new(move || {
            let said = look(there.get());
            let agreeable = there.get() != There::Unknown && said.as_ref().is_none_or(|(_, agreeable)| *agreeable);
            if let Some(dialog) = dialog.upgrade() {
                dialog.set_response_enabled("do", agreeable);
            }
            note.set_css_classes(if agreeable { &["caption", "warning"] } else { &["caption", "error"] });
            note.set_visible(said.is_some());
            note.set_label(&said.map(|(text, _)| text).unwrap_or_default());
        });
        for row in others {
            let show = Rc::clone(&show);
            row.connect_changed(move |_| show());
        }
        let there = Rc::clone(&self.there);
        let asked = move |row: &adw::EntryRow| ask(row, Rc::clone(&there), Rc::clone(&show));
        asked(&self.path);
        self.path.connect_changed(asked);
    }

    /// Shows it; `then` gets the path, and what is there.
    pub(crate) fn present(&self, parent: &impl IsA<gtk::Widget>, then: impl FnOnce(&str, There) + 'static) {
        let (path, there) = (self.path.downgrade(), Rc::clone(&self.there));
        let then = RefCell::new(Some(then));
        self.dialog.connect_response(Some("do"), move |_, _| {
            if let (Some(path), Some(then)) = (path.upgrade(), then.take()) {
                then(path.text().trim(), there.get());
            }
        });
        self.dialog.present(Some(parent));
        self.path.grab_focus();
    }
}

/// Asks the system what is at the path in `row`; an answer that is late counts no more.
fn ask(row: &adw::EntryRow, there: Rc<Cell<There>>, show: Rc<dyn Fn()>) {
    there.set(There::Unknown);
    let path = row.text().trim().to_owned();
    if !path.starts_with('/') {
        there.set(There::Other);
        return show();
    }
    show();
    let weak = row.downgrade();
    let wanted = format!("{},{}", gio::FILE_ATTRIBUTE_STANDARD_SIZE, gio::FILE_ATTRIBUTE_STANDARD_TYPE);
    let (flags, priority) = (gio::FileQueryInfoFlags::NONE, glib::Priority::DEFAULT);
    gio::File::for_path(&path).query_info_async(&wanted, flags, priority, gio::Cancellable::NONE, move |info| {
        if weak.upgrade().is_none_or(|row| row.text().trim() != path) {
            return;
        }
        there.set(match info {
            Ok(info) if info.file_type() == gio::FileType::Regular => {
                There::File(Bytes(u64::try_from(info.size()).unwrap_or(0)))
            }
            Err(error) if error.matches(gio::IOErrorEnum::NotFound) => There::Nothing,
            Ok(_) | Err(_) => There::Other,
        });
        show();
    });
}

/// The button that chooses the path in the system's own dialog.
pub(crate) fn browse(path: &adw::EntryRow, save: bool, parent: &impl IsA<gtk::Widget>) -> gtk::Button {
    let (icon, label) = if save {
        ("document-save-symbolic", gettext("Choose a Place…"))
    } else {
        ("document-open-symbolic", gettext("Choose a File…"))
    };
    let button = buttons::flat(icon, &label);
    let (path, window) = (path.downgrade(), parent.root().and_downcast::<gtk::Window>());
    button.connect_clicked(move |_| {
        let Some(row) = path.upgrade() else { return };
        let dialog = gtk::FileDialog::builder().title(label.as_str()).build();
        let weak = path.clone();
        let chosen = move |file: Result<gio::File, glib::Error>| {
            if let (Some(chosen), Some(row)) = (file.ok().and_then(|file| file.path()), weak.upgrade()) {
                row.set_text(&chosen.to_string_lossy());
            }
        };
        if save {
            dialog.set_initial_name(Some(name_of(row.text().trim())));
            dialog.save(window.as_ref(), gio::Cancellable::NONE, chosen);
        } else {
            dialog.open(window.as_ref(), gio::Cancellable::NONE, chosen);
        }
    });
    button
}
