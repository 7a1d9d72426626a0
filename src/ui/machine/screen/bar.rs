//! The buttons over the picture, and the actions behind them.

use relm4::gtk::{self, gio, glib, prelude::*};

use lectern_model::screen::Combination;

use super::ScreenMsg;
use crate::{
    actions::{self, LocalAction},
    i18n::gettext,
};

/// The name of the page's group of actions.
pub(super) const GROUP: &str = "screen";

/// The actions; the keys to send are told apart by their place among [`Combination::all`].
pub(super) fn group(input: &relm4::Sender<ScreenMsg>) -> gio::SimpleActionGroup {
    let group = gio::SimpleActionGroup::new();
    let plain: [LocalAction<ScreenMsg>; 3] = [
        ("full-screen", || ScreenMsg::FullScreenToggled),
        ("shot-save", || ScreenMsg::ShotSaved),
        ("shot-copy", || ScreenMsg::ShotCopied),
    ];
    for (name, message) in plain {
        let action = gio::SimpleAction::new(name, None);
        let input = input.clone();
        action.connect_activate(move |_, _| drop(input.send(message())));
        group.add_action(&action);
    }
    let send = gio::SimpleAction::new("send-key", Some(glib::VariantTy::UINT32));
    let input = input.clone();
    send.connect_activate(move |_, number| {
        let number = number.and_then(glib::Variant::get::<u32>).and_then(|number| usize::try_from(number).ok());
        if let Some(combination) = number.and_then(|number| Combination::all().get(number).copied()) {
            drop(input.send(ScreenMsg::KeySent(combination)));
        }
    });
    group.add_action(&send);
    group
}

/// The button with the keys that the own desktop would keep.
pub(super) fn send_key() -> gtk::MenuButton {
    let menu = gio::Menu::new();
    let consoles = gio::Menu::new();
    for (number, combination) in (0_u32..).zip(Combination::all()) {
        let item = gio::MenuItem::new(Some(&combination.label()), None);
        item.set_action_and_target_value(Some("screen.send-key"), Some(&number.to_variant()));
        match combination {
            Combination::CtrlAltFunction(_) => consoles.append_item(&item),
            _ => menu.append_item(&item),
        }
    }
    menu.append_section(None, &consoles);
    button("input-keyboard-symbolic", &gettext("Send a Key"), &menu)
}

/// The button with what can be done with the picture.
pub(super) fn shot() -> gtk::MenuButton {
    let menu = gio::Menu::new();
    menu.append(Some(&gettext("Save…")), Some("screen.shot-save"));
    menu.append(Some(&gettext("Copy")), Some("screen.shot-copy"));
    button("camera-photo-symbolic", &gettext("Screenshot"), &menu)
}

fn button(icon: &str, name: &str, menu: &gio::Menu) -> gtk::MenuButton {
    let button = gtk::MenuButton::builder().icon_name(icon).tooltip_text(name).menu_model(menu).build();
    actions::name_popover(&button);
    button
}
