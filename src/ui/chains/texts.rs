//! The words for plans about what disks lie on, and their steps.

use lectern_services::{jobs::StepText, plan::Purpose};

use crate::i18n::{gettext_f, ngettext_f};

/// What such a plan is for.
pub(crate) fn purpose(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Detach(names) => detach(names),
        Purpose::NewVersion { from, to } => {
            gettext_f("Copy {from} to {to}, its next version", &[("from", from), ("to", to)])
        }
        Purpose::MoveToTemplate { machines, template } => move_to(machines, template),
        Purpose::ChangeBase(name) => gettext_f("Change the base of {name}", &[("name", name)]),
        _ => String::new(),
    }
}

fn move_to(machines: &[String], template: &str) -> String {
    match machines {
        [name] => gettext_f("Move {name} to {template}", &[("name", name), ("template", template)]),
        _ => ngettext_f(
            "Move {n} machine to {template}",
            "Move {n} machines to {template}",
            machines.len(),
            &[("template", template)],
        ),
    }
}

fn detach(names: &[String]) -> String {
    match names {
        [name] => gettext_f("Detach {name} from its template", &[("name", name)]),
        _ => ngettext_f(
            "Detach {n} machine from its template",
            "Detach {n} machines from their template",
            names.len(),
            &[],
        ),
    }
}

/// What such a step does.
pub(crate) fn step(step: &StepText) -> String {
    match step {
        StepText::Rebase { to, base } => gettext_f(
            "Copy the overlay to {to}, with {base} as its base and the same content",
            &[("to", to), ("base", base)],
        ),
        StepText::Relink { image, base } => {
            gettext_f("Write {base} into {image} as its base", &[("image", image), ("base", base)])
        }
        _ => String::new(),
    }
}
