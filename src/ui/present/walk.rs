//! Takes the bars from all pages while they are presented, gives columns the width of larger texts, and consoles colours
//! that are read from afar.

use std::cell::RefCell;

use relm4::{
    adw,
    gtk::{self, prelude::*},
};

use crate::{
    machine::{scheme::Scheme, serial::terminal},
    settings::Settings,
};

/// Columns that were made wider, and how wide they were.
pub(super) type Widths = RefCell<Vec<(gtk::ColumnViewColumn, i32)>>;

/// Makes all in `widget` bare, for texts of so many per cent.
pub(super) fn strip(widget: &gtk::Widget, percent: i32, widths: &Widths) {
    each(widget, &mut |widget| {
        if let Some(view) = widget.downcast_ref::<adw::ToolbarView>() {
            view.set_reveal_top_bars(false);
        } else if let Some(view) = widget.downcast_ref::<gtk::ColumnView>() {
            widen(view, percent, widths);
        } else if let Some(console) = widget.downcast_ref::<vte4::Terminal>() {
            Scheme::Contrast.apply(console);
        }
    });
}

/// Makes all in `widget` as it was.
pub(super) fn restore(widget: &gtk::Widget, settings: &Settings, widths: &Widths) {
    each(widget, &mut |widget| {
        if let Some(view) = widget.downcast_ref::<adw::ToolbarView>() {
            view.set_reveal_top_bars(true);
        } else if let Some(console) = widget.downcast_ref::<vte4::Terminal>() {
            terminal::look(console, settings);
        }
    });
    for (column, width) in widths.take() {
        column.set_fixed_width(width);
    }
}

fn widen(view: &gtk::ColumnView, percent: i32, widths: &Widths) {
    let columns = view.columns();
    let there = (0..columns.n_items()).filter_map(|at| columns.item(at).and_downcast::<gtk::ColumnViewColumn>());
    for column in there.filter(|column| column.fixed_width() > 0) {
        let mut known = widths.borrow_mut();
        let before = known.iter().find(|(known, _)| *known == column).map(|(_, width)| *width);
        let width = before.unwrap_or_else(|| {
            known.push((column.clone(), column.fixed_width()));
            column.fixed_width()
        });
        column.set_fixed_width(width * percent / 100);
    }
}

fn each(widget: &gtk::Widget, act: &mut dyn FnMut(&gtk::Widget)) {
    act(widget);
    let mut child = widget.first_child();
    while let Some(next) = child {
        each(&next, act);
        child = next.next_sibling();
    }
}
