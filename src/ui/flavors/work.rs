//! What the page of flavors does: it shows the catalogue, and comes to changes of it.

use std::sync::Arc;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{capability::Ability, catalog::Edit, draft::flavor::FlavorDraft, flavor::Flavor};
use lectern_services::catalog::Kept;

use super::{Flavors, FlavorsCmd, FlavorsMsg, Users, form, words};
use crate::{
    buttons,
    catalog::files,
    dialogs,
    i18n::{gettext, gettext_f, ngettext_f},
    shell::situation::Situation,
};

const fn ability(kept: &Kept) -> Ability {
    kept.capability.flavors
}

impl Flavors {
    pub(super) fn can_change(&self) -> bool {
        self.known.can_change(ability)
    }

    pub(super) fn banner(&self) -> Option<String> {
        self.known.banner(ability)
    }

    pub(super) fn follow(&mut self, situation: Situation) {
        self.known.situation = situation;
        self.show();
    }

    pub(super) fn changed(&mut self, kept: Arc<Kept>) {
        self.known.set(kept);
        self.show();
    }

    pub(super) fn set_users(&mut self, users: Users) {
        if self.users != users {
            self.users = users;
            self.show();
        }
    }

    /// Asks for the catalogue: what comes by itself says nothing of what cannot be read.
    pub(super) fn ask(&self, sender: &ComponentSender<Self>) {
        let Some(host) = self.known.host.clone().filter(|_| self.known.situation.is_connected()) else { return };
        sender.oneshot_command(async move { FlavorsCmd::Read(Box::new(host.catalog().await)) });
    }

    /// Makes the rows anew: flavors are few, and change seldom.
    pub(super) fn show(&mut self) {
        let Some(catalog) = self.known.catalog() else { return };
        let can_change = self.can_change();
        let rows = catalog.flavors.iter().map(|flavor| self.row(flavor, can_change)).collect();
        let empty = catalog.flavors.is_empty();
        self.list.group.set_description(empty.then(|| gettext("There is no flavor. Make one with +.")).as_deref());
        self.list.replace(rows);
    }

    fn users_of(&self, flavor: &Flavor) -> &[String] {
        self.users.get(&flavor.name).map(Vec::as_slice).unwrap_or_default()
    }

    fn row(&self, flavor: &Flavor, can_change: bool) -> gtk::Widget {
        let about = words::about(flavor, self.users_of(flavor).len());
        let row = adw::ActionRow::builder()
            .title(&flavor.name)
            .subtitle(format!("{}\n{about}", words::sizes(flavor)))
            .use_markup(false)
            .activatable(can_change)
            .build();
        let name = [("name", flavor.name.as_str())];
        if can_change {
            row.add_suffix(&self.button(
                "edit-copy-symbolic",
                &gettext_f("Copy {name}", &name),
                flavor,
                FlavorsMsg::Copy,
            ));
            let delete =
                self.button("user-trash-symbolic", &gettext_f("Delete {name}", &name), flavor, FlavorsMsg::Delete);
            row.add_suffix(&delete);
            row.add_suffix(&gtk::Image::from_icon_name("go-next-symbolic"));
        }
        let (input, id) = (self.input.clone(), flavor.id.clone());
        row.connect_activated(move |_| input.emit(FlavorsMsg::Edit(id.clone())));
        row.upcast()
    }

    fn button(&self, icon: &str, label: &str, flavor: &Flavor, message: fn(String) -> FlavorsMsg) -> gtk::Button {
        let button = buttons::flat(icon, label);
        let (input, id) = (self.input.clone(), flavor.id.clone());
        button.connect_clicked(move |_| input.emit(message(id.clone())));
        button
    }

    fn flavor(&self, id: &str) -> Option<Flavor> {
        self.known.catalog()?.flavor(id).cloned()
    }

    pub(super) fn edit(&self, id: &str) {
        if let Some(flavor) = self.flavor(id) {
            self.show_form(&form::Purpose::Edit(flavor));
        }
    }

    pub(super) fn copy(&self, id: &str) {
        if let Some(flavor) = self.flavor(id) {
            self.show_form(&form::Purpose::Copy(flavor));
        }
    }

    pub(super) fn show_form(&self, purpose: &form::Purpose) {
        let Some(catalog) = self.known.catalog().filter(|_| self.can_change()) else { return };
        let draft = match purpose {
            form::Purpose::New => FlavorDraft::suggested(),
            form::Purpose::Copy(flavor) => FlavorDraft::copy_of(flavor, catalog),
            form::Purpose::Edit(flavor) => FlavorDraft::of(flavor),
        };
        let input = self.input.clone();
        form::show(purpose, &draft, catalog.clone(), &self.window, move |edit| input.emit(FlavorsMsg::Do(edit)));
    }

    /// It can be taken back, but machines may have been made with it.
    pub(super) fn ask_delete(&self, id: &str) {
        let Some(flavor) = self.flavor(id).filter(|_| self.can_change()) else { return };
        let input = self.input.clone();
        let users = self.users_of(&flavor);
        if users.is_empty() {
            return input.emit(FlavorsMsg::Do(Edit::RemoveFlavor(flavor)));
        }
        let title = gettext_f("Delete the flavor {name}?", &[("name", &flavor.name)]);
        let body = ngettext_f(
            "{n} machine has this size: {names}. It stays as it is, and keeps the name of the flavor.",
            "{n} machines have this size: {names}. They stay as they are, and keep the name of the flavor.",
            users.len(),
            &[("names", &users.join(", "))],
        );
        dialogs::confirm((&title, &body, &gettext("_Delete")), None, &self.window, move || {
            input.emit(FlavorsMsg::Do(Edit::RemoveFlavor(flavor)));
        });
    }

    pub(super) fn import(&self) {
        let Some(catalog) = self.known.catalog().filter(|_| self.can_change()) else { return };
        let input = self.input.clone();
        files::import(catalog, &self.window, move |edit| input.emit(FlavorsMsg::Do(edit)));
    }

    pub(super) fn export(&self) {
        if let Some(catalog) = self.known.catalog() {
            files::export(catalog, &self.window);
        }
    }
}
