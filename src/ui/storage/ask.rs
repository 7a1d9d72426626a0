//! The small dialogs with one field: a new size, a snapshot's name.

use std::rc::Rc;

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    draft::volume,
    names::{self, NameKind},
    units::Bytes,
};
use lectern_services::disk::volumes::Seen;

use super::words;
use crate::i18n::{gettext, gettext_f};

/// Asks for a larger size.
pub(super) fn size(seen: &Seen, parent: &impl IsA<gtk::Widget>, then: impl Fn(Bytes) + 'static) {
    let now = seen.volume.capacity;
    let title = gettext_f("Make {name} Larger", &[("name", &seen.volume.name)]);
    let body = if seen.running.is_empty() {
        gettext("Growing cannot be undone: what the guest then writes to the new end would be cut off.")
    } else {
        gettext("Its machine is on and sees the larger disk at once. Growing cannot be undone.")
    };
    let field = (gettext("New Size"), now.to_string());
    ask(
        (&title, &body),
        field,
        &gettext("_Make Larger"),
        parent,
        move |text| volume::grown(text, now).map_err(words::no_resize),
        then,
    );
}

/// Asks for the name of a snapshot.
pub(super) fn snapshot(known: Vec<String>, parent: &impl IsA<gtk::Widget>, then: impl Fn(&str) + 'static) {
    let suggested = names::free_name("snapshot", NameKind::Volume, |name| known.iter().any(|one| one == name));
    let body = gettext("The disk as it is now is kept inside the image. You can go back to it while no machine is on.");
    let field = (gettext("Name"), suggested);
    let read =
        move |text: &str| match names::check_free(text, NameKind::Volume, |name| known.iter().any(|one| one == name)) {
            Ok(()) => Ok(text.to_owned()),
            Err(problem) => Err(words::name(problem)),
        };
    ask((&gettext("Make Snapshot"), &body), field, &gettext("_Make"), parent, read, move |name: String| then(&name));
}

/// Asks for one text; what is wrong with it is said under the field, and it can be agreed to once nothing is.
fn ask<T: 'static>(
    (title, body): (&str, &str),
    (label, text): (String, String),
    verb: &str,
    parent: &impl IsA<gtk::Widget>,
    read: impl Fn(&str) -> Result<T, String> + 'static,
    then: impl Fn(T) + 'static,
) {
    let dialog = adw::AlertDialog::new(Some(title), Some(body));
    let row = adw::EntryRow::builder().title(label).text(&text).activates_default(true).build();
    let group = adw::PreferencesGroup::new();
    group.add(&row);
    let note = gtk::Label::builder().wrap(true).xalign(0.0).visible(false).build();
    note.set_css_classes(&["caption", "error"]);
    note.set_margin_top(9);
    group.add(&note);
    let widget: &gtk::Widget = row.upcast_ref();
    widget.update_relation(&[gtk::accessible::Relation::ErrorMessage(&[note.upcast_ref()])]);
    dialog.set_extra_child(Some(&group));
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("do", verb)]);
    dialog.set_response_appearance("do", adw::ResponseAppearance::Suggested);
    dialog.set_default_response(Some("do"));
    dialog.set_close_response("cancel");
    let read = Rc::new(read);
    let look = {
        let (read, weak, note) = (Rc::clone(&read), dialog.downgrade(), note.clone());
        move |row: &adw::EntryRow| {
            let problem = read(row.text().trim()).err();
            if let Some(dialog) = weak.upgrade() {
                dialog.set_response_enabled("do", problem.is_none());
            }
            note.set_visible(problem.is_some());
            note.set_label(problem.as_deref().unwrap_or_default());
            if problem.is_some() {
                row.add_css_class("error");
            } else {
                row.remove_css_class("error");
            }
        }
    };
    look(&row);
    row.connect_changed(look);
    let weak = row.downgrade();
    dialog.connect_response(Some("do"), move |_, _| {
        if let Some(value) = weak.upgrade().and_then(|row| read(row.text().trim()).ok()) {
            then(value);
        }
    });
    dialog.present(Some(parent));
    row.grab_focus();
}
