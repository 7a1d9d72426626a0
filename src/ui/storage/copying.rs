//! The dialog that copies a volume, in its format or into another.

use relm4::{adw::prelude::*, gtk};

use lectern_model::{
    draft::volume::{CONVERTED, Facts, VolumeDraft, renamed},
    names,
    storage::{ImageFormat, new_volume::NewVolume},
};
use lectern_services::{disk::volumes::Seen, plan::storage::Way};

use super::form::volume::{Wish, show as show_form};
use crate::{
    chain,
    i18n::{gettext, gettext_f},
};

/// How a copy is wanted, and can be had.
pub(super) struct Copy {
    /// Whether qemu-img here can read it and write beside it.
    pub(super) here: bool,
    /// Whether another format is wanted.
    pub(super) other: bool,
}

impl Copy {
    fn formats(&self, seen: &Seen) -> Vec<ImageFormat> {
        if !seen.kind.has_files() {
            return vec![ImageFormat::Raw];
        }
        CONVERTED.into_iter().filter(|format| self.here || *format != ImageFormat::Vhdx).collect()
    }

    const fn way(&self) -> Way {
        if self.here { Way::Here } else { Way::Daemon }
    }
}

/// Shows the dialog; `then` gets the new volume and the way that it is made.
pub(super) fn show(
    copy: &Copy,
    seen: &Seen,
    (facts, images): (Facts, Vec<String>),
    parent: &impl IsA<gtk::Widget>,
    then: impl Fn(&Seen, NewVolume, Way) + 'static,
) {
    let volume = &seen.volume;
    let formats = copy.formats(seen);
    let own = if formats.contains(&volume.format) { volume.format } else { ImageFormat::Qcow2 };
    let wanted = if copy.other { formats.iter().copied().find(|format| *format != volume.format) } else { Some(own) };
    let format = wanted.unwrap_or(ImageFormat::Raw);
    let name = if copy.other && seen.kind.has_files() { renamed(&volume.name, format) } else { volume.name.clone() };
    let taken = |name: &str| facts.names.iter().any(|known| known == name);
    let draft = VolumeDraft {
        name: names::free_file_name(&name, taken),
        format,
        size: format!("{} B", volume.capacity.0),
        allocate: false,
    };
    let title = if copy.other {
        gettext_f("Convert {name}", &[("name", &volume.name)])
    } else {
        gettext_f("Clone {name}", &[("name", &volume.name)])
    };
    let verb = if copy.other { gettext("_Convert") } else { gettext("_Clone") };
    let wish = Wish {
        titles: (title, verb),
        draft,
        formats,
        is_copy: true,
        drawing: Some(chain::drawing(&images, !seen.above.is_empty()).upcast()),
        text: Some(about(copy, images.len() > 1)),
    };
    let (seen, way) = (seen.clone(), copy.way());
    show_form(&wish, facts, parent, move |new| then(&seen, new, way));
}

fn about(copy: &Copy, has_base: bool) -> String {
    let mut said = vec![if has_base {
        gettext("The copy holds all of it, what lies in the base included, and stands on nothing.")
    } else {
        gettext("The copy stands on nothing; this volume stays as it is.")
    }];
    if !copy.here {
        said.push(gettext("libvirt makes it, as you may not read the file yourself: VHDX is not among its formats, and a cancel takes effect at the end."));
    }
    said.join(" ")
}
