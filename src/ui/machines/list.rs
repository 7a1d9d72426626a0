//! The rows behind the list: kept by key, changed in place, narrowed and sorted.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use relm4::gtk::{self, gio, prelude::*};

use lectern_model::{domain::Domain, id::DomainId};
use lectern_services::host::DomainChanges;

use super::{
    cell::{self, CellView},
    columns::{self, Pressed},
    projects::Projects,
    query::Query,
    row::MachineRow,
};

/// The list's data and its view.
pub(crate) struct List {
    store: gio::ListStore,
    rows: HashMap<DomainId, MachineRow>,
    picture: u64,
    query: Rc<RefCell<Query>>,
    filter: gtk::CustomFilter,
    selection: gtk::MultiSelection,
    view: gtk::ColumnView,
    name_column: Option<gtk::ColumnViewColumn>,
    projects: Projects,
    pressed: Pressed,
}

impl List {
    /// An empty list of machines.
    pub(crate) fn new() -> Self {
        Self::with(columns::build)
    }

    /// An empty list with these columns, the first of which has the names.
    pub(crate) fn with(columns: impl FnOnce(&Pressed) -> Vec<gtk::ColumnViewColumn>) -> Self {
        let store = gio::ListStore::new::<MachineRow>();
        let query = Rc::new(RefCell::new(Query::default()));
        let filter = filter(&query);
        let view = gtk::ColumnView::builder().reorderable(false).build();
        // Sorted first: what a filter lets in again then needs no sorting.
        let sorted = gtk::SortListModel::new(Some(store.clone()), view.sorter());
        let filtered = gtk::FilterListModel::new(Some(sorted.clone()), Some(filter.clone()));
        let selection = gtk::MultiSelection::new(Some(filtered));
        view.set_model(Some(&selection));
        let pressed = Pressed::default();
        let columns = columns(&pressed);
        for column in &columns {
            view.append_column(column);
        }
        let name_column = columns.into_iter().next();
        view.sort_by_column(name_column.as_ref(), gtk::SortType::Ascending);
        view.set_row_factory(Some(&named_rows()));
        let projects = Projects::new(sorted);
        Self { store, rows: HashMap::new(), picture: 0, query, filter, selection, view, name_column, projects, pressed }
    }

    /// The widget.
    pub(crate) const fn view(&self) -> &gtk::ColumnView {
        &self.view
    }

    /// What is selected, as a model to listen to.
    pub(crate) const fn selection(&self) -> &gtk::MultiSelection {
        &self.selection
    }

    /// How many machines there are, and how many of them are shown.
    pub(crate) fn counts(&self) -> (u32, u32) {
        (self.store.n_items(), self.selection.n_items())
    }

    /// The row at a position of the view.
    pub(crate) fn at(&self, position: u32) -> Option<MachineRow> {
        self.selection.item(position).and_downcast()
    }

    /// The keys of the selected machines, in the order of the view.
    pub(crate) fn selected(&self) -> Vec<DomainId> {
        let chosen = self.selection.selection();
        (0..u32::try_from(chosen.size()).unwrap_or(u32::MAX)).filter_map(|nth| self.at(chosen.nth(nth))?.id()).collect()
    }

    /// Puts a batch of changes into the rows; at most one re-sort and one re-filter for all of it.
    pub(crate) fn apply(&mut self, changes: DomainChanges) {
        self.picture += 1;
        let mut touched = Touched::default();
        let mut new = Vec::new();
        for domain in changes.changed {
            self.show(domain, &mut new, &mut touched);
        }
        self.store.extend_from_slice(&new);
        self.remove(changes.complete, &changes.removed);
        self.refresh(touched);
    }

    fn show(&mut self, domain: Domain, new: &mut Vec<MachineRow>, touched: &mut Touched) {
        if let Some(row) = self.rows.get(&domain.id) {
            row.with(|before| touched.note(before, &domain));
            row.mark(self.picture);
            row.show(domain);
        } else {
            let id = domain.id;
            let row = MachineRow::new(domain);
            row.mark(self.picture);
            self.rows.insert(id, row.clone());
            new.push(row);
        }
    }

    fn remove(&mut self, complete: bool, removed: &[DomainId]) {
        let picture = self.picture;
        let gone = |row: &MachineRow| {
            (complete && row.marked() != picture) || row.id().is_some_and(|id| removed.contains(&id))
        };
        let before = self.rows.len();
        self.rows.retain(|_, row| !gone(row));
        if self.rows.len() != before {
            self.store.retain(|item| item.downcast_ref::<MachineRow>().is_some_and(|row| !gone(row)));
        }
    }

    fn refresh(&self, touched: Touched) {
        if touched.filtered && !self.query.borrow().is_empty() {
            self.filter.changed(gtk::FilterChange::Different);
        }
        if touched.filtered {
            self.projects.changed();
        }
        let sorter = self.view.sorter().and_downcast::<gtk::ColumnViewSorter>();
        let Some(sorter) = sorter else { return };
        let Some(column) = sorter.primary_sort_column() else { return };
        let by_name = self.name_column.as_ref() == Some(&column);
        if (by_name && touched.name) || (!by_name && touched.any) {
            sorter.changed(gtk::SorterChange::Different);
        }
    }

    /// The projects that machines count in, by name.
    pub(crate) fn projects(&self) -> BTreeSet<String> {
        self.rows.values().filter_map(|row| row.with(|domain| domain.project().to_owned())).collect()
    }

    /// Whether a machine is a template or in a lab.
    pub(crate) fn has_labs(&self) -> bool {
        let is_noted = |domain: &Domain| domain.is_template() || domain.notes.as_ref().is_some_and(|n| n.lab.is_some());
        self.rows.values().any(|row| row.with(is_noted).unwrap_or(false))
    }

    /// Puts the machines of each project together, under its name.
    pub(crate) fn group_projects(&self, on: bool) {
        self.projects.group(on, &self.view);
    }

    /// Narrows the list anew.
    pub(crate) fn narrow(&self, change: impl FnOnce(&mut Query)) {
        change(&mut self.query.borrow_mut());
        self.filter.changed(gtk::FilterChange::Different);
    }

    /// Where the last secondary click began; see [`Pressed`].
    pub(crate) const fn pressed(&self) -> &Pressed {
        &self.pressed
    }
}

/// What a batch changed, so that the list is sorted and filtered again only where that matters.
#[derive(Clone, Copy, Debug, Default)]
struct Touched {
    name: bool,
    filtered: bool,
    any: bool,
}

impl Touched {
    fn note(&mut self, before: &Domain, now: &Domain) {
        self.name |= before.name != now.name;
        self.filtered |= before.name != now.name
            || before.state != now.state
            || before.address != now.address
            || before.notes != now.notes;
        self.any |= before != now;
    }
}

fn filter(query: &Rc<RefCell<Query>>) -> gtk::CustomFilter {
    let query = Rc::clone(query);
    gtk::CustomFilter::new(move |item| {
        let row = item.downcast_ref::<MachineRow>();
        row.and_then(|row| row.with(|domain| query.borrow().matches(domain))).unwrap_or(false)
    })
}

/// Rows that screen readers know by their machine's name and state.
fn named_rows() -> gtk::SignalListItemFactory {
    let find = |row: &gtk::ColumnViewRow| Some((CellView::Row(row.clone()), row.item().and_downcast()?));
    cell::factory(|_: &gtk::ColumnViewRow| {}, find)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use lectern_model::{
        domain::{DomainState, StateReason},
        metadata::Notes,
        units::KiB,
    };

    fn domain(number: u8) -> Domain {
        Domain {
            id: DomainId::from_bytes([number; 16]),
            name: format!("node{number}"),
            state: DomainState::ShutOff,
            reason: StateReason::None,
            vcpus: 1,
            memory: KiB(1024),
            address: None,
            cpu: None,
            notes: None,
            troubles: None,
        }
    }

    fn changes(complete: bool, changed: Vec<Domain>, removed: Vec<DomainId>) -> DomainChanges {
        DomainChanges { complete, changed, removed }
    }

    #[gtk::test]
    fn a_complete_picture_replaces_and_keeps_the_objects() {
        let mut list = List::new();
        list.apply(changes(true, (1..=3).map(domain).collect(), vec![]));
        let kept = list.at(1).unwrap();
        list.apply(changes(true, vec![domain(2), domain(4)], vec![]));
        assert_eq!(list.counts(), (2, 2));
        assert_eq!(list.at(0).unwrap(), kept);
        list.apply(changes(false, vec![], vec![domain(2).id]));
        assert_eq!(list.counts(), (1, 1));
    }

    #[gtk::test]
    fn machines_are_narrowed_and_grouped_by_project() {
        let of = |number: u8, project: Option<&str>| {
            let notes = Notes { project: project.map(Into::into), ..Notes::default() };
            Domain { notes: Some(Arc::new(notes)), ..domain(number) }
        };
        let mut list = List::new();
        list.apply(changes(true, vec![of(1, Some("b")), of(2, None), of(3, Some("b"))], vec![]));
        assert_eq!(list.projects().into_iter().collect::<Vec<_>>(), ["b", "default"]);
        list.group_projects(true);
        let order = |list: &List| (0..list.counts().1).filter_map(|at| list.at(at)?.id()).collect::<Vec<_>>();
        assert_eq!(order(&list), [domain(2).id, domain(1).id, domain(3).id]);
        list.narrow(|query| query.set_project(Some("b".into())));
        assert_eq!(order(&list), [domain(1).id, domain(3).id]);
        list.apply(changes(false, vec![of(1, None)], vec![]));
        assert_eq!(order(&list), [domain(3).id]);
        list.narrow(|query| query.set_project(None));
        list.group_projects(false);
        assert_eq!(order(&list), [domain(1).id, domain(2).id, domain(3).id]);
    }

    #[gtk::test]
    fn a_change_of_state_re_filters_and_keeps_the_selection() {
        let mut list = List::new();
        list.apply(changes(true, (1..=3).map(domain).collect(), vec![]));
        list.selection().select_item(2, true);
        list.narrow(|q| q.set_state(super::super::query::StateFilter::Inactive));
        let running = Domain { state: DomainState::Running, ..domain(1) };
        list.apply(changes(false, vec![running], vec![]));
        assert_eq!(list.counts(), (3, 2));
        assert_eq!(list.selected(), [domain(3).id]);
    }
}
