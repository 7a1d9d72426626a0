//! The page with the place of the install tree, and what was found there.

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::{
    draft::install::{Field, InstallDraft, Origin, Sight},
    tree::{Evidence, Finding, Nothing, Tree},
};

use super::{InstallMsg, discs::Origins, words};
use crate::{
    buttons,
    i18n::{gettext, gettext_f},
    rows::{self, Group},
    wizards::frame::{Fields, Quietly},
};

/// The page.
pub(super) struct LocationPage {
    page: adw::PreferencesPage,
    location: adw::EntryRow,
    quietly: Quietly,
    place: adw::PreferencesGroup,
    found: Group,
    offers: Group,
    used: Group,
    has_used: bool,
    busy: gtk::Box,
    /// What the rows show, so that they are made anew only where it differs.
    shown: Option<(Origin, String, Option<Sight>)>,
    input: Sender<InstallMsg>,
}

impl LocationPage {
    /// An empty page, with its field added to `fields`; `local` offers the desktop's own dialogs.
    pub(super) fn new(input: &Sender<InstallMsg>, fields: &mut Fields<Field>, local: bool, origins: &Origins) -> Self {
        let location = adw::EntryRow::builder().title(gettext("Address of the Install Tree")).build();
        location.set_input_purpose(gtk::InputPurpose::Url);
        location.set_activates_default(true);
        let place = adw::PreferencesGroup::builder()
            .title(gettext("Install Tree"))
            .description(gettext("http://, https:// or ftp://, or the path of a folder or of an ISO file."))
            .build();
        fields.add(Field::Location, &location, &place);
        let (found, offers) = (Group::new(&gettext("What Is There")), Group::new(&gettext("Did You Mean?")));
        let used = Group::new(&gettext("Used Before"));
        let page = adw::PreferencesPage::new();
        let own = [&origins.group, &place, &found.group, &offers.group, &used.group];
        for group in own.into_iter().chain(origins.groups()) {
            page.add(group);
        }
        let busy = busy(input);
        found.group.set_header_suffix(Some(&busy));
        let quietly = Quietly::default();
        let this = Self {
            page,
            location,
            quietly,
            place,
            found,
            offers,
            used,
            has_used: false,
            busy,
            shown: None,
            input: input.clone(),
        };
        this.listen(local);
        this
    }

    fn listen(&self, local: bool) {
        let input = self.input.clone();
        self.quietly.connect(&self.location, move |text| drop(input.send(InstallMsg::Location(text))));
        let mut suffix = vec![("view-refresh-symbolic", gettext("Look What Is There"), None)];
        if local {
            suffix.push(("folder-open-symbolic", gettext("Choose a Folder…"), Some(true)));
            suffix.push(("media-optical-symbolic", gettext("Choose an ISO File…"), Some(false)));
        }
        for (icon, name, folder) in suffix {
            let button = buttons::flat(icon, &name);
            let input = self.input.clone();
            button.connect_clicked(move |_| {
                drop(input.send(folder.map_or(InstallMsg::Look, InstallMsg::Browse)));
            });
            self.location.add_suffix(&button);
        }
    }

    /// The widget.
    pub(super) const fn widget(&self) -> &adw::PreferencesPage {
        &self.page
    }

    /// Lists the places that were used before.
    pub(super) fn show_used(&mut self, used: &[String]) {
        let rows = used.iter().map(|place| self.offer(place, place.clone()).upcast()).collect();
        self.used.replace(rows);
        self.has_used = !used.is_empty();
        self.shown = None;
    }

    /// Shows the draft and what is known of its place.
    pub(super) fn show(&mut self, draft: &InstallDraft, sight: Option<&Sight>) {
        self.quietly.set(&self.location, &draft.location);
        let now = Some((draft.origin, draft.location.clone(), sight.cloned()));
        if self.shown == now {
            return;
        }
        self.shown = now;
        let is_tree = draft.origin == Origin::Tree;
        let sight = sight.filter(|_| is_tree);
        self.place.set_visible(is_tree);
        self.used.group.set_visible(is_tree && self.has_used);
        let looking = sight == Some(&Sight::Looking);
        self.busy.set_visible(looking);
        let found = match sight {
            Some(Sight::Found(Finding::Tree(tree))) => tree_rows(tree),
            _ => Vec::new(),
        };
        self.found.group.set_description(hint(sight).as_deref());
        self.found.group.set_visible(looking || !found.is_empty());
        self.found.replace(found);
        let offers = offers(&draft.location, sight);
        self.offers.group.set_visible(!offers.is_empty());
        self.offers.replace(offers.into_iter().map(|(name, to)| self.offer(&name, to).upcast()).collect());
    }

    /// A place to go to.
    fn offer(&self, name: &str, to: String) -> adw::ActionRow {
        let row = adw::ActionRow::builder().title(name).use_markup(false).activatable(true).build();
        row.add_suffix(&gtk::Image::from_icon_name("go-next-symbolic"));
        let input = self.input.clone();
        row.connect_activated(move |_| drop(input.send(InstallMsg::Go(to.clone()))));
        row
    }

    /// Opens the desktop's own dialog, for a folder or for the image of a disc.
    pub(super) fn browse(&self, folder: bool, parent: &impl IsA<gtk::Widget>) {
        let title =
            if folder { gettext("Choose the Folder of an Install Tree") } else { gettext("Choose an ISO File") };
        let dialog = gtk::FileDialog::builder().title(title).build();
        let window = parent.root().and_downcast::<gtk::Window>();
        let input = self.input.clone();
        let chosen = move |file: Result<relm4::gtk::gio::File, relm4::gtk::glib::Error>| {
            if let Some(path) = file.ok().and_then(|file| file.path()).and_then(|path| path.to_str().map(str::to_owned))
            {
                drop(input.send(InstallMsg::Go(path)));
            }
        };
        let none = None::<&relm4::gtk::gio::Cancellable>;
        if folder {
            dialog.select_folder(window.as_ref(), none, chosen);
        } else {
            dialog.open(window.as_ref(), none, chosen);
        }
    }
}

fn busy(input: &Sender<InstallMsg>) -> gtk::Box {
    let busy = gtk::Box::builder().spacing(6).visible(false).build();
    busy.append(&adw::Spinner::new());
    let stop = gtk::Button::builder().label(gettext("_Stop")).use_underline(true).valign(gtk::Align::Center).build();
    stop.add_css_class("flat");
    let input = input.clone();
    stop.connect_clicked(move |_| drop(input.send(InstallMsg::Stop)));
    busy.append(&stop);
    busy
}

fn hint(sight: Option<&Sight>) -> Option<String> {
    match sight {
        Some(Sight::Looking) => Some(gettext("The place is being looked at…")),
        _ => None,
    }
}

/// Whose it is, and what will be started.
fn tree_rows(tree: &Tree) -> Vec<gtk::Widget> {
    let known = match &tree.evidence {
        Evidence::Description(file) => gettext_f("the file {file}", &[("file", file)]),
        Evidence::Layout(folder) => gettext_f("its layout: the kernel lies in {folder}", &[("folder", folder)]),
    };
    let sums = if tree.checksum(&tree.kernel).is_some() {
        gettext("The tree tells the sums of its files; they are compared.")
    } else {
        gettext("The tree tells no sums of its files.")
    };
    vec![
        rows::property(&gettext("System"), &words::tree(tree)),
        rows::property(&gettext("Installer's Kernel"), &tree.kernel),
        rows::property(&gettext("Installer's RAM Disk"), &tree.initrd),
        rows::property(&gettext("Known By"), &known),
        rows::property(&gettext("Checksums"), &sums),
    ]
}

/// What the place, or the folder above it, lists instead: its name, and the place.
fn offers(location: &str, sight: Option<&Sight>) -> Vec<(String, String)> {
    let Some(Sight::Found(Finding::Nothing(nothing))) = sight else { return Vec::new() };
    let (names, inside) = match nothing {
        Nothing::Missing { near, .. } => (near, false),
        Nothing::Folders(names) => (names, true),
        // Images are looked into on this computer only.
        Nothing::Discs(names) if location.starts_with('/') => (names, true),
        _ => return Vec::new(),
    };
    names.iter().map(|name| (name.clone(), neighbour(location, name, inside))).collect()
}

/// The place of that name in or beside the one that was typed, with the user and password that stand in it.
fn neighbour(location: &str, name: &str, inside: bool) -> String {
    let location = location.trim().trim_end_matches('/');
    let folder = if inside { location } else { location.rsplit_once('/').map_or(location, |(folder, _)| folder) };
    format!("{folder}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_keeps_the_server_and_who_asks_it() {
        assert_eq!(neighbour("ftp://192.168.1.254/CentOS", "centos7", false), "ftp://192.168.1.254/centos7");
        assert_eq!(neighbour("ftp://tom:x@h/a/b/", "c", false), "ftp://tom:x@h/a/c");
        assert_eq!(neighbour("http://h/", "centos7", true), "http://h/centos7");
        assert_eq!(neighbour("/var/ftp", "centos7", true), "/var/ftp/centos7");
    }
}
