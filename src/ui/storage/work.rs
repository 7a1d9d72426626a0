//! How the page of storage follows its host: pools, volumes and who needs them, snapshots inside them.

use std::time::{Duration, Instant};

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{
    storage::{ImageFormat, Pool, PoolId},
    units::Bytes,
};
use lectern_services::{
    disk::{
        snapshots::{self, ImageSnapshot},
        volumes::{self, Seen, Stock},
    },
    host::{Host, StorageError},
};

use super::{
    OpenVolume, Storage, StorageCmd, StorageMsg,
    pool_page::{self, PoolPage},
    volume_page::{self, VolumePage},
    words,
};
use crate::{errors::UserText, i18n::gettext, shell::situation::Situation};

/// After this time the volumes are looked at again when a pool has become fuller or emptier.
const STALE: Duration = Duration::from_secs(20);

impl Storage {
    /// Whether something can be made or changed now.
    pub(super) fn can_change(&self) -> bool {
        self.met && self.situation.is_connected()
    }

    pub(super) fn waiting(&self) -> String {
        if self.situation.is_connected() { gettext("Loading…") } else { gettext("The Host Is Not Connected") }
    }

    pub(super) fn set_host(&mut self, host: Host) {
        self.host = Some(host);
        self.pools.clear();
        (self.stock, self.problem) = (None, None);
        self.met = false;
        self.navigation.pop_to_tag("pool-list");
        self.show_list();
    }

    pub(super) fn set_situation(&mut self, situation: Situation) {
        self.situation = situation;
        self.show_pages();
    }

    pub(super) fn changed(&mut self, pools: Vec<Pool>, sender: &ComponentSender<Self>) {
        let same = self.pools.iter().map(unsized_pool).eq(pools.iter().map(unsized_pool));
        self.pools = pools;
        self.met = true;
        self.list_again(sender);
        self.show_pages();
        // What is free changes with each write of anybody, and looking at the volumes has libvirt count anew.
        if !same || self.taken.is_none_or(|at| at.elapsed() >= STALE) {
            self.ask_stock(sender);
        }
    }

    fn show_list(&self) {
        let shown = match (self.met, self.pools.is_empty()) {
            (false, _) => "waiting",
            (true, true) => "empty",
            (true, false) => "list",
        };
        self.stack.set_visible_child_name(shown);
    }

    /// Makes the rows anew: a host has few pools, and they change seldom.
    fn list_again(&self, sender: &ComponentSender<Self>) {
        let had = self.list.focus_child().map(|row| row.widget_name());
        self.list.remove_all();
        for pool in &self.pools {
            let row = row(pool);
            let (input, id) = (sender.input_sender().clone(), pool.id);
            row.connect_activated(move |_| input.emit(StorageMsg::Open(id)));
            self.list.append(&row);
            if had.as_deref() == Some(pool.name.as_str()) {
                row.grab_focus();
            }
        }
        self.show_list();
    }

    pub(super) fn set_visible(&mut self, visible: bool, sender: &ComponentSender<Self>) {
        self.visible = visible;
        self.ask_stock(sender);
    }

    /// Looks at all volumes, while somebody sees a pool; one question at a time.
    pub(super) fn ask_stock(&mut self, sender: &ComponentSender<Self>) {
        let looked = self.visible && self.open.is_some() && self.situation.is_connected();
        let Some(host) = self.host.clone().filter(|_| looked) else { return };
        if self.asking.0 {
            self.asking.1 = true;
            return;
        }
        self.asking = (true, false);
        sender.oneshot_command(async move { StorageCmd::Stock(volumes::take(&host).await.map(Box::new)) });
    }

    pub(super) fn take_stock(&mut self, answer: Result<Box<Stock>, StorageError>, sender: &ComponentSender<Self>) {
        let again = std::mem::take(&mut self.asking).1;
        self.taken = Some(Instant::now());
        match answer {
            Ok(stock) => (self.stock, self.problem) = (Some(stock), None),
            Err(error) => self.problem = Some(UserText::from(&error)),
        }
        self.show_pages();
        self.ask_snapshots(sender);
        if again {
            self.ask_stock(sender);
        }
    }

    pub(super) fn open(&mut self, id: PoolId, sender: &ComponentSender<Self>) {
        let Some(pool) = self.pools.iter().find(|pool| pool.id == id).filter(|_| self.open.is_none()) else { return };
        let page = PoolPage::new(pool, sender.input_sender());
        self.navigation.push(&page.root);
        self.stock = None;
        self.open = Some((id, page));
        self.show_pages();
        self.ask_stock(sender);
    }

    pub(super) fn open_volume(&mut self, name: String, sender: &ComponentSender<Self>) {
        if self.volume.is_some() || self.open.is_none() {
            return;
        }
        let page = VolumePage::new(&name, sender.input_sender());
        self.navigation.push(&page.root);
        self.volume = Some(OpenVolume { name, page, snapshots: None });
        self.show_pages();
        self.ask_snapshots(sender);
    }

    /// A page was left by “Back”; whose is told by what is on the screen now.
    pub(super) fn left(&mut self) {
        let shown = self.navigation.visible_page().and_then(|page| page.tag());
        self.volume = None;
        if shown.as_deref() != Some("pool") {
            self.open = None;
        }
    }

    /// Shows what is open as it is now; what is gone has no page.
    pub(super) fn show_pages(&mut self) {
        let can_change = self.can_change();
        let Some((id, mut page)) = self.open.take() else { return };
        let Some(pool) = self.pools.iter().find(|pool| pool.id == id).cloned() else {
            self.volume = None;
            self.navigation.pop_to_tag("pool-list");
            return;
        };
        let volumes = self.stock.as_ref().map(|stock| stock.of(id));
        page.show(pool_page::Shown { pool, volumes, problem: self.problem.clone(), can_change });
        self.open = Some((id, page));
        self.show_volume(can_change);
    }

    fn show_volume(&mut self, can_change: bool) {
        let Some(mut open) = self.volume.take() else { return };
        let (Some((id, _)), Some(stock)) = (&self.open, &self.stock) else {
            self.volume = Some(open);
            return;
        };
        let Some(seen) = stock.find(*id, &open.name) else {
            self.navigation.pop_to_tag("pool");
            return;
        };
        let mut chain = vec![seen.volume.path.clone()];
        chain.extend(stock.inventory.map.bases(&seen.volume.path));
        open.page.show(volume_page::Shown { seen, chain, snapshots: open.snapshots.clone(), can_change });
        self.volume = Some(open);
    }

    /// Asks for the snapshots inside the open volume, where it can have any.
    pub(super) fn ask_snapshots(&self, sender: &ComponentSender<Self>) {
        let Some(seen) = self.opened_volume() else { return };
        if seen.volume.format != ImageFormat::Qcow2 || !self.host.as_ref().is_some_and(|host| host.uri().is_local()) {
            return;
        }
        let (name, path) = (seen.volume.name.clone(), seen.volume.path);
        sender.oneshot_command(async move { StorageCmd::Snapshots(name, snapshots::list(&path).await) });
    }

    pub(super) fn take_snapshots(&mut self, name: &str, answer: Result<Vec<ImageSnapshot>, StorageError>) {
        if let Some(open) = self.volume.as_mut().filter(|open| open.name == name) {
            open.snapshots = Some(answer);
            self.show_pages();
        }
    }

    /// The open pool.
    pub(super) fn opened(&self) -> Option<&Pool> {
        let (id, _) = self.open.as_ref()?;
        self.pools.iter().find(|pool| pool.id == *id)
    }

    /// The open volume.
    pub(super) fn opened_volume(&self) -> Option<Seen> {
        let (id, _) = self.open.as_ref()?;
        self.stock.as_ref()?.find(*id, &self.volume.as_ref()?.name)
    }
}

/// A pool but for how full it is.
fn unsized_pool(pool: &Pool) -> Pool {
    Pool { capacity: Bytes(0), allocation: Bytes(0), available: Bytes(0), ..pool.clone() }
}

fn row(pool: &Pool) -> adw::ActionRow {
    let row = adw::ActionRow::builder()
        .title(&pool.name)
        .subtitle(words::summary(pool))
        .use_markup(false)
        .activatable(true)
        .build();
    row.set_widget_name(&pool.name);
    let active = pool.state.is_active();
    let icon = if active { "media-playback-start-symbolic" } else { "media-playback-stop-symbolic" };
    let icon = gtk::Image::from_icon_name(icon);
    icon.set_css_classes(if active { &["state-icon", "running"] } else { &["state-icon", "dimmed"] });
    row.add_prefix(&icon);
    if active {
        row.add_suffix(&pool_page::capacity(pool, 96));
    }
    row.add_suffix(&gtk::Image::from_icon_name("go-next-symbolic"));
    row
}
