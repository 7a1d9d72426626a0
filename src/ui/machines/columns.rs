//! The columns of the list: what each shows and how it sorts.

use std::{cell::Cell, cmp::Ordering, net::IpAddr, rc::Rc};

use relm4::gtk::{self, gdk, prelude::*};

use lectern_model::domain::Domain;

use super::row::MachineRow;
use crate::i18n::gettext;

/// The position of the row that a secondary click began on; GTK does not tell a row's position from a point.
pub(crate) type Pressed = Rc<Cell<Option<u32>>>;

/// The columns, in their order. The first carries the icon and names the row.
pub(crate) fn build(pressed: &Pressed) -> Vec<gtk::ColumnViewColumn> {
    let text = |title: &str, property, sorter, width| text(title, property, sorter, width, pressed);
    let name = column(&gettext("Name"), &name_factory(pressed), &rows_by(MachineRow::compare_names));
    name.set_expand(true);
    vec![
        name,
        text(&gettext("State"), "state", &by(|a, b| a.state.cmp(&b.state)), 190),
        text(&gettext("IP Address"), "address", &by(|a, b| address(a).cmp(&address(b))), 150),
        text(&gettext("CPU"), "cpu", &by(|a, b| a.cpu.partial_cmp(&b.cpu).unwrap_or(Ordering::Equal)), 80),
        text(&gettext("Memory"), "memory", &by(|a, b| a.memory.cmp(&b.memory)), 100),
    ]
}

fn column(title: &str, factory: &gtk::SignalListItemFactory, sorter: &gtk::CustomSorter) -> gtk::ColumnViewColumn {
    gtk::ColumnViewColumn::builder().title(title).factory(factory).sorter(sorter).resizable(true).build()
}

fn text(
    title: &str,
    property: &'static str,
    sorter: &gtk::CustomSorter,
    width: i32,
    pressed: &Pressed,
) -> gtk::ColumnViewColumn {
    let factory = gtk::SignalListItemFactory::new();
    let pressed = Rc::clone(pressed);
    factory.connect_setup(move |_, item| {
        let Some(item) = item.downcast_ref::<gtk::ListItem>() else { return };
        let label = label();
        label.add_css_class("numeric");
        show(item, property).bind(&label, "label", gtk::Widget::NONE);
        item.set_child(Some(&label));
        note_presses(&label, item, &pressed);
    });
    let column = column(title, &factory, sorter);
    column.set_fixed_width(width);
    column
}

fn name_factory(pressed: &Pressed) -> gtk::SignalListItemFactory {
    let factory = gtk::SignalListItemFactory::new();
    let pressed = Rc::clone(pressed);
    factory.connect_setup(move |_, item| {
        let Some(item) = item.downcast_ref::<gtk::ListItem>() else { return };
        let icon = gtk::Image::new();
        icon.set_accessible_role(gtk::AccessibleRole::Presentation);
        show(item, "icon").bind(&icon, "icon-name", gtk::Widget::NONE);
        show(item, "classes").bind(&icon, "css-classes", gtk::Widget::NONE);
        let label = label();
        label.set_width_chars(14);
        show(item, "name").bind(&label, "label", gtk::Widget::NONE);
        let cell = gtk::Box::new(gtk::Orientation::Horizontal, 12);
        cell.append(&icon);
        cell.append(&label);
        item.set_child(Some(&cell));
        note_presses(&cell, item, &pressed);
    });
    factory
}

/// Notes where a secondary click begins, before the list's own gesture opens the menu. The cell around the child is
/// the one that listens: its padding belongs to the row too.
fn note_presses(cell: &impl IsA<gtk::Widget>, item: &gtk::ListItem, pressed: &Pressed) {
    let click = gtk::GestureClick::builder().button(gdk::BUTTON_SECONDARY).build();
    let (item, pressed) = (item.downgrade(), Rc::clone(pressed));
    click.connect_pressed(move |_, _, _, _| pressed.set(item.upgrade().map(|item| item.position())));
    cell.parent().unwrap_or_else(|| cell.clone().upcast()).add_controller(click);
}

fn label() -> gtk::Label {
    gtk::Label::builder().xalign(0.0).ellipsize(gtk::pango::EllipsizeMode::End).build()
}

/// The row's property, followed as it changes and as the cell is given another row.
fn show(item: &gtk::ListItem, property: &str) -> gtk::PropertyExpression {
    item.property_expression("item").chain_property::<MachineRow>(property)
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

fn address(domain: &Domain) -> Option<IpAddr> {
    domain.address.as_ref().map(|a| a.ip)
}
