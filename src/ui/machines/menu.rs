//! The context menu of the list, by pointer and by keyboard.

use std::rc::Rc;

use relm4::gtk::{self, gdk, glib, prelude::*};

use super::list::List;
use crate::actions;

/// Opens the menu of the actions on a secondary click, the Menu key and Shift+F10.
pub(crate) fn attach(list: &List) {
    let view = list.view();
    let popover = gtk::PopoverMenu::from_model(Some(&actions::menu(true)));
    popover.set_parent(view);
    popover.set_has_arrow(false);
    popover.set_halign(gtk::Align::Start);
    actions::name_when_open(&popover);
    view.connect_destroy({
        let popover = popover.clone();
        move |_| popover.unparent()
    });
    view.add_controller(click(list, &popover));
    view.add_controller(keys(list, &popover));
}

fn click(list: &List, popover: &gtk::PopoverMenu) -> gtk::GestureClick {
    let click = gtk::GestureClick::builder().button(gdk::BUTTON_SECONDARY).build();
    let (selection, pressed) = (list.selection().clone(), Rc::clone(list.pressed()));
    let popover = popover.downgrade();
    click.connect_pressed(move |_, _, x, y| {
        let Some(popover) = popover.upgrade() else { return };
        // Beside the rows there is nothing that a menu could be for.
        let Some(position) = pressed.take() else { return };
        if !selection.is_selected(position) {
            selection.select_item(position, true);
        }
        open_at(&popover, x, y);
    });
    click
}

fn keys(list: &List, popover: &gtk::PopoverMenu) -> gtk::ShortcutController {
    let controller = gtk::ShortcutController::new();
    let (popover, selection) = (popover.downgrade(), list.selection().clone());
    let action = gtk::CallbackAction::new(move |view, _| {
        let Some(popover) = popover.upgrade().filter(|_| !selection.selection().is_empty()) else {
            return glib::Propagation::Proceed;
        };
        let (x, y) = beside_focus(view);
        open_at(&popover, x, y);
        glib::Propagation::Stop
    });
    let trigger = gtk::ShortcutTrigger::parse_string("Menu|<Shift>F10");
    controller.add_shortcut(gtk::Shortcut::new(trigger, Some(action)));
    controller
}

/// A point on the row that has the focus, else near the top.
fn beside_focus(view: &gtk::Widget) -> (f64, f64) {
    let focus = view.root().and_then(|root| root.focus());
    let bounds = focus.filter(|focus| focus.is_ancestor(view)).and_then(|focus| focus.compute_bounds(view));
    bounds.map_or((60.0, 60.0), |b| (f64::from(b.x()) + 60.0, f64::from(b.y() + b.height())))
}

#[expect(clippy::cast_possible_truncation, reason = "a position in a widget, far below 2^31")]
fn open_at(popover: &gtk::PopoverMenu, x: f64, y: f64) {
    popover.set_pointing_to(Some(&gdk::Rectangle::new(x as i32, y as i32, 1, 1)));
    popover.popup();
}
