//! The list's cells: what shows a part of whichever machine it is bound to.
//!
//! GTK keeps about two hundred rows at hand and hands them other machines as the user scrolls or searches, so this is the
//! work that a frame consists of. A cell is filled in one go, without a property binding for each of its parts, and with
//! a `GtkInscription`, whose new text does not have the whole window measured again, as that of a `GtkLabel` does.

use relm4::gtk::{self, prelude::*};

use lectern_model::domain::Domain;

use super::row::MachineRow;
use crate::{chains::words, i18n::gettext, texts};

/// What a text cell shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The state, with its reason.
    State,
    /// The address, or nothing.
    Address,
    /// The CPU usage in per cent, or nothing.
    Cpu,
    /// The memory.
    Memory,
    /// The project that it counts in.
    Project,
    /// The lab that it is a member of, or that it is a template.
    Lab,
    /// Whose it is.
    Student,
    /// The address that it was given, else the one that it has.
    Given,
    /// The template that it was made from.
    Template,
}

impl Part {
    pub(crate) fn text(self, domain: &Domain) -> String {
        match self {
            Self::State => state(domain),
            Self::Address => domain.address.as_ref().map(|a| a.ip.to_string()).unwrap_or_default(),
            Self::Cpu => domain.cpu.map(texts::percent).unwrap_or_default(),
            Self::Memory => domain.memory.to_string(),
            Self::Project => domain.project().to_owned(),
            Self::Lab | Self::Student | Self::Given | Self::Template => self.noted(domain),
        }
    }
}

impl Part {
    /// What of it Lectern noted.
    fn noted(self, domain: &Domain) -> String {
        let notes = domain.notes.as_deref().cloned().unwrap_or_default();
        let text = match self {
            Self::Lab if domain.is_template() => Some(gettext("Template")),
            Self::Lab => notes.lab.map(|lab| lab.name),
            Self::Student => notes.student.map(|student| format!("{} {}", student.number, student.name)),
            Self::Given => notes.address.map(|ip| ip.to_string()).or_else(|| Some(Self::Address.text(domain))),
            Self::Template => notes.origin.map(|origin| origin.name),
            Self::State | Self::Address | Self::Cpu | Self::Memory | Self::Project => None,
        };
        text.map(|text| text.trim().to_owned()).unwrap_or_default()
    }
}

/// The state, or what is wrong where the machine is off.
fn state(domain: &Domain) -> String {
    match domain.troubles.as_ref().and_then(|all| all.first()).filter(|_| !domain.state.is_active()) {
        Some(trouble) => words::short(trouble),
        None => texts::state_with_reason(domain.state, domain.reason),
    }
}

/// What shows something of a machine, and is told when that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CellView {
    /// The first column: the state's icon and the name.
    Name(gtk::Image, gtk::Inscription),
    /// Any other column.
    Text(Part, gtk::Inscription),
    /// The row itself, whose name and description screen readers say; GTK leaves them empty.
    Row(gtk::ColumnViewRow),
}

impl CellView {
    /// Shows `domain`. The widgets leave alone what stays as it was.
    pub(crate) fn show(&self, domain: &Domain) {
        match self {
            Self::Name(icon, name) => {
                show_icon(icon, domain);
                name.set_text(Some(&domain.name));
            }
            Self::Text(part, text) => text.set_text(Some(&part.text(domain))),
            Self::Row(row) => {
                row.set_accessible_label(&domain.name);
                row.set_accessible_description(&described(domain));
            }
        }
    }
}

/// The icon of a template that is off: a lock.
const SEALED: &str = "changes-prevent-symbolic";

/// The icon of a machine whose disks lie on what is gone or changed.
const TROUBLED: &str = "dialog-warning-symbolic";

/// The state, and that it is a template, for those who do not see the icon.
fn described(domain: &Domain) -> String {
    let state = Part::State.text(domain);
    let troubles = domain.troubles.iter().flat_map(|all| all.iter());
    let state = troubles.fold(state, |said, trouble| format!("{said}. {}", words::trouble(trouble)));
    if domain.is_template() { format!("{}, {state}", gettext("Template")) } else { state }
}

/// Leaves an icon alone that is right already: one that is set, even to the same, has the whole window measured again.
fn show_icon(icon: &gtk::Image, domain: &Domain) {
    let sealed = domain.is_template() && !domain.state.is_active();
    let troubled = domain.troubles.is_some() && !domain.state.is_active();
    let name = if troubled {
        TROUBLED
    } else if sealed {
        SEALED
    } else {
        texts::state_icon(domain.state)
    };
    let classes = texts::state_classes(domain.state);
    if icon.icon_name().is_none_or(|shown| shown != name) {
        icon.set_icon_name(Some(name));
    }
    if !classes.iter().all(|class| icon.has_css_class(class)) {
        icon.set_css_classes(classes);
    }
}

/// The factory of a column's cells or of the rows: `make` sets one up, `find` finds the [`CellView`] of one that was.
pub(crate) fn factory<T: IsA<gtk::glib::Object>>(
    make: impl Fn(&T) + 'static,
    find: impl Fn(&T) -> Option<(CellView, MachineRow)> + Copy + 'static,
) -> gtk::SignalListItemFactory {
    let factory = gtk::SignalListItemFactory::new();
    factory.connect_setup(move |_, item| {
        if let Some(item) = item.downcast_ref() {
            make(item);
        }
    });
    factory.connect_bind(move |_, item| {
        if let Some((cell, row)) = item.downcast_ref().and_then(find) {
            row.bind(cell);
        }
    });
    factory.connect_unbind(move |_, item| {
        if let Some((cell, row)) = item.downcast_ref().and_then(find) {
            row.unbind(&cell);
        }
    });
    factory
}

/// A line of text that is cut where it does not fit.
pub(crate) fn line() -> gtk::Inscription {
    let overflow = gtk::InscriptionOverflow::EllipsizeEnd;
    gtk::Inscription::builder().xalign(0.0).text_overflow(overflow).min_lines(1).nat_lines(1).build()
}
