//! The rows of the form: filled from a draft, and read back into one.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    draft::network::{Addresses, Family, Field, NetworkDraft},
    network::Mode,
};

use super::{Purpose, fields::Fields};
use crate::{i18n::gettext, networks::words};

/// One family's rows.
pub(super) struct FamilyRows {
    group: adw::PreferencesGroup,
    on: adw::SwitchRow,
    address: adw::EntryRow,
    dhcp: adw::SwitchRow,
    start: adw::EntryRow,
    end: adw::EntryRow,
}

/// All rows, and the page that they are on.
pub(super) struct Rows {
    pub(super) page: adw::PreferencesPage,
    pub(super) name: adw::EntryRow,
    mode: adw::ComboRow,
    bridge: adw::EntryRow,
    device: adw::EntryRow,
    v4: FamilyRows,
    v6: FamilyRows,
    more: adw::ExpanderRow,
    texts: Vec<(Field, adw::EntryRow)>,
    autostart: adw::SwitchRow,
    start: adw::SwitchRow,
}

/// What stands under “More”.
const MORE: [Field; 6] = [Field::Domain, Field::Forwarders, Field::Routes, Field::Mtu, Field::Inbound, Field::Outbound];

impl Rows {
    pub(super) fn new(purpose: &Purpose, fields: &mut Fields) -> Self {
        let page = adw::PreferencesPage::new();
        let is_edit = matches!(purpose, Purpose::Edit(_));
        let main = adw::PreferencesGroup::new();
        let name = entry(Field::Name, &main, fields);
        // libvirt keeps a network's name as long as it lives.
        name.set_sensitive(!is_edit);
        let mode = mode_row();
        main.add(&mode);
        let bridge = entry(Field::Bridge, &main, fields);
        let device = entry(Field::Device, &main, fields);
        page.add(&main);
        let v4 = FamilyRows::new(Family::V4, fields);
        let v6 = FamilyRows::new(Family::V6, fields);
        page.add(&v4.group);
        page.add(&v6.group);
        let (extra, texts) = expander(fields);
        let group = adw::PreferencesGroup::new();
        group.add(&extra);
        page.add(&group);
        let autostart = adw::SwitchRow::builder().title(gettext("Start With the Host")).build();
        let start = adw::SwitchRow::builder().title(gettext("Start Now")).build();
        let group = adw::PreferencesGroup::builder().visible(!is_edit).build();
        group.add(&autostart);
        group.add(&start);
        page.add(&group);
        Self { page, name, mode, bridge, device, v4, v6, more: extra, texts, autostart, start }
    }

    /// Shows only the rows that the mode has.
    pub(super) fn show_for(&self, draft: &NetworkDraft) {
        let mode = draft.mode;
        self.mode.set_subtitle(&words::sketch(mode));
        self.bridge.set_visible(mode.has_own_bridge() || mode.needs_bridge());
        self.device.set_visible(mode.may_have_device());
        self.v4.show(&draft.v4, mode.has_own_bridge());
        self.v6.show(&draft.v6, mode.has_own_bridge());
        for (field, row) in &self.texts {
            let everywhere = matches!(field, Field::Mtu | Field::Inbound | Field::Outbound);
            row.set_visible(mode.has_own_bridge() || (everywhere && mode.needs_bridge()));
        }
        self.more.set_visible(self.texts.iter().any(|(_, row)| row.property::<bool>("visible")));
    }

    pub(super) fn fill(&self, draft: &NetworkDraft) {
        set(&self.name, &draft.name);
        let nth = Mode::ALL.iter().position(|mode| *mode == draft.mode).unwrap_or(0);
        self.mode.set_selected(u32::try_from(nth).unwrap_or(0));
        set(&self.bridge, &draft.bridge);
        set(&self.device, &draft.device);
        self.v4.fill(&draft.v4);
        self.v6.fill(&draft.v6);
        let texts = [&draft.domain, &draft.forwarders, &draft.routes, &draft.mtu, &draft.inbound, &draft.outbound];
        for ((_, row), text) in self.texts.iter().zip(texts) {
            set(row, text);
        }
        self.autostart.set_active(draft.autostart);
        self.start.set_active(draft.start);
    }

    pub(super) fn draft(&self, base: &NetworkDraft) -> NetworkDraft {
        let nth = usize::try_from(self.mode.selected()).unwrap_or(0);
        let text = |field: Field| {
            let row = self.texts.iter().find(|(known, _)| *known == field);
            row.map(|(_, row)| row.text().into()).unwrap_or_default()
        };
        NetworkDraft {
            name: self.name.text().into(),
            mode: Mode::ALL.get(nth).copied().unwrap_or_default(),
            bridge: self.bridge.text().into(),
            device: self.device.text().into(),
            v4: self.v4.addresses(),
            v6: self.v6.addresses(),
            domain: text(Field::Domain),
            forwarders: text(Field::Forwarders),
            routes: text(Field::Routes),
            mtu: text(Field::Mtu),
            inbound: text(Field::Inbound),
            outbound: text(Field::Outbound),
            autostart: self.autostart.is_active(),
            start: self.start.is_active(),
            base: base.base.clone(),
        }
    }

    /// Calls `then` whenever something is typed or chosen.
    pub(super) fn connect_changed(&self, then: impl Fn() + Clone + 'static) {
        let entries = [&self.name, &self.bridge, &self.device, &self.v4.address, &self.v4.start, &self.v4.end];
        let more = [&self.v6.address, &self.v6.start, &self.v6.end];
        for row in entries.into_iter().chain(more).chain(self.texts.iter().map(|(_, row)| row)) {
            let then = then.clone();
            row.connect_changed(move |_| then());
        }
        for row in [&self.v4.on, &self.v4.dhcp, &self.v6.on, &self.v6.dhcp] {
            let then = then.clone();
            row.connect_active_notify(move |_| then());
        }
        self.mode.connect_selected_notify(move |_| then());
    }
}

impl FamilyRows {
    fn new(family: Family, fields: &mut Fields) -> Self {
        let (title, on, dhcp) = match family {
            Family::V4 => (gettext("IPv4"), gettext("IPv4 Addresses"), gettext("DHCP")),
            Family::V6 => (gettext("IPv6"), gettext("IPv6 Addresses"), gettext("DHCPv6")),
        };
        let group = adw::PreferencesGroup::builder().title(title).build();
        let on = adw::SwitchRow::builder().title(on).build();
        group.add(&on);
        let address = entry(Field::Address(family), &group, fields);
        let dhcp = adw::SwitchRow::builder().title(dhcp).build();
        group.add(&dhcp);
        let start = entry(Field::Start(family), &group, fields);
        let end = entry(Field::End(family), &group, fields);
        Self { group, on, address, dhcp, start, end }
    }

    fn show(&self, addresses: &Addresses, has_any: bool) {
        self.group.set_visible(has_any);
        self.address.set_visible(addresses.on);
        self.dhcp.set_visible(addresses.on);
        for row in [&self.start, &self.end] {
            row.set_visible(addresses.on && addresses.dhcp);
        }
    }

    fn fill(&self, addresses: &Addresses) {
        self.on.set_active(addresses.on);
        set(&self.address, &addresses.address);
        self.dhcp.set_active(addresses.dhcp);
        set(&self.start, &addresses.start);
        set(&self.end, &addresses.end);
    }

    fn addresses(&self) -> Addresses {
        Addresses {
            on: self.on.is_active(),
            address: self.address.text().into(),
            dhcp: self.dhcp.is_active(),
            start: self.start.text().into(),
            end: self.end.text().into(),
        }
    }
}

fn set(row: &adw::EntryRow, text: &str) {
    if row.text() != text {
        row.set_text(text);
    }
}

fn entry(field: Field, group: &adw::PreferencesGroup, fields: &mut Fields) -> adw::EntryRow {
    let row = adw::EntryRow::builder().title(words::field(field)).activates_default(true).build();
    group.add(&row);
    group.add(&fields.add(field, &row));
    row
}

fn mode_row() -> adw::ComboRow {
    let names: Vec<String> = Mode::ALL.iter().map(|mode| words::mode(*mode)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    adw::ComboRow::builder()
        .title(words::field(Field::Mode))
        .model(&gtk::StringList::new(&names))
        .subtitle_lines(3)
        .use_markup(false)
        .build()
}

fn expander(fields: &mut Fields) -> (adw::ExpanderRow, Vec<(Field, adw::EntryRow)>) {
    let more = adw::ExpanderRow::builder().title(gettext("Names, Routes and Limits")).build();
    let texts = MORE.map(|field| {
        let row = adw::EntryRow::builder().title(words::field(field)).activates_default(true).build();
        more.add_row(&row);
        more.add_row(&fields.add(field, &row));
        (field, row)
    });
    (more, texts.into())
}
