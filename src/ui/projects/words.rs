//! The words for projects and quotas: what is limited, what is used, and what is wrong with one as it is written.

use lectern_model::{
    draft::project::Problem,
    project::{Amount, Project, ProjectProblem, Resource},
};

use crate::i18n::{gettext, gettext_f, ngettext_f};

/// What a quota limits, with its unit.
pub(super) fn resource(resource: Resource) -> String {
    match resource {
        Resource::Instances => gettext("Machines"),
        Resource::Vcpus => gettext("Virtual CPUs"),
        Resource::Ram => gettext("Memory (MiB)"),
        Resource::Volumes => gettext("Volumes"),
        Resource::Gigabytes => gettext("Volumes' Sizes (GiB)"),
    }
}

/// How much of it is used, and how much may be.
pub(super) fn used(used: u64, most: Option<u64>) -> String {
    let used = used.to_string();
    match most {
        Some(most) => gettext_f("{used} of {most} used", &[("used", &used), ("most", &most.to_string())]),
        None => gettext_f("{used} used, no limit", &[("used", &used)]),
    }
}

/// A project in two lines: whether it is enabled, what it is for, and how many machines it has.
pub(crate) fn summary(project: &Project, used: Option<&Amount>) -> String {
    let off = (!project.enabled).then(|| gettext("Disabled: nothing in it is started or made."));
    let machines = used.map(|amount| {
        let n = usize::try_from(amount.instances).unwrap_or(usize::MAX);
        match project.quota.instances.most() {
            Some(most) => {
                ngettext_f("{n} machine of {most}", "{n} machines of {most}", n, &[("most", &most.to_string())])
            }
            None => ngettext_f("{n} machine, no limit", "{n} machines, no limit", n, &[]),
        }
    });
    let description = Some(project.description.clone()).filter(|text| !text.is_empty());
    [off, machines, description].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// What becomes of the machines of a project that is deleted.
pub(super) fn becomes(machines: usize) -> String {
    if machines == 0 {
        return gettext("It has no machines. Flavors that were for it alone are for no project then.");
    }
    ngettext_f(
        "Its {n} machine stays as it is, and counts in the project default from then on. Flavors that were for it alone are for no project then.",
        "Its {n} machines stay as they are, and count in the project default from then on. Flavors that were for it alone are for no project then.",
        machines,
        &[],
    )
}

/// What is wrong, and what to do.
pub(super) fn problem(problem: &Problem) -> String {
    match problem {
        Problem::NoLimit(_) => gettext("Type a whole number, or nothing where there is no limit."),
        Problem::BelowUse(_, used) => {
            gettext_f("{used} are used already. They stay, and no more are let in.", &[("used", &used.to_string())])
        }
        Problem::HasMachines(machines) => ngettext_f(
            "{n} machine notes this name. Move it to another project first.",
            "{n} machines note this name. Move them to another project first.",
            *machines,
            &[],
        ),
        Problem::Rule(rule) => rule_text(rule),
    }
}

fn rule_text(rule: &ProjectProblem) -> String {
    match rule {
        ProjectProblem::NoName => gettext("A name is needed."),
        ProjectProblem::EdgeSpace => gettext("The name begins or ends with a space."),
        ProjectProblem::NameTooLong(most) => gettext_f("At most {n} characters.", &[("n", &most.to_string())]),
        ProjectProblem::BadCharacter(_) => gettext("The name has a character that cannot be seen."),
        ProjectProblem::NameTaken(other) => gettext_f(
            "The project {other} has this name; capitals and small letters are the same.",
            &[("other", other)],
        ),
        ProjectProblem::DefaultStays => {
            gettext("The project default keeps its name: what has no project counts in it.")
        }
    }
}
