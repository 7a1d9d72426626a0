//! The words for flavors: their numbers, and what is wrong with one as it is written.

use lectern_model::{
    draft::flavor::{Field, Problem},
    flavor::{Access, Flavor, FlavorProblem, Number},
};

use crate::i18n::{gettext, gettext_f, ngettext_f};

/// What a flavor gives, in one line.
pub(crate) fn sizes(flavor: &Flavor) -> String {
    let n = usize::try_from(flavor.vcpus).unwrap_or(usize::MAX);
    let cpus = ngettext_f("{n} virtual CPU", "{n} virtual CPUs", n, &[]);
    let memory = gettext_f("{n} MiB memory", &[("n", &flavor.ram.to_string())]);
    let root = match flavor.disk {
        0 => gettext("root disk of the image's size"),
        n => gettext_f("{n} GiB root disk", &[("n", &n.to_string())]),
    };
    let more = [
        (flavor.ephemeral > 0).then(|| gettext_f("{n} GiB ephemeral disk", &[("n", &flavor.ephemeral.to_string())])),
        (flavor.swap > 0).then(|| gettext_f("{n} MiB swap disk", &[("n", &flavor.swap.to_string())])),
    ];
    [cpus, memory, root].into_iter().chain(more.into_iter().flatten()).collect::<Vec<_>>().join(" · ")
}

/// What else there is to say of it: its identifier, who may use it, and who does.
pub(super) fn about(flavor: &Flavor, users: usize) -> String {
    let id = gettext_f("ID {id}", &[("id", &flavor.id)]);
    let access = match &flavor.access {
        Access::Everyone => None,
        Access::Projects(names) if names.is_empty() => Some(gettext("for no project")),
        Access::Projects(names) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Some(gettext_f("only for {projects}", &[("projects", &names.join(", "))]))
        }
    };
    let used = (users > 0).then(|| ngettext_f("{n} machine", "{n} machines", users, &[]));
    let description = Some(flavor.description.clone()).filter(|text| !text.is_empty());
    [Some(id), access, used, description].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What a number is called, with its unit.
pub(super) fn number(number: Number) -> String {
    match number {
        Number::Vcpus => gettext("vCPUs"),
        Number::Ram => gettext("Memory (MiB)"),
        Number::Disk => gettext("Root Disk (GiB)"),
        Number::Ephemeral => gettext("Ephemeral Disk (GiB)"),
        Number::Swap => gettext("Swap Disk (MiB)"),
    }
}

/// What is wrong, and what to do.
pub(super) fn problem(problem: &Problem) -> String {
    match problem {
        Problem::NoNumber(_) => gettext("Type a whole number."),
        Problem::Rule(rule) => rule_text(rule),
    }
}

fn rule_text(rule: &FlavorProblem) -> String {
    match rule {
        FlavorProblem::NoName => gettext("A name is needed."),
        FlavorProblem::NameEdgeSpace => gettext("The name begins or ends with a space."),
        FlavorProblem::NameTooLong(most) | FlavorProblem::IdTooLong(most) => {
            gettext_f("At most {n} characters.", &[("n", &most.to_string())])
        }
        FlavorProblem::NameCharacter(_) => gettext("The name has a character that cannot be seen."),
        FlavorProblem::NameTaken => gettext("Another flavor has this name."),
        FlavorProblem::NoId => gettext("Type an ID, or “auto” for one that is made up."),
        FlavorProblem::IdEdgeSpace => gettext("The ID begins or ends with a space."),
        FlavorProblem::IdCharacter(_) => {
            gettext("An ID has letters and digits of English, spaces, points, hyphens and underscores.")
        }
        FlavorProblem::IdTaken => gettext("Another flavor has this ID."),
        FlavorProblem::IdStays => gettext("The ID of a flavor does not change. Copy the flavor instead."),
        FlavorProblem::TooSmall(_) => gettext("At least 1."),
        FlavorProblem::TooLarge(_) => gettext("This is more than OpenStack can keep."),
        FlavorProblem::DescriptionTooLong(most) => gettext_f("At most {n} characters.", &[("n", &most.to_string())]),
        FlavorProblem::NoSuchProject(name) => gettext_f("There is no project {project}.", &[("project", name)]),
        FlavorProblem::ForNobody => gettext("No project may use it. Choose at least one."),
    }
}

/// The title of a field.
pub(super) fn field(field: Field) -> String {
    match field {
        Field::Name => gettext("Name"),
        Field::Id => gettext("ID"),
        Field::Number(of) => number(of),
        Field::Description => gettext("Description"),
        Field::Access => gettext("All Projects"),
    }
}
