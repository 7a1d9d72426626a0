//! What is done with pools: each act comes to a plan, or to a dialog that ends in one.

use relm4::{gtk::glib, prelude::*};

use lectern_model::{draft::pool::PoolDraft, storage::pool::PoolKind, xml::EditError};
use lectern_services::plan::{Plan, storage as plans};

use super::{PoolAct, Storage, StorageCmd, StorageMsg, files, form};
use crate::{
    dialogs,
    errors::UserText,
    i18n::{gettext, gettext_f},
};

impl Storage {
    pub(super) fn ask_kinds(&self, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        sender.oneshot_command(async move { StorageCmd::Kinds(host.pool_kinds().await) });
    }

    pub(super) fn show_pool_form(&self, kinds: &[PoolKind], sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        let mut draft = PoolDraft::suggested(&self.pools);
        if host.uri().is_session() {
            // A user's own daemon can write only where its user can.
            draft.target = glib::user_data_dir().join("libvirt").join(&draft.name).to_string_lossy().into_owned();
        }
        let input = sender.input_sender().clone();
        form::pool::show(&draft, kinds, self.pools.clone(), &self.window, move |draft| {
            let new = draft.pool(plans::new_id());
            told(plans::make_pool(host.uri(), &new, draft.autostart, draft.start), &input);
        });
    }

    pub(super) fn act(&mut self, act: PoolAct, sender: &ComponentSender<Self>) {
        let (Some(host), Some(pool)) = (self.host.clone(), self.opened().cloned()) else { return };
        let run = |plan: Plan| sender.input(StorageMsg::Run(Box::new(plan)));
        match act {
            PoolAct::Start => run(plans::start_pool(host.uri(), &pool)),
            PoolAct::Refresh => run(plans::refresh_pool(host.uri(), &pool)),
            PoolAct::Autostart(on) if on != pool.autostart => run(plans::autostart_pool(host.uri(), &pool, on)),
            PoolAct::Autostart(_) => {}
            PoolAct::Stop | PoolAct::Delete => {
                let id = pool.id;
                sender.oneshot_command(async move { StorageCmd::Definition(act, host.pool_definition(id).await) });
            }
            PoolAct::NewVolume => self.show_volume_form(sender),
            PoolAct::Upload => self.ask_upload(sender),
        }
    }

    /// What needs the pool's XML, so that it can be taken back.
    pub(super) fn act_with(&self, act: &PoolAct, xml: &str, sender: &ComponentSender<Self>) {
        let (Some(host), Some(pool)) = (self.host.clone(), self.opened().cloned()) else { return };
        let input = sender.input_sender().clone();
        if *act == PoolAct::Stop {
            return input.emit(StorageMsg::Run(Box::new(plans::stop_pool(host.uri(), &pool, xml))));
        }
        let plan = plans::delete_pool(host.uri(), &pool, xml);
        let title = gettext_f("Delete the storage pool {name}?", &[("name", &pool.name)]);
        let body = gettext("Only libvirt's definition of it is removed. All volumes stay where they are.");
        dialogs::confirm((&title, &body, &gettext("_Delete")), None, &self.window, move || {
            input.emit(StorageMsg::Run(Box::new(plan)));
        });
    }

    fn show_volume_form(&self, sender: &ComponentSender<Self>) {
        let (Some(host), Some(pool)) = (self.host.clone(), self.opened().cloned()) else { return };
        let facts = self.facts(None);
        let input = sender.input_sender().clone();
        form::volume::show_new(pool.kind, facts, &self.window, move |new| {
            input.emit(StorageMsg::Run(Box::new(plans::make_volume(host.uri(), &pool.name, new))));
        });
    }

    /// What a form must know of the open pool; `needs` is what a copy takes.
    pub(super) fn facts(&self, needs: Option<lectern_model::units::Bytes>) -> lectern_model::draft::volume::Facts {
        let volumes = self.stock.as_ref().zip(self.opened()).map(|(stock, pool)| stock.of(pool.id));
        let names = volumes.into_iter().flatten().map(|seen| seen.volume.name).collect();
        lectern_model::draft::volume::Facts { names, free: self.opened().map(|pool| pool.available), needs, base: None }
    }

    fn ask_upload(&self, sender: &ComponentSender<Self>) {
        let (Some(host), Some(pool)) = (self.host.clone(), self.opened().cloned()) else { return };
        let input = sender.input_sender().clone();
        files::upload(self.facts(None), &self.window, move |path, length, name| {
            let plan = plans::upload(host.uri(), &pool.name, name, path, length);
            input.emit(StorageMsg::Run(Box::new(plan)));
        });
    }
}

/// Runs a plan that was made; says why there is none.
fn told(plan: Result<Plan, EditError>, input: &relm4::Sender<StorageMsg>) {
    match plan {
        Ok(plan) => input.emit(StorageMsg::Run(Box::new(plan))),
        Err(error) => input.emit(StorageMsg::Failed(UserText {
            title: gettext("The pool's XML cannot be made."),
            body: gettext("A text in it has a character that XML cannot hold. Take it out and try again."),
            raw: Some(error.to_string()),
        })),
    }
}
