//! From how a plan ended to what a user reads.

use lectern_services::host::StorageError;
use lectern_services::plan::{Left, Outcome, Plan, StepError, StepFailure};

use super::UserText;
use crate::{
    i18n::{gettext, gettext_f, ngettext_f},
    texts,
};

/// How `plan` failed; nothing where it did not, or where the user cancelled and all is as before.
pub(crate) fn failure(plan: &Plan, outcome: &Outcome) -> Option<UserText> {
    match outcome {
        Outcome::Done => None,
        Outcome::Undone { why: None, left } if left.is_empty() => None,
        Outcome::Undone { why: Some(why), left } if left.is_empty() && why.why == StepFailure::Cancelled => None,
        Outcome::Undone { why, left } => Some(undone(plan, why.as_ref(), left)),
        Outcome::Stopped { why, done } => Some(stopped(plan, why, *done)),
        Outcome::Refused { why } => Some(step(&why.why)),
        Outcome::Interrupted { why } => Some(interrupted(why)),
    }
}

fn undone(plan: &Plan, why: Option<&StepError>, left: &[Left]) -> UserText {
    let text = why.map(|error| step(&error.why));
    let title = text.as_ref().map_or_else(|| gettext("Not all of it could be undone."), |text| text.title.clone());
    let advice = text.as_ref().map(|text| text.body.clone()).unwrap_or_default();
    let state = if left.is_empty() { gettext("Everything is as it was before.") } else { named(plan, left) };
    let whys = left.iter().map(|left| step(&left.why.why));
    let raw: Vec<_> = text.into_iter().chain(whys).filter_map(|text| text.raw).collect();
    let body = [advice, state].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    UserText { title, body, raw: (!raw.is_empty()).then(|| raw.join("\n")) }
}

/// What could not be undone, by name.
fn named(plan: &Plan, left: &[Left]) -> String {
    let steps = plan.texts();
    let names: Vec<_> = left.iter().filter_map(|left| steps.get(left.step)).map(texts::step).collect();
    gettext_f("This could not be undone, and the next start asks again: {steps}", &[("steps", &names.join("; "))])
}

fn stopped(plan: &Plan, why: &StepError, done: usize) -> UserText {
    let text = step(&why.why);
    let steps: Vec<_> = plan.texts().iter().map(texts::step).collect();
    let (gone, rest) = steps.split_at(done.min(steps.len()));
    let gone = if gone.is_empty() {
        String::new()
    } else {
        gettext_f("Done, and not to be undone: {steps}", &[("steps", &gone.join("; "))])
    };
    let rest = gettext_f("Not done: {steps}", &[("steps", &rest.join("; "))]);
    let body = [text.body.clone(), gone, rest].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    UserText { body: body.join("\n\n"), ..text }
}

fn interrupted(why: &StepError) -> UserText {
    let text = step(&why.why);
    if matches!(why.why, StepFailure::OtherHost(_) | StepFailure::SecretLost(_)) {
        return text;
    }
    UserText {
        title: gettext("The host went away in the middle of a change."),
        body: gettext("Once it is connected again, Lectern asks whether to finish the change or to undo it."),
        raw: Some(text.raw.unwrap_or(text.title)),
    }
}

/// Why a step did not succeed, and what to do.
pub(crate) fn step(why: &StepFailure) -> UserText {
    match why {
        StepFailure::Host(error) => UserText::from(error),
        StepFailure::NetworkTrap { name, trap, said } => {
            UserText { raw: Some(said.clone()), ..super::trap::text(name, trap) }
        }
        StepFailure::NicKept(name) => UserText::new(
            gettext_f("The guest of {name} does not let go of the NIC.", &[("name", name)]),
            gettext("Its system must be up and know PCI hot-plug. Shut the machine down, and do it then."),
        ),
        StepFailure::ChangedMeanwhile(name) => UserText::new(
            gettext_f("{name} was changed by somebody else meanwhile.", &[("name", name)]),
            gettext("Look at what it is like now, and make the change again."),
        ),
        StepFailure::Doubtful(name) => UserText::new(
            gettext_f("{name} may be somebody else's.", &[("name", name)]),
            gettext(
                "It cannot be told from one that others made under that name, so it was left as it is. Look at it, and delete it yourself if nobody needs it.",
            ),
        ),
        StepFailure::SavedMemory(name) => UserText::new(
            gettext_f("The memory of {name} is saved on the host's disk.", &[("name", name)]),
            gettext(
                "It would be lost. Start the machine and shut it down, so that nothing of its work is left in the saved memory.",
            ),
        ),
        StepFailure::Running(name) => {
            UserText::new(gettext_f("{name} is running.", &[("name", name)]), gettext("Shut it down first."))
        }
        StepFailure::Needed { what, by } => UserText::new(
            gettext_f("{what} is needed by {by}.", &[("what", what), ("by", by)]),
            gettext("It was left as it is. Delete what needs it first."),
        ),
        StepFailure::NoSpace(what) => UserText::new(
            gettext_f("There is no space left for {what}.", &[("what", what)]),
            gettext("Delete what is not needed, or choose another storage pool."),
        ),
        StepFailure::File { path, error } => file(&path.display().to_string(), error),
        StepFailure::Program { program, said } => UserText {
            raw: Some(said.clone()),
            ..UserText::new(
                gettext_f("{program} failed.", &[("program", program)]),
                gettext("The details show what it said."),
            )
        },
        StepFailure::Refused(refusal) => super::project::refused(refusal),
        StepFailure::Catalog(error) => UserText::from(error),
        StepFailure::Storage(error) => storage(error),
        StepFailure::Cancelled => UserText::new(gettext("It was cancelled."), String::new()),
        StepFailure::Injected => UserText::new("injected".to_owned(), String::new()),
        StepFailure::NameTaken(_)
        | StepFailure::NetworkNameTaken(_)
        | StepFailure::PoolNameTaken(_)
        | StepFailure::SnapshotTaken(_)
        | StepFailure::NoSnapshot(_)
        | StepFailure::FileTaken(_) => name(why),
        StepFailure::OtherHost(_) | StepFailure::SecretLost(_) => resumed(why),
    }
}

/// What a name stands in the way of.
fn name(why: &StepFailure) -> UserText {
    match why {
        StepFailure::NameTaken(name) => UserText::new(
            gettext_f("There is a machine named {name} already.", &[("name", name)]),
            gettext("Choose another name."),
        ),
        StepFailure::NetworkNameTaken(name) => UserText::new(
            gettext_f("There is a virtual network named {name} already.", &[("name", name)]),
            gettext("Choose another name."),
        ),
        StepFailure::PoolNameTaken(name) => UserText::new(
            gettext_f("There is a storage pool named {name} already.", &[("name", name)]),
            gettext("Choose another name."),
        ),
        StepFailure::SnapshotTaken(name) => UserText::new(
            gettext_f("The image has a snapshot named {name} already.", &[("name", name)]),
            gettext("Choose another name."),
        ),
        StepFailure::NoSnapshot(name) => UserText::new(
            gettext_f("The image has no snapshot {name} any more.", &[("name", name)]),
            gettext("Somebody removed it meanwhile. The volume's page shows which are there."),
        ),
        StepFailure::FileTaken(name) => UserText::new(
            gettext_f("There is a file {name} already.", &[("name", name)]),
            gettext("Choose another name, or look whether somebody still needs that file."),
        ),
        _ => UserText::new(why.to_string(), String::new()),
    }
}

/// Why a change that was cut off cannot go on.
fn resumed(why: &StepFailure) -> UserText {
    match why {
        StepFailure::OtherHost(host) => UserText::new(
            gettext_f("{host} is another host than the one where the change was begun.", &[("host", host)]),
            gettext(
                "Nothing was done. Connect to the host where it was begun, to finish the change there or to undo it.",
            ),
        ),
        StepFailure::SecretLost(name) => UserText::new(
            gettext_f("The change to {name} cannot be finished.", &[("name", name)]),
            gettext(
                "It sets a password, and Lectern keeps no passwords on the disk. Undo the change, and make it again.",
            ),
        ),
        _ => UserText::new(why.to_string(), String::new()),
    }
}

/// Why something about an image or a pool did not succeed, and what to do.
pub(crate) fn storage(error: &StorageError) -> UserText {
    let (title, body) = match error {
        StorageError::Host(error) => return UserText::from(error),
        StorageError::NoPool => (gettext("The storage pool is no longer there."), gettext("Choose another one.")),
        StorageError::NoImage => (
            gettext("The image is no longer there."),
            gettext("Somebody removed or renamed it. Look into its storage pool."),
        ),
        StorageError::Exists => (gettext("There is an image of that name already."), gettext("Choose another name.")),
        StorageError::NoSpace => (
            gettext("There is not enough space on the host's disk."),
            gettext("Delete what is not needed, or choose another storage pool."),
        ),
        StorageError::NoSpaceHere => (
            gettext("There is not enough space on this computer."),
            gettext("The image goes by way of it. Make room where your home folder is."),
        ),
        StorageError::Denied => (
            gettext("You and libvirt may not do this to the file."),
            gettext("It is another user's, or its folder is read-only. Ask who looks after the host."),
        ),
        StorageError::BadFolder(path) => (
            gettext_f("{path} is no folder for images.", &[("path", &path.display().to_string())]),
            gettext("Choose a folder below /home, /srv, /var or a disk of its own."),
        ),
        StorageError::BadName(name) => {
            (gettext_f("“{name}” is no name for an image.", &[("name", name)]), gettext("Choose another name."))
        }
        StorageError::NotHere => (
            gettext("The disk’s boot sector cannot be changed in its place."),
            gettext("It lies in a base image, in a snapshot too, or in an uncommon format. Install on another disk."),
        ),
        StorageError::Cancelled => return step(&StepFailure::Cancelled),
        StorageError::Tool { program, said } => {
            return step(&StepFailure::Program { program: (*program).to_owned(), said: said.clone() });
        }
        StorageError::Packed { path, said } => {
            return UserText {
                raw: Some(said.clone()),
                ..UserText::new(
                    gettext_f("{path} cannot be unpacked.", &[("path", &path.display().to_string())]),
                    gettext("It is damaged, or not whole. Fetch or copy it again."),
                )
            };
        }
        StorageError::File { path, said } => return file(&path.display().to_string(), said),
    };
    UserText::new(title, body)
}

fn file(path: &str, error: &str) -> UserText {
    UserText {
        raw: Some(error.to_owned()),
        ..UserText::new(
            gettext_f("The file {path} cannot be used.", &[("path", path)]),
            gettext("Look whether it is there, and who may read and write it."),
        )
    }
}

/// How far a plan that was cut off had come.
pub(crate) fn how_far(done: usize, all: usize) -> String {
    let of = all.to_string();
    ngettext_f("{n} of its {of} steps is done.", "{n} of its {of} steps are done.", done, &[("of", &of)])
}
