//! The dialog that connects to another host: those that were connected before, and one that is typed.

use std::rc::Rc;

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{draft::Severity, uri::HostUri};

use crate::{
    buttons, errors,
    i18n::{gettext, gettext_f},
    settings::Settings,
    wizards::frame::{Fields, Line},
};

/// What the user wants of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// It is shown in this window, in the place of the one before.
    Here(HostUri),
    /// It is shown in a window of its own.
    OwnWindow(HostUri),
}

/// The choice that the dialog offers: its parts.
struct Choice {
    settings: Settings,
    shown: Option<HostUri>,
    dialog: adw::Dialog,
    known: adw::PreferencesGroup,
    entry: adw::EntryRow,
    connect: gtk::Button,
    then: Box<dyn Fn(Wanted)>,
}

/// Shows the dialog over `parent`; `shown` is the host of this window. `then` is called with what the user chose.
pub(crate) fn show(
    settings: &Settings,
    shown: Option<&HostUri>,
    parent: &impl IsA<gtk::Widget>,
    then: impl Fn(Wanted) + 'static,
) {
    let dialog =
        adw::Dialog::builder().title(gettext("Connect to a Host")).content_width(520).content_height(560).build();
    let connect = gtk::Button::builder().label(gettext("Connect")).valign(gtk::Align::Center).sensitive(false).build();
    connect.add_css_class("suggested-action");
    let parts = Rc::new(Choice {
        settings: settings.clone(),
        shown: shown.cloned(),
        dialog: dialog.clone(),
        known: adw::PreferencesGroup::builder().title(gettext("Known Hosts")).build(),
        entry: adw::EntryRow::builder().title(gettext("Computer or Address")).build(),
        connect,
        then: Box::new(then),
    });
    let page = adw::PreferencesPage::new();
    parts.list();
    page.add(&parts.known);
    page.add(&parts.another());
    let view = adw::ToolbarView::new();
    view.add_top_bar(&adw::HeaderBar::new());
    view.set_content(Some(&page));
    dialog.set_child(Some(&view));
    dialog.set_default_widget(Some(&parts.connect));
    dialog.present(Some(parent));
    parts.entry.grab_focus();
}

impl Choice {
    /// The hosts of this computer, and those that were connected before.
    fn list(self: &Rc<Self>) {
        let own = [HostUri::system(), HostUri::session()];
        let others = self.settings.known_hosts().into_iter().filter(|uri| !own.contains(uri));
        for uri in own.iter().cloned().chain(others) {
            let row = self.row(&uri);
            if !own.contains(&uri) && self.shown.as_ref() != Some(&uri) {
                row.add_suffix(&self.forget_button(&uri, &row));
            }
            self.known.add(&row);
        }
    }

    fn row(self: &Rc<Self>, uri: &HostUri) -> adw::ActionRow {
        let row = adw::ActionRow::builder().title(name(uri)).subtitle(uri.as_str()).use_markup(false).build();
        if self.shown.as_ref() == Some(uri) {
            let sign = gtk::Image::from_icon_name("object-select-symbolic");
            sign.set_tooltip_text(Some(&gettext("Shown in this window")));
            row.add_suffix(&sign);
            return row;
        }
        row.set_activatable(true);
        let (parts, chosen) = (Rc::downgrade(self), uri.clone());
        row.connect_activated(move |_| {
            if let Some(parts) = parts.upgrade() {
                parts.choose(Wanted::Here(chosen.clone()));
            }
        });
        let label = gettext_f("Open {host} in a window of its own", &[("host", &name(uri))]);
        let window = buttons::flat("window-new-symbolic", &label);
        let (parts, chosen) = (Rc::downgrade(self), uri.clone());
        window.connect_clicked(move |_| {
            if let Some(parts) = parts.upgrade() {
                parts.choose(Wanted::OwnWindow(chosen.clone()));
            }
        });
        row.add_suffix(&window);
        row
    }

    fn forget_button(self: &Rc<Self>, uri: &HostUri, row: &adw::ActionRow) -> gtk::Button {
        let button = buttons::flat("user-trash-symbolic", &gettext_f("Forget {host}", &[("host", &name(uri))]));
        let (parts, uri, row) = (Rc::downgrade(self), uri.clone(), row.downgrade());
        button.connect_clicked(move |_| {
            if let (Some(parts), Some(row)) = (parts.upgrade(), row.upgrade()) {
                parts.settings.forget_host(&uri);
                parts.known.remove(&row);
            }
        });
        button
    }

    /// The field for a host that was never connected, with what is wrong in it said as it is typed.
    fn another(self: &Rc<Self>) -> adw::PreferencesGroup {
        let group = adw::PreferencesGroup::builder()
            .title(gettext("Another Computer"))
            .description(gettext("By SSH with your key: Lectern keeps no password. For example: teacher@lab, or an address such as qemu+ssh://teacher@lab/session"))
            .build();
        let mut fields = Fields::new();
        self.entry.add_suffix(&self.connect);
        fields.add((), &self.entry, &group);
        let parts = Rc::clone(self);
        // The field is the dialog's, which ends it.
        self.entry.connect_changed(move |entry| parts.check(&entry.text(), &fields));
        let parts = Rc::downgrade(self);
        self.entry.connect_entry_activated(move |_| {
            if let Some(parts) = parts.upgrade() {
                parts.typed();
            }
        });
        let parts = Rc::downgrade(self);
        self.connect.connect_clicked(move |_| {
            if let Some(parts) = parts.upgrade() {
                parts.typed();
            }
        });
        group
    }

    fn check(&self, text: &str, fields: &Fields<()>) {
        let typed = HostUri::typed(text);
        self.connect.set_sensitive(typed.is_ok());
        let line = match &typed {
            Err(error) if !text.trim().is_empty() => Some(((), Line::new(Severity::Error, errors::wrong_part(error)))),
            _ => None,
        };
        fields.show(&line.into_iter().collect::<Vec<_>>());
    }

    fn typed(&self) {
        if let Ok(uri) = HostUri::typed(&self.entry.text()) {
            self.choose(Wanted::Here(uri));
        }
    }

    fn choose(&self, wanted: Wanted) {
        self.dialog.close();
        (self.then)(wanted);
    }
}

/// What a host is called where its address stands beside it.
fn name(uri: &HostUri) -> String {
    match (uri.host(), uri.user()) {
        (Some(host), Some(user)) => format!("{user}@{host}"),
        (Some(host), None) => host.to_owned(),
        _ if *uri == HostUri::system() => gettext("This Computer"),
        _ if uri.is_session() => gettext("Your Own Session"),
        _ if uri.is_test() => gettext("libvirt's Test Driver"),
        _ => gettext("Another libvirt of This Computer"),
    }
}
