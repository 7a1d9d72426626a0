//! A machine at a glance: state, addresses, usage, texts, and where it lives.

mod description;
mod nics;
mod parts;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{
    address::GuestAddress,
    domain::Domain,
    stats::{self, Counters},
    units::KiB,
};
use lectern_services::host::DomainDetails;

use self::description::Description;
pub(crate) use self::nics::NicEdit;
use self::parts::{Graphs, Rows, address_row, disk_row};
use super::files;
use crate::{
    i18n::{gettext, ngettext_f},
    texts,
};

/// The page.
pub(crate) struct Overview {
    domain: Domain,
    title: String,
    description: Description,
    autostart: bool,
    local: bool,
    live: bool,
    before: Option<Counters>,
    graphs: Graphs,
    addresses: Rows,
    cards: Rows,
    places: Rows,
    /// What the rows show, so that they are made anew only where it differs.
    shown: Option<DomainDetails>,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum OverviewMsg {
    /// The machine changed.
    Domain(Domain),
    /// What was asked for of the machine.
    Details(Box<DomainDetails>),
    /// A reading of its counters, and the memory that it really uses.
    Counters(Counters, Option<KiB>),
    /// The user changed something.
    Edited(Edit),
    /// Whether changes can be made: the machine is there, and its host connected.
    Live(bool),
    /// A change was refused: what is shown is again what is.
    Refused,
    /// The settings are to be brought to the screen.
    SettingsWanted,
}

/// What a user changes here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// Its name.
    Name(String),
    /// Its title.
    Title(String),
    /// Its description.
    Description(String),
    /// Whether it starts with the host.
    Autostart(bool),
    /// Its network cards.
    Nic(NicEdit),
}

#[relm4::component(pub(crate))]
impl Component for Overview {
    type Init = (Domain, bool);
    type Input = OverviewMsg;
    type Output = Edit;
    type CommandOutput = ();

    view! {
        adw::PreferencesPage {
            add = &adw::PreferencesGroup {
                set_title: &gettext("State"),
                add = &adw::ActionRow {
                    set_title: &gettext("State"),
                    add_css_class: "property",
                    #[watch]
                    set_subtitle: &texts::state_with_reason(model.domain.state, model.domain.reason),
                },
                add = &adw::ActionRow {
                    set_title: &gettext("Hardware"),
                    add_css_class: "property",
                    #[watch]
                    set_subtitle: &model.hardware(),
                },
                add = &adw::ActionRow {
                    set_title: &gettext("Project"),
                    add_css_class: "property",
                    set_use_markup: false,
                    #[watch]
                    set_subtitle: model.domain.project(),
                    add_suffix: &placed(&gettext("_Move…"), "win.move-to-project"),
                },
                add = &adw::ActionRow {
                    set_title: &gettext("Flavor"),
                    add_css_class: "property",
                    set_use_markup: false,
                    #[watch]
                    set_subtitle: &model.flavor(),
                    add_suffix: &placed(&gettext("_Resize…"), "win.resize-to-flavor"),
                },
            },
            #[local_ref]
            addresses -> adw::PreferencesGroup {
                set_title: &gettext("Addresses"),
            },
            #[local_ref]
            cards -> adw::PreferencesGroup {
                #[watch]
                set_sensitive: model.live,
            },
            add = &adw::PreferencesGroup {
                set_title: &gettext("Usage"),
                gtk::Grid {
                    set_column_spacing: 24,
                    set_row_spacing: 18,
                    set_column_homogeneous: true,
                    attach[0, 0, 1, 1]: model.graphs.cpu.widget(),
                    attach[1, 0, 1, 1]: model.graphs.memory.widget(),
                    attach[0, 1, 1, 1]: model.graphs.disk.widget(),
                    attach[1, 1, 1, 1]: model.graphs.net.widget(),
                },
            },
            add = &adw::PreferencesGroup {
                set_title: &gettext("Settings"),
                #[watch]
                set_sensitive: model.live,
                #[name = "name_row"]
                add = &adw::EntryRow {
                    set_title: &gettext("Name"),
                    set_show_apply_button: true,
                    #[watch]
                    set_sensitive: model.is_persistent() && !model.domain.state.is_active(),
                    #[watch]
                    set_tooltip_text: model.name_hint().as_deref(),
                    connect_apply[sender] => move |row| sender.input(OverviewMsg::Edited(Edit::Name(row.text().into()))),
                },
                #[name = "title_row"]
                add = &adw::EntryRow {
                    set_title: &gettext("Title"),
                    set_show_apply_button: true,
                    connect_apply[sender] => move |row| sender.input(OverviewMsg::Edited(Edit::Title(row.text().into()))),
                },
                add: model.description.widget(),
                #[name = "autostart_row"]
                add = &adw::SwitchRow {
                    set_title: &gettext("Autostart"),
                    set_subtitle: &gettext("Start this machine with the host"),
                    #[watch]
                    set_sensitive: model.is_persistent(),
                    #[watch]
                    #[block_signal(autostart_changed)]
                    set_active: model.autostart,
                    connect_active_notify[sender] => move |row| {
                        sender.input(OverviewMsg::Edited(Edit::Autostart(row.is_active())));
                    } @autostart_changed,
                },
            },
            #[local_ref]
            places -> adw::PreferencesGroup {
                set_title: &gettext("Where It Lives"),
            },
        }
    }

    fn init((domain, local): (Domain, bool), root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let model = Self {
            domain,
            title: String::new(),
            description: describe(&sender),
            autostart: false,
            local,
            live: true,
            before: None,
            graphs: Graphs::new(),
            addresses: Rows::new(),
            cards: nics::group(&sender),
            places: Rows::new(),
            shown: None,
        };
        let (addresses, places) = (model.addresses.group.clone(), model.places.group.clone());
        let cards = model.cards.group.clone();
        let widgets = view_output!();
        widgets.name_row.set_text(&model.domain.name);
        model.no_address();
        ComponentParts { model, widgets }
    }

    fn update_with_view(
        &mut self,
        widgets: &mut Self::Widgets,
        message: OverviewMsg,
        sender: ComponentSender<Self>,
        _root: &Self::Root,
    ) {
        match message {
            OverviewMsg::Domain(domain) => self.change(domain, widgets),
            OverviewMsg::Details(details) => self.detail(&details, widgets, &sender),
            OverviewMsg::Counters(counters, used) => self.count(counters, used),
            OverviewMsg::Edited(edit) => self.edit(edit, widgets, &sender),
            OverviewMsg::Live(live) => self.live = live,
            OverviewMsg::Refused => self.refused(widgets),
            OverviewMsg::SettingsWanted => give_keyboard(&widgets.title_row, &widgets.autostart_row),
        }
        self.update_view(widgets, sender);
    }
}

impl Overview {
    fn hardware(&self) -> String {
        let memory = self.domain.memory.to_string();
        let n = usize::try_from(self.domain.vcpus).unwrap_or(usize::MAX);
        ngettext_f("{n} virtual CPU, {memory} memory", "{n} virtual CPUs, {memory} memory", n, &[("memory", &memory)])
    }

    fn flavor(&self) -> String {
        self.domain.flavor().map_or_else(|| gettext("None, a size of its own"), str::to_owned)
    }

    /// A transient machine's settings are gone when it stops, so they are not changed here.
    fn is_persistent(&self) -> bool {
        self.shown.as_ref().is_some_and(|details| details.persistent)
    }

    fn name_hint(&self) -> Option<String> {
        let active = self.domain.state.is_active();
        active.then(|| gettext("A machine can be renamed while it is shut off"))
    }

    fn change(&mut self, domain: Domain, widgets: &OverviewWidgets) {
        if domain.name != self.domain.name {
            widgets.name_row.set_text(&domain.name);
        }
        if !domain.state.is_active() {
            self.before = None;
            self.graphs.clear();
        }
        self.domain = domain;
        if self.addresses.is_empty() {
            self.no_address();
        }
    }

    /// Takes over what was read, but leaves a text alone that the user is editing.
    fn detail(&mut self, details: &DomainDetails, widgets: &OverviewWidgets, sender: &ComponentSender<Self>) {
        let refresh = |row: &adw::EntryRow, old: &str, new: &str| {
            if row.text() == old {
                row.set_text(new);
            }
        };
        refresh(&widgets.title_row, &self.title, &details.parsed.title);
        self.title.clone_from(&details.parsed.title);
        self.description.show(&details.parsed.description);
        self.autostart = details.autostart;
        if self.shown.as_ref().is_none_or(|shown| shown.addresses != details.addresses) {
            self.show_addresses(&details.addresses);
        }
        if self.shown.as_ref().is_none_or(|shown| shown.xml != details.xml || shown.config_path != details.config_path)
        {
            self.show_places(details);
        }
        if self.shown.as_ref().is_none_or(|shown| shown.xml != details.xml) {
            self.cards.replace(nics::rows(&details.xml, sender));
        }
        self.shown = Some(details.clone());
    }

    fn show_addresses(&mut self, addresses: &[GuestAddress]) {
        self.addresses.replace(addresses.iter().map(address_row).collect());
        if addresses.is_empty() {
            self.no_address();
        }
    }

    fn no_address(&self) {
        let hint = if self.domain.state.is_active() {
            gettext("None known yet: a guest has one when its system is up and has asked for it.")
        } else {
            gettext("A machine has addresses while it runs.")
        };
        self.addresses.group.set_description(Some(&hint));
    }

    fn show_places(&mut self, details: &DomainDetails) {
        let config = details.config_path.as_ref().map(|path| path.display().to_string());
        let config = config.map(|path| files::row(&gettext("Definition (XML)"), &path, self.local));
        let disks = details.parsed.disks.iter().filter_map(|disk| disk_row(disk, self.local));
        let rows: Vec<_> = config.into_iter().chain(disks).collect();
        self.places.group.set_visible(!rows.is_empty());
        self.places.replace(rows);
    }

    fn count(&mut self, now: Counters, used: Option<KiB>) {
        let usage = self.before.as_ref().and_then(|before| stats::usage(before, &now));
        self.before = Some(now);
        let Some(usage) = usage else { return };
        self.graphs.push(&usage);
        self.graphs.remember(used, self.domain.memory);
    }

    /// A machine has a name; an empty field means that the user gave up.
    fn edit(&mut self, edit: Edit, widgets: &OverviewWidgets, sender: &ComponentSender<Self>) {
        match &edit {
            Edit::Name(name) if name.trim().is_empty() || *name == self.domain.name => return self.refused(widgets),
            Edit::Autostart(on) => self.autostart = *on,
            Edit::Name(_) | Edit::Title(_) | Edit::Description(_) | Edit::Nic(_) => {}
        }
        drop(sender.output(edit));
    }

    fn refused(&self, widgets: &OverviewWidgets) {
        widgets.name_row.set_text(&self.domain.name);
    }
}

/// A button at the end of a row, for an action of the window on the machine of the page.
fn placed(label: &str, action: &str) -> gtk::Button {
    let button = gtk::Button::builder().label(label).use_underline(true).valign(gtk::Align::Center).build();
    button.set_action_name(Some(action));
    button
}

fn describe(sender: &ComponentSender<Overview>) -> Description {
    let input = sender.input_sender().clone();
    Description::new(move |text| drop(input.send(OverviewMsg::Edited(Edit::Description(text)))))
}

/// Gives the keyboard to a row and brings it to the screen with all that follows up to `last`, once they are laid out.
fn give_keyboard(row: &adw::EntryRow, last: &adw::SwitchRow) {
    let (row, last) = (row.clone(), last.clone());
    gtk::glib::idle_add_local_once(move || {
        row.grab_focus();
        if let Some(viewport) = last.ancestor(gtk::Viewport::static_type()).and_downcast::<gtk::Viewport>() {
            viewport.scroll_to(&last, None);
        }
    });
}
