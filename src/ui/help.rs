//! What the program is, and its keys.

use relm4::{adw, adw::prelude::*, gtk};

use crate::{
    actions::key,
    config::{APP_ID, VERSION},
    i18n::{gettext, pgettext},
};

/// Shows what the program is.
pub(crate) fn about(parent: &impl IsA<gtk::Widget>) {
    let dialog = adw::AboutDialog::builder()
        .application_name(gettext("Lectern"))
        .application_icon(APP_ID)
        .version(VERSION)
        .comments(gettext("Make, teach and show virtual machines"))
        .developer_name(gettext("The Lectern Developers"))
        .license_type(gtk::License::Gpl30)
        // Translators: your name, a line each; shown in the credits.
        .translator_credits(gettext("translator-credits"))
        .build();
    dialog.present(Some(parent));
}

/// Shows the keys.
pub(crate) fn shortcuts(parent: &impl IsA<gtk::Widget>) {
    let page = adw::PreferencesPage::new();
    page.add(&group(
        &gettext("General"),
        &[
            (key("win.search"), gettext("Search")),
            (key("win.new-import"), gettext("Import an Existing Disk")),
            (key("win.connect"), gettext("Connect to a Host")),
            (key("win.new-install"), gettext("Install over the Network")),
            (key("win.commands"), gettext("Show Commands")),
            (key("win.present"), gettext("Present in Large Type")),
            (key("win.preferences"), gettext("Preferences")),
            (key("win.shortcuts"), gettext("Keyboard Shortcuts")),
            (key("window.close"), gettext("Close Window")),
        ],
    ));
    page.add(&group(
        &gettext("Machines"),
        &[
            ("Return", pgettext("action", "Open")),
            (key("win.back"), gettext("Back to the List")),
            (key("win.other-tab"), gettext("Overview, Screen or Serial Console")),
            ("Menu", gettext("Context Menu")),
            (key("win.start"), pgettext("action", "Start")),
            (key("win.pause"), pgettext("action", "Pause")),
            (key("win.shut-down"), pgettext("action", "Shut Down")),
        ],
    ));
    page.add(&group(
        &gettext("Serial Console"),
        &[
            ("<Control><Shift>c", gettext("Copy")),
            ("<Control><Shift>v", gettext("Paste")),
            ("<Control><Shift>f", gettext("Find…")),
            ("<Control>plus", gettext("Zoom In")),
            ("<Control>minus", gettext("Zoom Out")),
            ("<Control>0", gettext("Normal Size")),
        ],
    ));
    page.add(&group(&gettext("Screen"), &[("<Shift>F11", gettext("Full Screen"))]));
    let view = adw::ToolbarView::new();
    view.add_top_bar(&adw::HeaderBar::new());
    view.set_content(Some(&page));
    let dialog = adw::Dialog::builder().title(gettext("Keyboard Shortcuts")).child(&view).build();
    dialog.set_content_width(480);
    dialog.set_content_height(560);
    dialog.present(Some(parent));
}

fn group(title: &str, keys: &[(&str, String)]) -> adw::PreferencesGroup {
    let group = adw::PreferencesGroup::builder().title(title).build();
    for (accelerator, title) in keys {
        let key = gtk::Label::new(Some(&key_name(accelerator)));
        key.add_css_class("dimmed");
        let row = adw::ActionRow::builder().title(title).build();
        row.add_suffix(&key);
        group.add(&row);
    }
    group
}

/// An accelerator as keyboards label it, in the user's language.
fn key_name(accelerator: &str) -> String {
    gtk::accelerator_parse(accelerator)
        .map_or_else(String::new, |(key, modifiers)| gtk::accelerator_get_label(key, modifiers).into())
}
