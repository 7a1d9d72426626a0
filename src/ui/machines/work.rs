//! What the page does: it follows the host, narrows the list, and says what is selected.

use relm4::{adw, adw::prelude::*, gtk, gtk::glib, prelude::*};

use lectern_services::host::DomainChanges;

use super::{Machines, MachinesOutput, query::StateFilter};
use crate::{i18n::gettext, shell::situation::Situation};

/// Where the columns of labs and projects are; see [`super::columns::build`].
const LAB: u32 = 5;
const PROJECT: u32 = 6;

impl Machines {
    pub(super) fn change(&mut self, changes: DomainChanges) {
        let none_yet = self.list.counts().0 == 0;
        self.list.apply(changes);
        if none_yet && self.list.counts().0 > 0 {
            self.focus_list();
        }
        self.situation.set_machines(self.list.counts().0);
        self.show_spare_columns();
    }

    pub(super) fn follow(&mut self, situation: Situation) {
        self.situation = situation;
        self.situation.set_machines(self.list.counts().0);
    }

    /// Takes the columns out that many hosts have no use for: each costs a cell in each row.
    pub(super) fn take_spare_columns(&mut self) {
        let view = self.list.view();
        let columns = view.columns();
        let column = |place| Some((place, columns.item(place).and_downcast::<gtk::ColumnViewColumn>()?));
        self.spare = [LAB, PROJECT].into_iter().filter_map(column).collect();
        for (_, column) in &self.spare {
            view.remove_column(column);
        }
    }

    /// Brings those back that have something to show, and lists the projects that can be chosen.
    fn show_spare_columns(&mut self) {
        let names: Vec<String> = self.list.projects().into_iter().collect();
        let (labs, projects) = (self.list.has_labs(), names.len() > 1);
        let view = self.list.view();
        for (place, column) in &self.spare {
            let (wanted, is_there) = (if *place == LAB { labs } else { projects }, column.column_view().is_some());
            if wanted && !is_there {
                view.insert_column((*place).min(view.columns().n_items()), column);
            } else if !wanted && is_there {
                view.remove_column(column);
            }
        }
        self.set_projects(names);
    }

    /// Gives the keyboard to the list once it is shown, unless a dialog has it.
    fn focus_list(&self) {
        let view = self.list.view().clone();
        glib::idle_add_local_once(move || {
            let window = view.root().and_downcast::<adw::ApplicationWindow>();
            if view.is_mapped() && window.is_some_and(|window| window.visible_dialog().is_none()) {
                view.grab_focus();
            }
        });
    }

    /// A hidden search narrows nothing; its words are cleared by the search bar itself.
    pub(super) fn toggle_search(&mut self, on: bool) {
        if on {
            self.entry.grab_focus();
        } else if self.search {
            self.filter(0);
            self.project.set_selected(0);
            self.list.view().grab_focus();
        }
        self.search = on;
    }

    pub(super) fn filter(&mut self, nth: u32) {
        self.filter = nth;
        let chosen = usize::try_from(nth).ok().and_then(|nth| StateFilter::ALL.get(nth)).copied().unwrap_or_default();
        self.list.narrow(|query| query.set_state(chosen));
    }

    /// Lists the projects that can be chosen, and keeps the one that is.
    fn set_projects(&mut self, names: Vec<String>) {
        if names == self.projects {
            return;
        }
        let chosen = self.chosen_project(self.project.selected());
        let all = gettext("All Projects");
        let shown: Vec<&str> = std::iter::once(all.as_str()).chain(names.iter().map(String::as_str)).collect();
        let place = names.iter().position(|name| Some(name) == chosen.as_ref()).map_or(0, |nth| nth + 1);
        self.project.set_model(Some(&gtk::StringList::new(&shown)));
        self.projects = names;
        self.project.set_selected(u32::try_from(place).unwrap_or(0));
    }

    /// The first is all of them.
    pub(super) fn choose_project(&self, nth: u32) {
        let project = self.chosen_project(nth);
        self.list.narrow(|query| query.set_project(project));
    }

    fn chosen_project(&self, nth: u32) -> Option<String> {
        let nth = usize::try_from(nth).ok().and_then(|nth| nth.checked_sub(1));
        nth.and_then(|nth| self.projects.get(nth)).cloned()
    }

    pub(super) fn report_selection(&mut self, sender: &ComponentSender<Self>) {
        let selected = self.list.selected();
        if selected != self.selected {
            self.selected.clone_from(&selected);
            drop(sender.output(MachinesOutput::Selected(selected)));
        }
    }

    /// The name of the page that fits.
    pub(super) fn shown(&self) -> &'static str {
        self.situation.page().unwrap_or_else(|| match self.list.counts() {
            (0, _) => "empty",
            (_, 0) => "nothing",
            _ => "list",
        })
    }
}

pub(super) fn filter_names() -> gtk::StringList {
    let names = StateFilter::ALL.map(|filter| match filter {
        StateFilter::All => gettext("All Machines"),
        StateFilter::Active => gettext("Switched On"),
        StateFilter::Inactive => gettext("Switched Off"),
        StateFilter::Paused => gettext("Paused"),
        StateFilter::Templates => gettext("Templates"),
    });
    gtk::StringList::new(&names.each_ref().map(String::as_str))
}
