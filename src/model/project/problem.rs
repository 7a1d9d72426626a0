//! What is wrong with a project as it is written, by OpenStack's rules.

use super::{DEFAULT, Project};

/// The longest name (keystone/resource/schema.py: `minLength` 1, `maxLength` 64, at least one character that is no
/// space).
const NAME_MAX: usize = 64;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectProblem {
    /// It has no name, or one of spaces alone.
    NoName,
    /// The name begins or ends with a space, which a mark on a machine would not keep.
    EdgeSpace,
    /// The name has more characters than the number.
    NameTooLong(usize),
    /// The name holds a character that cannot be written, as a line break.
    BadCharacter(char),
    /// Another project has the name; capitals and small letters are the same, as in OpenStack's database.
    NameTaken(String),
    /// The project `default` keeps its name and stays.
    DefaultStays,
}

/// What is wrong with `project`, where `others` are the names of all others; `was` is its name so far, if it is there.
#[must_use]
pub fn problems<'n>(
    project: &Project,
    was: Option<&str>,
    others: impl IntoIterator<Item = &'n str>,
) -> Vec<ProjectProblem> {
    let name = project.name.as_str();
    let mut all = Vec::new();
    if name.trim().is_empty() {
        all.push(ProjectProblem::NoName);
    } else if name.trim() != name {
        all.push(ProjectProblem::EdgeSpace);
    }
    if name.chars().count() > NAME_MAX {
        all.push(ProjectProblem::NameTooLong(NAME_MAX));
    }
    all.extend(bad_character(name).map(ProjectProblem::BadCharacter));
    let same = |other: &&str| other.to_lowercase() == name.to_lowercase();
    all.extend(others.into_iter().find(same).map(|other| ProjectProblem::NameTaken(other.to_owned())));
    if was == Some(DEFAULT) && name != DEFAULT {
        all.push(ProjectProblem::DefaultStays);
    }
    all
}

/// A character that no name may hold: XML could not keep it on a machine, or nobody could see it.
pub(crate) fn bad_character(text: &str) -> Option<char> {
    text.chars().find(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{2028}' | '\u{2029}'))
}
