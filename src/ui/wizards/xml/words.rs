//! The words for what is wrong with an XML file.

use relm4::Sender;

use lectern_model::draft::{Bound, xml::XmlProblem};

use super::XmlMsg;
use crate::{
    i18n::{gettext, gettext_f},
    wizards::{frame::Line, machine::words::name as name_problem, place},
};

/// A problem as it is said beside its field, with what would mend it.
pub(super) fn line(problem: &XmlProblem, input: &Sender<XmlMsg>) -> Line {
    let offer = if let XmlProblem::Project(refusal) = problem {
        let (input, asked) = (input.clone(), refusal.clone());
        place::raise(refusal, move || drop(input.send(XmlMsg::Raise(asked.clone()))))
    } else {
        None
    };
    Line { offer, ..Line::new(problem.severity(), text(problem)) }
}

/// What is wrong, and what to do about it.
pub(super) fn text(problem: &XmlProblem) -> String {
    match problem {
        XmlProblem::NoFile => gettext("Choose the file, or type its path."),
        XmlProblem::NotXml(error) => gettext_f(
            "This is no well-formed XML. Line {line}, column {column}: {reason}",
            &[
                ("line", &error.position.line.to_string()),
                ("column", &error.position.column.to_string()),
                ("reason", &error.reason.to_string()),
            ],
        ),
        XmlProblem::NotADomain(root) => gettext_f(
            "This describes no virtual machine: its first element is <{root}>, not <domain>.",
            &[("root", root)],
        ),
        XmlProblem::Unchangeable(why) => gettext_f("It cannot be given this identity: {reason}", &[("reason", why)]),
        XmlProblem::Name(problem) => name_problem(*problem),
        XmlProblem::UuidInUse(name) => gettext_f(
            "{name} of this host has the same UUID: it is the same machine to libvirt. Give this one a new identity.",
            &[("name", name)],
        ),
        XmlProblem::NoUuid => gettext("The file has no UUID; the machine gets a new one."),
        XmlProblem::TakenLive => {
            gettext("The file was taken of a running machine. What belongs to that run only is left out.")
        }
        XmlProblem::Project(refusal) => crate::errors::project::refusal(refusal),
        XmlProblem::FileMissing(path) => gettext_f(
            "{path} is not there. The machine can be defined, and starts once the file is in its place.",
            &[("path", path)],
        ),
    }
}
