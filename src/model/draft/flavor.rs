//! A flavor as a form has it: texts, and what is wrong with them.

use std::collections::BTreeSet;

use super::{Bound, Severity};
use crate::{
    catalog::Catalog,
    flavor::{self, Access, Flavor, FlavorProblem, Number},
    names::{self, NameKind},
};

/// What stands for an identifier that is made up, as in `openstack flavor create --id auto`.
pub const AUTO: &str = "auto";

/// What the form has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlavorDraft {
    /// Its name.
    pub name: String,
    /// Its identifier; [`AUTO`] or nothing is one that is made up.
    pub id: String,
    /// Its numbers, in the order of [`Number::ALL`].
    pub numbers: [String; 5],
    /// What it is for.
    pub description: String,
    /// Whether every project may use it.
    pub everyone: bool,
    /// The projects that may, where not every one does.
    pub projects: BTreeSet<String>,
}

/// The fields that problems are said beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The name.
    Name,
    /// The identifier.
    Id,
    /// One of the numbers.
    Number(Number),
    /// The description.
    Description,
    /// Who may use it.
    Access,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is no whole number.
    NoNumber(Number),
    /// A rule is against it.
    Rule(FlavorProblem),
}

impl Bound for Problem {
    type Field = Field;

    fn field(&self) -> Field {
        use FlavorProblem as P;
        match self {
            Self::NoNumber(number) | Self::Rule(P::TooSmall(number) | P::TooLarge(number)) => Field::Number(*number),
            Self::Rule(P::NoName | P::NameEdgeSpace | P::NameTooLong(_) | P::NameCharacter(_) | P::NameTaken) => {
                Field::Name
            }
            Self::Rule(P::NoId | P::IdEdgeSpace | P::IdTooLong(_) | P::IdCharacter(_) | P::IdTaken | P::IdStays) => {
                Field::Id
            }
            Self::Rule(P::DescriptionTooLong(_)) => Field::Description,
            Self::Rule(P::NoSuchProject(_) | P::ForNobody) => Field::Access,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Rule(problem) if !problem.stops() => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl FlavorDraft {
    /// What a form begins with.
    #[must_use]
    pub fn suggested() -> Self {
        let mut draft = Self::of(&Flavor::new(AUTO, "", 1, 2_048, 20));
        draft.name.clear();
        draft
    }

    /// The flavor as it is.
    #[must_use]
    pub fn of(flavor: &Flavor) -> Self {
        let numbers = [u64::from(flavor.vcpus), flavor.ram, flavor.disk, flavor.ephemeral, flavor.swap];
        let (everyone, projects) = match &flavor.access {
            Access::Everyone => (true, BTreeSet::new()),
            Access::Projects(names) => (false, names.clone()),
        };
        Self {
            name: flavor.name.clone(),
            id: flavor.id.clone(),
            numbers: numbers.map(|number| number.to_string()),
            description: flavor.description.clone(),
            everyone,
            projects,
        }
    }

    /// Another flavor like it, under a free name.
    #[must_use]
    pub fn copy_of(flavor: &Flavor, catalog: &Catalog) -> Self {
        let taken = |name: &str| catalog.flavor_named(name).is_some();
        let name = names::free_name(&flavor.name, NameKind::Domain, taken);
        Self { name, id: AUTO.to_owned(), ..Self::of(flavor) }
    }

    /// Whether the identifier is made up.
    #[must_use]
    pub fn is_auto(&self) -> bool {
        matches!(self.id.trim(), "" | AUTO)
    }

    fn number(&self, number: Number) -> Option<u64> {
        let at = Number::ALL.iter().position(|known| *known == number)?;
        self.numbers.get(at)?.trim().parse().ok()
    }

    /// The flavor, with `made_up` for an identifier that is; a number that is none counts as 1.
    #[must_use]
    pub fn flavor(&self, made_up: &str) -> Flavor {
        let number = |number| self.number(number).unwrap_or(1);
        let everyone = if self.everyone { Access::Everyone } else { Access::Projects(self.projects.clone()) };
        Flavor {
            id: if self.is_auto() { made_up.to_owned() } else { self.id.clone() },
            name: self.name.clone(),
            vcpus: u32::try_from(number(Number::Vcpus)).unwrap_or(u32::MAX),
            ram: number(Number::Ram),
            disk: number(Number::Disk),
            ephemeral: number(Number::Ephemeral),
            swap: number(Number::Swap),
            description: self.description.clone(),
            access: everyone,
        }
    }
}

/// What is wrong with the draft beside all other flavors; `was` is the identifier of the one that is changed.
#[must_use]
pub fn problems(draft: &FlavorDraft, was: Option<&str>, catalog: &Catalog) -> Vec<Problem> {
    let numbers = Number::ALL.into_iter().filter(|number| draft.number(*number).is_none());
    let others = catalog.flavors.iter().filter(|other| Some(other.id.as_str()) != was);
    let known = |name: &str| catalog.project(name).is_some();
    let mut rules = flavor::problems(&draft.flavor(AUTO), was, others, known);
    // What is made up is nobody's.
    rules.retain(|problem| !(draft.is_auto() && *problem == FlavorProblem::IdTaken));
    numbers.map(Problem::NoNumber).chain(rules.into_iter().map(Problem::Rule)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::stops;

    fn draft() -> FlavorDraft {
        FlavorDraft { name: "own".into(), ..FlavorDraft::suggested() }
    }

    #[test]
    fn a_flavor_goes_through_the_form_unchanged() {
        for flavor in flavor::first_set() {
            let draft = FlavorDraft::of(&flavor);
            assert_eq!(draft.flavor("x"), flavor);
            assert_eq!(problems(&draft, Some(&flavor.id), &Catalog::default()), []);
        }
    }

    #[test]
    fn each_problem_is_said_beside_its_field() {
        let catalog = Catalog::default();
        let said = |change: fn(&mut FlavorDraft)| {
            let mut draft = draft();
            change(&mut draft);
            problems(&draft, None, &catalog).iter().map(Bound::field).collect::<Vec<_>>()
        };
        assert_eq!(said(|_| {}), []);
        assert_eq!(said(|draft| draft.name.clear()), [Field::Name]);
        assert_eq!(said(|draft| draft.name = "m1.tiny".into()), [Field::Name]);
        assert_eq!(said(|draft| draft.id = "1".into()), [Field::Id]);
        assert_eq!(said(|draft| draft.numbers[0] = "0".into()), [Field::Number(Number::Vcpus)]);
        assert_eq!(said(|draft| draft.numbers[1] = "two".into()), [Field::Number(Number::Ram)]);
        assert_eq!(said(|draft| draft.numbers[4] = "99999999999".into()), [Field::Number(Number::Swap)]);
        assert_eq!(said(|draft| draft.everyone = false), [Field::Access]);
        let private = FlavorDraft { everyone: false, ..draft() };
        assert!(!stops(&problems(&private, None, &catalog)), "nobody's is worth knowing, and allowed");
    }

    #[test]
    fn a_copy_has_a_free_name_and_an_identifier_of_its_own() {
        let catalog = Catalog::default();
        let copy = FlavorDraft::copy_of(&catalog.flavors[0], &catalog);
        assert_eq!(copy.name, "m1.tiny-2");
        assert_eq!(problems(&copy, None, &catalog), []);
        assert_eq!(copy.flavor("made-up").id, "made-up");
    }
}
