//! The machine's XML as it will be defined, which may be changed before.

use std::rc::Rc;

use relm4::{adw, adw::prelude::*, gtk};

use lectern_services::making::EditError;

use crate::i18n::{gettext, gettext_f};

/// A group with the text and a button that takes what was changed.
pub(crate) struct XmlEditor {
    group: adw::PreferencesGroup,
    open: gtk::ToggleButton,
    text: gtk::TextView,
    said: gtk::Label,
}

impl XmlEditor {
    /// An empty one; `take` gets the text.
    pub(crate) fn new(take: impl Fn(String) + 'static) -> Self {
        let group = adw::PreferencesGroup::builder().title(gettext("The Machine's XML")).visible(false).build();
        group.set_description(Some(&gettext("What libvirt will define; all its elements can be used")));
        let open = gtk::ToggleButton::builder().label(gettext("Show and _Change")).use_underline(true).build();
        open.set_valign(gtk::Align::Center);
        group.set_header_suffix(Some(&open));
        let text = gtk::TextView::builder().monospace(true).left_margin(12).right_margin(12).top_margin(9).build();
        text.update_property(&[gtk::accessible::Property::Label(&gettext("The Machine's XML"))]);
        let scrolled = gtk::ScrolledWindow::builder().child(&text).min_content_height(320).build();
        let said = gtk::Label::builder().wrap(true).xalign(0.0).hexpand(true).visible(false).build();
        said.add_css_class("error");
        let apply = gtk::Button::builder().label(gettext("_Take the Changes")).use_underline(true).build();
        let buffer = text.buffer();
        let take: Rc<dyn Fn(String)> = Rc::new(take);
        apply.connect_clicked(move |_| {
            let (start, end) = buffer.bounds();
            take(buffer.text(&start, &end, true).into());
        });
        apply.set_halign(gtk::Align::End);
        scrolled.add_css_class("card");
        let content = gtk::Box::builder().orientation(gtk::Orientation::Vertical).spacing(9).visible(false).build();
        for child in [scrolled.upcast_ref::<gtk::Widget>(), said.upcast_ref(), apply.upcast_ref()] {
            content.append(child);
        }
        open.bind_property("active", &content, "visible").build();
        group.add(&content);
        Self { group, open, text, said }
    }

    /// The widget.
    pub(crate) const fn widget(&self) -> &adw::PreferencesGroup {
        &self.group
    }

    /// Shows this text.
    pub(crate) fn show(&self, xml: &str) {
        self.said.set_visible(false);
        self.text.buffer().set_text(xml);
        self.group.set_visible(true);
    }

    /// Shows nothing: another plan is being made.
    pub(crate) fn forget(&self) {
        self.open.set_active(false);
        self.group.set_visible(false);
    }

    /// Says why the text cannot be taken.
    pub(crate) fn refuse(&self, error: &EditError) {
        let words = match error {
            EditError::Malformed(why) => gettext_f("This is no XML: {why}", &[("why", why)]),
            EditError::NoMachine => gettext("This is no machine's XML: it does not begin with <domain>."),
            EditError::OtherProject => gettext("The project is the plan's: change it on its own page."),
            EditError::OtherMachine => {
                gettext("Name and UUID are those of the plan: change the name on its own page, and leave the UUID.")
            }
        };
        self.said.set_text(&words);
        self.said.set_visible(true);
        self.said.announce(&words, gtk::AccessibleAnnouncementPriority::High);
    }
}
