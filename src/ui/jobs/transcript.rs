//! The dialog with all commands of this run, to read and to copy: what was done here, and what means the same in OpenStack.

use relm4::{adw, adw::prelude::*, gtk};

use super::board::Transcript;
use crate::{buttons, i18n::gettext};

/// Shows `commands` over `parent`.
pub(crate) fn show(commands: &Transcript, parent: &impl IsA<gtk::Widget>) {
    let dialog = adw::Dialog::builder().title(gettext("Show Commands")).content_width(680).content_height(480).build();
    let stack = adw::ViewStack::new();
    let empty = gettext("Every change you make is listed here with the commands that do the same.");
    add(&stack, "here", &gettext("Runs on This Host"), &page(&commands.here, &empty));
    let empty = gettext("What is done with projects, quotas and flavors is listed here in OpenStack's own commands.");
    add(&stack, "openstack", &gettext("The Same in OpenStack"), &page(&commands.openstack, &empty));
    let switcher = adw::InlineViewSwitcher::builder().stack(&stack).build();
    let bar = gtk::CenterBox::builder().center_widget(&switcher).build();
    bar.add_css_class("toolbar");
    let header = adw::HeaderBar::new();
    header.pack_start(&copy(commands, &stack));
    let view = adw::ToolbarView::new();
    view.add_top_bar(&header);
    view.add_top_bar(&bar);
    view.set_content(Some(&stack));
    dialog.set_child(Some(&view));
    dialog.present(Some(parent));
}

fn add(stack: &adw::ViewStack, name: &str, title: &str, page: &gtk::Widget) {
    stack.add_titled(page, Some(name), title);
}

/// Copies what is shown.
fn copy(commands: &Transcript, stack: &adw::ViewStack) -> gtk::Button {
    let button = buttons::flat("edit-copy-symbolic", &gettext("Copy All"));
    let (commands, stack) = (commands.clone(), stack.downgrade());
    button.connect_clicked(move |button| {
        let cloud =
            stack.upgrade().and_then(|stack| stack.visible_child_name()).is_some_and(|name| name == "openstack");
        button.clipboard().set_text(if cloud { &commands.openstack } else { &commands.here });
    });
    button
}

fn page(commands: &str, empty: &str) -> gtk::Widget {
    if commands.is_empty() {
        let empty = adw::StatusPage::builder()
            .icon_name("utilities-terminal-symbolic")
            .title(gettext("No Commands Yet"))
            .description(empty)
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
