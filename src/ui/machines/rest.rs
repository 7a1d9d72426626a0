//! The pointer rests while the wheel turns: rows that pass under it are not highlighted one after the other.
//!
//! GTK styles a row anew when the pointer comes over it and when it leaves, and with it all two hundred rows' cells that
//! come after. That was a quarter of a frame's work in a scroll.

use std::{cell::Cell, rc::Rc, time::Duration};

use relm4::gtk::{self, glib, prelude::*};

/// How long after the last turn of the wheel; shorter than a finger's way to the button.
const REST: Duration = Duration::from_millis(80);

/// Lets the pointer pass through `view`, which is in `around`, while that is scrolled with the wheel or a touchpad.
pub(super) fn while_scrolling(around: &gtk::ScrolledWindow, view: &gtk::ColumnView) {
    let turns = Rc::new(Cell::new(0_u64));
    let wheel = gtk::EventControllerScroll::new(gtk::EventControllerScrollFlags::BOTH_AXES);
    wheel.set_propagation_phase(gtk::PropagationPhase::Capture);
    let rested = view.clone();
    wheel.connect_scroll(move |_, _, _| {
        rest(&rested, &turns);
        glib::Propagation::Proceed
    });
    around.add_controller(wheel);
    // A pointer that is moved looks for something; GTK also tells of one that stays, when what is below it moved.
    let motion = gtk::EventControllerMotion::new();
    let (view, place) = (view.clone(), Cell::new((0.0, 0.0)));
    motion.connect_motion(move |_, x, y| {
        if place.replace((x, y)) != (x, y) {
            view.set_can_target(true);
        }
    });
    around.add_controller(motion);
}

/// Has the pointer pass through, until no further turn came for a while.
fn rest(view: &gtk::ColumnView, turns: &Rc<Cell<u64>>) {
    let turn = turns.get() + 1;
    turns.set(turn);
    if view.can_target() {
        view.set_can_target(false);
    }
    let (view, turns) = (view.downgrade(), Rc::clone(turns));
    glib::timeout_add_local_once(REST, move || {
        if let Some(view) = view.upgrade().filter(|_| turns.get() == turn) {
            view.set_can_target(true);
        }
    });
}
