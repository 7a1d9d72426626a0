//! What is filled in where a disk gets another base.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_services::plan::make::chains::Mode;

use super::base::BaseMsg;
use crate::{
    forms::Frame,
    i18n::gettext,
    rows::Group,
    wizards::frame::{Fields, Quietly, Review, radios},
};

/// What the user fills in.
pub(super) struct Form {
    pub(super) quietly: Quietly,
    pub(super) drawing: Group,
    pub(super) disk: adw::ComboRow,
    pub(super) image: adw::ComboRow,
    pub(super) path: adw::EntryRow,
    pub(super) modes: Vec<gtk::CheckButton>,
    pub(super) keep: adw::SwitchRow,
    pub(super) fields: Fields<()>,
}

/// Makes it in the dialog.
pub(super) fn form(frame: &Frame, input: &relm4::Sender<BaseMsg>) -> (Form, Review) {
    let (drawing, group) = (Group::new(""), adw::PreferencesGroup::builder().title(gettext("New Base")).build());
    let disk = adw::ComboRow::builder().title(gettext("Disk")).visible(false).build();
    let image = adw::ComboRow::builder().title(gettext("Images on This Host")).enable_search(true).build();
    image.set_expression(Some(gtk::PropertyExpression::new(
        gtk::StringObject::static_type(),
        gtk::Expression::NONE,
        "string",
    )));
    let path = adw::EntryRow::builder().title(gettext("Path of the Base")).build();
    let mut fields = Fields::new();
    group.add(&disk);
    group.add(&image);
    fields.add((), &path, &group);
    let how = adw::PreferencesGroup::builder().title(gettext("How")).build();
    let modes = radios(
        &how,
        &[
            (
                gettext("Only Write Where the Base Is"),
                gettext(
                    "Right where the same image was moved or renamed, or its format is not written down (qemu-img rebase -u). With any other image the guest's disk is damaged.",
                ),
            ),
            (
                gettext("Keep What the Guest Sees"),
                gettext(
                    "What differs between the two bases is copied into a new overlay (qemu-img rebase). Both bases must be there; it may take long.",
                ),
            ),
        ],
    );
    let keep = adw::SwitchRow::builder().title(gettext("Keep the Old Overlays")).build();
    keep.set_subtitle(&gettext("They stay in the storage pool until you delete them"));
    how.add(&keep);
    let all = adw::PreferencesGroup::new();
    for part in [&drawing.group, &group, &how] {
        part.set_margin_bottom(24);
        all.add(part);
    }
    let review = Review::new(Some(&all));
    let quietly = Quietly::default();
    listen(frame, &quietly, (&disk, &image, &path), &modes, &keep, input);
    frame.done.set_sensitive(false);
    frame.fill(review.widget());
    (Form { quietly, drawing, disk, image, path, modes, keep, fields }, review)
}

fn listen(
    frame: &Frame,
    quietly: &Quietly,
    (disk, image, path): (&adw::ComboRow, &adw::ComboRow, &adw::EntryRow),
    modes: &[gtk::CheckButton],
    keep: &adw::SwitchRow,
    input: &relm4::Sender<BaseMsg>,
) {
    let told = input.clone();
    quietly.connect_selected(disk, move |nth| told.emit(BaseMsg::Disk(nth)));
    let told = input.clone();
    quietly.connect_selected(image, move |nth| told.emit(BaseMsg::Image(nth)));
    let told = input.clone();
    quietly.connect(path, move |text| told.emit(BaseMsg::Path(text)));
    for (radio, mode) in modes.iter().zip([Mode::NameOnly, Mode::Safe]) {
        let told = input.clone();
        quietly.connect_choice(radio, move |on| {
            if on {
                told.emit(BaseMsg::Mode(mode));
            }
        });
    }
    let told = input.clone();
    keep.connect_active_notify(move |_| told.emit(BaseMsg::Keep));
    let told = input.clone();
    frame.done.connect_clicked(move |_| told.emit(BaseMsg::Agreed));
    let told = input.clone();
    frame.dialog.connect_closed(move |_| drop(told.send(BaseMsg::Closed)));
}
