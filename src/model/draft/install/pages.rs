//! The wizard's pages, and which comes next.

use super::{Field, InstallDraft, InstallFacts, Origin, Problem, problems};
use crate::draft::{Bound, machine, stops};

/// A page of the wizard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Page {
    /// Where the installer comes from, and what is there.
    Location,
    /// What the installer is told.
    Installer,
    /// Guest system, name, memory and CPUs.
    System,
    /// The disk.
    Storage,
    /// The network.
    Network,
    /// What will be made.
    Review,
}

impl Page {
    /// All of them in their order.
    pub const ALL: [Self; 6] =
        [Self::Location, Self::Installer, Self::System, Self::Storage, Self::Network, Self::Review];

    /// The page that has `field`.
    #[must_use]
    pub const fn of(field: Field) -> Self {
        match field {
            Field::Location | Field::Disc => Self::Location,
            Field::Arguments | Field::Answers => Self::Installer,
            Field::Disk | Field::Pool | Field::Size | Field::Existing => Self::Storage,
            Field::Machine(machine::Field::Network | machine::Field::Mac) => Self::Network,
            Field::Machine(_) => Self::System,
        }
    }

    /// The problems of this page; the last one has those of all.
    #[must_use]
    pub fn problems(self, draft: &InstallDraft, facts: &InstallFacts) -> Vec<Problem> {
        let mut all = problems(draft, facts);
        all.retain(|problem| self == Self::Review || Self::of(problem.field()) == self);
        all
    }
}

/// The pages that a draft has: only a tree's installer is told anything.
#[must_use]
pub fn pages(draft: &InstallDraft) -> Vec<Page> {
    let is_used = |page: &Page| *page != Page::Installer || draft.origin == Origin::Tree;
    Page::ALL.into_iter().filter(is_used).collect()
}

/// The page after `page`, those without a choice passed over; `None` where this one has an error yet, and after the last.
#[must_use]
pub fn next_page(draft: &InstallDraft, facts: &InstallFacts, page: Page) -> Option<Page> {
    if stops(&page.problems(draft, facts)) {
        return None;
    }
    let pages = pages(draft);
    let at = pages.iter().position(|known| *known == page)?;
    pages.get(at + 1).copied()
}
