//! The columns of the list: what each shows and how it sorts.

use std::{cell::Cell, cmp::Ordering, net::IpAddr, rc::Rc};

use relm4::gtk::{self, gdk, prelude::*};

use lectern_model::{domain::Domain, project::DEFAULT};

use super::{
    cell::{self, CellView, Part},
    row::MachineRow,
};
use crate::i18n::gettext;

/// The position of the row that a secondary click began on; GTK does not tell a row's position from a point.
pub(crate) type Pressed = Rc<Cell<Option<u32>>>;

/// What the name has at least; it takes whatever the others leave.
const NAME_WIDTH: i32 = 170;

/// The columns, in their order. The first carries the icon and names the row.
pub(crate) fn build(pressed: &Pressed) -> Vec<gtk::ColumnViewColumn> {
    let name = column(&gettext("Name"), &name_factory(pressed), &rows_by(MachineRow::compare_names), NAME_WIDTH);
    name.set_expand(true);
    vec![
        name,
        text(&gettext("State"), Part::State, &by(|a, b| a.state.cmp(&b.state)), 160),
        text(&gettext("IP Address"), Part::Address, &by(|a, b| address(a).cmp(&address(b))), 140),
        text(&gettext("CPU"), Part::Cpu, &by(|a, b| a.cpu.partial_cmp(&b.cpu).unwrap_or(Ordering::Equal)), 60),
        text(&gettext("Memory"), Part::Memory, &by(|a, b| a.memory.cmp(&b.memory)), 80),
        text(&gettext("Lab"), Part::Lab, &by(|a, b| Part::Lab.text(a).cmp(&Part::Lab.text(b))), 100),
        text(&gettext("Project"), Part::Project, &by_project(), 100),
    ]
}

/// The columns of a lab's members.
pub(crate) fn members(pressed: &Pressed) -> Vec<gtk::ColumnViewColumn> {
    let name = column(&gettext("Name"), &name_factory(pressed), &rows_by(MachineRow::compare_names), NAME_WIDTH);
    name.set_expand(true);
    vec![
        name,
        text(&gettext("State"), Part::State, &by(|a, b| a.state.cmp(&b.state)), 140),
        text(&gettext("Student"), Part::Student, &by(|a, b| Part::Student.text(a).cmp(&Part::Student.text(b))), 150),
        text(&gettext("IP Address"), Part::Given, &by(|a, b| given(a).cmp(&given(b))), 130),
        text(
            &gettext("Template"),
            Part::Template,
            &by(|a, b| Part::Template.text(a).cmp(&Part::Template.text(b))),
            130,
        ),
    ]
}

/// A column of a fixed width: else GTK measures each cell of each row.
fn column(
    title: &str,
    factory: &gtk::SignalListItemFactory,
    sorter: &gtk::CustomSorter,
    width: i32,
) -> gtk::ColumnViewColumn {
    let column = gtk::ColumnViewColumn::builder().title(title).factory(factory).sorter(sorter);
    column.resizable(true).fixed_width(width).build()
}

fn text(title: &str, part: Part, sorter: &gtk::CustomSorter, width: i32) -> gtk::ColumnViewColumn {
    let make = move |item: &gtk::ListItem| {
        let text = cell::line();
        text.add_css_class("numeric");
        item.set_child(Some(&text));
        lighten_cell(&text);
    };
    let find = move |item: &gtk::ListItem| {
        let text = item.child().and_downcast()?;
        Some((CellView::Text(part, text), item.item().and_downcast()?))
    };
    column(title, &cell::factory(make, find), sorter, width)
}

fn name_factory(pressed: &Pressed) -> gtk::SignalListItemFactory {
    let pressed = Rc::clone(pressed);
    let make = move |item: &gtk::ListItem| {
        let icon = gtk::Image::new();
        icon.set_accessible_role(gtk::AccessibleRole::Presentation);
        let name = cell::line();
        name.set_hexpand(true);
        let cell = gtk::Box::new(gtk::Orientation::Horizontal, 12);
        cell.append(&icon);
        cell.append(&name);
        item.set_child(Some(&cell));
        lighten_cell(&cell);
        note_presses(&cell, item, &pressed);
    };
    let find = |item: &gtk::ListItem| {
        let cell = item.child()?;
        let (icon, name) = (cell.first_child().and_downcast()?, cell.last_child().and_downcast()?);
        Some((CellView::Name(icon, name), item.item().and_downcast()?))
    };
    cell::factory(make, find)
}

/// Takes from the cell around `child` what costs in each frame of a scroll: the row is what the pointer is over, so that
/// fewer widgets are styled anew as they come under it, and what is in the cell clips itself. The cell is there only once
/// `child` is on the screen.
fn lighten_cell(child: &impl IsA<gtk::Widget>) {
    child.connect_realize(|child| {
        if let Some(cell) = child.parent() {
            cell.set_can_target(false);
            cell.set_overflow(gtk::Overflow::Visible);
        }
    });
}

/// Notes where a secondary click begins, before the list's own gesture opens the menu. The whole row listens, which is
/// there only once `child` is on the screen.
fn note_presses(child: &impl IsA<gtk::Widget>, item: &gtk::ListItem, pressed: &Pressed) {
    let click = gtk::GestureClick::builder().button(gdk::BUTTON_SECONDARY).build();
    let (item, pressed) = (item.downgrade(), Rc::clone(pressed));
    click.connect_pressed(move |_, _, _, _| pressed.set(item.upgrade().map(|item| item.position())));
    child.connect_realize(move |child| {
        let row = child.parent().and_then(|cell| cell.parent());
        if let Some(row) = row.filter(|_| click.widget().is_none()) {
            row.add_controller(click.clone());
        }
    });
}

/// By project: the one of what has no other first.
pub(super) fn by_project() -> gtk::CustomSorter {
    by(|a, b| (a.project() != DEFAULT, a.project()).cmp(&(b.project() != DEFAULT, b.project())))
}

fn by(compare: fn(&Domain, &Domain) -> Ordering) -> gtk::CustomSorter {
    rows_by(move |a, b| a.with(|a| b.with(|b| compare(a, b))).flatten().unwrap_or(Ordering::Equal))
}

fn rows_by(compare: impl Fn(&MachineRow, &MachineRow) -> Ordering + 'static) -> gtk::CustomSorter {
    gtk::CustomSorter::new(move |a, b| {
        let rows = a.downcast_ref::<MachineRow>().zip(b.downcast_ref::<MachineRow>());
        rows.map_or(Ordering::Equal, |(a, b)| compare(a, b)).into()
    })
}

/// The address that the guest was given, else the one that it has.
fn given(domain: &Domain) -> Option<IpAddr> {
    let noted = domain.notes.as_ref().and_then(|notes| notes.address).map(IpAddr::V4);
    noted.or_else(|| address(domain))
}

fn address(domain: &Domain) -> Option<IpAddr> {
    domain.address.as_ref().map(|a| a.ip)
}
