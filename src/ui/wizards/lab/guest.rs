//! The rows about what the guests are told: static addresses, hosts file, log-in, the disk's size, and by which way.

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::{
    draft::lab::{
        Field, GuestWish, LabDraft, LabFacts, OfflineLack, Untold, Way, WayChoice, format, has_addresses, way,
    },
    identity_files::Format,
};

use super::{LabMsg, choice::Choice};
use crate::{
    i18n::{gettext, gettext_f},
    wizards::frame::{Fields, Quietly},
};

/// The ways, in the order of the list.
const WAYS: [WayChoice; 4] = [WayChoice::Automatic, WayChoice::Service, WayChoice::CloudInit, WayChoice::Offline];

/// What the user changed.
pub(crate) enum GuestMsg {
    /// Whether addresses are written down in the guests.
    Fixed(bool),
    /// Whether they have a hosts file of the class.
    Hosts(bool),
    /// Whether the root file system grows.
    Grow(bool),
    /// Root's password.
    Password(String),
    /// A public key.
    Key(String),
    /// The way.
    Way(usize),
    /// The format of the network's files.
    Format(usize),
    /// The guest's name for its first card.
    Device(String),
}

/// Nobody reads a password in a log.
impl std::fmt::Debug for GuestMsg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GuestMsg")
    }
}

impl GuestMsg {
    /// Changes the wish.
    pub(super) fn apply(self, wish: &mut GuestWish) {
        match self {
            Self::Fixed(on) => wish.fixed = on,
            Self::Hosts(on) => wish.hosts = on,
            Self::Grow(on) => wish.grow = on,
            Self::Password(text) => wish.password = text,
            Self::Key(text) => wish.key = text,
            Self::Way(nth) => wish.way = WAYS.get(nth).copied().unwrap_or_default(),
            Self::Format(nth) => wish.format = nth.checked_sub(1).and_then(|nth| Format::ALL.get(nth)).copied(),
            Self::Device(text) => wish.device = text,
        }
    }
}

/// The rows.
pub(super) struct GuestRows {
    expander: adw::ExpanderRow,
    way: Choice,
    fixed: adw::SwitchRow,
    hosts: adw::SwitchRow,
    grow: adw::SwitchRow,
    password: adw::PasswordEntryRow,
    key: adw::EntryRow,
    format: Choice,
    device: adw::EntryRow,
    quietly: Quietly,
}

impl GuestRows {
    /// The rows, added to `page` and to `fields`.
    pub(super) fn new(page: &adw::PreferencesPage, input: &Sender<LabMsg>, fields: &mut Fields<Field>) -> Self {
        let choice = |title: &str, make: fn(usize) -> GuestMsg| {
            let input = input.clone();
            Choice::new(title, move |nth| drop(input.send(LabMsg::Guest(make(nth)))))
        };
        let switch =
            |title: String, subtitle: String| adw::SwitchRow::builder().title(title).subtitle(subtitle).build();
        let rows = Self {
            expander: adw::ExpanderRow::builder().title(gettext("Inside the Guests")).build(),
            way: choice(&gettext("Told By"), GuestMsg::Way),
            fixed: switch(gettext("Write the Addresses Down"), gettext("Fixed in the guest, instead of DHCP")),
            hosts: switch(gettext("Hosts File"), gettext("Every machine knows every other by name")),
            grow: switch(gettext("Grow the File System"), gettext("To all of its disk, at the first boot")),
            password: adw::PasswordEntryRow::builder().title(gettext("Root's Password, If Not the Template's")).build(),
            key: adw::EntryRow::builder().title(gettext("SSH Key for Root")).build(),
            format: choice(&gettext("Network Files of the Guest"), GuestMsg::Format),
            device: adw::EntryRow::builder().title(gettext("Guest's Name of the First Network Card")).build(),
            quietly: Quietly::default(),
        };
        rows.lay_out(page, fields);
        rows.listen(input);
        rows
    }

    fn lay_out(&self, page: &adw::PreferencesPage, fields: &mut Fields<Field>) {
        let group = adw::PreferencesGroup::new();
        let ways = [
            gettext("Automatic"),
            gettext("The template's first-boot service"),
            gettext("cloud-init"),
            gettext("Written into the disks"),
        ];
        self.way.fill(&ways, Some(0));
        let names = ["ifcfg", "NetworkManager", "netplan", "systemd-networkd", "ifupdown"].map(str::to_owned);
        let formats: Vec<String> = std::iter::once(gettext("As its system has them")).chain(names).collect();
        self.format.fill(&formats, Some(0));
        let rows: [&gtk::Widget; 8] = [
            self.way.row().upcast_ref(),
            self.fixed.upcast_ref(),
            self.hosts.upcast_ref(),
            self.password.upcast_ref(),
            self.key.upcast_ref(),
            self.grow.upcast_ref(),
            self.format.row().upcast_ref(),
            self.device.upcast_ref(),
        ];
        for row in rows {
            self.expander.add_row(row);
        }
        group.add(&self.expander);
        fields.note(Field::Guest, &self.expander, &group);
        page.add(&group);
    }

    fn listen(&self, input: &Sender<LabMsg>) {
        let text = |row: &adw::EntryRow, make: fn(String) -> GuestMsg| {
            let input = input.clone();
            self.quietly.connect(row, move |text| drop(input.send(LabMsg::Guest(make(text)))));
        };
        text(self.password.upcast_ref(), GuestMsg::Password);
        text(&self.key, GuestMsg::Key);
        text(&self.device, GuestMsg::Device);
        for (row, make) in [
            (&self.fixed, GuestMsg::Fixed as fn(bool) -> GuestMsg),
            (&self.hosts, GuestMsg::Hosts),
            (&self.grow, GuestMsg::Grow),
        ] {
            let input = input.clone();
            row.connect_active_notify(move |row| drop(input.send(LabMsg::Guest(make(row.is_active())))));
        }
    }

    /// Shows the draft, and by which way it is told.
    pub(super) fn show(&self, draft: &LabDraft, facts: &LabFacts) {
        let (wish, chosen) = (&draft.guest, way(draft, facts));
        for (row, on) in [(&self.fixed, wish.fixed), (&self.hosts, wish.hosts), (&self.grow, wish.grow)] {
            if row.is_active() != on {
                row.set_active(on);
            }
        }
        self.quietly.set(self.password.upcast_ref(), &wish.password);
        self.quietly.set(&self.key, &wish.key);
        self.quietly.set(&self.device, &wish.device);
        self.way.show(WAYS.iter().position(|way| *way == wish.way));
        self.expander.set_subtitle(&said(chosen));
        let addresses = has_addresses(draft);
        self.fixed.set_visible(addresses);
        self.hosts.set_visible(addresses || wish.hosts);
        self.grow.set_visible(chosen == Way::Service);
        let offline = chosen == Way::Offline && addresses;
        self.format.row().set_visible(offline);
        self.format.show(
            wish.format
                .and_then(|own| Format::ALL.iter().position(|known| *known == own))
                .map_or(Some(0), |nth| Some(nth + 1)),
        );
        let by_name = matches!(format(draft, facts), Some(Format::Ifcfg | Format::Ifupdown));
        self.device.set_visible(offline && by_name);
    }

    /// Opens the rows, as something in them is wrong.
    pub(super) fn expand(&self) {
        self.expander.set_expanded(true);
    }
}

/// By which way the guests learn who they are, and why by that.
pub(super) fn said(way: Way) -> String {
    match way {
        Way::Dhcp => gettext("By DHCP: the network keeps a name and an address for each machine"),
        Way::Service => {
            gettext("By the first-boot service that is in the template, told by the firmware and a small disk")
        }
        Way::CloudInit => gettext("By cloud-init, which reads a small disc of each machine: the guest must have it"),
        Way::Offline => {
            gettext("Written into each disk, one after the other, as the template has no first-boot service")
        }
        Way::Firmware => gettext("By the firmware alone, name and address, for guests that read it"),
    }
}

/// What is wrong.
pub(super) fn untold(what: Untold) -> String {
    match what {
        Untold::NoWay(lack) => gettext_f(
            "Nothing can tell this to the guests: the template has no first-boot service, and its machines' disks cannot be written to. {why} Lock the template with the service, or choose cloud-init if the guest has it.",
            &[("why", &lacking(lack))],
        ),
        Untold::Offline(lack) => lacking(lack),
        Untold::NoFormat => {
            gettext("Choose how the guest keeps its network files: the template does not say its system.")
        }
        Untold::NoAddresses => {
            gettext("A hosts file needs fixed addresses: choose a network and fixed addresses first.")
        }
        Untold::Password => gettext("The password has a character that nobody can type at a login."),
        Untold::Key => gettext("This is no public SSH key. It begins with ssh-ed25519 or ssh-rsa and is one line."),
        Untold::Device => gettext("This is no name of a network card, such as eth0."),
    }
}

/// Why disks cannot be written to.
pub(crate) fn lacking(lack: OfflineLack) -> String {
    match lack {
        OfflineLack::NotHere => gettext("The disks are on another computer."),
        OfflineLack::NoTool => gettext("virt-customize is missing here: install the package guestfs-tools."),
        OfflineLack::NotOurs => gettext("The disks are root's, and this program runs as another user."),
    }
}
