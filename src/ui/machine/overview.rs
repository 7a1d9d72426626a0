//! A machine at a glance: state, addresses, usage, texts, and where it lives.

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{
    address::{AddressSource, GuestAddress},
    domain::Domain,
    stats::{self, Counters},
    units::KiB,
};
use lectern_services::host::DomainDetails;

use super::{files, graph::Graph};
use crate::{
    i18n::{gettext, gettext_f, ngettext_f},
    texts,
};

/// The page.
pub(crate) struct Overview {
    domain: Domain,
    title: String,
    description: String,
    autostart: bool,
    persistent: bool,
    local: bool,
    before: Option<Counters>,
    graphs: Graphs,
    addresses: Rows,
    places: Rows,
    /// What the rows show, so that they are made anew only where it differs.
    shown: Option<DomainDetails>,
}

struct Graphs {
    cpu: Graph,
    memory: Graph,
    disk: Graph,
    net: Graph,
}

/// The rows of a group that come and go.
struct Rows {
    group: adw::PreferencesGroup,
    rows: Vec<adw::ActionRow>,
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
            },
            #[local_ref]
            addresses -> adw::PreferencesGroup {
                set_title: &gettext("Addresses"),
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
                #[name = "name_row"]
                add = &adw::EntryRow {
                    set_title: &gettext("Name"),
                    set_show_apply_button: true,
                    #[watch]
                    set_sensitive: model.persistent && !model.domain.state.is_active(),
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
                #[name = "description_row"]
                add = &adw::EntryRow {
                    set_title: &gettext("Description"),
                    set_show_apply_button: true,
                    connect_apply[sender] => move |row| {
                        sender.input(OverviewMsg::Edited(Edit::Description(row.text().into())));
                    },
                },
                #[name = "autostart_row"]
                add = &adw::SwitchRow {
                    set_title: &gettext("Autostart"),
                    set_subtitle: &gettext("Start this machine with the host"),
                    #[watch]
                    set_sensitive: model.persistent,
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
            description: String::new(),
            autostart: false,
            persistent: false,
            local,
            before: None,
            graphs: Graphs::new(),
            addresses: Rows::new(),
            places: Rows::new(),
            shown: None,
        };
        let (addresses, places) = (model.addresses.group.clone(), model.places.group.clone());
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
            OverviewMsg::Details(details) => self.detail(&details, widgets),
            OverviewMsg::Counters(counters, used) => self.count(counters, used),
            OverviewMsg::Edited(edit) => self.edit(edit, &sender),
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
    }

    /// Takes over what was read, but leaves a text alone that the user is editing.
    fn detail(&mut self, details: &DomainDetails, widgets: &OverviewWidgets) {
        let refresh = |row: &adw::EntryRow, old: &str, new: &str| {
            if row.text() == old {
                row.set_text(new);
            }
        };
        refresh(&widgets.title_row, &self.title, &details.parsed.title);
        refresh(&widgets.description_row, &self.description, &details.parsed.description);
        self.title.clone_from(&details.parsed.title);
        self.description.clone_from(&details.parsed.description);
        self.autostart = details.autostart;
        self.persistent = details.persistent;
        if self.shown.as_ref().is_none_or(|shown| shown.addresses != details.addresses) {
            self.show_addresses(&details.addresses);
        }
        if self.shown.as_ref().is_none_or(|shown| shown.xml != details.xml || shown.config_path != details.config_path)
        {
            self.show_places(details);
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
        let disks = details.parsed.disks.iter().filter_map(|disk| {
            let path = disk.path.as_ref()?;
            let title = if disk.removable {
                gettext_f("Removable medium {target}", &[("target", &disk.target)])
            } else {
                gettext_f("Disk {target}", &[("target", &disk.target)])
            };
            Some(files::row(&title, path, self.local))
        });
        let rows: Vec<_> = config.into_iter().chain(disks).collect();
        self.places.group.set_visible(!rows.is_empty());
        self.places.replace(rows);
    }

    fn count(&mut self, now: Counters, used: Option<KiB>) {
        let usage = self.before.as_ref().and_then(|before| stats::usage(before, &now));
        self.before = Some(now);
        let Some(usage) = usage else { return };
        self.graphs.cpu.push(&[f64::from(usage.cpu)], &texts::percent(usage.cpu));
        self.graphs.disk.push(&[usage.disk.0, usage.disk.1], &pair(&gettext("read"), &gettext("written"), usage.disk));
        self.graphs.net.push(&[usage.net.0, usage.net.1], &pair(&gettext("in"), &gettext("out"), usage.net));
        self.graphs.remember(used, self.domain.memory);
    }

    fn edit(&mut self, edit: Edit, sender: &ComponentSender<Self>) {
        match &edit {
            Edit::Title(title) => self.title.clone_from(title),
            Edit::Description(description) => self.description.clone_from(description),
            Edit::Autostart(on) => self.autostart = *on,
            Edit::Name(_) => {}
        }
        drop(sender.output(edit));
    }
}

fn address_row(address: &GuestAddress) -> adw::ActionRow {
    let ip = address.ip.to_string();
    let source = match address.source {
        AddressSource::Agent => gettext("from the guest agent"),
        AddressSource::Lease => gettext("from DHCP"),
        AddressSource::Arp => gettext("from the host's ARP table"),
    };
    let title = format!("{} · {source}", address.interface);
    let row = adw::ActionRow::builder()
        .title(title)
        .subtitle(format!("{ip}/{}", address.prefix))
        .use_markup(false)
        .subtitle_selectable(true)
        .build();
    row.add_css_class("property");
    row.add_suffix(&files::copy(&ip));
    row
}

fn pair(first: &str, second: &str, (a, b): (f64, f64)) -> String {
    format!("{first} {}, {second} {}", texts::rate(a), texts::rate(b))
}

impl Graphs {
    fn new() -> Self {
        Self {
            cpu: Graph::new(&gettext("CPU"), 1, Some(1.0)),
            memory: Graph::new(&gettext("Memory"), 1, Some(1.0)),
            disk: Graph::new(&gettext("Disk"), 2, None),
            net: Graph::new(&gettext("Network"), 2, None),
        }
    }

    /// Memory in use as a share of what the machine has.
    fn remember(&self, used: Option<KiB>, whole: KiB) {
        if let (Some(used), Ok(all)) = (used, u32::try_from(whole.mib().max(1))) {
            let share = f64::from(u32::try_from(used.mib()).unwrap_or(u32::MAX)) / f64::from(all);
            self.memory.push(&[share], &format!("{used} / {whole}"));
        }
    }

    fn clear(&self) {
        for graph in [&self.cpu, &self.memory, &self.disk, &self.net] {
            graph.clear();
        }
    }
}

impl Rows {
    fn new() -> Self {
        Self { group: adw::PreferencesGroup::new(), rows: Vec::new() }
    }

    fn replace(&mut self, rows: Vec<adw::ActionRow>) {
        self.group.set_description(None);
        for row in self.rows.drain(..) {
            self.group.remove(&row);
        }
        for row in &rows {
            self.group.add(row);
        }
        self.rows = rows;
    }
}
