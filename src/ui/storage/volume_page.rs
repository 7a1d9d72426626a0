//! One volume's page: what it stands on, what it is, who uses it, what can be done with it, and the snapshots inside it.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::storage::{ImageFormat, name_of, volume::VolumeKind};
use lectern_services::{
    disk::{snapshots::ImageSnapshot, volumes::Seen},
    host::StorageError,
    plan::storage::can_grow,
};

use super::{StorageMsg, VolumeAct, snapshots, words};
use crate::{
    chain,
    i18n::{gettext, gettext_f},
    rows::{Group, property},
};

/// What the page shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) seen: Seen,
    /// The paths of its chain, the volume first.
    pub(super) chain: Vec<String>,
    /// The snapshots inside it, once they are known.
    pub(super) snapshots: Option<Result<Vec<ImageSnapshot>, StorageError>>,
    pub(super) can_change: bool,
}

/// The page and its parts that change.
pub(super) struct VolumePage {
    pub(super) root: adw::NavigationPage,
    shown: Option<Shown>,
    drawing: Group,
    facts: Group,
    acts: Group,
    snapshots: Group,
    add: gtk::Button,
    input: relm4::Sender<StorageMsg>,
}

impl VolumePage {
    pub(super) fn new(name: &str, input: &relm4::Sender<StorageMsg>) -> Self {
        let (drawing, facts) = (Group::new(""), Group::new(""));
        let (acts, snapshots) = (Group::new(&gettext("Changes")), Group::new(&gettext("Snapshots Inside the Image")));
        let add = snapshots::add(input);
        snapshots.group.set_header_suffix(Some(&add));
        let page = adw::PreferencesPage::new();
        for group in [&drawing, &facts, &acts, &snapshots] {
            page.add(&group.group);
        }
        let view = adw::ToolbarView::new();
        view.add_top_bar(&adw::HeaderBar::new());
        view.set_content(Some(&page));
        let root = adw::NavigationPage::builder().title(name).tag("volume").child(&view).build();
        Self { root, shown: None, drawing, facts, acts, snapshots, add, input: input.clone() }
    }

    /// Shows it, where it differs from what is shown.
    pub(super) fn show(&mut self, shown: Shown) {
        if self.shown.as_ref() == Some(&shown) {
            return;
        }
        self.drawing.replace(vec![chain::drawing(&shown.chain, !shown.seen.above.is_empty()).upcast()]);
        self.facts.replace(facts(&shown.seen));
        self.acts.replace(acts(&shown, &self.input));
        self.show_snapshots(&shown);
        self.shown = Some(shown);
    }

    fn show_snapshots(&mut self, shown: &Shown) {
        let has_any = shown.seen.volume.format == ImageFormat::Qcow2 && shown.snapshots.is_some();
        self.snapshots.group.set_visible(has_any);
        let locked = snapshots::locked(shown);
        self.add.set_sensitive(shown.can_change && locked.is_none());
        let rows = match &shown.snapshots {
            Some(Ok(all)) => snapshots::rows(all, shown.can_change && locked.is_none(), &self.input),
            _ => Vec::new(),
        };
        let none =
            rows.is_empty().then(|| gettext("None yet. A snapshot keeps the disk as it is now, in the same file."));
        self.snapshots.group.set_description(locked.or(none).as_deref());
        self.snapshots.replace(rows);
    }
}

fn facts(seen: &Seen) -> Vec<gtk::Widget> {
    let volume = &seen.volume;
    let about = words::about(volume.format);
    let format = if about.is_empty() {
        words::format(volume.format)
    } else {
        format!("{}: {about}", words::format(volume.format))
    };
    let mut rows = vec![
        property(&gettext("Format"), &format),
        property(&gettext("Size for the Guest"), &volume.capacity.to_string()),
        property(&gettext("Takes on the Host"), &volume.allocation.to_string()),
        property(&gettext("Path"), &volume.path),
    ];
    if let Some(base) = volume.backing.as_ref().and_then(|backing| backing.path()) {
        rows.push(property(&gettext("Base"), base));
    }
    let users = if seen.users.is_empty() { gettext("No machine") } else { words::users(seen) };
    rows.push(property(&gettext("Used By"), &users));
    if !seen.above.is_empty() {
        let names: Vec<&str> = seen.above.iter().map(|path| name_of(path)).collect();
        rows.push(property(&gettext("Overlays on It"), &words::listed(&names)));
    }
    rows
}

/// What can be done, each with what it means; what cannot, with why.
fn acts(shown: &Shown, input: &relm4::Sender<StorageMsg>) -> Vec<gtk::Widget> {
    let seen = &shown.seen;
    let is_file = seen.volume.kind != VolumeKind::Dir;
    let needed = words::needed(&seen.deletion);
    let running = running(seen);
    let removable = seen.kind.can_delete_volumes();
    let fixed = (!removable).then(|| gettext("The volumes of such a pool cannot be changed here."));
    let grow = (!seen.above.is_empty())
        .then(|| gettext("Others stand on it, so it stays as it is."))
        .or_else(|| sealed(seen))
        .or_else(|| {
            (!can_grow(seen.volume.format)).then(|| gettext("Only raw and qcow2 images can grow. Convert it first."))
        });
    let list = [
        (
            VolumeAct::Grow,
            gettext("Make Larger…"),
            gettext("The guest then has a larger disk; its partitions it enlarges itself."),
            fixed.clone().or(grow),
        ),
        (
            VolumeAct::Overlay,
            gettext("New Overlay on It…"),
            gettext("A small new disk that keeps only changes; this one is only read from then on."),
            fixed.clone().or_else(|| no_base(seen)).or_else(|| running.clone()),
        ),
        (
            VolumeAct::Clone,
            gettext("Clone…"),
            gettext("A full copy of its own, which stands on nothing."),
            fixed.clone().or_else(|| running.clone()),
        ),
        (
            VolumeAct::Convert,
            gettext("Convert…"),
            gettext("A copy in another format; this one stays."),
            fixed.clone().or_else(|| running.clone()),
        ),
        (VolumeAct::Download, gettext("Download…"), gettext("The file as it is, to this computer."), running),
        (
            VolumeAct::Wipe,
            gettext("Wipe…"),
            gettext("Overwrites all that is in it with zeros, for good."),
            fixed.clone().or_else(|| needed.clone()),
        ),
        (VolumeAct::Delete, gettext("Delete…"), gettext("Removes it for good."), fixed.or(needed)),
    ];
    let list = list.into_iter().filter(|_| is_file);
    list.map(|(act, title, text, locked)| act_row(act, &title, (&text, locked), shown.can_change, input)).collect()
}

fn act_row(
    act: VolumeAct,
    title: &str,
    (text, locked): (&str, Option<String>),
    can_change: bool,
    input: &relm4::Sender<StorageMsg>,
) -> gtk::Widget {
    let said = locked.as_deref().unwrap_or(text);
    let row = adw::ActionRow::builder().title(title).subtitle(said).use_markup(false).activatable(true).build();
    if locked.is_some() {
        let lock = gtk::Image::from_icon_name("system-lock-screen-symbolic");
        lock.set_tooltip_text(Some(said));
        row.add_suffix(&lock);
    }
    row.set_sensitive(locked.is_none() && can_change);
    let input = input.clone();
    row.connect_activated(move |_| input.emit(StorageMsg::Volume(act.clone())));
    row.upcast()
}

/// Why nothing is made to stand on it.
fn no_base(seen: &Seen) -> Option<String> {
    let can = seen.kind.has_files() && matches!(seen.volume.format, ImageFormat::Raw | ImageFormat::Qcow2);
    (!can).then(|| gettext("Overlays stand on raw and qcow2 images in folders."))
}

/// Why it stays as it is, where it is a template's.
pub(super) fn sealed(seen: &Seen) -> Option<String> {
    let names: Vec<&str> = seen.sealed.iter().map(String::as_str).collect();
    let args = [("names", words::listed(&names))];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    (!names.is_empty()).then(|| gettext_f("It is a disk of the template {names}. Unlock that first.", &args))
}

/// Why what needs it at rest cannot be done.
pub(super) fn running(seen: &Seen) -> Option<String> {
    let names: Vec<&str> = seen.running.iter().map(|(_, name)| name.as_str()).collect();
    (!names.is_empty()).then(|| gettext_f("{names} is on. Shut it down first.", &[("names", &words::listed(&names))]))
}
