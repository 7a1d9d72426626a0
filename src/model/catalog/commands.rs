//! The `openstack` lines that mean the same as a change (python-openstackclient, `openstack help project create`).

use super::{Catalog, Edit};
use crate::{
    command::CommandLine,
    flavor::{Access, Flavor},
    project::{Project, Quota, Resource},
};

impl Edit {
    /// The lines that mean the same in OpenStack, where the catalogue is as `before`; empty where nothing would change.
    #[must_use]
    pub fn openstack(&self, before: &Catalog) -> Vec<CommandLine> {
        match self {
            Self::AddProject(project) => add_project(project),
            Self::ChangeProject { old, new } => change_project(old, new),
            Self::RemoveProject(old) => vec![named(openstack(["project", "delete"]), &old.name)],
            Self::AddFlavor(flavor) => add_flavor(flavor),
            Self::ChangeFlavor { old, new } => change_flavor(old, new),
            Self::RemoveFlavor(old) => vec![named(openstack(["flavor", "delete"]), &old.name)],
            Self::ReturnProject { .. } | Self::Import { .. } => {
                self.apply(before).map(|after| difference(before, &after)).unwrap_or_default()
            }
        }
    }
}

fn openstack<'w>(words: impl IntoIterator<Item = &'w str>) -> CommandLine {
    CommandLine::new("openstack").args(words)
}

/// A name in its place; one that begins like an option stands after `--`.
fn named(line: CommandLine, name: &str) -> CommandLine {
    if name.starts_with('-') { line.args(["--", name]) } else { line.arg(name) }
}

/// An option with its value, which argparse takes for an option itself where it begins like one and is no number.
fn option(line: CommandLine, option: &str, value: &str) -> CommandLine {
    let is_like_option = value.starts_with('-') && value.parse::<i64>().is_err();
    if is_like_option { line.arg(format!("{option}={value}")) } else { line.args([option, value]) }
}

fn add_project(project: &Project) -> Vec<CommandLine> {
    let mut line = openstack(["project", "create"]);
    if !project.description.is_empty() {
        line = option(line, "--description", &project.description);
    }
    if !project.enabled {
        line = line.arg("--disable");
    }
    let quota = set_quota(&project.name, &Quota::default(), &project.quota);
    std::iter::once(named(line, &project.name)).chain(quota).collect()
}

fn change_project(old: &Project, new: &Project) -> Vec<CommandLine> {
    let mut line = openstack(["project", "set"]);
    let bare = line.clone();
    if old.name != new.name {
        line = option(line, "--name", &new.name);
    }
    if old.description != new.description {
        line = option(line, "--description", &new.description);
    }
    if old.enabled != new.enabled {
        line = line.arg(if new.enabled { "--enable" } else { "--disable" });
    }
    let changed = (line != bare).then(|| named(line, &old.name));
    changed.into_iter().chain(set_quota(&new.name, &old.quota, &new.quota)).collect()
}

fn set_quota(name: &str, old: &Quota, new: &Quota) -> Option<CommandLine> {
    let differ = Resource::ALL.into_iter().filter(|resource| old.get(*resource) != new.get(*resource));
    let set = openstack(["quota", "set"]);
    let line = differ.fold(set.clone(), |line, r| option(line, r.option(), &new.get(r).to_string()));
    (line != set).then(|| named(line, name))
}

fn add_flavor(flavor: &Flavor) -> Vec<CommandLine> {
    let number = |line, name: &str, value: u64| option(line, name, &value.to_string());
    let mut line = option(openstack(["flavor", "create"]), "--id", &flavor.id);
    line = number(line, "--vcpus", u64::from(flavor.vcpus));
    line = number(number(line, "--ram", flavor.ram), "--disk", flavor.disk);
    for (name, value) in [("--ephemeral", flavor.ephemeral), ("--swap", flavor.swap)] {
        if value > 0 {
            line = number(line, name, value);
        }
    }
    if !flavor.description.is_empty() {
        line = option(line, "--description", &flavor.description);
    }
    let Access::Projects(projects) = &flavor.access else { return vec![named(line, &flavor.name)] };
    let line = named(line.arg("--private"), &flavor.name);
    std::iter::once(line).chain(projects.iter().map(|project| access("set", project, &flavor.name))).collect()
}

fn access(verb: &str, project: &str, flavor: &str) -> CommandLine {
    named(option(openstack(["flavor", verb]), "--project", project), flavor)
}

/// OpenStack's flavors have fixed sizes: another size is another flavor of the same name.
fn change_flavor(old: &Flavor, new: &Flavor) -> Vec<CommandLine> {
    if old == new {
        return Vec::new();
    }
    let described = Flavor { description: new.description.clone(), access: new.access.clone(), ..old.clone() };
    let public = |flavor: &Flavor| flavor.access == Access::Everyone;
    if described != *new || public(old) != public(new) {
        return std::iter::once(named(openstack(["flavor", "delete"]), &old.name)).chain(add_flavor(new)).collect();
    }
    let mut lines = Vec::new();
    if old.description != new.description {
        lines.push(named(option(openstack(["flavor", "set"]), "--description", &new.description), &new.name));
    }
    if let (Access::Projects(before), Access::Projects(after)) = (&old.access, &new.access) {
        lines.extend(after.difference(before).map(|project| access("set", project, &new.name)));
        lines.extend(before.difference(after).map(|project| access("unset", project, &new.name)));
    }
    lines
}

/// Everything that an import adds and changes.
fn difference(before: &Catalog, after: &Catalog) -> Vec<CommandLine> {
    let projects = after.projects.iter().flat_map(|new| match before.project(&new.name) {
        Some(old) => change_project(old, new),
        None => add_project(new),
    });
    let flavors = after.flavors.iter().flat_map(|new| match before.flavor(&new.id) {
        Some(old) => change_flavor(old, new),
        None => add_flavor(new),
    });
    projects.chain(flavors).collect()
}
