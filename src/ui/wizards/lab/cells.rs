//! Cells of the preview that can be written to: a click or F2, the text, Enter.

use std::{cell::Cell as Place, rc::Rc};

use relm4::{
    Sender,
    adw::prelude::*,
    gtk::{self, glib::BoxedAnyObject},
};

use lectern_model::draft::lab::Cell;

use super::{
    LabMsg,
    table::{Placed, Shown},
};

/// A column of them.
pub(super) fn column(
    title: &str,
    shown: Shown,
    width: i32,
    cell: Cell,
    input: &Sender<LabMsg>,
) -> gtk::ColumnViewColumn {
    let factory = gtk::SignalListItemFactory::new();
    let (name, sender) = (title.to_owned(), input.clone());
    factory.connect_setup(move |_, item| {
        if let Some(item) = item.downcast_ref::<gtk::ColumnViewCell>() {
            item.set_child(Some(&label(&name, item, shown, cell, &sender)));
        }
    });
    factory.connect_bind(move |_, item| {
        let Some(item) = item.downcast_ref::<gtk::ColumnViewCell>() else { return };
        let (text, row) =
            (item.child().and_downcast::<gtk::EditableLabel>(), item.item().and_downcast::<BoxedAnyObject>());
        let (Some(text), Some(row)) = (text, row) else { return };
        let placed = row.borrow::<Placed>();
        text.set_text(&shown(&placed.1));
        text.set_css_classes(if placed.1.clashes.is_empty() { &[] } else { &["error"] });
    });
    gtk::ColumnViewColumn::builder().title(title).factory(&factory).resizable(true).fixed_width(width).build()
}

/// The label tells what was written once the writing has ended, if that is another text than was there.
fn label(
    name: &str,
    item: &gtk::ColumnViewCell,
    shown: Shown,
    cell: Cell,
    input: &Sender<LabMsg>,
) -> gtk::EditableLabel {
    let text = gtk::EditableLabel::builder().hexpand(true).build();
    text.update_property(&[gtk::accessible::Property::Label(name)]);
    let (item, input, begun) = (item.downgrade(), input.clone(), Rc::new(Place::new(false)));
    text.connect_editing_notify(move |text| {
        if text.is_editing() {
            return begun.set(true);
        }
        let row = item.upgrade().and_then(|item| item.item()).and_downcast::<BoxedAnyObject>();
        let (Some(row), true) = (row, begun.replace(false)) else { return };
        let placed = row.borrow::<Placed>();
        let written = text.text();
        if written != shown(&placed.1) {
            drop(input.send(LabMsg::Cell(placed.0, cell, written.into())));
        }
    });
    text
}
