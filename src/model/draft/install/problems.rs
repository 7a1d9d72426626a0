//! What is wrong with a draft, as the place and the host are.

use super::{InstallDraft, InstallFacts, Origin, Sight, disk};
use crate::{
    draft::{
        Bound, Severity, import,
        machine::{self, NetworkChoice},
    },
    tree::{Answer, AnswerFault, Finding, Note, Nothing, Place, PlaceError, Unreached},
    units::Bytes,
};

/// The longest arguments that the boot disc takes.
const LONGEST: usize = 900;

/// The fields that problems are said beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The tree's address.
    Location,
    /// The disc.
    Disc,
    /// The kernel's arguments.
    Arguments,
    /// The installer's answers.
    Answers,
    /// Where the system goes.
    Disk,
    /// The new disk's pool.
    Pool,
    /// The new disk's size.
    Size,
    /// The disk that is there.
    Existing,
    /// One of the machine itself.
    Machine(machine::Field),
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// What was typed is no place.
    Place(PlaceError),
    /// It was not looked at yet.
    NotLooked,
    /// It is being looked at.
    Looking,
    /// It could not be looked at.
    Failed,
    /// There is no tree.
    Nothing(Nothing),
    /// Something is odd about the tree.
    Odd(Note),
    /// The machine cannot get at it.
    Unreached(Unreached),
    /// The arguments hold letters that are not English, which no kernel takes.
    ArgumentsForeign,
    /// The arguments are too long.
    ArgumentsTooLong,
    /// This installer takes no answers.
    NoAnswers,
    /// The answers would be passed over, or break off.
    Answers(AnswerFault),
    /// The password for the server goes onto the boot disc as well: the installer needs it.
    PasswordOnDisc,
    /// No size at all.
    NoSize,
    /// The guest system wants this much; beside the disk that is made, or that is there.
    SmallDisk(Field, Bytes),
    /// No disk at all: there is nothing to install on.
    Diskless,
    /// What the rules of disks and pools say, beside this field.
    Storage(Field, import::Problem),
    /// What starts from the disk cannot be passed over: the installer would not come up.
    StartsItself,
    /// The disc's image has no label of one.
    NoDisc,
    /// There is no network to start from.
    NoBootServer,
    /// Something of the machine itself.
    Machine(machine::Problem),
}

impl Bound for Problem {
    type Field = Field;

    fn field(&self) -> Field {
        match self {
            Self::Place(_)
            | Self::NotLooked
            | Self::Looking
            | Self::Failed
            | Self::Nothing(_)
            | Self::Odd(_)
            | Self::PasswordOnDisc => Field::Location,
            Self::NoDisc => Field::Disc,
            Self::Unreached(_) | Self::NoBootServer => Field::Machine(machine::Field::Network),
            Self::ArgumentsForeign | Self::ArgumentsTooLong => Field::Arguments,
            Self::NoAnswers | Self::Answers(_) => Field::Answers,
            Self::NoSize => Field::Size,
            Self::Diskless => Field::Disk,
            Self::StartsItself => Field::Existing,
            Self::Storage(field, _) | Self::SmallDisk(field, _) => *field,
            Self::Machine(problem) => Field::Machine(problem.field()),
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Odd(_)
            | Self::PasswordOnDisc
            | Self::Unreached(_)
            | Self::SmallDisk(..)
            | Self::Diskless
            | Self::NoDisc => Severity::Warning,
            Self::Storage(_, problem) => problem.severity(),
            Self::Machine(problem) => problem.severity(),
            _ => Severity::Error,
        }
    }
}

/// Everything that is wrong, in the order of the fields.
#[must_use]
pub fn problems(draft: &InstallDraft, facts: &InstallFacts) -> Vec<Problem> {
    let mut all = match draft.origin {
        Origin::Tree => tree(draft, facts),
        Origin::Disc => disc(draft, facts),
        Origin::Network => Vec::new(),
    };
    let sizes = disk::sizes(draft, &facts.host);
    all.extend(machine::problems(&draft.machine, &facts.host, &sizes).into_iter().map(Problem::Machine));
    all.extend(disk::problems(draft, &facts.host));
    all.extend(way(draft, facts));
    all
}

fn tree(draft: &InstallDraft, facts: &InstallFacts) -> Vec<Problem> {
    place(draft, facts).into_iter().chain(arguments(draft)).chain(answers(draft, facts)).collect()
}

fn disc(draft: &InstallDraft, facts: &InstallFacts) -> Vec<Problem> {
    let beside = |problem| Problem::Storage(Field::Disc, problem);
    match import::found(draft.disc.as_ref(), facts.disc.as_ref()) {
        Err(problem) => vec![beside(problem)],
        Ok(disc) if !disc.closed.is_empty() => {
            vec![beside(import::Problem::Closed { paths: disc.closed.clone(), mendable: false })]
        }
        Ok(disc) => (!disc.optical).then_some(Problem::NoDisc).into_iter().collect(),
    }
}

/// Whether the machine gets at the installer over its network.
fn way(draft: &InstallDraft, facts: &InstallFacts) -> Option<Problem> {
    match draft.origin {
        Origin::Tree => draft.unreached(facts).map(Problem::Unreached),
        Origin::Disc => None,
        Origin::Network => (draft.machine.network == NetworkChoice::Unplugged).then_some(Problem::NoBootServer),
    }
}

fn place(draft: &InstallDraft, facts: &InstallFacts) -> Vec<Problem> {
    if let Err(error) = Place::parse(&draft.location) {
        return vec![Problem::Place(error)];
    }
    match &facts.sight {
        None => vec![Problem::NotLooked],
        Some(Sight::Looking) => vec![Problem::Looking],
        Some(Sight::Failed) => vec![Problem::Failed],
        Some(Sight::Found(Finding::Nothing(nothing))) => vec![Problem::Nothing(nothing.clone())],
        Some(Sight::Found(Finding::Tree(tree))) => {
            let has_password = Place::parse(&draft.location).is_ok_and(|place| place.password().is_some());
            let password = has_password.then_some(Problem::PasswordOnDisc);
            tree.notes.iter().copied().map(Problem::Odd).chain(password).collect()
        }
    }
}

fn arguments(draft: &InstallDraft) -> Option<Problem> {
    if !draft.arguments.is_ascii() {
        return Some(Problem::ArgumentsForeign);
    }
    (draft.arguments.len() > LONGEST).then_some(Problem::ArgumentsTooLong)
}

fn answers(draft: &InstallDraft, facts: &InstallFacts) -> Option<Problem> {
    let text = draft.answers.as_ref().filter(|_| facts.tree().is_some())?;
    let Some(kind) = facts.answer_kind() else { return Some(Problem::NoAnswers) };
    Answer { kind, text: text.clone() }.fault().map(Problem::Answers)
}
