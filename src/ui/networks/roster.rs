//! The dialog that keeps addresses for many machines at once: of who is attached, of lines, or of a class's roster.

use std::{cell::RefCell, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk, gtk::gio};

use lectern_model::{
    network::{
        DhcpHost, Subnet,
        static_hosts::{self, Attached, Fault, Line},
    },
    roster,
};

use super::xml;
use crate::{
    dialogs,
    i18n::{gettext, gettext_f, ngettext_f},
    rows::{Group, plain},
};

/// So many lines are shown as rows; all of them are taken.
const MOST: usize = 200;

struct Form {
    dialog: adw::Dialog,
    done: gtk::Button,
    text: gtk::TextBuffer,
    list: RefCell<Group>,
    attached: Vec<Attached>,
    subnet: Subnet,
}

/// Shows the dialog; `then` is called with the static hosts that the user wants.
pub(super) fn show(
    subnet: &Subnet,
    attached: Vec<Attached>,
    parent: &adw::ApplicationWindow,
    then: impl Fn(Vec<DhcpHost>) + 'static,
) {
    let form = Rc::new(Form::new(subnet.clone(), attached));
    form.lay_out(parent);
    let weak = Rc::downgrade(&form);
    form.text.connect_changed(move |_| {
        if let Some(form) = weak.upgrade() {
            form.look();
        }
    });
    form.text.set_text(&static_hosts::suggested(&form.attached, subnet));
    form.look();
    let weak = Rc::downgrade(&form);
    form.done.connect_clicked(move |_| {
        if let Some(form) = weak.upgrade() {
            then(form.lines().into_iter().filter_map(|line| line.host.ok()).collect());
            form.dialog.force_close();
        }
    });
    // The dialog holds the form as long as it is open.
    let held = RefCell::new(Some(Rc::clone(&form)));
    form.dialog.connect_closed(move |_| drop(held.take()));
    form.dialog.present(Some(parent));
}

impl Form {
    fn new(subnet: Subnet, attached: Vec<Attached>) -> Self {
        let done = gtk::Button::builder().use_underline(true).build();
        done.add_css_class("suggested-action");
        let title = gettext("Static Hosts of Many Machines");
        let dialog = adw::Dialog::builder().title(title).content_width(560).content_height(680).build();
        let list = RefCell::new(Group::new(&gettext("What Will Be Kept")));
        Self { dialog, done, text: gtk::TextBuffer::new(None), list, attached, subnet }
    }

    fn lay_out(self: &Rc<Self>, parent: &adw::ApplicationWindow) {
        let text = gtk::TextView::builder().buffer(&self.text).monospace(true).build();
        text.update_property(&[gtk::accessible::Property::Label(&gettext("One Machine a Line"))]);
        for set in [gtk::TextView::set_left_margin, gtk::TextView::set_right_margin] {
            set(&text, 12);
        }
        text.set_top_margin(9);
        text.set_bottom_margin(9);
        let scrolled = gtk::ScrolledWindow::builder().child(&text).min_content_height(140).build();
        scrolled.add_css_class("card");
        let lines = adw::PreferencesGroup::builder()
            .title(gettext("One Machine a Line"))
            .description(gettext(
                "A machine's name, or its student's number or name, or a MAC address; and an IP address, or a free one is taken.",
            ))
            .build();
        lines.add(&scrolled);
        lines.set_header_suffix(Some(&self.open_button(parent)));
        let page = adw::PreferencesPage::new();
        page.add(&lines);
        page.add(&self.list.borrow().group);
        let header = adw::HeaderBar::builder().show_start_title_buttons(false).show_end_title_buttons(false).build();
        let cancel = gtk::Button::builder().label(gettext("_Cancel")).use_underline(true).build();
        let dialog = self.dialog.downgrade();
        cancel.connect_clicked(move |_| {
            if let Some(dialog) = dialog.upgrade() {
                dialog.close();
            }
        });
        header.pack_start(&cancel);
        header.pack_end(&self.done);
        let view = adw::ToolbarView::new();
        view.add_top_bar(&header);
        view.set_content(Some(&page));
        self.dialog.set_child(Some(&view));
    }

    fn open_button(self: &Rc<Self>, parent: &adw::ApplicationWindow) -> gtk::Button {
        let open = gtk::Button::builder().label(gettext("Open a Roster…")).valign(gtk::Align::Center).build();
        let (weak, parent) = (Rc::downgrade(self), parent.clone());
        open.connect_clicked(move |_| {
            let (weak, window) = (weak.clone(), parent.clone());
            gtk::FileDialog::builder().title(gettext("Open a Roster")).build().open(
                Some(&parent),
                gio::Cancellable::NONE,
                move |chosen| {
                    let Ok(file) = chosen else { return };
                    file.load_contents_async(gio::Cancellable::NONE, move |loaded| match (loaded, weak.upgrade()) {
                        (Ok((bytes, _)), Some(form)) => form.text.set_text(&lines_of(&bytes)),
                        (Err(error), _) => dialogs::show_error(&xml::unreadable(&error), &window),
                        _ => {}
                    });
                },
            );
        });
        open
    }

    fn lines(&self) -> Vec<Line> {
        let text = self.text.text(&self.text.start_iter(), &self.text.end_iter(), true);
        static_hosts::read(&text, &self.attached, &self.subnet)
    }

    /// Says what each line comes to.
    fn look(&self) {
        let lines = self.lines();
        let good = lines.iter().filter(|line| line.host.is_ok()).count();
        self.done.set_label(&ngettext_f("_Keep {n} Address", "_Keep {n} Addresses", good, &[]));
        self.done.set_sensitive(good > 0);
        let rows = lines.iter().take(MOST).map(|line| row(line).upcast()).collect();
        self.list.borrow_mut().replace(rows);
        self.list.borrow().group.set_visible(!lines.is_empty());
    }
}

/// A class's roster as lines that are read again here, whatever its encoding is and however its columns stand.
fn lines_of(bytes: &[u8]) -> String {
    let roster = roster::read_bytes(bytes);
    let line = |row: &roster::Row| format!("{} {}\n", row.student.number, row.student.name);
    roster.rows.iter().map(line).collect()
}

fn row(line: &Line) -> adw::ActionRow {
    match &line.host {
        Ok(host) => {
            let mac = host.mac.map(|mac| mac.to_string());
            let parts: Vec<String> = [host.name.clone(), mac].into_iter().flatten().collect();
            plain(&host.ip.map(|ip| ip.to_string()).unwrap_or_default(), &parts.join(" · "))
        }
        Err(fault) => {
            let left_out = gettext_f("Line {n} is left out", &[("n", &line.line.to_string())]);
            let row = plain(&left_out, &words(fault));
            row.add_css_class("warning");
            row
        }
    }
}

fn words(fault: &Fault) -> String {
    match fault {
        Fault::NoMachine(name) => gettext_f("No machine of this network belongs to “{name}”.", &[("name", name)]),
        Fault::Outside(ip) => {
            gettext_f("No machine of this network can have {address}.", &[("address", &ip.to_string())])
        }
        Fault::Taken(ip) => gettext_f("Another machine has {address}.", &[("address", &ip.to_string())]),
        Fault::Twice(mac) => gettext_f("Another line has {address}.", &[("address", &mac.to_string())]),
        Fault::Full => gettext("The network has no free address left."),
    }
}
