//! One project's page: what it may use and uses, and its machines.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::project::{DEFAULT, MachineUse, Project, ProjectUse, Resource};

use super::{ProjectsMsg, usage};
use crate::{
    buttons,
    i18n::{gettext, gettext_f, ngettext_f},
    rows::{Group, plain, property},
};

/// How many machines are listed.
const MOST: usize = 200;

/// What the page shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) project: Project,
    /// What it uses, once it was counted.
    pub(super) used: Option<ProjectUse>,
    pub(super) machines: Vec<MachineUse>,
    pub(super) can_change: bool,
}

/// The page and its parts that change.
pub(super) struct Page {
    pub(super) root: adw::NavigationPage,
    shown: Option<Shown>,
    edit: gtk::Button,
    delete: gtk::Button,
    facts: Group,
    quota: Group,
    machines: Group,
}

impl Page {
    pub(super) fn new(name: &str, input: &relm4::Sender<ProjectsMsg>) -> Self {
        let edit = button("document-edit-symbolic", &gettext("Edit Project"), || ProjectsMsg::Edit, input);
        let delete = button("user-trash-symbolic", &gettext("Delete Project"), || ProjectsMsg::Delete, input);
        let (facts, quota) = (Group::new(""), Group::new(&gettext("Quota")));
        let machines = Group::new(&gettext("Machines"));
        quota.group.set_description(Some(&gettext("A volume is a hard disk that a machine writes to; an overlay counts with the size that the guest sees. Discs and read-only disks do not count.")));
        let page = adw::PreferencesPage::new();
        for group in [&facts, &quota, &machines] {
            page.add(&group.group);
        }
        let header = adw::HeaderBar::new();
        header.pack_end(&delete);
        header.pack_end(&edit);
        let view = adw::ToolbarView::new();
        view.add_top_bar(&header);
        view.set_content(Some(&page));
        let root = adw::NavigationPage::builder().title(name).tag("project").child(&view).build();
        Self { root, shown: None, edit, delete, facts, quota, machines }
    }

    /// Shows it, where it differs from what is shown.
    pub(super) fn show(&mut self, shown: Shown) {
        if self.shown.as_ref() == Some(&shown) {
            return;
        }
        self.edit.set_visible(shown.can_change);
        self.delete.set_visible(shown.can_change && shown.project.name != DEFAULT);
        self.facts.replace(facts(&shown.project));
        self.quota.replace(quota(&shown));
        self.machines.replace(shown.machines.iter().take(MOST).map(machine).collect());
        let more = shown.machines.len().saturating_sub(MOST);
        let text = match (&shown.used, shown.machines.len()) {
            (None, _) => Some(gettext("They are being counted…")),
            (Some(_), 0) => Some(gettext("It has no machines. Move some here from the list of machines.")),
            (Some(_), _) => (more > 0).then(|| ngettext_f("{n} more machine", "{n} more machines", more, &[])),
        };
        self.machines.group.set_description(text.as_deref());
        self.shown = Some(shown);
    }
}

fn facts(project: &Project) -> Vec<gtk::Widget> {
    let state = if project.enabled {
        gettext("Enabled: its machines may be started, and new ones made.")
    } else {
        gettext("Disabled: nothing in it is started or made. Machines that are on stay on.")
    };
    let description =
        (!project.description.is_empty()).then(|| property(&gettext("Description"), &project.description));
    let default = (project.name == DEFAULT).then(|| {
        property(
            &gettext("What Counts Here"),
            &gettext("Machines without a project: all that were made outside of Lectern, too."),
        )
    });
    [Some(property(&gettext("State"), &state)), description, default].into_iter().flatten().collect()
}

/// The bars, and what the volumes really take on the host, which is no business of a quota.
fn quota(shown: &Shown) -> Vec<gtk::Widget> {
    let amount = shown.used.as_ref().map(|used| used.amount).unwrap_or_default();
    let bars = Resource::ALL.into_iter().map(|resource| usage::row(&shown.project.quota, &amount, resource).upcast());
    let real = shown.used.as_ref().map(|used| real(used).upcast());
    bars.chain(real).collect()
}

fn real(used: &ProjectUse) -> adw::ActionRow {
    let args = [("real", used.real.to_string()), ("size", used.amount.disk.to_string())];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut text = gettext_f("{real} of the {size} that the guests see; the quota counts the latter", &args);
    if !used.unknown.is_empty() {
        text.push('\n');
        text.push_str(&ngettext_f(
            "The host does not tell the size of {n} volume.",
            "The host does not tell the sizes of {n} volumes.",
            used.unknown.len(),
            &[],
        ));
    }
    plain(&gettext("Really Used on the Host"), &text)
}

fn machine(machine: &MachineUse) -> gtk::Widget {
    let amount = machine.amount();
    let n = usize::try_from(machine.vcpus).unwrap_or(usize::MAX);
    let memory = machine.memory.to_string();
    let hardware =
        ngettext_f("{n} virtual CPU, {memory} memory", "{n} virtual CPUs, {memory} memory", n, &[("memory", &memory)]);
    let disks = ngettext_f("{n} volume", "{n} volumes", machine.disks.len(), &[]);
    let flavor = machine.flavor.as_ref().map(|name| gettext_f("flavor {name}", &[("name", name)]));
    let template = machine.template.then(|| gettext("template"));
    let parts = [Some(hardware), Some(format!("{disks} ({})", amount.disk)), flavor, template];
    plain(&machine.name, &parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")).upcast()
}

fn button(icon: &str, label: &str, message: fn() -> ProjectsMsg, input: &relm4::Sender<ProjectsMsg>) -> gtk::Button {
    let button = buttons::flat(icon, label);
    let input = input.clone();
    button.connect_clicked(move |_| input.emit(message()));
    button
}
