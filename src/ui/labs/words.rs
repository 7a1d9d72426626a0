//! What is said of labs.

use std::collections::BTreeSet;

use lectern_model::{domain::Domain, metadata::LabMark};
use lectern_services::plan::make::lab::LabError;

use crate::{
    errors::{self, UserText},
    i18n::{gettext, gettext_f, ngettext_f},
};

/// So many names are said; of more, the first and how many.
const SAID: usize = 4;

/// Under a lab's name: how many, how many of them on, of which template.
pub(super) fn summary(members: &[&Domain]) -> String {
    let on = members.iter().filter(|domain| domain.state.is_active()).count();
    let machines = ngettext_f("{n} machine", "{n} machines", members.len(), &[]);
    let on = ngettext_f("{n} on", "{n} on", on, &[]);
    let origins = members.iter().filter_map(|domain| Some(domain.notes.as_ref()?.origin.as_ref()?.name.clone()));
    let templates: Vec<String> = origins.collect::<BTreeSet<String>>().into_iter().collect();
    let parts = [machines, on, templates.join(", ")];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// All that its row says.
pub(super) fn told(mark: &LabMark, members: &[&Domain]) -> String {
    format!("{}: {}", mark.name, summary(members))
}

/// Some names, and how many more.
pub(crate) fn some(names: &[String]) -> String {
    if names.len() <= SAID {
        return names.join(", ");
    }
    let first = names.iter().take(SAID - 1).cloned().collect::<Vec<_>>().join(", ");
    ngettext_f("{names} and {n} more", "{names} and {n} more", names.len() - SAID + 1, &[("names", &first)])
}

/// A name with its last number as a number, so that node10 comes after node9.
pub(crate) fn natural(name: &str) -> (String, u64, String) {
    let end = name.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let (head, tail) = name.split_at_checked(end).unwrap_or((name, ""));
    let stem = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = head.get(stem.len()..).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    (stem.to_owned(), number, tail.to_owned())
}

/// Why a lab is not reset or deleted.
pub(super) fn failure(error: &LabError) -> UserText {
    let (title, body) = match error {
        LabError::Storage(error) => return errors::plan::storage(error),
        LabError::Running(names) => (
            gettext_f("These machines are on, or their memory is saved: {names}", &[("names", &some(names))]),
            gettext("A reset changes their disks. Shut them down first, or reset only the others."),
        ),
        LabError::Snapshots(names) => (
            gettext_f("These machines have snapshots: {names}", &[("names", &some(names))]),
            gettext("They would be of disks that are gone. Delete the snapshots first."),
        ),
        LabError::NoOverlay(name) => (
            gettext_f("{name} has no overlay in a storage pool that is started.", &[("name", name)]),
            gettext("Start its storage pool, or leave this machine out."),
        ),
        LabError::Xml(error) => {
            let title = gettext("A machine's XML cannot be changed.");
            let body = gettext("The details say what is wrong with it.");
            return UserText { title, body, raw: Some(error.to_string()) };
        }
    };
    UserText { title, body, raw: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_comes_after_nine() {
        let mut names = ["node10", "node9", "a", "主机2", "node9x"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["a", "node9", "node9x", "node10", "主机2"]);
    }

    #[test]
    fn many_names_are_counted() {
        let names: Vec<String> = (1..=6).map(|n| format!("n{n}")).collect();
        assert_eq!(some(&names[..4]), "n1, n2, n3, n4");
        assert_eq!(some(&names), "n1, n2, n3 and 3 more");
    }
}
