//! The snapshots inside an image, as rows.

use relm4::{adw, adw::prelude::*, gtk, gtk::glib};

use lectern_services::{disk::snapshots::ImageSnapshot, host::StorageError};

use super::{
    StorageMsg, VolumeAct,
    volume_page::{self, Shown},
};
use crate::{
    buttons,
    i18n::{gettext, gettext_f},
    rows,
};

/// The button that makes one.
pub(super) fn add(input: &relm4::Sender<StorageMsg>) -> gtk::Button {
    let button = buttons::flat("list-add-symbolic", &gettext("Make Snapshot"));
    let input = input.clone();
    button.connect_clicked(move |_| input.emit(StorageMsg::Volume(VolumeAct::MakeSnapshot)));
    button
}

/// Why none can be made, applied or deleted now.
pub(super) fn locked(shown: &Shown) -> Option<String> {
    if !shown.seen.above.is_empty() {
        return Some(gettext("Others stand on this image, so its snapshots stay as they are."));
    }
    if let Some(sealed) = volume_page::sealed(&shown.seen) {
        return Some(sealed);
    }
    match &shown.snapshots {
        // That it is not here means that libvirt keeps it where only libvirt looks: the volume itself is there.
        Some(Err(StorageError::Denied | StorageError::NoImage)) => Some(gettext(
            "Only libvirt may read this file, and libvirt makes snapshots of machines, not of volumes. Use the snapshots of its machine: virsh snapshot-create-as",
        )),
        Some(Err(error)) => Some(crate::errors::plan::storage(error).title),
        _ => volume_page::running(&shown.seen),
    }
}

/// A row for each.
pub(super) fn rows(all: &[ImageSnapshot], can_change: bool, input: &relm4::Sender<StorageMsg>) -> Vec<gtk::Widget> {
    all.iter().map(|snapshot| row(snapshot, can_change, input)).collect()
}

fn row(snapshot: &ImageSnapshot, can_change: bool, input: &relm4::Sender<StorageMsg>) -> gtk::Widget {
    let name = &snapshot.name;
    let row = rows::plain(name, &when(snapshot));
    let apply = gtk::Button::builder().label(gettext("Go Back…")).valign(gtk::Align::Center).build();
    let label = gettext_f("Go back to {name}", &[("name", name)]);
    apply.reset_relation(gtk::AccessibleRelation::LabelledBy);
    apply.update_property(&[gtk::accessible::Property::Label(&label)]);
    let remove = buttons::flat("user-trash-symbolic", &gettext_f("Delete the snapshot {name}", &[("name", name)]));
    let wishes = [(&apply, VolumeAct::ApplySnapshot(name.clone())), (&remove, VolumeAct::RemoveSnapshot(name.clone()))];
    for (button, act) in wishes {
        button.set_sensitive(can_change);
        let input = input.clone();
        button.connect_clicked(move |_| input.emit(StorageMsg::Volume(act.clone())));
        row.add_suffix(button);
    }
    row.upcast::<adw::PreferencesRow>().upcast()
}

fn when(snapshot: &ImageSnapshot) -> String {
    let made = glib::DateTime::from_unix_local(snapshot.made).and_then(|time| time.format("%Y-%m-%d %H:%M"));
    let made = made.map(Into::into).unwrap_or_default();
    if snapshot.memory.0 == 0 {
        return made;
    }
    format!("{made} · {}", gettext_f("with {size} of memory", &[("size", &snapshot.memory.to_string())]))
}
