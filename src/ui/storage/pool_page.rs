//! One pool's page: what it is, how full it is, and its volumes.

use relm4::{adw, adw::prelude::*, gtk, gtk::gio};

use lectern_model::storage::Pool;
use lectern_services::disk::volumes::Seen;

use super::{PoolAct, StorageMsg, words};
use crate::{
    actions, buttons,
    errors::UserText,
    i18n::{gettext, ngettext_f, pgettext},
    rows::{Group, property},
};

/// So many rows are made; the search finds the others.
const MOST: usize = 200;

/// What the page shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) pool: Pool,
    /// Its volumes, once they are known.
    pub(super) volumes: Option<Vec<Seen>>,
    /// Why they could not be looked at.
    pub(super) problem: Option<UserText>,
    pub(super) can_change: bool,
}

/// The page and its parts that change.
pub(super) struct PoolPage {
    pub(super) root: adw::NavigationPage,
    shown: Option<Shown>,
    start: gtk::Button,
    stop: gtk::Button,
    new: gtk::Button,
    changes: gio::SimpleActionGroup,
    autostart: adw::SwitchRow,
    facts: Group,
    volumes: Volumes,
    /// Whether the switch is set by what the host says, not by the user.
    told: std::rc::Rc<std::cell::Cell<bool>>,
}

/// The list of volumes, with its search.
struct Volumes {
    group: adw::PreferencesGroup,
    search: gtk::SearchEntry,
    list: gtk::ListBox,
    input: relm4::Sender<StorageMsg>,
    all: std::rc::Rc<std::cell::RefCell<Vec<Seen>>>,
}

impl PoolPage {
    pub(super) fn new(pool: &Pool, input: &relm4::Sender<StorageMsg>) -> Self {
        let facts = Group::new("");
        let autostart = adw::SwitchRow::builder().title(gettext("Start With the Host")).build();
        facts.group.add(&autostart);
        let told = std::rc::Rc::new(std::cell::Cell::new(false));
        let (sender, quiet) = (input.clone(), std::rc::Rc::clone(&told));
        autostart.connect_active_notify(move |row| {
            if !quiet.get() {
                sender.emit(StorageMsg::Pool(PoolAct::Autostart(row.is_active())));
            }
        });
        let start = button(&pgettext("action", "Start"), "media-playback-start-symbolic", PoolAct::Start, input);
        let stop = button(&gettext("Stop Storage Pool"), "media-playback-stop-symbolic", PoolAct::Stop, input);
        let new = button(&gettext("New Volume"), "list-add-symbolic", PoolAct::NewVolume, input);
        let volumes = Volumes::new(input);
        let page = adw::PreferencesPage::new();
        page.add(&facts.group);
        page.add(&volumes.group);
        let changes = group(input);
        let root = frame(&pool.name, (&new, [&start, &stop]), &page, &changes);
        Self { root, shown: None, start, stop, new, changes, autostart, facts, volumes, told }
    }

    /// Shows it, where it differs from what is shown.
    pub(super) fn show(&mut self, shown: Shown) {
        if self.shown.as_ref() == Some(&shown) {
            return;
        }
        let (pool, active) = (&shown.pool, shown.pool.state.is_active());
        self.start.set_visible(!active);
        self.stop.set_visible(active);
        self.start.set_sensitive(shown.can_change);
        self.stop.set_sensitive(shown.can_change);
        self.new.set_sensitive(shown.can_change && active && pool.kind.can_make_volumes());
        let can = [("upload", active && pool.kind.can_make_volumes()), ("refresh", active), ("delete", true)];
        for (name, can) in can {
            if let Some(action) = self.changes.lookup_action(name).and_downcast::<gio::SimpleAction>() {
                action.set_enabled(shown.can_change && can);
            }
        }
        self.told.set(true);
        self.autostart.set_active(pool.autostart);
        self.autostart.set_sensitive(pool.persistent && shown.can_change);
        self.told.set(false);
        self.facts.replace(facts(pool));
        self.volumes.show(&shown);
        self.shown = Some(shown);
    }
}

fn facts(pool: &Pool) -> Vec<gtk::Widget> {
    let mut rows = vec![property(&gettext("State"), &words::state(pool.state))];
    rows.push(property(&gettext("Kind"), &words::kind(pool.kind)));
    if let Some(target) = &pool.target {
        rows.push(property(&gettext("Path"), target));
    }
    if pool.state.is_active() {
        let row = adw::ActionRow::builder().title(gettext("Space")).subtitle(words::capacity(pool)).build();
        row.add_css_class("property");
        row.add_suffix(&capacity(pool, 160));
        rows.push(row.upcast());
    }
    rows
}

/// The bar that shows how full a pool is.
#[expect(clippy::cast_precision_loss, reason = "a bar has no 53 bits")]
pub(super) fn capacity(pool: &Pool, width: i32) -> gtk::LevelBar {
    let (all, free) = (pool.capacity.0, pool.available.0);
    let share = if all == 0 { 0.0 } else { all.saturating_sub(free) as f64 / all as f64 };
    let bar = gtk::LevelBar::builder().value(share).width_request(width).valign(gtk::Align::Center).build();
    bar.remove_offset_value(Some(gtk::LEVEL_BAR_OFFSET_LOW));
    bar.remove_offset_value(Some(gtk::LEVEL_BAR_OFFSET_HIGH));
    bar.remove_offset_value(Some(gtk::LEVEL_BAR_OFFSET_FULL));
    let text = words::capacity(pool);
    bar.set_tooltip_text(Some(&text));
    bar.update_property(&[gtk::accessible::Property::Label(&text)]);
    bar
}

impl Volumes {
    fn new(input: &relm4::Sender<StorageMsg>) -> Self {
        let group = adw::PreferencesGroup::builder().title(gettext("Volumes")).build();
        let search = gtk::SearchEntry::builder().placeholder_text(gettext("Search volumes")).build();
        search.update_property(&[gtk::accessible::Property::Label(&gettext("Search volumes"))]);
        search.set_margin_bottom(9);
        let list = gtk::ListBox::builder().selection_mode(gtk::SelectionMode::None).build();
        list.add_css_class("boxed-list");
        list.update_property(&[gtk::accessible::Property::Label(&gettext("Volumes"))]);
        group.add(&search);
        group.add(&list);
        let volumes = Self { group, search, list, input: input.clone(), all: std::rc::Rc::default() };
        let (list, input) = (volumes.list.clone(), input.clone());
        let all = std::rc::Rc::clone(&volumes.all);
        volumes.search.connect_search_changed(move |search| fill(&list, &all.borrow(), &search.text(), &input));
        volumes
    }

    fn show(&self, shown: &Shown) {
        let volumes = shown.volumes.as_deref().unwrap_or_default();
        let text = match (&shown.problem, &shown.volumes) {
            (Some(problem), _) => format!("{} {}", problem.title, problem.body),
            (None, _) if !shown.pool.state.is_active() => gettext("Start the pool to see what is in it."),
            (None, None) => gettext("Loading…"),
            (None, Some(all)) if all.is_empty() => gettext("There is nothing in it yet."),
            (None, Some(_)) => String::new(),
        };
        self.group.set_description(Some(text.as_str()).filter(|text| !text.is_empty()));
        let any = !volumes.is_empty() && shown.pool.state.is_active();
        self.search.set_visible(any);
        self.list.set_visible(any);
        if *self.all.borrow() != volumes {
            *self.all.borrow_mut() = volumes.to_vec();
            fill(&self.list, volumes, &self.search.text(), &self.input);
        }
    }
}

/// Shows the volumes that a search finds by name, path, or who uses them.
fn fill(list: &gtk::ListBox, all: &[Seen], search: &str, input: &relm4::Sender<StorageMsg>) {
    let had = list.focus_child().map(|row| row.widget_name());
    list.remove_all();
    let wanted = search.trim().to_lowercase();
    let found: Vec<&Seen> = all.iter().filter(|seen| fits(seen, &wanted)).collect();
    for seen in found.iter().take(MOST) {
        let row = volume(seen, input);
        list.append(&row);
        if had.as_deref() == Some(seen.volume.name.as_str()) {
            row.grab_focus();
        }
    }
    let rest = found.len().saturating_sub(MOST);
    if found.is_empty() {
        list.append(&note(&gettext("No volume fits the search.")));
    } else if rest > 0 {
        list.append(&note(&ngettext_f("{n} more: search for it", "{n} more: search for them", rest, &[])));
    }
}

fn fits(seen: &Seen, wanted: &str) -> bool {
    let named = |text: &str| text.to_lowercase().contains(wanted);
    wanted.is_empty() || named(&seen.volume.name) || seen.users.iter().any(|user| named(&user.name))
}

fn note(text: &str) -> adw::ActionRow {
    adw::ActionRow::builder().title(text).activatable(false).build()
}

fn volume(seen: &Seen, input: &relm4::Sender<StorageMsg>) -> adw::ActionRow {
    let name = seen.volume.name.clone();
    let row = adw::ActionRow::builder()
        .title(&name)
        .subtitle(words::volume(seen))
        .use_markup(false)
        .activatable(true)
        .build();
    row.set_widget_name(&name);
    row.add_suffix(&gtk::Image::from_icon_name("go-next-symbolic"));
    let input = input.clone();
    row.connect_activated(move |_| input.emit(StorageMsg::OpenVolume(name.clone())));
    row
}

fn button(label: &str, icon: &str, act: PoolAct, input: &relm4::Sender<StorageMsg>) -> gtk::Button {
    let button = buttons::flat(icon, label);
    let input = input.clone();
    button.connect_clicked(move |_| input.emit(StorageMsg::Pool(act.clone())));
    button
}

fn frame(
    name: &str,
    (new, starts): (&gtk::Button, [&gtk::Button; 2]),
    page: &adw::PreferencesPage,
    changes: &gio::SimpleActionGroup,
) -> adw::NavigationPage {
    let header = adw::HeaderBar::new();
    let menu = gtk::MenuButton::builder()
        .icon_name("view-more-symbolic")
        .tooltip_text(gettext("More Actions"))
        .menu_model(&menu())
        .build();
    actions::name_popover(&menu);
    header.pack_end(&menu);
    for start in starts {
        header.pack_end(start);
    }
    header.pack_end(new);
    let view = adw::ToolbarView::new();
    view.add_top_bar(&header);
    view.set_content(Some(page));
    view.insert_action_group("pool", Some(changes));
    adw::NavigationPage::builder().title(name).tag("pool").child(&view).build()
}

fn menu() -> gio::Menu {
    let menu = gio::Menu::new();
    for entries in [
        vec![(gettext("Upload a File…"), "pool.upload"), (gettext("Look Again"), "pool.refresh")],
        vec![(gettext("Delete Storage Pool…"), "pool.delete")],
    ] {
        let section = gio::Menu::new();
        for (label, action) in entries {
            section.append(Some(&label), Some(action));
        }
        menu.append_section(None, &section);
    }
    menu
}

fn group(input: &relm4::Sender<StorageMsg>) -> gio::SimpleActionGroup {
    let group = gio::SimpleActionGroup::new();
    for (name, act) in [("upload", PoolAct::Upload), ("refresh", PoolAct::Refresh), ("delete", PoolAct::Delete)] {
        let action = gio::SimpleAction::new(name, None);
        let input = input.clone();
        action.connect_activate(move |_, _| input.emit(StorageMsg::Pool(act.clone())));
        group.add_action(&action);
    }
    group
}
