//! The preview: one row for each machine that will be made, with what clashes; its cells can be written to.

use std::cell::RefCell;

use relm4::{
    Sender, adw,
    adw::prelude::*,
    gtk::{self, gio, glib::BoxedAnyObject},
};

use lectern_model::draft::lab::{Cell, Row};

use super::{LabMsg, cells, words};
use crate::i18n::gettext;

/// A row with its place among all.
pub(super) type Placed = (usize, Row);
/// What a column shows of a row.
pub(super) type Shown = fn(&Row) -> String;

/// The table.
pub(super) struct Table {
    store: gio::ListStore,
    view: gtk::ColumnView,
    clashes: gtk::ColumnViewColumn,
    shown: RefCell<Vec<Row>>,
    group: adw::PreferencesGroup,
    page: gtk::Box,
}

impl Table {
    /// An empty one, which sends what is written into its cells.
    pub(super) fn new(input: &Sender<LabMsg>) -> Self {
        let store = gio::ListStore::new::<BoxedAnyObject>();
        let view = gtk::ColumnView::builder().show_row_separators(true).reorderable(false).build();
        view.set_model(Some(&gtk::NoSelection::new(Some(store.clone()))));
        view.update_property(&[gtk::accessible::Property::Label(&gettext("The Machines"))]);
        view.set_row_factory(Some(&named_rows()));
        let columns: [(String, Shown, Option<Cell>, i32); 6] = [
            (gettext("Name"), |row| row.name.clone(), Some(Cell::Name), 130),
            (gettext("Name Inside"), |row| row.host_name.clone(), None, 130),
            (gettext("Student"), student, Some(Cell::Student), 150),
            (gettext("IP Address"), address, Some(Cell::Address), 150),
            (gettext("MAC Address"), macs, Some(Cell::Mac), 150),
            (gettext("Disk"), disks, None, 260),
        ];
        let clashes = column(&gettext("What Clashes"), |row| words::clashes(&row.clashes), 260);
        clashes.set_visible(false);
        view.append_column(&clashes);
        let columns = columns.map(|(title, shown, cell, width)| match cell {
            Some(cell) => cells::column(&title, shown, width, cell, input),
            None => column(&title, shown, width),
        });
        for column in &columns {
            view.append_column(column);
        }
        let frame = gtk::ScrolledWindow::builder().child(&view).vexpand(true).build();
        frame.add_css_class("card");
        let (group, page) = (adw::PreferencesGroup::new(), gtk::Box::new(gtk::Orientation::Vertical, 12));
        page.append(&group);
        page.append(&frame);
        for side in [gtk::Widget::set_margin_start, gtk::Widget::set_margin_end, gtk::Widget::set_margin_bottom] {
            side(page.upcast_ref(), 18);
        }
        Self { store, view, clashes, shown: RefCell::default(), group, page }
    }

    /// The widget.
    pub(super) const fn page(&self) -> &gtk::Box {
        &self.page
    }

    /// The place over the table where it is said what is wrong.
    pub(super) const fn group(&self) -> &adw::PreferencesGroup {
        &self.group
    }

    /// What gets the keyboard when a row is wrong.
    pub(super) const fn view(&self) -> &gtk::ColumnView {
        &self.view
    }

    /// Shows the rows, those that clash first.
    pub(super) fn show(&self, rows: &[Row]) {
        if *self.shown.borrow() == rows {
            return;
        }
        self.shown.replace(rows.to_vec());
        let placed = || rows.iter().cloned().enumerate();
        let clashing = placed().filter(|(_, row)| !row.clashes.is_empty());
        let clear = placed().filter(|(_, row)| row.clashes.is_empty());
        let all: Vec<BoxedAnyObject> = clashing.chain(clear).map(BoxedAnyObject::new).collect();
        self.clashes.set_visible(rows.iter().any(|row| !row.clashes.is_empty()));
        self.store.splice(0, self.store.n_items(), &all);
    }
}

fn column(title: &str, shown: Shown, width: i32) -> gtk::ColumnViewColumn {
    let factory = gtk::SignalListItemFactory::new();
    factory.connect_setup(|_, item| {
        let text = gtk::Label::builder().xalign(0.0).ellipsize(gtk::pango::EllipsizeMode::End).build();
        if let Some(item) = item.downcast_ref::<gtk::ListItem>() {
            item.set_child(Some(&text));
        }
    });
    factory.connect_bind(move |_, item| {
        let Some(item) = item.downcast_ref::<gtk::ListItem>() else { return };
        let (text, row) = (item.child().and_downcast::<gtk::Label>(), item.item().and_downcast::<BoxedAnyObject>());
        let (Some(text), Some(row)) = (text, row) else { return };
        let placed = row.borrow::<Placed>();
        let row = &placed.1;
        let said = shown(row);
        text.set_tooltip_text(Some(&said).filter(|said| !said.is_empty()).map(String::as_str));
        text.set_label(&said);
        text.set_css_classes(if row.clashes.is_empty() { &[] } else { &["error"] });
    });
    gtk::ColumnViewColumn::builder().title(title).factory(&factory).resizable(true).fixed_width(width).build()
}

/// Rows that screen readers know by their machine's name, and by what clashes.
fn named_rows() -> gtk::SignalListItemFactory {
    let factory = gtk::SignalListItemFactory::new();
    factory.connect_bind(|_, item| {
        let Some(shown) = item.downcast_ref::<gtk::ColumnViewRow>() else { return };
        let Some(row) = shown.item().and_downcast::<BoxedAnyObject>() else { return };
        let placed = row.borrow::<Placed>();
        let row = &placed.1;
        shown.set_accessible_label(&row.name);
        shown.set_accessible_description(&words::clashes(&row.clashes));
    });
    factory
}

fn student(row: &Row) -> String {
    let student = row.student.as_ref();
    student.map(|student| format!("{} {}", student.number, student.name).trim().to_owned()).unwrap_or_default()
}

fn address(row: &Row) -> String {
    row.address.map_or_else(|| gettext("by DHCP"), |address| address.to_string())
}

fn macs(row: &Row) -> String {
    row.macs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn disks(row: &Row) -> String {
    row.disks.join(", ")
}
