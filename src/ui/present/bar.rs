//! The bar that slides in while something is presented: the way back, the size, and what is shown besides the page.

use relm4::gtk::{self, gio, glib, prelude::*};

use super::{COMMANDS, KEYS, Presenting, STEP, monitors, switch};
use crate::{
    actions, buttons,
    i18n::{gettext, gettext_f},
};

/// The name of the window's group of actions for it.
pub(super) const GROUP: &str = "present";

/// The actions behind the bar.
pub(super) fn actions(presenting: &Presenting) -> gio::SimpleActionGroup {
    let group = gio::SimpleActionGroup::new();
    for (name, by) in [("larger", STEP), ("smaller", -STEP)] {
        let action = gio::SimpleAction::new(name, None);
        let own = presenting.clone();
        action.connect_activate(move |_, _| own.resize(by));
        group.add_action(&action);
    }
    let settings = &presenting.0.settings;
    let own = presenting.clone();
    group.add_action(&switch("keys", settings.flag(KEYS, false), move |on| own.0.settings.keep(KEYS, on)));
    let own = presenting.clone();
    group.add_action(&switch("console-keys", false, move |on| own.0.consoles.set(on)));
    let own = presenting.clone();
    group.add_action(&switch("commands", settings.flag(COMMANDS, false), move |on| {
        own.0.settings.keep(COMMANDS, on);
        own.show_commands();
    }));
    let chosen = settings.text(super::MONITOR, "").to_variant();
    let monitor = gio::SimpleAction::new_stateful("monitor", Some(glib::VariantTy::STRING), &chosen);
    let own = presenting.clone();
    monitor.connect_activate(move |action, chosen| {
        if let Some(connector) = chosen.and_then(glib::Variant::get::<String>) {
            action.set_state(&connector.to_variant());
            own.choose_monitor(&connector);
        }
    });
    group.add_action(&monitor);
    group
}

/// The bar, hidden.
pub(super) fn revealer() -> gtk::Revealer {
    let row = gtk::Box::builder().spacing(6).css_classes(["toolbar", "osd", "presenting-bar"]).build();
    let leave = gtk::Button::builder().action_name("win.present").css_classes(["suggested-action"]).build();
    let key = actions::key_label("win.present");
    leave.set_label(&gettext_f("Stop Presenting ({key})", &[("key", &key)]));
    row.append(&leave);
    for (icon, name, action) in [
        ("go-previous-symbolic", gettext("Back"), "win.back"),
        ("view-paged-symbolic", gettext("Overview, Screen or Serial Console"), "win.other-tab"),
        ("zoom-out-symbolic", gettext("Smaller"), "present.smaller"),
        ("zoom-in-symbolic", gettext("Larger"), "present.larger"),
    ] {
        let button = buttons::flat(icon, &name);
        button.set_action_name(Some(action));
        row.append(&button);
    }
    row.append(&more());
    gtk::Revealer::builder()
        .child(&row)
        .halign(gtk::Align::Center)
        .valign(gtk::Align::Start)
        .transition_type(gtk::RevealerTransitionType::SlideDown)
        .visible(false)
        .build()
}

fn more() -> gtk::MenuButton {
    let menu = gio::Menu::new();
    let shown = gio::Menu::new();
    shown.append(Some(&gettext("Show Commands Beside the Page")), Some("present.commands"));
    shown.append(Some(&gettext("Show the Keys That Are Pressed")), Some("present.keys"));
    shown.append(Some(&gettext("Also Those Typed into Consoles")), Some("present.console-keys"));
    menu.append_section(None, &shown);
    let places = gio::Menu::new();
    menu.append_section(Some(&gettext("Monitor")), &places);
    let button = gtk::MenuButton::builder().icon_name("view-more-symbolic").menu_model(&menu).build();
    button.set_tooltip_text(Some(&gettext("Presenting")));
    // Monitors come and go, so they are listed when the menu opens.
    button.connect_active_notify(move |_| {
        places.remove_all();
        for (connector, name) in monitors::all() {
            let item = gio::MenuItem::new(Some(&name), None);
            item.set_action_and_target_value(Some("present.monitor"), Some(&connector.to_variant()));
            places.append_item(&item);
        }
    });
    actions::name_popover(&button);
    button
}
