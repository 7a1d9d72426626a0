//! The user's keys and pointer on their way to the guest.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use relm4::gtk::{self, gdk, glib, glib::translate::IntoGlib, prelude::*};

use lectern_model::screen::{Combination, scancode};

use super::display::Display;

/// X11 and Wayland number keys eight above the kernel.
const KERNEL: u32 = 8;

/// Sends what the user does over the picture to the guest; `leave` is called for the one key that is ours.
pub(super) fn connect(display: &Display, leave: impl Fn() + 'static) {
    keys(display, leave);
    pointer(display);
    wheel(display);
}

/// Presses the keys of a combination and lets them go.
pub(super) fn send(display: &Display, combination: Combination) {
    let Some(screen) = display.listener() else { return };
    let strokes = combination.strokes();
    for stroke in &strokes {
        screen.key(true, stroke.symbol, Some(stroke.code));
    }
    for stroke in strokes.iter().rev() {
        screen.key(false, stroke.symbol, Some(stroke.code));
    }
}

fn keys(display: &Display, leave: impl Fn() + 'static) {
    let controller = gtk::EventControllerKey::builder().propagation_phase(gtk::PropagationPhase::Capture).build();
    // What is held down, by its number: let go with the symbol that it was pressed with, whatever Shift does meanwhile.
    let held = Rc::new(RefCell::new(BTreeMap::<u32, u32>::new()));
    let (own, down) = (display.clone(), Rc::clone(&held));
    controller.connect_key_pressed(move |_, symbol, number, modifiers| {
        if symbol == gdk::Key::F11 && modifiers.contains(gdk::ModifierType::SHIFT_MASK) {
            leave();
            return glib::Propagation::Stop;
        }
        let Some(screen) = own.listener() else { return for_looking_only(symbol) };
        let symbol = symbol.into_glib();
        down.borrow_mut().insert(number, symbol);
        screen.key(true, symbol, code(number));
        glib::Propagation::Stop
    });
    let (own, up) = (display.clone(), Rc::clone(&held));
    controller.connect_key_released(move |_, symbol, number, _| {
        let symbol = up.borrow_mut().remove(&number).unwrap_or_else(|| symbol.into_glib());
        if let Some(screen) = own.listener() {
            screen.key(false, symbol, code(number));
        }
    });
    display.picture().add_controller(controller);
    let focus = gtk::EventControllerFocus::new();
    let own = display.clone();
    focus.connect_leave(move |_| release(&own, &held));
    display.picture().add_controller(focus);
}

/// Where keys go to nobody, they move the focus as elsewhere; only Escape would leave the page unawares.
fn for_looking_only(symbol: gdk::Key) -> glib::Propagation {
    if symbol == gdk::Key::Escape { glib::Propagation::Stop } else { glib::Propagation::Proceed }
}

/// A key that is held while the keyboard goes elsewhere would stay down in the guest.
fn release(display: &Display, held: &RefCell<BTreeMap<u32, u32>>) {
    let held = held.take();
    let Some(screen) = display.listener() else { return };
    for (number, symbol) in held {
        screen.key(false, symbol, code(number));
    }
}

fn code(number: u32) -> Option<u16> {
    scancode(number.checked_sub(KERNEL)?)
}

/// What a pointer did last.
#[derive(Default)]
struct Pointer {
    buttons: Cell<u8>,
    place: Cell<(f64, f64)>,
}

impl Pointer {
    /// Tells the guest where the pointer is, or how far it came.
    fn tell(&self, display: &Display, x: f64, y: f64) {
        let before = self.place.replace((x, y));
        let Some(screen) = display.listener() else { return };
        let fit = display.fit();
        if display.is_absolute() {
            let (x, y) = fit.point(x, y);
            screen.pointer(self.buttons.get(), x, y);
        } else {
            let (dx, dy) = fit.distance(x - before.0, y - before.1);
            screen.moved(self.buttons.get(), step(dx), step(dy));
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float that is too large becomes the largest number")]
fn step(distance: f64) -> i16 {
    distance.round() as i16
}

/// RFB's bit of a button of the pointer; the wheel has bits 3 and 4.
const fn bit(button: u32) -> u8 {
    match button {
        1..=3 => 1 << (button - 1),
        _ => 0,
    }
}

fn pointer(display: &Display) {
    let state = Rc::new(Pointer::default());
    let motion = gtk::EventControllerMotion::new();
    let (own, moved) = (display.clone(), Rc::clone(&state));
    motion.connect_motion(move |_, x, y| moved.tell(&own, x, y));
    let entered = Rc::clone(&state);
    motion.connect_enter(move |_, x, y| entered.place.set((x, y)));
    display.picture().add_controller(motion);
    let click = gtk::GestureClick::builder().button(0).build();
    let (own, pressed) = (display.clone(), Rc::clone(&state));
    click.connect_pressed(move |gesture, _, x, y| {
        own.picture().grab_focus();
        pressed.buttons.set(pressed.buttons.get() | bit(gesture.current_button()));
        pressed.tell(&own, x, y);
    });
    let own = display.clone();
    click.connect_released(move |gesture, _, x, y| {
        state.buttons.set(state.buttons.get() & !bit(gesture.current_button()));
        state.tell(&own, x, y);
    });
    display.picture().add_controller(click);
}

/// A wheel is a button that is pressed and let go for each of its steps.
fn wheel(display: &Display) {
    let flags = gtk::EventControllerScrollFlags::VERTICAL | gtk::EventControllerScrollFlags::DISCRETE;
    let scroll = gtk::EventControllerScroll::builder().flags(flags).build();
    let place = Rc::new(Cell::new((0.0, 0.0)));
    let motion = gtk::EventControllerMotion::new();
    let seen = Rc::clone(&place);
    motion.connect_motion(move |_, x, y| seen.set((x, y)));
    display.picture().add_controller(motion);
    let own = display.clone();
    scroll.connect_scroll(move |_, _, dy| {
        let Some(screen) = own.listener() else { return glib::Propagation::Proceed };
        let button = if dy < 0.0 { 1 << 3 } else { 1 << 4 };
        let (x, y) = own.fit().point(place.get().0, place.get().1);
        for buttons in [button, 0] {
            if own.is_absolute() {
                screen.pointer(buttons, x, y);
            } else {
                screen.moved(buttons, 0, 0);
            }
        }
        glib::Propagation::Stop
    });
    display.picture().add_controller(scroll);
}
