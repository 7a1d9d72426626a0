//! The window's side of templates' versions, and of the tree of what lies on them.

use std::collections::BTreeMap;

use relm4::prelude::*;

use lectern_model::{
    domain::Domain,
    id::DomainId,
    template::tree::{Kind, Node},
};
use lectern_services::plan::make::versions::{self, Wish};

use super::{
    App,
    chains::{ChainsCmd, ChainsMsg},
    messages::{AppCmd, AppMsg},
};
use crate::{
    chains::{tree, versions as asked},
    errors::UserText,
    i18n::{gettext, gettext_f},
    machine::Tab,
};

impl App {
    fn one(&self) -> Option<Domain> {
        match self.targets().as_slice() {
            [id] => self.picture.get(*id).cloned(),
            _ => None,
        }
    }

    /// Asks how the next version of the template in question begins.
    pub(super) fn ask_new_version(&self, sender: &ComponentSender<Self>) {
        let Some(template) = self.one() else { return };
        let (input, id) = (sender.input_sender().clone(), template.id);
        asked::ask_new(&template, &self.window, move |wish| {
            drop(input.send(AppMsg::Chains(ChainsMsg::NewVersion(id, wish))));
        });
    }

    pub(super) fn new_version(&self, id: DomainId, wish: Wish, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        sender.oneshot_command(async move {
            let plan = versions::new_version(&host, id, &wish).await;
            AppCmd::Chains(ChainsCmd::Version(Box::new(plan)))
        });
    }

    /// Asks to which template these machines move: the newest version of their own first.
    pub(super) fn ask_move_version(&self, ids: Vec<DomainId>, sender: &ComponentSender<Self>) {
        let machines: Vec<Domain> = ids.iter().filter_map(|id| self.picture.get(*id)).cloned().collect();
        let mut templates: Vec<Domain> = self.picture.all().filter(Domain::is_template).collect();
        if machines.is_empty() || templates.is_empty() {
            return self.failures_add(&UserText::new(
                gettext("There is no template."),
                gettext("Lock a machine as a template first."),
            ));
        }
        let own = machines.iter().find_map(|machine| self.line_of(machine));
        templates.sort_by_key(|template| {
            let version = template.notes.as_ref().and_then(|notes| notes.template).unwrap_or(1);
            (Some(asked::line(template)) != own, std::cmp::Reverse(version), template.name.clone())
        });
        let names: Vec<String> = machines.iter().map(|machine| machine.name.clone()).collect();
        let input = sender.input_sender().clone();
        asked::ask_move(&names, templates, &self.window, move |template, keep| {
            drop(input.send(AppMsg::Chains(ChainsMsg::MoveTo(ids.clone(), template, keep))));
        });
    }

    /// Asks which machines of other versions move to the template in question.
    pub(super) fn ask_take_members(&self, sender: &ComponentSender<Self>) {
        let Some(template) = self.one() else { return };
        let line = asked::line(&template);
        let is_meant = |machine: &Domain| {
            let origin = machine.notes.as_ref().and_then(|notes| notes.origin.as_ref());
            origin.is_some_and(|origin| origin.template != template.id)
                && !machine.is_template()
                && machine.notes.as_ref().is_some_and(|notes| notes.next.is_none())
                && self.line_of(machine) == Some(line)
        };
        let mut machines: Vec<Domain> = self.picture.all().filter(is_meant).collect();
        machines.sort_by(|a, b| a.name.cmp(&b.name));
        if machines.is_empty() {
            return self.failures_add(&UserText::new(
                gettext_f("No machine lies on another version of {name}.", &[("name", &template.name)]),
                gettext("There is nothing to move."),
            ));
        }
        let (input, id) = (sender.input_sender().clone(), template.id);
        asked::ask_take(&template, &machines, &self.window, move |ids, keep| {
            drop(input.send(AppMsg::Chains(ChainsMsg::MoveTo(ids, id, keep))));
        });
    }

    /// The line of the template that a machine lies on.
    fn line_of(&self, machine: &Domain) -> Option<DomainId> {
        let origin = machine.notes.as_ref()?.origin.as_ref()?;
        Some(self.picture.get(origin.template).map_or(origin.template, asked::line))
    }

    fn failures_add(&self, text: &UserText) {
        crate::dialogs::show_error(text, &self.window);
    }

    pub(super) fn move_to(&self, ids: Vec<DomainId>, template: DomainId, keep: bool, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        sender.oneshot_command(async move {
            let plan = versions::move_to(&host, &ids, template, keep).await;
            AppCmd::Chains(ChainsCmd::Planned(Box::new(plan)))
        });
    }

    pub(super) fn look_at_tree(&self, sender: &ComponentSender<Self>) {
        let (Some(host), Some(machine)) = (self.host.clone(), self.one()) else { return };
        sender.oneshot_command(
            async move { AppCmd::Chains(ChainsCmd::Tree(versions::tree_of(&host, machine.id).await)) },
        );
    }

    pub(super) fn show_tree(&self, root: &Node, sender: &ComponentSender<Self>) {
        let about: BTreeMap<DomainId, String> = self.picture.all().map(|domain| (domain.id, about(&domain))).collect();
        let input = sender.input_sender().clone();
        let own = match &root.kind {
            Kind::Machine(id, _) => Some(*id),
            Kind::Image(_) => None,
        };
        tree::show(root, &about, &self.window, move |id| {
            if own != Some(id) {
                drop(input.send(AppMsg::Chains(ChainsMsg::Open(id))));
            }
        });
    }

    /// Opens a machine's page in place of the one that is open.
    pub(super) fn open_instead(&mut self, id: DomainId, sender: &ComponentSender<Self>) {
        self.show_list();
        self.open(id, Tab::Overview, sender);
    }
}

/// What is noted on a machine, in a line.
fn about(domain: &Domain) -> String {
    let notes = domain.notes.as_deref().cloned().unwrap_or_default();
    let version =
        notes.template.map(|version| gettext_f("template, version {version}", &[("version", &version.to_string())]));
    let next = notes.next.map(|version| gettext_f("becomes version {version}", &[("version", &version.to_string())]));
    let lab = notes.lab.map(|lab| lab.name);
    let student = notes.student.map(|student| format!("{} {}", student.number, student.name).trim().to_owned());
    let state = crate::texts::state(domain.state);
    [version, next, lab, student, Some(state)].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
