//! The list's part that knows of projects: the headings where machines are put together by project.

use relm4::gtk::{self, prelude::*};

use super::{columns, row::MachineRow};
use crate::i18n::gettext_f;

/// The list's sections.
pub(super) struct Projects {
    sorted: gtk::SortListModel,
    sorter: gtk::CustomSorter,
}

impl Projects {
    /// Of this model; nothing is put together yet.
    pub(super) fn new(sorted: gtk::SortListModel) -> Self {
        Self { sorted, sorter: columns::by_project() }
    }

    /// Machines count in other projects than before.
    pub(super) fn changed(&self) {
        self.sorter.changed(gtk::SorterChange::Different);
    }

    /// Puts machines together in `view`, or no longer.
    pub(super) fn group(&self, on: bool, view: &gtk::ColumnView) {
        self.sorted.set_section_sorter(on.then_some(&self.sorter));
        view.set_header_factory(on.then(headings).as_ref());
    }
}

/// The headings: a project, and how many of its machines are shown.
fn headings() -> gtk::SignalListItemFactory {
    let factory = gtk::SignalListItemFactory::new();
    factory.connect_setup(|_, item| {
        if let Some(header) = item.downcast_ref::<gtk::ListHeader>() {
            let label = gtk::Label::builder().xalign(0.0).margin_start(6).css_classes(["heading"]).build();
            header.set_child(Some(&label));
        }
    });
    factory.connect_bind(|_, item| {
        let Some(header) = item.downcast_ref::<gtk::ListHeader>() else { return };
        let label = header.child().and_downcast::<gtk::Label>();
        let row = header.item().and_downcast::<MachineRow>();
        let project = row.and_then(|row| row.with(|domain| domain.project().to_owned()));
        if let (Some(label), Some(project)) = (label, project) {
            let machines = header.n_items().to_string();
            label.set_label(&gettext_f("{project} ({n})", &[("project", &project), ("n", &machines)]));
        }
    });
    factory
}
