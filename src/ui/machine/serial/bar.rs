//! The buttons over a terminal, and the actions behind them.

use relm4::gtk::{self, gio, glib, prelude::*};

use super::messages::PortMsg;
use crate::{
    actions::{self, LocalAction},
    i18n::gettext,
};

/// What a menu sends: its label, and the byte that a serial line carries for it.
const KEYS: [(&str, u8); 7] = [
    ("Ctrl+C", 0x03),
    ("Ctrl+D", 0x04),
    ("Ctrl+Z", 0x1a),
    ("Ctrl+\\", 0x1c),
    ("Ctrl+]", 0x1d),
    ("Ctrl+W", 0x17),
    ("Escape", 0x1b),
];

/// Adds the page's own actions to those of its terminal.
/// Gives back the one that ends a recording, which is to be enabled while there is one.
pub(super) fn add(group: &gio::SimpleActionGroup, input: &relm4::Sender<PortMsg>, logged: bool) -> gio::SimpleAction {
    let plain: [LocalAction<PortMsg>; 9] = [
        ("find", || PortMsg::SearchToggled(true)),
        ("paste", || PortMsg::Paste { primary: false }),
        ("paste-primary", || PortMsg::Paste { primary: true }),
        ("break", || PortMsg::Break),
        ("set-size", || PortMsg::SizeSent),
        ("save", || PortMsg::Save),
        ("record", || PortMsg::RecordToggled),
        ("play", || PortMsg::Play),
        ("guide", || PortMsg::Guide),
    ];
    for (name, message) in plain {
        let action = gio::SimpleAction::new(name, None);
        let input = input.clone();
        action.connect_activate(move |_, _| drop(input.send(message())));
        group.add_action(&action);
    }
    let send = gio::SimpleAction::new("send-key", Some(glib::VariantTy::BYTE));
    let own = input.clone();
    send.connect_activate(move |_, byte| {
        if let Some(byte) = byte.and_then(glib::Variant::get::<u8>) {
            drop(own.send(PortMsg::Typed(vec![byte])));
        }
    });
    group.add_action(&send);
    let log = gio::SimpleAction::new_stateful("log", None, &logged.to_variant());
    let own = input.clone();
    log.connect_activate(move |action, _| {
        let on = !action.state().and_then(|state| state.get::<bool>()).unwrap_or_default();
        action.set_state(&on.to_variant());
        drop(own.send(PortMsg::Logged(on)));
    });
    group.add_action(&log);
    let end = gio::SimpleAction::new("end-record", None);
    end.set_enabled(false);
    let own = input.clone();
    end.connect_activate(move |_, _| drop(own.send(PortMsg::RecordToggled)));
    group.add_action(&end);
    end
}

/// The tools of the console that is looked at, whose actions are given to them.
pub(super) fn tools() -> gtk::Box {
    let tools = gtk::Box::builder().spacing(6).build();
    let end = gtk::Button::builder().icon_name("media-playback-stop-symbolic").action_name("serial.end-record").build();
    end.set_tooltip_text(Some(&gettext("End the Recording")));
    end.add_css_class("destructive-action");
    end.bind_property("sensitive", &end, "visible").sync_create().build();
    tools.append(&end);
    tools.append(&send_key());
    tools.append(&more());
    tools
}

/// The button with the keys that a desktop or a terminal would keep.
fn send_key() -> gtk::MenuButton {
    let keys = gio::Menu::new();
    for (label, byte) in KEYS {
        let item = gio::MenuItem::new(Some(label), None);
        item.set_action_and_target_value(Some("serial.send-key"), Some(&byte.to_variant()));
        keys.append_item(&item);
    }
    let menu = gio::Menu::new();
    menu.append_section(None, &keys);
    menu.append_section(None, &section(&[(gettext("Break"), "serial.break")]));
    menu.append_section(None, &section(&[(gettext("Set the Terminal Size in the Guest"), "serial.set-size")]));
    button("input-keyboard-symbolic", &gettext("Send a Key"), &menu)
}

/// The button with what becomes of the output.
fn more() -> gtk::MenuButton {
    let menu = gio::Menu::new();
    for entries in [
        vec![
            (gettext("Copy"), "serial.copy"),
            (gettext("Paste"), "serial.paste"),
            (gettext("Select All"), "serial.select-all"),
            (gettext("Find…"), "serial.find"),
        ],
        vec![(gettext("Save the Output…"), "serial.save"), (gettext("Keep a Log of This Machine"), "serial.log")],
        vec![(gettext("Record…"), "serial.record"), (gettext("Play a Recording…"), "serial.play")],
        vec![(gettext("No Login Prompt?"), "serial.guide")],
    ] {
        menu.append_section(None, &section(&entries));
    }
    button("view-list-symbolic", &gettext("Output"), &menu)
}

fn section(entries: &[(String, &str)]) -> gio::Menu {
    let section = gio::Menu::new();
    for (label, action) in entries {
        section.append(Some(label), Some(action));
    }
    section
}

fn button(icon: &str, name: &str, menu: &gio::Menu) -> gtk::MenuButton {
    let button = gtk::MenuButton::builder().icon_name(icon).tooltip_text(name).menu_model(menu).build();
    actions::name_popover(&button);
    button
}
