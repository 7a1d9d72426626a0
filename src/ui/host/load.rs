//! The host's load as graphs.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::stats::{self, HostCounters};

use crate::{graph::Graph, i18n::gettext, texts};

/// The graphs of the processor and of memory.
pub(super) struct Load {
    group: adw::PreferencesGroup,
    cpu: Graph,
    memory: Graph,
    before: Option<HostCounters>,
}

impl Load {
    /// Empty graphs, which are shown once there is something to show.
    pub(super) fn new() -> Self {
        let group = adw::PreferencesGroup::builder().title(gettext("Load")).visible(false).build();
        let (cpu, memory) = (Graph::new(&gettext("CPU"), 1, Some(1.0)), Graph::new(&gettext("Memory"), 1, Some(1.0)));
        // Side by side where there is room, else one below the other.
        let flow = gtk::FlowBox::builder()
            .column_spacing(24)
            .row_spacing(18)
            .homogeneous(true)
            .min_children_per_line(1)
            .max_children_per_line(2)
            .selection_mode(gtk::SelectionMode::None)
            .build();
        for graph in [&cpu, &memory] {
            let child = gtk::FlowBoxChild::builder().child(graph.widget()).focusable(false).build();
            graph.widget().bind_property("visible", &child, "visible").sync_create().build();
            flow.append(&child);
        }
        group.add(&flow);
        Self { group, cpu, memory, before: None }
    }

    /// The widget.
    pub(super) const fn widget(&self) -> &adw::PreferencesGroup {
        &self.group
    }

    /// Adds a reading.
    pub(super) fn push(&mut self, now: HostCounters) {
        let share = self.before.as_ref().and_then(|before| stats::host_cpu(before, &now));
        self.before = Some(now);
        self.group.set_visible(now.cpu.is_some() || now.memory.is_some());
        self.cpu.widget().set_visible(now.cpu.is_some());
        self.memory.widget().set_visible(now.memory.is_some());
        if let Some(share) = share {
            self.cpu.push(&[f64::from(share)], &texts::percent(share));
        }
        if let Some((used, all)) = now.memory {
            let mib = |kib: lectern_model::units::KiB| f64::from(u32::try_from(kib.mib()).unwrap_or(u32::MAX));
            self.memory.push(&[mib(used) / mib(all).max(1.0)], &format!("{used} / {all}"));
        }
    }

    /// The connection was lost: what comes next has no reading before it.
    pub(super) fn forget(&mut self) {
        self.before = None;
    }
}
