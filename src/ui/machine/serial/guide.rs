//! "No login prompt?": what a guest needs for one, and the commands that give it.

use relm4::{adw, adw::prelude::*};

use crate::{
    buttons,
    i18n::{gettext, gettext_f},
};

/// Shows what helps a guest whose device is `device`, such as `ttyS0`.
pub(super) fn show(device: &str, parent: &impl IsA<relm4::gtk::Widget>) {
    let page = adw::PreferencesPage::new();
    let about = gettext_f(
        "A guest shows a login prompt here once a program listens on {device}. Log in to the guest on its screen or by SSH, and give these commands there.",
        &[("device", device)],
    );
    let group = adw::PreferencesGroup::builder().description(about).build();
    let prompt = format!("sudo systemctl enable --now serial-getty@{device}.service");
    group.add(&row(&gettext("A Login Prompt, Now and From Now On"), &prompt));
    page.add(&group);
    let console = format!("console=tty0 console={device}");
    let about = gettext(
        "So that the kernel’s own messages come here from the next start on. The screen shows them too only with tty0.",
    );
    let group = adw::PreferencesGroup::builder().title(gettext("The Kernel’s Messages")).description(about).build();
    let debian = format!("sudo sed -i 's/^GRUB_CMDLINE_LINUX=\"/&{console} /' /etc/default/grub && sudo update-grub");
    group.add(&row(&gettext("Debian and Ubuntu"), &debian));
    let redhat = format!("sudo grubby --update-kernel=ALL --args=\"{console}\"");
    group.add(&row(&gettext("Fedora, CentOS and openEuler"), &redhat));
    page.add(&group);
    let view = adw::ToolbarView::new();
    view.add_top_bar(&adw::HeaderBar::new());
    view.set_content(Some(&page));
    let dialog = adw::Dialog::builder().title(gettext("No Login Prompt?")).content_width(560).child(&view).build();
    dialog.present(Some(parent));
}

fn row(title: &str, command: &str) -> adw::ActionRow {
    let row = adw::ActionRow::builder().title(title).subtitle(command).use_markup(false).subtitle_selectable(true);
    let row = row.css_classes(["property", "monospace"]).build();
    row.add_suffix(&buttons::copy(command, &gettext_f("Copy {text}", &[("text", title)])));
    row
}
