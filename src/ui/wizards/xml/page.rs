//! The page with the file and the machine's identity.

use std::path::Path;

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::draft::xml::{self, XmlDraft, XmlFacts, XmlField};

use super::XmlMsg;
use crate::{
    buttons,
    i18n::gettext,
    wizards::{
        frame::{Fields, Quietly},
        place::PlaceRows,
    },
};

/// The page.
pub(super) struct FilePage {
    page: adw::PreferencesPage,
    path: adw::EntryRow,
    keep: gtk::CheckButton,
    renew: gtk::CheckButton,
    name: adw::EntryRow,
    identity: adw::PreferencesGroup,
    place: PlaceRows,
    project: adw::PreferencesGroup,
    quietly: Quietly,
    input: Sender<XmlMsg>,
}

impl FilePage {
    /// The page, with its fields added to `fields`.
    pub(super) fn new(input: &Sender<XmlMsg>, fields: &mut Fields<XmlField>) -> Self {
        let page = adw::PreferencesPage::new();
        let path = adw::EntryRow::builder().title(gettext("Path on This Computer")).activates_default(true).build();
        let browse = buttons::flat("document-open-symbolic", &gettext("Choose a File…"));
        path.add_suffix(&browse);
        let file = adw::PreferencesGroup::builder().title(gettext("File")).build();
        fields.add(XmlField::File, &path, &file);
        page.add(&file);
        let identity = adw::PreferencesGroup::builder().title(gettext("Identity")).build();
        let keep = choice(&identity, &gettext("Keep Its Identity"), &gettext("For a machine that moves here."), None);
        let words = gettext("Another UUID and other addresses, so that both can be on one host.");
        let renew = choice(&identity, &gettext("Give It a New Identity"), &words, Some(&keep));
        fields.note(XmlField::Identity, &keep, &identity);
        let name = adw::EntryRow::builder().title(gettext("Name")).activates_default(true).build();
        fields.add(XmlField::Name, &name, &identity);
        page.add(&identity);
        let told = input.clone();
        let place = PlaceRows::new(move |project| drop(told.send(XmlMsg::Project(project))), |_| {});
        let project = adw::PreferencesGroup::new();
        fields.add(XmlField::Project, &place.project, &project);
        page.add(&project);
        let quietly = Quietly::default();
        let this = Self { page, path, keep, renew, name, identity, place, project, quietly, input: input.clone() };
        this.listen(&browse);
        this
    }

    fn listen(&self, browse: &gtk::Button) {
        let input = self.input.clone();
        browse.connect_clicked(move |_| drop(input.send(XmlMsg::Browse)));
        let input = self.input.clone();
        self.quietly.connect(&self.path, move |path| drop(input.send(XmlMsg::Typed(path.trim().to_owned()))));
        let input = self.input.clone();
        self.quietly.connect(&self.name, move |name| drop(input.send(XmlMsg::Name(name))));
        let input = self.input.clone();
        self.quietly.connect_choice(&self.renew, move |renew| drop(input.send(XmlMsg::Renew(renew))));
    }

    /// The widget.
    pub(super) const fn widget(&self) -> &adw::PreferencesPage {
        &self.page
    }

    /// Shows the path of a file that was chosen elsewhere.
    pub(super) fn show_path(&self, path: &Path) {
        let path = path.to_string_lossy();
        if self.path.text().trim() != path {
            self.quietly.set(&self.path, &path);
        }
    }

    /// Shows the draft.
    pub(super) fn show(&self, draft: &XmlDraft, facts: &XmlFacts) {
        let is_read = draft.text.as_deref().is_some_and(|text| xml::read(text).is_ok());
        self.identity.set_visible(is_read);
        self.project.set_visible(is_read && !facts.projects.is_empty());
        self.place.show(&facts.projects, &[], &draft.counts_in(facts), None);
        if self.renew.is_active() != draft.renew {
            let radio = if draft.renew { &self.renew } else { &self.keep };
            self.quietly.choose(radio);
        }
        self.quietly.set(&self.name, &draft.name);
    }

    /// Opens the desktop's own dialog.
    pub(super) fn browse(&self, parent: &impl IsA<gtk::Widget>) {
        let dialog = gtk::FileDialog::builder().title(gettext("Choose an XML File")).build();
        let window = parent.root().and_downcast::<gtk::Window>();
        let input = self.input.clone();
        dialog.open(window.as_ref(), None::<&gtk::gio::Cancellable>, move |file| {
            if let Some(path) = file.ok().and_then(|file| file.path()) {
                drop(input.send(XmlMsg::File(path)));
            }
        });
    }
}

fn choice(
    group: &adw::PreferencesGroup,
    title: &str,
    sentence: &str,
    first: Option<&gtk::CheckButton>,
) -> gtk::CheckButton {
    let radio = gtk::CheckButton::builder().valign(gtk::Align::Center).active(first.is_none()).build();
    radio.set_group(first);
    radio.update_property(&[gtk::accessible::Property::Label(title)]);
    let row = adw::ActionRow::builder().title(title).subtitle(sentence).activatable_widget(&radio).build();
    row.add_prefix(&radio);
    group.add(&row);
    radio
}
