//! What was found of a disk: its format in a sentence, its sizes, its bases, and who else needs it.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    draft::machine::{DiskFacts, DiskInfo, DiskUser, UserRole},
    ovf::Appliance,
    storage::ImageFormat,
};

use super::usable;
use crate::i18n::{gettext, gettext_f};

/// Format and sizes, and the chain from the image down to its last base.
pub(super) fn rows(disk: &DiskFacts) -> Vec<adw::ActionRow> {
    let Some(info) = usable(Some(disk)) else { return Vec::new() };
    let args = [
        ("format", info.format.driver()),
        ("size", &info.virtual_size.to_string()),
        ("used", &info.real_size.to_string()),
    ];
    let mut rows: Vec<_> = packing(info).map(|text| property(&gettext("Packed"), &text)).into_iter().collect();
    rows.insert(0, link(&disk.path, &gettext_f("{format} · the guest sees {size}, it takes {used}", &args), 0));
    rows.extend(info.appliance.as_deref().map(|appliance| property(&gettext("Appliance"), &hardware(appliance))));
    for (nth, (path, format)) in info.bases.iter().enumerate() {
        let what = gettext_f("its base, read-only · {format}", &[("format", format.driver())]);
        rows.push(link(path, &what, nth + 1));
    }
    rows.extend(format(info.format).map(|sentence| property(&gettext("Format"), &sentence)));
    rows.extend(users_row(&info.users));
    rows
}

fn property(title: &str, text: &str) -> adw::ActionRow {
    let row = adw::ActionRow::builder().title(title).subtitle(text).use_markup(false).build();
    row.add_css_class("property");
    row
}

/// What it is packed with.
fn packing(info: &DiskInfo) -> Option<String> {
    let program = info.inside.as_ref()?.wrapping.packing?.program()?;
    Some(gettext_f("With {program}; the copy is unpacked. This file stays as it is.", &[("program", program)]))
}

/// What machine the appliance describes.
fn hardware(appliance: &Appliance) -> String {
    let unknown = || gettext("not said");
    let args = [
        ("name", appliance.name.clone()),
        ("system", appliance.systems.last().cloned().unwrap_or_else(unknown)),
        ("memory", appliance.memory.map_or_else(unknown, |memory| memory.to_string())),
        ("cpus", appliance.vcpus.map_or_else(unknown, |cpus| cpus.to_string())),
        ("disks", appliance.disks.len().to_string()),
        ("cards", appliance.cards.len().to_string()),
    ];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    gettext_f("{name} · system: {system} · memory: {memory} · CPUs: {cpus} · disks: {disks} · NICs: {cards}", &args)
}

/// A format in one plain sentence.
fn format(format: ImageFormat) -> Option<String> {
    Some(match format {
        ImageFormat::Raw => gettext("raw: bare content, allocated as written, fast; no snapshots."),
        ImageFormat::Qcow2 => gettext("qcow2: grows, can be a base of overlays, has snapshots."),
        ImageFormat::Vmdk => gettext("vmdk: VMware's. A copy becomes qcow2; as a base of an overlay it is only read."),
        ImageFormat::Vdi => {
            gettext("vdi: VirtualBox's. A copy becomes qcow2; as a base of an overlay it is only read.")
        }
        ImageFormat::Vhd => gettext("vhd: Virtual PC's and old Hyper-V's. A copy becomes qcow2."),
        ImageFormat::Vhdx => gettext("vhdx: Hyper-V's. A copy becomes qcow2."),
        ImageFormat::Qcow | ImageFormat::Qed => gettext("An older format of QEMU's. A copy becomes qcow2."),
        ImageFormat::Parallels => gettext("Parallels' format. A copy becomes qcow2."),
        ImageFormat::Luks | ImageFormat::Iso | ImageFormat::Other => return None,
    })
}

/// Who else needs it.
fn users_row(users: &[DiskUser]) -> Option<adw::ActionRow> {
    let names: Vec<String> = users.iter().map(user).collect();
    let row =
        adw::ActionRow::builder().title(gettext("Needed By")).subtitle(names.join("\n")).use_markup(false).build();
    row.add_css_class("property");
    (!users.is_empty()).then_some(row)
}

/// One image, set in by how deep it lies.
fn link(path: &str, what: &str, depth: usize) -> adw::ActionRow {
    let row = adw::ActionRow::builder().title(path).subtitle(what).use_markup(false).subtitle_selectable(true).build();
    if depth > 0 {
        let arrow = gtk::Image::from_icon_name("go-down-symbolic");
        arrow.set_margin_start(i32::try_from(depth.min(8)).unwrap_or(1) * 12);
        arrow.set_tooltip_text(Some(&gettext("Stands on")));
        row.add_prefix(&arrow);
    }
    row
}

/// A machine that needs a disk, in a few words.
fn user(user: &DiskUser) -> String {
    let args = [("name", user.machine.as_str())];
    match (&user.role, user.active) {
        (UserRole::Base, _) => gettext_f("{name} (stands on it)", &args),
        (_, true) => gettext_f("{name} (writes to it, on now)", &args),
        (_, false) => gettext_f("{name} (writes to it)", &args),
    }
}
