//! One machine of the list: a `GObject` that knows which cells show it.

use std::cmp::Ordering;

use relm4::gtk::{
    self,
    glib::{self, Object, subclass::prelude::*},
    prelude::*,
};

use lectern_model::{domain::Domain, id::DomainId};

use super::cell::CellView;

mod imp {
    use std::cell::{Cell, RefCell};

    use relm4::gtk::glib::{self, subclass::prelude::*};

    use lectern_model::domain::Domain;

    use crate::machines::cell;

    #[derive(Debug, Default)]
    pub struct MachineRow {
        /// The name as it sorts: made once, as a sort of 1000 rows compares 10000 times.
        pub(super) order: RefCell<Option<glib::FilenameCollationKey>>,
        pub(super) domain: RefCell<Option<Domain>>,
        pub(super) seen: Cell<u64>,
        /// What shows the machine now.
        pub(super) cells: RefCell<Vec<cell::CellView>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for MachineRow {
        const NAME: &'static str = "LecternMachineRow";
        type Type = super::MachineRow;
    }

    impl ObjectImpl for MachineRow {}
}

glib::wrapper! {
    /// A row of the list of machines.
    pub struct MachineRow(ObjectSubclass<imp::MachineRow>);
}

impl MachineRow {
    /// A row that shows `domain`.
    pub(crate) fn new(domain: Domain) -> Self {
        let row: Self = Object::new();
        row.show(domain);
        row
    }

    /// Shows `domain`, in the cells too.
    pub(crate) fn show(&self, domain: Domain) {
        let inner = self.imp();
        if self.with(|before| before.name != domain.name).unwrap_or(true) {
            inner.order.replace(Some(order_of(&domain.name)));
        }
        for cell in inner.cells.borrow().iter() {
            cell.show(&domain);
        }
        inner.domain.replace(Some(domain));
    }

    /// From now on, `cell` shows this machine.
    pub(crate) fn bind(&self, cell: CellView) {
        self.with(|domain| cell.show(domain));
        self.imp().cells.borrow_mut().push(cell);
    }

    /// `cell` shows another machine now, or none.
    pub(crate) fn unbind(&self, cell: &CellView) {
        self.imp().cells.borrow_mut().retain(|bound| bound != cell);
    }

    /// The machine's key.
    pub(crate) fn id(&self) -> Option<DomainId> {
        self.with(|d| d.id)
    }

    /// Reads what is shown; `None` only while the object is being made.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&Domain) -> T) -> Option<T> {
        self.imp().domain.borrow().as_ref().map(read)
    }

    /// Compares by name as a person expects: `node2` before `node10`, and capitals do not matter.
    pub(crate) fn compare_names(&self, other: &Self) -> Ordering {
        let (mine, theirs) = (self.imp().order.borrow(), other.imp().order.borrow());
        mine.cmp(&theirs)
            .then_with(|| self.with(|a| other.with(|b| a.name.cmp(&b.name))).flatten().unwrap_or(Ordering::Equal))
    }

    /// Marks the row as part of picture `number`, so that those of older pictures can be told.
    pub(crate) fn mark(&self, number: u64) {
        self.imp().seen.set(number);
    }

    /// The number of the last picture that the row was part of.
    pub(crate) fn marked(&self) -> u64 {
        self.imp().seen.get()
    }
}

/// The key of the machine at a position of a view.
pub(crate) fn id_at(view: &gtk::ColumnView, position: u32) -> Option<DomainId> {
    view.model()?.item(position).and_downcast::<MachineRow>()?.id()
}

/// The name's place in the order.
fn order_of(name: &str) -> glib::FilenameCollationKey {
    glib::FilenameCollationKey::from(name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_numbers() {
        let mut names = ["node10", "node2", "Node1", "abc"];
        names.sort_by_key(|name| order_of(name));
        assert_eq!(names, ["abc", "Node1", "node2", "node10"]);
    }
}
