//! The lines that mean the same in OpenStack, under a form: they change while somebody types.

use std::{cell::RefCell, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::command::CommandLine;

use crate::{buttons, i18n::gettext};

/// The lines.
pub(crate) struct Same {
    /// The group that has them.
    pub(crate) group: adw::PreferencesGroup,
    text: gtk::Label,
    copied: Rc<RefCell<String>>,
}

impl Same {
    /// None yet.
    pub(crate) fn new() -> Self {
        let text = gtk::Label::builder()
            .selectable(true)
            .wrap(true)
            .wrap_mode(gtk::pango::WrapMode::WordChar)
            .xalign(0.0)
            .css_classes(["monospace", "caption"])
            .build();
        for side in [gtk::Widget::set_margin_start, gtk::Widget::set_margin_end] {
            side(text.upcast_ref(), 12);
        }
        for side in [gtk::Widget::set_margin_top, gtk::Widget::set_margin_bottom] {
            side(text.upcast_ref(), 9);
        }
        let row = gtk::ListBoxRow::builder().activatable(false).child(&text).build();
        row.update_property(&[gtk::accessible::Property::Label(&gettext("The Same in OpenStack"))]);
        let list = gtk::ListBox::builder().selection_mode(gtk::SelectionMode::None).build();
        list.add_css_class("boxed-list");
        list.append(&row);
        let copied = Rc::<RefCell<String>>::default();
        let copy = buttons::flat("edit-copy-symbolic", &gettext("Copy All"));
        let lines = Rc::clone(&copied);
        copy.connect_clicked(move |button| button.clipboard().set_text(&lines.borrow()));
        let group = adw::PreferencesGroup::builder().title(gettext("The Same in OpenStack")).build();
        group.set_header_suffix(Some(&copy));
        group.add(&list);
        Self { group, text, copied }
    }

    /// Shows these, and nothing where there are none.
    pub(crate) fn show(&self, lines: &[CommandLine]) {
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        let lines = lines.join("\n");
        self.group.set_visible(!lines.is_empty());
        self.text.set_label(&lines);
        self.copied.replace(lines);
    }
}
