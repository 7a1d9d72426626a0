//! The wizard's pages, and which comes next.

use super::{Facts, Field, ImportDraft, Problem, problems};
use crate::draft::{Bound, machine, stops};

/// A page of the wizard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Page {
    /// Which disk.
    Disk,
    /// What to do with it.
    Use,
    /// Guest system, name, memory and CPUs.
    System,
    /// Network, and whether to start.
    Network,
    /// What will be made.
    Review,
}

impl Page {
    /// All of them in their order.
    pub const ALL: [Self; 5] = [Self::Disk, Self::Use, Self::System, Self::Network, Self::Review];

    /// The page that has `field`.
    #[must_use]
    pub const fn of(field: Field) -> Self {
        match field {
            Field::Source => Self::Disk,
            Field::Usage | Field::OverlaySize | Field::Pool => Self::Use,
            Field::Machine(machine::Field::Network | machine::Field::Mac) => Self::Network,
            Field::Machine(_) | Field::Cloud(_) => Self::System,
        }
    }

    /// The problems of this page; the last one has those of all.
    #[must_use]
    pub fn problems(self, draft: &ImportDraft, facts: &Facts) -> Vec<Problem> {
        let mut all = problems(draft, facts);
        all.retain(|problem| self == Self::Review || Self::of(problem.field()) == self);
        all
    }
}

/// The page after `page`; `None` where this one has an error yet, and after the last.
#[must_use]
pub fn next_page(draft: &ImportDraft, facts: &Facts, page: Page) -> Option<Page> {
    if stops(&page.problems(draft, facts)) {
        return None;
    }
    let at = Page::ALL.iter().position(|known| *known == page)?;
    Page::ALL.get(at + 1).copied()
}
