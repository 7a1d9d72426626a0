//! From what a project refuses, and what is wrong with the catalogue, to what a user reads.

use lectern_model::{
    capability::Obstacle,
    catalog::{EditError, Subject},
    project::{Excess, Refusal, Resource, Why},
    resize::ResizeError,
};
use lectern_services::{catalog::CatalogError, host::PlaceError};

use super::UserText;
use crate::i18n::{gettext, gettext_f};

/// Why a project does not take something, in one sentence: asked, used, allowed.
pub(crate) fn refusal(refusal: &Refusal) -> String {
    let project = [("project", refusal.project.as_str())];
    match &refusal.why {
        Why::Gone => gettext_f("There is no project {project}.", &project),
        Why::Disabled => gettext_f("The project {project} is disabled.", &project),
        Why::Quota(excesses) => {
            let reasons: Vec<String> = excesses.iter().map(excess).collect();
            let args = [("project", refusal.project.as_str()), ("reasons", &reasons.join("; "))];
            gettext_f("The quota of the project {project} is not enough: {reasons}", &args)
        }
    }
}

/// How much of one resource is asked, used, allowed.
pub(crate) fn excess(excess: &Excess) -> String {
    let (asked, used, allowed) = (excess.asked.to_string(), excess.used.to_string(), excess.allowed.to_string());
    let args = [("asked", asked.as_str()), ("used", &used), ("allowed", &allowed)];
    match excess.resource {
        Resource::Instances => gettext_f("machines: {asked} asked, {used} used, {allowed} allowed", &args),
        Resource::Vcpus => gettext_f("virtual CPUs: {asked} asked, {used} used, {allowed} allowed", &args),
        Resource::Ram => gettext_f("MiB of memory: {asked} asked, {used} used, {allowed} allowed", &args),
        Resource::Volumes => gettext_f("volumes: {asked} asked, {used} used, {allowed} allowed", &args),
        Resource::Gigabytes => gettext_f("GiB of disk: {asked} asked, {used} used, {allowed} allowed", &args),
    }
}

/// The same with what to do next.
pub(crate) fn refused(refused: &Refusal) -> UserText {
    UserText::new(
        refusal(refused),
        gettext("Raise the quota to what is needed, or choose another project. Machines that are off count too."),
    )
}

impl From<&CatalogError> for UserText {
    fn from(error: &CatalogError) -> Self {
        match error {
            CatalogError::Host(error) => Self::from(error),
            CatalogError::Unable(obstacle) => unable(*obstacle),
            CatalogError::Edit(error) => edit(error),
            CatalogError::HasMachines { project, machines } => Self::new(
                gettext_f(
                    "{n} machines are in the project {project}.",
                    &[("n", &machines.to_string()), ("project", project)],
                ),
                gettext("Its name is noted on them. Move them to another project first."),
            ),
            CatalogError::Refused(refusal) => refused(refusal),
            CatalogError::NoSpace => Self::new(
                gettext("There is not enough space on the host's disk."),
                gettext("Nothing was changed. Delete what is not needed, and try again."),
            ),
            CatalogError::Busy => Self::new(
                gettext("Others change projects and flavors all the time."),
                gettext("Nothing was changed. Try again in a moment."),
            ),
            CatalogError::TooLarge => Self::new(
                gettext("There are too many projects and flavors."),
                gettext("Nothing was changed. Delete those that are not needed."),
            ),
        }
    }
}

impl From<&PlaceError> for UserText {
    fn from(error: &PlaceError) -> Self {
        match error {
            PlaceError::Catalog(error) => Self::from(error),
            PlaceError::Notes(error) => Self {
                raw: Some(error.to_string()),
                ..Self::new(
                    gettext("What is noted on the machine is of a newer version of Lectern."),
                    gettext("It stays as it is. Update this program to change it."),
                )
            },
            PlaceError::Resize(error) => resize(error),
            PlaceError::NotForProject { flavor, project } => Self::new(
                gettext_f(
                    "The flavor {flavor} is not for the project {project}.",
                    &[("flavor", flavor), ("project", project)],
                ),
                gettext("Choose another flavor."),
            ),
            PlaceError::Running => {
                Self::new(gettext("The machine is on, or its memory is saved."), gettext("Shut it down first."))
            }
            PlaceError::NoPool => Self::new(
                gettext("The machine's disk is in no storage pool that is started."),
                gettext("Nobody knows where its other disks should go. Make a storage pool of its folder first."),
            ),
            PlaceError::Nothing => Self::new(gettext("It is so already."), String::new()),
        }
    }
}

fn resize(error: &ResizeError) -> UserText {
    match error {
        ResizeError::Sealed => UserText::new(
            gettext("The machine is locked as a template."),
            gettext("Its disks are the base of others. Clone it, and resize the clone."),
        ),
        ResizeError::Numa => UserText::new(
            gettext("The machine's memory is laid out by hand, in NUMA cells."),
            gettext("Change its XML instead."),
        ),
        ResizeError::Notes(error) => UserText::from(&PlaceError::Notes(error.clone())),
        ResizeError::Edit(error) => UserText {
            raw: Some(error.to_string()),
            ..UserText::new(gettext("The machine's XML cannot be changed."), gettext("The details say why."))
        },
    }
}

fn unable(obstacle: Obstacle) -> UserText {
    match obstacle {
        Obstacle::Driver => UserText::new(
            gettext("This host cannot keep projects and flavors."),
            gettext("Its driver keeps no files. Projects work on hosts of QEMU."),
        ),
        Obstacle::ReadOnly => UserText::new(
            gettext("Projects and flavors cannot be changed here."),
            gettext("The connection, or the host's disk, is read-only."),
        ),
        Obstacle::Denied => UserText::new(
            gettext("You may not change projects and flavors here."),
            gettext("Ask who looks after the host."),
        ),
        Obstacle::NoPlace => UserText::new(
            gettext("This host has no place for projects and flavors."),
            gettext("Another computer's user session has none. Connect to its system instead."),
        ),
        Obstacle::NewerVersion => UserText::new(
            gettext("A newer version of Lectern keeps the projects and flavors of this host."),
            gettext("They are shown as far as they are known. Update this program to change them."),
        ),
    }
}

fn edit(error: &EditError) -> UserText {
    match error {
        EditError::ChangedElsewhere(subject) => UserText::new(
            gettext_f("{name} was changed by somebody else meanwhile.", &[("name", name(subject))]),
            gettext("Look at what it is like now, and make the change again."),
        ),
        EditError::Gone(subject) => UserText::new(
            gettext_f("{name} is no longer there.", &[("name", name(subject))]),
            gettext("It was removed by somebody else meanwhile. The list shows what is there."),
        ),
        EditError::Project { name, .. } | EditError::Flavor { name, .. } => UserText {
            raw: Some(error.to_string()),
            ..UserText::new(
                gettext_f("{name} cannot be kept as it is written.", &[("name", name)]),
                gettext("The details say what is wrong with it."),
            )
        },
    }
}

fn name(subject: &Subject) -> &str {
    match subject {
        Subject::Project(name) | Subject::Flavor(name) => name,
    }
}
