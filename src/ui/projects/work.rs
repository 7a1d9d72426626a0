//! What the page of projects does: it shows the catalogue with what is used, and comes to changes of it.

use std::sync::Arc;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{
    capability::Ability,
    catalog::Edit,
    project::{Project, ProjectUse},
};
use lectern_services::{
    catalog::{CatalogError, Kept, Usage},
    host::Host,
};

use super::{
    Projects, ProjectsCmd, ProjectsMsg, form,
    page::{Page, Shown},
    usage, words,
};
use crate::{
    catalog::files,
    dialogs,
    i18n::{gettext, gettext_f},
    shell::situation::Situation,
};

const fn ability(kept: &Kept) -> Ability {
    kept.capability.projects
}

impl Projects {
    pub(super) fn can_change(&self) -> bool {
        self.known.can_change(ability)
    }

    pub(super) fn banner(&self) -> Option<String> {
        self.known.banner(ability)
    }

    pub(super) fn set_host(&mut self, host: Host) {
        self.known.set_host(host);
        self.usage = None;
        self.navigation.pop_to_tag("project-list");
    }

    pub(super) fn follow(&mut self, situation: Situation) {
        self.known.situation = situation;
        self.show();
    }

    pub(super) fn changed(&mut self, kept: Arc<Kept>, sender: &ComponentSender<Self>) {
        self.known.set(kept);
        self.show();
        self.ask_usage(sender);
    }

    pub(super) fn set_visible(&mut self, visible: bool, sender: &ComponentSender<Self>) {
        self.visible = visible;
        if visible {
            self.ask(sender);
            self.ask_usage(sender);
        }
    }

    /// Asks for the catalogue: what comes by itself says nothing of what cannot be read.
    pub(super) fn ask(&self, sender: &ComponentSender<Self>) {
        let Some(host) = self.known.host.clone().filter(|_| self.known.situation.is_connected()) else { return };
        sender.oneshot_command(async move { ProjectsCmd::Read(Box::new(host.catalog().await)) });
    }

    /// Has everything counted, while somebody looks; one question at a time.
    pub(super) fn ask_usage(&mut self, sender: &ComponentSender<Self>) {
        let looked = self.visible && self.known.situation.is_connected();
        let Some(host) = self.known.host.clone().filter(|_| looked) else { return };
        if self.asking.0 {
            self.asking.1 = true;
            return;
        }
        self.asking = (true, false);
        sender.oneshot_command(async move { ProjectsCmd::Used(Box::new(host.usage().await)) });
    }

    pub(super) fn used(&mut self, answer: Result<Usage, CatalogError>, sender: &ComponentSender<Self>) {
        let again = std::mem::take(&mut self.asking).1;
        match answer {
            Ok(usage) => self.usage = Some(usage),
            Err(error) => tracing::info!(%error, "nobody counted what is used"),
        }
        if again {
            self.ask_usage(sender);
        }
    }

    fn use_of(&self, project: &str) -> Option<&ProjectUse> {
        self.usage.as_ref()?.projects.get(project)
    }

    /// Makes the rows anew: projects are few, and change seldom.
    pub(super) fn show(&mut self) {
        let Some(catalog) = self.known.catalog() else { return };
        let rows = catalog.projects.iter().map(|project| self.row(project)).collect();
        self.list.replace(rows);
        self.show_page();
    }

    fn row(&self, project: &Project) -> gtk::Widget {
        let used = self.use_of(&project.name).map(|used| used.amount);
        let row = adw::ActionRow::builder()
            .title(&project.name)
            .subtitle(words::summary(project, used.as_ref()))
            .use_markup(false)
            .activatable(true)
            .build();
        if let Some(used) = &used {
            row.add_suffix(&usage::tightest(&project.quota, used));
        }
        row.add_suffix(&gtk::Image::from_icon_name("go-next-symbolic"));
        let (input, name) = (self.input.clone(), project.name.clone());
        row.connect_activated(move |_| input.emit(ProjectsMsg::Open(name.clone())));
        row.upcast()
    }

    pub(super) fn open(&mut self, name: String) {
        if self.open.is_some() {
            return;
        }
        let page = Page::new(&name, &self.input);
        self.navigation.push(&page.root);
        self.open = Some((name, page));
        self.show_page();
    }

    /// Shows the open project as it is now; one that is gone has no page.
    fn show_page(&mut self) {
        let Some((name, mut page)) = self.open.take() else { return };
        let Some(project) = self.known.catalog().and_then(|catalog| catalog.project(&name)).cloned() else {
            self.navigation.pop_to_tag("project-list");
            return;
        };
        let used = self.use_of(&name).cloned();
        let machines = used.iter().flat_map(|used| &used.machines);
        let all = self.usage.iter().flat_map(|usage| &usage.machines);
        let ids: Vec<_> = machines.collect();
        let machines = all.filter(|machine| ids.contains(&&machine.id)).cloned().collect();
        page.show(Shown { project, used, machines, can_change: self.can_change() });
        self.open = Some((name, page));
    }

    fn opened(&self) -> Option<&Project> {
        self.known.catalog()?.project(&self.open.as_ref()?.0)
    }

    pub(super) fn edit(&self) {
        self.show_form(self.opened().cloned());
    }

    pub(super) fn show_form(&self, old: Option<Project>) {
        let Some(catalog) = self.known.catalog().filter(|_| self.can_change()) else { return };
        let used = old.as_ref().and_then(|old| self.use_of(&old.name));
        let facts = form::Facts {
            catalog: catalog.clone(),
            used: used.map(|used| used.amount).unwrap_or_default(),
            machines: used.map(|used| used.machines.len()).unwrap_or_default(),
        };
        let input = self.input.clone();
        form::show(old, facts, &self.window, move |edit| input.emit(ProjectsMsg::Do(edit)));
    }

    /// Says what becomes of its machines.
    pub(super) fn ask_delete(&self) {
        let Some(project) = self.opened().cloned().filter(|_| self.can_change()) else { return };
        let machines = self.use_of(&project.name).map(|used| used.machines.len()).unwrap_or_default();
        let title = gettext_f("Delete the project {name}?", &[("name", &project.name)]);
        let body = words::becomes(machines);
        let input = self.input.clone();
        dialogs::confirm((&title, &body, &gettext("_Delete")), None, &self.window, move || {
            input.emit(ProjectsMsg::Do(Edit::RemoveProject(project)));
        });
    }

    pub(super) fn import(&self) {
        let Some(catalog) = self.known.catalog().filter(|_| self.can_change()) else { return };
        let input = self.input.clone();
        files::import(catalog, &self.window, move |edit| input.emit(ProjectsMsg::Do(edit)));
    }

    pub(super) fn export(&self) {
        if let Some(catalog) = self.known.catalog() {
            files::export(catalog, &self.window);
        }
    }
}
