//! From why a machine is not locked as a template to what a user reads.

use lectern_services::plan::make::{clone::CloneError, template::TemplateError};

use super::UserText;
use crate::{clone::words, i18n::gettext};

/// Why a machine was not locked, or not unlocked.
pub(crate) fn failure(error: &TemplateError) -> UserText {
    match error {
        TemplateError::Look(CloneError::Storage(error)) => super::plan::storage(error),
        TemplateError::Look(CloneError::Xml(error)) => words::refused(error),
        TemplateError::Running => UserText::new(
            gettext("Only a machine that is shut off can be a template."),
            gettext("Shut it down, and throw away its saved memory, first."),
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
