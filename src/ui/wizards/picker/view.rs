//! What the picker shows: the volumes of a pool, a path, and what was found.

use std::{path::Path, sync::Arc};

use relm4::{
    adw,
    adw::prelude::*,
    gtk::{self, glib},
};

use lectern_model::{
    draft::{import::Source, machine::DiskFacts},
    storage::{Pool, Volume, volume::VolumeKind},
};

use super::{Kind, PickMsg, Tell, found};
use crate::{
    buttons,
    i18n::{gettext, gettext_f},
    wizards::frame::Quietly,
};

/// The groups of rows.
pub(crate) struct PickerView {
    kind: Kind,
    other: adw::PreferencesGroup,
    pool: adw::ComboRow,
    volumes: adw::PreferencesGroup,
    rows: Vec<adw::ActionRow>,
    radio: gtk::CheckButton,
    path: adw::EntryRow,
    quietly: Quietly,
    found: adw::PreferencesGroup,
    facts: Vec<adw::ActionRow>,
    busy: gtk::Box,
    /// What the rows show, so that they are made anew only where it differs.
    shown: Option<(Option<DiskFacts>, bool)>,
    tell: Tell,
}

impl PickerView {
    /// Empty; `local` offers the desktop's own dialog for files.
    pub(super) fn new(tell: &Tell, kind: Kind, local: bool) -> Self {
        let pool = adw::ComboRow::builder().title(gettext("Storage Pool")).build();
        let refresh = buttons::flat("view-refresh-symbolic", &gettext("Look Again"));
        pool.add_suffix(&refresh);
        let volumes = adw::PreferencesGroup::builder().title(gettext("From a Storage Pool")).build();
        volumes.add(&pool);
        let path = adw::EntryRow::builder().title(gettext("Path on the Host")).activates_default(true).build();
        let other = adw::PreferencesGroup::builder().title(gettext("Another File")).build();
        other.add(&path);
        let found = adw::PreferencesGroup::builder().title(title(kind)).build();
        let busy = busy(tell);
        found.set_header_suffix(Some(&busy));
        let (rows, facts) = (Vec::new(), Vec::new());
        // The first of the group that all volumes share; nobody sees it.
        let radio = gtk::CheckButton::new();
        let this = Self {
            kind,
            other,
            pool,
            volumes,
            rows,
            radio,
            path,
            quietly: Quietly::default(),
            found,
            facts,
            busy,
            shown: None,
            tell: Arc::clone(tell),
        };
        this.listen(&refresh, local);
        this
    }

    fn listen(&self, refresh: &gtk::Button, local: bool) {
        let tell = Arc::clone(&self.tell);
        self.pool.connect_selected_notify(move |row| tell(PickMsg::PoolShown(row.selected())));
        let tell = Arc::clone(&self.tell);
        refresh.connect_clicked(move |_| tell(PickMsg::Refresh));
        let tell = Arc::clone(&self.tell);
        self.quietly.connect(&self.path, move |path| tell(PickMsg::Typed(path.trim().to_owned())));
        if local {
            let browse = buttons::flat("document-open-symbolic", &gettext("Choose a File…"));
            let tell = Arc::clone(&self.tell);
            browse.connect_clicked(move |_| tell(PickMsg::Browse));
            self.path.add_suffix(&browse);
        }
    }

    /// The groups, in their order.
    pub(crate) const fn groups(&self) -> [&adw::PreferencesGroup; 3] {
        [&self.volumes, &self.other, &self.found]
    }

    /// A page with the groups.
    pub(crate) fn page(&self) -> adw::PreferencesPage {
        let page = adw::PreferencesPage::new();
        for group in self.groups() {
            page.add(group);
        }
        page
    }

    /// The field that the keyboard goes to where no disk was chosen.
    pub(crate) const fn field(&self) -> &adw::EntryRow {
        &self.path
    }

    /// The group under which problems of the disk are said.
    pub(crate) const fn found(&self) -> &adw::PreferencesGroup {
        &self.found
    }

    /// Lists the pools, and has the volumes of `shown` asked for.
    pub(super) fn show_pools(&self, pools: &[Pool], shown: usize) {
        let names: Vec<String> = pools.iter().map(pool_name).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.pool.set_model(Some(&gtk::StringList::new(&names)));
        self.pool.set_selected(u32::try_from(shown).unwrap_or(0));
        self.volumes.set_visible(!pools.is_empty());
        self.pool.set_visible(!pools.is_empty());
    }

    /// Lists the volumes of the pool that is shown.
    pub(super) fn show_volumes(&mut self, pool: &str, volumes: &[Volume], chosen: Option<&Source>) {
        let offered = |volume: &&Volume| is_offered(self.kind, volume);
        let mut rows: Vec<_> =
            volumes.iter().filter(offered).map(|volume| self.volume_row(pool, volume, chosen)).collect();
        if rows.is_empty() {
            let empty = match self.kind {
                Kind::Disks => gettext("This pool has no volume"),
                Kind::Discs => gettext("This pool has no image of a disc (.iso)"),
            };
            rows.push(adw::ActionRow::builder().title(empty).build());
        }
        self.replace(rows);
    }

    /// The pool that is shown is stopped: nothing is known of its volumes until it is started.
    pub(super) fn show_stopped(&mut self) {
        let row = adw::ActionRow::builder().title(gettext("This pool is stopped")).build();
        let start = gtk::Button::builder().label(gettext("Start the Pool")).valign(gtk::Align::Center).build();
        let tell = Arc::clone(&self.tell);
        start.connect_clicked(move |button| {
            button.set_sensitive(false);
            tell(PickMsg::StartPool);
        });
        row.add_suffix(&start);
        self.replace(vec![row]);
    }

    fn replace(&mut self, rows: Vec<adw::ActionRow>) {
        for row in self.rows.drain(..) {
            self.volumes.remove(&row);
        }
        for row in &rows {
            self.volumes.add(row);
        }
        self.rows = rows;
    }

    fn volume_row(&self, pool: &str, volume: &Volume, chosen: Option<&Source>) -> adw::ActionRow {
        let args = [
            ("format", volume.format.driver()),
            ("size", &volume.capacity.to_string()),
            ("used", &volume.allocation.to_string()),
        ];
        let row = adw::ActionRow::builder()
            .title(&volume.name)
            .subtitle(gettext_f("{format} · {size}, takes {used}", &args))
            .use_markup(false)
            .build();
        let radio = gtk::CheckButton::builder().group(&self.radio).valign(gtk::Align::Center).build();
        radio.update_property(&[gtk::accessible::Property::Label(&volume.name)]);
        radio.set_active(chosen.is_some_and(|source| source.path() == volume.path));
        row.add_prefix(&radio);
        row.set_activatable_widget(Some(&radio));
        let source = Source::Volume { pool: pool.to_owned(), name: volume.name.clone(), path: volume.path.clone() };
        let tell = Arc::clone(&self.tell);
        radio.connect_toggled(move |radio| {
            if radio.is_active() {
                tell(PickMsg::Source(source.clone()));
            }
        });
        row
    }

    /// Shows which disk is chosen: the volumes let go where a path was typed, the path where a volume was chosen.
    pub(super) fn show_source(&self, source: Option<&Source>) {
        match source {
            Some(Source::Volume { .. }) => self.quietly.set(&self.path, ""),
            Some(Source::File(path)) => {
                self.radio.set_active(true);
                if self.path.text().trim() != path {
                    self.quietly.set(&self.path, path);
                }
            }
            None => {
                self.radio.set_active(true);
                self.quietly.set(&self.path, "");
            }
        }
    }

    /// Shows what was found, or that it is being looked at.
    pub(super) fn show_found(&mut self, disk: Option<&DiskFacts>, looking: bool) {
        let now = Some((disk.cloned(), looking));
        if self.shown == now {
            return;
        }
        self.shown = now;
        self.busy.set_visible(looking);
        let hint = match (looking, disk) {
            (true, _) => Some(gettext("It is being looked at…")),
            (false, None) => Some(gettext("None is chosen yet.")),
            (false, Some(_)) => None,
        };
        self.found.set_description(hint.as_deref());
        for row in self.facts.drain(..) {
            self.found.remove(&row);
        }
        if let Some(disk) = disk {
            self.facts = found::rows(disk);
        }
        for row in &self.facts {
            self.found.add(row);
        }
        if disk.is_some() {
            self.bring_into_view();
        }
    }

    /// Shows how far a look is; those that are done at once show nothing of it.
    pub(super) fn show_progress(&self, fraction: f64) {
        if self.busy.is_visible() && fraction > 0.0 {
            let percent = format!("{:.0}", fraction * 100.0);
            self.found.set_description(Some(&gettext_f("It is being read: {percent} %", &[("percent", &percent)])));
        }
    }

    /// Under a long list nobody would see what was found.
    fn bring_into_view(&self) {
        let found = self.found.downgrade();
        glib::idle_add_local_once(move || {
            let Some(found) = found.upgrade() else { return };
            if let Some(viewport) = found.ancestor(gtk::Viewport::static_type()).and_downcast::<gtk::Viewport>() {
                viewport.scroll_to(&found, None);
            }
        });
    }

    /// Opens the desktop's own dialog.
    pub(super) fn browse(&self, parent: &gtk::Widget) {
        let dialog = gtk::FileDialog::builder().title(gettext("Choose a Disk Image")).build();
        let window = parent.root().and_downcast::<gtk::Window>();
        let tell = Arc::clone(&self.tell);
        dialog.open(window.as_ref(), None::<&relm4::gtk::gio::Cancellable>, move |file| {
            let path = file.ok().and_then(|file| file.path());
            if let Some(path) = path.as_deref().and_then(Path::to_str) {
                tell(PickMsg::Source(Source::File(path.to_owned())));
            }
        });
    }
}

/// Shown while something is looked at, with a button that ends it.
fn busy(tell: &Tell) -> gtk::Box {
    let busy = gtk::Box::builder().spacing(6).visible(false).build();
    busy.append(&adw::Spinner::new());
    let stop = gtk::Button::builder().label(gettext("_Stop")).use_underline(true).valign(gtk::Align::Center).build();
    stop.add_css_class("flat");
    let tell = Arc::clone(tell);
    stop.connect_clicked(move |_| tell(PickMsg::Stop));
    busy.append(&stop);
    busy
}

fn pool_name(pool: &Pool) -> String {
    let args = [("name", pool.name.as_str()), ("free", &pool.available.to_string())];
    if pool.state.is_active() { gettext_f("{name} ({free} free)", &args) } else { gettext_f("{name} (stopped)", &args) }
}

fn title(kind: Kind) -> String {
    match kind {
        Kind::Disks => gettext("The Disk"),
        Kind::Discs => gettext("The Disc"),
    }
}

fn is_offered(kind: Kind, volume: &Volume) -> bool {
    let is_file = matches!(volume.kind, VolumeKind::File | VolumeKind::Block);
    is_file && (kind == Kind::Disks || volume.name.to_ascii_lowercase().ends_with(".iso"))
}
