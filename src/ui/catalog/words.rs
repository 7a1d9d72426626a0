//! The words for changes of the catalogue and for what was found beside it.

use lectern_model::catalog::Edit;
use lectern_services::catalog::{Aside, Damage};

use crate::i18n::{gettext, gettext_f};

/// What a change does, as a sentence.
pub(crate) fn edit(edit: &Edit) -> String {
    match edit {
        Edit::AddProject(new) => gettext_f("Make the project {name}", &[("name", &new.name)]),
        Edit::ChangeProject { old, new } if old.name != new.name => {
            gettext_f("Rename the project {old} to {name}", &[("old", &old.name), ("name", &new.name)])
        }
        Edit::ChangeProject { new, .. } => gettext_f("Change the project {name}", &[("name", &new.name)]),
        Edit::RemoveProject(old) => gettext_f("Delete the project {name}", &[("name", &old.name)]),
        Edit::ReturnProject { project, .. } => gettext_f("Bring the project {name} back", &[("name", &project.name)]),
        Edit::AddFlavor(new) => gettext_f("Make the flavor {name}", &[("name", &new.name)]),
        Edit::ChangeFlavor { new, .. } => gettext_f("Change the flavor {name}", &[("name", &new.name)]),
        Edit::RemoveFlavor(old) => gettext_f("Delete the flavor {name}", &[("name", &old.name)]),
        Edit::Import { .. } => gettext("Import projects and flavors"),
    }
}

/// What was found and is not used.
pub(super) fn aside(aside: &Aside) -> String {
    let name = [("name", aside.name.as_str())];
    match aside.damage {
        Damage::Damaged => gettext_f(
            "{name} in the storage pool lectern-catalog is damaged. It stays where it is, and what was kept before it is shown.",
            &name,
        ),
        Damage::Newer(version) => gettext_f(
            "{name} was written by a newer version of Lectern ({version}). It stays as it is.",
            &[("name", &aside.name), ("version", &version.to_string())],
        ),
    }
}
