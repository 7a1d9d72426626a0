//! What the overview's groups are made of: graphs, and rows that come and go.

use relm4::{adw, adw::prelude::*};

use lectern_model::{
    address::{AddressSource, GuestAddress},
    stats::Usage,
    units::KiB,
    xml::domain::Disk,
};

use super::super::files;
use crate::{
    buttons,
    graph::Graph,
    i18n::{gettext, gettext_f},
    texts,
};

/// The four graphs.
pub(super) struct Graphs {
    pub(super) cpu: Graph,
    pub(super) memory: Graph,
    pub(super) disk: Graph,
    pub(super) net: Graph,
}

/// The rows of a group that come and go.
pub(super) struct Rows {
    pub(super) group: adw::PreferencesGroup,
    rows: Vec<adw::ActionRow>,
}

/// A row for one of a guest's addresses.
pub(super) fn address_row(address: &GuestAddress) -> adw::ActionRow {
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
    row.add_suffix(&buttons::copy(&ip, &gettext_f("Copy {text}", &[("text", &ip)])));
    row
}

/// A row for a disk's file or device; none for an empty drive.
pub(super) fn disk_row(disk: &Disk, local: bool) -> Option<adw::ActionRow> {
    let path = disk.path.as_ref()?;
    let title = if disk.removable {
        gettext_f("Removable medium {target}", &[("target", &disk.target)])
    } else {
        gettext_f("Disk {target}", &[("target", &disk.target)])
    };
    Some(files::row(&title, path, local))
}

fn pair(first: &str, second: &str, (a, b): (f64, f64)) -> String {
    format!("{first} {}, {second} {}", texts::rate(a), texts::rate(b))
}

impl Graphs {
    pub(super) fn new() -> Self {
        Self {
            cpu: Graph::new(&gettext("CPU"), 1, Some(1.0)),
            memory: Graph::new(&gettext("Memory"), 1, Some(1.0)),
            disk: Graph::new(&gettext("Disk"), 2, None),
            net: Graph::new(&gettext("Network"), 2, None),
        }
    }

    /// Adds one interval's usage.
    pub(super) fn push(&self, usage: &Usage) {
        self.cpu.push(&[f64::from(usage.cpu)], &texts::percent(usage.cpu));
        self.disk.push(&[usage.disk.0, usage.disk.1], &pair(&gettext("read"), &gettext("written"), usage.disk));
        self.net.push(&[usage.net.0, usage.net.1], &pair(&gettext("in"), &gettext("out"), usage.net));
    }

    /// Memory in use as a share of what the machine has.
    pub(super) fn remember(&self, used: Option<KiB>, whole: KiB) {
        if let (Some(used), Ok(all)) = (used, u32::try_from(whole.mib().max(1))) {
            let share = f64::from(u32::try_from(used.mib()).unwrap_or(u32::MAX)) / f64::from(all);
            self.memory.push(&[share], &format!("{used} / {whole}"));
        }
    }

    pub(super) fn clear(&self) {
        for graph in [&self.cpu, &self.memory, &self.disk, &self.net] {
            graph.clear();
        }
    }
}

impl Rows {
    pub(super) fn new() -> Self {
        Self { group: adw::PreferencesGroup::new(), rows: Vec::new() }
    }

    /// Shows `rows` in place of those before.
    pub(super) fn replace(&mut self, rows: Vec<adw::ActionRow>) {
        self.group.set_description(None);
        for row in self.rows.drain(..) {
            self.group.remove(&row);
        }
        for row in &rows {
            self.group.add(row);
        }
        self.rows = rows;
    }

    /// Whether the group is empty.
    pub(super) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
