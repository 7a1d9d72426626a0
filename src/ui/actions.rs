//! The window's actions on machines: menus, buttons and accelerators of the same names.

use relm4::gtk::{self, gio, glib, prelude::*};

use lectern_model::domain::DomainAction;

use crate::{
    i18n::{gettext, pgettext},
    texts,
};

/// The name of the action in the window's group.
pub(crate) const fn name(action: DomainAction) -> &'static str {
    match action {
        DomainAction::Start => "start",
        DomainAction::ShutDown => "shut-down",
        DomainAction::Reboot => "reboot",
        DomainAction::Reset => "reset",
        DomainAction::ForceOff => "force-off",
        DomainAction::Pause => "pause",
        DomainAction::Resume => "resume",
        DomainAction::Save => "save",
    }
}

/// The keys of the window, in one place; those with Shift stay while a terminal has the keyboard, but for those that act
/// on the machine.
pub(crate) const ACCELERATORS: [(&str, &[&str]); 16] = [
    ("win.open", &["<Alt>Return"]),
    ("win.search", &["<Control>f"]),
    ("win.delete", &["<Control>Delete"]),
    ("win.new-import", &["<Control>n"]),
    ("win.new-install", &["<Control><Shift>n"]),
    ("win.start", &["<Control><Shift>r"]),
    ("win.pause", &["<Control><Shift>p"]),
    ("win.shut-down", &["<Control><Shift>d"]),
    ("win.back", &["<Control><Shift>Left"]),
    ("win.other-tab", &["<Control><Shift>o"]),
    ("win.connect", &["<Control><Shift>h"]),
    ("win.preferences", &["<Control>comma"]),
    ("win.commands", &["<Control><Shift>k"]),
    ("win.present", &["F11", "<Control><Shift>F11"]),
    ("win.shortcuts", &["<Control>question"]),
    ("window.close", &["<Control>w", "<Control>q", "<Control><Shift>w"]),
];

/// The first key of an action, as [`ACCELERATORS`] has it.
pub(crate) fn key(action: &str) -> &'static str {
    let keys = ACCELERATORS.iter().find(|(name, _)| *name == action);
    keys.and_then(|(_, keys)| keys.first()).copied().unwrap_or_default()
}

/// The first key of an action, as keyboards label it, in the user's language.
pub(crate) fn key_label(action: &str) -> String {
    gtk::accelerator_parse(key(action))
        .map_or_else(String::new, |(key, modifiers)| gtk::accelerator_get_label(key, modifiers).into())
}

/// Whether a key stays with the window while a terminal has the keyboard.
fn kept_in_terminal(action: &str, key: &str) -> bool {
    let acts = DomainAction::ALL.into_iter().any(|known| action.strip_prefix("win.") == Some(name(known)));
    // The one key that nobody shall have to search for during a lesson.
    (key.contains("<Shift>") || action == "win.present") && !acts
}

/// The menu of what can be done to the selected machines; `open` adds the entry that opens the machine's page.
pub(crate) fn menu(open: bool) -> gio::Menu {
    let menu = gio::Menu::new();
    if open {
        let section = gio::Menu::new();
        section.append(Some(&pgettext("action", "Open")), Some("win.open"));
        menu.append_section(None, &section);
    }
    let sections: [&[DomainAction]; 3] = [
        &[DomainAction::Start, DomainAction::Resume, DomainAction::Pause],
        &[DomainAction::ShutDown, DomainAction::Reboot, DomainAction::Save],
        &[DomainAction::Reset, DomainAction::ForceOff],
    ];
    for actions in sections {
        let section = gio::Menu::new();
        for &action in actions {
            section.append(Some(&texts::action(action)), Some(&format!("win.{}", name(action))));
        }
        menu.append_section(None, &section);
    }
    let section = gio::Menu::new();
    section.append(Some(&gettext("Wall")), Some("win.wall"));
    section.append(Some(&gettext("Broadcast")), Some("win.broadcast"));
    menu.append_section(None, &section);
    let section = gio::Menu::new();
    section.append(Some(&gettext("Change Network…")), Some("win.change-network"));
    section.append(Some(&gettext("Add NIC…")), Some("win.add-nic"));
    menu.append_section(None, &section);
    let section = gio::Menu::new();
    section.append(Some(&gettext("Move to Project…")), Some("win.move-to-project"));
    section.append(Some(&gettext("Resize to Flavor…")), Some("win.resize-to-flavor"));
    menu.append_section(None, &section);
    let section = gio::Menu::new();
    section.append(Some(&gettext("Clone…")), Some("win.clone"));
    section.append(Some(&gettext("Lock as Template")), Some("win.lock"));
    section.append(Some(&gettext("Unlock Template")), Some("win.unlock"));
    menu.append_section(None, &section);
    let section = gio::Menu::new();
    section.append(Some(&gettext("What Lies on It…")), Some("win.dependents"));
    section.append(Some(&gettext("New Version…")), Some("win.new-version"));
    section.append(Some(&gettext("Move Machines to This Version…")), Some("win.take-members"));
    section.append(Some(&gettext("Move to a Template Version…")), Some("win.move-version"));
    section.append(Some(&gettext("Detach From Its Template…")), Some("win.detach"));
    section.append(Some(&gettext("Change the Base…")), Some("win.change-base"));
    menu.append_section(None, &section);
    let section = gio::Menu::new();
    section.append(Some(&gettext("Export XML…")), Some("win.export-xml"));
    menu.append_section(None, &section);
    let section = gio::Menu::new();
    section.append(Some(&gettext("Undefine, Keep the Disks")), Some("win.undefine"));
    section.append(Some(&gettext("Delete…")), Some("win.delete"));
    menu.append_section(None, &section);
    menu
}

/// The menu of what makes a machine.
pub(crate) fn new_menu() -> gio::Menu {
    let menu = gio::Menu::new();
    menu.append(Some(&gettext("Install over the Network…")), Some("win.new-install"));
    menu.append(Some(&gettext("Install from a Disc…")), Some("win.new-from-disc"));
    menu.append(Some(&gettext("Import an Existing Disk…")), Some("win.new-import"));
    menu.append(Some(&gettext("Lab From a Template…")), Some("win.new-lab"));
    menu.append(Some(&gettext("From an XML File…")), Some("win.new-from-xml"));
    menu
}

/// The menu of a page whose content goes into a file and comes out of one; `group` has its actions.
pub(crate) fn file_menu(group: &str) -> gio::Menu {
    let menu = gio::Menu::new();
    menu.append(Some(&gettext("Import…")), Some(&format!("{group}.import")));
    menu.append(Some(&gettext("Export…")), Some(&format!("{group}.export")));
    menu
}

/// An action of a page's own group, with the message that it is.
pub(crate) type LocalAction<M> = (&'static str, fn() -> M);

/// Gives `widget` the actions of a group of its own: each tells `input` its message.
pub(crate) fn local_group<M: 'static>(
    widget: &impl IsA<gtk::Widget>,
    group: &str,
    messages: &[LocalAction<M>],
    input: &relm4::Sender<M>,
) {
    let actions = gio::SimpleActionGroup::new();
    for (name, message) in messages {
        let action = gio::SimpleAction::new(name, None);
        let (input, message) = (input.clone(), *message);
        action.connect_activate(move |_, _| input.emit(message()));
        actions.add_action(&action);
    }
    widget.insert_action_group(group, Some(&actions));
}

/// The main menu.
pub(crate) fn main_menu() -> gio::Menu {
    let menu = gio::Menu::new();
    for entries in [
        vec![
            (gettext("Connect to a Host…"), "win.connect"),
            (gettext("Show Commands"), "win.commands"),
            (gettext("Present"), "win.present"),
        ],
        vec![
            (gettext("Preferences"), "win.preferences"),
            (gettext("Keyboard Shortcuts"), "win.shortcuts"),
            (gettext("About Lectern"), "win.about"),
        ],
    ] {
        let section = gio::Menu::new();
        for (label, action) in entries {
            section.append(Some(&label), Some(action));
        }
        menu.append_section(None, &section);
    }
    menu
}

/// The buttons for what is done most.
pub(crate) fn buttons() -> gtk::Box {
    let row = gtk::Box::new(gtk::Orientation::Horizontal, 6);
    for (action, icon) in [
        (DomainAction::Start, "media-playback-start-symbolic"),
        (DomainAction::Pause, "media-playback-pause-symbolic"),
        (DomainAction::Resume, "media-playback-start-symbolic"),
        (DomainAction::ShutDown, "system-shutdown-symbolic"),
    ] {
        let button = gtk::Button::builder()
            .icon_name(icon)
            .tooltip_text(texts::action(action))
            .action_name(format!("win.{}", name(action)))
            .build();
        // One button in one place: what cannot be done now takes no room.
        button.bind_property("sensitive", &button, "visible").sync_create().build();
        row.append(&button);
    }
    row
}

/// Names the items of a menu button's menu each time it opens; see [`name_menu_items`].
pub(crate) fn name_popover(button: &gtk::MenuButton) {
    if let Some(popover) = button.popover() {
        name_when_open(&popover);
    }
}

/// Names the items of a menu each time it opens; see [`name_menu_items`].
pub(crate) fn name_when_open(popover: &impl IsA<gtk::Widget>) {
    popover.connect_map(|popover| {
        let popover: gtk::Widget = popover.clone().upcast();
        name_menu_items(&popover);
        // The window's keys are set anew as the menu takes the focus from a terminal, which undoes the names.
        glib::idle_add_local_once(move || name_menu_items(&popover));
    });
}

/// Gives the items of an open menu their names for screen readers: GTK 4.18 labels them by a label that it hides.
fn name_menu_items(widget: &gtk::Widget) {
    if widget.type_().name() == "GtkModelButton" {
        let text: Option<glib::GString> = widget.property("text");
        if let Some(text) = text {
            widget.reset_relation(gtk::AccessibleRelation::LabelledBy);
            widget.update_property(&[gtk::accessible::Property::Label(&text.replace('_', ""))]);
        }
    }
    let mut child = widget.first_child();
    while let Some(next) = child {
        name_menu_items(&next);
        child = next.next_sibling();
    }
}

/// Sets the window's keys; while a terminal has the keyboard, only those that no guest needs.
pub(crate) fn set_accelerators(terminal: bool) {
    let application = relm4::main_application();
    for (action, keys) in ACCELERATORS {
        let kept: Vec<_> = keys.iter().copied().filter(|key| !terminal || kept_in_terminal(action, key)).collect();
        application.set_accels_for_action(action, &kept);
    }
}
