//! The page with the disk that the system goes to.

use std::rc::Rc;

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::draft::{
    install::{DiskChoice, Field, InstallDraft, NewDisk},
    machine::Facts,
};

use super::InstallMsg;
use crate::{
    i18n::{gettext, gettext_f},
    wizards::{
        frame::{Fields, Quietly, formats, radios, size},
        picker::PickerView,
    },
};

/// The page.
pub(super) struct StoragePage {
    page: adw::PreferencesPage,
    choices: Vec<gtk::CheckButton>,
    quietly: Quietly,
    new: adw::PreferencesGroup,
    existing: Vec<adw::PreferencesGroup>,
    pool: adw::ComboRow,
    format: adw::ComboRow,
    size: adw::SpinRow,
    whole: adw::SwitchRow,
    file: adw::ActionRow,
    /// The disk as the rows show it: what they change is told as a whole.
    shown: Rc<std::cell::RefCell<Option<NewDisk>>>,
    pools: Rc<std::cell::RefCell<Vec<String>>>,
}

impl StoragePage {
    /// The page with the list of disks in it, with its fields added to `fields`.
    pub(super) fn new(input: &Sender<InstallMsg>, fields: &mut Fields<Field>, picker: &PickerView) -> Self {
        let (page, quietly) = (adw::PreferencesPage::new(), Quietly::default());
        let group = adw::PreferencesGroup::builder().title(gettext("Where the System Goes")).build();
        let choices = choices(&group, &quietly, input);
        if let Some(first) = choices.first() {
            fields.note(Field::Disk, first, &group);
        }
        let new = adw::PreferencesGroup::builder().title(gettext("The New Disk")).build();
        let pool = adw::ComboRow::builder().title(gettext("Storage Pool")).build();
        let shown: Rc<std::cell::RefCell<Option<NewDisk>>> = Rc::default();
        let tell = change(&shown, input);
        let format = formats::row(move |format| tell(&|disk| disk.format = format));
        let size = size::row(&gettext("Size"), &gettext("GiB"));
        let whole = formats::whole_row();
        let file = adw::ActionRow::builder().title(gettext("File")).use_markup(false).build();
        file.add_css_class("property");
        fields.add(Field::Pool, &pool, &new);
        fields.add(Field::Size, &size, &new);
        new.add(&format);
        new.add(&whole);
        new.add(&file);
        page.add(&group);
        page.add(&new);
        let existing: Vec<_> = picker.groups().into_iter().cloned().collect();
        for group in &existing {
            page.add(group);
        }
        let pools = Rc::default();
        let this = Self { page, choices, quietly, new, existing, pool, format, size, whole, file, shown, pools };
        this.listen(input);
        this
    }

    fn listen(&self, input: &Sender<InstallMsg>) {
        let (tell, pools) = (change(&self.shown, input), Rc::clone(&self.pools));
        self.pool.connect_selected_notify(move |row| {
            let name = usize::try_from(row.selected()).ok().and_then(|nth| pools.borrow().get(nth).cloned());
            if let Some(name) = name {
                tell(&|disk| disk.pool.clone_from(&name));
            }
        });
        let tell = change(&self.shown, input);
        self.quietly.connect_number(&self.size, move |gib| tell(&|disk| disk.size = size::bytes(gib)));
        let tell = change(&self.shown, input);
        self.whole.connect_active_notify(move |row| tell(&|disk| disk.whole = row.is_active()));
    }

    /// The widget.
    pub(super) const fn widget(&self) -> &adw::PreferencesPage {
        &self.page
    }

    /// Lists the pools.
    pub(super) fn show_pools(&self, facts: &Facts, chosen: &str) {
        let names: Vec<String> = facts.pools.iter().map(|pool| pool.name.clone()).collect();
        let place = names.iter().position(|name| name == chosen).and_then(|nth| u32::try_from(nth).ok());
        self.shown.replace(None);
        self.pool.set_model(Some(&gtk::StringList::new(&names.iter().map(String::as_str).collect::<Vec<_>>())));
        self.pools.replace(names);
        self.pool.set_selected(place.unwrap_or(0));
    }

    /// Shows the draft.
    pub(super) fn show(&self, draft: &InstallDraft, facts: &Facts) {
        if let Some(radio) = self.choices.get(place(&draft.disk)) {
            self.quietly.choose(radio);
        }
        self.new.set_visible(draft.disk == DiskChoice::New);
        for group in &self.existing {
            group.set_visible(matches!(draft.disk, DiskChoice::Existing(_)));
        }
        self.shown.replace(Some(draft.new.clone()));
        formats::show(&self.format, draft.new.format);
        self.quietly.set_number(&self.size, size::gib(draft.new.size), 0.05);
        self.whole.set_active(draft.new.whole);
        let pool = facts.pool(&draft.new.pool);
        let folder = pool.and_then(|pool| pool.folder.clone()).unwrap_or_default();
        self.file.set_subtitle(&format!("{folder}/{}", draft.new.file(&draft.machine.name)));
        let free = pool.map(|pool| pool.available.to_string()).unwrap_or_default();
        self.pool.set_subtitle(&gettext_f("{free} free", &[("free", &free)]));
    }
}

/// Changes the disk as it is shown, and tells it where that makes it another.
fn change(
    shown: &Rc<std::cell::RefCell<Option<NewDisk>>>,
    input: &Sender<InstallMsg>,
) -> impl Fn(&dyn Fn(&mut NewDisk)) + use<> {
    let (shown, input) = (Rc::clone(shown), input.clone());
    move |change| {
        let Some(mut disk) = shown.borrow().clone() else { return };
        change(&mut disk);
        if shown.borrow().as_ref() != Some(&disk) {
            drop(input.send(InstallMsg::New(disk)));
        }
    }
}

/// A choice's place among them.
const fn place(disk: &DiskChoice) -> usize {
    match disk {
        DiskChoice::New => 0,
        DiskChoice::Existing(_) => 1,
        DiskChoice::None => 2,
    }
}

fn choices(group: &adw::PreferencesGroup, quietly: &Quietly, input: &Sender<InstallMsg>) -> Vec<gtk::CheckButton> {
    let texts = [
        (gettext("A New Disk"), gettext("Made in a storage pool.")),
        (
            gettext("A Disk That Is There"),
            gettext("What is on it goes when the installer partitions it. Nothing is deleted before."),
        ),
        (gettext("No Disk"), gettext("For a rescue system, or one that runs from the network.")),
    ];
    let choices = radios(group, &texts);
    for (nth, radio) in choices.iter().enumerate() {
        let input = input.clone();
        quietly.connect_choice(radio, move |chosen| {
            if chosen {
                drop(input.send(InstallMsg::Disk(nth)));
            }
        });
    }
    choices
}
