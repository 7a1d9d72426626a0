//! The page with what is done with the disk: three choices, each in a plain sentence.

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::draft::import::{Facts, Field, ImportDraft, Usage};

use super::ImportMsg;
use crate::{
    chain,
    i18n::{gettext, gettext_f},
    wizards::frame::{Fields, Quietly, formats, size},
};

/// The page.
pub(super) struct UsagePage {
    page: adw::PreferencesPage,
    choices: Vec<(Usage, gtk::CheckButton)>,
    size: adw::SpinRow,
    quietly: Quietly,
    pool: adw::ComboRow,
    format: adw::ComboRow,
    whole: adw::SwitchRow,
    place: adw::PreferencesGroup,
    drawing: gtk::Box,
}

impl UsagePage {
    /// The page, with its fields added to `fields`.
    pub(super) fn new(input: &Sender<ImportMsg>, fields: &mut Fields<Field>) -> Self {
        let page = adw::PreferencesPage::new();
        let quietly = Quietly::default();
        let group = adw::PreferencesGroup::builder().title(gettext("What to Do with the Disk")).build();
        let mut choices: Vec<(Usage, gtk::CheckButton)> = Vec::new();
        for usage in Usage::ALL {
            let radio = gtk::CheckButton::builder().valign(gtk::Align::Center).build();
            radio.set_group(choices.first().map(|(_, first)| first));
            group.add(&choice(usage, &radio, &quietly, input));
            choices.push((usage, radio));
        }
        if let Some((_, first)) = choices.first() {
            fields.note(Field::Usage, first, &group);
        }
        page.add(&group);
        let place = adw::PreferencesGroup::builder().title(gettext("The New File")).build();
        let (size, pool) = (size_row(&quietly, input), adw::ComboRow::builder().title(gettext("Storage Pool")).build());
        let sender = input.clone();
        pool.connect_selected_notify(move |row| drop(sender.send(ImportMsg::Pool(row.selected()))));
        fields.add(Field::Pool, &pool, &place);
        fields.add(Field::OverlaySize, &size, &place);
        let sender = input.clone();
        let format = formats::row(move |format| drop(sender.send(ImportMsg::Format(format))));
        let (whole, sender) = (formats::whole_row(), input.clone());
        whole.connect_active_notify(move |row| drop(sender.send(ImportMsg::Whole(row.is_active()))));
        place.add(&format);
        place.add(&whole);
        let drawing = gtk::Box::builder().margin_top(12).build();
        place.add(&drawing);
        page.add(&place);
        Self { page, choices, size, quietly, pool, format, whole, place, drawing }
    }

    /// The widget.
    pub(super) const fn widget(&self) -> &adw::PreferencesPage {
        &self.page
    }

    /// Lists the pools.
    pub(super) fn show_pools(&self, facts: &Facts, chosen: Option<&str>) {
        let names: Vec<&str> = facts.pools.iter().map(|pool| pool.name.as_str()).collect();
        let selected = names.iter().position(|name| Some(*name) == chosen).unwrap_or(0);
        self.pool.set_model(Some(&gtk::StringList::new(&names)));
        self.pool.set_selected(u32::try_from(selected).unwrap_or(0));
    }

    /// Shows the draft.
    pub(super) fn show(&self, draft: &ImportDraft, facts: &Facts) {
        if let Some((_, radio)) = self.choices.iter().find(|(usage, _)| *usage == draft.usage) {
            self.quietly.choose(radio);
        }
        self.place.set_visible(draft.usage.makes_file());
        self.size.set_visible(draft.usage == Usage::Overlay);
        self.format.set_visible(draft.usage == Usage::Copy);
        self.whole.set_visible(draft.usage == Usage::Copy);
        formats::show(&self.format, draft.format);
        self.whole.set_active(draft.whole);
        let only_copied = facts.usable_disk().is_some_and(|disk| disk.inside.is_some());
        for (usage, radio) in &self.choices {
            radio.set_sensitive(!only_copied || *usage == Usage::Copy);
        }
        let base = facts.usable_disk().map(|disk| disk.virtual_size).unwrap_or_default();
        let shown = size::gib(draft.overlay_size.unwrap_or(base));
        self.quietly.set_number(&self.size, shown, 0.05);
        let args = [("size", base.to_string())];
        let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.size.set_subtitle(&gettext_f("GiB, at least its base's {size}", &args));
        self.draw(draft, facts);
    }

    /// What the new file stands on, and what that stands on.
    fn draw(&self, draft: &ImportDraft, facts: &Facts) {
        while let Some(child) = self.drawing.first_child() {
            self.drawing.remove(&child);
        }
        let mut images = vec![draft.new_file().unwrap_or_default()];
        if draft.usage == Usage::Overlay {
            images.extend(draft.source.as_ref().map(|source| source.path().to_owned()));
            images.extend(
                facts.usable_disk().into_iter().flat_map(|disk| disk.bases.iter().map(|(path, _)| path.clone())),
            );
        }
        self.drawing.append(&chain::drawing(&images, false));
    }
}

fn choice(usage: Usage, radio: &gtk::CheckButton, quietly: &Quietly, input: &Sender<ImportMsg>) -> adw::ActionRow {
    let (title, sentence) = match usage {
        Usage::Itself => {
            (gettext("Use This File Itself"), gettext("The machine writes to it. What it changes stays in this file."))
        }
        Usage::Copy => (
            gettext("Work on a Copy"),
            gettext("The file is copied first and stays as it is. Takes as much room again, and a while."),
        ),
        Usage::Overlay => (
            gettext("Keep It as the Base of a New Overlay"),
            gettext(
                "A small new file takes all changes; the base is only read, and must not change any more. Made at once.",
            ),
        ),
    };
    let row = adw::ActionRow::builder().title(&title).subtitle(sentence).use_markup(false).build();
    radio.update_property(&[gtk::accessible::Property::Label(&title)]);
    row.add_prefix(radio);
    row.set_activatable_widget(Some(radio));
    let input = input.clone();
    quietly.connect_choice(radio, move |chosen| {
        if chosen {
            drop(input.send(ImportMsg::Usage(usage)));
        }
    });
    row
}

fn size_row(quietly: &Quietly, input: &Sender<ImportMsg>) -> adw::SpinRow {
    let row = size::row(&gettext("Size of the Overlay"), "");
    let input = input.clone();
    quietly.connect_number(&row, move |gib| drop(input.send(ImportMsg::OverlaySize(size::bytes(gib)))));
    row
}
