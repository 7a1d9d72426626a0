//! The dialog that makes an overlay on a volume: the first step of a clone by hand.

use relm4::{adw::prelude::*, gtk};

use lectern_model::{
    draft::volume::{Facts, VolumeDraft},
    names,
    storage::{ImageFormat, folder_of, new_volume::NewVolume},
};
use lectern_services::disk::volumes::Seen;

use super::{
    form::volume::{Wish, show as show_form},
    words,
};
use crate::{
    chain,
    i18n::{gettext, gettext_f},
};

/// Shows the dialog; `then` gets the overlay on the first of `images`, which is the volume with what it stands on.
pub(super) fn show(
    seen: &Seen,
    facts: Facts,
    images: &[String],
    parent: &impl IsA<gtk::Widget>,
    then: impl Fn(NewVolume) + 'static,
) {
    let volume = &seen.volume;
    let taken = |name: &str| facts.names.iter().any(|known| known == name);
    let stem = volume.name.trim_start_matches('.').rsplit_once('.').map_or(volume.name.as_str(), |(stem, _)| stem);
    let name = names::free_file_name(&format!("{stem}-overlay.qcow2"), taken);
    let drawn: Vec<String> =
        [format!("{}/{name}", folder_of(&volume.path))].into_iter().chain(images.iter().cloned()).collect();
    let size = volume.capacity.to_string();
    // A size that is no round number is said in bytes, or it would be below the base's.
    let exact = lectern_model::units::Bytes::parse(&size) == Some(volume.capacity);
    let wish = Wish {
        titles: (gettext_f("New Overlay on {name}", &[("name", &volume.name)]), gettext("_Create")),
        draft: VolumeDraft {
            name,
            format: ImageFormat::Qcow2,
            size: if exact { size } else { format!("{} B", volume.capacity.0) },
            allocate: false,
        },
        formats: vec![ImageFormat::Qcow2],
        is_copy: false,
        drawing: Some(chain::drawing(&drawn, false).upcast()),
        text: Some(about(seen)),
    };
    let (path, format) = (volume.path.clone(), volume.format);
    show_form(&wish, facts, parent, move |new| {
        then(NewVolume { allocation: None, base: Some((path.clone(), format)), ..new });
    });
}

fn about(seen: &Seen) -> String {
    let writers: Vec<&str> = seen.users.iter().filter(|user| !user.read_only).map(|user| user.name.as_str()).collect();
    let plain = gettext("The base must not change any more, or the overlay is worthless.");
    if writers.is_empty() {
        return plain;
    }
    let names = words::listed(&writers);
    format!(
        "{plain} {}",
        gettext_f("{names} writes to it: lock it as a template, so that it is not started.", &[("names", &names)])
    )
}
