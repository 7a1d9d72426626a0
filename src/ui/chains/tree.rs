//! Who lies on a machine's disks, drawn as a tree: walked with the arrow keys, and each machine opened with Enter.

use std::collections::BTreeMap;

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    id::DomainId,
    storage::name_of,
    template::tree::{Kind, Node},
};

use crate::i18n::{gettext, gettext_f, ngettext_f};

/// How far each level stands in.
const INDENT: i32 = 24;

/// Shows the tree; `about` says what is noted on each machine, `open` opens its page.
pub(crate) fn show(
    root: &Node,
    about: &BTreeMap<DomainId, String>,
    parent: &adw::ApplicationWindow,
    open: impl Fn(DomainId) + 'static,
) {
    let Kind::Machine(_, name) = &root.kind else { return };
    let dialog = adw::Dialog::builder().title(gettext_f("What Lies on {name}", &[("name", name)])).build();
    dialog.set_content_width(520);
    dialog.set_content_height(520);
    let count = root.machines();
    let said = if count == 0 && root.children.is_empty() {
        gettext("Nothing lies on its disks.")
    } else {
        ngettext_f("{n} machine depends on its disks.", "{n} machines depend on its disks.", count, &[])
    };
    let text = gtk::Label::builder().label(said).wrap(true).xalign(0.0).build();
    for set in [gtk::Label::set_margin_start, gtk::Label::set_margin_end, gtk::Label::set_margin_bottom] {
        set(&text, 12);
    }
    let view = gtk::ListBox::builder().selection_mode(gtk::SelectionMode::Browse).build();
    view.add_css_class("navigation-sidebar");
    view.update_property(&[gtk::accessible::Property::Label(&gettext("What Lies on Its Disks"))]);
    let mut machines = Vec::new();
    fill(&view, root, 0, about, &mut machines);
    let weak = dialog.downgrade();
    view.connect_row_activated(move |_, row| {
        let machine = usize::try_from(row.index()).ok().and_then(|at| machines.get(at).copied().flatten());
        if let (Some(id), Some(dialog)) = (machine, weak.upgrade()) {
            dialog.close();
            open(id);
        }
    });
    let scrolled = gtk::ScrolledWindow::builder().child(&view).vexpand(true).build();
    let content = gtk::Box::new(gtk::Orientation::Vertical, 0);
    content.append(&text);
    content.append(&scrolled);
    let bars = adw::ToolbarView::new();
    bars.add_top_bar(&adw::HeaderBar::new());
    bars.set_content(Some(&content));
    dialog.set_child(Some(&bars));
    dialog.present(Some(parent));
    view.grab_focus();
}

/// A row for each place, further in the deeper it stands; `machines` gets the machine of each row.
fn fill(
    view: &gtk::ListBox,
    node: &Node,
    depth: i32,
    about: &BTreeMap<DomainId, String>,
    machines: &mut Vec<Option<DomainId>>,
) {
    let (id, icon, title, subtitle) = match &node.kind {
        Kind::Machine(id, name) => {
            (Some(*id), "computer-symbolic", name.as_str(), about.get(id).cloned().unwrap_or_default())
        }
        Kind::Image(path) => (None, "drive-harddisk-symbolic", name_of(path), gettext("an image that no machine has")),
    };
    view.append(&row(icon, title, &subtitle, depth));
    machines.push(id);
    for child in &node.children {
        fill(view, child, depth + 1, about, machines);
    }
}

fn row(icon: &str, title: &str, subtitle: &str, depth: i32) -> gtk::ListBoxRow {
    let name = gtk::Label::builder().label(title).xalign(0.0).ellipsize(gtk::pango::EllipsizeMode::Middle).build();
    let more = gtk::Label::builder().label(subtitle).xalign(0.0).hexpand(true).build();
    more.set_ellipsize(gtk::pango::EllipsizeMode::End);
    more.add_css_class("dimmed");
    let line = gtk::Box::new(gtk::Orientation::Horizontal, 9);
    line.set_margin_start(depth * INDENT);
    if depth > 0 {
        line.append(&gtk::Label::new(Some("└")));
    }
    line.append(&gtk::Image::from_icon_name(icon));
    line.append(&name);
    line.append(&more);
    let row = gtk::ListBoxRow::builder().child(&line).build();
    let spoken = if subtitle.is_empty() { title.to_owned() } else { format!("{title}, {subtitle}") };
    row.update_property(&[gtk::accessible::Property::Label(&spoken), gtk::accessible::Property::Level(depth + 1)]);
    row
}
