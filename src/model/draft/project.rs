//! A project as a form has it: texts, and what is wrong with them.

use super::{Bound, Severity};
use crate::project::{self, Amount, DEFAULT, Limit, Project, ProjectProblem, Quota, Resource};

/// What the form has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectDraft {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether its machines may be started and new ones made.
    pub enabled: bool,
    /// Its limits, in the order of [`Resource::ALL`]; nothing, and -1 as in OpenStack, is unlimited.
    pub limits: [String; 5],
}

/// The fields that problems are said beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The name.
    Name,
    /// Whether it is enabled.
    Enabled,
    /// One of the limits.
    Limit(Resource),
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is neither a whole number nor unlimited.
    NoLimit(Resource),
    /// More is used already, in the quota's unit: nothing is stopped, and nothing new is made.
    BelowUse(Resource, u64),
    /// So many machines note the name that it would lose.
    HasMachines(usize),
    /// A rule is against it.
    Rule(ProjectProblem),
}

impl Bound for Problem {
    type Field = Field;

    fn field(&self) -> Field {
        match self {
            Self::NoLimit(resource) | Self::BelowUse(resource, _) => Field::Limit(*resource),
            Self::Rule(_) | Self::HasMachines(_) => Field::Name,
        }
    }

    fn severity(&self) -> Severity {
        if matches!(self, Self::BelowUse(..)) { Severity::Warning } else { Severity::Error }
    }
}

impl ProjectDraft {
    /// The project as it is.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        let text = |resource| project.quota.get(resource).most().map(|most| most.to_string()).unwrap_or_default();
        Self {
            name: project.name.clone(),
            description: project.description.clone(),
            enabled: project.enabled,
            limits: Resource::ALL.map(text),
        }
    }

    fn limit(&self, resource: Resource) -> Option<Limit> {
        let at = Resource::ALL.iter().position(|known| *known == resource)?;
        match self.limits.get(at)?.trim() {
            "" | "-1" => Some(Limit::UNLIMITED),
            text => text.parse().ok().filter(|most| *most <= Limit::HIGHEST).map(Limit::of),
        }
    }

    /// The project; a limit that is none is unlimited.
    #[must_use]
    pub fn project(&self) -> Project {
        let quota = Resource::ALL.into_iter().fold(Quota::UNLIMITED, |quota, resource| {
            quota.with(resource, self.limit(resource).unwrap_or(Limit::UNLIMITED))
        });
        Project { name: self.name.clone(), description: self.description.clone(), enabled: self.enabled, quota }
    }
}

/// What is wrong with the draft beside all other projects, whose names are `others`; `was` is the name of the one that is
/// changed, `used` what it uses, and `machines` how many machines it has.
#[must_use]
pub fn problems<'n>(
    draft: &ProjectDraft,
    was: Option<&str>,
    others: impl IntoIterator<Item = &'n str>,
    used: &Amount,
    machines: usize,
) -> Vec<Problem> {
    let rules = project::problems(&draft.project(), was, others);
    let mut all: Vec<Problem> = rules.into_iter().map(Problem::Rule).collect();
    let renamed = was.is_some_and(|was| was != draft.name && was != DEFAULT);
    all.extend((renamed && machines > 0).then_some(Problem::HasMachines(machines)));
    for resource in Resource::ALL {
        match draft.limit(resource) {
            None => all.push(Problem::NoLimit(resource)),
            Some(limit) if !limit.holds(used.get(resource)) => {
                all.push(Problem::BelowUse(resource, used.get(resource)));
            }
            Some(_) => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::stops;

    #[test]
    fn a_project_goes_through_the_form_unchanged() {
        for project in [Project::new("class"), Project::default_project()] {
            let draft = ProjectDraft::of(&project);
            assert_eq!(draft.project(), project);
            assert_eq!(problems(&draft, None, [], &Amount::default(), 0), []);
        }
    }

    #[test]
    fn each_problem_is_said_beside_its_field() {
        let used = Amount { instances: 3, ..Amount::default() };
        let said = |limits: &str, name: &str| {
            let mut draft = ProjectDraft::of(&Project::new(name));
            draft.limits[0] = limits.to_owned();
            problems(&draft, None, ["taken"], &used, 3)
        };
        assert_eq!(said("3", "class"), []);
        for unlimited in ["", " ", "-1"] {
            assert_eq!(said(unlimited, "class"), []);
        }
        for wrong in ["-2", "many", "2147483648", "1.5"] {
            assert_eq!(said(wrong, "class"), [Problem::NoLimit(Resource::Instances)], "{wrong}");
        }
        assert_eq!(said("2", "class"), [Problem::BelowUse(Resource::Instances, 3)]);
        assert!(!stops(&said("2", "class")));
        assert_eq!(said("3", "Taken").iter().map(Bound::field).collect::<Vec<_>>(), [Field::Name]);
        let moved = ProjectDraft::of(&Project::new("other"));
        assert_eq!(problems(&moved, Some("class"), [], &used, 3), [Problem::HasMachines(3)]);
        assert_eq!(problems(&moved, Some("class"), [], &used, 0), []);
        let renamed = ProjectDraft { name: "other".into(), ..ProjectDraft::of(&Project::default_project()) };
        assert_eq!(
            problems(&renamed, Some(DEFAULT), [], &used, 3),
            [Problem::Rule(ProjectProblem::DefaultStays)],
            "default keeps its name"
        );
    }
}
