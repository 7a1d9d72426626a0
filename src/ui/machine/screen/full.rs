//! The screen over the whole monitor, with a bar that slides in at the upper edge.

use std::{cell::Cell, rc::Rc, time::Duration};

use relm4::gtk::{self, gdk, glib, prelude::*};

use super::bar;
use crate::{buttons, i18n::gettext};

/// How long the bar stays when the screen fills the monitor, so that its key is seen.
const FIRST: Duration = Duration::from_secs(4);
/// The pointer's distance from the upper edge that brings the bar, and the one that sends it away.
const NEAR: f64 = 2.0;
const FAR: f64 = 64.0;

/// Shows `view` over the whole monitor of `beside`, until the window is closed: then `back` has it again.
pub(super) fn open(
    view: &gtk::Widget,
    title: &str,
    beside: &gtk::Widget,
    actions: &gtk::gio::SimpleActionGroup,
    back: impl FnOnce() + 'static,
) -> gtk::Window {
    let window = gtk::Window::builder().title(title).build();
    window.add_css_class("full-screen");
    window.insert_action_group(bar::GROUP, Some(actions));
    let revealer = slide(title);
    let overlay = gtk::Overlay::builder().child(view).build();
    overlay.add_overlay(&revealer);
    follow_pointer(&overlay, &revealer);
    window.set_child(Some(&overlay));
    let back = Cell::new(Some(back));
    window.connect_close_request(move |_| {
        overlay.set_child(gtk::Widget::NONE);
        if let Some(back) = back.take() {
            back();
        }
        glib::Propagation::Proceed
    });
    fill_monitor(&window, beside);
    window.present();
    window
}

/// The monitor that the program's own window is on; its keys go to the guest, the desktop's own ones too where it agrees.
fn fill_monitor(window: &gtk::Window, beside: &gtk::Widget) {
    let surface = beside.native().and_then(|native| native.surface());
    match surface.and_then(|surface| surface.display().monitor_at_surface(&surface)) {
        Some(monitor) => window.fullscreen_on_monitor(&monitor),
        None => window.fullscreen(),
    }
    window.connect_map(|window| {
        if let Some(surface) = window.surface().and_downcast::<gdk::Toplevel>() {
            surface.inhibit_system_shortcuts(gdk::Event::NONE);
        }
    });
}

fn slide(title: &str) -> gtk::Revealer {
    let row = gtk::Box::builder().spacing(6).build();
    row.add_css_class("toolbar");
    row.add_css_class("osd");
    row.append(&gtk::Label::builder().label(title).margin_start(6).margin_end(12).build());
    row.append(&bar::send_key());
    let leave = buttons::flat("view-restore-symbolic", &gettext("Leave Full Screen"));
    leave.set_action_name(Some("screen.full-screen"));
    row.append(&leave);
    let key = gettext("Shift+F11 leaves the full screen");
    row.append(&gtk::Label::builder().label(key).margin_start(6).margin_end(6).css_classes(["dim-label"]).build());
    gtk::Revealer::builder()
        .child(&row)
        .halign(gtk::Align::Center)
        .valign(gtk::Align::Start)
        .transition_type(gtk::RevealerTransitionType::SlideDown)
        .reveal_child(true)
        .build()
}

fn follow_pointer(overlay: &gtk::Overlay, revealer: &gtk::Revealer) {
    let motion = gtk::EventControllerMotion::builder().propagation_phase(gtk::PropagationPhase::Capture).build();
    let fresh = Rc::new(Cell::new(true));
    let (weak, young) = (revealer.downgrade(), Rc::clone(&fresh));
    motion.connect_motion(move |_, _, y| {
        let Some(revealer) = weak.upgrade() else { return };
        if y <= NEAR {
            revealer.set_reveal_child(true);
        } else if y > FAR && !young.get() {
            revealer.set_reveal_child(false);
        }
    });
    overlay.add_controller(motion);
    let weak = revealer.downgrade();
    glib::timeout_add_local_once(FIRST, move || {
        fresh.set(false);
        if let Some(revealer) = weak.upgrade() {
            revealer.set_reveal_child(false);
        }
    });
}
