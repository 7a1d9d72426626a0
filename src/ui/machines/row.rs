//! One machine as the list shows it: a `GObject` whose properties are set only where they differ.

use std::cmp::Ordering;

use relm4::gtk::{
    self,
    glib::{self, Object, subclass::prelude::*},
    prelude::*,
};

use lectern_model::{domain::Domain, id::DomainId};

use crate::texts;

mod imp {
    use std::cell::{Cell, RefCell};

    use relm4::gtk::glib::{self, Properties, subclass::prelude::*};
    use relm4::gtk::prelude::*;

    use lectern_model::domain::Domain;

    #[derive(Debug, Default, Properties)]
    #[properties(wrapper_type = super::MachineRow)]
    pub struct MachineRow {
        /// The machine's name.
        #[property(get, set, explicit_notify)]
        name: RefCell<String>,
        /// Its state with the reason, translated.
        #[property(get, set, explicit_notify)]
        state: RefCell<String>,
        /// The icon of its state.
        #[property(get, set, explicit_notify)]
        icon: RefCell<String>,
        /// The style classes of that icon.
        #[property(get, set, explicit_notify)]
        classes: RefCell<Vec<String>>,
        /// Its address, or nothing.
        #[property(get, set, explicit_notify)]
        address: RefCell<String>,
        /// Its CPU usage in per cent, or nothing.
        #[property(get, set, explicit_notify)]
        cpu: RefCell<String>,
        /// Its memory and virtual CPUs.
        #[property(get, set, explicit_notify)]
        memory: RefCell<String>,
        /// The name as it sorts: made once, as a sort of 1000 rows compares 10000 times.
        pub(super) order: RefCell<Option<glib::FilenameCollationKey>>,
        pub(super) domain: RefCell<Option<Domain>>,
        pub(super) seen: Cell<u64>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for MachineRow {
        const NAME: &'static str = "LecternMachineRow";
        type Type = super::MachineRow;
    }

    #[glib::derived_properties]
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

    /// Shows `domain`; the properties that stay as they were are left alone.
    pub(crate) fn show(&self, domain: Domain) {
        if self.imp().order.borrow().is_none() || self.name() != domain.name {
            self.imp().order.replace(Some(order_of(&domain.name)));
        }
        self.differs("name", &domain.name);
        self.differs("state", &texts::state_with_reason(domain.state, domain.reason));
        self.differs("icon", texts::state_icon(domain.state));
        let classes: Vec<String> = texts::state_classes(domain.state).iter().map(|c| (*c).into()).collect();
        if self.classes() != classes {
            self.set_classes(classes);
            self.notify_classes();
        }
        self.differs("address", &domain.address.as_ref().map(|a| a.ip.to_string()).unwrap_or_default());
        self.differs("cpu", &domain.cpu.map(texts::percent).unwrap_or_default());
        self.differs("memory", &domain.memory.to_string());
        self.imp().domain.replace(Some(domain));
    }

    fn differs(&self, property: &str, value: &str) {
        if self.property::<String>(property) != value {
            self.set_property(property, value);
            self.notify(property);
        }
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
        mine.cmp(&theirs).then_with(|| self.name().cmp(&other.name()))
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
