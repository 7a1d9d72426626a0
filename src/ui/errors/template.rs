//! From why a machine is not locked as a template to what a user reads.

use lectern_model::template::{Deed, Why};
use lectern_services::{
    host::Guarded,
    plan::make::{clone::CloneError, template::TemplateError},
};

use super::UserText;
use crate::{
    clone::words,
    i18n::{gettext, gettext_f},
};

/// Why something was not done to a template, or to a machine whose disks others lie on.
pub(crate) fn guarded(guarded: &Guarded) -> UserText {
    let name = [("name", guarded.name.as_str())];
    let title = match guarded.deed {
        Deed::Start => gettext_f("{name} is not started.", &name),
        Deed::Delete => gettext_f("{name} is not deleted.", &name),
        Deed::Undefine => gettext_f("{name} stays in the list.", &name),
        Deed::Unlock | Deed::Reseal => gettext_f("{name} stays locked.", &name),
        _ => gettext_f("{name} is not changed.", &name),
    };
    UserText::new(title, format!("{} {}", words::whys(&guarded.why), next(guarded)))
}

/// What to do instead.
fn next(guarded: &Guarded) -> String {
    let is_needed = guarded.why.iter().any(|why| matches!(why, Why::Dependents(_) | Why::LooseImages(_)));
    let is_sealed = guarded.why.contains(&Why::Sealed);
    match (guarded.deed, is_needed, is_sealed) {
        (Deed::Delete | Deed::Undefine, _, _) => {
            gettext("Delete what lies on its disks together with it or before it, or detach that from it first.")
        }
        (Deed::Start, true, _) => gettext(
            "Starting it would change the disk that they lie on. Clone it and start the clone, or detach them from it first.",
        ),
        (Deed::Unlock | Deed::Reseal, _, _) => {
            gettext("Delete the clones, or make them stand alone, before you unlock it.")
        }
        (_, true, true) => gettext("Make a new version of it and change that, or detach them from it and unlock it."),
        (_, true, false) => gettext("Clone it and change the clone, or detach them from it first."),
        (_, false, _) => gettext("Clone it and use the clone, or unlock it first."),
    }
}

/// Why a machine was not locked, or not unlocked.
pub(crate) fn failure(error: &TemplateError) -> UserText {
    match error {
        TemplateError::Look(CloneError::Storage(error)) => super::plan::storage(error),
        TemplateError::Look(CloneError::Xml(error)) => words::refused(error),
        TemplateError::Running => UserText::new(
            gettext("Only a machine that is shut off can be a template."),
            gettext("Shut it down, and throw away its saved memory, first."),
        ),
        TemplateError::Autostart => UserText::new(
            gettext("It starts with its host."),
            gettext("A template is never started. Switch its autostart off first."),
        ),
        TemplateError::Nothing => UserText::new(gettext("There is nothing to do."), gettext("It is so already.")),
        TemplateError::NoDisk => UserText::new(
            gettext("None of its disks can be watched over."),
            gettext("A template needs a disk in a storage pool that is started."),
        ),
        TemplateError::Needed(why) => UserText::new(
            words::whys(why),
            gettext("Delete the clones, or make them stand alone, before you unlock it."),
        ),
        TemplateError::Notes(error) => UserText {
            raw: Some(error.to_string()),
            ..UserText::new(
                gettext("Its notes cannot be changed."),
                gettext("Another version of Lectern wrote them, or they are damaged."),
            )
        },
    }
}
