//! What a host is, as rows.

use relm4::{adw, adw::prelude::*};

use lectern_model::{capabilities::NumaCell, command::CommandLine};
use lectern_services::host::HostFacts;

use crate::{
    buttons,
    i18n::{gettext, gettext_f, ngettext_f},
};

/// The group of facts; its rows are made when they are known.
pub(super) struct Facts {
    group: adw::PreferencesGroup,
    rows: Vec<adw::ActionRow>,
}

impl Facts {
    /// A group that is not shown yet.
    pub(super) fn new() -> Self {
        let group = adw::PreferencesGroup::builder().title(gettext("This Host")).visible(false).build();
        Self { group, rows: Vec::new() }
    }

    /// The widget.
    pub(super) const fn widget(&self) -> &adw::PreferencesGroup {
        &self.group
    }

    /// Shows them in place of those before.
    pub(super) fn show(&mut self, facts: &HostFacts) {
        for row in self.rows.drain(..) {
            self.group.remove(&row);
        }
        self.rows = rows(facts);
        for row in &self.rows {
            self.group.add(row);
        }
        self.group.set_visible(true);
    }
}

fn row(title: &str, text: &str) -> adw::ActionRow {
    let row = adw::ActionRow::builder()
        .title(title)
        .subtitle(text)
        .use_markup(false)
        .subtitle_selectable(true)
        .subtitle_lines(0)
        .build();
    row.add_css_class("property");
    row
}

fn rows(facts: &HostFacts) -> Vec<adw::ActionRow> {
    let processor = facts.cpu_model.as_ref().map_or_else(|| facts.arch.clone(), |m| format!("{m} ({})", facts.arch));
    let versions = match facts.hypervisor {
        Some(version) => format!("libvirt {}, {} {version}", facts.libvirt, facts.hypervisor_name),
        None => format!("libvirt {}, {}", facts.libvirt, facts.hypervisor_name),
    };
    let line = CommandLine::virsh(facts.uri.as_str()).arg("nodeinfo").to_string();
    let command = row(&gettext("The Same in a Shell"), &line);
    command.add_suffix(&buttons::copy(&line, &gettext_f("Copy {text}", &[("text", &line)])));
    vec![
        row(&gettext("Name"), &facts.hostname),
        row(&gettext("Address"), facts.uri.as_str()),
        row(&gettext("Processor"), &processor),
        row(&gettext("CPUs"), &cpus(facts)),
        row(&gettext("Memory"), &facts.memory.to_string()),
        row(&gettext("NUMA"), &numa(&facts.cells)),
        row(&gettext("Versions"), &versions),
        command,
    ]
}

/// "16 CPUs: 2 sockets × 4 cores × 2 threads, 2400 MHz".
fn cpus(facts: &HostFacts) -> String {
    let size = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let topology = facts.topology;
    let cores = size(topology.cores) * size(topology.dies.max(1));
    let parts = [
        ngettext_f("{n} socket", "{n} sockets", size(topology.sockets), &[]),
        ngettext_f("{n} core", "{n} cores", cores, &[]),
        ngettext_f("{n} thread", "{n} threads", size(topology.threads), &[]),
    ];
    let all = ngettext_f("{n} CPU", "{n} CPUs", size(facts.cpus), &[]);
    let clock = facts.mhz.map(|mhz| format!(", {mhz} MHz")).unwrap_or_default();
    format!("{all}: {}{clock}", parts.join(" × "))
}

fn numa(cells: &[NumaCell]) -> String {
    match cells {
        [] => gettext("Not told"),
        [_] => gettext("One cell: no NUMA"),
        all => {
            let cell = |cell: &NumaCell| {
                let args = [("cell", cell.id.to_string()), ("memory", cell.memory.to_string())];
                let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
                ngettext_f("Cell {cell}: {n} CPU, {memory}", "Cell {cell}: {n} CPUs, {memory}", cell.cpus, &args)
            };
            all.iter().map(cell).collect::<Vec<_>>().join("\n")
        }
    }
}
