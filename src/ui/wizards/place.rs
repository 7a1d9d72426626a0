//! Where a new machine counts, and which size it has: the rows for project and flavor that wizards share, and the offer
//! to raise a quota.

use std::{cell::RefCell, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    flavor::Flavor,
    project::{Amount, DEFAULT, Excess, Refusal, Standing, Why},
};

use super::frame::{Cost, Offer};
use crate::{
    errors, flavors,
    i18n::{gettext, gettext_f},
    projects,
};

/// The rows.
pub(crate) struct PlaceRows {
    /// The row of the project.
    pub(crate) project: adw::ComboRow,
    /// The row of the flavor.
    pub(crate) flavor: adw::ComboRow,
    known: Rc<RefCell<Known>>,
}

/// What the rows offer, in their order.
#[derive(Default)]
struct Known {
    projects: Vec<String>,
    /// The first is none.
    flavors: Vec<Option<Flavor>>,
    /// Whether the rows are being filled, which is no choice of the user's.
    filling: bool,
}

impl PlaceRows {
    /// Rows without choices; `project` and `flavor` are called with what the user chooses.
    pub(crate) fn new(project: impl Fn(Option<String>) + 'static, flavor: impl Fn(Option<Flavor>) + 'static) -> Self {
        let combo = |title| adw::ComboRow::builder().title(title).use_markup(false).subtitle_lines(3).build();
        let rows = Self { project: combo(gettext("Project")), flavor: combo(gettext("Flavor")), known: Rc::default() };
        let known = Rc::clone(&rows.known);
        rows.project.connect_selected_notify(move |row| {
            let chosen = known.borrow().project(row.selected());
            if let Some(name) = chosen {
                project(Some(name).filter(|name| name != DEFAULT));
            }
        });
        let known = Rc::clone(&rows.known);
        rows.flavor.connect_selected_notify(move |row| {
            let (filling, chosen) = known.borrow().flavor(row.selected());
            if !filling {
                flavor(chosen);
            }
        });
        rows
    }

    /// Lists what there is, and shows what is chosen; a row without a choice is hidden.
    pub(crate) fn show(&self, standings: &[Standing], all: &[Flavor], project: &str, flavor: Option<&Flavor>) {
        let names: Vec<String> = standings.iter().map(|standing| standing.project.name.clone()).collect();
        let mut flavors: Vec<Option<Flavor>> = vec![None];
        flavors.extend(all.iter().filter(|known| known.is_for(project) || Some(*known) == flavor).cloned().map(Some));
        let standing = standings.iter().find(|standing| standing.project.name == project);
        let about = standing.map(|standing| projects::summary(&standing.project, Some(&standing.used)));
        self.project.set_subtitle(&about.unwrap_or_default());
        self.flavor.set_subtitle(&flavor.map(flavors::sizes).unwrap_or_default());
        self.project.set_visible(!names.is_empty());
        self.flavor.set_visible(flavors.len() > 1);
        let place = names.iter().position(|name| name == project);
        let size = flavors.iter().position(|known| known.as_ref() == flavor);
        self.fill(names, flavors, (place, size));
    }

    fn fill(&self, projects: Vec<String>, flavors: Vec<Option<Flavor>>, (place, size): (Option<usize>, Option<usize>)) {
        let (other_projects, other_flavors) = {
            let known = self.known.borrow();
            (known.projects != projects, known.flavors != flavors)
        };
        self.known.borrow_mut().filling = true;
        if other_projects {
            set_names(&self.project, &projects);
        }
        if other_flavors {
            let name = |flavor: &Option<Flavor>| match flavor {
                Some(flavor) => flavor.name.clone(),
                None => gettext("None, a size of its own"),
            };
            set_names(&self.flavor, &flavors.iter().map(name).collect::<Vec<_>>());
        }
        select(&self.project, place);
        select(&self.flavor, size);
        *self.known.borrow_mut() = Known { projects, flavors, filling: false };
    }
}

impl Known {
    fn project(&self, nth: u32) -> Option<String> {
        self.projects.get(usize::try_from(nth).ok()?).filter(|_| !self.filling).cloned()
    }

    /// Whether the rows are being filled, and the flavor of this place.
    fn flavor(&self, nth: u32) -> (bool, Option<Flavor>) {
        let nth = usize::try_from(nth).unwrap_or(usize::MAX);
        (self.filling, self.flavors.get(nth).cloned().flatten())
    }
}

fn set_names(row: &adw::ComboRow, names: &[String]) {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    row.set_model(Some(&gtk::StringList::new(&names)));
}

fn select(row: &adw::ComboRow, nth: Option<usize>) {
    let nth = nth.and_then(|nth| u32::try_from(nth).ok()).unwrap_or(gtk::INVALID_LIST_POSITION);
    if row.selected() != nth {
        row.set_selected(nth);
    }
}

/// The button that raises a quota to what is needed, where that is all there is to it.
pub(crate) fn raise(refusal: &Refusal, act: impl Fn() + 'static) -> Option<Offer> {
    matches!(refusal.why, Why::Quota(_)).then(|| Offer { label: gettext("Raise to What Is Needed"), act: Rc::new(act) })
}

/// What the last page says of the project: how much is asked, used and allowed of each resource that is limited.
pub(crate) fn cost(known: &[Standing], project: &str, asked: &Amount) -> Option<Cost> {
    let standing = known.iter().find(|standing| standing.project.name == project)?;
    let measured = standing.project.quota.measured(&standing.used, asked);
    let lines: Vec<String> = measured.iter().map(errors::project::excess).collect();
    Some(Cost {
        what: gettext_f("Quota of the project {project}", &[("project", project)]),
        much: if lines.is_empty() { gettext("No limit") } else { lines.join("\n") },
        fits: (!lines.is_empty()).then(|| !measured.iter().any(Excess::is_too_much)),
    })
}
