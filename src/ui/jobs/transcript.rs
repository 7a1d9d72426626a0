//! The dialog with all commands of this run, to read and to copy.

use relm4::{adw, adw::prelude::*, gtk};

use crate::{buttons, i18n::gettext};

/// Shows `commands`, a line each, over `parent`.
pub(crate) fn show(commands: &str, parent: &impl IsA<gtk::Widget>) {
    let dialog = adw::Dialog::builder().title(gettext("Show Commands")).content_width(680).content_height(420).build();
    let title = adw::WindowTitle::new(&gettext("Show Commands"), &gettext("Runs on This Host"));
    let header = adw::HeaderBar::builder().title_widget(&title).build();
    header.pack_start(&buttons::copy(commands, &gettext("Copy All")));
    let view = adw::ToolbarView::new();
    view.add_top_bar(&header);
    view.set_content(Some(&page(commands)));
    dialog.set_child(Some(&view));
    dialog.present(Some(parent));
}

fn page(commands: &str) -> gtk::Widget {
    if commands.is_empty() {
        let empty = adw::StatusPage::builder()
            .icon_name("utilities-terminal-symbolic")
            .title(gettext("No Commands Yet"))
            .description(gettext("Every change you make is listed here with the commands that do the same."))
            .build();
        return empty.upcast();
    }
    let text = gtk::TextView::builder()
        .editable(false)
        .monospace(true)
        .wrap_mode(gtk::WrapMode::WordChar)
        .left_margin(18)
        .right_margin(18)
        .top_margin(12)
        .bottom_margin(12)
        .build();
    text.update_property(&[gtk::accessible::Property::Label(&gettext("Commands"))]);
    text.buffer().set_text(commands);
    gtk::ScrolledWindow::builder().child(&text).build().upcast()
}
