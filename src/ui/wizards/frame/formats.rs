//! The formats that new disks are offered in, each in one plain sentence.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::storage::ImageFormat;

use crate::i18n::gettext;

const FORMATS: [ImageFormat; 2] = [ImageFormat::Qcow2, ImageFormat::Raw];

/// A row with the formats, which tells which one was chosen.
pub(crate) fn row(chosen: impl Fn(ImageFormat) + 'static) -> adw::ComboRow {
    let row = adw::ComboRow::builder().title(gettext("Format")).build();
    row.set_model(Some(&gtk::StringList::new(&FORMATS.map(ImageFormat::driver))));
    row.connect_selected_notify(move |row| {
        let format = usize::try_from(row.selected()).ok().and_then(|nth| FORMATS.get(nth));
        if let Some(format) = format {
            chosen(*format);
        }
    });
    row
}

/// Shows which one it is, with its sentence.
pub(crate) fn show(row: &adw::ComboRow, format: ImageFormat) {
    let place = FORMATS.iter().position(|known| *known == format);
    row.set_selected(place.and_then(|nth| u32::try_from(nth).ok()).unwrap_or(0));
    row.set_subtitle(&match format {
        ImageFormat::Raw => gettext("Allocated as written, fast; no snapshots"),
        _ => gettext("Grows, can be a base of overlays, has snapshots"),
    });
}

/// The row that has a disk's whole size set aside.
pub(crate) fn whole_row() -> adw::SwitchRow {
    adw::SwitchRow::builder()
        .title(gettext("Allocate All Now"))
        .subtitle(gettext("Takes its whole size at once: it never runs full, and is a little faster"))
        .build()
}
